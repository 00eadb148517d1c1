//! In which order an account's posts go out: by due time, then by when they were made. Whoever has to wait lets the others by.

use std::sync::Arc;
use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::SignedDuration;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_store::on_both;
use carillon_store::repo::{job, lease};
use carillon_store::testing::TestDb;
use tokio_util::sync::CancellationToken;

use super::support::Stage;

async fn overdue(test: &TestDb) {
    // With a login that is still good, and with one that ended meanwhile and has to be renewed first.
    for hours in [1, 5] {
        after(&Stage::new(test).await, hours).await;
    }
}

async fn overdue_on_a_node(test: &TestDb) {
    for hours in [1, 5] {
        let stage = Stage::new(test).await;
        let posts = missed(&stage, hours).await;
        work(&stage, posts).await;
        in_order(&stage, hours);
        stage.run_until_idle().await;
    }
}
on_both!(a_node_sends_what_was_missed_in_the_order_of_its_time, |t| super::overdue_on_a_node(t));

/// Works with all its places at once until so many are public. Whenever it rests, time goes on to what is next.
async fn work(stage: &Stage, posts: usize) {
    let stop = CancellationToken::new();
    let runner = Runner::new(Arc::clone(&stage.engine), RunnerConfig::default());
    let worker = tokio::spawn(runner.run(stop.clone()));
    let all_public = async {
        let (mut seen, mut looks) = (None, 0);
        while stage.bench.world.ledger().items().len() < posts {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let next = lease::next_run_at(&stage.engine.db, job::Room::ALL, SignedDuration::ZERO)
                .await
                .expect("queue");
            looks = if next == seen { looks + 1 } else { 0 };
            seen = next;
            // What it works on is not in the queue, so only a while without change says that it rests.
            if let Some(at) = next.filter(|_| looks > 20) {
                let soon = stage.engine.clock.now() + SignedDuration::from_secs(1);
                stage.bench.clock.advance_to(if at > stage.engine.clock.now() { at } else { soon });
                stage.engine.wake.notify_waiters();
                looks = 0;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_public).await.expect("in time");
    stop.cancel();
    worker.await.expect("ends");
}

async fn after(stage: &Stage, hours: u64) {
    missed(stage, hours).await;
    stage.run_until_idle().await;
    in_order(stage, hours);
}

/// Plans posts for the next half hour, and lets `hours` go by in which nobody works. How many there are.
async fn missed(stage: &Stage, hours: u64) -> usize {
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
    minutes.len() + 3
}

fn in_order(stage: &Stage, hours: u64) {
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
