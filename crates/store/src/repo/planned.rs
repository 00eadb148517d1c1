//! What is planned in a range of time, for the calendar: a bounded number of posts, in as many statements whether they are
//! few or many. And what was planned and is held back.

use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::Timestamp;

use super::post::{self, PostRow};
use super::publication::{self, PublicationRow};
use crate::{Db, Executor, StoreError, args, statements};

statements! {
    POSTS = "planned.posts": "select workspace_id, id, version, composition, tags, campaign, due_at, wall, timezone, created_by, \
        created_at, updated_at, trashed_at, erased from posts where workspace_id = $1 and trashed_at is null \
        and due_at >= $2 and due_at < $3 order by due_at, id limit $4";
    PUBLICATIONS = "planned.publications": "select x.workspace_id, x.id, x.post_id, x.account_id, x.platform, x.state, x.due_at, \
        x.next_at, x.tries, x.held_reason, x.released_at, x.intent, x.progress, x.content_version, x.fingerprint, x.incomplete, \
        x.remote_id, x.remote_url, x.published_at, x.error, x.evidence, x.units, x.created_at, x.updated_at from publications x \
        join (select id from posts where workspace_id = $1 and trashed_at is null and due_at >= $2 and due_at < $3 \
        order by due_at, id limit $4) p on p.id = x.post_id where x.workspace_id = $1 order by x.created_at, x.id";
    OF_ACCOUNT_FROM = "planned.of_account_from": "select id, post_id, due_at from publications where workspace_id = $1 \
        and account_id = $2 and due_at >= $3 and state = 'scheduled' order by due_at, id limit $4";
    HELD = "planned.held": "select id from publications where workspace_id = $1 and state = $2 and held_reason = $3 \
        order by due_at, created_at, id";
}

/// The first posts whose time lies in this range, in order of time; those without a time are in none.
///
/// # Errors
/// [`StoreError`].
pub async fn posts(
    db: &Db,
    workspace: WorkspaceId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<PostRow>, StoreError> {
    db.fetch_all(POSTS, args![workspace, from, to, limit]).await?.iter().map(post::read).collect()
}

/// The publications of the posts that [`posts`] gives, in order of creation.
///
/// # Errors
/// [`StoreError`].
pub async fn publications(
    db: &Db,
    workspace: WorkspaceId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<PublicationRow>, StoreError> {
    let rows = db.fetch_all(PUBLICATIONS, args![workspace, from, to, limit]).await?;
    rows.iter().map(publication::read).collect()
}

/// What is held for this reason, in the order in which it was due.
///
/// # Errors
/// [`StoreError`].
pub async fn held(
    db: &Db,
    workspace: WorkspaceId,
    reason: HeldReason,
) -> Result<Vec<PublicationId>, StoreError> {
    let values = args![workspace, PublicationState::Held.as_str(), reason.as_str()];
    db.fetch_all(HELD, values).await?.iter().map(|row| row.get("id")).collect()
}

/// Something that is scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The publication.
    pub id: PublicationId,
    /// Its post.
    pub post: PostId,
    /// When it is due.
    pub due_at: Timestamp,
}

/// What the account is to publish from then on, in the order in which it is due.
///
/// # Errors
/// [`StoreError`].
pub async fn of_account_from(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Planned>, StoreError> {
    let rows = db.fetch_all(OF_ACCOUNT_FROM, args![workspace, account, from, limit]).await?;
    rows.iter()
        .map(|row| Ok(Planned { id: row.get("id")?, post: row.get("post_id")?, due_at: row.get("due_at")? }))
        .collect()
}
