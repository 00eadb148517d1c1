//! One run of a publication's job: as far as it gets now.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_connectors::kit::http::Http;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::publication::{HeldReason, PublicationState, UnitState};
use carillon_domain::time::SignedDuration;
use carillon_store::repo::publication::PublicationRow;
use carillon_store::repo::workspace;

use super::attempt::Attempt;
use super::commit;
use super::context::{Context, Refresh, Situation};
use super::outcome;
use super::queue::Target;
use super::verdict::{Tried, Verdict, decide};
use crate::Engine;
use crate::jobs::{JobError, Lease, Next};

/// More steps than any draft needs; a connector that runs in circles stops here.
const MAX_STEPS: usize = 2_000;

/// Brings the publication as far as it gets now, and says when to come back.
///
/// # Errors
/// [`JobError`] when the lease was lost or the database failed; nothing is decided then.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let mut context = match Context::load(engine, target).await? {
        Situation::Nothing => return Ok(Next::Finished),
        Situation::Hold(mut row, reason, error) => {
            return outcome::hold(engine, lease, &mut row, reason, error.as_ref()).await;
        }
        Situation::Later(mut row, error) if !is_too_late(engine, &row, grace_s(engine, target).await?) => {
            return outcome::wait(engine, lease, &mut row, &error).await;
        }
        Situation::Later(mut row, error) => {
            return outcome::hold(engine, lease, &mut row, HeldReason::Overdue, Some(&error)).await;
        }
        Situation::Broken(mut row, error) => return outcome::fail(engine, lease, &mut row, &error).await,
        Situation::Go(context) => context,
    };
    if let Some(next) = too_late(engine, lease, &mut context).await? {
        return Ok(next);
    }
    let attempt = Attempt::open(engine, lease, &context.row).await?;
    let http = attempt.journaled(&engine.networks.http, context.platform(), context.credential());
    let run = Run {
        engine,
        lease,
        context: *context,
        attempt: &attempt,
        http,
        refreshed: false,
        own_send_ended: false,
    };
    let next = Box::pin(run.drive()).await;
    attempt.flush(engine).await?;
    next
}

/// A publication that is overdue by more than the workspace's grace, while nothing of it is or may be public, waits for a
/// person, however far it had come.
async fn too_late(engine: &Engine, lease: &Lease, context: &mut Context) -> Result<Option<Next>, JobError> {
    if is_too_late(engine, &context.row, context.grace_s) {
        return outcome::hold(engine, lease, &mut context.row, HeldReason::Overdue, None).await.map(Some);
    }
    Ok(None)
}

/// A person who lets it go begins a new grace.
fn is_too_late(engine: &Engine, row: &PublicationRow, grace_s: i64) -> bool {
    let Some(due) = row.due_at else { return false };
    let since = row.released_at.map_or(due, |released| released.max(due));
    let waiting = matches!(row.state, PublicationState::Scheduled | PublicationState::Publishing);
    let untouched = !row.intent && row.units.iter().all(|unit| unit.state != UnitState::Published);
    waiting && untouched && engine.clock.now() > since + SignedDuration::from_secs(grace_s)
}

async fn grace_s(engine: &Engine, target: Target) -> Result<i64, JobError> {
    let home = workspace::find(&engine.db, target.workspace).await?;
    Ok(home.map_or(0, |row| row.grace_s))
}

pub(super) struct Run<'a> {
    pub engine: &'a Engine,
    pub lease: &'a Lease,
    pub context: Context,
    pub attempt: &'a Attempt,
    pub http: Http,
    pub refreshed: bool,
    /// This run itself saw the end of the send, so nothing of it can still be on its way.
    pub own_send_ended: bool,
}

impl Run<'_> {
    async fn drive(mut self) -> Result<Next, JobError> {
        let mut progress = match self.context.progress() {
            Some(progress) => progress,
            None => match self.context.start(self.engine) {
                Ok(fresh) if self.context.row.intent => {
                    // Another version saved what it was about to send, and this one can't read it: it may be public.
                    let evidence =
                        "Another version of Carillon was sending this, and its notes can't be read.";
                    let row = &mut self.context.row;
                    return outcome::unconfirmed(self.engine, self.lease, row, &fresh, evidence).await;
                }
                Ok(progress) => progress,
                Err(error) => {
                    return outcome::fail(self.engine, self.lease, &mut self.context.row, &error).await;
                }
            },
        };
        for _ in 0..MAX_STEPS {
            progress = match progress.stage {
                Stage::Done => return self.finish(progress).await,
                Stage::Preparing { .. } | Stage::Processing { .. } => match self.prepare(progress).await? {
                    Step::On(progress) => progress,
                    Step::Leave(next) => return Ok(next),
                },
                Stage::Ready { unit } => match commit::commit(&mut self, progress, unit).await? {
                    Step::On(progress) => progress,
                    Step::Leave(next) => return Ok(next),
                },
                Stage::Committing { unit, since } => {
                    match commit::resume(&mut self, progress, unit, since).await? {
                        Step::On(progress) => progress,
                        Step::Leave(next) => return Ok(next),
                    }
                }
            };
        }
        let error = self.error("endless_preparation", "The network's answers led in circles.");
        outcome::fail(self.engine, self.lease, &mut self.context.row, &error).await
    }

    /// One or more invisible steps.
    async fn prepare(&mut self, progress: Progress) -> Result<Step, JobError> {
        let before = progress.stage;
        let publisher = self.context.publisher();
        let result = {
            let checkpoint = self.attempt.checkpoint(self.engine, self.lease, &self.context.row);
            let cx = self.context.cx(self.engine, &self.http, &checkpoint);
            publisher.advance(&cx, &self.context.draft, progress.clone()).await
        };
        self.attempt.flush(self.engine).await?;
        match result {
            Ok(progress) => {
                let row = &mut self.context.row;
                outcome::save_progress(self.engine, self.lease, row, &progress).await?;
                if let Stage::Processing { poll_after_ms, .. } = progress.stage {
                    let pause = SignedDuration::from_millis(i64::try_from(poll_after_ms).unwrap_or(10_000));
                    let at = self.engine.clock.now() + pause;
                    return Ok(Step::Leave(Next::At { at, lane: None }));
                }
                if progress.stage == before {
                    // No step forward and no wait asked for: treat as the network not being ready.
                    let at = self.engine.clock.now() + SignedDuration::from_secs(10);
                    return Ok(Step::Leave(Next::At { at, lane: None }));
                }
                Ok(Step::On(progress))
            }
            Err(error) => {
                let mut latest = progress;
                if let Some((saved, row)) = self.attempt.take_saved() {
                    latest = saved;
                    self.context.row = row;
                }
                self.failed(latest, error).await
            }
        }
    }

    /// Reacts to a failed call as the retry policy says.
    pub(super) async fn failed(
        &mut self,
        progress: Progress,
        error: ConnectorError,
    ) -> Result<Step, JobError> {
        let tried = Tried { tries: self.context.row.tries, refreshed: self.refreshed, stage: progress.stage };
        let now = self.engine.clock.now();
        let verdict = decide(&error, tried, &self.engine.retry, now, self.engine.entropy.as_ref());
        match verdict {
            Verdict::Refresh => {
                self.refreshed = true;
                match self.context.refresh(self.engine).await? {
                    Refresh::Done => Ok(Step::On(progress)),
                    Refresh::Later(error) => {
                        let row = &mut self.context.row;
                        outcome::wait(self.engine, self.lease, row, &error).await.map(Step::Leave)
                    }
                    Refresh::Reconnect(refused) => {
                        self.context.needs_reconnect(self.engine, &refused).await?;
                        let row = &mut self.context.row;
                        outcome::hold(self.engine, self.lease, row, HeldReason::Reauth, Some(&refused))
                            .await
                            .map(Step::Leave)
                    }
                }
            }
            Verdict::Hold(reason) => {
                self.context.needs_reconnect(self.engine, &error).await?;
                let row = &mut self.context.row;
                outcome::hold(self.engine, self.lease, row, reason, Some(&error)).await.map(Step::Leave)
            }
            Verdict::Again { at, counts } => {
                let unit = unit_of(progress.stage);
                let progress = progress.at(Stage::Preparing { unit });
                let row = &mut self.context.row;
                outcome::again(self.engine, self.lease, row, &progress, &error, at, counts)
                    .await
                    .map(Step::Leave)
            }
            Verdict::Fail => {
                let row = &mut self.context.row;
                outcome::fail_unit(self.engine, self.lease, row, &progress, &error).await.map(Step::Leave)
            }
            Verdict::Reconcile => Ok(Step::On(progress)),
        }
    }

    /// All units are public: read links back (best effort) and close.
    async fn finish(mut self, progress: Progress) -> Result<Next, JobError> {
        let missing_link = progress.units.iter().any(|u| u.remote_url.is_none());
        let progress = if missing_link {
            let checkpoint = self.attempt.checkpoint(self.engine, self.lease, &self.context.row);
            let cx = self.context.cx(self.engine, &self.http, &checkpoint);
            let publisher = self.context.publisher();
            publisher.read_back(&cx, progress.clone()).await.unwrap_or(progress)
        } else {
            progress
        };
        outcome::complete(self.engine, self.lease, &mut self.context.row, &progress).await
    }

    pub(super) fn error(&self, code: &str, cause: &str) -> ConnectorError {
        ConnectorError::new(
            carillon_domain::connector_error::ErrorKind::Rejected,
            &self.context.row.platform,
            "publish",
            code,
            cause,
        )
    }
}

/// Whether the run goes on or leaves.
pub(super) enum Step {
    On(Progress),
    Leave(Next),
}

/// The unit that a stage is about.
pub(super) fn unit_of(stage: Stage) -> u16 {
    match stage {
        Stage::Preparing { unit }
        | Stage::Processing { unit, .. }
        | Stage::Ready { unit }
        | Stage::Committing { unit, .. } => unit,
        Stage::Done => 0,
    }
}
