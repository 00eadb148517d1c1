//! A workspace's logo. At most one, small, and beside the row that it belongs to: docs/adr/0048.

use carillon_domain::id::WorkspaceId;

use crate::{Executor, StoreError, Tx, args, statements};

statements! {
    PUT = "workspace_logos.put": "insert into workspace_logos (workspace_id, png, sha256) values ($1, $2, $3) \
        on conflict (workspace_id) do update set png = excluded.png, sha256 = excluded.sha256";
    DELETE = "workspace_logos.delete": "delete from workspace_logos where workspace_id = $1";
    FIND = "workspace_logos.find": "select workspace_id, png, sha256 from workspace_logos where workspace_id = $1";
    MARK = "workspace_logos.mark": "select sha256 from workspace_logos where workspace_id = $1";
}

/// A logo as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoRow {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The picture, PNG.
    pub png: Vec<u8>,
    /// SHA-256 of the picture, hexadecimal.
    pub sha256: String,
}

/// Gives the workspace this logo, in place of the one that it had.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put(tx: &mut Tx<'_>, row: LogoRow) -> Result<(), StoreError> {
    tx.execute(PUT, args![row.workspace, row.png, row.sha256]).await.map(drop)
}

/// Takes the logo away. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace]).await? == 1)
}

/// The logo.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
) -> Result<Option<LogoRow>, StoreError> {
    let Some(row) = ex.fetch_optional(FIND, args![workspace]).await? else { return Ok(None) };
    Ok(Some(LogoRow {
        workspace: row.get("workspace_id")?,
        png: row.get("png")?,
        sha256: row.get("sha256")?,
    }))
}

/// The SHA-256 of the logo, for pages that only have to know which one it is.
///
/// # Errors
/// [`StoreError`].
pub async fn mark<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
) -> Result<Option<String>, StoreError> {
    ex.fetch_optional(MARK, args![workspace]).await?.map(|row| row.get("sha256")).transpose()
}
