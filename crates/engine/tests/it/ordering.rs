//! In which order an account's posts go out: by due time, then by when they were made. Whoever has to wait lets the others by.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn overdue(test: &TestDb) {
    // With a login that is still good, and with one that ended meanwhile and has to be renewed first.
    for hours in [1, 5] {
        after(&Stage::new(test).await, hours).await;
    }
}

async fn after(stage: &Stage, hours: u64) {
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let minutes = [17, 3, 11, 5, 29, 2, 23, 7, 13, 19];
    for minute in minutes {
        stage.at(account, &format!("{minute:02} a"), stage.in_minutes(minute)).await;
        stage.bench.clock.advance(Duration::from_millis(5));
    }
    // At the same time as one of them, and made after it.
    let (thirteen, seventeen) = (stage.in_minutes(13), stage.in_minutes(17));
    for (text, at) in [("13 b", thirteen), ("13 c", thirteen), ("17 b", seventeen)] {
        stage.at(account, text, at).await;
        stage.bench.clock.advance(Duration::from_millis(5));
    }
    // Nobody worked for so long.
    stage.bench.clock.advance(Duration::from_secs(hours * 3600));
    stage.run_until_idle().await;
    let ledger = stage.bench.world.ledger().items();
    let sent: Vec<&str> = ledger.iter().map(|item| item.text.as_str()).collect();
    let mut planned = sent.clone();
    planned.sort_unstable();
    assert_eq!(sent, planned, "after {hours} h");
}
on_both!(one_worker_sends_what_was_missed_in_the_order_of_its_time, |t| super::overdue(t));

async fn by(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let (first, second) = (stage.in_minutes(20), stage.in_minutes(21));
    let waits = stage.at(account, "Has to wait", first).await;
    let later = stage.at(account, "On its second", second).await;
    // The answer is an error, and whether it had its effect is open for two minutes.
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(503));
    stage.bench.clock.advance_to(first);
    stage.run_due().await;
    assert_eq!(stage.publication(&waits).await.state, PublicationState::Publishing);
    stage.bench.clock.advance_to(second);
    stage.run_due().await;
    let passed = stage.publication(&later).await;
    assert_eq!((passed.state, passed.published_at), (PublicationState::Published, Some(second)));
    assert_eq!(stage.publication(&waits).await.state, PublicationState::Publishing, "still");
    stage.run_until_idle().await;
    assert_eq!((stage.public("Has to wait").len(), stage.public("On its second").len()), (1, 1));
}
on_both!(who_waits_for_another_look_lets_the_next_one_by, |t| super::by(t));
