//! The dangerous moment: intent, send, verdict; and what whoever comes after a crash does.

use std::time::Duration;

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_connectors::contract::publisher::{CommitSafety, Reconciliation};
use carillon_connectors::kit::http::CommitPermit;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::HeldReason;
use carillon_domain::time::Timestamp;

use super::outcome;
use super::run::{Run, Sent, Step};
use super::saved::unit_of;
use crate::Engine;
use crate::breaker::Purpose;
use crate::jobs::{JobError, Next};

/// The evidence of a find.
const FOUND: &str = "The post was found on the account.";

/// What is said while a second send waits for the end of the first.
const REPEAT: &str =
    "The network lets nobody look, but refuses to take the same post twice: Carillon asks it so.";

/// How often whoever waits for a time looks at the clock.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(250);

/// Commits `unit`, if it is time and this worker holds the account's lane.
pub(super) async fn commit(run: &mut Run<'_>, progress: Progress, unit: u16) -> Result<Step, JobError> {
    let lane = run.context.lane();
    let later = run.due_later(unit);
    if let Some(at) = later
        && at > run.engine.clock.now() + run.engine.timing.intent_ahead
    {
        return Ok(Step::Leave(Next::At { at, lane: Some(lane) }));
    }
    if run.lease.lane.as_deref() != Some(lane.as_str()) {
        return Ok(Step::Leave(Next::At { at: run.turn(), lane: Some(lane) }));
    }
    if unit == 0
        && let Some(hit) = run.context.enforced_cap(run.engine).await?
    {
        let row = &mut run.context.row;
        return outcome::hold(run.desk, row, HeldReason::Cap, Some(&hit)).await.map(Step::Leave);
    }
    send(run, progress, unit, later, Sent::First).await
}

/// Continues after a crash, or after an ambiguous answer, with an open intent.
pub(super) async fn resume(
    run: &mut Run<'_>,
    progress: Progress,
    unit: u16,
    since: Timestamp,
) -> Result<Step, JobError> {
    outcome::begin(&mut run.context.row)?;
    // Looking comes before sending again, also where the same write again would do no harm: the failure of a second send says
    // nothing about the first.
    match run.context.publisher().commit_safety(&run.context.draft, unit) {
        CommitSafety::Blind => {
            let evidence = "This network offers no way to look for a post whose answer was lost.";
            outcome::unconfirmed(run.desk, &mut run.context.row, unit, evidence).await.map(Step::Leave)
        }
        CommitSafety::Idempotent | CommitSafety::Reconcilable | CommitSafety::Answered => {
            reconcile(run, progress, since).await
        }
    }
}

/// The intent becomes durable just ahead of `due`, if that is still to come, so that only the call remains for the second itself.
async fn send(
    run: &mut Run<'_>,
    progress: Progress,
    unit: u16,
    due: Option<Timestamp>,
    sent: Sent,
) -> Result<Step, JobError> {
    run.sent = sent;
    let began = run.engine.clock.monotonic();
    // Nothing is sent before, and what goes out carries this time.
    let since = due.unwrap_or_else(|| run.engine.clock.now());
    let progress = progress.at(Stage::Committing { unit, since });
    outcome::save_intent(run.desk, &mut run.context.row, &progress).await?;
    if let Some(due) = due {
        until(run.engine, due).await;
    }
    let permit = CommitPermit::after_durable_intent(began + run.engine.timing.send_window);
    // What earlier steps saved is in the row already; only what the commit itself notes counts from here.
    drop(run.desk.take_saved());
    let result = {
        let checkpoint = run.desk.checkpoint(&run.context.row);
        let cx = run.context.cx(run.engine, &run.http, &checkpoint);
        run.context.publisher().commit(&cx, &run.context.draft, progress.clone(), permit).await
    };
    match result {
        Ok(next) if next.stage == Stage::Done && next.units.iter().all(|u| u.remote_url.is_some()) => {
            outcome::last_public(run.desk, &mut run.context.row, &next, unit).await.map(Step::Leave)
        }
        Ok(next) => {
            outcome::unit_public(run.desk, &mut run.context.row, &next, unit, None).await?;
            run.sent = Sent::Nothing;
            Ok(Step::On(next))
        }
        // The refusal of a repeated send says nothing about the one before.
        Err(error) if error.kind == ErrorKind::Ambiguous || sent == Sent::Repeated => {
            let progress = noted(run, progress);
            outcome::note_error(run.desk, &mut run.context.row, &error).await?;
            Ok(Step::On(progress))
        }
        Err(error) => {
            // Any other kind is the connector's word that nothing became public.
            run.sent = Sent::Nothing;
            let back = noted(run, progress).at(after_refusal(&error.kind, unit));
            outcome::withdraw_intent(run.desk, &mut run.context.row, &back, unit).await?;
            run.failed(back, error).await
        }
    }
}

/// Waits for a time. Now and then it looks at the clock, which may be set or corrected meanwhile.
async fn until(engine: &Engine, due: Timestamp) {
    while let Ok(left) = Duration::try_from(due.duration_since(engine.clock.now()))
        && !left.is_zero()
    {
        tokio::time::sleep(left.min(LOOK_AT_CLOCK)).await;
    }
}

/// The connector may have noted what the network answered, for the look that follows or for the next send.
fn noted(run: &mut Run<'_>, progress: Progress) -> Progress {
    match run.desk.take_saved() {
        Some((noted, row)) => {
            run.context.row = row;
            noted
        }
        None => progress,
    }
}

/// Where a refused commit goes on. `NotReady` says that something prepared is not there (any more), an upload that expired for
/// example: only the prepare steps bring it back.
const fn after_refusal(kind: &ErrorKind, unit: u16) -> Stage {
    match kind {
        ErrorKind::NotReady => Stage::Preparing { unit },
        _ => Stage::Ready { unit },
    }
}

/// Looks for what may be public. A find counts at once. An absence counts only when nothing of the send can have an effect any
/// more, also for the worker whose own call timed out or was answered by a gateway: the request may still be on its way.
async fn reconcile(run: &mut Run<'_>, progress: Progress, since: Timestamp) -> Result<Step, JobError> {
    let now = run.engine.clock.now();
    let timing = &run.engine.timing;
    let (over, patience) = (since + timing.send_over, progress.last_sign(since) + timing.look_at_most);
    let work_over = since + timing.work_at_most;
    let looked = {
        let checkpoint = run.desk.checkpoint(&run.context.row);
        let http = run.http.clone().with_gate(run.context.gate(run.engine, Purpose::Look));
        let cx = run.context.cx(run.engine, &http, &checkpoint);
        run.context.publisher().reconcile(&cx, &run.context.draft, &progress).await
    };
    run.desk.note_look(match &looked {
        Ok(Reconciliation::Found(_)) => FOUND,
        Ok(Reconciliation::Absent { cause: Some(cause), .. }) => &cause.cause,
        Ok(Reconciliation::Absent { .. }) => "The post is not on the account.",
        Ok(Reconciliation::Repeat(_)) => REPEAT,
        Ok(Reconciliation::Working { evidence, .. } | Reconciliation::Unknown { evidence, .. }) => evidence,
        Err(error) => &error.cause,
    });
    let Stage::Committing { unit, .. } = progress.stage else { return Ok(Step::On(progress)) };
    if matches!(looked, Ok(Reconciliation::Absent { cause: None, .. })) && now < over && can_repeat(run, unit)
    {
        return repeat(run, progress, unit).await;
    }
    let row = &mut run.context.row;
    match looked {
        Ok(Reconciliation::Found(found)) => {
            outcome::unit_public(run.desk, row, &found, unit, Some(FOUND)).await?;
            run.sent = Sent::Nothing;
            Ok(Step::On(found))
        }
        Ok(Reconciliation::Absent { cause, .. }) if now < over => {
            let evidence = "The post is not on the account yet. Its send may still be on the way, so Carillon looks again.";
            let evidence = cause.map_or_else(|| evidence.to_owned(), |cause| cause.cause);
            outcome::look_again(run.desk, row, over, &evidence).await.map(Step::Leave)
        }
        Ok(Reconciliation::Absent { again, cause }) => absent(run, again, since, unit, cause).await,
        Ok(Reconciliation::Repeat(_)) if now < over => {
            outcome::look_again(run.desk, row, over, REPEAT).await.map(Step::Leave)
        }
        Ok(Reconciliation::Repeat(again)) => repeat(run, again, unit).await,
        Ok(Reconciliation::Working { look_again_at: at, evidence }) if at < work_over => {
            let progress = Progress { worked_on_at: Some(now), ..progress };
            outcome::still_working(run.desk, row, &progress, at, &evidence).await.map(Step::Leave)
        }
        Ok(Reconciliation::Unknown { look_again_at: Some(at), evidence }) if at < patience => {
            outcome::look_again(run.desk, row, at, &evidence).await.map(Step::Leave)
        }
        Ok(Reconciliation::Unknown { evidence, .. }) if now < over => {
            outcome::look_again(run.desk, row, over, &evidence).await.map(Step::Leave)
        }
        Ok(Reconciliation::Working { evidence, .. } | Reconciliation::Unknown { evidence, .. }) => {
            outcome::unconfirmed(run.desk, row, unit, &evidence).await.map(Step::Leave)
        }
        Err(error) => look_failed(run, progress, since, error).await,
    }
}

/// The open commit came to nothing. Why is not known without asking: whoever goes on after a crash must hear it too, so that the intent
/// is given up by the same write that says what follows.
async fn absent(
    run: &mut Run<'_>,
    again: Progress,
    since: Timestamp,
    unit: u16,
    cause: Option<Box<ConnectorError>>,
) -> Result<Step, JobError> {
    outcome::give_up_intent(&mut run.context.row, &again, unit)?;
    run.sent = Sent::Nothing;
    match cause {
        // Heard of only now.
        Some(cause) => run.failed(again, *cause).await,
        None => {
            let error = run.context.absent_error();
            run.failed_at(since, again, error).await
        }
    }
}

/// Whether an absence may be met by sending again at once, although a send of before may still be on its way: at an address of our
/// own it makes nothing that the other one would not have made. Once in a run: what this run sent itself has failed, and waits.
fn can_repeat(run: &Run<'_>, unit: u16) -> bool {
    run.sent == Sent::Nothing
        && run.context.publisher().commit_safety(&run.context.draft, unit) == CommitSafety::Idempotent
}

/// Sends the very same call again. The intent stays open meanwhile, so that nobody can cancel or fail what may be public; only one
/// worker sends, as ever, and the new intent begins the wait for the end of this send.
async fn repeat(run: &mut Run<'_>, progress: Progress, unit: u16) -> Result<Step, JobError> {
    let lane = run.context.lane();
    if run.lease.lane.as_deref() != Some(lane.as_str()) {
        return Ok(Step::Leave(Next::At { at: run.turn(), lane: Some(lane) }));
    }
    send(run, progress, unit, None, Sent::Repeated).await
}

/// Looking failed; the question stays open and is asked again, until a person must answer it.
async fn look_failed(
    run: &mut Run<'_>,
    progress: Progress,
    since: Timestamp,
    error: ConnectorError,
) -> Result<Step, JobError> {
    let now = run.engine.clock.now();
    match error.kind {
        ErrorKind::AuthExpired if !run.refreshed => run.failed(progress, error).await,
        ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
            run.context.needs_reconnect(run.engine, &error).await?;
            let row = &mut run.context.row;
            outcome::hold(run.desk, row, HeldReason::Reauth, Some(&error)).await.map(Step::Leave)
        }
        _ if now < progress.last_sign(since) + run.engine.timing.look_at_most => {
            let pause = run.engine.timing.look_pause;
            let (at, is_limit) = match error.kind {
                ErrorKind::RateLimited { until } => (until.unwrap_or(now).max(now + pause), true),
                _ => (now + pause, false),
            };
            // Nothing that the network sends meanwhile makes the look come sooner.
            let progress = Progress { patient_until: is_limit.then_some(at), ..progress };
            outcome::still_working(run.desk, &mut run.context.row, &progress, at, &error.cause)
                .await
                .map(Step::Leave)
        }
        _ => {
            let evidence = format!("Looking for the post failed: {}", error.cause);
            let unit = unit_of(progress.stage);
            outcome::unconfirmed(run.desk, &mut run.context.row, unit, &evidence).await.map(Step::Leave)
        }
    }
}
