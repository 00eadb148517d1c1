//! Notes on days of the calendar.

use carillon_domain::id::{NoteId, UserId, WorkspaceId};
use carillon_domain::note::Colour;
use carillon_domain::time::Timestamp;
use jiff::civil::Date;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A note as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: NoteId,
    /// First day, in the workspace's zone.
    pub first_day: Date,
    /// Last day, which may be the same.
    pub last_day: Date,
    /// What it says.
    pub text: String,
    /// What it looks like.
    pub colour: Colour,
    /// Who wrote it; `None` for a token.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

statements! {
    INSERT = "calendar_notes.insert": "insert into calendar_notes (workspace_id, id, first_day, last_day, body, colour, created_by, \
        created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "calendar_notes.update": "update calendar_notes set first_day = $3, last_day = $4, body = $5, colour = $6 \
        where workspace_id = $1 and id = $2";
    FIND = "calendar_notes.find": "select workspace_id, id, first_day, last_day, body, colour, created_by, created_at \
        from calendar_notes where workspace_id = $1 and id = $2";
    BETWEEN = "calendar_notes.between": "select workspace_id, id, first_day, last_day, body, colour, created_by, created_at \
        from calendar_notes where workspace_id = $1 and last_day >= $2 and first_day <= $3 order by first_day, id limit $4";
    DELETE = "calendar_notes.delete": "delete from calendar_notes where workspace_id = $1 and id = $2";
}

fn read(row: &Row) -> Result<NoteRow, StoreError> {
    Ok(NoteRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        first_day: row.named("first_day", |text| text.parse().ok())?,
        last_day: row.named("last_day", |text| text.parse().ok())?,
        text: row.get("body")?,
        colour: row.named("colour", Colour::parse)?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
    })
}

/// Adds a note.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &NoteRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.first_day.to_string(),
        row.last_day.to_string(),
        &row.text,
        row.colour.as_str(),
        row.created_by,
        row.created_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// Saves what a note says, and on which days. Tells whether it is there.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &NoteRow) -> Result<bool, StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.first_day.to_string(),
        row.last_day.to_string(),
        &row.text,
        row.colour.as_str()
    ];
    Ok(tx.execute(UPDATE, values).await? == 1)
}

/// The note, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: NoteId,
) -> Result<Option<NoteRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}

/// The notes that touch these days, the first and the last, in order of their own first day: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn between<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    (first, last): (Date, Date),
    limit: i64,
) -> Result<Vec<NoteRow>, StoreError> {
    let values = args![workspace, first.to_string(), last.to_string(), limit];
    ex.fetch_all(BETWEEN, values).await?.iter().map(read).collect()
}

/// Takes a note away. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: NoteId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace, id]).await? == 1)
}
