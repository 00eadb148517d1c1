//! One run of a publication's job: as far as it gets now.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_connectors::kit::http::Http;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::HeldReason;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::lease::Again;

use super::commit;
use super::context::{Context, Refresh, Situation};
use super::desk::Desk;
use super::known::Known;
use super::late::too_late;
use super::outcome;
use super::queue::Target;
use super::saved::{Saved, follows_nothing, nothing_to_follow, past_public, saved_progress, unit_of};
use super::verdict::{Tried, Verdict, decide};
use crate::Engine;
use crate::breaker::Purpose;
use crate::jobs::{JobError, Lease, Next};

/// More steps than any draft needs; a connector that runs in circles stops here.
const MAX_STEPS: usize = 2_000;

/// Brings the publication as far as it gets now, and says when to come back.
///
/// # Errors
/// [`JobError`] when the lease was lost or the database failed; nothing is decided then.
pub(crate) async fn run(
    engine: &Engine,
    lease: &Lease,
    target: Target,
    known: Option<Known>,
) -> Result<Next, JobError> {
    let desk = &Desk::new(engine, lease);
    let mut context = match Context::load(engine, target, known).await? {
        Situation::Nothing => return Ok(Next::Finished),
        Situation::Hold(mut row, reason, error) => {
            return outcome::hold(desk, &mut row, reason, error.as_ref()).await;
        }
        Situation::Later(mut row, grace, error) => {
            return match too_late(desk, &mut row, grace, Some(&error)).await? {
                Some(next) => Ok(next),
                None => outcome::wait(desk, &mut row, &error).await,
            };
        }
        Situation::Broken(mut row, error) => return outcome::stop(desk, &mut row, &error).await,
        Situation::Go(context) => context,
    };
    let grace = context.grace;
    if let Some(next) = too_late(desk, &mut context.row, grace, None).await? {
        return Ok(next);
    }
    desk.begin_attempt();
    let (workspace, publication) = (context.row.workspace, context.row.id);
    let http = desk
        .journaled(&engine.networks.http, context.platform(), context.credential())
        .with_gate(context.gate(engine, Purpose::Work))
        .with_budget(context.budget(engine));
    let run = Run { engine, lease, context, desk, http, refreshed: false, sent: Sent::Nothing };
    let next = Box::pin(run.drive()).await;
    desk.flush(workspace, publication).await?;
    next
}

/// Ends a publication on which every run fails by a defect of ours, so that it does not lie still for ever.
///
/// # Errors
/// [`JobError`] when the lease was lost or the database failed.
pub(crate) async fn give_up(
    engine: &Engine,
    lease: &Lease,
    target: Target,
    defect: &str,
) -> Result<Next, JobError> {
    let Some(mut row) = Context::open_row(engine, target).await? else { return Ok(Next::Finished) };
    let cause = "Carillon failed again and again at this publication by a mistake of its own.";
    let error = ConnectorError::new(ErrorKind::Rejected, &row.platform, "publish", "defect", cause)
        .with_action("Look at the account. Then report the mistake to whoever runs this server.")
        .with_detail(defect);
    outcome::stop(&Desk::new(engine, lease), &mut row, &error).await
}

pub(super) struct Run<'a> {
    pub engine: &'a Engine,
    pub lease: &'a Lease,
    pub context: Box<Context>,
    pub desk: &'a Desk<'a>,
    pub http: Http,
    pub refreshed: bool,
    pub sent: Sent,
}

/// What this run has sent of the unit that it is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing, or its effect is known.
    Nothing,
    /// What nobody sent before.
    First,
    /// What another run may have sent before, with its effect still to come.
    Repeated,
}

impl Run<'_> {
    async fn drive(mut self) -> Result<Next, JobError> {
        let row = &mut self.context.row;
        let mut progress = match saved_progress(row) {
            Saved::Progress(progress) if row.published_at.is_some() => past_public(progress, &row.units),
            Saved::Progress(progress) => progress,
            // Without notes on what was sent, beginning anew might send it again.
            Saved::None | Saved::Unreadable if row.intent || row.published_at.is_some() => {
                let error = unreadable(&row.platform);
                return outcome::stop(self.desk, row, &error).await;
            }
            Saved::None | Saved::Unreadable => match self.context.start(self.engine) {
                Ok(progress) => progress,
                Err(error) => return self.not_started(error).await,
            },
        };
        for _ in 0..MAX_STEPS {
            if follows_nothing(&progress) {
                let error = nothing_to_follow(&self.context.row.platform);
                let row = &mut self.context.row;
                return outcome::fail_unit(self.desk, row, &progress, &error).await;
            }
            progress = match progress.stage {
                Stage::Done => return self.finish(progress).await,
                // Uploads of what follows a public unit must not hold up the account's other commits.
                Stage::Preparing { .. } | Stage::Processing { .. } if self.lease.lane.is_some() => {
                    return Ok(Next::At { at: self.turn(), lane: None });
                }
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
        outcome::stop(self.desk, &mut self.context.row, &error).await
    }

    /// Its place among those that are due: by due time, also when it was late to prepare.
    pub(super) fn turn(&self) -> Timestamp {
        let now = self.engine.clock.now();
        self.context.row.due_at.filter(|due| *due < now).unwrap_or(now)
    }

    /// The due time of the root, if that is still to come.
    pub(super) fn due_later(&self, unit: u16) -> Option<Timestamp> {
        self.context.row.due_at.filter(|due| unit == 0 && *due > self.engine.clock.now())
    }

    /// The connector can't even begin. Nothing was sent.
    async fn not_started(mut self, error: ConnectorError) -> Result<Next, JobError> {
        let stage = Stage::Preparing { unit: 0 };
        let tried = Tried { tries: self.context.row.tries, refreshed: true, stage };
        let now = self.engine.clock.now();
        let verdict = decide(&error, tried, &self.engine.retry, now, self.engine.entropy.as_ref());
        match verdict {
            Verdict::Hold(reason) => self.hold(reason, &error).await,
            Verdict::Again { at, counts } => {
                let row = &mut self.context.row;
                outcome::again(self.desk, row, None, &error, at, counts).await
            }
            Verdict::Refresh | Verdict::Reconcile | Verdict::Fail => {
                outcome::stop(self.desk, &mut self.context.row, &error).await
            }
        }
    }

    /// Waits for the account to be connected again.
    async fn hold(&mut self, reason: HeldReason, error: &ConnectorError) -> Result<Next, JobError> {
        self.context.needs_reconnect(self.engine, error).await?;
        outcome::hold(self.desk, &mut self.context.row, reason, Some(error)).await
    }

    /// One or more invisible steps.
    async fn prepare(&mut self, progress: Progress) -> Result<Step, JobError> {
        let before = progress.stage;
        let publisher = self.context.publisher();
        let result = {
            let checkpoint = self.desk.checkpoint(&self.context.row);
            let cx = self.context.cx(self.engine, &self.http, &checkpoint);
            publisher.advance(&cx, &self.context.draft, progress.clone()).await
        };
        match result {
            Ok(progress) => {
                if let Stage::Ready { unit } = progress.stage {
                    // From here on it needs the account's lane, which nobody has who prepares.
                    let lane = Some(self.context.lane());
                    let at = self.due_later(unit).unwrap_or_else(|| self.turn());
                    let row = &mut self.context.row;
                    let next = outcome::save_ready(self.desk, row, &progress, Again { at, lane }).await?;
                    return Ok(Step::Leave(next));
                }
                let row = &mut self.context.row;
                // The connector found what an earlier commit made or is making public: from here on nobody may cancel it.
                if matches!(progress.stage, Stage::Committing { .. }) {
                    outcome::save_intent(self.desk, row, &progress).await?;
                } else {
                    outcome::save_progress(self.desk, row, &progress).await?;
                }
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
                if let Some((saved, row)) = self.desk.take_saved() {
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
        let now = self.engine.clock.now();
        self.failed_at(now, progress, error).await
    }

    /// The same for a call that was made at `then`: a pause that has passed meanwhile is not waited for again.
    pub(super) async fn failed_at(
        &mut self,
        then: Timestamp,
        progress: Progress,
        error: ConnectorError,
    ) -> Result<Step, JobError> {
        let tried = Tried { tries: self.context.row.tries, refreshed: self.refreshed, stage: progress.stage };
        let verdict = decide(&error, tried, &self.engine.retry, then, self.engine.entropy.as_ref());
        match verdict {
            Verdict::Refresh => {
                self.refreshed = true;
                match self.context.refresh(self.engine).await? {
                    Refresh::Done => Ok(Step::On(progress)),
                    Refresh::Later(error) => {
                        let row = &mut self.context.row;
                        outcome::wait(self.desk, row, &error).await.map(Step::Leave)
                    }
                    Refresh::Reconnect(refused) => {
                        self.hold(HeldReason::Reauth, &refused).await.map(Step::Leave)
                    }
                }
            }
            Verdict::Hold(reason) => self.hold(reason, &error).await.map(Step::Leave),
            Verdict::Again { at, counts } => {
                let unit = unit_of(progress.stage);
                let progress = progress.at(Stage::Preparing { unit });
                let at = at.max(self.engine.clock.now());
                let row = &mut self.context.row;
                outcome::again(self.desk, row, Some(&progress), &error, at, counts).await.map(Step::Leave)
            }
            Verdict::Fail => {
                let row = &mut self.context.row;
                outcome::fail_unit(self.desk, row, &progress, &error).await.map(Step::Leave)
            }
            Verdict::Reconcile => Ok(Step::On(progress)),
        }
    }

    /// All units are public: read links back (best effort) and close.
    async fn finish(mut self, progress: Progress) -> Result<Next, JobError> {
        let missing_link = progress.units.iter().any(|u| u.remote_url.is_none());
        let progress = if missing_link {
            let checkpoint = self.desk.checkpoint(&self.context.row);
            let cx = self.context.cx(self.engine, &self.http, &checkpoint);
            let publisher = self.context.publisher();
            publisher.read_back(&cx, progress.clone()).await.unwrap_or(progress)
        } else {
            progress
        };
        outcome::complete(self.desk, &mut self.context.row, &progress).await
    }

    pub(super) fn error(&self, code: &str, cause: &str) -> ConnectorError {
        ConnectorError::new(ErrorKind::Rejected, &self.context.row.platform, "publish", code, cause)
    }
}

/// Whether the run goes on or leaves.
pub(super) enum Step {
    On(Progress),
    Leave(Next),
}

fn unreadable(platform: &str) -> ConnectorError {
    let cause = "This version of Carillon can't read how far an earlier one got with this post.";
    ConnectorError::new(ErrorKind::Rejected, platform, "publish", "progress_unreadable", cause)
        .with_action("Look at the account for what is public, and say what you found.")
}
