//! Browsers that are signed in. The secret in the cookie is never kept, only its hash.

use carillon_domain::id::{SessionId, UserId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose.
    pub user: UserId,
    /// Id.
    pub id: SessionId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Address of the sign-in.
    pub address: String,
    /// Signed in.
    pub created_at: Timestamp,
    /// Last request, to the minute or so.
    pub last_seen_at: Timestamp,
    /// No longer good from then on.
    pub expires_at: Timestamp,
}

statements! {
    INSERT = "sessions.insert": "insert into sessions (user_id, id, secret_hash, user_agent, address, created_at, \
        last_seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    BY_SECRET = "sessions.by_secret": "select user_id, id, user_agent, address, created_at, last_seen_at, expires_at \
        from sessions where secret_hash = $1";
    SEEN = "sessions.seen": "update sessions set last_seen_at = $3, expires_at = $4 where user_id = $1 and id = $2";
    OF_USER = "sessions.of_user": "select user_id, id, user_agent, address, created_at, last_seen_at, expires_at \
        from sessions where user_id = $1 and expires_at > $2 order by last_seen_at desc, id";
    DELETE = "sessions.delete": "delete from sessions where user_id = $1 and id = $2";
    DELETE_OTHERS = "sessions.delete_others": "delete from sessions where user_id = $1 and id <> $2";
    DELETE_ALL = "sessions.delete_all": "delete from sessions where user_id = $1";
    DELETE_BY_SECRET = "sessions.delete_by_secret": "delete from sessions where secret_hash = $1";
    DELETE_EXPIRED = "sessions.delete_expired": "delete from sessions where expires_at <= $1";
}

fn read(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        user: row.get("user_id")?,
        id: row.get("id")?,
        user_agent: row.get("user_agent")?,
        address: row.get("address")?,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

/// Adds a session.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &SessionRow, secret_hash: &[u8]) -> Result<(), StoreError> {
    let values = args![
        row.user,
        row.id,
        secret_hash,
        &row.user_agent,
        &row.address,
        row.created_at,
        row.last_seen_at,
        row.expires_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The session of this secret, also when it has run out.
///
/// # Errors
/// [`StoreError`].
pub async fn by_secret<'e>(
    ex: impl Executor<'e> + 'e,
    secret_hash: &[u8],
) -> Result<Option<SessionRow>, StoreError> {
    ex.fetch_optional(BY_SECRET, args![secret_hash]).await?.map(|r| read(&r)).transpose()
}

/// Notes a request, and how long the session is good now.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn seen(tx: &mut Tx<'_>, row: &SessionRow) -> Result<(), StoreError> {
    tx.execute(SEEN, args![row.user, row.id, row.last_seen_at, row.expires_at]).await.map(drop)
}

/// The user's sessions that have not run out, last used first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_user<'e>(
    ex: impl Executor<'e> + 'e,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, StoreError> {
    ex.fetch_all(OF_USER, args![user, now]).await?.iter().map(read).collect()
}

/// Ends one session of the user. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![user, id]).await? == 1)
}

/// Ends all sessions of the user, but `keep`. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_all(tx: &mut Tx<'_>, user: UserId, keep: Option<SessionId>) -> Result<u64, StoreError> {
    match keep {
        Some(keep) => tx.execute(DELETE_OTHERS, args![user, keep]).await,
        None => tx.execute(DELETE_ALL, args![user]).await,
    }
}

/// Ends the session of this secret.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_by_secret(tx: &mut Tx<'_>, secret_hash: &[u8]) -> Result<(), StoreError> {
    tx.execute(DELETE_BY_SECRET, args![secret_hash]).await.map(drop)
}

/// Forgets sessions that ran out. Crosses users; returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_EXPIRED, args![now]).await
}
