//! Every write of the publishing engine. Each one is a single transaction that first checks the lease's epoch and the
//! content version; a worker that lost either gets [`JobError::LostLease`] and has changed nothing.

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::{Delivered, Event, Intent, PublicationState, UnitReport, UnitState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::lease::Again;
use carillon_store::repo::publication::PublicationRow;

use super::clerk::Ended;
use super::desk::Desk;
use super::saved::next_missing;
use crate::jobs::{JobError, Next};

mod end;

pub(super) use end::{complete, fail_unit, hold, last_public, stop, unconfirmed};

fn step(row: &mut PublicationRow, event: Event) -> Result<(), JobError> {
    let intent = if row.intent { Intent::Saved } else { Intent::None };
    row.state = row.state.after(event, intent).map_err(|e| JobError::Defect(e.to_string()))?;
    Ok(())
}

/// An attempt is under way, also of one that was held or lay still in the meantime.
pub(super) fn begin(row: &mut PublicationRow) -> Result<(), JobError> {
    if row.state == PublicationState::Scheduled { step(row, Event::Start) } else { Ok(()) }
}

fn store_progress(row: &mut PublicationRow, progress: &Progress) {
    row.progress = serde_json::to_value(progress).ok();
    row.units = reports(progress, &row.units);
}

/// Merges what is public now with what was reported before.
fn reports(progress: &Progress, before: &[UnitReport]) -> Vec<UnitReport> {
    let pending = |index| UnitReport {
        index,
        state: UnitState::Pending,
        remote_id: None,
        remote_url: None,
        error: None,
        deleted_at: None,
        delivered: Delivered::Public,
        edited_at: None,
    };
    (0u16..)
        .zip(&progress.units)
        .map(|(index, unit)| match unit.is_done() {
            true => UnitReport {
                index,
                state: UnitState::Published,
                remote_id: unit.remote_id.clone(),
                remote_url: unit.remote_url.clone(),
                error: None,
                deleted_at: before.get(usize::from(index)).and_then(|unit| unit.deleted_at),
                delivered: unit.delivered,
                edited_at: before.get(usize::from(index)).and_then(|unit| unit.edited_at),
            },
            false => before.get(usize::from(index)).cloned().unwrap_or_else(|| pending(index)),
        })
        .collect()
}

/// Saves how far preparation got.
pub(super) async fn save_progress(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
) -> Result<(), JobError> {
    note_progress(desk, row, progress)?;
    desk.save(row, None).await
}

/// Saves that a unit is ready to be sent, and waits for its turn in `lane`.
pub(super) async fn save_ready(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    again: Again,
) -> Result<Next, JobError> {
    note_progress(desk, row, progress)?;
    desk.save_until(row, None, again).await
}

fn note_progress(desk: &Desk<'_>, row: &mut PublicationRow, progress: &Progress) -> Result<(), JobError> {
    store_progress(row, progress);
    row.next_at = None;
    let due = row.due_at.is_none_or(|due| due <= desk.engine.clock.now());
    if due { begin(row) } else { Ok(()) }
}

/// Makes the intent to commit durable. After this, nobody can edit or cancel, and whoever takes over must look first.
pub(super) async fn save_intent(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
) -> Result<(), JobError> {
    store_progress(row, progress);
    begin(row)?;
    row.intent = true;
    desk.save(row, None).await
}

/// The open commit had no effect, for certain.
pub(super) async fn withdraw_intent(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    unit: u16,
) -> Result<(), JobError> {
    give_up_intent(row, progress, unit)?;
    desk.save(row, None).await
}

/// The same, to be saved with what follows from it.
pub(super) fn give_up_intent(
    row: &mut PublicationRow,
    progress: &Progress,
    unit: u16,
) -> Result<(), JobError> {
    let progress = match progress.stage {
        Stage::Committing { .. } => progress.clone().at(Stage::Ready { unit }),
        _ => progress.clone(),
    };
    store_progress(row, &progress);
    // What was seen while the question was open is not news any more; the journal keeps it.
    row.evidence = None;
    if unit == 0 {
        step(row, Event::ProvedAbsent)?;
        row.intent = false;
    }
    Ok(())
}

/// `unit` is public, by the network's own answer or by `proof`.
pub(super) async fn unit_public(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    unit: u16,
    proof: Option<&str>,
) -> Result<(), JobError> {
    mark_public(desk, row, progress, unit, proof)?;
    desk.save(row, None).await
}

fn mark_public(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    unit: u16,
    proof: Option<&str>,
) -> Result<(), JobError> {
    store_progress(row, progress);
    row.tries = 0;
    row.error = None;
    if unit == 0 || proof.is_some() {
        row.evidence = proof.map(str::to_owned);
    }
    row.intent = true;
    if unit == 0 {
        step(row, Event::RootPublic)?;
        let root = progress.units.first();
        row.remote_id = root.and_then(|u| u.remote_id.clone());
        row.remote_url = root.and_then(|u| u.remote_url.clone());
        row.published_at = root.and_then(|u| u.published_at).or(Some(desk.engine.clock.now()));
    }
    Ok(())
}

/// Another try later; from the beginning where there is no progress yet.
pub(super) async fn again(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: Option<&Progress>,
    error: &ConnectorError,
    at: Timestamp,
    counts: bool,
) -> Result<Next, JobError> {
    if let Some(progress) = progress {
        store_progress(row, progress);
    }
    row.error = Some(error.clone());
    row.next_at = Some(at);
    if row.published_at.is_some() {
        row.incomplete = true;
        wait_for_missing(row, error);
    }
    let ended = counts.then(|| Ended::new("retry", Some(error)));
    row.tries += u32::from(counts);
    desk.save_until(row, ended, Again { at, lane: None }).await
}

/// Short at first, and longer the longer it has taken: a server that is down for hours is not asked four times a minute.
fn pause(due: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    let waited = due.map_or(0, |due| now.duration_since(due).as_secs());
    SignedDuration::from_secs((waited / 4).clamp(15, 300))
}

/// Something needs a moment before the run can even begin.
pub(super) async fn wait(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<Next, JobError> {
    let at = match error.kind {
        ErrorKind::RateLimited { until: Some(until) } => until.max(desk.engine.clock.now()),
        // Somebody refreshes the token right now.
        ErrorKind::NotReady => desk.engine.clock.now() + SignedDuration::from_secs(1),
        _ => desk.engine.clock.now() + pause(row.due_at, desk.engine.clock.now()),
    };
    row.error = Some(error.clone());
    row.next_at = Some(at);
    desk.save_until(row, None, Again { at, lane: None }).await
}

/// Keeps what a commit's answer said while the question is still open.
pub(super) async fn note_error(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    error: &ConnectorError,
) -> Result<(), JobError> {
    row.error = Some(error.clone());
    desk.save(row, None).await
}

/// The network said something that changes how the open commit is waited for; look again then.
pub(super) async fn still_working(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    progress: &Progress,
    at: Timestamp,
    evidence: &str,
) -> Result<Next, JobError> {
    store_progress(row, progress);
    look_again(desk, row, at, evidence).await
}

/// The open commit was looked for without certainty; look again then.
pub(super) async fn look_again(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    at: Timestamp,
    evidence: &str,
) -> Result<Next, JobError> {
    row.evidence = Some(evidence.to_owned());
    row.next_at = Some(at);
    desk.save_until(row, None, Again { at, lane: None }).await
}

fn wait_for_missing(row: &mut PublicationRow, error: &ConnectorError) {
    if let Some(unit) = next_missing(&row.units) {
        mark(row, unit, UnitState::Pending, error);
    }
}

fn mark(row: &mut PublicationRow, unit: u16, state: UnitState, error: &ConnectorError) {
    if let Some(report) = row.units.get_mut(usize::from(unit)) {
        report.state = state;
        report.error = Some(error.clone());
    }
}
