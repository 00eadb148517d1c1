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
}

statements! {
    ALL = "data_keys.all": "select id, kek, wrapped, created_at from data_keys order by created_at, id";
    INSERT = "data_keys.insert": "insert into data_keys (id, kek, wrapped, created_at) values ($1, $2, $3, $4)";
    DELETE_OTHERS = "data_keys.delete_others": "delete from data_keys where id <> $1";
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

/// Removes every key but this one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete_others(tx: &mut Tx<'_>, keep: Uuid) -> Result<(), StoreError> {
    tx.execute(DELETE_OTHERS, args![keep]).await.map(drop)
}
