//! An account's posts whose numbers say how well they did: those that were read again when they were old enough. Found by
//! `remote_posts_by_time`, however long the history.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::insight::PARTS;
use carillon_domain::time::{SignedDuration, Timestamp};

use crate::{Db, Executor, Row, StoreError, args, statements};

statements! {
    RECENT = "settled.recent": "select published_at, kind, views, likes, comments, shares, saves, engagements, followers \
        from remote_posts where workspace_id = $1 and account_id = $2 and published_at >= $3 and published_at < $4 \
        and read_at >= published_at + $5 order by published_at desc, id desc limit $6";
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
