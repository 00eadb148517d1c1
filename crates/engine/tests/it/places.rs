//! What runs beside what on one node.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_connectors::conformance::Bench;
use carillon_connectors::kit::http::{Call, Http, Reply, SendError, Transport};
use carillon_connectors::kit::pause::NoPause;
use carillon_connectors::sandbox::InProcess;
use carillon_domain::composition::PartSpec;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::publication::PublicationState;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::posts::{PostInput, PostView, WantedStatus};
use carillon_store::on_both;
use carillon_store::testing::TestDb;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::support::Stage;

/// A network that takes every upload only when the gate is open.
struct Slow {
    inner: InProcess,
    waiting: AtomicUsize,
    gate: Semaphore,
}

#[async_trait]
impl Transport for Slow {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        if call.operation == "uploadBlob" {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            drop(self.gate.acquire().await.expect("open at last"));
        }
        self.inner.send(call, not_after).await
    }
}

/// A stage whose uploads hang, and a worker that runs on it.
struct Busy {
    stage: Stage,
    slow: Arc<Slow>,
    account: AccountId,
    media: MediaId,
}

impl Busy {
    async fn new(test: &TestDb) -> Self {
        let mut bench = Bench::registered();
        let inner = InProcess::over(bench.sandbox.clone());
        let slow = Arc::new(Slow { inner, waiting: AtomicUsize::new(0), gate: Semaphore::new(0) });
        let transport: Arc<dyn Transport> = slow.clone();
        bench.http = Http::new(transport, bench.clock.clone()).with_pause(Arc::new(NoPause));
        let stage = Stage::on(test, bench).await;
        let (account, media) = (stage.bluesky().await, stage.picture().await);
        Self { stage, slow, account, media }
    }

    /// Works until `busy` is over; then the uploads go through too.
    async fn while_working(&self, busy: impl Future<Output = ()>) {
        let stop = CancellationToken::new();
        let runner = Runner::new(Arc::clone(&self.stage.engine), RunnerConfig::default());
        let worker = tokio::spawn(runner.run(stop.clone()));
        busy.await;
        self.slow.gate.add_permits(1_000);
        stop.cancel();
        worker.await.expect("ends");
        self.stage.run_until_idle().await;
    }

    async fn until_uploads_hang(&self, count: usize) {
        until(|| async { self.slow.waiting.load(Ordering::Relaxed) >= count }).await;
    }

    async fn until_public(&self, text: &str) {
        until(|| async { self.stage.public(text).len() == 1 }).await;
    }

    fn time_comes(&self, minutes: u64) {
        self.stage.bench.clock.advance(Duration::from_secs(minutes * 60));
        self.stage.engine.wake.notify_waiters();
    }

    async fn published(&self, post: &PostView) {
        let publication = self.stage.publication(post).await;
        assert_eq!(publication.state, PublicationState::Published, "{publication:?}");
        assert!(!publication.incomplete, "{publication:?}");
    }
}

/// Waits in real time, with a bound: the worker's own loop is what is tested.
async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let patience = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), patience).await.expect("it never came about");
}

async fn uploads(test: &TestDb) {
    let busy = Busy::new(test).await;
    let due = busy.stage.in_minutes(10);
    let on_time = busy.stage.at(busy.account, "On the hour", due).await;
    // It is prepared; only the commit remains.
    busy.stage.run_due().await;
    let places = RunnerConfig::default().concurrency;
    let mut slow = Vec::new();
    for n in 0..places {
        let input = PostInput {
            text: format!("Slow {n}"),
            media: vec![busy.media],
            accounts: vec![busy.account],
            status: WantedStatus::Scheduled,
            scheduled_at: Some(due.to_string()),
            ..PostInput::default()
        };
        slow.push(busy.stage.post(input).await);
    }
    busy.while_working(async {
        busy.until_uploads_hang(places).await;
        busy.time_comes(10);
        busy.until_public("On the hour").await;
    })
    .await;
    for post in slow.iter().chain([&on_time]) {
        busy.published(post).await;
    }
}
on_both!(as_many_slow_uploads_as_there_are_places_delay_no_commit, |t| super::uploads(t));

async fn parts(test: &TestDb) {
    let busy = Busy::new(test).await;
    let input = PostInput {
        text: "First".into(),
        parts: vec![PartSpec { text: "With a picture".into(), media: vec![busy.media] }],
        accounts: vec![busy.account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let thread = busy.stage.post(input).await;
    let mut other = None;
    busy.while_working(async {
        busy.until_uploads_hang(1).await;
        assert_eq!(busy.stage.public("First").len(), 1);
        other = Some(busy.stage.now(busy.account, "In between").await);
        busy.until_public("In between").await;
    })
    .await;
    busy.published(&thread).await;
    busy.published(&other.expect("made")).await;
}
on_both!(uploading_a_part_does_not_hold_the_accounts_lane, |t| super::parts(t));
