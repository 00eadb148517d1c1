//! People who asked, at a network, to have deleted what is held of them. Belongs to no workspace: the network does not know them.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A person's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDeletionRow {
    /// What the person was given to ask after it; unguessable.
    pub code: String,
    /// The network where they asked.
    pub platform: String,
    /// The network's id of the person; forgotten in the end.
    pub person: Option<String>,
    /// Their accounts when they asked. A login of later may have them by now.
    pub accounts: Vec<(WorkspaceId, AccountId)>,
    /// Whether anything of them was held then.
    pub found: bool,
    /// When they asked.
    pub requested_at: Timestamp,
    /// When everything was deleted.
    pub finished_at: Option<Timestamp>,
}

statements! {
    INSERT = "data_deletions.insert": "insert into data_deletions (code, platform, person, requested_at, accounts, found) \
        values ($1, $2, $3, $4, $5, $6)";
    FIND = "data_deletions.find": "select code, platform, person, accounts, found, requested_at, finished_at from data_deletions \
        where code = $1";
    OPEN = "data_deletions.open": "select code, platform, person, accounts, found, requested_at, finished_at from data_deletions \
        where person is not null and (requested_at > $1 or (requested_at = $1 and code > $2)) \
        order by requested_at, code limit $3";
    FINISH = "data_deletions.finish": "update data_deletions set person = null, accounts = '[]', finished_at = $2 where code = $1";
}

fn read(row: &Row) -> Result<DataDeletionRow, StoreError> {
    Ok(DataDeletionRow {
        code: row.get("code")?,
        platform: row.get("platform")?,
        person: row.get("person")?,
        accounts: row.json("accounts")?,
        found: row.get("found")?,
        requested_at: row.get("requested_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// Adds a request.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &DataDeletionRow) -> Result<(), StoreError> {
    let accounts = serde_json::to_string(&row.accounts).unwrap_or_default();
    let values =
        args![&row.code, &row.platform, row.person.as_deref(), row.requested_at, accounts, row.found];
    tx.execute(INSERT, values).await.map(drop)
}

/// The request with this code.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(ex: impl Executor<'e> + 'e, code: &str) -> Result<Option<DataDeletionRow>, StoreError> {
    ex.fetch_optional(FIND, args![code]).await?.map(|row| read(&row)).transpose()
}

/// Requests that are not fulfilled yet, the oldest first; those after `after`, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn open<'e>(
    ex: impl Executor<'e> + 'e,
    after: Option<&DataDeletionRow>,
    limit: i64,
) -> Result<Vec<DataDeletionRow>, StoreError> {
    let (at, code) = after.map_or((Timestamp::MIN, ""), |row| (row.requested_at, row.code.as_str()));
    ex.fetch_all(OPEN, args![at, code, limit]).await?.iter().map(read).collect()
}

/// Everything is deleted; now the person is forgotten too.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn finish(tx: &mut Tx<'_>, code: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(FINISH, args![code, now]).await.map(drop)
}
