//! How full an account's day is. What counts is in the publications themselves, so all nodes see the same.

use carillon_domain::id::{AccountId, PostId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, StoreError, args, statements};

statements! {
    TAKEN = "tally.taken": "select count(*) as n from publications where workspace_id = $1 and account_id = $2 \
        and ((published_at >= $3 and published_at < $4) or (published_at is null and due_at >= $3 and due_at < $4 \
        and state in ('scheduled', 'publishing', 'unconfirmed'))) and (cast($5 as uuid) is null or post_id <> $5) \
        and (cast($6 as uuid) is null or post_id <> $6)";
    NEIGHBOUR = "tally.neighbour": "select due_at from publications where workspace_id = $1 and account_id = $2 \
        and due_at > $3 and due_at < $4 and state in ('scheduled', 'publishing', 'published', 'unconfirmed') \
        and (cast($5 as uuid) is null or post_id <> $5) order by due_at limit 1";
    BUSY = "tally.busy": "select distinct workspace_id, account_id from publications \
        where state in ('scheduled', 'publishing', 'published', 'unconfirmed') and due_at >= $1 and due_at < $2";
}

/// How many publications the account has in `[from, to)`, public ones and planned ones, up to two posts not counted. A thread or
/// a carousel is one.
///
/// # Errors
/// [`StoreError`].
pub async fn taken<'e>(
    ex: impl Executor<'e> + 'e,
    (workspace, account): (WorkspaceId, AccountId),
    (from, to): (Timestamp, Timestamp),
    [except, other]: [Option<PostId>; 2],
) -> Result<i64, StoreError> {
    let row = ex.fetch_optional(TAKEN, args![workspace, account, from, to, except, other]).await?;
    row.map_or(Ok(0), |r| r.get("n"))
}

/// When the account has another publication between these times.
///
/// # Errors
/// [`StoreError`].
pub async fn neighbour(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    (after, before): (Timestamp, Timestamp),
    except: Option<PostId>,
) -> Result<Option<Timestamp>, StoreError> {
    let row = db.fetch_optional(NEIGHBOUR, args![workspace, account, after, before, except]).await?;
    row.map(|r| r.get("due_at")).transpose()
}

/// Accounts with something that was or is due in `[from, to)`. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn busy(
    db: &Db,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let rows = db.fetch_all(BUSY, args![from, to]).await?;
    rows.iter().map(|row| Ok((row.get("workspace_id")?, row.get("account_id")?))).collect()
}
