//! When to look again for a commit whose fate is open.

use carillon_domain::time::{SignedDuration, Timestamp};

use crate::contract::publisher::Reconciliation;

/// Pause between the first looks.
const SHORTEST: SignedDuration = SignedDuration::from_secs(20);

/// Not known: look again with growing pauses until `patience` has passed since the commit, then a person decides.
pub fn unknown(
    now: Timestamp,
    since: Timestamp,
    patience: SignedDuration,
    evidence: String,
) -> Reconciliation {
    let age = now.duration_since(since);
    let pause = (age / 2).clamp(SHORTEST, SignedDuration::from_mins(15));
    let look_again_at = (age < patience).then(|| now.checked_add(pause.min(patience - age)).ok()).flatten();
    Reconciliation::Unknown { look_again_at, evidence }
}

/// The network works on what was sent at `since`: look again with growing pauses, for as long as it says so.
pub fn working(now: Timestamp, since: Timestamp, evidence: String) -> Reconciliation {
    let pause = (now.duration_since(since) / 2).clamp(SHORTEST, SignedDuration::from_mins(5));
    Reconciliation::Working { look_again_at: now.checked_add(pause).unwrap_or(Timestamp::MAX), evidence }
}
