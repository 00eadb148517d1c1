//! The library as one grid: files, and posts, by one filter. What belongs to a page is read by the ids that were found: a filter that is
//! dear is gone through once.

use std::collections::HashMap;

use carillon_domain::id::{MediaId, PostId, WorkspaceId};
use carillon_domain::media::MediaKind;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::media::{self, MediaRow, media_columns};
use super::post::{self, PostRow};
use super::publication::{self, PublicationRow};
use super::some::{self, some_ids};
use crate::{Db, Executor, Row, StoreError, Value, args, statements};

/// How something of the library stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A file that goes out or went out with no post, or a post that is still a draft.
    Ready,
    /// It is to go out, or on its way, or waits for a person.
    Scheduled,
    /// It is public.
    Published,
    /// It failed, or nobody knows.
    Failed,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Scheduled, Self::Published, Self::Failed];

    /// The stable name, in addresses and statements.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Failed => "failed",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// How it stands; of files, any post that names it.
    pub standing: Option<Standing>,
    /// It bears this tag.
    pub tag: Option<String>,
    /// It belongs to this campaign; of files, any post that names it.
    pub campaign: Option<String>,
    /// What its text, or name, description and tags, contain; case ignored.
    pub q: Option<String>,
    /// Made before what has this id.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

/// Whether publication `x` stands as `$7` says.
macro_rules! stands {
    () => {
        "(($7 = 'scheduled' and x.state in ('scheduled', 'publishing', 'held')) or ($7 = 'published' and x.state = 'published') \
         or ($7 = 'failed' and x.state in ('failed', 'unconfirmed')))"
    };
}

/// The posts of a page.
macro_rules! posts {
    () => {
        concat!(
            " from posts p where p.workspace_id = $1 and p.trashed_at is null and (cast($2 as uuid) is null or p.id < $2) \
             and (cast($4 as text) is null or p.plain_text like $4 escape '!') \
             and (cast($5 as text) is null or replace(p.tags, $5, '') <> p.tags) \
             and (cast($6 as text) is null or p.campaign = $6) \
             and (cast($7 as text) is null or ($7 = 'ready' and p.erased is null and not exists (select 1 from publications x \
             where x.workspace_id = p.workspace_id and x.post_id = p.id \
             and x.state not in ('draft', 'in_review', 'approved', 'canceled')) \
             and (exists (select 1 from publications x where x.workspace_id = p.workspace_id and x.post_id = p.id \
             and x.state <> 'canceled') or not exists (select 1 from publications x where x.workspace_id = p.workspace_id \
             and x.post_id = p.id))) \
             or exists (select 1 from publications x where x.workspace_id = p.workspace_id and x.post_id = p.id and ",
            stands!(),
            ")) order by p.id desc limit $3"
        )
    };
}

/// The files of a page, without what was made for a network from files that are still there.
macro_rules! files {
    () => {
        concat!(
            " from media where media.workspace_id = $1 and media.deleted_at is null \
             and (cast($2 as uuid) is null or media.id < $2) \
             and (cast($4 as text) is null or coalesce(media.searched, lower(media.name) || ' ' || lower(coalesce(media.alt, ''))) \
             like $4 escape '!') \
             and (cast($5 as text) is null or replace(media.tags, $5, '') <> media.tags) \
             and (cast($6 as text) is null or exists (select 1 from post_media u join posts p on p.workspace_id = u.workspace_id \
             and p.id = u.post_id where u.workspace_id = media.workspace_id and u.media_id = media.id and p.campaign = $6 \
             and p.trashed_at is null)) \
             and (cast($7 as text) is null or ($7 = 'ready' and not exists (select 1 from post_media u join publications x \
             on x.workspace_id = u.workspace_id and x.post_id = u.post_id where u.workspace_id = media.workspace_id \
             and u.media_id = media.id and x.state not in ('draft', 'in_review', 'approved', 'canceled'))) \
             or exists (select 1 from post_media u join publications x on x.workspace_id = u.workspace_id \
             and x.post_id = u.post_id where u.workspace_id = media.workspace_id and u.media_id = media.id and ",
            stands!(),
            ")) and (cast($8 as text) is null or media.kind = $8) \
             and not exists (select 1 from media_renditions r join media o on o.workspace_id = r.workspace_id \
             and o.id = r.original_id where r.workspace_id = media.workspace_id and r.id = media.id and r.platform <> '' \
             and o.deleted_at is null) order by media.id desc limit $3"
        )
    };
}

statements! {
    FILES = "library.files": concat!("select ", media_columns!(), files!());
    USES = "library.uses": concat!("select u.media_id, count(*) as posts from post_media u join posts w \
        on w.workspace_id = u.workspace_id and w.id = u.post_id where w.trashed_at is null and u.workspace_id = $1 \
        and u.media_id in ", some_ids!(), " group by u.media_id");
    POSTS = "library.posts": concat!("select p.workspace_id, p.id, p.version, p.composition, p.tags, p.campaign, p.due_at, p.wall, \
        p.timezone, p.created_by, p.created_at, p.updated_at, p.trashed_at, p.erased", posts!());
    PUBLICATIONS = "library.publications": concat!("select x.workspace_id, x.id, x.post_id, x.account_id, x.platform, x.state, \
        x.due_at, x.next_at, x.tries, x.held_reason, x.released_at, x.intent, x.progress, x.content_version, x.fingerprint, \
        x.incomplete, x.remote_id, x.remote_url, x.published_at, x.error, x.evidence, x.units, x.created_at, x.updated_at \
        from publications x where x.workspace_id = $1 and x.post_id in ", some_ids!(), " order by x.created_at, x.id");
    PICTURES = "library.pictures": concat!("select ", media_columns!(), " from media where media.workspace_id = $1 \
        and media.deleted_at is null and media.id in ", some_ids!());
    NUMBERS = "library.numbers": concat!("select x.post_id, r.engagements, r.views, r.read_at from publications x \
        join remote_posts r on r.workspace_id = x.workspace_id and r.account_id = x.account_id and r.remote_id = x.remote_id \
        where x.workspace_id = $1 and x.post_id in ", some_ids!());
    NUMBERS_OF_FILE = "library.numbers_of_file": "select x.post_id, r.engagements, r.views, r.read_at from post_media u \
        join publications x on x.workspace_id = u.workspace_id and x.post_id = u.post_id \
        join remote_posts r on r.workspace_id = x.workspace_id and r.account_id = x.account_id and r.remote_id = x.remote_id \
        where u.workspace_id = $1 and u.media_id = $2";
}

fn values(workspace: WorkspaceId, sought: &Sought) -> Vec<Value> {
    let like = sought.q.as_ref().map(|q| {
        let escaped = q.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        format!("%{escaped}%")
    });
    // As it stands in the array, quotes included: no part of another tag.
    let tag = sought.tag.as_ref().map(|tag| serde_json::Value::from(tag.as_str()).to_string());
    let standing = sought.standing.map(Standing::as_str);
    args![workspace, sought.before, sought.limit, like, tag, sought.campaign.as_deref(), standing]
}

fn values_of_files(workspace: WorkspaceId, sought: &Sought, kind: Option<MediaKind>) -> Vec<Value> {
    let mut values = values(workspace, sought);
    values.push(kind.map(MediaKind::as_str).into());
    values
}

/// Files, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn files(
    db: &Db,
    workspace: WorkspaceId,
    sought: &Sought,
    kind: Option<MediaKind>,
) -> Result<Vec<MediaRow>, StoreError> {
    db.fetch_all(FILES, values_of_files(workspace, sought, kind)).await?.iter().map(media::read).collect()
}

/// By how many posts each of these files is named, where by any.
///
/// # Errors
/// [`StoreError`].
pub async fn uses(
    db: &Db,
    workspace: WorkspaceId,
    files: &[MediaId],
) -> Result<HashMap<MediaId, u64>, StoreError> {
    let rows = some::rows(db, USES, workspace, files).await?;
    rows.iter().map(|r| Ok((r.get("media_id")?, r.get("posts")?))).collect()
}

/// Posts, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn posts(db: &Db, workspace: WorkspaceId, sought: &Sought) -> Result<Vec<PostRow>, StoreError> {
    db.fetch_all(POSTS, values(workspace, sought)).await?.iter().map(post::read).collect()
}

/// The publications of these posts, those of each in order of creation.
///
/// # Errors
/// [`StoreError`].
pub async fn publications(
    db: &Db,
    workspace: WorkspaceId,
    posts: &[PostId],
) -> Result<Vec<PublicationRow>, StoreError> {
    some::rows(db, PUBLICATIONS, workspace, posts).await?.iter().map(publication::read).collect()
}

/// Those of these files that are in the library.
///
/// # Errors
/// [`StoreError`].
pub async fn pictures(
    db: &Db,
    workspace: WorkspaceId,
    files: &[MediaId],
) -> Result<Vec<MediaRow>, StoreError> {
    some::rows(db, PICTURES, workspace, files).await?.iter().map(media::read).collect()
}

/// What a network told of one publication of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The post.
    pub post: PostId,
    /// Likes, comments, shares and saves, if any of them was given.
    pub engagements: Option<u64>,
    /// Views, if they were given.
    pub views: Option<u64>,
    /// When.
    pub as_of: Timestamp,
}

fn told(row: &Row) -> Result<Told, StoreError> {
    Ok(Told {
        post: row.get("post_id")?,
        engagements: row.get("engagements")?,
        views: row.get("views")?,
        as_of: row.get("read_at")?,
    })
}

/// What networks told of these posts: one for each publication that a reading found.
///
/// # Errors
/// [`StoreError`].
pub async fn numbers(db: &Db, workspace: WorkspaceId, posts: &[PostId]) -> Result<Vec<Told>, StoreError> {
    some::rows(db, NUMBERS, workspace, posts).await?.iter().map(told).collect()
}

/// The same of all posts that name this file.
///
/// # Errors
/// [`StoreError`].
pub async fn numbers_of_file(
    db: &Db,
    workspace: WorkspaceId,
    media: MediaId,
) -> Result<Vec<Told>, StoreError> {
    db.fetch_all(NUMBERS_OF_FILE, args![workspace, media]).await?.iter().map(told).collect()
}
