//! Logins at networks with their sealed credentials.

use carillon_domain::account::AccountIdentity;
use carillon_domain::id::{AccountId, GrantId, WorkspaceId};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::sealed::SealedColumn;
use crate::seal::Place;
use crate::{Executor, Row, StoreError, Tx, Value, args, statements};

/// A login as stored.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: GrantId,
    /// Platform.
    pub platform: String,
    /// Base URL of the server, for networks of many servers.
    pub server: Option<String>,
    /// Who signed in by which app, as the network says whose consent ended.
    pub person: Option<String>,
    /// Sealed; `None` once erased.
    pub credential: Option<Vec<u8>>,
    /// Scopes that were granted.
    pub scopes: Vec<String>,
    /// The identities under this login.
    pub targets: Vec<AccountIdentity>,
    /// When the access token runs out.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token runs out.
    pub refresh_expires_at: Option<Timestamp>,
    /// `live`, `revoked` or `erased`.
    pub status: String,
    /// Fence of refreshes.
    pub refresh_epoch: i64,
    /// Somebody refreshes until then.
    pub refresh_until: Option<Timestamp>,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

/// The columns by name: what a later version adds must not change the answers that open connections expect.
macro_rules! columns {
    () => {
        "workspace_id, id, platform, server, person, credential, scopes, targets, expires_at, refresh_expires_at, status, \
         refresh_epoch, refresh_until, created_at, updated_at"
    };
}

statements! {
    INSERT = "grants.insert": "insert into grants (workspace_id, id, platform, server, credential, scopes, expires_at, \
        refresh_expires_at, status, refresh_epoch, refresh_until, created_at, updated_at, targets, person) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    FIND = "grants.find": concat!("select ", columns!(), " from grants where workspace_id = $1 and id = $2");
    FIND_ALL = "grants.find_all": concat!("/*postgres: select ", columns!(), " from grants where (workspace_id, id) in \
        (select v.a, v.b from unnest($1::uuid[], $2::uuid[]) as v(a, b))*/");
    LOCK_REFRESH = "grants.lock_refresh": "update grants set refresh_epoch = refresh_epoch + 1, refresh_until = $3 \
        where workspace_id = $1 and id = $2 and status = 'live' and (refresh_until is null or refresh_until < $4) \
        returning refresh_epoch";
    REFRESHED = "grants.refreshed": "update grants set credential = $4, scopes = $5, expires_at = $6, \
        refresh_expires_at = $7, refresh_until = null, updated_at = $8 \
        where workspace_id = $1 and id = $2 and refresh_epoch = $3 and status = 'live'";
    UNLOCK_REFRESH = "grants.unlock_refresh": "update grants set refresh_until = null \
        where workspace_id = $1 and id = $2 and refresh_epoch = $3";
    OF_PERSON = "grants.of_person": concat!("select ", columns!(), " from grants where person = $1 \
        order by workspace_id, id");
    KNOW_PERSON = "grants.know_person": "update grants set person = $3 where workspace_id = $1 and id = $2 and person is null";
    FORGET = "grants.forget": "update grants set status = 'erased', credential = null, person = null, targets = '[]', \
        refresh_until = null, updated_at = $3 where workspace_id = $1 and id = $2";
    REVOKE = "grants.revoke": "update grants set status = 'revoked', refresh_until = null, updated_at = $4 \
        where workspace_id = $1 and id = $2 and refresh_epoch = $3 and status = 'live'";
    WITHDRAW = "grants.withdraw": "update grants set status = 'revoked', refresh_until = null, updated_at = $3 \
        where workspace_id = $1 and id = $2 and status = 'live'";
    ERASE = "grants.erase": "update grants set status = 'erased', credential = null, refresh_until = null, updated_at = $3 \
        where workspace_id = $1 and id = $2";
    EXPIRING = "grants.expiring": "select workspace_id, id from grants where status = 'live' and updated_at < $3 \
        and (refresh_expires_at < $1 or (refresh_expires_at is null and expires_at < $1 and expires_at - updated_at > $2)) \
        order by expires_at limit $4";
    ENDING = "grants.ending": "select a.workspace_id, a.id from accounts a join grants g on g.workspace_id = a.workspace_id \
        and g.id = a.grant_id where a.status = 'connected' and g.status = 'live' and (a.workspace_id, a.id) > ($1, $2) \
        and (g.refresh_expires_at < $3 or (g.refresh_expires_at is null and g.expires_at < $3)) \
        order by a.workspace_id, a.id limit $4";
    ERASE_UNUSED = "grants.erase_unused": "update grants set status = 'erased', credential = null, updated_at = $2 \
        where status <> 'erased' and created_at < $1 and not exists (select 1 from accounts a \
        where a.workspace_id = grants.workspace_id and a.grant_id = grants.id)";
    STALE_SEALS = "grants.stale_seals": "select workspace_id, id, credential as sealed from grants \
        where credential is not null and substr(credential, 1, 17) <> $1 limit $2";
    RESEAL = "grants.reseal": "update grants set credential = $2 \
        where credential = $1 and workspace_id = $3 and id = $4";
}

/// The sealed credential.
pub(crate) const CREDENTIAL: SealedColumn = SealedColumn {
    name: "grants.credential",
    stale: STALE_SEALS,
    replace: RESEAL,
    keys: |r| Ok(args![r.get::<WorkspaceId>("workspace_id")?, r.get::<GrantId>("id")?]),
    place: |r| Ok(place(r.get("id")?)),
};

/// Where a login's credential is sealed for.
pub fn place(id: GrantId) -> Place {
    Place::new("grants", "credential", id)
}

fn read(row: &Row) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        platform: row.get("platform")?,
        server: row.get("server")?,
        person: row.get("person")?,
        credential: row.get("credential")?,
        scopes: row.json("scopes")?,
        targets: row.json("targets")?,
        expires_at: row.get("expires_at")?,
        refresh_expires_at: row.get("refresh_expires_at")?,
        status: row.get("status")?,
        refresh_epoch: row.get("refresh_epoch")?,
        refresh_until: row.get("refresh_until")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).ok())
}

/// Adds a login.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &GrantRow) -> Result<(), StoreError> {
    let values = vec![
        Value::from(row.workspace),
        Value::from(row.id),
        Value::from(&row.platform),
        Value::from(row.server.as_deref()),
        Value::from(row.credential.clone()),
        json(&row.scopes),
        Value::from(row.expires_at),
        Value::from(row.refresh_expires_at),
        Value::from(&row.status),
        Value::from(row.refresh_epoch),
        Value::from(row.refresh_until),
        Value::from(row.created_at),
        Value::from(row.updated_at),
        json(&row.targets),
        Value::from(row.person.as_deref()),
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The login, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: GrantId,
) -> Result<Option<GrantRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// Those of these logins that are there, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn find_all(tx: &mut Tx<'_>, keys: &[(WorkspaceId, GrantId)]) -> Result<Vec<GrantRow>, StoreError> {
    let keys = keys.iter().map(|(workspace, id)| args![*workspace, *id]).collect();
    tx.fetch_each(FIND, FIND_ALL, keys).await?.iter().map(read).collect()
}

/// Takes the right to refresh, until `until`; `None` when somebody else has it or the login is not live.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_refresh(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let row = tx.fetch_optional(LOCK_REFRESH, args![workspace, id, until, now]).await?;
    row.map(|r| r.get("refresh_epoch")).transpose()
}

/// What a refresh brought.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// Sealed.
    pub credential: Vec<u8>,
    /// Scopes.
    pub scopes: Vec<String>,
    /// When the access token runs out.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token runs out.
    pub refresh_expires_at: Option<Timestamp>,
}

/// Saves a refreshed credential under its fence. Tells whether the fence held.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn refreshed(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    epoch: i64,
    new: &Refreshed,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut values = args![workspace, id, epoch, new.credential.clone()];
    values.push(json(&new.scopes));
    values.append(&mut args![new.expires_at, new.refresh_expires_at, now]);
    Ok(tx.execute(REFRESHED, values).await? == 1)
}

/// Gives the right to refresh back without a new credential.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn unlock_refresh(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    epoch: i64,
) -> Result<(), StoreError> {
    tx.execute(UNLOCK_REFRESH, args![workspace, id, epoch]).await.map(drop)
}

/// The network no longer honours the login, as whoever had the right to refresh found. Tells whether they still had it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn revoke(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    epoch: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE, args![workspace, id, epoch, now]).await? == 1)
}

/// The network says that the login ended, also while somebody refreshes it: what that brings is not kept. Tells whether it was live.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn withdraw(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(WITHDRAW, args![workspace, id, now]).await? == 1)
}

/// The logins of a person by one app, at all networks that it serves. Crosses workspaces: the network knows none.
///
/// # Errors
/// [`StoreError`].
pub async fn of_person<'e>(ex: impl Executor<'e> + 'e, person: &str) -> Result<Vec<GrantRow>, StoreError> {
    ex.fetch_all(OF_PERSON, args![person]).await?.iter().map(read).collect()
}

/// Notes who signed in, where nobody knew.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn know_person(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    person: &str,
) -> Result<(), StoreError> {
    tx.execute(KNOW_PERSON, args![workspace, id, person]).await.map(drop)
}

/// Forgets the tokens, who signed in, and what could be chosen then.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(FORGET, args![workspace, id, now]).await.map(drop)
}

/// Forgets the tokens.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: GrantId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, id, now]).await.map(drop)
}

/// Which logins run out for good.
#[derive(Debug, Clone, Copy)]
pub struct Expiring {
    /// Before then the refresh token runs out, or the access token where that is all there is.
    pub until: Timestamp,
    /// An access token without an expiring refresh token counts only if it lasts longer than this.
    pub longer_than: SignedDuration,
    /// And none that was refreshed since then.
    pub not_since: Timestamp,
}

/// Live logins that run out for good. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn expiring<'e>(
    ex: impl Executor<'e> + 'e,
    which: Expiring,
    limit: i64,
) -> Result<Vec<(WorkspaceId, GrantId)>, StoreError> {
    let longer_than = i64::try_from(which.longer_than.as_micros()).unwrap_or(i64::MAX);
    let rows = ex.fetch_all(EXPIRING, args![which.until, longer_than, which.not_since, limit]).await?;
    rows.iter().map(|r| Ok((r.get("workspace_id")?, r.get("id")?))).collect()
}

/// Connected accounts after this one whose login may end before then; what is renewed all the time is among them. Crosses workspaces;
/// ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn ending<'e>(
    ex: impl Executor<'e> + 'e,
    after: (WorkspaceId, AccountId),
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let rows = ex.fetch_all(ENDING, args![after.0, after.1, before, limit]).await?;
    rows.iter().map(|r| Ok((r.get("workspace_id")?, r.get("id")?))).collect()
}

/// Forgets the tokens of logins from before then under which nobody chose an account. Crosses workspaces; returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase_unused(tx: &mut Tx<'_>, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(ERASE_UNUSED, args![before, now]).await
}
