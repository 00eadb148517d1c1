//! Files on their way into the library, piece by piece.

use carillon_domain::id::{MediaId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Its id, and that of the file it becomes.
    pub id: MediaId,
    /// Name as given.
    pub name: String,
    /// Description as given.
    pub alt: Option<String>,
    /// Bytes of the whole file; `None` until the end is seen.
    pub length: Option<u64>,
    /// Bytes that are stored.
    pub received: u64,
    /// Who uploads; `None` for a token.
    pub created_by: Option<UserId>,
    /// Begun.
    pub created_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// When the file came into the library.
    pub finished_at: Option<Timestamp>,
}

/// One stored piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceRow {
    /// Place of its first byte in the file.
    pub start: u64,
    /// Length.
    pub bytes: u64,
    /// Last part of its key in the media store.
    pub object: String,
}

statements! {
    INSERT = "media_uploads.insert": "insert into media_uploads (workspace_id, id, name, alt, length, received, created_by, \
        created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = "media_uploads.find": "select workspace_id, id, name, alt, length, received, created_by, created_at, expires_at, \
        finished_at from media_uploads where workspace_id = $1 and id = $2";
    ADVANCE = "media_uploads.advance": "update media_uploads set received = $4, expires_at = $5 \
        where workspace_id = $1 and id = $2 and received = $3 and finished_at is null";
    INSERT_PIECE = "media_uploads.insert_piece": "insert into media_upload_pieces (workspace_id, upload_id, start_at, bytes, \
        object) values ($1, $2, $3, $4, $5)";
    PIECES = "media_uploads.pieces": "select start_at, bytes, object from media_upload_pieces \
        where workspace_id = $1 and upload_id = $2 order by start_at";
    END = "media_uploads.end": "update media_uploads set length = received where workspace_id = $1 and id = $2 and length is null";
    FINISH = "media_uploads.finish": "update media_uploads set finished_at = $3 where workspace_id = $1 and id = $2";
    EXPIRE = "media_uploads.expire": "update media_uploads set expires_at = $3 where workspace_id = $1 and id = $2 \
        and finished_at is null";
    REMOVE = "media_uploads.remove": "delete from media_uploads where workspace_id = $1 and id = $2";
    REMOVE_PIECES = "media_uploads.remove_pieces": "delete from media_upload_pieces where workspace_id = $1 and upload_id = $2";
    /// Crosses workspaces; returns ids only.
    EXPIRED = "media_uploads.expired": "select workspace_id, id from media_uploads where expires_at <= $1 \
        order by expires_at limit $2";
}

fn read(row: &Row) -> Result<UploadRow, StoreError> {
    Ok(UploadRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        name: row.get("name")?,
        alt: row.get("alt")?,
        length: row.get("length")?,
        received: row.get("received")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// Begins an upload.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &UploadRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        &row.name,
        row.alt.as_deref(),
        row.length,
        row.received,
        row.created_by,
        row.created_at,
        row.expires_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The upload, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: MediaId,
) -> Result<Option<UploadRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// Adds a stored piece at the end of what was received. Tells whether it was the end: of two that send the same piece, one
/// comes too late.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add_piece(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    piece: &PieceRow,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let end = piece.start + piece.bytes;
    if tx.execute(ADVANCE, args![workspace, id, piece.start, end, expires_at]).await? == 0 {
        return Ok(false);
    }
    tx.execute(INSERT_PIECE, args![workspace, id, piece.start, piece.bytes, &piece.object]).await?;
    Ok(true)
}

/// The pieces, in the order of the file.
///
/// # Errors
/// [`StoreError`].
pub async fn pieces<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: MediaId,
) -> Result<Vec<PieceRow>, StoreError> {
    let rows = ex.fetch_all(PIECES, args![workspace, id]).await?;
    let read = |r: &Row| {
        Ok(PieceRow { start: r.get("start_at")?, bytes: r.get("bytes")?, object: r.get("object")? })
    };
    rows.iter().map(read).collect()
}

/// Says that what was received is all there is.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn end(tx: &mut Tx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<(), StoreError> {
    tx.execute(END, args![workspace, id]).await.map(drop)
}

/// Says that the file is in the library.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn finish(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(FINISH, args![workspace, id, now]).await.map(drop)
}

/// Gives an upload up, so that the next sweep takes it. Tells whether it was still open.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn expire(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(EXPIRE, args![workspace, id, now]).await? == 1)
}

/// Forgets an upload, once its pieces are gone from the media store.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove(tx: &mut Tx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<(), StoreError> {
    tx.execute(REMOVE_PIECES, args![workspace, id]).await?;
    tx.execute(REMOVE, args![workspace, id]).await.map(drop)
}

/// Uploads of all workspaces whose time is up at `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn expired<'e>(
    ex: impl Executor<'e> + 'e,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(WorkspaceId, MediaId)>, StoreError> {
    let rows = ex.fetch_all(EXPIRED, args![now, limit]).await?;
    rows.iter().map(|r| Ok((r.get("workspace_id")?, r.get("id")?))).collect()
}
