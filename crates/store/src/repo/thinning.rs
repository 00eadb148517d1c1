//! Thinning old snapshots: whose turn it is, which of them may go, and how far it has come.
//!
//! What may go is found without the database's writer, piece by piece along the primary key, and then forgotten by its exact key. So a look
//! that is added meanwhile is never touched, and doing it twice changes nothing.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::insight::Span;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

statements! {
    DUE = "thinning.due": "select workspace_id, id from accounts where thin_at <= $1 order by thin_at limit $2";
    STATE = "thinning.state": "select a.platform, a.thinned_to, a.created_at, w.timezone, w.snapshot_days from accounts a \
        join workspaces w on w.id = a.workspace_id where a.workspace_id = $1 and a.id = $2";
    SURPLUS = "thinning.surplus": "select s.subject_id, s.metric, s.as_of from snapshots s where s.workspace_id = $1 \
        and s.account_id = $2 and (s.subject_id, s.metric, s.as_of) > ($3, $4, $5) and s.as_of >= $6 and s.as_of < $7 \
        and exists (select 1 from snapshots l where l.workspace_id = $1 and l.account_id = $2 and l.subject_id = s.subject_id \
        and l.metric = s.metric and l.as_of > s.as_of and l.as_of < $6 + ((s.as_of - $6) / $8 + 1) * $8) \
        and not exists (select 1 from sent_reports r where r.workspace_id = $1 and r.made_at >= s.as_of \
        and r.made_at < $6 + ((s.as_of - $6) / $8 + 1) * $8 and (r.account_id is null or r.account_id = $2) \
        and not exists (select 1 from snapshots m where m.workspace_id = $1 and m.account_id = $2 and m.subject_id = s.subject_id \
        and m.metric = s.metric and m.as_of > s.as_of and m.as_of <= r.made_at)) order by s.subject_id, s.metric, s.as_of limit $9";
    FORGET = "thinning.forget": "delete from snapshots where workspace_id = $1 and account_id = $2 and subject_id = $3 \
        and metric = $4 and as_of = $5";
    CLAIM = "thinning.claim": "update accounts set thin_at = $4 where workspace_id = $1 and id = $2 and thin_at <= $3";
    DONE = "thinning.done": "update accounts set thinned_to = coalesce($3, thinned_to), thin_at = $4 where workspace_id = $1 and id = $2";
}

/// Accounts that are to be thinned, those that wait for longest first. Crosses workspaces; returns ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn due(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let read = |row: &Row| Ok((row.get("workspace_id")?, row.get("id")?));
    db.fetch_all(DUE, args![now, limit]).await?.iter().map(read).collect()
}

/// Takes an account's turn, until `again_at`. Tells whether this caller was the first one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn claim(
    tx: &mut Tx<'_>,
    (workspace, account): (WorkspaceId, AccountId),
    now: Timestamp,
    again_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CLAIM, args![workspace, account, now, again_at]).await? == 1)
}

/// How far an account is thinned, and how far it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its network.
    pub platform: String,
    /// Before this instant only the last snapshot of each day is left.
    pub thinned_to: Option<Timestamp>,
    /// When it was connected; there is nothing older.
    pub created_at: Timestamp,
    /// IANA zone of its workspace.
    pub timezone: String,
    /// For how many days every snapshot is kept; 0: for ever.
    pub snapshot_days: i64,
}

/// What is to be known of an account; `None` when it is gone.
///
/// # Errors
/// [`StoreError`].
pub async fn state(db: &Db, workspace: WorkspaceId, account: AccountId) -> Result<Option<State>, StoreError> {
    let row = db.fetch_optional(STATE, args![workspace, account]).await?;
    row.map(|row| {
        Ok(State {
            platform: row.get("platform")?,
            thinned_to: row.get("thinned_to")?,
            created_at: row.get("created_at")?,
            timezone: row.get("timezone")?,
            snapshot_days: row.get("snapshot_days")?,
        })
    })
    .transpose()
}

/// A snapshot of an account or of one of its posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The account's own id, or that of a post.
    pub subject: Uuid,
    /// Of what.
    pub metric: String,
    /// When the network said so.
    pub as_of: Timestamp,
}

impl Key {
    /// Before all others.
    pub fn first() -> Self {
        Self { subject: Uuid::nil(), metric: String::new(), as_of: Timestamp::UNIX_EPOCH }
    }
}

/// Snapshots after this one, in the order of their keys, on whose day there is a later one, but for what was the latest when a report
/// was made: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn surplus(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    span: Span,
    after: &Key,
    limit: i64,
) -> Result<Vec<Key>, StoreError> {
    let values = args![
        workspace,
        account,
        after.subject,
        &after.metric,
        after.as_of,
        span.from,
        span.to,
        span.day,
        limit
    ];
    let read = |row: &Row| {
        Ok(Key { subject: row.get("subject_id")?, metric: row.get("metric")?, as_of: row.get("as_of")? })
    };
    db.fetch_all(SURPLUS, values).await?.iter().map(read).collect()
}

/// Forgets these snapshots.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
    keys: &[Key],
) -> Result<(), StoreError> {
    for key in keys {
        tx.execute(FORGET, args![workspace, account, key.subject, &key.metric, key.as_of]).await?;
    }
    Ok(())
}

/// Notes how far an account is thinned, if that is known, and when it is its turn again.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn done(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
    thinned_to: Option<Timestamp>,
    again_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(DONE, args![workspace, account, thinned_to, again_at]).await.map(drop)
}
