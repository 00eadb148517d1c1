//! What a search finds: the newest posts and files that fit, by the time they were made. However much is kept, one search looks at
//! no more rows than it is told to: without that bound, a word that nothing contains would read the whole history.

use carillon_domain::id::{MediaId, PostId, WorkspaceId};

use super::post::containing;
use crate::{Db, Executor, StoreError, args, statements};

/// Most words that are looked for one by one.
pub const WORDS: usize = 4;

statements! {
    POSTS = "search.posts": "select id from (select id, plain_text from posts where workspace_id = $1 and trashed_at is null \
        order by id desc limit $2) newest where plain_text like $3 escape '!' and plain_text like $4 escape '!' \
        and plain_text like $5 escape '!' and plain_text like $6 escape '!' order by id desc limit $7";
    FILES = "search.files": "select id, name, alt from media where workspace_id = $1 and deleted_at is null \
        and not exists (select 1 from media_renditions r join media o on o.workspace_id = r.workspace_id and o.id = r.original_id \
        where r.workspace_id = media.workspace_id and r.id = media.id and r.platform <> '' and o.deleted_at is null) \
        order by id desc limit $2";
    OLDER = "search.older": "select id from posts where workspace_id = $1 and trashed_at is null order by id desc limit 1 offset $2";
}

/// By what a file is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// Its id.
    pub id: MediaId,
    /// Name as uploaded.
    pub name: String,
    /// Its description.
    pub alt: Option<String>,
}

/// Posts among the `newest` whose base text contains all of these words, newest first, at most `most`. Case is ignored.
///
/// # Errors
/// [`StoreError`].
pub async fn posts(
    db: &Db,
    workspace: WorkspaceId,
    words: &[String],
    newest: i64,
    most: i64,
) -> Result<Vec<PostId>, StoreError> {
    let word = |place: usize| containing(words.get(place).map_or("", String::as_str));
    let values = args![workspace, newest, word(0), word(1), word(2), word(3), most];
    db.fetch_all(POSTS, values).await?.iter().map(|row| row.get("id")).collect()
}

/// Whether there are more posts than so many.
///
/// # Errors
/// [`StoreError`].
pub async fn are_more(db: &Db, workspace: WorkspaceId, than: i64) -> Result<bool, StoreError> {
    Ok(!db.fetch_all(OLDER, args![workspace, than]).await?.is_empty())
}

/// The names of the newest files, without what was made from files that are still there.
///
/// # Errors
/// [`StoreError`].
pub async fn files(db: &Db, workspace: WorkspaceId, newest: i64) -> Result<Vec<FileName>, StoreError> {
    let rows = db.fetch_all(FILES, args![workspace, newest]).await?;
    rows.iter()
        .map(|row| Ok(FileName { id: row.get("id")?, name: row.get("name")?, alt: row.get("alt")? }))
        .collect()
}
