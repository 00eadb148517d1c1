//! Changes to posts that race with their publishing, or come after their cancellation.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::publication::{PostStatus, PublicationState};
use carillon_engine::usecase::posts::{self, PostInput, PostPatch, Removal, WantedStatus};
use carillon_store::on_both;
use carillon_store::repo::publication;
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn taken_off(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (stays, goes) = (stage.bluesky().await, stage.x().await);
    let post = stage
        .post(PostInput {
            text: "Only on one".into(),
            accounts: vec![stays, goes],
            status: WantedStatus::Scheduled,
            scheduled_at: Some(stage.in_minutes(60).to_string()),
            ..PostInput::default()
        })
        .await;
    let change = |patch: PostPatch| posts::update(&stage.engine, &stage.actor, post.post.id, patch, None);
    change(PostPatch { accounts: Some(vec![stays]), ..PostPatch::default() }).await.expect("taken off");
    change(PostPatch { text: Some("Only on one!".into()), ..PostPatch::default() }).await.expect("changed");
    stage.run_until_idle().await;
    let public = stage.public("Only on one!");
    assert_eq!(public.len(), 1, "the account that was taken off stays off");
    assert_eq!(public[0].platform, "bluesky");
}
on_both!(an_account_that_was_taken_off_stays_off, |t| super::taken_off(t));

async fn thrown_away(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (stays, goes) = (stage.bluesky().await, stage.x().await);
    let post = stage
        .post(PostInput {
            text: "Better not".into(),
            accounts: vec![stays, goes],
            status: WantedStatus::Scheduled,
            scheduled_at: Some(stage.in_minutes(60).to_string()),
            ..PostInput::default()
        })
        .await;
    let back =
        PostPatch { accounts: Some(vec![stays]), status: Some(WantedStatus::Draft), ..PostPatch::default() };
    let draft =
        posts::update(&stage.engine, &stage.actor, post.post.id, back, None).await.expect("a draft again");
    assert_eq!(draft.status, PostStatus::Draft);
    let gone = posts::remove(&stage.engine, &stage.actor, post.post.id, Removal::default()).await;
    assert!(gone.expect("thrown away").post.trashed_at.is_some());
    let found = posts::get(&stage.engine, &stage.actor, post.post.id).await;
    assert!(matches!(found, Err(AppError::NotFound { .. })), "{found:?}");
}
on_both!(a_draft_with_an_account_taken_off_is_thrown_away, |t| super::thrown_away(t));

async fn revived(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "Not any more", stage.in_minutes(60)).await;
    let id = post.post.id;
    posts::remove(&stage.engine, &stage.actor, id, Removal::default()).await.expect("canceled");
    let tags = PostPatch { tags: Some(vec!["autumn".into()]), ..PostPatch::default() };
    let refused = posts::update(&stage.engine, &stage.actor, id, tags.clone(), None).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "canceled", .. })), "{refused:?}");
    stage.run_until_idle().await;
    assert!(stage.public("Not any more").is_empty());

    let again = PostPatch { status: Some(WantedStatus::Scheduled), accounts: Some(vec![account]), ..tags };
    let again = PostPatch { scheduled_at: Some(stage.in_minutes(60).to_string()), ..again };
    posts::update(&stage.engine, &stage.actor, id, again, None).await.expect("planned again by name");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Not any more").len(), 1);
}
on_both!(a_canceled_post_comes_back_only_by_name, |t| super::revived(t));

async fn down_after_landing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    // The record arrives, its answer is lost, and from then on nothing gets through.
    stage.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut));
    let post = stage.now(account, "The line is dead").await;
    stage.run_due().await;
    stage.fault(Fault::once("bluesky", "*", When::Before, FaultKind::Cut).times(10_000));
    stage.run_until_idle().await;
    assert_eq!(stage.public("The line is dead").len(), 1);
    let publication = stage.publication(&post).await;
    let honest = [PublicationState::Published, PublicationState::Unconfirmed];
    assert!(honest.contains(&publication.state), "never failed while public: {:?}", publication.state);
}
on_both!(a_network_that_dies_after_the_post_landed_is_no_failure, |t| super::down_after_landing(t));

async fn overtaken(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "Almost edited", stage.in_minutes(60)).await;
    let (workspace, id) = (stage.actor.workspace, post.publications[0].id);
    let row = publication::find(&stage.engine.db, workspace, id).await.expect("read").expect("publication");
    // Between the edit's reading and its saving a worker makes its intent durable.
    stage.crash_leaves(id, |row| row.intent = true).await;
    let (seen, mut edited) = (row.seen(), row.clone());
    edited.content_version += 1;
    let saved = stage
        .engine
        .db
        .write(move |tx| Box::pin(async move { publication::save_edit(tx, &edited, seen).await }))
        .await
        .expect("asked");
    assert!(!saved, "an edit does not wipe out an intent");
    let after = publication::find(&stage.engine.db, workspace, id).await.expect("read").expect("publication");
    assert!(after.intent && after.content_version == row.content_version);
}
on_both!(an_edit_that_a_worker_overtook_changes_nothing, |t| super::overtaken(t));

async fn unreadable(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(503).times(9));
    let post = stage.now(account, "Written by another version").await;
    stage.run_due().await;
    stage.bench.world.faults().clear();
    let notes = serde_json::json!({ "version": 99 });
    stage.crash_leaves(post.publications[0].id, move |row| row.progress = Some(notes)).await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("Written by another version").len(), 1, "never sent from the beginning");
    assert_eq!(stage.publication(&post).await.state, PublicationState::Unconfirmed);
}
on_both!(an_open_send_that_can_not_be_read_waits_for_a_person, |t| super::unreadable(t));

async fn on_its_way(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "On its way", stage.in_minutes(1)).await;
    let (id, publication) = (post.post.id, post.publications[0].id);
    // Its answer is lost, and nobody can look: whether it can still be stopped, nobody knows.
    stage.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("bluesky", "getRecord", When::Before, FaultKind::Status).status(503).times(9));
    stage.bench.clock.advance(std::time::Duration::from_secs(60));
    stage.run_due().await;
    let before = stage.row(publication).await;
    assert!(before.intent && before.state == PublicationState::Publishing, "{before:?}");
    let text = PostPatch { text: Some("Changed".into()), ..PostPatch::default() };
    let moved = PostPatch { scheduled_at: Some(stage.in_minutes(600).to_string()), ..PostPatch::default() };
    let back = PostPatch { status: Some(WantedStatus::Draft), ..PostPatch::default() };
    for patch in [text, moved, back] {
        let refused = posts::update(&stage.engine, &stage.actor, id, patch, None).await;
        let Err(AppError::Conflict { code: "already_sending", message }) = refused else {
            panic!("{refused:?}")
        };
        assert!(message.contains("can no longer be changed"), "{message}");
    }
    let refused = posts::remove(&stage.engine, &stage.actor, id, Removal::default()).await;
    let Err(AppError::Conflict { code: "already_sending", message }) = refused else { panic!("{refused:?}") };
    assert!(message.contains("can no longer be stopped"), "{message}");
    let after = stage.row(publication).await;
    assert_eq!((after.seen(), after.due_at), (before.seen(), before.due_at), "nothing of it happened");
    assert_eq!(
        posts::get(&stage.engine, &stage.actor, id).await.expect("post").post.version,
        post.post.version
    );
    stage.run_until_idle().await;
    assert_eq!(stage.public("On its way").len(), 1);
}
on_both!(what_is_on_its_way_is_neither_changed_nor_stopped, |t| super::on_its_way(t));
