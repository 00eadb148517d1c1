//! People who can sign in.

use carillon_domain::id::UserId;
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A person as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Id.
    pub id: UserId,
    /// E-mail address in lower case; unique.
    pub email: String,
    /// What others see.
    pub name: String,
    /// Their IANA zone; `None`: the workspace's.
    pub timezone: Option<String>,
    /// The tag of the language in which they read; `None`: the one that their browser asks for.
    pub language: Option<String>,
    /// Whether single keys do something on pages. Only [`set_single_keys`] writes it.
    pub single_keys: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

statements! {
    INSERT = "users.insert": "insert into users (id, email, name, timezone, language, password_hash, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "users.update": "update users set name = $2, timezone = $3, language = $4, updated_at = $5 where id = $1";
    FIND = "users.find": "select id, email, name, timezone, language, single_keys, created_at, updated_at from users where id = $1";
    BY_EMAIL = "users.by_email": "select id, email, name, timezone, language, single_keys, created_at, updated_at, password_hash \
        from users \
        where email = $1";
    PASSWORD = "users.password": "select password_hash from users where id = $1";
    SET_PASSWORD = "users.set_password": "update users set password_hash = $2, updated_at = $3 where id = $1";
    REPLACE_PASSWORD = "users.replace_password": "update users set password_hash = $3, updated_at = $4 \
        where id = $1 and password_hash = $2";
    SET_SINGLE_KEYS = "users.set_single_keys": "update users set single_keys = $2 where id = $1";
    ANY = "users.any": "select id from users limit 1";
}

fn read(row: &Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        timezone: row.get("timezone")?,
        language: row.get("language")?,
        single_keys: row.get("single_keys")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Adds a person.
///
/// # Errors
/// A unique violation when the e-mail address is taken.
pub async fn insert(tx: &mut Tx<'_>, row: &UserRow, password_hash: &str) -> Result<(), StoreError> {
    let values = args![
        row.id,
        &row.email,
        &row.name,
        row.timezone.as_deref(),
        row.language.as_deref(),
        password_hash,
        row.created_at,
        row.updated_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// Saves name, zone and language.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &UserRow) -> Result<(), StoreError> {
    let (timezone, language) = (row.timezone.as_deref(), row.language.as_deref());
    tx.execute(UPDATE, args![row.id, &row.name, timezone, language, row.updated_at]).await.map(drop)
}

/// Keeps whether single keys do something on pages.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set_single_keys(tx: &mut Tx<'_>, id: UserId, on: bool) -> Result<(), StoreError> {
    tx.execute(SET_SINGLE_KEYS, args![id, on]).await.map(drop)
}

/// The person with this id.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(ex: impl Executor<'e> + 'e, id: UserId) -> Result<Option<UserRow>, StoreError> {
    ex.fetch_optional(FIND, args![id]).await?.map(|r| read(&r)).transpose()
}

/// The person with this e-mail address (lower case), and the hash of their password.
///
/// # Errors
/// [`StoreError`].
pub async fn by_email<'e>(
    ex: impl Executor<'e> + 'e,
    email: &str,
) -> Result<Option<(UserRow, String)>, StoreError> {
    let row = ex.fetch_optional(BY_EMAIL, args![email]).await?;
    row.map(|r| Ok((read(&r)?, r.get("password_hash")?))).transpose()
}

/// The hash of the person's password.
///
/// # Errors
/// [`StoreError`].
pub async fn password_hash<'e>(ex: impl Executor<'e> + 'e, id: UserId) -> Result<Option<String>, StoreError> {
    ex.fetch_optional(PASSWORD, args![id]).await?.map(|r| r.get("password_hash")).transpose()
}

/// Sets the hash of the password.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set_password(
    tx: &mut Tx<'_>,
    id: UserId,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(SET_PASSWORD, args![id, password_hash, now]).await.map(drop)
}

/// Sets the hash of the password, unless it changed meanwhile. Tells whether it did.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn replace_password(
    tx: &mut Tx<'_>,
    id: UserId,
    old_hash: &str,
    new_hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REPLACE_PASSWORD, args![id, old_hash, new_hash, now]).await? == 1)
}

/// Whether there is anybody at all.
///
/// # Errors
/// [`StoreError`].
pub async fn any<'e>(ex: impl Executor<'e> + 'e) -> Result<bool, StoreError> {
    Ok(ex.fetch_optional(ANY, Vec::new()).await?.is_some())
}
