//! What belongs to the installation as a whole, by name.

use crate::{Executor, StoreError, Tx, args, statements};

statements! {
    GET = "settings.get": "select value from settings where name = $1";
    PUT = "settings.put": "insert into settings (name, value) values ($1, $2) \
        on conflict (name) do update set value = excluded.value";
    CLAIM = "settings.claim": "insert into settings (name, value) values ($1, $2) on conflict (name) do nothing";
}

/// The value of this name.
///
/// # Errors
/// [`StoreError`].
pub async fn get<'e, T: serde::de::DeserializeOwned>(
    ex: impl Executor<'e> + 'e,
    name: &str,
) -> Result<Option<T>, StoreError> {
    ex.fetch_optional(GET, args![name]).await?.map(|r| r.json("value")).transpose()
}

/// Sets the value of this name.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put(tx: &mut Tx<'_>, name: &str, value: &serde_json::Value) -> Result<(), StoreError> {
    tx.execute(PUT, args![name, value]).await.map(drop)
}

/// Sets the value of this name unless it has one. Tells whether this caller was the first.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn claim(tx: &mut Tx<'_>, name: &str, value: &serde_json::Value) -> Result<bool, StoreError> {
    Ok(tx.execute(CLAIM, args![name, value]).await? == 1)
}
