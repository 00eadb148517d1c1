//! The ends of a run after which no worker goes on by itself.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::{Event, HeldReason, PublicationState, UnitState};
use carillon_store::repo::publication::PublicationRow;

use super::super::clerk::Ended;
use super::super::desk::Desk;
use super::super::saved::{Saved, next_missing, saved_progress, unit_of};
use super::{begin, mark, mark_public, step, store_progress, wait_for_missing};
use crate::jobs::{JobError, Next};

/// Everything is public.
pub(in crate::publish) async fn complete(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
) -> Result<Next, JobError> {
    if row.state != PublicationState::Published {
        return Err(JobError::Defect(format!(
            "a publication that is {} has no more to do",
            row.state.as_str()
        )));
    }
    close(desk, row, progress).await
}

/// The last unit is public by the network's own answer, and nothing is left to be read: one write says all of it.
pub(in crate::publish) async fn last_public(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    unit: u16,
) -> Result<Next, JobError> {
    mark_public(desk, row, progress, unit, None)?;
    close(desk, row, progress).await
}

async fn close(desk: &Desk<'_>, row: &mut PublicationRow, progress: &Progress) -> Result<Next, JobError> {
    store_progress(row, progress);
    // What was read back just now stands in the progress only.
    let root = progress.units.first();
    row.remote_id = root.and_then(|u| u.remote_id.clone()).or(row.remote_id.take());
    row.remote_url = root.and_then(|u| u.remote_url.clone()).or(row.remote_url.take());
    row.incomplete = false;
    row.error = None;
    row.next_at = None;
    desk.save_last(row, Ended::new("published", None)).await?;
    Ok(Next::Over)
}

/// Nobody can tell whether the open commit had its effect.
pub(in crate::publish) async fn unconfirmed(
    desk: &Desk<'_>,
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
    desk.save_last(row, Ended::new("unconfirmed", error.as_ref())).await?;
    Ok(Next::Over)
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
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    if row.published_at.is_none() {
        return fail(desk, row, error).await;
    }
    let unit = unit_of(progress.stage);
    store_progress(row, &progress.clone().at(Stage::Preparing { unit }));
    stays_missing(desk, row, unit, error).await
}

async fn stays_missing(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    unit: u16,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    row.incomplete = true;
    row.error = Some(error.clone());
    row.next_at = None;
    mark(row, unit, UnitState::Failed, error);
    desk.save_last(row, Ended::new("incomplete", Some(error))).await?;
    Ok(Next::Over)
}

/// It can't go on from whatever is saved: what may have been sent is unconfirmed, what certainly was not has failed, and
/// what is public stays so.
pub(in crate::publish) async fn stop(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    if row.published_at.is_none() {
        return fail(desk, row, error).await;
    }
    row.next_at = None;
    let Some(unit) = next_missing(&row.units) else {
        row.incomplete = false;
        desk.save_last(row, Ended::new("published", None)).await?;
        return Ok(Next::Over);
    };
    row.error = Some(error.clone());
    if may_be_sent(row, unit) {
        return unconfirmed(desk, row, unit, &error.cause).await;
    }
    stays_missing(desk, row, unit, error).await
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
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    row.error = Some(error.clone());
    if row.intent {
        return unconfirmed(desk, row, 0, &error.cause).await;
    }
    step(row, Event::Fail)?;
    row.next_at = None;
    desk.save_last(row, Ended::new("failed", Some(error))).await?;
    Ok(Next::Over)
}

/// Waits for a person or a reconnection.
pub(in crate::publish) async fn hold(
    desk: &Desk<'_>,
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
        return unconfirmed(desk, row, 0, evidence).await;
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
    desk.save_last(row, Ended::new("held", error)).await?;
    Ok(Next::Over)
}
