//! Looks at posts by the posts' ages, for the curves of [`carillon_domain::insight::curve`]. Bounded by the posts that are asked for,
//! and for each of them by the ages that are compared: of each step of an age the database gives the last look, by the primary key of
//! `snapshots`. What stands for an age is always the last look of its step, so nothing is lost.

use carillon_domain::id::{AccountId, RemotePostId, WorkspaceId};
use carillon_domain::insight::Look;
use carillon_domain::insight::curve::UNTIL;
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, args, statements};

/// Most posts of one question.
pub const MOST_POSTS: i64 = 100;

statements! {
    // Steps as `insight::curve::STEPS` has them: an hour, six, a day, a week. A test compares them.
    OF = "post_looks.of": "select s.subject_id, d.published_at, s.as_of, s.value, s.native, s.definition from (\
        select x.subject_id, min(p.published_at) as published_at, max(x.as_of) as as_of from (\
        select r.id, r.published_at from remote_posts r where r.workspace_id = $1 and r.account_id = $2 and r.published_at >= $3 \
        and r.published_at < $4 and (cast($5 as uuid) is null or r.id = $5) order by r.published_at desc, r.id desc limit $6) p \
        cross join snapshots x where x.workspace_id = $1 and x.account_id = $2 and x.subject_id = p.id and x.metric = $7 \
        and x.as_of >= p.published_at and x.as_of <= p.published_at + $8 \
        group by x.subject_id, case when x.as_of - p.published_at <= 86400000000 \
        then (x.as_of - p.published_at + 3599999999) / 3600000000 \
        when x.as_of - p.published_at <= 604800000000 then 100 + (x.as_of - p.published_at + 21599999999) / 21600000000 \
        when x.as_of - p.published_at <= 2592000000000 then 200 + (x.as_of - p.published_at + 86399999999) / 86400000000 \
        else 300 + (x.as_of - p.published_at + 604799999999) / 604800000000 end) d \
        cross join snapshots s where s.workspace_id = $1 and s.account_id = $2 and s.subject_id = d.subject_id and s.metric = $7 \
        and s.as_of = d.as_of order by s.subject_id, s.as_of";
}

/// Which posts of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posts {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// Public since then …
    pub from: Timestamp,
    /// … and before then. Of more than [`MOST_POSTS`] the newest ones.
    pub to: Timestamp,
    /// Only this one.
    pub only: Option<RemotePostId>,
}

/// A look at a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLook {
    /// The post.
    pub post: RemotePostId,
    /// When it became public.
    pub published_at: Timestamp,
    /// What was seen.
    pub look: Look,
}

/// Looks at one metric of these posts, by post, then time. A look that did not give it is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn of(db: &Db, posts: Posts, metric: &str) -> Result<Vec<PostLook>, StoreError> {
    let longest = i64::try_from(UNTIL.as_micros()).unwrap_or(i64::MAX);
    let values =
        args![posts.workspace, posts.account, posts.from, posts.to, posts.only, MOST_POSTS, metric, longest];
    let look = |row: &Row| -> Result<PostLook, StoreError> {
        let look = Look {
            at: row.get("as_of")?,
            value: row.get("value")?,
            native: row.get("native")?,
            definition: row.get("definition")?,
        };
        Ok(PostLook { post: row.get("subject_id")?, published_at: row.get("published_at")?, look })
    };
    db.fetch_all(OF, values).await?.iter().map(look).collect()
}
