//! A clock that can be moved ahead of another one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use carillon_domain::time::{Clock, Timestamp};
use tokio::sync::watch;

use super::lock;

/// A clock plus an offset that only grows. Its two faces move together. Clones share the offset, so the demo can give the
/// same one to Carillon and to the sandbox.
#[derive(Clone)]
pub struct OffsetClock {
    base: Arc<dyn Clock>,
    offset: Arc<Mutex<Duration>>,
    moved: watch::Sender<Duration>,
}

impl OffsetClock {
    /// Starts without an offset.
    pub fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, offset: Arc::default(), moved: watch::Sender::new(Duration::ZERO) }
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        let total = {
            let mut offset = lock(&self.offset);
            *offset = offset.saturating_add(by);
            *offset
        };
        self.moved.send_replace(total);
    }

    /// How far it is ahead of its base.
    pub fn offset(&self) -> Duration {
        *lock(&self.offset)
    }

    /// Moves ahead to at least this offset; never back.
    pub(super) fn restore(&self, offset: Duration) {
        let ahead = offset.saturating_sub(self.offset());
        if !ahead.is_zero() {
            self.advance(ahead);
        }
    }

    /// Changes whenever the clock is moved; for timers that sleep on real time.
    pub fn moved(&self) -> watch::Receiver<Duration> {
        self.moved.subscribe()
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Timestamp {
        let now = self.base.now();
        now.checked_add(self.offset()).unwrap_or(now)
    }

    fn monotonic(&self) -> Duration {
        self.base.monotonic().saturating_add(self.offset())
    }
}
