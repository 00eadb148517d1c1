//! How often each network was called, and how often it refused a call because there were too many. For measuring: nobody is told, and
//! nothing of it is kept.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock;

/// Calls of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Called {
    /// Those that arrived, whatever became of them.
    pub calls: u64,
    /// Of these, those that failed or whose answer was lost because the fault script said so.
    pub struck: u64,
}

/// What arrived since the world was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By platform and operation. Pages for people are no operations.
    pub called: BTreeMap<(&'static str, &'static str), Called>,
    /// Refusals by platform and by the limit that was full, in words of our own. Refusals that the fault script made up are not among them.
    pub refused: BTreeMap<(&'static str, String), u64>,
}

impl Tally {
    /// Calls of a platform.
    pub fn calls(&self, platform: &str) -> u64 {
        self.called.iter().filter(|((name, _), _)| *name == platform).map(|(_, called)| called.calls).sum()
    }

    /// Calls of a platform that the fault script struck.
    pub fn struck(&self, platform: &str) -> u64 {
        self.called.iter().filter(|((name, _), _)| *name == platform).map(|(_, called)| called.struck).sum()
    }

    /// Refusals of a platform.
    pub fn refusals(&self, platform: &str) -> u64 {
        self.refused.iter().filter(|((name, _), _)| *name == platform).map(|(_, n)| n).sum()
    }
}

/// A [`Tally`] that grows.
#[derive(Default)]
pub(super) struct Tallies(Mutex<Tally>);

impl Tallies {
    pub(super) fn called(&self, platform: &'static str, operation: &'static str) {
        lock(&self.0).called.entry((platform, operation)).or_default().calls += 1;
    }

    pub(super) fn struck(&self, platform: &'static str, operation: &'static str) {
        lock(&self.0).called.entry((platform, operation)).or_default().struck += 1;
    }

    pub(super) fn refused(&self, platform: &'static str, limit: &str) {
        *lock(&self.0).refused.entry((platform, limit.to_owned())).or_default() += 1;
    }

    pub(super) fn look(&self) -> Tally {
        lock(&self.0).clone()
    }

    pub(super) fn clear(&self) {
        *lock(&self.0) = Tally::default();
    }
}
