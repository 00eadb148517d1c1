//! Posting slots of accounts, and what accounts have planned at which time.

use carillon_domain::id::{AccountId, PostId, WorkspaceId};
use carillon_domain::publication::PublicationState;
use carillon_domain::slot::Slot;
use carillon_domain::time::{SignedDuration, Timestamp};

use crate::{Executor, Row, StoreError, Tx, args, statements};

statements! {
    ADD = "posting_slots.add": "insert into posting_slots (workspace_id, account_id, weekday, minute, timezone) \
        values ($1, $2, $3, $4, $5) on conflict do nothing";
    REMOVE = "posting_slots.remove": "delete from posting_slots where workspace_id = $1 and account_id = $2 and weekday = $3 \
        and minute = $4 and timezone = $5";
    OF = "posting_slots.of": "select weekday, minute, timezone from posting_slots where workspace_id = $1 and account_id = $2 \
        order by weekday, minute, timezone";
    ERASE = "posting_slots.erase": "delete from posting_slots where workspace_id = $1 and account_id = $2";
    PLANNED = "posting_slots.planned": "select post_id, due_at, state from publications where workspace_id = $1 and account_id = $2 \
        and due_at >= $3 and due_at < $4 and state in ('in_review', 'approved', 'scheduled', 'publishing', 'published', \
        'unconfirmed', 'held') and (cast($5 as uuid) is null or post_id <> $5) order by due_at, id limit $6";
}

/// A minute is what slots are told apart by.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Something that an account is to publish, or has published at its time. Drafts hold no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The post.
    pub post: PostId,
    /// When it is due, or was.
    pub due_at: Timestamp,
    /// How its publication on the account stands.
    pub state: PublicationState,
}

fn read(row: &Row) -> Result<Slot, StoreError> {
    let (weekday, minute): (i64, i64) = (row.get("weekday")?, row.get("minute")?);
    let numbers = i8::try_from(weekday).ok().zip(i16::try_from(minute).ok());
    row.named("timezone", |zone| numbers.and_then(|(weekday, minute)| Slot::new(weekday, minute, zone)))
}

fn key(workspace: WorkspaceId, account: AccountId, slot: &Slot) -> Vec<crate::Value> {
    args![workspace, account, i64::from(slot.weekday()), i64::from(slot.minute()), slot.timezone()]
}

/// Adds a slot, if the account does not have it already.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add(
    tx: &mut Tx<'_>,
    (workspace, account): (WorkspaceId, AccountId),
    slot: &Slot,
) -> Result<(), StoreError> {
    tx.execute(ADD, key(workspace, account, slot)).await.map(drop)
}

/// Takes a slot away. What is planned there stays. Tells whether there was such a slot.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove(
    tx: &mut Tx<'_>,
    (workspace, account): (WorkspaceId, AccountId),
    slot: &Slot,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, key(workspace, account, slot)).await? == 1)
}

/// The slots of an account, by day and time.
///
/// # Errors
/// [`StoreError`].
pub async fn of<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Vec<Slot>, StoreError> {
    ex.fetch_all(OF, args![workspace, account]).await?.iter().map(read).collect()
}

/// Takes all slots of an account away.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}

/// What the account has in `[from, to)`, in order of time, one post not counted: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn planned<'e>(
    ex: impl Executor<'e> + 'e,
    (workspace, account): (WorkspaceId, AccountId),
    (from, to): (Timestamp, Timestamp),
    except: Option<PostId>,
    limit: i64,
) -> Result<Vec<Planned>, StoreError> {
    let rows = ex.fetch_all(PLANNED, args![workspace, account, from, to, except, limit]).await?;
    let read = |row: &Row| {
        Ok(Planned {
            post: row.get("post_id")?,
            due_at: row.get("due_at")?,
            state: row.named("state", PublicationState::parse)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Whether the account has anything within the minute of `at`, one post not counted.
///
/// # Errors
/// [`StoreError`].
pub async fn is_taken<'e>(
    ex: impl Executor<'e> + 'e,
    key: (WorkspaceId, AccountId),
    at: Timestamp,
    except: Option<PostId>,
) -> Result<bool, StoreError> {
    Ok(!planned(ex, key, (at, at + MINUTE), except, 1).await?.is_empty())
}
