//! How long things may take before somebody else takes over, or stops waiting.
//!
//! Nothing here decides whether a post can go out twice: leases are fenced by epochs. The one exception is `send_over`, because a
//! network knows no fence of ours: only when a send can't have an effect any more may its absence be believed.

use std::time::Duration;

use carillon_domain::time::{SignedDuration, Timestamp};

use crate::breaker::Patience;

/// The times of one installation; every node of it has the same.
#[derive(Debug, Clone)]
pub struct Timing {
    /// How long a lease lasts without a heartbeat. A dead worker's jobs lie still for so long.
    pub lease: Duration,
    /// How long a refresh of a token keeps others from refreshing it; longer than the call.
    pub refresh_lease: SignedDuration,
    /// So long before the due time the intent of a commit may be made durable; from then on a post can't be changed any more.
    /// Shorter than `send_window`.
    pub intent_ahead: SignedDuration,
    /// A commit must have begun to be written this long after its intent, on the monotonic clock.
    pub send_window: Duration,
    /// So long after its intent nothing of a send can have an effect any more: the window, the network's own work on a request, and
    /// a margin for clocks.
    pub send_over: SignedDuration,
    /// Pause before an account is looked at again when looking failed.
    pub look_pause: SignedDuration,
    /// After so long without certainty a person decides; counted from the network's last word that it works on it, if it said so.
    pub look_at_most: SignedDuration,
    /// So long after a commit a person hears of it although the network still says that it works on it.
    pub work_at_most: SignedDuration,
    /// How long the journal of remote calls is kept. That there was an attempt, and how it ended, is kept longer.
    pub journal: SignedDuration,
    /// When a network that fails is left alone.
    pub breaker: Patience,
    /// The database was put back from a copy at this time. Whatever was due before may be public already without its knowing, so it
    /// is late, whatever the grace.
    pub restored_at: Option<Timestamp>,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(10),
            refresh_lease: SignedDuration::from_mins(2),
            intent_ahead: SignedDuration::from_secs(1),
            send_window: Duration::from_secs(20),
            send_over: SignedDuration::from_secs(20 + 60 + 30),
            look_pause: SignedDuration::from_mins(1),
            look_at_most: SignedDuration::from_mins(30),
            work_at_most: SignedDuration::from_hours(24),
            journal: SignedDuration::from_hours(24 * 90),
            breaker: Patience::default(),
            restored_at: None,
        }
    }
}

impl Timing {
    /// The lease as a span of wall-clock time.
    pub(crate) fn lease_span(&self) -> SignedDuration {
        SignedDuration::try_from(self.lease).unwrap_or(SignedDuration::from_secs(30))
    }
}
