//! Sync runs: what is being fetched, and the log of what was.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AccountId, SyncRunId, TokenId, UserId, WorkspaceId};
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A run as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncRunRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: SyncRunId,
    /// The account.
    pub account: AccountId,
    /// The account's platform.
    pub platform: String,
    /// What is fetched.
    pub kind: SyncKind,
    /// Why.
    pub reason: SyncReason,
    /// The person who asked.
    pub user: Option<UserId>,
    /// The token that asked.
    pub token: Option<TokenId>,
    /// State.
    pub state: SyncState,
    /// Created.
    pub created_at: Timestamp,
    /// When its first call was about to be made.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// When a waiting run is tried.
    pub next_at: Option<Timestamp>,
    /// Tries that ended in a passing error.
    pub tries: u32,
    /// Posts that were read.
    pub items: u32,
    /// Calls to the network.
    pub calls: u32,
    /// The last thing that went wrong.
    pub error: Option<ConnectorError>,
    /// The network asked to wait until then.
    pub limited_until: Option<Timestamp>,
    /// How far it got, opaque here. Never secrets.
    pub progress: serde_json::Value,
    /// The run that stopped where this one goes on.
    pub continues: Option<SyncRunId>,
}

/// The columns by name: what a later version adds must not change the answers that open connections expect.
macro_rules! columns {
    () => {
        "workspace_id, id, account_id, platform, kind, reason, user_id, token_id, state, created_at, started_at, \
         ended_at, next_at, tries, items, calls, error_kind, error_code, error, limited_until, progress, \
         continues_id"
    };
}

/// Accounts without an open run whose last one began before a time.
macro_rules! stale {
    () => {
        "select a.id from accounts a where a.workspace_id = $1 and a.status = 'connected' \
         and (cast($2 as uuid) is null or a.id = $2) and replace($3, '|' || a.platform || '|', '') <> $3 \
         and coalesce((select case when r.state in ('queued', 'running') then $5 else coalesce(r.started_at, r.created_at) end \
         from sync_runs r where r.workspace_id = a.workspace_id and r.account_id = a.id order by r.id desc limit 1), 0) <= $4"
    };
}

statements! {
    OPEN = "sync_runs.open": "insert into sync_runs (workspace_id, id, account_id, platform, kind, reason, user_id, token_id, \
        created_at, continues_id, state, started_at, ended_at, next_at, tries, items, calls, error_kind, error_code, error, \
        limited_until, progress) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
        $19, $20, $21, $22) on conflict (workspace_id, account_id) where state in ('queued', 'running') do nothing";
    SAVE = "sync_runs.save": "update sync_runs set state = $3, started_at = $4, ended_at = $5, next_at = $6, tries = $7, \
        items = $8, calls = $9, error_kind = $10, error_code = $11, error = $12, limited_until = $13, progress = $14 \
        where workspace_id = $1 and id = $2";
    FIND = "sync_runs.find": concat!("select ", columns!(), " from sync_runs where workspace_id = $1 and id = $2");
    OPEN_OF = "sync_runs.open_of": concat!("select ", columns!(), " from sync_runs where workspace_id = $1 and account_id = $2 \
        and state in ('queued', 'running')");
    ALL_OPEN = "sync_runs.all_open": concat!("select ", columns!(), " from sync_runs where workspace_id = $1 and state in ('queued', 'running') \
        order by account_id");
    LIST = "sync_runs.list": concat!("select ", columns!(), " from sync_runs where workspace_id = $1 and (cast($2 as uuid) is null or account_id = $2) \
        and (cast($3 as text) is null or state = $3) and (cast($4 as uuid) is null or id < $4) order by id desc limit $5");
    LAST = "sync_runs.last": "select state, created_at, started_at from sync_runs where workspace_id = $1 and account_id = $2 \
        order by id desc limit 1";
    STALE = "sync_runs.stale": concat!(stale!(), " order by coalesce(a.synced_at, 0) limit $6");
    LOCK_STALE = "sync_runs.lock_stale": concat!(stale!(), " order by coalesce(a.synced_at, 0) limit $6 /*postgres: for update of a skip locked */");
    STRAY = "sync_runs.stray": "select r.workspace_id, r.id, r.account_id, r.platform, r.next_at from sync_runs r where r.state in ('queued', 'running') \
        and not exists (select 1 from jobs j where j.subject_id = r.id) order by r.created_at limit $1";
    ERASE = "sync_runs.erase": "delete from sync_runs where workspace_id = $1 and account_id = $2";
}

fn read(row: &Row) -> Result<SyncRunRow, StoreError> {
    Ok(SyncRunRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        account: row.get("account_id")?,
        platform: row.get("platform")?,
        kind: row.named("kind", SyncKind::parse)?,
        reason: row.named("reason", SyncReason::parse)?,
        user: row.get("user_id")?,
        token: row.get("token_id")?,
        state: row.named("state", SyncState::parse)?,
        created_at: row.get("created_at")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        next_at: row.get("next_at")?,
        tries: row.get("tries")?,
        items: row.get("items")?,
        calls: row.get("calls")?,
        error: row.json_opt("error")?,
        limited_until: row.get("limited_until")?,
        progress: row.json("progress")?,
        continues: row.get("continues_id")?,
    })
}

/// The columns that change, in the order of `SAVE` from `$3`.
fn mutable(row: &SyncRunRow) -> Vec<Value> {
    let error = row.error.as_ref();
    vec![
        Value::from(row.state.as_str()),
        Value::from(row.started_at),
        Value::from(row.ended_at),
        Value::from(row.next_at),
        Value::from(row.tries),
        Value::from(row.items),
        Value::from(row.calls),
        Value::from(error.map(|e| e.kind.code())),
        Value::from(error.map(|e| e.code.as_str())),
        Value::Text(error.and_then(|e| serde_json::to_string(e).ok())),
        Value::from(row.limited_until),
        Value::from(&row.progress),
    ]
}

/// Adds a run, unless another one of the account is open. Tells whether it did.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn open(tx: &mut Tx<'_>, row: &SyncRunRow) -> Result<bool, StoreError> {
    let mut values = args![
        row.workspace,
        row.id,
        row.account,
        &row.platform,
        row.kind.as_str(),
        row.reason.as_str(),
        row.user,
        row.token,
        row.created_at,
        row.continues
    ];
    values.append(&mut mutable(row));
    Ok(tx.execute(OPEN, values).await? == 1)
}

/// Saves how a run stands.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn save(tx: &mut Tx<'_>, row: &SyncRunRow) -> Result<(), StoreError> {
    let mut values = args![row.workspace, row.id];
    values.append(&mut mutable(row));
    tx.execute(SAVE, values).await.map(drop)
}

/// The run, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: SyncRunId,
) -> Result<Option<SyncRunRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// The open run of an account, if there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn open_of<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Option<SyncRunRow>, StoreError> {
    ex.fetch_optional(OPEN_OF, args![workspace, account]).await?.map(|r| read(&r)).transpose()
}

/// All open runs of the workspace, by account: each has at most one.
///
/// # Errors
/// [`StoreError`].
pub async fn all_open(db: &Db, workspace: WorkspaceId) -> Result<Vec<SyncRunRow>, StoreError> {
    db.fetch_all(ALL_OPEN, args![workspace]).await?.iter().map(read).collect()
}

/// How the newest run of an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// State.
    pub state: SyncState,
    /// When it began, or was to begin.
    pub began: Timestamp,
}

/// The newest run of an account.
///
/// # Errors
/// [`StoreError`].
pub async fn last_of<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Option<Last>, StoreError> {
    let Some(row) = ex.fetch_optional(LAST, args![workspace, account]).await? else { return Ok(None) };
    let began = match row.get("started_at")? {
        Some(began) => began,
        None => row.get("created_at")?,
    };
    Ok(Some(Last { state: row.named("state", SyncState::parse)?, began }))
}

/// Which accounts are to be read because their numbers are old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Only this account.
    pub only: Option<AccountId>,
    /// On one of these networks.
    pub platforms: Vec<String>,
    /// Whose last run began then or before.
    pub since: Timestamp,
    /// At most so many.
    pub limit: i64,
}

impl Stale {
    fn values(&self) -> Vec<Value> {
        // Between bars, so that no name is part of another.
        let platforms = format!("|{}|", self.platforms.join("||"));
        args![self.workspace, self.only, platforms, self.since, Timestamp::MAX, self.limit]
    }
}

/// Connected accounts without an open run whose last one began long ago; those that were read longest ago first.
///
/// # Errors
/// [`StoreError`].
pub async fn stale(db: &Db, wanted: &Stale) -> Result<Vec<AccountId>, StoreError> {
    db.fetch_all(STALE, wanted.values()).await?.iter().map(|row| row.get("id")).collect()
}

/// The same, locked until the transaction ends. Those that another transaction has locked are left out.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_stale(tx: &mut Tx<'_>, wanted: &Stale) -> Result<Vec<AccountId>, StoreError> {
    tx.fetch_all(LOCK_STALE, wanted.values()).await?.iter().map(|row| row.get("id")).collect()
}

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only in this state.
    pub state: Option<SyncState>,
    /// Older than this one.
    pub after: Option<SyncRunId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of runs, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &Db, workspace: WorkspaceId, query: &ListQuery) -> Result<Vec<SyncRunRow>, StoreError> {
    let state = query.state.map(SyncState::as_str);
    let values = args![workspace, query.account, state, query.after, query.limit];
    db.fetch_all(LIST, values).await?.iter().map(read).collect()
}

/// An open run that has no job. Crosses workspaces; returns no content.
#[derive(Debug, Clone)]
pub struct Stray {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Run.
    pub id: SyncRunId,
    /// Account.
    pub account: AccountId,
    /// Platform.
    pub platform: String,
    /// When it is to be tried, if not now.
    pub next_at: Option<Timestamp>,
}

/// Open runs without a job.
///
/// # Errors
/// [`StoreError`].
pub async fn without_job(db: &Db, limit: i64) -> Result<Vec<Stray>, StoreError> {
    let rows = db.fetch_all(STRAY, args![limit]).await?;
    rows.iter()
        .map(|r| {
            Ok(Stray {
                workspace: r.get("workspace_id")?,
                id: r.get("id")?,
                account: r.get("account_id")?,
                platform: r.get("platform")?,
                next_at: r.get("next_at")?,
            })
        })
        .collect()
}

/// Forgets the runs of an account.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}
