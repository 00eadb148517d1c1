//! Looking at accounts by the schedule of reading: whose time has come, and what is known of how they were read.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::sync::{Covered, Reach, SyncKind};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

statements! {
    COVERED = "looks.covered": "select covered from accounts where workspace_id = $1 and id = $2 /*postgres: for update */";
    NOTE_COVERED = "looks.note_covered": "update accounts set covered = $3 where workspace_id = $1 and id = $2";
    TO_LOOK_AT = "looks.to_look_at": "select workspace_id, id, look_at from accounts where status = 'connected' and look_at <= $1 \
        order by look_at limit $2";
    LOOK_AGAIN = "looks.look_again": "update accounts set look_at = $4 where workspace_id = $1 and id = $2 and look_at = $3";
    NEWEST_POST = "looks.newest_post": "select max(n.published_at) as published_at from (\
        select max(r.published_at) as published_at from remote_posts r where r.workspace_id = $1 and r.account_id = $2 union all \
        select max(p.published_at) as published_at from publications p where p.workspace_id = $1 and p.account_id = $2 \
        and p.published_at is not null) n";
}

/// Keeps that a reading of this kind was complete.
///
/// # Errors
/// [`StoreError`].
pub async fn note_covered(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: AccountId,
    kind: SyncKind,
    reach: Reach,
) -> Result<(), StoreError> {
    let Some(row) = tx.fetch_optional(COVERED, args![workspace, id]).await? else { return Ok(()) };
    let mut covered: Covered = row.json_opt("covered")?.unwrap_or_default();
    covered.note(kind, reach);
    let text = serde_json::to_string(&covered).ok();
    tx.execute(NOTE_COVERED, args![workspace, id, text]).await.map(drop)
}

/// An account whose time has come to see whether it is to be read. Crosses workspaces; returns no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToLookAt {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Account.
    pub id: AccountId,
    /// When its time came; for [`look_again`].
    pub look_at: Timestamp,
}

/// Connected accounts whose time has come, those that wait for longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn to_look_at<'e>(
    ex: impl Executor<'e> + 'e,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<ToLookAt>, StoreError> {
    let read = |row: &Row| {
        Ok(ToLookAt { workspace: row.get("workspace_id")?, id: row.get("id")?, look_at: row.get("look_at")? })
    };
    ex.fetch_all(TO_LOOK_AT, args![now, limit]).await?.iter().map(read).collect()
}

/// Sets when to look again. Tells whether this caller was the first one to look.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn look_again(tx: &mut Tx<'_>, seen: ToLookAt, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(LOOK_AGAIN, args![seen.workspace, seen.id, seen.look_at, at]).await? == 1)
}

/// When the newest post of an account became public, found or made by us and not found yet.
///
/// # Errors
/// [`StoreError`].
pub async fn newest_post<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Option<Timestamp>, StoreError> {
    let row = ex.fetch_optional(NEWEST_POST, args![workspace, account]).await?;
    row.map_or(Ok(None), |r| r.get("published_at"))
}
