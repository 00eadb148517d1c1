//! Time and randomness as inputs. Ambient access (`SystemTime::now`, `Timestamp::now`, …) is lint-banned elsewhere, so
//! that every test can decide what time it is.

use std::sync::Mutex;
use std::time::Duration;

pub use jiff::{SignedDuration, Timestamp};

/// Where the current time comes from.
pub trait Clock: Send + Sync {
    /// Wall-clock time, UTC.
    fn now(&self) -> Timestamp;
    /// Time since an arbitrary start which never goes back; for deadlines.
    fn monotonic(&self) -> Duration;
}

/// Where random bytes come from. Production uses the system's generator; tests use a seed.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random data that is fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A clock that moves only when told to. Its two faces move together.
#[derive(Debug)]
pub struct ManualClock {
    state: Mutex<(Timestamp, Duration)>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { state: Mutex::new((now, Duration::ZERO)) }
    }

    /// Moves both faces forward.
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        state.0 += by;
        state.1 += by;
    }

    /// Moves the wall clock to `now`, if that is later; the monotonic face follows.
    pub fn advance_to(&self, now: Timestamp) {
        let mut state = self.lock();
        let ahead = now.duration_since(state.0);
        if let Ok(ahead) = Duration::try_from(ahead) {
            state.0 = now;
            state.1 += ahead;
        }
    }

    /// Sets the wall clock alone, as an operator or NTP would; the monotonic face does not notice.
    pub fn step_wall(&self, now: Timestamp) {
        self.lock().0 = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, Duration)> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().0
    }
    fn monotonic(&self) -> Duration {
        self.lock().1
    }
}

/// Repeatable bytes from a seed (SplitMix64). For tests and the sandbox; never for secrets of a real installation.
#[derive(Debug)]
pub struct SeededEntropy {
    state: Mutex<u64>,
}

impl SeededEntropy {
    /// A generator that gives the same bytes for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { state: Mutex::new(seed) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_le_bytes()[..chunk.len()]);
        }
    }
}
