//! Posts that were thrown away: what there is, and what goes for good with everything that hangs on it.

use carillon_domain::id::{PostId, WorkspaceId};
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::post::{self, PostRow};
use super::post_media;
use crate::{Db, Executor, StoreError, Tx, args, statements};

statements! {
    LIST = "trash.list": "select workspace_id, id, version, composition, tags, campaign, due_at, wall, timezone, created_by, \
        created_at, updated_at, trashed_at, erased from posts where workspace_id = $1 and trashed_at is not null \
        and trashed_at <= $2 and (trashed_at < $2 or id < $3) order by trashed_at desc, id desc limit $4";
    /// Crosses workspaces; returns ids only.
    BEFORE = "trash.before": "select workspace_id, id from posts where trashed_at is not null and trashed_at <= $1 \
        order by workspace_id, trashed_at limit $2";
    // Whoever takes it out of the trash at the same time waits, and finds nothing.
    LOCK = "trash.lock": "update posts set version = version + 1 where workspace_id = $1 and id = $2 and trashed_at is not null";
    ERASE_STEPS = "trash.erase_steps": "delete from attempt_steps where workspace_id = $1 and attempt_id in \
        (select a.id from attempts a where a.workspace_id = $1 and a.publication_id in \
        (select p.id from publications p where p.workspace_id = $1 and p.post_id = $2))";
    ERASE_ATTEMPTS = "trash.erase_attempts": "delete from attempts where workspace_id = $1 and publication_id in \
        (select id from publications where workspace_id = $1 and post_id = $2)";
    ERASE_READS = "trash.erase_reads": "delete from notice_reads where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and post_id = $2)";
    ERASE_LETTERS = "trash.erase_letters": "delete from notice_letters where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and post_id = $2)";
    ERASE_NOTICES = "trash.erase_notices": "delete from notices where workspace_id = $1 and post_id = $2";
    ERASE_PUBLICATIONS = "trash.erase_publications": "delete from publications where workspace_id = $1 and post_id = $2";
    // One that was thrown away before its time keeps its day taken, so that the series does not make another post for it.
    ERASE_OCCURRENCE = "trash.erase_occurrence": "delete from series_posts where workspace_id = $1 and post_id = $2 \
        and at <= (select trashed_at from posts where workspace_id = $1 and id = $2)";
    ERASE = "trash.erase": "delete from posts where workspace_id = $1 and id = $2 and trashed_at is not null";
}

/// What was thrown away, latest first: what comes behind the one that was thrown away then, or from the first one on.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    behind: Option<(Timestamp, PostId)>,
    limit: i64,
) -> Result<Vec<PostRow>, StoreError> {
    let (at, id) = behind.unwrap_or((Timestamp::MAX, PostId::from_uuid(Uuid::max())));
    db.fetch_all(LIST, args![workspace, at, id, limit]).await?.iter().map(post::read).collect()
}

/// Posts of all workspaces that were thrown away at or before then.
///
/// # Errors
/// [`StoreError`].
pub async fn before(db: &Db, until: Timestamp, limit: i64) -> Result<Vec<(WorkspaceId, PostId)>, StoreError> {
    let rows = db.fetch_all(BEFORE, args![until, limit]).await?;
    rows.iter().map(|row| Ok((row.get("workspace_id")?, row.get("id")?))).collect()
}

/// Erases a post that lies in the trash, with its publications and their story. Tells whether it lay there.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, id: PostId) -> Result<bool, StoreError> {
    if tx.execute(LOCK, args![workspace, id]).await? == 0 {
        return Ok(false);
    }
    post_media::remove(tx, workspace, id).await?;
    let all = [
        ERASE_STEPS,
        ERASE_ATTEMPTS,
        ERASE_READS,
        ERASE_LETTERS,
        ERASE_NOTICES,
        ERASE_PUBLICATIONS,
        ERASE_OCCURRENCE,
        ERASE,
    ];
    for statement in all {
        tx.execute(statement, args![workspace, id]).await?;
    }
    Ok(true)
}
