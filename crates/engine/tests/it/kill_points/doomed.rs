//! A worker that dies where it is told to.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use carillon_connectors::conformance::{Bench, Library};
use carillon_connectors::kit::http::{Call, Http, Reply, SendError, Transport};
use carillon_connectors::kit::pause::NoPause;
use carillon_connectors::sandbox::{Fetch, FetchError, Fetched, InProcess, LedgerItem, Sandbox, World};
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use carillon_engine::events::Topic;
use carillon_engine::jobs::{self, Next};
use carillon_engine::runner::claim;
use carillon_store::StoreError;
use carillon_store::repo::{job, lease};
use carillon_store::testing::TestDb;

use super::super::support::Stage;

/// Names of the points that were passed, in order.
pub type Points = Vec<String>;

/// Counts the points, and says when it is over.
#[derive(Default)]
struct Script {
    watching: AtomicBool,
    dead: AtomicBool,
    passed: Mutex<Points>,
    dies_at: Mutex<Option<usize>>,
}

impl Script {
    fn passed(&self) -> MutexGuard<'_, Points> {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A point; `true`: the worker dies here.
    fn pass(&self, name: &str) -> bool {
        if !self.watching.load(Ordering::Relaxed) || self.dead.load(Ordering::Relaxed) {
            return false;
        }
        let mut passed = self.passed();
        passed.push(name.to_owned());
        let dies_at = *self.dies_at.lock().unwrap_or_else(PoisonError::into_inner);
        let dies = dies_at == Some(passed.len() - 1);
        self.dead.fetch_or(dies, Ordering::Relaxed);
        dies
    }
}

/// The simulated networks, with a point before each call and one between its effect and its answer.
struct Watched {
    inner: InProcess,
    script: Arc<Script>,
}

#[async_trait]
impl Transport for Watched {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        // What was saved before is noticed before the call.
        tokio::task::yield_now().await;
        let name = call.operation;
        if self.script.pass(&format!("before {name}")) {
            std::future::pending::<()>().await;
        }
        let reply = self.inner.send(call, not_after).await;
        if self.script.pass(&format!("after {name}")) {
            std::future::pending::<()>().await;
        }
        reply
    }
}

/// Networks that pull files get them from the bench's library, whatever the address that names the file.
struct Pull(Arc<Library>);

#[async_trait]
impl Fetch for Pull {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let named = url.split('/').find_map(|segment| segment.parse::<MediaId>().ok());
        let named = named.ok_or_else(|| FetchError(format!("{url} names no file")))?;
        self.0.fetch(&format!("https://media.carillon.example/{named}")).await
    }
}

/// A stage with a worker that can be killed.
pub struct Doomed {
    pub stage: Stage,
    pub account: AccountId,
    platform: &'static str,
    before: usize,
    script: Arc<Script>,
}

impl Doomed {
    pub async fn new(test: &TestDb, platform: &'static str) -> Self {
        let script = Arc::new(Script::default());
        let stage = Stage::on(test, bench(&script)).await;
        let account = connect(&stage, platform).await;
        // Reading the new account is not what this is about.
        stage.run_until_idle().await;
        let before = stage.bench.world.ledger().of(platform).len();
        Self { stage, account, platform, before, script }
    }

    /// Whether the worker died.
    pub fn is_dead(&self) -> bool {
        self.script.dead.load(Ordering::Relaxed)
    }

    /// What became public since the account was connected.
    pub fn public(&self) -> Vec<LedgerItem> {
        self.stage.bench.world.ledger().of(self.platform).split_off(self.before)
    }

    /// Works as a node does until nothing is queued or the worker dies.
    pub async fn work(&self, dies_at: Option<usize>) -> Points {
        *self.script.dies_at.lock().unwrap_or_else(PoisonError::into_inner) = dies_at;
        self.script.watching.store(true, Ordering::Relaxed);
        while self.run_one().await {}
        self.script.watching.store(false, Ordering::Relaxed);
        self.script.passed().clone()
    }

    /// One job, if there is one, in its own time. `false`: it is over.
    async fn run_one(&self) -> bool {
        let engine = &self.stage.engine;
        let Some(at) =
            lease::next_run_at(&engine.db, job::Room::ALL, carillon_domain::time::SignedDuration::ZERO)
                .await
                .expect("queue")
        else {
            return false;
        };
        if at > engine.clock.now() {
            self.stage.bench.clock.advance_to(at);
        }
        let lease = claim(engine, "doomed", job::Room::ALL).await.expect("claims").expect("due");
        let Some(next) = self.until_death(jobs::run(engine, &lease)).await else { return false };
        let next = next.expect("no defect");
        // It has decided, and dies before the queue knows.
        if self.script.pass("at the end of a run") {
            return false;
        }
        let (id, epoch) = (lease.job, lease.epoch);
        let written: Result<bool, StoreError> = engine
            .db
            .write(move |tx| {
                Box::pin(async move {
                    match next {
                        Next::Over => Ok(true),
                        Next::Finished => lease::finish(tx, &[(id, epoch)]).await.map(|ended| ended == 1),
                        Next::At { at, lane } => {
                            job::reschedule(tx, id, epoch, at, lane.as_deref(), None).await
                        }
                    }
                })
            })
            .await;
        assert!(written.expect("written"), "nobody else has it");
        true
    }

    /// Runs `work`; `None`: the worker died in the middle of it, and `work` with it.
    async fn until_death<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut heard = self.stage.engine.events.listen();
        let mut work = pin!(work);
        poll_fn(|cx| {
            let polled = work.as_mut().poll(cx);
            while let Ok(event) = heard.try_recv() {
                if matches!(event.topic, Topic::Publication(..)) {
                    self.script.pass("right after a save");
                }
            }
            match polled {
                _ if self.script.dead.load(Ordering::Relaxed) => Poll::Ready(None),
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

fn bench(script: &Arc<Script>) -> Bench {
    let start = "2026-11-02T09:00:00Z".parse::<Timestamp>().expect("time");
    let clock = Arc::new(ManualClock::new(start));
    let library = Arc::new(Library::default());
    let world = World::builder(clock.clone()).seed(11).fetch(Arc::new(Pull(library.clone()))).build();
    let sandbox = Sandbox::new(world.clone());
    let transport = Watched { inner: InProcess::over(sandbox.clone()), script: script.clone() };
    let http = Http::new(Arc::new(transport), clock.clone()).with_pause(Arc::new(NoPause));
    let (entropy, diary) = (SeededEntropy::new(5), Arc::default());
    Bench { clock, world, sandbox, http, entropy, library, diary }
}

async fn connect(stage: &Stage, platform: &str) -> AccountId {
    if stage.bench.sandbox.login(platform, &carillon_connectors::sandbox::persona::PERSONAS[0]).is_some() {
        return stage.bluesky().await;
    }
    let server = stage.bench.sandbox.first_family_host(platform).map(|host| format!("https://{host}"));
    stage.through_pages(platform, server.as_deref()).await
}
