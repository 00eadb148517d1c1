//! Who may go on after whom, and when.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_engine::runner::claim;
use carillon_store::repo::job::Room;
use carillon_store::testing::TestDb;
use carillon_store::{Db, on_both};

use super::support::Stage;

async fn dead_process(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.now(account, "Right away").await;
    let died = claim(&stage.engine, "dead", Room::ALL).await.expect("claims").expect("the job");
    let next = stage.another_node().await;
    let freed = next.take_over().await.expect("takes over");
    let again = claim(&stage.engine, "next", Room::ALL).await.expect("claims");
    match stage.engine.db {
        // Nobody else works on this file: why wait?
        Db::Sqlite(_) => {
            assert_eq!(freed, 1);
            assert!(again.is_some_and(|lease| lease.job == died.job && lease.epoch > died.epoch));
        }
        Db::Postgres(_) => {
            let another = again.is_none_or(|lease| lease.job != died.job);
            assert!(freed == 0 && another, "another node may be alive");
        }
    }
    // The lease of whoever holds it now runs out as well.
    stage.bench.clock.advance(Duration::from_secs(120));
    stage.run_until_idle().await;
    assert_eq!(stage.public("Right away").len(), 1);
}
on_both!(a_new_process_takes_over_from_a_dead_one, |t| super::dead_process(t));

async fn early(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", When::Before, FaultKind::Cut));
    let post = stage.now(account, "On its way?").await;
    stage.run_due().await;
    let row = stage.row(post.publications[0].id).await;
    assert!(row.intent && row.state == PublicationState::Publishing, "{row:?}");
    assert!(row.evidence.is_some(), "what was seen is kept");
    stage.bench.clock.advance(Duration::from_secs(100));
    stage.run_due().await;
    assert!(stage.public("On its way?").is_empty(), "an early absence sends nothing");
    stage.run_until_idle().await;
    assert_eq!(stage.public("On its way?").len(), 1);
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
}
on_both!(an_absence_counts_when_the_send_is_over, |t| super::early(t));
