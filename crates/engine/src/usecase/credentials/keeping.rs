//! One refresh at a time, and what it brought is made durable.

use std::time::Duration;

use carillon_connectors::contract::cx::Credential;
use carillon_connectors::kit::pause::Pause;
use carillon_domain::id::{GrantId, WorkspaceId};
use carillon_store::StoreError;
use carillon_store::repo::grant::{self, GrantRow, Refreshed};

use super::seal;
use crate::Engine;

/// Pauses between the tries to save a new pair: long enough for a database that moves to another machine, and together well
/// within the [`Timing::refresh_lease`](crate::timing::Timing).
const SAVE_AGAIN: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// The right to refresh a grant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub workspace: WorkspaceId,
    pub id: GrantId,
    pub epoch: i64,
}

/// Takes the right to refresh; `None` when somebody else has it.
pub(super) async fn lock(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
) -> Result<Option<(i64, GrantRow)>, StoreError> {
    let now = engine.clock.now();
    let until = now + engine.timing.refresh_lease;
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let epoch = grant::lock_refresh(tx, workspace, id, now, until).await?;
                let row = grant::find(tx, workspace, id).await?;
                Ok(epoch.zip(row))
            })
        })
        .await
}

/// Makes a new credential durable, and does not give up at the first failure: the network may have handed it out only once.
/// Tells whether we still had the right to.
pub(super) async fn keep(
    engine: &Engine,
    turn: Turn,
    new: &Credential,
    pause: &dyn Pause,
) -> Result<bool, StoreError> {
    for length in SAVE_AGAIN {
        match save(engine, turn, new).await {
            Err(error) if !matches!(error, StoreError::Closed) => {
                tracing::warn!(grant = %turn.id, %error, "could not save a new pair of tokens; trying again");
                pause.pause(length).await;
            }
            done => return done,
        }
    }
    save(engine, turn, new).await
}

async fn save(engine: &Engine, turn: Turn, new: &Credential) -> Result<bool, StoreError> {
    let refreshed = Refreshed {
        credential: seal(engine, turn.id, new)?,
        scopes: new.scopes.clone(),
        expires_at: new.expires_at,
        refresh_expires_at: new.refresh_expires_at,
    };
    let now = engine.clock.now();
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                grant::refreshed(tx, turn.workspace, turn.id, turn.epoch, &refreshed, now).await
            })
        })
        .await
}

/// Gives the right to refresh back without a new credential.
pub(super) async fn unlock(engine: &Engine, turn: Turn) -> Result<(), StoreError> {
    engine
        .db
        .write(move |tx| {
            Box::pin(async move { grant::unlock_refresh(tx, turn.workspace, turn.id, turn.epoch).await })
        })
        .await
}
