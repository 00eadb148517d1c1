//! What accounts were called before.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

statements! {
    ADD = "account_names.add": "insert into account_names (workspace_id, account_id, at, handle_was, handle_is, name_was, name_is) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    LAST = "account_names.last": "select read_handle, read_name from accounts where workspace_id = $1 and id = $2";
    KEEP = "account_names.keep": "update accounts set read_handle = $3, read_name = $4 where workspace_id = $1 and id = $2";
    OF = "account_names.of": "select account_id, at, handle_was, handle_is, name_was, name_is from account_names \
        where workspace_id = $1 and account_id = $2 order by at desc limit $3";
    BETWEEN = "account_names.between": "select account_id, at, handle_was, handle_is, name_was, name_is from account_names \
        where workspace_id = $1 and at >= $2 and at < $3 order by at limit $4";
    ERASE = "account_names.erase": "delete from account_names where workspace_id = $1 and account_id = $2";
}

/// An account was called otherwise from then on, as a reading found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The account.
    pub account: AccountId,
    /// When that was seen.
    pub at: Timestamp,
    /// Its handle before.
    pub handle_was: String,
    /// Its handle since.
    pub handle_is: String,
    /// Its name before.
    pub name_was: String,
    /// Its name since.
    pub name_is: String,
}

/// A reading found the account under these names. What the reading before found differs: that is noted.
///
/// Signing in may give a name in another form than reading does, so only readings are compared with each other.
///
/// # Errors
/// [`StoreError`].
pub async fn seen(
    tx: &mut Tx<'_>,
    (workspace, account): (WorkspaceId, AccountId),
    (handle, name): (&str, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(row) = (&mut *tx).fetch_optional(LAST, args![workspace, account]).await? else { return Ok(()) };
    let handle_was: Option<String> = row.get("read_handle")?;
    let name_was: Option<String> = row.get("read_name")?;
    if handle_was.as_deref() == Some(handle) && name_was.as_deref() == Some(name) {
        return Ok(());
    }
    tx.execute(KEEP, args![workspace, account, handle, name]).await?;
    let Some((handle_was, name_was)) = handle_was.zip(name_was) else { return Ok(()) };
    let values = args![workspace, account, at, handle_was, handle, name_was, name];
    tx.execute(ADD, values).await.map(drop)
}

/// What an account was called, latest first: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn of<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
    limit: i64,
) -> Result<Vec<Renamed>, StoreError> {
    ex.fetch_all(OF, args![workspace, account, limit]).await?.iter().map(read).collect()
}

/// What accounts of the workspace were called otherwise from a day of this time on, in order: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn between<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Renamed>, StoreError> {
    ex.fetch_all(BETWEEN, args![workspace, from, to, limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Renamed, StoreError> {
    Ok(Renamed {
        account: row.get("account_id")?,
        at: row.get("at")?,
        handle_was: row.get("handle_was")?,
        handle_is: row.get("handle_is")?,
        name_was: row.get("name_was")?,
        name_is: row.get("name_is")?,
    })
}

/// Forgets what an account was called.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}
