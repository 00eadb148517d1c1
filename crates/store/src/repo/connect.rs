//! Attempts at connecting accounts, and our registrations at servers.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AccountId, ConnectId, GrantId, WorkspaceId};
use carillon_domain::time::Timestamp;

use super::sealed::SealedColumn;
use crate::seal::Place;
use crate::{Executor, Row, StoreError, Tx, Value, args, statements};

/// An attempt as stored.
#[derive(Debug, Clone)]
pub struct ConnectRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: ConnectId,
    /// SHA-256 of the OAuth state; `None` once used.
    pub state_hash: Option<Vec<u8>>,
    /// Platform.
    pub platform: String,
    /// Base URL of the server.
    pub server: Option<String>,
    /// The browser session that must come back; `None` when a token began it.
    pub session_hash: Option<Vec<u8>>,
    /// Sealed; what the connector remembers.
    pub pending: Option<Vec<u8>>,
    /// Where the browser goes afterwards.
    pub return_to: Option<String>,
    /// `pending`, `choose`, `connected` or `failed`.
    pub status: String,
    /// The login, once there is one.
    pub grant: Option<GrantId>,
    /// The accounts that were connected.
    pub accounts: Vec<AccountId>,
    /// Why it failed.
    pub error: Option<ConnectorError>,
    /// Begun.
    pub created_at: Timestamp,
    /// No longer good after.
    pub expires_at: Timestamp,
}

/// The columns by name: what a later version adds must not change the answers that open connections expect.
macro_rules! columns {
    () => {
        "workspace_id, id, state_hash, platform, server, session_hash, pending, return_to, status, grant_id, \
         accounts, error, created_at, expires_at"
    };
}

statements! {
    INSERT = "connect.insert": "insert into connect_attempts (workspace_id, id, state_hash, platform, server, session_hash, \
        pending, return_to, status, grant_id, accounts, error, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    FIND = "connect.find": concat!("select ", columns!(), " from connect_attempts where workspace_id = $1 and id = $2");
    BY_STATE = "connect.by_state": concat!("select ", columns!(), " from connect_attempts where state_hash = $1");
    USE_STATE = "connect.use_state": "update connect_attempts set state_hash = null \
        where workspace_id = $1 and id = $2 and state_hash = $3";
    FINISH = "connect.finish": "update connect_attempts set status = $3, grant_id = $4, accounts = $5, error = $6, \
        pending = null, state_hash = null where workspace_id = $1 and id = $2";
    CHOSEN = "connect.chosen": "update connect_attempts set status = 'connected', accounts = $3 \
        where workspace_id = $1 and grant_id = $2 and status = 'choose'";
    FIND_APP = "app_registrations.find": "select credentials from app_registrations \
        where platform = $1 and server = $2 and redirect_uri = $3";
    PUT_APP = "app_registrations.put": "insert into app_registrations (platform, server, redirect_uri, credentials, \
        created_at) values ($1, $2, $3, $4, $5) on conflict (platform, server, redirect_uri) \
        do update set credentials = excluded.credentials, created_at = excluded.created_at";
    STALE_APP_SEALS = "app_registrations.stale_seals": "select platform, server, redirect_uri, credentials as sealed \
        from app_registrations where substr(credentials, 1, 17) <> $1 limit $2";
    RESEAL_APP = "app_registrations.reseal": "update app_registrations set credentials = $2 \
        where credentials = $1 and platform = $3 and server = $4 and redirect_uri = $5";
    STALE_SEALS = "connect.stale_seals": "select workspace_id, id, pending as sealed from connect_attempts \
        where pending is not null and substr(pending, 1, 17) <> $1 limit $2";
    RESEAL = "connect.reseal": "update connect_attempts set pending = $2 \
        where pending = $1 and workspace_id = $3 and id = $4";
    FORGET_EXPIRED = "connect.forget_expired": "update connect_attempts set status = 'failed', pending = null \
        where pending is not null and expires_at < $1";
}

/// What the connector remembers between redirect and callback.
pub(super) const PENDING: SealedColumn = SealedColumn {
    name: "connect_attempts.pending",
    stale: STALE_SEALS,
    replace: RESEAL,
    keys: |r| Ok(args![r.get::<WorkspaceId>("workspace_id")?, r.get::<ConnectId>("id")?]),
    place: |r| Ok(place(r.get("id")?)),
};

/// Our registrations at servers.
pub(super) const APP_CREDENTIALS: SealedColumn = SealedColumn {
    name: "app_registrations.credentials",
    stale: STALE_APP_SEALS,
    replace: RESEAL_APP,
    keys: |r| {
        Ok(args![r.get::<String>("platform")?, r.get::<String>("server")?, r.get::<String>("redirect_uri")?])
    },
    place: |r| Ok(app_place(&r.get::<String>("platform")?, &r.get::<String>("server")?)),
};

/// Where what an attempt remembers is sealed for.
pub fn place(id: ConnectId) -> Place {
    Place::new("connect_attempts", "pending", id)
}

/// Where our registration at a server is sealed for.
pub fn app_place(platform: &str, server: &str) -> Place {
    Place::new("app_registrations", "credentials", format_args!("{platform} {server}"))
}

fn read(row: &Row) -> Result<ConnectRow, StoreError> {
    Ok(ConnectRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        state_hash: row.get("state_hash")?,
        platform: row.get("platform")?,
        server: row.get("server")?,
        session_hash: row.get("session_hash")?,
        pending: row.get("pending")?,
        return_to: row.get("return_to")?,
        status: row.get("status")?,
        grant: row.get("grant_id")?,
        accounts: row.json("accounts")?,
        error: row.json_opt("error")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).ok())
}

/// Adds an attempt.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &ConnectRow) -> Result<(), StoreError> {
    let values = vec![
        Value::from(row.workspace),
        Value::from(row.id),
        Value::from(row.state_hash.clone()),
        Value::from(&row.platform),
        Value::from(row.server.as_deref()),
        Value::from(row.session_hash.clone()),
        Value::from(row.pending.clone()),
        Value::from(row.return_to.as_deref()),
        Value::from(&row.status),
        Value::from(row.grant),
        json(&row.accounts),
        row.error.as_ref().map_or(Value::Text(None), json),
        Value::from(row.created_at),
        Value::from(row.expires_at),
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The attempt, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: ConnectId,
) -> Result<Option<ConnectRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// The attempt that waits for this state. The state itself names the workspace, so this looks across them.
///
/// # Errors
/// [`StoreError`].
pub async fn by_state<'e>(
    ex: impl Executor<'e> + 'e,
    state_hash: &[u8],
) -> Result<Option<ConnectRow>, StoreError> {
    ex.fetch_optional(BY_STATE, args![state_hash]).await?.map(|r| read(&r)).transpose()
}

/// Uses the state up. Tells whether this caller did, so that a replayed callback finds nothing.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn use_state(tx: &mut Tx<'_>, row: &ConnectRow) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_STATE, args![row.workspace, row.id, row.state_hash.clone()]).await? == 1)
}

/// Saves how the attempt ended and forgets what it had to remember.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn finish(tx: &mut Tx<'_>, row: &ConnectRow) -> Result<(), StoreError> {
    let mut values = args![row.workspace, row.id, &row.status, row.grant];
    values.push(json(&row.accounts));
    values.push(row.error.as_ref().map_or(Value::Text(None), json));
    tx.execute(FINISH, values).await.map(drop)
}

/// Ends the attempt whose login had several accounts, with the chosen ones.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn chosen(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    grant: GrantId,
    accounts: &[AccountId],
) -> Result<(), StoreError> {
    tx.execute(CHOSEN, args![workspace, grant, json(accounts)]).await.map(drop)
}

/// The sealed app credentials at a server.
///
/// # Errors
/// [`StoreError`].
pub async fn find_app<'e>(
    ex: impl Executor<'e> + 'e,
    platform: &str,
    server: &str,
    redirect_uri: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = ex.fetch_optional(FIND_APP, args![platform, server, redirect_uri]).await?;
    row.map(|r| r.get("credentials")).transpose()
}

/// Keeps the sealed app credentials at a server, replacing older ones.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put_app(
    tx: &mut Tx<'_>,
    platform: &str,
    server: &str,
    redirect_uri: &str,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(PUT_APP, args![platform, server, redirect_uri, sealed, now]).await.map(drop)
}

/// Ends attempts that nobody came back to in time, and forgets what they remembered. Their states stay known, so that who comes
/// back late hears that it was too late. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(FORGET_EXPIRED, args![now]).await
}
