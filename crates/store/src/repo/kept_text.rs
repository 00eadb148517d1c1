//! Texts that a workspace keeps for its posts.

use carillon_domain::id::{TextId, WorkspaceId};
use carillon_domain::kept_text::TextKind;
use carillon_domain::time::Timestamp;

use crate::exec::Executor;
use crate::{Db, Row, StoreError, Tx, args, statements};

/// A text as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: TextId,
    /// What it is for.
    pub kind: TextKind,
    /// Its name.
    pub name: String,
    /// The text; parameters of links as a query.
    pub body: String,
    /// When it was written.
    pub updated_at: Timestamp,
}

statements! {
    INSERT = "kept_texts.insert": "insert into kept_texts (workspace_id, id, kind, name, body, updated_at) \
        values ($1, $2, $3, $4, $5, $6)";
    UPDATE = "kept_texts.update": "update kept_texts set name = $3, body = $4, updated_at = $5 where workspace_id = $1 and id = $2";
    DELETE = "kept_texts.delete": "delete from kept_texts where workspace_id = $1 and id = $2";
    LIST = "kept_texts.list": "select workspace_id, id, kind, name, body, updated_at from kept_texts where workspace_id = $1 \
        order by name, id limit $2";
    FIND = "kept_texts.find": "select workspace_id, id, kind, name, body, updated_at from kept_texts \
        where workspace_id = $1 and id = $2";
}

fn read(row: &Row) -> Result<TextRow, StoreError> {
    Ok(TextRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        kind: row.named("kind", TextKind::parse)?,
        name: row.get("name")?,
        body: row.get("body")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Adds a text.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &TextRow) -> Result<(), StoreError> {
    let values = args![row.workspace, row.id, row.kind.as_str(), &row.name, &row.body, row.updated_at];
    tx.execute(INSERT, values).await.map(drop)
}

/// Gives a text another name and body. Tells whether it is there.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &TextRow) -> Result<bool, StoreError> {
    let values = args![row.workspace, row.id, &row.name, &row.body, row.updated_at];
    Ok(tx.execute(UPDATE, values).await? == 1)
}

/// Takes a text away. Tells whether it was there.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: TextId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace, id]).await? == 1)
}

/// The workspace's texts, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<Vec<TextRow>, StoreError> {
    db.fetch_all(LIST, args![workspace, limit]).await?.iter().map(read).collect()
}

/// One of them.
///
/// # Errors
/// [`StoreError`].
pub async fn find(db: &Db, workspace: WorkspaceId, id: TextId) -> Result<Option<TextRow>, StoreError> {
    db.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}
