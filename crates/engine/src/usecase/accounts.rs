//! Connected accounts: looking at them, changing their caps, letting go of them.

use carillon_connectors::contract::cx::Credential;
use carillon_domain::account::{AccountStatus, CapMode, NetworkState};
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, GrantId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Permission;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::account_name::{self, Renamed};
use carillon_store::repo::publication::PublicationRow;
use carillon_store::repo::{grant, history, job, notice, owner, remote_post, slot, snapshot, sync_run};
use carillon_store::{StoreError, Tx};

use super::names::handle;
use super::sending::is_being_sent;
use super::{credentials, notices};
use crate::jobs::sync;
use crate::publish;
use crate::{Actor, Engine};

/// How long a network may take to hear that an account is let go of.
const REVOKE_WITHIN: std::time::Duration = std::time::Duration::from_secs(8);

/// Most earlier names that are listed.
const NAMES: i64 = 10;

/// Largest daily cap that can be set.
pub const MAX_DAILY_CAP: u32 = 1_000;

/// All accounts of the workspace, on networks that are on.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<AccountRow>, AppError> {
    actor.require(Permission::Read)?;
    let mut rows = account::list(&engine.db, actor.workspace).await?;
    rows.retain(|row| engine.networks.is_enabled(&row.platform));
    Ok(rows)
}

/// One account.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces and of networks that are off.
pub async fn get(engine: &Engine, actor: &Actor, id: AccountId) -> Result<AccountRow, AppError> {
    actor.require(Permission::Read)?;
    let row = account::find(&engine.db, actor.workspace, id).await?;
    row.filter(|row| engine.networks.is_enabled(&row.platform)).ok_or(AppError::NotFound { what: "account" })
}

/// What an account was called before, latest first.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces.
pub async fn names(engine: &Engine, actor: &Actor, id: AccountId) -> Result<Vec<Renamed>, AppError> {
    let row = get(engine, actor, id).await?;
    Ok(account_name::of(&engine.db, row.workspace, row.id, NAMES).await?)
}

/// Refuses to read an account that has no login.
pub(super) fn require_connected(row: &AccountRow) -> Result<(), AppError> {
    if row.status == AccountStatus::Connected {
        return Ok(());
    }
    Err(AppError::Conflict {
        code: "not_connected",
        message: format!(
            "{} is not connected. Connect it again, then its numbers can be read.",
            handle(&row.handle)
        ),
    })
}

/// Whether posts of this account can be deleted at the network: some networks let only one of their logins do that.
pub fn can_delete(engine: &Engine, row: &AccountRow) -> bool {
    let connector = engine.networks.connector(&row.platform).filter(|c| c.capabilities().delete);
    connector.and_then(|c| c.publisher()).is_some_and(|p| p.can_delete(&row.identity()))
}

/// Whether the text of this account's public posts can be changed at the network.
pub fn can_edit(engine: &Engine, row: &AccountRow) -> bool {
    engine.networks.connector(&row.platform).is_some_and(|c| c.capabilities().edit)
}

/// Whether this account may give an option this value, as its network last said.
pub fn offers(engine: &Engine, row: &AccountRow, option: &str, value: &str) -> bool {
    let publisher = engine.networks.connector(&row.platform).and_then(|c| c.publisher());
    publisher.is_none_or(|p| p.offers(&row.identity(), option, value))
}

/// Longest video of this account, milliseconds, where its network gave it a limit of its own.
pub fn longest_video_ms(engine: &Engine, row: &AccountRow) -> Option<u64> {
    engine.networks.connector(&row.platform)?.publisher()?.longest_video_ms(&row.identity())
}

/// What a person may change.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// The version that the caller saw.
    pub if_match: Option<i64>,
    /// Most publications per day; `Some(None)` goes back to the default.
    pub daily_cap: Option<Option<u32>>,
    /// What happens at the cap.
    pub cap_mode: Option<CapMode>,
}

/// Changes an account's caps.
///
/// # Errors
/// [`AppError::Invalid`] for a cap out of range, [`AppError::Stale`] for an old version.
pub async fn update(
    engine: &Engine,
    actor: &Actor,
    id: AccountId,
    patch: AccountPatch,
) -> Result<AccountRow, AppError> {
    actor.require(Permission::ManageAccounts)?;
    if let Some(Some(cap)) = patch.daily_cap
        && !(1..=MAX_DAILY_CAP).contains(&cap)
    {
        let message = format!("A daily cap lies between 1 and {MAX_DAILY_CAP}.");
        let error = carillon_domain::error::FieldError::new("caps.daily", "out_of_range", message);
        return Err(AppError::Invalid(vec![error.with_limit(MAX_DAILY_CAP, cap)]));
    }
    let (workspace, now) = (actor.workspace, engine.clock.now());
    let row = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = account::find(&mut *tx, workspace, id).await?;
                let mut row = row.ok_or(AppError::NotFound { what: "account" })?;
                if patch.if_match.is_some_and(|v| v != row.version) {
                    return Err(AppError::Stale);
                }
                row.daily_cap = patch.daily_cap.unwrap_or(row.daily_cap);
                row.cap_mode = patch.cap_mode.unwrap_or(row.cap_mode);
                row.version += 1;
                row.updated_at = now;
                account::update(tx, &row).await?;
                Ok::<_, AppError>(row)
            })
        })
        .await?;
    engine.events.account_changed(workspace, id);
    Ok(row)
}

/// Lets go of an account: erases the tokens once no other account needs them, then revokes at the network (best effort), and
/// keeps history unless `erase`: publications, attempts and readings go then, posts stay and remember how
/// they ended.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Stale`]; [`AppError::Conflict`] for erasing while something is being sent.
pub async fn disconnect(
    engine: &Engine,
    actor: &Actor,
    id: AccountId,
    if_match: Option<i64>,
    erase: bool,
) -> Result<AccountRow, AppError> {
    actor.require(Permission::ManageAccounts)?;
    let row = get(engine, actor, id).await?;
    if if_match.is_some_and(|v| v != row.version) {
        return Err(AppError::Stale);
    }
    let_go(engine, row, erase).await
}

/// [`disconnect`] without asking who wants it.
///
/// # Errors
/// [`AppError::Conflict`] for erasing while something is being sent.
pub(super) async fn let_go(engine: &Engine, row: AccountRow, erase: bool) -> Result<AccountRow, AppError> {
    let id = row.id;
    // In hand before it is erased: our copy goes first, whatever the network does with its own.
    let credential = stored_credential(engine, &row).await;
    let (workspace, grant_id, now) = (row.workspace, row.grant, engine.clock.now());
    let (row, last) = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let siblings = account::of_grant(&mut *tx, workspace, grant_id).await?;
                let last = siblings.iter().all(|s| s.id == id || s.status == AccountStatus::Disconnected);
                let mut row = account::find(&mut *tx, workspace, id).await?.unwrap_or(row);
                row.status = AccountStatus::Disconnected;
                row.status_cause = None;
                row.version += 1;
                row.updated_at = now;
                if last {
                    grant::erase(tx, workspace, grant_id, now).await?;
                }
                if erase {
                    erase_publications(tx, workspace, id, (Timestamp::MAX, now)).await?;
                    erase_readings(tx, workspace, id).await?;
                    notice::erase(tx, workspace, id).await?;
                    slot::erase(tx, workspace, id).await?;
                    account::delete(tx, workspace, id).await?;
                } else {
                    account::update(tx, &row).await?;
                    notice::clear_account(tx, (workspace, id), now).await?;
                }
                Ok::<_, AppError>((row, last))
            })
        })
        .await?;
    engine.events.account_changed(workspace, id);
    engine.events.notices_changed(workspace);
    if let Some(credential) = credential.filter(|_| last) {
        let revoking = revoke_remotely(engine, &row, &credential);
        if tokio::time::timeout(REVOKE_WITHIN, revoking).await.is_err() {
            tracing::warn!(account = %id, "the network did not answer the revocation; our copy is erased");
        }
    }
    Ok(row)
}

/// What was read of the account, and what is being read.
async fn erase_readings(tx: &mut Tx<'_>, workspace: WorkspaceId, id: AccountId) -> Result<(), StoreError> {
    if let Some(open) = sync_run::open_of(&mut *tx, workspace, id).await? {
        job::remove(tx, &sync::job_key(open.id)).await?;
    }
    sync_run::erase(tx, workspace, id).await?;
    account_name::erase(tx, workspace, id).await?;
    snapshot::erase(tx, workspace, id).await?;
    owner::erase(tx, workspace, id).await?;
    remote_post::erase(tx, workspace, id).await
}

/// Erases what was read of an account and what was published there until then. The account and its login stay.
///
/// # Errors
/// [`AppError::Conflict`] while something of that is being sent.
pub(super) async fn erase_until(engine: &Engine, row: &AccountRow, until: Timestamp) -> Result<(), AppError> {
    let (workspace, id, now) = (row.workspace, row.id, engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                erase_publications(tx, workspace, id, (until, now)).await?;
                Ok::<_, AppError>(erase_readings(tx, workspace, id).await?)
            })
        })
        .await?;
    engine.events.account_changed(workspace, id);
    engine.events.notices_changed(workspace);
    Ok(())
}

/// What was published there until then, and what was to be. Posts stay what they were, and nothing of it waits for anybody.
///
/// # Errors
/// [`AppError::Conflict`] while something is being sent: what it made public would be forgotten.
async fn erase_publications(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: AccountId,
    (until, now): (Timestamp, Timestamp),
) -> Result<(), AppError> {
    let mut rows = history::lock(tx, workspace, id).await?;
    rows.retain(|row| row.created_at <= until);
    let worked_on = history::worked_on(tx, workspace, id).await?;
    // An open part without a job waits for nobody but a person.
    let is_idle =
        |row: &PublicationRow| row.state == PublicationState::Published && !worked_on.contains(&row.id);
    if rows.iter().any(|row| is_being_sent(row) && !is_idle(row)) {
        return Err(AppError::Conflict {
            code: "already_sending",
            message: "Something is being sent to this account right now. Wait a moment, then disconnect and erase it."
                .to_owned(),
        });
    }
    for row in &rows {
        job::remove(tx, &publish::job_key(row.id)).await?;
        notice::clear_all(tx, (workspace, row.id.uuid()), now).await?;
    }
    Ok(history::erase(tx, workspace, id, &rows, until).await?)
}

async fn stored_credential(engine: &Engine, row: &AccountRow) -> Option<Credential> {
    let stored = grant::find(&engine.db, row.workspace, row.grant).await.ok()??;
    credentials::open(engine, &stored).await.ok()
}

/// Best effort: a network that is down must not keep anybody from disconnecting.
async fn revoke_remotely(engine: &Engine, row: &AccountRow, credential: &Credential) {
    let Some(connector) = engine.networks.connector(&row.platform) else { return };
    let Ok(app) = credentials::app(engine, &row.platform, row.server.as_deref()).await else { return };
    let cx = credentials::auth_cx(engine, &row.platform, app.as_ref());
    if let Err(error) = connector.authorizer().revoke(&cx, &row.identity(), credential).await {
        tracing::warn!(account = %row.id, %error, "the network did not take the revocation; our copy is erased");
    }
}

/// The network no longer honours a login, as a refresh with this epoch found: every account under it must be connected
/// again by a person.
///
/// # Errors
/// When the database fails.
pub(in crate::usecase) async fn grant_is_gone(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
    epoch: i64,
    error: &ConnectorError,
) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let revoked = engine
        .db
        .write(move |tx| Box::pin(async move { grant::revoke(tx, workspace, id, epoch, now).await }))
        .await?;
    if revoked { all_need_reconnect(engine, workspace, id, error).await } else { Ok(()) }
}

/// The network says by itself that a login ended, whoever refreshes it right now.
///
/// # Errors
/// When the database fails.
pub(in crate::usecase) async fn grant_is_withdrawn(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
    error: &ConnectorError,
) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let ended =
        engine.db.write(move |tx| Box::pin(async move { grant::withdraw(tx, workspace, id, now).await }));
    if ended.await? { all_need_reconnect(engine, workspace, id, error).await } else { Ok(()) }
}

async fn all_need_reconnect(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
    error: &ConnectorError,
) -> Result<(), StoreError> {
    for account in account::of_grant(&engine.db, workspace, id).await? {
        needs_reconnect(engine, workspace, account.id, error).await?;
    }
    Ok(())
}

/// The account's grant no longer works; a person must connect it again. Its publications wait.
///
/// # Errors
/// When the database fails.
pub async fn needs_reconnect(
    engine: &Engine,
    workspace: WorkspaceId,
    id: AccountId,
    error: &ConnectorError,
) -> Result<(), StoreError> {
    let (now, cause) = (engine.clock.now(), error.cause.clone());
    let state = NetworkState::of_code(&error.code);
    let new = notices::of_account(engine, (workspace, id), NoticeKind::SignedOut, Some(cause.clone()));
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(mut row) = account::find(&mut *tx, workspace, id).await? else { return Ok(()) };
                if row.status == AccountStatus::Connected {
                    row.status = AccountStatus::NeedsReconnect;
                    row.status_cause = Some(cause);
                    row.updated_at = now;
                    account::update(tx, &row).await?;
                    account::note_network_state(tx, workspace, id, state).await?;
                    // What else was told of it is settled by the same act.
                    for kind in [NoticeKind::LoginEnds, NoticeKind::ReadingFails] {
                        notice::clear(tx, (workspace, id.uuid()), kind, now).await?;
                    }
                    notice::raise(tx, &new).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    engine.events.account_changed(workspace, id);
    engine.events.notices_changed(workspace);
    Ok(())
}
