//! Leaves a network alone that fails again and again: one circuit breaker for each operation of a network, and of each server
//! where it has many.
//!
//! While one is open nothing waits for answers that do not come, no publication uses up its tries, and a network that comes
//! back is not met by everybody at once: one call finds out, the rest follow. Each node learns for itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carillon_connectors::kit::gate::Gate;

mod circuit;

use circuit::Circuit;
pub use circuit::Patience;

/// Circuits that are remembered. Beyond that the ones that are not open are forgotten: servers that people name are without number.
const MOST_KNOWN: usize = 4_096;

/// All circuits of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Breakers(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// How many circuits had a failure since their last answer. Nearly always 0, and then nobody takes the lock.
    troubled: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    circuits: HashMap<Key, Circuit>,
    /// Operations that were ever open, so that what is shown of them goes back to 0.
    seen_open: BTreeSet<(&'static str, &'static str)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    platform: &'static str,
    server: Option<Arc<str>>,
    operation: &'static str,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Getting on with a publication: waits until the network was seen to work again.
    Work,
    /// Looking for a post whose answer was lost: goes one at a time even while the network is left alone, because nothing else
    /// can be done for it.
    Look,
}

/// How one operation of a network stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCount {
    /// Platform.
    pub platform: &'static str,
    /// As the journal of remote calls names it.
    pub operation: &'static str,
    /// At how many servers its circuit is open; 0 or 1 for a network that is one.
    pub servers: usize,
}

impl Breakers {
    /// The way to one network, or to one server of it.
    pub fn gate(
        &self,
        platform: &'static str,
        server: Option<&str>,
        purpose: Purpose,
        patience: Patience,
    ) -> Arc<dyn Gate> {
        let server = server.map(Arc::from);
        Arc::new(Way { breakers: self.clone(), platform, server, purpose, patience })
    }

    /// The operations that are left alone at this moment of the monotonic clock, and those that once were. One that nobody asks for
    /// any more is not left alone for ever.
    pub fn open(&self, now: Duration) -> Vec<OpenCount> {
        self.open_at(now, |_, _| true)
    }

    /// The same at these networks and servers alone.
    pub fn open_at(&self, now: Duration, wanted: impl Fn(&str, Option<&str>) -> bool) -> Vec<OpenCount> {
        let state = self.state();
        let count = |(platform, operation): &(&'static str, &'static str)| OpenCount {
            platform,
            operation,
            servers: state
                .circuits
                .iter()
                .filter(|(k, c)| k.platform == *platform && k.operation == *operation && c.is_left_alone(now))
                .filter(|(k, _)| wanted(k.platform, k.server.as_deref()))
                .count(),
        };
        state.seen_open.iter().map(count).collect()
    }

    fn all_is_well(&self) -> bool {
        self.0.troubled.load(Ordering::Relaxed) == 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One publication's way to its network.
struct Way {
    breakers: Breakers,
    platform: &'static str,
    server: Option<Arc<str>>,
    purpose: Purpose,
    patience: Patience,
}

impl Way {
    fn key(&self, operation: &'static str) -> Key {
        Key { platform: self.platform, server: self.server.clone(), operation }
    }

    fn answered(&self, operation: &'static str) {
        if self.breakers.all_is_well() {
            return;
        }
        let mut state = self.breakers.state();
        let was = state.circuits.remove(&self.key(operation));
        self.breakers.0.troubled.store(state.circuits.len(), Ordering::Relaxed);
        drop(state);
        if was.is_some_and(|circuit| circuit.is_open()) {
            let (platform, server) = (self.platform, self.server.as_deref());
            tracing::info!(platform, server, operation, "the network answers again");
        }
    }

    fn failed(&self, operation: &'static str, now: Duration) {
        let mut state = self.breakers.state();
        if state.circuits.len() >= MOST_KNOWN {
            state.circuits.retain(|_, circuit| circuit.is_open());
        }
        if state.circuits.len() >= MOST_KNOWN {
            state.circuits.clear();
        }
        let circuit = state.circuits.entry(self.key(operation)).or_default();
        let was_open = circuit.is_open();
        circuit.failed(now, self.patience);
        let opens = circuit.is_open() && !was_open;
        if opens {
            state.seen_open.insert((self.platform, operation));
        }
        self.breakers.0.troubled.store(state.circuits.len(), Ordering::Relaxed);
        drop(state);
        if opens {
            let (platform, server) = (self.platform, self.server.as_deref());
            tracing::warn!(
                platform,
                server,
                operation,
                "the network fails again and again; it is left alone"
            );
        }
    }
}

impl Gate for Way {
    fn admit(&self, operation: &'static str, now: Duration) -> Result<(), Duration> {
        if self.breakers.all_is_well() {
            return Ok(());
        }
        let mut state = self.breakers.state();
        let circuit = state.circuits.get_mut(&self.key(operation));
        circuit.map_or(Ok(()), |circuit| circuit.admit(now, self.purpose))
    }

    fn ended(&self, operation: &'static str, now: Duration, answered: bool) {
        if answered { self.answered(operation) } else { self.failed(operation, now) }
    }
}

#[cfg(test)]
mod tests;
