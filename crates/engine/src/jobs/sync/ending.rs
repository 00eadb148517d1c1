//! How a run ends, or goes on later. What was read stays in any case.

use carillon_connectors::contract::progress::Stage;
use carillon_connectors::kit::errors::NETWORK_FAILING;
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::health::STALE;
use carillon_domain::notice::NoticeKind;
use carillon_domain::sync::schedule::next_month;
use carillon_domain::sync::{Reach, SyncReason, SyncState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::job::Party;
use carillon_store::repo::notice::{self, NewNotice};
use carillon_store::repo::{account, look, sync_run};
use carillon_store::{StoreError, Tx};

use super::run::Run;
use super::{Position, Target, keep, new_job};
use crate::jobs::{JobError, Next, fenced};
use crate::publish::verdict::{Tried, Verdict, decide};
use crate::usecase::{accounts, notices};

/// After so many passing errors a run gives up, whatever their kind.
const MAX_TRIES: u32 = 10;
/// After so many limits a reading gives up; the next one begins anew.
const MAX_LIMITS: u32 = 8;
/// So long a run waits for a network that is left alone; the next one begins anew.
const MAX_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// The operator's bound on what reading may cost is reached.
const USED_UP: &str = "reads_used_up";

/// Why a run stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The network said so, or there is nothing to read.
    Remote(Box<ConnectorError>),
    /// There is no login any more, as the refresh found.
    Reconnect(Box<ConnectorError>),
    /// Reading costs money, and what the operator allows of it in a month is used up.
    Spent,
    /// It is for the runner to try again.
    Job(JobError),
}

impl From<ConnectorError> for Stop {
    fn from(error: ConnectorError) -> Self {
        Self::Remote(Box::new(error))
    }
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// Everything is there.
pub(super) async fn done(run: Run<'_>) -> Result<Next, JobError> {
    end(run, SyncState::Done, None, None).await
}

/// Reacts to what stopped the run.
pub(super) async fn stopped(run: Run<'_>, stop: Stop) -> Result<Next, JobError> {
    let error = match stop {
        Stop::Job(error) => return Err(error),
        Stop::Reconnect(error) => return reconnect(run, *error).await,
        Stop::Spent => return spent(run).await,
        Stop::Remote(error) => *error,
    };
    // A permission that only reading lacks must not keep anybody from publishing.
    if error.kind == ErrorKind::PermissionMissing {
        return failed(run, error).await;
    }
    let tried = Tried { tries: run.row.tries, refreshed: run.refreshed, stage: Stage::Preparing { unit: 0 } };
    let engine = run.engine;
    match decide(&error, tried, &engine.retry, engine.clock.now(), engine.entropy.as_ref()) {
        Verdict::Again { at, .. } if error.code == NETWORK_FAILING => left_alone(run, error, at).await,
        Verdict::Again { at, .. } if matches!(error.kind, ErrorKind::RateLimited { .. }) => {
            limited(run, error, at).await
        }
        Verdict::Again { at, .. } if run.row.tries < MAX_TRIES => again(run, error, at).await,
        Verdict::Hold(_) | Verdict::Refresh => reconnect(run, error).await,
        Verdict::Again { .. } | Verdict::Fail | Verdict::Reconcile => failed(run, error).await,
    }
}

/// The network fails for everybody, which uses up nobody's tries.
async fn left_alone(run: Run<'_>, error: ConnectorError, at: Timestamp) -> Result<Next, JobError> {
    if at.duration_since(run.row.created_at) > MAX_WAIT {
        return failed(run, error).await;
    }
    wait(run, error, at).await
}

/// The same run, later; it uses up a try.
async fn again(mut run: Run<'_>, error: ConnectorError, at: Timestamp) -> Result<Next, JobError> {
    run.row.tries += 1;
    wait(run, error, at).await
}

async fn wait(mut run: Run<'_>, error: ConnectorError, at: Timestamp) -> Result<Next, JobError> {
    run.row.state = SyncState::Queued;
    run.row.error = Some(error);
    run.row.next_at = Some(at);
    keep::run(run.engine, run.lease, &run.row).await?;
    Ok(Next::At { at, lane: None })
}

/// This run ends with what it has; another one goes on when the network lets us in again.
async fn limited(mut run: Run<'_>, error: ConnectorError, at: Timestamp) -> Result<Next, JobError> {
    // A network that asks again and again gets longer and longer pauses.
    let patience = SignedDuration::from_mins(1 << run.position.limits.min(MAX_LIMITS));
    let floor = if run.position.limits == 0 { at } else { run.engine.clock.now() + patience };
    let at = at.max(floor);
    run.row.limited_until = Some(at);
    run.position.limits += 1;
    let next = (run.position.limits <= MAX_LIMITS).then_some(at);
    end(run, SyncState::Partial, Some(error), next).await
}

/// The schedule begins anew next month; until then the account is read when somebody asks.
async fn spent(mut run: Run<'_>) -> Result<Next, JobError> {
    let until = next_month(run.engine.clock.now());
    run.row.limited_until = Some(until);
    let (kind, platform) = (ErrorKind::RateLimited { until: Some(until) }, run.row.platform.as_str());
    let cause = "What reading this account by schedule may cost this month is used up.";
    let action = "It goes on next month. Whoever runs this server can allow more; who asks for the numbers gets them in any case.";
    let error = ConnectorError::new(kind, platform, "sync", USED_UP, cause).with_action(action);
    failed(run, error).await
}

async fn reconnect(run: Run<'_>, error: ConnectorError) -> Result<Next, JobError> {
    accounts::needs_reconnect(run.engine, run.row.workspace, run.row.account, &error).await?;
    failed(run, error).await
}

async fn failed(run: Run<'_>, error: ConnectorError) -> Result<Next, JobError> {
    let state = if run.position.profile { SyncState::Partial } else { SyncState::Failed };
    end(run, state, Some(error), None).await
}

/// Closes the run, and opens the one that goes on at `continue_at`.
async fn end(
    run: Run<'_>,
    state: SyncState,
    error: Option<ConnectorError>,
    continue_at: Option<Timestamp>,
) -> Result<Next, JobError> {
    let Run { engine, lease, mut row, position, .. } = run;
    row.state = state;
    row.ended_at = Some(engine.clock.now());
    row.next_at = None;
    row.error = error;
    let next = continue_at.map(|at| {
        let next = following(engine, &row, &position, at);
        let party = Party::new(&next.platform, next.workspace, next.account);
        let job = new_job(engine, Target { workspace: next.workspace, run: next.id }, party, Some(at));
        (next, job)
    });
    let complete = state == SyncState::Done;
    let reach = position.began.filter(|_| complete).map(|began| Reach { began, back_to: position.back_to });
    let (workspace, id) = (row.workspace, row.account);
    let cause = row.error.as_ref().map(|error| error.cause.clone());
    // The account's page says until when; nobody can or need do anything about it.
    let by_choice = row.error.as_ref().is_some_and(|error| error.code == USED_UP);
    let told = notices::of_account(engine, (workspace, id), NoticeKind::ReadingFails, cause.clone());
    let is_news = fenced(engine, lease, move |tx| {
        Box::pin(async move {
            sync_run::save(tx, &row).await?;
            account::synced(tx, row.workspace, row.account, cause.as_deref()).await?;
            let is_news = !by_choice && tell(tx, complete, &told).await?;
            if let Some(reach) = reach {
                look::note_covered(tx, row.workspace, row.account, row.kind, reach).await?;
            }
            if let Some((next, job)) = next {
                super::open(tx, &next, &job).await?;
            }
            Ok(is_news)
        })
    })
    .await?;
    engine.events.account_changed(workspace, id);
    if is_news {
        engine.events.notices_changed(workspace);
    }
    Ok(Next::Finished)
}

/// People hear of an account once it could not be read for a day, and no more of it once a reading was complete. Tells whether that
/// changes anything.
async fn tell(tx: &mut Tx<'_>, complete: bool, new: &NewNotice) -> Result<bool, StoreError> {
    let (key, now) = ((new.workspace, new.subject), new.created_at);
    if complete {
        return notice::clear(tx, key, new.kind, now).await;
    }
    let Some(id) = new.account else { return Ok(false) };
    let found = account::find(&mut *tx, new.workspace, id).await?;
    // Whoever lost the login hears of that.
    let Some(row) = found.filter(|row| row.status == AccountStatus::Connected) else { return Ok(false) };
    if now.duration_since(row.synced_at.unwrap_or(row.created_at)) > STALE {
        return notice::raise(tx, new).await;
    }
    Ok(false)
}

/// The run that goes on where this one stopped.
fn following(
    engine: &crate::Engine,
    row: &sync_run::SyncRunRow,
    position: &Position,
    at: Timestamp,
) -> sync_run::SyncRunRow {
    let mut next = sync_run::SyncRunRow {
        id: carillon_domain::id::Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        reason: SyncReason::Continued,
        state: SyncState::Queued,
        created_at: engine.clock.now(),
        started_at: None,
        ended_at: None,
        next_at: Some(at),
        tries: 0,
        items: 0,
        calls: 0,
        error: None,
        limited_until: None,
        continues: Some(row.id),
        ..row.clone()
    };
    position.save(&mut next);
    next
}
