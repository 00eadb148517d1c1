//! API tokens. The token is never kept, only its hash.

use carillon_domain::id::{TokenId, UserId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Workspace that it belongs to.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: TokenId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its first characters, so that people recognise it.
    pub prefix: String,
    /// Who made it; `None`: the command line.
    pub created_by: Option<UserId>,
    /// Created.
    pub created_at: Timestamp,
    /// Last request, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// No longer good from then on.
    pub expires_at: Option<Timestamp>,
    /// Revoked.
    pub revoked_at: Option<Timestamp>,
}

statements! {
    INSERT = "api_tokens.insert": "insert into api_tokens (workspace_id, id, name, role, secret_hash, prefix, created_by, \
        created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LIST = "api_tokens.list": "select workspace_id, id, name, role, prefix, created_by, created_at, last_used_at, expires_at, \
        revoked_at from api_tokens where workspace_id = $1 and revoked_at is null order by created_at desc, id";
    BY_SECRET = "api_tokens.by_secret": "select workspace_id, id, name, role, prefix, created_by, created_at, last_used_at, \
        expires_at, revoked_at from api_tokens where secret_hash = $1";
    FIND = "api_tokens.find": "select workspace_id, id, name, role, prefix, created_by, created_at, last_used_at, expires_at, \
        revoked_at from api_tokens where workspace_id = $1 and id = $2";
    USED = "api_tokens.used": "update api_tokens set last_used_at = $3 where workspace_id = $1 and id = $2";
    REVOKE = "api_tokens.revoke": "update api_tokens set revoked_at = $3 \
        where workspace_id = $1 and id = $2 and revoked_at is null";
}

fn read(row: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        name: row.get("name")?,
        role: row.named("role", Role::parse)?,
        prefix: row.get("prefix")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

/// Adds a token.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &TokenRow, secret_hash: &[u8]) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        &row.name,
        row.role.as_str(),
        secret_hash,
        &row.prefix,
        row.created_by,
        row.created_at,
        row.expires_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The workspace's tokens that were not revoked, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
) -> Result<Vec<TokenRow>, StoreError> {
    ex.fetch_all(LIST, args![workspace]).await?.iter().map(read).collect()
}

/// The token, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: TokenId,
) -> Result<Option<TokenRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// The token of this secret, also when it is no longer good. The secret itself names the workspace, so this looks across
/// them.
///
/// # Errors
/// [`StoreError`].
pub async fn by_secret<'e>(
    ex: impl Executor<'e> + 'e,
    secret_hash: &[u8],
) -> Result<Option<TokenRow>, StoreError> {
    ex.fetch_optional(BY_SECRET, args![secret_hash]).await?.map(|r| read(&r)).transpose()
}

/// Notes a use.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn used(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: TokenId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(USED, args![workspace, id, now]).await.map(drop)
}

/// Revokes a token. Tells whether it was good until then.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn revoke(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: TokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE, args![workspace, id, now]).await? == 1)
}
