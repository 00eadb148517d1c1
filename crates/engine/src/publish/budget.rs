//! What a network still takes from an account. That nothing is left of an operation is kept with the account, so that what one node
//! hears holds all of them back; the row is read with the account anyway, and written only when something is used up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use carillon_connectors::kit::budget::Budget;
use carillon_connectors::kit::used_up::used_up;
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use http::{HeaderMap, StatusCode};

use crate::Engine;

/// The budget of one account, as one run sees it.
pub(crate) struct AccountBudget {
    engine: Engine,
    workspace: WorkspaceId,
    account: AccountId,
    used_up: Mutex<BTreeMap<String, Timestamp>>,
}

impl AccountBudget {
    /// As the account's row has it.
    pub fn of(engine: &Engine, row: &AccountRow) -> Self {
        let used_up = Mutex::new(row.used_up.clone());
        Self { engine: engine.clone(), workspace: row.workspace, account: row.id, used_up }
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
}

#[async_trait]
impl Budget for AccountBudget {
    async fn reserve(&self, operation: &str, _cost: u32) -> Result<(), Option<Timestamp>> {
        match self.known().get(operation) {
            Some(until) if *until > self.engine.clock.now() => Err(Some(*until)),
            _ => Ok(()),
        }
    }

    async fn observe(&self, operation: &str, status: StatusCode, headers: &HeaderMap) {
        if let Some(until) = used_up(status, headers, self.engine.clock.now()) {
            self.note(operation, until).await;
        }
    }
}
