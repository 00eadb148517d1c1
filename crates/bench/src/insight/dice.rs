//! Chance that a seed decides.

use carillon_domain::time::{SeededEntropy, random_bytes};

/// Numbers, one after the other.
pub(super) struct Dice(pub SeededEntropy);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    pub(super) fn below(&self, end: usize) -> usize {
        (u64::from_le_bytes(random_bytes(&self.0)) % end as u64) as usize
    }

    /// Evenly between 0 and 1, never 1.
    pub(super) fn share(&self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }
}
