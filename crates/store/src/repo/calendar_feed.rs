//! Secret addresses under which members' own calendars find the plan. The secret is never kept, only its hash.

use carillon_domain::id::{UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A feed as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The member whose it is.
    pub user: UserId,
    /// The first characters of its secret, so that people recognise it.
    pub prefix: String,
    /// When the secret was made.
    pub created_at: Timestamp,
    /// Last fetch, to the minute or so.
    pub used_at: Option<Timestamp>,
    /// Hash of what was fetched last, hexadecimal; empty before the first fetch.
    pub content_hash: String,
    /// Since when it is the same.
    pub content_at: Timestamp,
}

statements! {
    PUT = "calendar_feeds.put": "insert into calendar_feeds (workspace_id, user_id, secret_hash, prefix, created_at, content_hash, \
        content_at) values ($1, $2, $3, $4, $5, '', $5) on conflict (workspace_id, user_id) do update set \
        secret_hash = excluded.secret_hash, prefix = excluded.prefix, created_at = excluded.created_at, used_at = null, \
        content_hash = '', content_at = excluded.content_at";
    FIND = "calendar_feeds.find": "select workspace_id, user_id, prefix, created_at, used_at, content_hash, content_at \
        from calendar_feeds where workspace_id = $1 and user_id = $2";
    BY_SECRET = "calendar_feeds.by_secret": "select workspace_id, user_id, prefix, created_at, used_at, content_hash, content_at \
        from calendar_feeds where secret_hash = $1";
    USED = "calendar_feeds.used": "update calendar_feeds set used_at = $4, content_hash = $5, content_at = $6 \
        where workspace_id = $1 and user_id = $2 and created_at = $3";
    DELETE = "calendar_feeds.delete": "delete from calendar_feeds where workspace_id = $1 and user_id = $2";
}

fn read(row: &Row) -> Result<FeedRow, StoreError> {
    Ok(FeedRow {
        workspace: row.get("workspace_id")?,
        user: row.get("user_id")?,
        prefix: row.get("prefix")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
        content_hash: row.get("content_hash")?,
        content_at: row.get("content_at")?,
    })
}

/// Gives the member a feed with this secret; the one of before is good no longer.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put(
    tx: &mut Tx<'_>,
    (workspace, user): (WorkspaceId, UserId),
    secret_hash: &[u8],
    prefix: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(PUT, args![workspace, user, secret_hash, prefix, now]).await.map(drop)
}

/// The member's feed.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<FeedRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, user]).await?.map(|row| read(&row)).transpose()
}

/// The feed of this secret. The secret itself names the workspace, so this looks across them.
///
/// # Errors
/// [`StoreError`].
pub async fn by_secret<'e>(
    ex: impl Executor<'e> + 'e,
    secret_hash: &[u8],
) -> Result<Option<FeedRow>, StoreError> {
    ex.fetch_optional(BY_SECRET, args![secret_hash]).await?.map(|row| read(&row)).transpose()
}

/// Notes a fetch, unless the secret was replaced meanwhile.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn used(tx: &mut Tx<'_>, row: &FeedRow) -> Result<(), StoreError> {
    let values =
        args![row.workspace, row.user, row.created_at, row.used_at, &row.content_hash, row.content_at];
    tx.execute(USED, values).await.map(drop)
}

/// Takes the member's feed away. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace, user]).await? == 1)
}
