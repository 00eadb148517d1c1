//! Which post names which file of the library, so that nobody has to read every post to find out. Written with the post; what a node of
//! the version before wrote is noted later ([`to_note`]).

use carillon_domain::id::{MediaId, PostId, WorkspaceId};

use super::post::{self, PostRow};
use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

statements! {
    PUT = "post_media.put": "insert into post_media (workspace_id, media_id, post_id) values ($1, $2, $3) on conflict do nothing";
    REMOVE = "post_media.remove": "delete from post_media where workspace_id = $1 and post_id = $2";
    /// Crosses workspaces; returns ids only.
    TO_NOTE = "post_media.to_note": "select workspace_id, id from posts where files_noted <> version limit $1";
    NOTED = "post_media.noted": "update posts set files_noted = $3 where workspace_id = $1 and id = $2 and version = $3";
    OF_FILE = "post_media.of_file": "select p.workspace_id, p.id, p.version, p.composition, p.tags, p.campaign, p.due_at, p.wall, \
        p.timezone, p.created_by, p.created_at, p.updated_at, p.trashed_at, p.erased from posts p where p.workspace_id = $1 \
        and p.trashed_at is null and p.id in (select u.post_id from post_media u where u.workspace_id = $1 and u.media_id = $2) \
        order by p.id desc limit $3";
}

/// Notes the files of a post that has none noted.
pub(super) async fn put(tx: &mut Tx<'_>, row: &PostRow) -> Result<(), StoreError> {
    for media in row.composition.media_ids() {
        tx.execute(PUT, args![row.workspace, media, row.id]).await?;
    }
    Ok(())
}

/// Forgets the files of a post.
pub(super) async fn remove(tx: &mut Tx<'_>, workspace: WorkspaceId, post: PostId) -> Result<(), StoreError> {
    tx.execute(REMOVE, args![workspace, post]).await.map(drop)
}

/// Posts of all workspaces whose files are not noted as they are.
///
/// # Errors
/// [`StoreError`].
pub async fn to_note(db: &Db, limit: i64) -> Result<Vec<(WorkspaceId, PostId)>, StoreError> {
    let rows = db.fetch_all(TO_NOTE, args![limit]).await?;
    rows.iter().map(|r: &Row| Ok((r.get("workspace_id")?, r.get("id")?))).collect()
}

/// Notes the files of a post as they are now.
///
/// # Errors
/// [`StoreError`].
pub async fn note(tx: &mut Tx<'_>, workspace: WorkspaceId, id: PostId) -> Result<(), StoreError> {
    let Some(row) = post::find(&mut *tx, workspace, id).await? else { return Ok(()) };
    if tx.execute(NOTED, args![workspace, id, row.version]).await? == 1 {
        remove(tx, workspace, id).await?;
        put(tx, &row).await?;
    }
    Ok(())
}

/// The newest posts that name this file, at most `limit`; none from the trash.
///
/// # Errors
/// [`StoreError`].
pub async fn of_file(
    db: &Db,
    workspace: WorkspaceId,
    media: MediaId,
    limit: i64,
) -> Result<Vec<PostRow>, StoreError> {
    db.fetch_all(OF_FILE, args![workspace, media, limit]).await?.iter().map(post::read).collect()
}
