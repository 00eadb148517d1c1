//! An account's posts whose numbers say how well they did: those that were read again when they were old enough. Found by
//! `remote_posts_by_time`, however long the history. How they grew is found by the primary key of the looks.

use std::collections::BTreeMap;

use carillon_domain::id::{AccountId, RemotePostId, WorkspaceId};
use carillon_domain::insight::PARTS;
use carillon_domain::time::{SignedDuration, Timestamp};

use crate::{Db, Executor, Row, StoreError, args, statements};

statements! {
    RECENT = "settled.recent": "select published_at, kind, views, likes, comments, shares, saves, engagements, followers \
        from remote_posts where workspace_id = $1 and account_id = $2 and published_at >= $3 and published_at < $4 \
        and read_at >= published_at + $5 order by published_at desc, id desc limit $6";
    // `cross join` tells SQLite, which has no statistics, to begin with the posts.
    GROWTH = "settled.growth": "select p.id, p.published_at, s.as_of, s.value from (select id, published_at from remote_posts \
        where workspace_id = $1 and account_id = $2 and published_at >= $3 and published_at < $4 and read_at >= published_at + $5 \
        order by published_at desc, id desc limit $6) p cross join snapshots s where s.workspace_id = $1 and s.account_id = $2 \
        and s.subject_id = p.id and s.metric = $7 and s.as_of > p.published_at and s.as_of <= p.published_at + $8";
}

/// A post with the numbers that it had when it was old enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// When it became public.
    pub published_at: Timestamp,
    /// The network's own word for its kind.
    pub kind: Option<String>,
    /// Views; `None` when the network gave none.
    pub views: Option<i64>,
    /// Engagements; `None` when the network gave none of them.
    pub engagements: Option<i64>,
    /// Which of them it gave: a bit for each of [`PARTS`], the lowest for the first.
    pub parts: u8,
    /// Followers of the account at the post's time, if anybody looked then.
    pub followers: Option<i64>,
}

/// Posts of an account that became public in a time and were read at this age or later, newest first, at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn recent(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    (from, to): (Timestamp, Timestamp),
    age: SignedDuration,
    limit: i64,
) -> Result<Vec<Settled>, StoreError> {
    let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    let rows = db.fetch_all(RECENT, args![workspace, account, from, to, age, limit]).await?;
    rows.iter().map(read).collect()
}

/// What one post had at each look, while it was young.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    /// When it became public.
    pub published_at: Timestamp,
    /// When the network said so, and the number, in any order.
    pub looks: Vec<(Timestamp, i64)>,
}

/// How one metric of the same posts grew until they were so old. Posts without a look that gave it are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn growth(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    (from, to): (Timestamp, Timestamp),
    (age, until): (SignedDuration, SignedDuration),
    metric: &str,
    limit: i64,
) -> Result<Vec<Grown>, StoreError> {
    let [age, until] = [age, until].map(|age| i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
    let values = args![workspace, account, from, to, age, limit, metric, until];
    let mut posts: BTreeMap<RemotePostId, Grown> = BTreeMap::new();
    for row in &db.fetch_all(GROWTH, values).await? {
        let published_at = row.get("published_at")?;
        let post = posts.entry(row.get("id")?).or_insert(Grown { published_at, looks: Vec::new() });
        post.looks.push((row.get("as_of")?, row.get("value")?));
    }
    Ok(posts.into_values().collect())
}

fn read(row: &Row) -> Result<Settled, StoreError> {
    let mut parts = 0;
    for (bit, name) in PARTS.iter().enumerate() {
        let given: Option<i64> = row.get(name)?;
        parts |= u8::from(given.is_some()) << bit;
    }
    Ok(Settled {
        published_at: row.get("published_at")?,
        kind: row.get("kind")?,
        views: row.get("views")?,
        engagements: row.get("engagements")?,
        parts,
        followers: row.get("followers")?,
    })
}
