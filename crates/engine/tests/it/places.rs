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
use carillon_engine::Actor;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::posts::{self, PostInput, PostView, WantedStatus};
use carillon_store::on_both;
use carillon_store::testing::TestDb;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::support::{Stage, new_workspace};

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

/// How many uploads of one account run beside each other.
fn of_one_account() -> usize {
    RunnerConfig::default().concurrency / 2
}

fn with_picture(account: AccountId, media: MediaId, text: &str) -> PostInput {
    PostInput {
        text: text.into(),
        media: vec![media],
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    }
}

/// Somebody else on the same networks.
struct Neighbour {
    actor: Actor,
    account: AccountId,
    media: MediaId,
}

impl Neighbour {
    async fn of(stage: &Stage) -> Self {
        let actor = new_workspace(&stage.engine, "Europe/Athens").await;
        let (account, media) = (stage.bluesky_of(&actor).await, stage.picture_of(&actor).await);
        Self { actor, account, media }
    }

    async fn post(&self, stage: &Stage, input: PostInput) {
        posts::create(&stage.engine, &self.actor, input).await.expect("post");
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
    let mut slow = Vec::new();
    for n in 0..RunnerConfig::default().concurrency {
        let mut input = with_picture(busy.account, busy.media, &format!("Slow {n}"));
        input.status = WantedStatus::Scheduled;
        input.scheduled_at = Some(due.to_string());
        slow.push(busy.stage.post(input).await);
    }
    busy.while_working(async {
        busy.until_uploads_hang(of_one_account()).await;
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

async fn another_network(test: &TestDb) {
    let busy = Busy::new(test).await;
    let (x, neighbour) = (busy.stage.x().await, Neighbour::of(&busy.stage).await);
    let places = RunnerConfig::default().concurrency;
    for n in 0..places {
        busy.stage.post(with_picture(busy.account, busy.media, &format!("Slow {n}"))).await;
        let theirs = with_picture(neighbour.account, neighbour.media, &format!("Theirs {n}"));
        neighbour.post(&busy.stage, theirs).await;
    }
    let mut other = None;
    busy.while_working(async {
        busy.until_uploads_hang(places).await;
        other = Some(busy.stage.post(with_picture(x, busy.media, "Elsewhere")).await);
        busy.until_public("Elsewhere").await;
        assert_eq!(busy.slow.waiting.load(Ordering::Relaxed), places, "all places are taken");
    })
    .await;
    busy.published(&other.expect("made")).await;
}
on_both!(slow_uploads_of_one_network_do_not_delay_preparing_for_another, |t| super::another_network(t));

async fn shares(test: &TestDb) {
    let busy = Busy::new(test).await;
    let neighbour = Neighbour::of(&busy.stage).await;
    for n in 0..RunnerConfig::default().concurrency + 4 {
        busy.stage.post(with_picture(busy.account, busy.media, &format!("Slow {n}"))).await;
    }
    busy.while_working(async {
        busy.until_uploads_hang(of_one_account()).await;
        neighbour.post(&busy.stage, with_picture(neighbour.account, neighbour.media, "Mine too")).await;
        busy.until_uploads_hang(of_one_account() + 1).await;
        assert_eq!(busy.slow.waiting.load(Ordering::Relaxed), of_one_account() + 1);
    })
    .await;
    assert_eq!(busy.stage.public("Mine too").len(), 1);
}
on_both!(no_account_takes_all_places_of_its_network, |t| super::shares(t));

async fn round(test: &TestDb) {
    let busy = Busy::new(test).await;
    let neighbour = Neighbour::of(&busy.stage).await;
    for _ in 0..200 {
        busy.stage.now(busy.account, "One of many").await;
    }
    let one = PostInput {
        text: "The only one".into(),
        accounts: vec![neighbour.account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    neighbour.post(&busy.stage, one).await;
    let mut before = usize::MAX;
    busy.while_working(async {
        busy.until_public("The only one").await;
        before = busy.stage.public("One of many").len();
    })
    .await;
    assert!(before < 100, "it waited for {before} of 200 posts of another workspace");
}
on_both!(one_post_does_not_wait_for_the_many_of_another_workspace, |t| super::round(t));
