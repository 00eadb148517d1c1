//! The wrapped data keys.

use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::{Executor, StoreError, Tx, args, statements};

/// A data key as stored.
#[derive(Debug, Clone)]
pub struct DataKeyRow {
    /// Id; ordered by creation.
    pub id: Uuid,
    /// Fingerprint of the key-encryption key.
    pub kek: String,
    /// Nonce and ciphertext.
    pub wrapped: Vec<u8>,
    /// Made.
    pub created_at: Timestamp,
    /// Replaced by a newer one.
    pub retired_at: Option<Timestamp>,
}

statements! {
    ALL = "data_keys.all": "select id, kek, wrapped, created_at, retired_at from data_keys order by created_at, id";
    INSERT = "data_keys.insert": "insert into data_keys (id, kek, wrapped, created_at) values ($1, $2, $3, $4)";
    RETIRE_ALL = "data_keys.retire_all": "update data_keys set retired_at = $1 where retired_at is null";
    REWRAP = "data_keys.rewrap": "update data_keys set kek = $2, wrapped = $3 where id = $1";
    DELETE_RETIRED = "data_keys.delete_retired": "delete from data_keys where retired_at < $1";
}

/// All keys, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn all<'e>(ex: impl Executor<'e> + 'e) -> Result<Vec<DataKeyRow>, StoreError> {
    let rows = ex.fetch_all(ALL, Vec::new()).await?;
    rows.iter()
        .map(|r| {
            Ok(DataKeyRow {
                id: r.get("id")?,
                kek: r.get("kek")?,
                wrapped: r.get("wrapped")?,
                created_at: r.get("created_at")?,
                retired_at: r.get("retired_at")?,
            })
        })
        .collect()
}

/// Adds a key.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &DataKeyRow) -> Result<(), StoreError> {
    tx.execute(INSERT, args![row.id, &row.kek, row.wrapped.clone(), row.created_at]).await.map(drop)
}

/// Nothing is to be sealed any more with the keys that there are.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn retire_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(RETIRE_ALL, args![now]).await.map(drop)
}

/// Keeps the same key under another key-encryption key.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn rewrap(tx: &mut Tx<'_>, id: Uuid, kek: &str, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(REWRAP, args![id, kek, wrapped]).await.map(drop)
}

/// Removes keys that were replaced before then. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_retired(tx: &mut Tx<'_>, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(DELETE_RETIRED, args![before]).await
}
