//! The hook by which the engine leaves a network alone that does not answer.

use std::time::Duration;

/// Whether calls may be made now. Made by the engine for one network, or one server of it. It is asked for every call and stands in
/// nobody's way while all is well, so it must cost next to nothing then.
pub trait Gate: Send + Sync {
    /// Asks for one call of `operation`, at this moment of the monotonic clock.
    ///
    /// # Errors
    /// When it is to wait: for how long.
    fn admit(&self, operation: &'static str, now: Duration) -> Result<(), Duration>;

    /// Learns how a call ended that was admitted: whether the network `answered`, be it with a refusal, or failed. A call that
    /// never left for a reason of our own ends without a word.
    fn ended(&self, operation: &'static str, now: Duration, answered: bool);
}
