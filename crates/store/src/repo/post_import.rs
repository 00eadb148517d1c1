//! Files of posts that people took in. Each makes posts at most once.

use carillon_domain::id::{PostImportId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A file as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostImportRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: PostImportId,
    /// Its name, as people call it.
    pub file_name: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
    /// What is in it; empty once posts were made of it.
    pub content: String,
    /// Who took it in; `None` for a token.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When posts were made of it, and how many.
    pub made: Option<(Timestamp, u32)>,
}

statements! {
    INSERT = "post_imports.insert": "insert into post_imports (workspace_id, id, file_name, sha256, content, created_by, created_at, \
        made) values ($1, $2, $3, $4, $5, $6, $7, 0)";
    FIND = "post_imports.find": "select workspace_id, id, file_name, sha256, content, created_by, created_at, made_at, made \
        from post_imports where workspace_id = $1 and id = $2";
    TWIN = "post_imports.twin": "select workspace_id, id, file_name, sha256, content, created_by, created_at, made_at, made \
        from post_imports where workspace_id = $1 and sha256 = $2 and made_at is not null and id <> $3 order by made_at desc limit 1";
    SETTLE = "post_imports.settle": "update post_imports set made_at = $3, made = $4, content = '', made_of = $5 \
        where workspace_id = $1 and id = $2 and made_at is null";
    DELETE = "post_imports.delete": "delete from post_imports where workspace_id = $1 and id = $2 and made_at is null";
    FORGET = "post_imports.forget": "delete from post_imports where made_at is null and created_at < $1";
}

fn read(row: &Row) -> Result<PostImportRow, StoreError> {
    let made_at: Option<Timestamp> = row.get("made_at")?;
    let made: u32 = row.get("made")?;
    Ok(PostImportRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        file_name: row.get("file_name")?,
        sha256: row.get("sha256")?,
        content: row.get("content")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        made: made_at.map(|at| (at, made)),
    })
}

/// Keeps a file that no posts were made of yet.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &PostImportRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        &row.file_name,
        &row.sha256,
        &row.content,
        row.created_by,
        row.created_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The file, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: PostImportId,
) -> Result<Option<PostImportRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}

/// The last other file with this content of which posts were made.
///
/// # Errors
/// [`StoreError`].
pub async fn twin<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    sha256: &str,
    except: PostImportId,
) -> Result<Option<PostImportRow>, StoreError> {
    ex.fetch_optional(TWIN, args![workspace, sha256, except]).await?.map(|row| read(&row)).transpose()
}

/// Notes that posts were made of the file, and lets go of what was in it. With `of`, the hash of its content, it is the one file
/// with this content; tells whether nobody made posts of this file before.
///
/// # Errors
/// [`StoreError::Sql`]; a unique violation when posts were made of another file with this content.
pub async fn settle(
    tx: &mut Tx<'_>,
    (workspace, id): (WorkspaceId, PostImportId),
    (at, made): (Timestamp, u32),
    of: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SETTLE, args![workspace, id, at, made, of]).await? == 1)
}

/// Forgets a file that no posts were made of. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: PostImportId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace, id]).await? == 1)
}

/// Forgets files of all workspaces that came before this and that no posts were made of. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(FORGET, args![before]).await
}
