//! Forgetting: an account with its history, and posts that are public.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, TokenKind, TokenState, When};
use carillon_domain::composition::Override;
use carillon_domain::error::AppError;
use carillon_domain::publication::{PostStatus, PublicationState, UnitState};
use carillon_engine::jobs::sweep;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::posts::{
    self, PostInput, PostPatch, PostView, PublicationView, Removal, WantedStatus,
};
use carillon_engine::usecase::publications;
use carillon_store::on_both;
use carillon_store::repo::{attempt, job, publication};
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn with_history(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (goes, stays) = (stage.bluesky().await, stage.x().await);
    let accounts = vec![goes, stays];
    let special = Override { text: Some("Only for one".into()), ..Override::default() };
    let both = |text: &str, status| PostInput {
        text: text.into(),
        accounts: accounts.clone(),
        status,
        overrides: [(goes, special.clone())].into(),
        ..PostInput::default()
    };
    let public = stage.post(both("Both have it", WantedStatus::Now)).await;
    stage.run_until_idle().await;
    let later = PostInput {
        scheduled_at: Some(stage.in_minutes(60).to_string()),
        ..both("Both get it", WantedStatus::Scheduled)
    };
    let planned = stage.post(later).await;
    let erased = accounts::disconnect(&stage.engine, &stage.actor, goes, None, true).await;
    erased.expect("erased with its history");

    let (db, workspace) = (&stage.engine.db, stage.actor.workspace);
    for post in [&public, &planned] {
        let id = post.publications.iter().find(|p| p.account == goes).expect("publication").id;
        assert!(publication::find(db, workspace, id).await.expect("read").is_none());
        assert!(attempt::of_publication(db, workspace, id).await.expect("read").is_empty());
        let left = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("the post stays");
        assert_eq!(left.publications.iter().map(|p| p.account).collect::<Vec<_>>(), [stays]);
        assert_eq!(left.post.version, post.post.version + 1, "whoever is changing it looks again");
    }
    let status = async |id| posts::get(&stage.engine, &stage.actor, id).await.expect("post").status;
    assert_eq!(status(public.post.id).await, PostStatus::Published);
    assert_eq!(status(planned.post.id).await, PostStatus::Scheduled);
    assert_eq!(job::count(db).await.expect("count"), 1, "only the other account's job is left");
    let gone = accounts::get(&stage.engine, &stage.actor, goes).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
    let tokens = stage.bench.world.tokens().list();
    let sessions =
        tokens.into_iter().filter(|(t, _)| t.platform == "bluesky" && t.kind == TokenKind::Refresh);
    assert!(
        sessions.map(|(_, state)| state).all(|state| state == TokenState::Revoked),
        "the network was told"
    );

    // What was special for it is in nobody's way.
    let tags = PostPatch { tags: Some(vec!["autumn".into()]), ..PostPatch::default() };
    posts::update(&stage.engine, &stage.actor, planned.post.id, tags, None).await.expect("still editable");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Both get it").len(), 1);
}
on_both!(erasing_an_account_takes_its_history_along, |t| super::with_history(t));

async fn stays_what_it_was(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let out = stage.now(account, "Out already").await;
    stage.run_until_idle().await;
    let planned = stage.at(account, "Never sent", stage.in_minutes(60)).await;
    let draft = stage
        .post(PostInput { text: "A thought".into(), accounts: vec![account], ..PostInput::default() })
        .await;
    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("erased");
    let other = stage.bluesky().await;
    let again =
        || PostPatch { status: Some(WantedStatus::Now), accounts: Some(vec![other]), ..PostPatch::default() };
    let refused = posts::update(&stage.engine, &stage.actor, out.post.id, again(), None).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "already_sending", .. })), "{refused:?}");
    for (post, status) in
        [(&out, PostStatus::Published), (&planned, PostStatus::Canceled), (&draft, PostStatus::Draft)]
    {
        let read = posts::get(&stage.engine, &stage.actor, post.post.id).await.expect("it stays");
        assert_eq!((read.status, read.publications.len()), (status, 0), "{}", post.post.composition.text);
    }
    // Canceled, it takes a word about where and when; then it is judged by what becomes of it.
    let words = PostPatch { text: Some("Else".into()), ..PostPatch::default() };
    let refused = posts::update(&stage.engine, &stage.actor, planned.post.id, words, None).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "canceled", .. })), "{refused:?}");
    posts::update(&stage.engine, &stage.actor, planned.post.id, again(), None).await.expect("planned anew");
    stage.run_until_idle().await;
    let read = posts::get(&stage.engine, &stage.actor, planned.post.id).await.expect("post");
    assert_eq!((read.status, stage.public("Never sent").len()), (PostStatus::Published, 1));
    assert_eq!(stage.public("Out already").len(), 1);
}
on_both!(a_post_stays_what_it_was_without_its_account, |t| super::stays_what_it_was(t));

async fn at_the_moment(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(503).times(9));
    let post = stage.now(account, "On its way").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Publishing);
    let refused = accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await;
    let Err(AppError::Conflict { code: "already_sending", message }) = refused else { panic!("{refused:?}") };
    assert!(message.contains("right now"), "{message}");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("nothing was done");
    assert_eq!(row.status.as_str(), "connected");
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("erased afterwards");
}
on_both!(nothing_is_erased_while_something_is_being_sent, |t| super::at_the_moment(t));

/// A later part may be public: it counts as being sent while somebody looks, and no longer.
async fn a_lost_part(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut).skipping(1));
    let unseen = Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(503);
    stage.fault(unseen.skipping(1).times(100));
    let post = stage.thread(account, &["Begun", "Lost"]).await;
    stage.run_until_lost(&post).await;
    let refused = accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "already_sending", .. })), "{refused:?}");
    stage.bench.world.faults().clear();
    stage.fault(Fault::once("x", "*", When::Before, FaultKind::TokenRevoked).times(100));
    stage.run_until_idle().await;
    let left = stage.publication(&post).await;
    assert!(left.state == PublicationState::Published && left.incomplete, "{left:?}");
    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("nobody works on it");
}
on_both!(a_lost_part_that_nobody_looks_for_keeps_nothing, |t| super::a_lost_part(t));

async fn each_its_own(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (first, second) = (stage.bluesky().await, stage.x().await);
    let post = stage
        .post(PostInput {
            text: "Said too much".into(),
            accounts: vec![first, second],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("Said too much").len(), 2);
    stage.fault(Fault::once("bluesky", "*", When::Before, FaultKind::Status).status(503).times(10));
    let remote = Removal { remote: true, ..Removal::default() };
    let view = posts::remove(&stage.engine, &stage.actor, post.post.id, remote).await.expect("answered");
    assert_eq!(view.status, PostStatus::Published);
    let of = |account| view.publications.iter().find(|p| p.account == account).expect("publication");
    assert!(of(first).deleted_at.is_none());
    assert!(!of(first).warnings[0].message.is_empty(), "says why it is still public");
    assert!(of(second).deleted_at.is_some() && of(second).warnings.is_empty());
    let left = stage.public("Said too much");
    assert_eq!(left.iter().map(|item| item.platform.as_str()).collect::<Vec<_>>(), ["bluesky"]);

    stage.bench.world.faults().clear();
    let view = posts::remove(&stage.engine, &stage.actor, post.post.id, remote).await.expect("again");
    assert!(view.publications.iter().all(|p| p.deleted_at.is_some() && p.warnings.is_empty()));
    assert!(stage.public("Said too much").is_empty());
    stage.run_until_idle().await;
    assert!(stage.public("Said too much").is_empty(), "it does not come back");
}
on_both!(every_publication_tells_whether_it_was_deleted, |t| super::each_its_own(t));

/// A thread on X whose second part waits for a limit to end.
async fn begun(stage: &Stage, texts: [&str; 2]) -> PostView {
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", When::Before, FaultKind::RateLimit).skipping(1));
    let post = stage.thread(account, &texts).await;
    while stage.run_due().await > 0 {}
    let waiting = stage.publication(&post).await;
    assert_eq!((waiting.state, waiting.parts[0].state), (PublicationState::Published, UnitState::Pending));
    post
}

/// Time in which whatever still has a job, or is given one, is done.
async fn later(stage: &Stage) {
    for _ in 0..3 {
        sweep::sweep(&stage.engine).await.expect("sweeps");
        stage.bench.clock.advance(Duration::from_secs(1_800));
        stage.run_until_idle().await;
    }
}

async fn removed(stage: &Stage, post: &PostView) -> PublicationView {
    let remote = Removal { remote: true, ..Removal::default() };
    let view = posts::remove(&stage.engine, &stage.actor, post.post.id, remote).await.expect("answered");
    view.publications.into_iter().next().expect("a publication")
}

async fn not_followed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let post = begun(&stage, ["Said too early", "And more of it"]).await;
    let view = removed(&stage, &post).await;
    assert!(view.deleted_at.is_some() && view.warnings.is_empty(), "{view:?}");
    later(&stage).await;
    assert!(stage.public("Said too early").is_empty());
    assert!(stage.public("And more of it").is_empty(), "it follows nothing");
    let part = &stage.publication(&post).await.parts[0];
    let why = part.error.as_ref().map(|error| error.code.as_str());
    assert_eq!((part.state, why), (UnitState::Failed, Some("post_deleted")));
}
on_both!(what_waits_for_its_turn_does_not_follow_a_deleted_post, |t| super::not_followed(t));

async fn kept(test: &TestDb) {
    let stage = Stage::new(test).await;
    let post = begun(&stage, ["Stays after all", "As does this"]).await;
    stage.fault(Fault::once("x", "*", When::Before, FaultKind::Status).status(503).times(10));
    let view = removed(&stage, &post).await;
    assert!(view.deleted_at.is_none() && !view.warnings.is_empty(), "{view:?}");
    stage.bench.world.faults().clear();
    later(&stage).await;
    let found = stage.publication(&post).await;
    let why = found.parts[0].error.as_ref().map(|error| error.code.as_str());
    assert_eq!((found.incomplete, why), (true, Some("held_back")), "nobody sends it unasked");
    assert!(stage.public("As does this").is_empty());
    publications::retry(&stage.engine, &stage.actor, found.id).await.expect("asked for");
    later(&stage).await;
    assert_eq!((stage.public("Stays after all").len(), stage.public("As does this").len()), (1, 1));
}
on_both!(a_post_that_could_not_be_deleted_can_be_completed, |t| super::kept(t));
