//! How long a publication may go on trying by itself. After that a person must hear of it: nothing is polled for ever, and
//! nothing goes out days after its time.

use carillon_connectors::contract::progress::Stage;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::HeldReason;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::publication::PublicationRow;

use super::desk::Desk;
use super::outcome;
use super::saved::{Saved, next_missing, saved_progress};
use crate::jobs::{JobError, Next};

/// Whether the grace is over: counted from the due time (from the publication of the root, for what follows it), or from
/// when a person let it go. There is none for what had begun before the database was restored.
pub(crate) fn is_late(
    row: &PublicationRow,
    grace: SignedDuration,
    restored: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    let begun = row.published_at.or(row.due_at).into_iter().chain(row.released_at).max();
    let over = begun.and_then(|at| at.checked_add(grace).ok()).is_some_and(|end| now > end);
    over || begun.zip(restored).is_some_and(|(at, restored)| at <= restored)
}

/// Ends what is too late. `waits_for` is why this run can't even begin, if so.
pub(super) async fn too_late(
    desk: &Desk<'_>,
    row: &mut PublicationRow,
    grace: SignedDuration,
    waits_for: Option<&ConnectorError>,
) -> Result<Option<Next>, JobError> {
    let now = desk.engine.clock.now();
    if row.intent
        && let Saved::Progress(progress) = saved_progress(row)
        && let Stage::Committing { since, .. } = progress.stage
    {
        // Looking ends this one. Where nobody can look, a person must.
        return match waits_for {
            Some(error) if now > progress.last_sign(since) + desk.engine.timing.look_at_most => {
                outcome::stop(desk, row, error).await.map(Some)
            }
            _ => Ok(None),
        };
    }
    if !is_late(row, grace, desk.engine.timing.restored_at, now) {
        return Ok(None);
    }
    if row.published_at.is_some() {
        if next_missing(&row.units).is_none() {
            return Ok(None);
        }
        let error = waits_for.cloned().unwrap_or_else(|| late(row));
        return outcome::stop(desk, row, &error).await.map(Some);
    }
    if row.intent {
        // Nobody can read what was sent, so nobody can look for it either.
        let Some(error) = waits_for else { return Ok(None) };
        return outcome::stop(desk, row, error).await.map(Some);
    }
    outcome::hold(desk, row, HeldReason::Overdue, waits_for).await.map(Some)
}

/// Why the rest of a public one is not sent any more; what went wrong before says more.
fn late(row: &PublicationRow) -> ConnectorError {
    let cause = "The rest of this post could not be sent in time.";
    row.error.clone().unwrap_or_else(|| {
        ConnectorError::new(ErrorKind::Rejected, &row.platform, "publish", "too_late", cause)
            .with_action("Try again to send what is missing.")
    })
}
