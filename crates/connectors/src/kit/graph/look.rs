//! When to look again for a commit whose fate is open.

use carillon_domain::time::{SignedDuration, Timestamp};

use crate::contract::publisher::Reconciliation;

/// Not known: look again with growing pauses until `patience` has passed since the commit, then a person decides.
pub fn unknown(
    now: Timestamp,
    since: Timestamp,
    patience: SignedDuration,
    evidence: String,
) -> Reconciliation {
    let age = now.duration_since(since);
    let pause = (age / 2).clamp(SignedDuration::from_secs(20), SignedDuration::from_mins(15));
    let look_again_at = (age < patience).then(|| now.checked_add(pause.min(patience - age)).ok()).flatten();
    Reconciliation::Unknown { look_again_at, evidence }
}
