//! Public roots whose parts are missing: what continues them, and what must not.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::composition::PartSpec;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::publication::{PublicationState, UnitState};
use carillon_engine::usecase::posts::{PostInput, PublicationView, WantedStatus};
use carillon_engine::usecase::publications::{self, Finding};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

/// A thread on X of which the commit after `before` others lost its answer, while X's lists can't be read.
async fn lost(stage: &Stage, account: AccountId, texts: &[&str], before: u32) -> PublicationView {
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut).skipping(before));
    let post = stage.thread(account, texts).await;
    stage.fault(
        Fault::once("x", "users.tweets", When::Before, FaultKind::Status)
            .status(503)
            .times(1_000)
            // The first one looks for the newest post before the root.
            .skipping(1),
    );
    stage.run_until_idle().await;
    stage.bench.world.faults().clear();
    stage.publication(&post).await
}

async fn settle(stage: &Stage, found: &PublicationView, finding: Finding) -> PublicationView {
    publications::resolve(&stage.engine, &stage.actor, found.id, finding).await.expect("settled")
}

async fn root(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let found = lost(&stage, account, &["Head", "Tail"], 0).await;
    assert_eq!(found.state, PublicationState::Unconfirmed, "{found:?}");
    let settled = settle(&stage, &found, Finding::Published(None)).await;
    assert_eq!(settled.state, PublicationState::Published);
    assert!(settled.incomplete);
    assert_eq!(settled.error.map(|e| e.code).as_deref(), Some("id_unknown"), "it says what to do");
    // Neither a person nor a reconnection makes the root go out again, and none of them runs for ever.
    publications::retry(&stage.engine, &stage.actor, found.id).await.expect("retry");
    stage.run_until_idle().await;
    stage.x().await;
    stage.run_until_idle().await;
    assert_eq!((stage.public("Head").len(), stage.public("Tail").len()), (1, 0));
    let after = stage.publication_by_id(found.id).await;
    assert!(after.incomplete);
    assert_eq!(after.parts[0].state, UnitState::Failed);
}
on_both!(a_root_that_a_person_found_is_never_sent_again, |t| super::root(t));

async fn middle(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let found = lost(&stage, account, &["One", "Two", "Three"], 1).await;
    assert_eq!(found.state, PublicationState::Published);
    assert_eq!(found.parts[0].state, UnitState::Unconfirmed, "{found:?}");
    let settled = settle(&stage, &found, Finding::Published(None)).await;
    assert!(settled.incomplete, "the third is missing");
    publications::retry(&stage.engine, &stage.actor, found.id).await.expect("retry");
    stage.run_until_idle().await;
    let public = ["One", "Two", "Three"].map(|text| stage.public(text).len());
    assert_eq!(public, [1, 1, 0], "the second is not sent again");
}
on_both!(a_part_that_a_person_found_is_never_sent_again, |t| super::middle(t));

async fn last(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let found = lost(&stage, account, &["First", "Last"], 1).await;
    let settled = settle(&stage, &found, Finding::Published(None)).await;
    assert!(!settled.incomplete, "{settled:?}");
    assert_eq!(settled.error, None);
    let retried = publications::retry(&stage.engine, &stage.actor, found.id).await;
    assert!(matches!(retried, Err(AppError::Conflict { .. })), "nothing is missing");
    assert_eq!(stage.public("Last").len(), 1);
}
on_both!(the_last_part_that_a_person_found_completes_it, |t| super::last(t));

async fn reconnected(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let refuse = Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400).skipping(1);
    stage.fault(refuse);
    let post = stage.thread(account, &["Fine", "Refused"]).await;
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.parts[0].state, UnitState::Failed);
    stage.bluesky().await;
    stage.run_until_idle().await;
    assert!(stage.public("Refused").is_empty(), "a refusal does not go away by connecting again");

    let unsure = lost(&stage, stage.x().await, &["Seen", "Unseen"], 1).await;
    assert_eq!(unsure.parts[0].state, UnitState::Unconfirmed);
    stage.x().await;
    stage.run_until_idle().await;
    let after = stage.publication_by_id(unsure.id).await;
    assert_eq!(after.parts[0].state, UnitState::Unconfirmed, "a person decides");
    assert_eq!(stage.public("Unseen").len(), 1);

    let revoke = Fault::once("bluesky", "commit", When::Before, FaultKind::TokenRevoked).skipping(1);
    stage.fault(revoke);
    let post = stage.thread(account, &["Before", "After the login"]).await;
    stage.run_until_idle().await;
    let waiting = stage.publication(&post).await;
    assert!(waiting.incomplete && waiting.parts[0].error.is_some(), "{waiting:?}");
    stage.bluesky().await;
    stage.run_until_idle().await;
    assert!(!stage.publication(&post).await.incomplete);
    assert_eq!((stage.public("Before").len(), stage.public("After the login").len()), (1, 1));
}
on_both!(a_reconnection_continues_only_what_waited_for_it, |t| super::reconnected(t));

async fn media(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let media = stage.picture().await;
    let refuse = Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400).skipping(1);
    stage.fault(refuse);
    let post = stage
        .post(PostInput {
            text: "A promise".into(),
            parts: vec![PartSpec { text: "The picture".into(), media: vec![media] }],
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await;
    stage.run_until_idle().await;
    assert!(stage.publication(&post).await.incomplete);
    let kept = stage.engine.library.delete(&stage.actor, media, None).await;
    assert!(matches!(kept, Err(AppError::Conflict { code: "media_in_use", .. })), "a part still needs it");
    stage.lose(media).await;
    let id = post.publications[0].id;
    publications::retry(&stage.engine, &stage.actor, id).await.expect("retry");
    stage.run_until_idle().await;
    let after = stage.publication_by_id(id).await;
    assert_eq!(after.state, PublicationState::Published);
    assert!(after.incomplete);
    assert_eq!(after.parts[0].error.as_ref().map(|e| e.code.as_str()), Some("media_gone"));
    assert_eq!(stage.public("A promise").len(), 1);
}
on_both!(a_part_whose_media_are_gone_stays_missing, |t| super::media(t));

async fn late(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let long = Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit).reset(3 * 24 * 3600);
    stage.fault(long.skipping(1));
    let post = stage.thread(account, &["Now", "And three days later"]).await;
    stage.run_until_idle().await;
    assert!(stage.public("And three days later").is_empty(), "a person is asked first");
    let late = stage.publication(&post).await;
    assert!(late.incomplete && late.error.is_some(), "{late:?}");
    publications::retry(&stage.engine, &stage.actor, late.id).await.expect("retry");
    stage.run_until_idle().await;
    assert_eq!(stage.public("And three days later").len(), 1);
    assert!(!stage.publication(&post).await.incomplete);
}
on_both!(a_part_does_not_go_out_days_after_its_root, |t| super::late(t));
