//! What reading may use of what a network allows an account: all that is left, but for the share that publishing may need; what it counts
//! itself; and, where the network takes money for it, what the operator allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use carillon_connectors::kit::budget::Budget;
use carillon_connectors::kit::used_up::running_low;
use carillon_domain::id::AccountId;
use carillon_domain::sync::schedule::next_month;
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::shared_quota::{self, Bucket};
use http::{HeaderMap, StatusCode};

use super::windows;
use crate::Engine;
use crate::publish::budget::AccountBudget;

/// Kept among the used-up operations of an account: reading as a whole. No operation of a network has such a name.
const READING: &str = "(reading)";

/// The account's budget, as reading sees it.
pub(super) struct ReadingBudget {
    engine: Engine,
    account: AccountBudget,
    /// Of which network, and which account.
    of: (String, AccountId),
    purse: Option<Purse>,
}

/// Where reading costs money: what is spent on an account in a month. What people ask for is counted, and never refused.
struct Purse {
    platform: String,
    bucket: String,
    per_month: u32,
    asked: bool,
    empty: Arc<AtomicBool>,
}

impl ReadingBudget {
    /// As the account's row has it.
    pub fn of(engine: &Engine, row: &AccountRow, asked: bool, empty: &Arc<AtomicBool>) -> Self {
        let purse = |per_month| Purse {
            platform: row.platform.clone(),
            bucket: bucket(row.id),
            per_month,
            asked,
            empty: Arc::clone(empty),
        };
        Self {
            engine: engine.clone(),
            account: AccountBudget::for_reading(engine, row),
            of: (row.platform.clone(), row.id),
            purse: engine.networks.reads_per_month(&row.platform).map(purse),
        }
    }

    async fn pay(&self) -> Result<(), Option<Timestamp>> {
        let Some(purse) = &self.purse else { return Ok(()) };
        let (platform, name) = (purse.platform.clone(), purse.bucket.clone());
        let reset_at = next_month(self.engine.clock.now());
        let most = if purse.asked { u32::MAX } else { purse.per_month };
        let paid: Result<bool, StoreError> = self
            .engine
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let bucket = Bucket { platform: &platform, name: &name, reset_at };
                    shared_quota::take(tx, bucket, 1, most).await
                })
            })
            .await;
        match paid {
            Ok(true) => Ok(()),
            Ok(false) => {
                purse.empty.store(true, Ordering::Relaxed);
                Err(Some(reset_at))
            }
            Err(error) if purse.asked => {
                tracing::warn!(platform = purse.platform, %error, "a paid call could not be counted");
                Ok(())
            }
            // What can't be counted must not cost anything.
            Err(error) => {
                tracing::warn!(platform = purse.platform, %error, "a paid call could not be counted and is not made");
                Err(None)
            }
        }
    }
}

fn bucket(account: AccountId) -> String {
    format!("reads/{account}")
}

/// Whether the schedule may spend nothing more on this account this month.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_spent(engine: &Engine, row: &AccountRow, per_month: u32) -> Result<bool, StoreError> {
    let name = bucket(row.id);
    let used = shared_quota::used(&engine.db, (&row.platform, &name), engine.clock.now()).await?;
    Ok(used >= i64::from(per_month))
}

#[async_trait]
impl Budget for ReadingBudget {
    async fn reserve(&self, operation: &str, cost: u32) -> Result<(), Option<Timestamp>> {
        self.account.reserve(READING, cost).await?;
        self.account.reserve(operation, cost).await?;
        windows::take(&self.engine, (&self.of.0, self.of.1), operation).await.map_err(Some)?;
        self.pay().await
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
