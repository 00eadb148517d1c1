//! The library: what is known of each file.

use std::collections::BTreeSet;

use carillon_domain::id::{MediaId, UserId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind, MediaWarning, Rendition};
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A file in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// What its bytes are.
    pub info: MediaInfo,
    /// Grows with every change.
    pub version: i64,
    /// Name, at first as uploaded.
    pub name: String,
    /// Free labels.
    pub tags: Vec<String>,
    /// Smaller versions.
    pub renditions: Vec<Rendition>,
    /// What people should know.
    pub warnings: Vec<MediaWarning>,
    /// Who uploaded it; `None` for a token.
    pub created_by: Option<UserId>,
    /// Uploaded.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
    /// Thrown away; its bytes follow later.
    pub deleted_at: Option<Timestamp>,
    /// From which file and for which network it was made, if it was.
    pub made: Option<Made>,
}

/// Where a rendition comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file that it was made from; it may be gone.
    pub original: MediaId,
    /// The platform that it was made for; empty for what a person made of the file, for none in particular.
    pub platform: String,
}

macro_rules! media_columns {
    () => {
        "workspace_id, id, version, kind, mime, name, tags, bytes, sha256, width, height, duration_ms, frame_rate, frames, \
         pages, video_codec, audio_codec, alt, renditions, warnings, created_by, created_at, updated_at, deleted_at, \
         (select r.original_id from media_renditions r where r.workspace_id = media.workspace_id and r.id = media.id) \
         as made_from, \
         (select r.platform from media_renditions r where r.workspace_id = media.workspace_id and r.id = media.id) \
         as made_for"
    };
}
pub(super) use media_columns;

statements! {
    INSERT = "media.insert": "insert into media (workspace_id, id, version, kind, mime, name, bytes, sha256, width, height, \
        duration_ms, frame_rate, frames, pages, video_codec, audio_codec, alt, renditions, warnings, created_by, created_at, updated_at, tags, searched) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
    FIND = "media.find": concat!("select ", media_columns!(), " from media where workspace_id = $1 and id = $2");
    MADE_FROM = "media.made_from": concat!("select ", media_columns!(), " from media where workspace_id = $1 and deleted_at is null \
        and id in (select r.id from media_renditions r where r.workspace_id = $1 and r.original_id = $2) order by id");
    NAMED = "media.named": "select id from media where workspace_id = $1 and name = $2 and deleted_at is null \
        and not exists (select 1 from media_renditions r join media o on o.workspace_id = r.workspace_id and o.id = r.original_id \
        where r.workspace_id = media.workspace_id and r.id = media.id and r.platform <> '' and o.deleted_at is null) \
        order by id desc limit $3";
    DESCRIBE = "media.describe": "update media set name = $4, alt = $5, tags = $6, searched = $7, version = version + 1, updated_at = $8 \
        where workspace_id = $1 and id = $2 and version = $3 and deleted_at is null";
    TAGS = "media.tags": "select tags from media where workspace_id = $1 and deleted_at is null and tags <> '[]' \
        order by id desc limit $2";
    MARK_DELETED = "media.mark_deleted": "update media set deleted_at = $4, version = version + 1, updated_at = $4 \
        where workspace_id = $1 and id = $2 and version = $3 and deleted_at is null";
    TRASHED = "media.trashed": concat!("select ", media_columns!(), " from media where workspace_id = $1 and deleted_at > $2 \
        and deleted_at <= $3 and (deleted_at < $3 or id < $4) order by deleted_at desc, id desc limit $5");
    RESTORE = "media.restore": "update media set deleted_at = null, version = version + 1, updated_at = $4 \
        where workspace_id = $1 and id = $2 and deleted_at > $3";
    HASTEN = "media.hasten": "update media set deleted_at = $3, version = version + 1 \
        where workspace_id = $1 and id = $2 and deleted_at > $3";
    REMOVE = "media.remove": "delete from media where workspace_id = $1 and id = $2 and deleted_at is not null";
    /// Crosses workspaces; returns ids only, and the place in the order.
    DELETED_BEFORE = "media.deleted_before": "select workspace_id, id, deleted_at from media where deleted_at is not null \
        and deleted_at <= $1 and deleted_at >= $2 and (deleted_at > $2 or id > $3) order by deleted_at, id limit $4";
}

pub(super) fn read(row: &Row) -> Result<MediaRow, StoreError> {
    Ok(MediaRow {
        workspace: row.get("workspace_id")?,
        info: MediaInfo {
            id: row.get("id")?,
            kind: row.named("kind", MediaKind::parse)?,
            mime: row.get("mime")?,
            bytes: row.get("bytes")?,
            sha256: row.get("sha256")?,
            width: row.get("width")?,
            height: row.get("height")?,
            duration_ms: row.get("duration_ms")?,
            frame_rate: row.get("frame_rate")?,
            frames: row.get("frames")?,
            pages: row.get("pages")?,
            video_codec: row.get("video_codec")?,
            audio_codec: row.get("audio_codec")?,
            alt: row.get("alt")?,
        },
        version: row.get("version")?,
        name: row.get("name")?,
        tags: row.json("tags")?,
        renditions: row.json("renditions")?,
        warnings: row.json("warnings")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        deleted_at: row.get("deleted_at")?,
        made: match (row.get("made_from")?, row.get("made_for")?) {
            (Some(original), Some(platform)) => Some(Made { original, platform }),
            _ => None,
        },
    })
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).ok())
}

/// What a search looks at, in lower case so that both engines compare alike.
fn searchable(row: &MediaRow) -> String {
    let alt = row.info.alt.as_deref().unwrap_or_default();
    [row.name.as_str(), alt, row.tags.join("\n").as_str()].join("\n").to_lowercase()
}

/// Adds a file.
///
/// # Errors
/// [`StoreError::Sql`]; a unique violation when the file is there already.
pub async fn insert(tx: &mut Tx<'_>, row: &MediaRow) -> Result<(), StoreError> {
    let info = &row.info;
    let values = vec![
        Value::from(row.workspace),
        Value::from(info.id),
        Value::from(row.version),
        Value::from(info.kind.as_str()),
        Value::from(&info.mime),
        Value::from(&row.name),
        Value::from(info.bytes),
        Value::from(&info.sha256),
        Value::from(info.width),
        Value::from(info.height),
        Value::from(info.duration_ms),
        Value::from(info.frame_rate),
        Value::from(info.frames),
        Value::from(info.pages),
        Value::from(info.video_codec.as_deref()),
        Value::from(info.audio_codec.as_deref()),
        Value::from(info.alt.as_deref()),
        json(&row.renditions),
        json(&row.warnings),
        Value::from(row.created_by),
        Value::from(row.created_at),
        Value::from(row.updated_at),
        json(&row.tags),
        Value::from(searchable(row)),
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The file, if it is in this workspace; also when it was deleted and its bytes are still there.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: MediaId,
) -> Result<Option<MediaRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// Files of the library with this name, newest first: at most `limit`.
///
/// # Errors
/// [`StoreError`].
pub async fn named<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    name: &str,
    limit: u32,
) -> Result<Vec<MediaId>, StoreError> {
    ex.fetch_all(NAMED, args![workspace, name, limit]).await?.iter().map(|row| row.get("id")).collect()
}

/// What was made from a file, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn made_from<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    original: MediaId,
) -> Result<Vec<MediaRow>, StoreError> {
    ex.fetch_all(MADE_FROM, args![workspace, original]).await?.iter().map(read).collect()
}

/// Saves name, description and tags of a file, over the version that `row` was read with. Tells whether it still had that.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn describe(tx: &mut Tx<'_>, row: &MediaRow, now: Timestamp) -> Result<bool, StoreError> {
    let values = vec![
        Value::from(row.workspace),
        Value::from(row.info.id),
        Value::from(row.version),
        Value::from(&row.name),
        Value::from(row.info.alt.as_deref()),
        json(&row.tags),
        Value::from(searchable(row)),
        Value::from(now),
    ];
    Ok(tx.execute(DESCRIBE, values).await? == 1)
}

/// The tags of so many of the newest files that have any, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn tags(db: &Db, workspace: WorkspaceId, newest: i64) -> Result<BTreeSet<String>, StoreError> {
    let mut tags = BTreeSet::new();
    for row in db.fetch_all(TAGS, args![workspace, newest]).await? {
        tags.extend(row.json::<Vec<String>>("tags")?);
    }
    Ok(tags)
}

/// Takes a file that has this version out of the library; its bytes stay. Tells whether it had.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn mark_deleted(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    version: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(MARK_DELETED, args![workspace, id, version, now]).await? == 1)
}

/// Files that were deleted after `since`, latest first: what comes behind the one that was deleted then, or from the first one on.
///
/// # Errors
/// [`StoreError`].
pub async fn trashed<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    since: Timestamp,
    behind: Option<(Timestamp, MediaId)>,
    limit: u32,
) -> Result<Vec<MediaRow>, StoreError> {
    let (at, id) = behind.unwrap_or((Timestamp::MAX, MediaId::from_uuid(Uuid::max())));
    ex.fetch_all(TRASHED, args![workspace, since, at, id, limit]).await?.iter().map(read).collect()
}

/// Puts a file back that was deleted after `since`. Tells whether it was.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn restore(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(RESTORE, args![workspace, id, since, now]).await? == 1)
}

/// Makes a file that was deleted later count as deleted at `then`. Tells whether it was.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn hasten(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    then: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(HASTEN, args![workspace, id, then]).await? == 1)
}

/// Forgets a deleted file, once its bytes are gone.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove(tx: &mut Tx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<(), StoreError> {
    tx.execute(REMOVE, args![workspace, id]).await.map(drop)
}

/// A deleted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: MediaId,
    /// When.
    pub at: Timestamp,
}

/// Files of all workspaces that were deleted at or before `before`, the first ones first; from behind `after` on, where that is given.
///
/// # Errors
/// [`StoreError`].
pub async fn deleted_before<'e>(
    ex: impl Executor<'e> + 'e,
    before: Timestamp,
    after: Option<Deleted>,
    limit: u32,
) -> Result<Vec<Deleted>, StoreError> {
    let nil = MediaId::from_uuid(uuid::Uuid::nil());
    let (since, last) = after.map_or((Timestamp::UNIX_EPOCH, nil), |one| (one.at, one.id));
    let rows = ex.fetch_all(DELETED_BEFORE, args![before, since, last, limit]).await?;
    let read = |row: &Row| {
        Ok(Deleted { workspace: row.get("workspace_id")?, id: row.get("id")?, at: row.get("deleted_at")? })
    };
    rows.iter().map(read).collect()
}
