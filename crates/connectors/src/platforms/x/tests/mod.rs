//! Connector and simulated network together. Every request that any of these tests sends is held against X's own OpenAPI
//! description, where that is at hand.

use std::sync::{Arc, Mutex, PoisonError};

use super::CONNECTOR;
use super::sandbox::{Memory, simulator};
use crate::conformance::{Bench, Connect, Session};
use crate::kit::http::Http;
use crate::kit::pause::NoPause;
use crate::sandbox::{InProcess, LedgerItem};

mod checking;
mod description;
mod errors;
mod insights;
mod publishing;
mod reading;
mod recording;
mod signing_in;
mod spec;
mod strictness;
mod texts;
mod uncertain;
mod webhooks;

use recording::{Exchange, Recording};

/// A bench whose calls are recorded, and checked against the description when it ends.
struct Lab {
    bench: Bench,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Lab {
    fn new() -> Self {
        let mut bench = Bench::new(simulator());
        let exchanges = Arc::<Mutex<Vec<Exchange>>>::default();
        let transport = Recording::over(InProcess::over(bench.sandbox.clone()), exchanges.clone());
        bench.http = Http::new(Arc::new(transport), bench.clock.clone()).with_pause(Arc::new(NoPause));
        Self { bench, exchanges }
    }

    /// A person without a subscription.
    async fn connect(&self) -> Session<'_> {
        self.connect_as("marafields").await
    }

    async fn connect_as(&self, persona: &str) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona(persona)).await.unwrap()
    }

    fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of("x")
    }

    fn memory<R>(&self, change: impl FnOnce(&mut Memory) -> R) -> R {
        self.bench.world.state("x", change)
    }

    /// How often an operation was called so far.
    fn calls(&self, operation: &str) -> usize {
        self.recorded().iter().filter(|e| e.operation == operation).count()
    }

    fn recorded(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Some(specs) = spec::Specs::load() {
            let problems = specs.problems(&self.recorded());
            assert!(problems.is_empty(), "against X's description:\n{}", problems.join("\n"));
        }
    }
}
