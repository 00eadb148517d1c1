//! A restored database does not know what went out after the copy was made.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_engine::usecase::{publications, release};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

/// As after a restoration at this moment.
async fn restored(stage: Stage) -> Stage {
    let now = stage.in_minutes(0);
    stage.restarted(|engine| engine.timing.restored_at = Some(now)).await
}

async fn held(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let due = stage.at(account, "Out already?", stage.in_minutes(10)).await;
    let later = stage.at(account, "Not yet", stage.in_minutes(30)).await;
    // Far less than any grace.
    stage.bench.clock.advance(Duration::from_secs(20 * 60));
    let stage = restored(stage).await;
    stage.run_due().await;
    let view = stage.publication(&due).await;
    assert_eq!((view.state, view.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
    assert!(stage.public("Out already?").is_empty());

    stage.bench.clock.advance(Duration::from_secs(1));
    stage.now(account, "We are back").await;
    stage.bench.clock.advance(Duration::from_secs(11 * 60));
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&later).await.state, PublicationState::Published);
    assert_eq!(stage.public("We are back").len(), 1);
    assert_eq!(stage.public("Not yet").len(), 1);

    assert_eq!(release::publish_overdue(&stage.engine, &stage.actor).await.expect("released"), 1);
    stage.run_until_idle().await;
    assert_eq!(stage.public("Out already?").len(), 1);
}
on_both!(what_was_due_at_a_restoration_waits_for_a_person, |t| super::held(t));

async fn parts(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    // The copy was made when the head was public and the tail was not.
    let full = Fault::once("x", "commit", When::Before, FaultKind::Status).status(429);
    stage.fault(full.skipping(1).times(1_000));
    let thread = stage.thread(account, &["Head", "Tail"]).await;
    stage.run_due().await;
    assert!(stage.row(thread.publications[0].id).await.published_at.is_some());
    stage.bench.world.faults().clear();
    let stage = restored(stage).await;
    stage.bench.clock.advance(Duration::from_secs(3_600));
    stage.run_until_idle().await;
    assert_eq!((stage.public("Head").len(), stage.public("Tail").len()), (1, 0));
    let view = stage.publication(&thread).await;
    assert!(view.incomplete && view.state == PublicationState::Published, "{view:?}");

    publications::retry(&stage.engine, &stage.actor, view.id).await.expect("again");
    stage.run_until_idle().await;
    assert_eq!((stage.public("Head").len(), stage.public("Tail").len()), (1, 1));
}
on_both!(the_rest_of_what_was_public_at_a_restoration_waits_too, |t| super::parts(t));
