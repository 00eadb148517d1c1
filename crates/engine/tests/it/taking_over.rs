//! Who may go on after whom, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_connectors::conformance::Bench;
use carillon_connectors::kit::http::{Call, Http, Reply, SendError, Transport};
use carillon_connectors::kit::pause::NoPause;
use carillon_connectors::sandbox::{Fault, FaultKind, InProcess, When};
use carillon_domain::publication::PublicationState;
use carillon_engine::jobs::{self, JobError, sweep};
use carillon_engine::runner::{Heart, claim};
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use carillon_store::repo::job::Room;
use carillon_store::testing::TestDb;
use carillon_store::{Db, on_both};
use futures::FutureExt;
use tokio::sync::Notify;

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

/// A network at which one worker falls asleep: in the middle of a call of this kind it lies still until it is woken.
struct Sleepy {
    inner: InProcess,
    operation: &'static str,
    asleep: Notify,
    woken: Notify,
    slept: AtomicBool,
}

#[async_trait]
impl Transport for Sleepy {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        if call.operation == self.operation && !self.slept.swap(true, Ordering::Relaxed) {
            self.asleep.notify_one();
            self.woken.notified().await;
        }
        self.inner.send(call, not_after).await
    }
}

async fn slept(test: &TestDb) {
    let mut bench = Bench::registered();
    let sleepy = Arc::new(Sleepy {
        inner: InProcess::over(bench.sandbox.clone()),
        operation: "uploadBlob",
        asleep: Notify::new(),
        woken: Notify::new(),
        slept: AtomicBool::new(false),
    });
    bench.http =
        Http::new(sleepy.clone() as Arc<dyn Transport>, bench.clock.clone()).with_pause(Arc::new(NoPause));
    let stage = Stage::on(test, bench).await;
    let (account, media) = (stage.bluesky().await, stage.picture().await);
    stage.run_until_idle().await;
    let post = PostInput {
        text: "Woken too late".into(),
        media: vec![media],
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let post = stage.post(post).await;
    let lease = claim(&stage.engine, "sleeper", Room::ALL).await.expect("claims").expect("the post");
    let engine = Arc::clone(&stage.engine);
    let sleeper = tokio::spawn(async move { jobs::run(&engine, &lease).await });
    sleepy.asleep.notified().await;
    // Its lease runs out, and another one takes over.
    stage.bench.clock.advance(Duration::from_secs(120));
    stage.run_until_idle().await;
    let before = stage.row(post.publications[0].id).await;
    assert_eq!(before.state, PublicationState::Published);
    sleepy.woken.notify_one();
    let woken = sleeper.await.expect("ends");
    assert!(matches!(woken, Err(JobError::LostLease)), "{woken:?}");
    assert_eq!(stage.public("Woken too late").len(), 1, "whoever slept past its lease sends nothing");
    let after = stage.row(post.publications[0].id).await;
    assert_eq!((after.seen(), after.remote_id), (before.seen(), before.remote_id), "and changes nothing");
}
on_both!(who_slept_past_its_lease_sends_nothing, |t| super::slept(t));

/// Reading, which comes due meanwhile, is left alone.
const IN_FRONT: Room = Room { background: false, ..Room::ALL };

async fn beating(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (one, other) = (stage.bluesky().await, stage.x().await);
    stage.now(one, "Takes long").await;
    stage.now(other, "Takes long elsewhere").await;
    let heart = Heart::default();
    let first = claim(&stage.engine, "node", IN_FRONT).await.expect("claims").expect("a post");
    let second = claim(&stage.engine, "node", IN_FRONT).await.expect("claims").expect("the other");
    let (one, other) = (heart.keep(&first), heart.keep(&second));
    // The first beat leaves young leases alone; from the second on they last on.
    for _ in 0..20 {
        stage.bench.clock.advance(stage.engine.timing.lease / 4);
        heart.beat(&stage.engine).await.expect("beats");
        sweep::sweep(&stage.engine).await.expect("sweeps");
    }
    assert!(claim(&stage.engine, "next", IN_FRONT).await.expect("claims").is_none(), "both leases last");
    drop(other);
    stage.bench.clock.advance(stage.engine.timing.lease * 3 / 4);
    heart.beat(&stage.engine).await.expect("beats");
    stage.bench.clock.advance(stage.engine.timing.lease / 2);
    sweep::sweep(&stage.engine).await.expect("sweeps");
    let again = claim(&stage.engine, "next", IN_FRONT).await.expect("claims").expect("the other's ran out");
    assert_eq!((again.job, again.epoch), (second.job, second.epoch + 1));
    assert!(claim(&stage.engine, "next", IN_FRONT).await.expect("claims").is_none(), "the first one's lasts");
    // Who works on under a lease that somebody else took over is told by the next beat; the others are not.
    let stale = heart.keep(&second);
    for _ in 0..2 {
        heart.beat(&stage.engine).await.expect("beats");
    }
    assert!(stale.lost().now_or_never().is_some());
    assert!(one.lost().now_or_never().is_none());
}
on_both!(one_beat_keeps_all_leases_of_a_node, |t| super::beating(t));
