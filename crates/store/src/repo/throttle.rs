//! How often a sign-in failed, per account and per address.

use carillon_domain::time::Timestamp;

use crate::{Executor, StoreError, Tx, args, statements};

/// Failures of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRow {
    /// Failures since the last success or the last pause.
    pub failures: i64,
    /// The last one.
    pub last_at: Timestamp,
    /// No try before then.
    pub blocked_until: Timestamp,
}

statements! {
    FIND = "sign_in_throttle.find": "select failures, last_at, blocked_until from sign_in_throttle where subject = $1 \
        /*postgres: for update */";
    LOCK = "sign_in_throttle.lock": "insert into sign_in_throttle (subject, failures, last_at, blocked_until) \
        values ($1, 0, $2, $2) on conflict (subject) do nothing";
    PUT = "sign_in_throttle.put": "update sign_in_throttle set failures = $2, last_at = $3, blocked_until = $4 \
        where subject = $1";
    CLEAR = "sign_in_throttle.clear": "delete from sign_in_throttle where subject = $1";
    DELETE_OLD = "sign_in_throttle.delete_old": "delete from sign_in_throttle where last_at < $1 and blocked_until < $2";
}

/// The subject's failures, locked until the transaction ends; made when there were none. `now` is when a new row begins.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(tx: &mut Tx<'_>, subject: &str, now: Timestamp) -> Result<ThrottleRow, StoreError> {
    tx.execute(LOCK, args![subject, now]).await?;
    let fresh = ThrottleRow { failures: 0, last_at: now, blocked_until: now };
    let Some(row) = tx.fetch_optional(FIND, args![subject]).await? else { return Ok(fresh) };
    Ok(ThrottleRow {
        failures: row.get("failures")?,
        last_at: row.get("last_at")?,
        blocked_until: row.get("blocked_until")?,
    })
}

/// Saves what was locked.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put(tx: &mut Tx<'_>, subject: &str, row: ThrottleRow) -> Result<(), StoreError> {
    tx.execute(PUT, args![subject, row.failures, row.last_at, row.blocked_until]).await.map(drop)
}

/// Forgets the subject's failures.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn clear(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    tx.execute(CLEAR, args![subject]).await.map(drop)
}

/// Forgets subjects without a failure since `before` that may try again. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_old(tx: &mut Tx<'_>, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_OLD, args![before, now]).await
}
