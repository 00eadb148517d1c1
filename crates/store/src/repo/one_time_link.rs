//! Links that are good for one use: the set-up of the first owner, a sign-in.

use carillon_domain::id::UserId;
use carillon_domain::time::Timestamp;

use crate::{Executor, StoreError, Tx, args, statements};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sign-up of the first owner.
    Setup,
    /// Signs a user in.
    SignIn,
}

impl Purpose {
    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::SignIn => "sign_in",
        }
    }
}

statements! {
    INSERT = "one_time_links.insert": "insert into one_time_links (secret_hash, purpose, user_id, created_at, expires_at) \
        values ($1, $2, $3, $4, $5)";
    IS_GOOD = "one_time_links.is_good": "select purpose from one_time_links \
        where secret_hash = $1 and purpose = $2 and expires_at > $3";
    TAKE = "one_time_links.take": "delete from one_time_links where secret_hash = $1 and purpose = $2 and expires_at > $3 \
        returning user_id";
    DELETE_ALL = "one_time_links.delete_all": "delete from one_time_links where purpose = $1";
    DELETE_EXPIRED = "one_time_links.delete_expired": "delete from one_time_links where expires_at <= $1";
}

/// Adds a link.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(
    tx: &mut Tx<'_>,
    secret_hash: &[u8],
    purpose: Purpose,
    user: Option<UserId>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(INSERT, args![secret_hash, purpose.as_str(), user, now, expires_at]).await.map(drop)
}

/// Whether the link could be used now.
///
/// # Errors
/// [`StoreError`].
pub async fn is_good<'e>(
    ex: impl Executor<'e> + 'e,
    secret_hash: &[u8],
    purpose: Purpose,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(ex.fetch_optional(IS_GOOD, args![secret_hash, purpose.as_str(), now]).await?.is_some())
}

/// Uses the link up. The outer `None`: there is no such link, or no longer; the inner: it names no user.
///
/// # Errors
/// [`StoreError`].
pub async fn take(
    tx: &mut Tx<'_>,
    secret_hash: &[u8],
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Option<UserId>>, StoreError> {
    let row = tx.fetch_optional(TAKE, args![secret_hash, purpose.as_str(), now]).await?;
    row.map(|r| r.get("user_id")).transpose()
}

/// Voids every link of this purpose.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_all(tx: &mut Tx<'_>, purpose: Purpose) -> Result<(), StoreError> {
    tx.execute(DELETE_ALL, args![purpose.as_str()]).await.map(drop)
}

/// Forgets links that ran out. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_EXPIRED, args![now]).await
}
