//! When to look again for what a lost call may have made public, where the network's lists show it late.
//!
//! The call itself may take half a minute until it has ended, and networks don't publish how far their lists lag behind. So three looks
//! follow, and only what the last one shows proves an absence.

use carillon_domain::time::{SignedDuration, Timestamp};

use crate::contract::publisher::Reconciliation;

/// After the intent was saved.
const LOOKS: [SignedDuration; 3] =
    [SignedDuration::from_secs(10), SignedDuration::from_secs(60), SignedDuration::from_secs(120)];

/// The next look after `now` for what was meant to be sent at `since`; `None` once an absence is proved.
pub fn next(since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    LOOKS.into_iter().filter_map(|after| since.checked_add(after).ok()).find(|at| *at > now)
}

/// Not known; looked at again at this time, or else by a person with this evidence.
pub fn unknown(look_again_at: Option<Timestamp>, evidence: impl Into<String>) -> Reconciliation {
    Reconciliation::Unknown { look_again_at, evidence: evidence.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_minutes_prove_an_absence() {
        let since = Timestamp::UNIX_EPOCH;
        let at = |seconds| since + SignedDuration::from_secs(seconds);
        let asked = [0, 9, 10, 59, 60, 119, 120, 3_600].map(|now| next(since, at(now)));
        let looks = [Some(at(10)), Some(at(60)), Some(at(120)), None];
        assert_eq!(asked, [looks[0], looks[0], looks[1], looks[1], looks[2], looks[2], None, looks[3]]);
    }
}
