//! Publishes as the engine does: step by step, with saved progress, on a clock that waits by being moved.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::Clock;

use super::Session;
use crate::contract::cx::Checkpoint;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

/// How a publication ended.
#[derive(Debug)]
pub enum Outcome {
    /// Every unit is public.
    Published(Progress),
    /// It ended with this error. Units without a remote id in the progress are certainly not public.
    Failed(ConnectorError, Progress),
    /// The account must be connected again.
    NeedsReconnect(ConnectorError, Progress),
    /// Nobody knows whether the unit that is being committed is public; a person decides, with this evidence.
    Unconfirmed(String, Progress),
}

impl Outcome {
    /// Whether every unit is public.
    pub fn is_published(&self) -> bool {
        matches!(self, Self::Published(_))
    }

    /// Where it stopped.
    pub fn progress(&self) -> &Progress {
        match self {
            Self::Published(p)
            | Self::Failed(_, p)
            | Self::NeedsReconnect(_, p)
            | Self::Unconfirmed(_, p) => p,
        }
    }

    /// The error that ended it.
    pub fn error(&self) -> Option<&ConnectorError> {
        match self {
            Self::Failed(error, _) | Self::NeedsReconnect(error, _) => Some(error),
            _ => None,
        }
    }

    /// The remote ids of all units.
    ///
    /// # Panics
    /// When it is not published.
    pub fn remote_ids(&self) -> Vec<String> {
        assert!(self.is_published(), "{self:?}");
        self.progress().units.iter().filter_map(|u| u.remote_id.clone()).collect()
    }
}

/// Where the process dies, once. It goes on from what was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Right after the n-th save (from 0), wherever it happens.
    AfterSave(usize),
    /// After the n-th commit (from 0) was answered, before the answer is saved.
    AfterCommit(usize),
}

/// Saves progress in memory, and dies when told to.
#[derive(Default)]
pub(super) struct Recorder {
    state: Mutex<Recorded>,
}

#[derive(Default)]
struct Recorded {
    saved: Option<Progress>,
    saves: usize,
    commits: usize,
    crash: Option<Crash>,
}

impl Recorder {
    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, progress: &Progress, crash: Option<Crash>) {
        *self.lock() = Recorded { saved: Some(progress.clone()), crash, ..Recorded::default() };
    }

    /// Saves as the database would. `false`: the process died right afterwards.
    fn keep(&self, progress: &Progress) -> bool {
        let mut state = self.lock();
        state.saved = Some(progress.clone());
        let dies = state.crash == Some(Crash::AfterSave(state.saves));
        state.saves += 1;
        if dies {
            state.crash = None;
        }
        !dies
    }

    fn dies_after_commit(&self) -> bool {
        let mut state = self.lock();
        let dies = state.crash == Some(Crash::AfterCommit(state.commits));
        state.commits += 1;
        if dies {
            state.crash = None;
        }
        dies
    }

    fn saved(&self) -> Option<Progress> {
        self.lock().saved.clone()
    }
}

#[async_trait]
impl Checkpoint for Recorder {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        // What can't be written down and read again does not survive a real restart.
        let text = serde_json::to_string(progress).unwrap_or_default();
        let back = serde_json::from_str::<Progress>(&text);
        assert_eq!(back.ok().as_ref(), Some(progress), "this progress does not survive being saved: {text}");
        if self.keep(progress) {
            return Ok(());
        }
        Err(ConnectorError::new(
            ErrorKind::Transient,
            "bench",
            "save",
            "lease_lost",
            "The process died here.",
        ))
    }
}

/// How many attempts a publication has, and the waits between them (product.md: 1, 5 and 15 minutes).
const WAITS: [Duration; 3] =
    [Duration::from_secs(60), Duration::from_secs(5 * 60), Duration::from_secs(15 * 60)];

/// More steps than any healthy publication takes.
const MOST_STEPS: usize = 2_000;

impl Session<'_> {
    fn publisher(&self) -> &dyn Publisher {
        let name = self.connector.descriptor().name;
        self.connector.publisher().unwrap_or_else(|| panic!("{name} can't publish"))
    }

    /// Publishes a draft to its end, without checking it first.
    pub async fn publish(&self, draft: &Draft) -> Outcome {
        self.publish_with(draft, None).await
    }

    /// The same, with a crash on the way.
    pub async fn publish_crashing(&self, draft: &Draft, crash: Crash) -> Outcome {
        self.publish_with(draft, Some(crash)).await
    }

    /// How many saves and commits a publication of this draft has; for trying every [`Crash`].
    pub fn counts(&self) -> (usize, usize) {
        let state = self.recorder.lock();
        (state.saves, state.commits)
    }

    async fn publish_with(&self, draft: &Draft, crash: Option<Crash>) -> Outcome {
        let credential = self.credential();
        let progress = match self.publisher().start(&self.cx(&credential), draft) {
            Ok(progress) => progress,
            Err(error) => {
                return Outcome::Failed(error, Progress::new(0, draft.units(), serde_json::Value::Null));
            }
        };
        self.recorder.begin(&progress, crash);
        self.resume(draft, progress).await
    }

    /// Goes on from saved progress, as another process would.
    pub async fn resume(&self, draft: &Draft, progress: Progress) -> Outcome {
        let mut run = Run { session: self, draft, progress, attempt: 0, refreshed: false };
        for _ in 0..MOST_STEPS {
            if let Some(outcome) = run.step().await {
                return outcome;
            }
        }
        panic!("{} never ends: {:?}", self.connector.descriptor().name, run.progress);
    }
}

struct Run<'a> {
    session: &'a Session<'a>,
    draft: &'a Draft,
    progress: Progress,
    attempt: usize,
    refreshed: bool,
}

impl Run<'_> {
    /// One step; `None`: there is more to do.
    async fn step(&mut self) -> Option<Outcome> {
        match self.progress.stage {
            Stage::Done => {
                let credential = self.session.credential();
                let cx = self.session.cx(&credential);
                let read = self.session.publisher().read_back(&cx, self.progress.clone()).await;
                Some(Outcome::Published(read.unwrap_or_else(|_| self.progress.clone())))
            }
            Stage::Processing { poll_after_ms, .. } => {
                self.wait(Duration::from_millis(poll_after_ms));
                self.advance().await
            }
            Stage::Preparing { .. } => self.advance().await,
            Stage::Ready { unit } => self.commit(unit).await,
            Stage::Committing { unit, .. } => self.reconcile(unit).await,
        }
    }

    async fn advance(&mut self) -> Option<Outcome> {
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let result = self.session.publisher().advance(&cx, self.draft, self.progress.clone()).await;
        match result {
            Ok(progress) => {
                self.save(progress);
                None
            }
            Err(error) => {
                self.progress = self.session.recorder.saved().unwrap_or_else(|| self.progress.clone());
                let stage = self.progress.stage;
                self.react(error, stage).await
            }
        }
    }

    async fn commit(&mut self, unit: u16) -> Option<Outcome> {
        let clock = &self.session.bench.clock;
        let open = self.progress.clone().at(Stage::Committing { unit, since: clock.now() });
        if !self.save(open) {
            return None;
        }
        self.send(unit).await
    }

    async fn send(&mut self, unit: u16) -> Option<Outcome> {
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let permit = CommitPermit::after_durable_intent(cx.clock.monotonic() + Duration::from_secs(60));
        let result = self.session.publisher().commit(&cx, self.draft, self.progress.clone(), permit).await;
        if self.session.recorder.dies_after_commit() {
            return None;
        }
        match result {
            Ok(progress) => {
                self.attempt = 0;
                self.save(progress);
                None
            }
            Err(error) if error.kind == ErrorKind::Ambiguous => self.unsure(unit, error).await,
            Err(error) => self.react(error, Stage::Ready { unit }).await,
        }
    }

    async fn unsure(&mut self, unit: u16, error: ConnectorError) -> Option<Outcome> {
        if self.session.publisher().commit_safety(self.draft, unit) == CommitSafety::Blind {
            return Some(Outcome::Unconfirmed(error.to_string(), self.progress.clone()));
        }
        None
    }

    async fn reconcile(&mut self, unit: u16) -> Option<Outcome> {
        let publisher = self.session.publisher();
        match publisher.commit_safety(self.draft, unit) {
            CommitSafety::Blind => {
                return Some(Outcome::Unconfirmed("nobody can look".to_owned(), self.progress.clone()));
            }
            CommitSafety::Idempotent => {
                if let Some(outcome) = self.another_attempt("repeated") {
                    return Some(outcome);
                }
                return self.send(unit).await;
            }
            CommitSafety::Reconcilable => {}
        }
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        match publisher.reconcile(&cx, self.draft, &self.progress).await {
            Ok(Reconciliation::Found(progress)) => {
                assert!(
                    progress.units[usize::from(unit)].remote_id.is_some(),
                    "found without an id: {progress:?}"
                );
                self.save(progress);
                None
            }
            Ok(Reconciliation::Absent(progress)) => {
                if let Some(outcome) = self.another_attempt("proved absent") {
                    return Some(outcome);
                }
                self.save(progress);
                None
            }
            Ok(Reconciliation::Unknown { look_again_at: Some(at), .. }) => {
                assert!(at > self.session.bench.clock.now(), "looking again in the past never ends");
                self.session.bench.clock.advance_to(at);
                None
            }
            Ok(Reconciliation::Unknown { look_again_at: None, evidence }) => {
                Some(Outcome::Unconfirmed(evidence, self.progress.clone()))
            }
            Err(error) => {
                let stage = self.progress.stage;
                self.react(error, stage).await
            }
        }
    }

    /// After an error that is certain: what product.md says for its kind, then on from `stage`.
    async fn react(&mut self, error: ConnectorError, stage: Stage) -> Option<Outcome> {
        if error.code == "lease_lost" {
            return None;
        }
        let progress = self.progress.clone().at(stage);
        match error.kind {
            ErrorKind::Transient => {
                let Some(wait) = WAITS.get(self.attempt) else {
                    return Some(Outcome::Failed(error, progress));
                };
                self.attempt += 1;
                self.wait(*wait);
            }
            ErrorKind::RateLimited { until } => match until {
                Some(until) => self.session.bench.clock.advance_to(until),
                None => self.wait(WAITS[0]),
            },
            ErrorKind::NotReady => {
                self.wait(Duration::from_secs(5));
                // The connector looks again whether everything is in place.
                if let Stage::Ready { unit } = stage {
                    self.save(progress.at(Stage::Preparing { unit }));
                    return None;
                }
            }
            ErrorKind::AuthExpired => {
                let renewable = self.session.connector.authorizer().refreshable(&self.session.credential());
                if self.refreshed || !renewable {
                    return Some(Outcome::NeedsReconnect(error, progress));
                }
                self.refreshed = true;
                if let Err(error) = self.session.refresh().await {
                    return Some(Outcome::NeedsReconnect(error, progress));
                }
            }
            ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
                return Some(Outcome::NeedsReconnect(error, progress));
            }
            ErrorKind::Rejected => return Some(Outcome::Failed(error, progress)),
            // Only a commit can be ambiguous; while preparing nothing is public, so it may be done again.
            ErrorKind::Ambiguous => self.wait(WAITS[0]),
        }
        self.save(progress);
        None
    }

    fn another_attempt(&mut self, why: &str) -> Option<Outcome> {
        self.attempt += 1;
        let evidence = format!("{why} {} times", self.attempt);
        (self.attempt > WAITS.len()).then(|| Outcome::Unconfirmed(evidence, self.progress.clone()))
    }

    /// Saves and goes on from there. `false`: the process died; what was saved is where it goes on.
    fn save(&mut self, progress: Progress) -> bool {
        let alive = self.session.recorder.keep(&progress);
        self.progress = progress;
        alive
    }

    fn wait(&self, by: Duration) {
        self.session.bench.clock.advance(by);
    }
}
