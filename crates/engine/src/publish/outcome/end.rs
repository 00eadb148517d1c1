//! The ends of a run after which no worker goes on by itself.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::{Event, HeldReason, PublicationState, UnitState};
use carillon_store::repo::publication::PublicationRow;

use super::super::saved::{Saved, next_missing, saved_progress, unit_of};
use super::{Ended, begin, close_attempt_and_save, mark, step, store_progress, wait_for_missing};
use crate::Engine;
use crate::jobs::{JobError, Lease, Next};

/// Everything is public.
pub(in crate::publish) async fn complete(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    progress: &Progress,
) -> Result<Next, JobError> {
    if row.state != PublicationState::Published {
        return Err(JobError::Defect(format!(
            "a publication that is {} has no more to do",
            row.state.as_str()
        )));
    }
    store_progress(row, progress);
    row.remote_url = progress.units.first().and_then(|u| u.remote_url.clone()).or(row.remote_url.take());
    row.incomplete = false;
    row.error = None;
    row.next_at = None;
    close_attempt_and_save(engine, lease, row, Some(Ended { outcome: "published", error: None })).await?;
    Ok(Next::Finished)
}

/// Nobody can tell whether the open commit had its effect.
pub(in crate::publish) async fn unconfirmed(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    unit: u16,
    evidence: &str,
) -> Result<Next, JobError> {
    row.evidence = Some(evidence.to_owned());
    row.next_at = None;
    let error = row.error.clone();
    // The attempt keeps the error as it came. What the publication says to do from now on is a person's part.
    if let Some(error) = &mut row.error {
        error.action = now_a_person_looks(&error.kind).to_owned();
    }
    if row.published_at.is_none() {
        begin(row)?;
        step(row, Event::Unsure)?;
    } else {
        row.incomplete = true;
        if let Some(report) = row.units.get_mut(usize::from(unit)) {
            report.state = UnitState::Unconfirmed;
            report.error = row.error.clone();
        }
    }
    let ended = Ended { outcome: "unconfirmed", error: error.as_ref() };
    close_attempt_and_save(engine, lease, row, Some(ended)).await?;
    Ok(Next::Finished)
}

/// What a person does about a publication at which Carillon does not look any more.
const fn now_a_person_looks(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
            "Connect the account again, and Carillon looks by itself. Or look at the account and say what you see."
        }
        _ => "Look at the account and say what you see.",
    }
}

/// Nothing (more) can be published: the root failed, or a later unit stays missing.
pub(in crate::publish) async fn fail_unit(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    progress: &Progress,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    if row.published_at.is_none() {
        return fail(engine, lease, row, error).await;
    }
    let unit = unit_of(progress.stage);
    store_progress(row, &progress.clone().at(Stage::Preparing { unit }));
    stays_missing(engine, lease, row, unit, error).await
}

async fn stays_missing(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    unit: u16,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    row.incomplete = true;
    row.error = Some(error.clone());
    row.next_at = None;
    mark(row, unit, UnitState::Failed, error);
    close_attempt_and_save(engine, lease, row, Some(Ended { outcome: "incomplete", error: Some(error) }))
        .await?;
    Ok(Next::Finished)
}

/// It can't go on from whatever is saved: what may have been sent is unconfirmed, what certainly was not has failed, and
/// what is public stays so.
pub(in crate::publish) async fn stop(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    if row.published_at.is_none() {
        return fail(engine, lease, row, error).await;
    }
    row.next_at = None;
    let Some(unit) = next_missing(&row.units) else {
        row.incomplete = false;
        close_attempt_and_save(engine, lease, row, Some(Ended { outcome: "published", error: None })).await?;
        return Ok(Next::Finished);
    };
    row.error = Some(error.clone());
    if may_be_sent(row, unit) {
        return unconfirmed(engine, lease, row, unit, &error.cause).await;
    }
    stays_missing(engine, lease, row, unit, error).await
}

/// Whether the commit of `unit` is open. What nobody can read may say so.
fn may_be_sent(row: &PublicationRow, unit: u16) -> bool {
    match saved_progress(row) {
        Saved::None => false,
        Saved::Unreadable => true,
        Saved::Progress(progress) => matches!(progress.stage, Stage::Committing { unit: u, .. } if u == unit),
    }
}

/// The end without success; nothing is public. Where that is not certain, a person decides.
pub(in crate::publish) async fn fail(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    row.error = Some(error.clone());
    if row.intent {
        return unconfirmed(engine, lease, row, 0, &error.cause).await;
    }
    step(row, Event::Fail)?;
    row.next_at = None;
    close_attempt_and_save(engine, lease, row, Some(Ended { outcome: "failed", error: Some(error) })).await?;
    Ok(Next::Finished)
}

/// Waits for a person or a reconnection.
pub(in crate::publish) async fn hold(
    engine: &Engine,
    lease: &Lease,
    row: &mut PublicationRow,
    reason: HeldReason,
    error: Option<&ConnectorError>,
) -> Result<Next, JobError> {
    if let Some(error) = error {
        row.error = Some(error.clone());
    }
    if row.intent && row.published_at.is_none() {
        // What is held was not sent. This one may have been, and as long as nobody can look, nobody knows.
        let evidence = match reason {
            HeldReason::Reauth => "Carillon can look for the post when the account is connected again.",
            _ => "Carillon can't look for the post now.",
        };
        return unconfirmed(engine, lease, row, 0, evidence).await;
    }
    row.next_at = None;
    if row.published_at.is_some() {
        row.incomplete = true;
        if let Some(error) = error {
            wait_for_missing(row, error);
        }
    } else {
        step(row, Event::Hold)?;
        row.held_reason = Some(reason);
    }
    close_attempt_and_save(engine, lease, row, Some(Ended { outcome: "held", error })).await?;
    Ok(Next::Finished)
}
