//! Publishes as the engine does: step by step, with saved progress, on a clock that waits by being moved.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{Clock, Timestamp};

use super::recorder::{Crash, LEASE_LOST};
use super::{Outcome, Session};
use crate::contract::progress::{Progress, Stage, UnitProgress};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

/// The pauses between tries that count (product.md: after 1, 5 and 15 minutes).
const PAUSES: [Duration; 3] =
    [Duration::from_secs(60), Duration::from_secs(5 * 60), Duration::from_secs(15 * 60)];

/// How long one waits when the network is not ready and says no more.
const POLL: Duration = Duration::from_secs(10);

/// A send that another process began is over by then, whatever became of it.
const SEND_OVER: Duration = Duration::from_secs(110);

/// After this long without certainty a person decides.
const LOOK_AT_MOST: Duration = Duration::from_secs(30 * 60);

/// So long is waited for a network that says that it works on it.
const WORK_AT_MOST: Duration = Duration::from_secs(24 * 3600);

/// More steps than any healthy publication takes.
const MOST_STEPS: usize = 2_000;

impl Session<'_> {
    pub(super) fn publisher(&self) -> &dyn Publisher {
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

    /// How many saves and commits the last publication had; for trying every [`Crash`].
    pub fn counts(&self) -> (usize, usize) {
        self.recorder.counts()
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
        let mut run = Run { session: self, draft, progress, tries: 0, refreshed: false };
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
    tries: usize,
    refreshed: bool,
}

impl Run<'_> {
    /// One step; `None`: there is more to do.
    async fn step(&mut self) -> Option<Outcome> {
        match self.progress.stage {
            Stage::Done => Some(self.finish().await),
            Stage::Processing { poll_after_ms, .. } => {
                self.wait(Duration::from_millis(poll_after_ms));
                self.advance().await
            }
            Stage::Preparing { .. } => self.advance().await,
            Stage::Ready { unit } => self.commit(unit, false).await,
            Stage::Committing { unit, since } => self.look(unit, since).await,
        }
    }

    async fn finish(&self) -> Outcome {
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let read = self.session.publisher().read_back(&cx, self.progress.clone()).await;
        Outcome::Published(read.unwrap_or_else(|_| self.progress.clone()))
    }

    async fn advance(&mut self) -> Option<Outcome> {
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let before = self.progress.stage;
        match self.session.publisher().advance(&cx, self.draft, self.progress.clone()).await {
            Ok(progress) => {
                // No step forward and no wait asked for: the network is not ready.
                if progress.stage == before {
                    self.wait(POLL);
                }
                self.save(progress);
                None
            }
            Err(error) => {
                self.progress = self.session.recorder.saved().unwrap_or_else(|| self.progress.clone());
                if error.code == LEASE_LOST {
                    self.restart();
                    return None;
                }
                self.react(error).await
            }
        }
    }

    /// A send that was `repeated` leaves the question open unless it succeeds.
    async fn commit(&mut self, unit: u16, repeated: bool) -> Option<Outcome> {
        let clock = &self.session.bench.clock;
        let open = self.progress.clone().at(Stage::Committing { unit, since: clock.now() });
        if !self.save(open) {
            return None;
        }
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let permit = CommitPermit::after_durable_intent(cx.clock.monotonic() + Duration::from_secs(20));
        let result = self.session.publisher().commit(&cx, self.draft, self.progress.clone(), permit).await;
        if self.session.recorder.dies_after_commit() {
            self.restart();
            return None;
        }
        match result {
            Ok(progress) => {
                self.public(unit, progress);
                None
            }
            Err(error) if repeated || error.kind == ErrorKind::Ambiguous => {
                // The connector may have noted what the network answered, for the look that follows.
                self.progress = self.session.recorder.saved().unwrap_or_else(|| self.progress.clone());
                None
            }
            Err(error) => {
                // Any other kind is the connector's word that nothing became public. It may have noted what the network said.
                let noted = self.session.recorder.saved().unwrap_or_else(|| self.progress.clone());
                let back = noted.at(Stage::Ready { unit });
                self.save(back);
                self.react(error).await
            }
        }
    }

    /// An intent is open: after a crash, or after an answer that said nothing.
    async fn look(&mut self, unit: u16, since: Timestamp) -> Option<Outcome> {
        let publisher = self.session.publisher();
        // Also where the same write again would do no harm: its refusal would say nothing about the first.
        if publisher.commit_safety(self.draft, unit) == CommitSafety::Blind {
            return Some(Outcome::Unconfirmed("nobody can look".to_owned(), self.progress.clone()));
        }
        let clock = &self.session.bench.clock;
        let credential = self.session.credential();
        let cx = self.session.cx(&credential);
        let (late, over) = (self.is_late(since), clock.now() >= since + SEND_OVER);
        match publisher.reconcile(&cx, self.draft, &self.progress).await {
            Ok(Reconciliation::Found(progress)) => {
                self.public(unit, progress);
                None
            }
            // The send may still be on its way.
            Ok(
                Reconciliation::Absent { .. }
                | Reconciliation::Repeat(_)
                | Reconciliation::Unknown { look_again_at: None, .. },
            ) if !over => {
                clock.advance_to(since + SEND_OVER);
                None
            }
            Ok(Reconciliation::Repeat(progress)) => {
                let open = matches!(progress.stage, Stage::Committing { unit: u, .. } if u == unit);
                assert!(open, "a repeated send leaves the question open: {progress:?}");
                self.progress = progress;
                self.commit(unit, true).await
            }
            Ok(Reconciliation::Absent { again: progress, cause }) => {
                let on = matches!(progress.stage, Stage::Preparing { unit: u } | Stage::Ready { unit: u } if u == unit);
                assert!(on, "after an absence the same unit goes on: {progress:?}");
                self.save(progress);
                let name = self.session.connector.descriptor().name;
                let lost = || {
                    let cause = "The post was looked for and is not there.";
                    ConnectorError::new(ErrorKind::Transient, name, "reconcile", "absent", cause)
                };
                self.react(cause.map_or_else(lost, |cause| *cause)).await
            }
            Ok(Reconciliation::Working { look_again_at: at, .. }) if at < since + WORK_AT_MOST => {
                assert!(at > clock.now(), "looking again in the past never ends");
                let progress = Progress { worked_on_at: Some(clock.now()), ..self.progress.clone() };
                self.save(progress);
                clock.advance_to(at);
                None
            }
            Ok(Reconciliation::Unknown { look_again_at: Some(at), .. }) if !late => {
                assert!(at > clock.now(), "looking again in the past never ends");
                clock.advance_to(at);
                None
            }
            Ok(Reconciliation::Working { evidence, .. } | Reconciliation::Unknown { evidence, .. }) => {
                assert!(!evidence.is_empty(), "a person must decide by this evidence");
                Some(Outcome::Unconfirmed(evidence, self.progress.clone()))
            }
            Err(error) => self.look_failed(error, late).await,
        }
    }

    /// Whether looking has taken so long that a person decides.
    fn is_late(&self, since: Timestamp) -> bool {
        self.session.bench.clock.now() >= self.progress.last_sign(since) + LOOK_AT_MOST
    }

    /// Looking failed; the question stays open.
    async fn look_failed(&mut self, error: ConnectorError, late: bool) -> Option<Outcome> {
        match error.kind {
            ErrorKind::AuthExpired if !self.refreshed => self.refresh(error).await,
            ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
                Some(Outcome::NeedsReconnect(error, self.progress.clone()))
            }
            _ if late => Some(Outcome::Unconfirmed(error.to_string(), self.progress.clone())),
            ErrorKind::RateLimited { until: Some(until) } => {
                self.session.bench.clock.advance_to(until);
                self.wait(PAUSES[0]);
                None
            }
            _ => {
                self.wait(PAUSES[0]);
                None
            }
        }
    }

    /// After an error that is certain: what product.md says for its kind.
    async fn react(&mut self, error: ConnectorError) -> Option<Outcome> {
        match error.kind {
            // Only a commit can be ambiguous; while preparing nothing is public, so it may be done again.
            ErrorKind::Transient | ErrorKind::Ambiguous => {
                let Some(pause) = PAUSES.get(self.tries) else {
                    return Some(Outcome::Failed(error, self.progress.clone()));
                };
                self.tries += 1;
                self.wait(*pause);
            }
            ErrorKind::RateLimited { until } => match until {
                Some(until) if until > self.session.bench.clock.now() => {
                    self.session.bench.clock.advance_to(until);
                }
                _ => self.wait(PAUSES[0]),
            },
            ErrorKind::NotReady => self.wait(POLL),
            ErrorKind::AuthExpired if !self.refreshed => return self.refresh(error).await,
            ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
                return Some(Outcome::NeedsReconnect(error, self.progress.clone()));
            }
            ErrorKind::Rejected => return Some(Outcome::Failed(error, self.progress.clone())),
        }
        // Another run begins: it may refresh once more, and looks again whether everything is in place.
        self.refreshed = false;
        let unit = unit_of(self.progress.stage);
        let again = self.progress.clone().at(Stage::Preparing { unit });
        self.save(again);
        None
    }

    async fn refresh(&mut self, error: ConnectorError) -> Option<Outcome> {
        self.refreshed = true;
        if !self.session.connector.authorizer().refreshable(&self.session.credential()) {
            return Some(Outcome::NeedsReconnect(error, self.progress.clone()));
        }
        self.session.refresh().await.err().map(|error| Outcome::NeedsReconnect(error, self.progress.clone()))
    }

    fn public(&mut self, unit: u16, progress: Progress) {
        let done = progress.units.get(usize::from(unit)).is_some_and(UnitProgress::is_done);
        assert!(done, "unit {unit} is public but has no id: {progress:?}");
        self.tries = 0;
        self.save(progress);
    }

    /// Saves and goes on from there. `false`: the process died; what was saved is where the next one goes on.
    fn save(&mut self, progress: Progress) -> bool {
        let alive = self.session.recorder.keep(&progress);
        self.progress = progress;
        if !alive {
            self.restart();
        }
        alive
    }

    /// Another process takes over.
    fn restart(&mut self) {
        self.refreshed = false;
    }

    fn wait(&self, by: Duration) {
        self.session.bench.clock.advance(by);
    }
}

fn unit_of(stage: Stage) -> u16 {
    match stage {
        Stage::Preparing { unit }
        | Stage::Processing { unit, .. }
        | Stage::Ready { unit }
        | Stage::Committing { unit, .. } => unit,
        Stage::Done => 0,
    }
}
