//! Files that are made from others so that a network takes them: from what, by which rules, and how far.

use carillon_domain::id::{MediaId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// How the making of a rendition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A job is to make it, or does.
    Making,
    /// It is in the library.
    Ready,
    /// It could not be made.
    Failed,
}

impl State {
    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Making, Self::Ready, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A rendition, in the library or on its way there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenditionRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Its id, and that of the file.
    pub id: MediaId,
    /// The file that it is made from.
    pub original: MediaId,
    /// The platform that it is made for.
    pub platform: String,
    /// What it has to be, as JSON; equal rules are equal texts.
    pub rules: String,
    /// How it stands.
    pub state: State,
    /// Percent that is made.
    pub progress: u32,
    /// Why it could not be made, for people.
    pub failure: Option<String>,
    /// Who asked; `None` for a token.
    pub created_by: Option<UserId>,
    /// Asked for.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

macro_rules! columns {
    () => {
        "workspace_id, id, original_id, platform, rules, state, progress, failure, created_by, created_at, updated_at"
    };
}

statements! {
    INSERT = "media_renditions.insert": concat!("insert into media_renditions (", columns!(), ") \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    FIND = "media_renditions.find": concat!("select ", columns!(), " from media_renditions \
        where workspace_id = $1 and id = $2");
    BY_RULES = "media_renditions.by_rules": concat!("select ", columns!(), " from media_renditions \
        where workspace_id = $1 and original_id = $2 and platform = $3 and rules = $4");
    OF_ORIGINAL = "media_renditions.of_original": concat!("select ", columns!(), " from media_renditions \
        where workspace_id = $1 and original_id = $2 order by id");
    SET = "media_renditions.set": "update media_renditions set state = $3, progress = $4, failure = $5, updated_at = $6 \
        where workspace_id = $1 and id = $2";
    PROGRESS = "media_renditions.progress": "update media_renditions set progress = $3, updated_at = $4 \
        where workspace_id = $1 and id = $2 and state = 'making'";
    REMOVE = "media_renditions.remove": "delete from media_renditions where workspace_id = $1 and id = $2";
    /// Crosses workspaces; returns ids only.
    WITHOUT_JOB = "media_renditions.without_job": "select r.workspace_id, r.id from media_renditions r where r.state = 'making' \
        and not exists (select 1 from jobs j where j.subject_id = r.id) limit $1";
}

fn read(row: &Row) -> Result<RenditionRow, StoreError> {
    Ok(RenditionRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        original: row.get("original_id")?,
        platform: row.get("platform")?,
        rules: row.get("rules")?,
        state: row.named("state", State::parse)?,
        progress: row.get("progress")?,
        failure: row.get("failure")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Notes a rendition.
///
/// # Errors
/// [`StoreError::Sql`]; a unique violation when there is one of the same file for the same platform by the same rules.
pub async fn insert(tx: &mut Tx<'_>, row: &RenditionRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.original,
        &row.platform,
        &row.rules,
        row.state.as_str(),
        row.progress,
        row.failure.as_deref(),
        row.created_by,
        row.created_at,
        row.updated_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The rendition, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: MediaId,
) -> Result<Option<RenditionRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// The rendition of this file for this platform by these rules.
///
/// # Errors
/// [`StoreError`].
pub async fn by_rules<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    original: MediaId,
    platform: &str,
    rules: &str,
) -> Result<Option<RenditionRow>, StoreError> {
    let found = ex.fetch_optional(BY_RULES, args![workspace, original, platform, rules]).await?;
    found.map(|r| read(&r)).transpose()
}

/// Everything that was or is made from a file, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_original<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    original: MediaId,
) -> Result<Vec<RenditionRow>, StoreError> {
    ex.fetch_all(OF_ORIGINAL, args![workspace, original]).await?.iter().map(read).collect()
}

/// Says how a rendition stands. Tells whether it is still there.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    state: State,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let progress: i64 = if state == State::Ready { 100 } else { 0 };
    Ok(tx.execute(SET, args![workspace, id, state.as_str(), progress, failure, now]).await? == 1)
}

/// Says how far the making is, in percent. Tells whether it is still wanted.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn progress(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: MediaId,
    percent: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(PROGRESS, args![workspace, id, percent, now]).await? == 1)
}

/// Forgets a rendition; its file, if there is one, is not touched.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove(tx: &mut Tx<'_>, workspace: WorkspaceId, id: MediaId) -> Result<(), StoreError> {
    tx.execute(REMOVE, args![workspace, id]).await.map(drop)
}

/// Renditions of all workspaces that are to be made and have no job.
///
/// # Errors
/// [`StoreError`].
pub async fn without_job<'e>(
    ex: impl Executor<'e> + 'e,
    limit: i64,
) -> Result<Vec<(WorkspaceId, MediaId)>, StoreError> {
    let rows = ex.fetch_all(WITHOUT_JOB, args![limit]).await?;
    rows.iter().map(|r| Ok((r.get("workspace_id")?, r.get("id")?))).collect()
}
