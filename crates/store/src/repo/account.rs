//! Connected accounts.

use std::collections::BTreeMap;

use carillon_domain::account::{AccountIdentity, AccountStatus, CapMode, NetworkState};
use carillon_domain::id::{AccountId, GrantId, WorkspaceId};
use carillon_domain::metric::Observation;
use carillon_domain::sync::Covered;
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, Value, args, statements};

/// An account as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id; the same after a reconnection.
    pub id: AccountId,
    /// The login that it hangs under.
    pub grant: GrantId,
    /// Platform.
    pub platform: String,
    /// Base URL of its server, for networks of many servers.
    pub server: Option<String>,
    /// The network's id.
    pub remote_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Avatar at the network.
    pub avatar_url: Option<String>,
    /// What the connector keeps.
    pub meta: serde_json::Value,
    /// Whether calls may be made.
    pub status: AccountStatus,
    /// Why it needs a person, in plain words.
    pub status_cause: Option<String>,
    /// The user's own daily cap; `None`: the default.
    pub daily_cap: Option<u32>,
    /// What happens at the cap.
    pub cap_mode: CapMode,
    /// What the network did with it. Kept by [`note_network_state`] alone.
    pub network_state: Option<NetworkState>,
    /// Its totals as last read.
    pub profile: Option<Observation>,
    /// When they were last read.
    pub synced_at: Option<Timestamp>,
    /// Why the last reading failed.
    pub sync_error: Option<String>,
    /// Operations that the network takes no more of for now, and until when. Also past times; kept by [`note_used_up`] alone.
    pub used_up: BTreeMap<String, Timestamp>,
    /// How far back it was read, and when. Kept by [`look::note_covered`](super::look::note_covered) alone.
    pub covered: Covered,
    /// Grows with every change by a person.
    pub version: i64,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

impl AccountRow {
    /// An account that was connected just now, with nothing known of it but who it is.
    pub fn connected(
        (workspace, id, grant): (WorkspaceId, AccountId, GrantId),
        platform: &str,
        identity: AccountIdentity,
        now: Timestamp,
    ) -> Self {
        Self {
            workspace,
            id,
            grant,
            platform: platform.to_owned(),
            server: identity.server,
            remote_id: identity.remote_id,
            handle: identity.handle,
            name: identity.name,
            avatar_url: identity.avatar_url,
            meta: identity.meta,
            status: AccountStatus::Connected,
            status_cause: None,
            daily_cap: None,
            cap_mode: CapMode::Warn,
            network_state: None,
            profile: None,
            synced_at: None,
            sync_error: None,
            used_up: BTreeMap::new(),
            covered: Covered::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The account as connectors see it.
    pub fn identity(&self) -> AccountIdentity {
        AccountIdentity {
            remote_id: self.remote_id.clone(),
            handle: self.handle.clone(),
            name: self.name.clone(),
            avatar_url: self.avatar_url.clone(),
            server: self.server.clone(),
            meta: self.meta.clone(),
        }
    }
}

/// The columns by name: what a later version adds must not change the answers that open connections expect.
macro_rules! columns {
    () => {
        "workspace_id, id, grant_id, platform, server, remote_id, handle, name, avatar_url, meta, status, \
         status_cause, daily_cap, cap_mode, profile, synced_at, sync_error, used_up, covered, network_state, version, created_at, updated_at"
    };
}

statements! {
    LOCK = "accounts.lock": "select id from accounts where workspace_id = $1 and id = $2 /*postgres: for update */";
    INSERT = "accounts.insert": "insert into accounts (workspace_id, id, platform, server, remote_id, created_at, grant_id, \
        handle, name, avatar_url, meta, status, status_cause, daily_cap, cap_mode, profile, synced_at, sync_error, version, \
        updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    UPDATE = "accounts.update": "update accounts set grant_id = $3, handle = $4, name = $5, avatar_url = $6, meta = $7, \
        status = $8, status_cause = $9, daily_cap = $10, cap_mode = $11, profile = $12, synced_at = $13, sync_error = $14, \
        version = $15, updated_at = $16 where workspace_id = $1 and id = $2";
    FIND = "accounts.find": concat!("select ", columns!(), " from accounts where workspace_id = $1 and id = $2");
    FIND_ALL = "accounts.find_all": concat!("/*postgres: select ", columns!(), " from accounts where (workspace_id, id) in \
        (select v.a, v.b from unnest($1::uuid[], $2::uuid[]) as v(a, b))*/");
    BY_IDENTITY = "accounts.by_identity": concat!("select ", columns!(), " from accounts where workspace_id = $1 and platform = $2 and server = $3 \
        and remote_id = $4");
    BY_REMOTE = "accounts.by_remote": "select workspace_id, id from accounts where platform = $1 and remote_id = $2 \
        and status <> 'disconnected' order by workspace_id, id";
    LIST = "accounts.list": concat!("select ", columns!(), " from accounts where workspace_id = $1 order by platform, handle, id");
    OF_GRANT = "accounts.of_grant": concat!("select ", columns!(), " from accounts where workspace_id = $1 and grant_id = $2 order by id");
    READ = "accounts.read": "update accounts set handle = $4, name = $5, avatar_url = $6, meta = $7, profile = $8, \
        synced_at = $9, updated_at = $9 where workspace_id = $1 and id = $2 and grant_id = $3";
    SYNCED = "accounts.synced": "update accounts set sync_error = $3 where workspace_id = $1 and id = $2 \
        and status = 'connected'";
    USED_UP = "accounts.used_up": "select used_up from accounts where workspace_id = $1 and id = $2 /*postgres: for update */";
    NOTE_USED_UP = "accounts.note_used_up": "update accounts set used_up = $3 where workspace_id = $1 and id = $2";
    NOTE_NETWORK_STATE = "accounts.note_network_state": "update accounts set network_state = $3 where workspace_id = $1 and id = $2";
    DELETE = "accounts.delete": "delete from accounts where workspace_id = $1 and id = $2";
}

fn read(row: &Row) -> Result<AccountRow, StoreError> {
    let server: String = row.get("server")?;
    let daily_cap: Option<i64> = row.get("daily_cap")?;
    let network_state: Option<String> = row.get("network_state")?;
    Ok(AccountRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        grant: row.get("grant_id")?,
        platform: row.get("platform")?,
        server: Some(server).filter(|s| !s.is_empty()),
        remote_id: row.get("remote_id")?,
        handle: row.get("handle")?,
        name: row.get("name")?,
        avatar_url: row.get("avatar_url")?,
        meta: row.json("meta")?,
        status: row.named("status", AccountStatus::parse)?,
        status_cause: row.get("status_cause")?,
        daily_cap: daily_cap.and_then(|c| u32::try_from(c).ok()),
        cap_mode: row.named("cap_mode", CapMode::parse)?,
        network_state: network_state.as_deref().and_then(NetworkState::parse),
        profile: row.json_opt("profile")?,
        synced_at: row.get("synced_at")?,
        sync_error: row.get("sync_error")?,
        used_up: row.json_opt("used_up")?.unwrap_or_default(),
        covered: row.json_opt("covered")?.unwrap_or_default(),
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn json(seen: &Observation) -> Option<String> {
    serde_json::to_string(seen).ok()
}

fn mutable(row: &AccountRow) -> Vec<Value> {
    args![
        row.grant,
        &row.handle,
        &row.name,
        row.avatar_url.as_deref(),
        &row.meta,
        row.status.as_str(),
        row.status_cause.as_deref(),
        row.daily_cap,
        row.cap_mode.as_str(),
        row.profile.as_ref().and_then(json),
        row.synced_at,
        row.sync_error.as_deref(),
        row.version,
        row.updated_at
    ]
}

/// Adds an account.
///
/// # Errors
/// A unique violation when the identity is connected in this workspace already.
pub async fn insert(tx: &mut Tx<'_>, row: &AccountRow) -> Result<(), StoreError> {
    let server = row.server.as_deref().unwrap_or_default();
    let mut values = args![row.workspace, row.id, &row.platform, server, &row.remote_id, row.created_at];
    values.append(&mut mutable(row));
    tx.execute(INSERT, values).await.map(drop)
}

/// Saves everything that may change.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &AccountRow) -> Result<(), StoreError> {
    let mut values = args![row.workspace, row.id];
    values.append(&mut mutable(row));
    tx.execute(UPDATE, values).await.map(drop)
}

/// The account, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: AccountId,
) -> Result<Option<AccountRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// Those of these accounts that are there, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn find_all(
    tx: &mut Tx<'_>,
    keys: &[(WorkspaceId, AccountId)],
) -> Result<Vec<AccountRow>, StoreError> {
    let keys = keys.iter().map(|(workspace, id)| args![*workspace, *id]).collect();
    tx.fetch_each(FIND, FIND_ALL, keys).await?.iter().map(read).collect()
}

/// The account of this identity, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn by_identity<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    platform: &str,
    server: Option<&str>,
    remote_id: &str,
) -> Result<Option<AccountRow>, StoreError> {
    let values = args![workspace, platform, server.unwrap_or_default(), remote_id];
    ex.fetch_optional(BY_IDENTITY, values).await?.map(|r| read(&r)).transpose()
}

/// All accounts of the workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn list<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
) -> Result<Vec<AccountRow>, StoreError> {
    ex.fetch_all(LIST, args![workspace]).await?.iter().map(read).collect()
}

/// All accounts under one login.
///
/// # Errors
/// [`StoreError`].
pub async fn of_grant<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    grant: GrantId,
) -> Result<Vec<AccountRow>, StoreError> {
    ex.fetch_all(OF_GRANT, args![workspace, grant]).await?.iter().map(read).collect()
}

/// Keeps that the network takes no more of `operation` until then, and forgets what is over.
///
/// # Errors
/// [`StoreError`].
pub async fn note_used_up(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: AccountId,
    operation: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(row) = tx.fetch_optional(USED_UP, args![workspace, id]).await? else { return Ok(()) };
    let mut used_up: BTreeMap<String, Timestamp> = row.json_opt("used_up")?.unwrap_or_default();
    used_up.retain(|_, until| *until > now);
    let kept = used_up.entry(operation.to_owned()).or_insert(until);
    *kept = until.max(*kept);
    let text = serde_json::to_string(&used_up).ok();
    tx.execute(NOTE_USED_UP, args![workspace, id, text]).await.map(drop)
}

/// Keeps what the network says about an account, unless it was connected anew meanwhile. Touches nothing that people change.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn keep_profile(
    tx: &mut Tx<'_>,
    row: &AccountRow,
    now_is: &AccountIdentity,
    seen: &Observation,
) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.grant,
        &now_is.handle,
        &now_is.name,
        now_is.avatar_url.as_deref(),
        &now_is.meta,
        json(seen),
        seen.as_of
    ];
    tx.execute(READ, values).await.map(drop)
}

/// Keeps how reading a connected account ended: `None` is well.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn synced(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: AccountId,
    error: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(SYNCED, args![workspace, id, error]).await.map(drop)
}

/// Keeps what the network did with an account; `None`: nothing that we know of.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn note_network_state(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: AccountId,
    state: Option<NetworkState>,
) -> Result<(), StoreError> {
    tx.execute(NOTE_NETWORK_STATE, args![workspace, id, state.map(NetworkState::as_str)]).await.map(drop)
}

/// Removes an account for good; its history is removed by whoever owns that.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: AccountId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![workspace, id]).await.map(drop)
}

/// Until the transaction ends nobody else locks this account: what is counted of it stays true.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn lock(tx: &mut Tx<'_>, workspace: WorkspaceId, id: AccountId) -> Result<(), StoreError> {
    (&mut *tx).fetch_optional(LOCK, args![workspace, id]).await.map(drop)
}

/// The accounts that a network knows by this id, as far as they are connected. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn by_remote<'e>(
    ex: impl Executor<'e> + 'e,
    platform: &str,
    remote_id: &str,
) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let rows = ex.fetch_all(BY_REMOTE, args![platform, remote_id]).await?;
    rows.iter().map(|row| Ok((row.get("workspace_id")?, row.get("id")?))).collect()
}
