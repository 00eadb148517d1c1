//! What a network still takes from an account, and from the installation.
//!
//! That nothing is left of an operation is kept with the account, so that what one node hears holds all of them back; the row is read
//! with the account anyway, and written only when something is used up. Where a network counts what all accounts of the installation do
//! together, and tells nobody what is left, it is counted here, in one row for all nodes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use carillon_connectors::contract::connector::SharedQuota;
use carillon_connectors::kit::budget::Budget;
use carillon_connectors::kit::used_up::used_up;
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::shared_quota::{self, Bucket};
use http::{HeaderMap, StatusCode};

use crate::Engine;

/// The budget of one account, as one run sees it.
pub(crate) struct AccountBudget {
    engine: Engine,
    workspace: WorkspaceId,
    account: AccountId,
    platform: String,
    used_up: Mutex<BTreeMap<String, Timestamp>>,
    reading: bool,
}

impl AccountBudget {
    /// As the account's row has it.
    pub fn of(engine: &Engine, row: &AccountRow) -> Self {
        Self {
            engine: engine.clone(),
            workspace: row.workspace,
            account: row.id,
            platform: row.platform.clone(),
            used_up: Mutex::new(row.used_up.clone()),
            reading: false,
        }
    }

    /// The same for what can wait: it leaves to publishing what the connector says.
    pub fn for_reading(engine: &Engine, row: &AccountRow) -> Self {
        Self { reading: true, ..Self::of(engine, row) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.used_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that nothing is left of `operation` until then, also for the other nodes.
    pub async fn note(&self, operation: &str, until: Timestamp) {
        let now = self.engine.clock.now();
        let before = self.known().insert(operation.to_owned(), until);
        if before.is_some_and(|before| before >= until) {
            return;
        }
        let (workspace, account, name) = (self.workspace, self.account, operation.to_owned());
        let kept: Result<(), StoreError> = self
            .engine
            .db
            .write(move |tx| {
                Box::pin(
                    async move { account::note_used_up(tx, workspace, account, &name, until, now).await },
                )
            })
            .await;
        if let Err(error) = kept {
            // The others hear of it when the network refuses them.
            tracing::warn!(account = %self.account, %error, "a used-up limit could not be kept");
        }
    }

    /// What `operation` takes from of what is the whole installation's.
    fn shared(&self, operation: &str) -> Option<SharedQuota> {
        let networks = &self.engine.networks;
        let connector = networks.connector(&self.platform)?;
        connector.shared_quota(networks.settings(&self.platform), operation, self.engine.clock.now())
    }

    /// Takes from it, if enough is left.
    async fn take(&self, quota: SharedQuota, cost: u32) -> Result<(), Option<Timestamp>> {
        let most = if self.reading { quota.units.saturating_sub(quota.kept) } else { quota.units };
        let platform = self.platform.clone();
        let taken: Result<bool, StoreError> = self
            .engine
            .db
            .write(move |tx| {
                Box::pin(async move { shared_quota::take(tx, bucket(&platform, quota), cost, most).await })
            })
            .await;
        match taken {
            Ok(true) => Ok(()),
            Ok(false) => Err(Some(quota.reset_at)),
            Err(error) => {
                // The network counts itself; nothing must wait for our own count of it.
                tracing::warn!(platform = self.platform, %error, "a shared quota could not be counted");
                Ok(())
            }
        }
    }
}

fn bucket(platform: &str, quota: SharedQuota) -> Bucket<'_> {
    Bucket { platform, name: quota.bucket, reset_at: quota.reset_at }
}

#[async_trait]
impl Budget for AccountBudget {
    async fn reserve(&self, operation: &str, cost: u32) -> Result<(), Option<Timestamp>> {
        if let Some(until) = self.known().get(operation).filter(|until| **until > self.engine.clock.now()) {
            return Err(Some(*until));
        }
        match self.shared(operation) {
            Some(quota) => self.take(quota, cost).await,
            None => Ok(()),
        }
    }

    async fn observe(&self, operation: &str, status: StatusCode, headers: &HeaderMap) {
        if let Some(until) = used_up(status, headers, self.engine.clock.now()) {
            self.note(operation, until).await;
        }
    }

    async fn used_up(&self, operation: &str, until: Timestamp) {
        let Some(quota) = self.shared(operation) else { return self.note(operation, until).await };
        let platform = self.platform.clone();
        let kept: Result<(), StoreError> = self
            .engine
            .db
            .write(move |tx| {
                Box::pin(async move { shared_quota::fill(tx, bucket(&platform, quota), quota.units).await })
            })
            .await;
        if let Err(error) = kept {
            tracing::warn!(platform = self.platform, %error, "a used-up quota could not be kept");
        }
    }
}
