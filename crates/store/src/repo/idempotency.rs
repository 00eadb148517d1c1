//! Answers to requests that carried an `Idempotency-Key`, sealed.

use carillon_domain::id::WorkspaceId;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::sealed::SealedColumn;
use crate::seal::Place;
use crate::{Executor, StoreError, Tx, args, statements};

/// Whose key it is: the same text of two callers is two keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Token or user.
    pub caller: Uuid,
    /// SHA-256 of the key.
    pub key_hash: Vec<u8>,
}

/// A key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// SHA-256 of the request.
    pub request_hash: Vec<u8>,
    /// Status and sealed body; `None` while the first request runs.
    pub answer: Option<(i64, Vec<u8>)>,
    /// First seen.
    pub created_at: Timestamp,
    /// Forgotten from then on.
    pub expires_at: Timestamp,
}

statements! {
    CLAIM = "idempotency.claim": "insert into idempotency_keys (workspace_id, caller_id, key_hash, request_hash, created_at, \
        expires_at) values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, caller_id, key_hash) do update \
        set request_hash = excluded.request_hash, status = null, answer = null, created_at = excluded.created_at, \
        expires_at = excluded.expires_at where idempotency_keys.expires_at <= excluded.created_at";
    FIND = "idempotency.find": "select request_hash, status, answer, created_at, expires_at from idempotency_keys \
        where workspace_id = $1 and caller_id = $2 and key_hash = $3";
    FINISH = "idempotency.finish": "update idempotency_keys set status = $4, answer = $5 \
        where workspace_id = $1 and caller_id = $2 and key_hash = $3 and status is null";
    RELEASE = "idempotency.release": "delete from idempotency_keys \
        where workspace_id = $1 and caller_id = $2 and key_hash = $3 and status is null";
    STALE_SEALS = "idempotency.stale_seals": "select workspace_id, caller_id, key_hash, answer as sealed \
        from idempotency_keys where answer is not null and substr(answer, 1, 17) <> $1 limit $2";
    RESEAL = "idempotency.reseal": "update idempotency_keys set answer = $2 \
        where answer = $1 and workspace_id = $3 and caller_id = $4 and key_hash = $5";
    DELETE_EXPIRED = "idempotency.delete_expired": "delete from idempotency_keys where expires_at <= $1";
}

/// The kept answer.
pub(super) const ANSWER: SealedColumn = SealedColumn {
    name: "idempotency_keys.answer",
    stale: STALE_SEALS,
    replace: RESEAL,
    keys: |r| {
        Ok(args![
            r.get::<WorkspaceId>("workspace_id")?,
            r.get::<Uuid>("caller_id")?,
            r.get::<Vec<u8>>("key_hash")?
        ])
    },
    place: |r| {
        Ok(KeyId {
            workspace: r.get("workspace_id")?,
            caller: r.get("caller_id")?,
            key_hash: r.get("key_hash")?,
        }
        .place())
    },
};

impl KeyId {
    /// Where its answer is sealed for.
    pub fn place(&self) -> Place {
        let row = format!("{} {} {}", self.workspace, self.caller, hex::encode(&self.key_hash));
        Place::new("idempotency_keys", "answer", row)
    }
}

/// Takes a key that is free or has run out. Tells whether this caller did.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn claim(
    tx: &mut Tx<'_>,
    id: &KeyId,
    request_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let values = args![id.workspace, id.caller, id.key_hash.clone(), request_hash, now, expires_at];
    Ok(tx.execute(CLAIM, values).await? == 1)
}

/// What is known of a key.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(ex: impl Executor<'e> + 'e, id: &KeyId) -> Result<Option<KeyRow>, StoreError> {
    let row = ex.fetch_optional(FIND, args![id.workspace, id.caller, id.key_hash.clone()]).await?;
    row.map(|r| {
        let (status, answer): (Option<i64>, Option<Vec<u8>>) = (r.get("status")?, r.get("answer")?);
        Ok(KeyRow {
            request_hash: r.get("request_hash")?,
            answer: status.zip(answer),
            created_at: r.get("created_at")?,
            expires_at: r.get("expires_at")?,
        })
    })
    .transpose()
}

/// Keeps the answer of the request that took the key.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn finish(tx: &mut Tx<'_>, id: &KeyId, status: i64, answer: &[u8]) -> Result<(), StoreError> {
    let values = args![id.workspace, id.caller, id.key_hash.clone(), status, answer];
    tx.execute(FINISH, values).await.map(drop)
}

/// Gives a key back whose request changed nothing.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn release(tx: &mut Tx<'_>, id: &KeyId) -> Result<(), StoreError> {
    tx.execute(RELEASE, args![id.workspace, id.caller, id.key_hash.clone()]).await.map(drop)
}

/// Forgets keys that ran out. Crosses workspaces; returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_EXPIRED, args![now]).await
}
