//! What reading may use of what a network allows an account: all that is left, but for the share that publishing may need.

use async_trait::async_trait;
use carillon_connectors::kit::budget::Budget;
use carillon_connectors::kit::used_up::running_low;
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::AccountRow;
use http::{HeaderMap, StatusCode};

use crate::Engine;
use crate::publish::budget::AccountBudget;

/// Kept among the used-up operations of an account: reading as a whole. No operation of a network has such a name.
const READING: &str = "(reading)";

/// The account's budget, as reading sees it.
pub(super) struct ReadingBudget {
    engine: Engine,
    account: AccountBudget,
}

impl ReadingBudget {
    /// As the account's row has it.
    pub fn of(engine: &Engine, row: &AccountRow) -> Self {
        Self { engine: engine.clone(), account: AccountBudget::for_reading(engine, row) }
    }
}

#[async_trait]
impl Budget for ReadingBudget {
    async fn reserve(&self, operation: &str, cost: u32) -> Result<(), Option<Timestamp>> {
        self.account.reserve(READING, cost).await?;
        self.account.reserve(operation, cost).await
    }

    async fn observe(&self, operation: &str, status: StatusCode, headers: &HeaderMap) {
        self.account.observe(operation, status, headers).await;
        // Many networks count all calls of an account together, and those that don't need their reads for publishing, too.
        if let Some(until) = running_low(headers, self.engine.clock.now()) {
            self.account.note(READING, until).await;
        }
    }

    async fn used_up(&self, operation: &str, until: Timestamp) {
        self.account.used_up(operation, until).await;
    }
}
