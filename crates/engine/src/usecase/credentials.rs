//! Tokens: opening them, and refreshing them one at a time.
//!
//! Single-use refresh tokens make this delicate: the new pair is durable before anybody uses it, only one refresh per grant
//! runs at a time (a lease with an epoch, as for jobs), and a lost answer ends the grant at once instead of at midnight.

use carillon_connectors::contract::cx::{AppCredentials, AuthCx, Credential};
use carillon_connectors::kit::pause::{Pause, Sleep};
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::GrantId;
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::connect as registrations;
use carillon_store::repo::grant::{self, Expiring, GrantRow};

use super::accounts;
use super::webhooks::learn_person;
use crate::Engine;
use keeping::{Turn, keep, lock, unlock};

mod keeping;

/// A token that runs out sooner than this is refreshed before it is used.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// A login that would run out for good within this time is renewed even if nobody needs it now …
const RENEW_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// … unless that was done so recently …
const RENEW_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// … and unless its access token is short-lived, which a refresh token renews at any time.
pub(super) const LONG_LIVED: SignedDuration = SignedDuration::from_hours(48);

/// Logins that one sweep renews at most.
const RENEW_BATCH: i64 = 200;

/// Why there is no credential.
#[derive(Debug)]
pub enum NoCredential {
    /// A person must connect the account again.
    Reconnect(ConnectorError),
    /// Somebody else refreshes right now, or the network did not answer; try again soon.
    Later(ConnectorError),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for NoCredential {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A token that was refreshed so recently is not refreshed again for a need that is still to come: some live shorter than that.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);

/// The account's credential for something that is due then, from its grant as it was just read: refreshed ahead, so that the due
/// second does not wait for it.
///
/// # Errors
/// [`NoCredential`].
pub async fn for_due(
    engine: &Engine,
    account: &AccountRow,
    grant: Option<GrantRow>,
    due: Option<Timestamp>,
) -> Result<Credential, NoCredential> {
    let (row, current) = live(engine, account, grant).await?;
    let now = engine.clock.now();
    let runs_out = |by: Timestamp| current.expires_at.is_some_and(|at| at < by + AHEAD);
    let ahead = due.is_some_and(|due| due > now && runs_out(due)) && row.updated_at < now - SETTLED;
    if ahead || runs_out(now) { refresh(engine, account, current).await } else { Ok(current) }
}

/// The account's credential, refreshed when it is about to run out, or in any case with `force`.
///
/// # Errors
/// [`NoCredential`].
pub async fn credential(
    engine: &Engine,
    account: &AccountRow,
    force: bool,
) -> Result<Credential, NoCredential> {
    let (_, current) = current(engine, account).await?;
    let soon = current.expires_at.is_some_and(|at| at < engine.clock.now() + AHEAD);
    if force || soon { refresh(engine, account, current).await } else { Ok(current) }
}

/// A credential in place of one that the network has just refused; refreshed, unless somebody did that meanwhile.
///
/// # Errors
/// [`NoCredential`].
pub async fn instead_of(
    engine: &Engine,
    account: &AccountRow,
    refused: &Credential,
) -> Result<Credential, NoCredential> {
    let (_, current) = current(engine, account).await?;
    if current.access_token != refused.access_token {
        return Ok(current);
    }
    refresh(engine, account, current).await
}

async fn current(engine: &Engine, account: &AccountRow) -> Result<(GrantRow, Credential), NoCredential> {
    let row = grant::find(&engine.db, account.workspace, account.grant).await?;
    live(engine, account, row).await
}

async fn live(
    engine: &Engine,
    account: &AccountRow,
    row: Option<GrantRow>,
) -> Result<(GrantRow, Credential), NoCredential> {
    let row = row.filter(|r| r.status == "live");
    let row = row.ok_or_else(|| NoCredential::Reconnect(gone(&account.platform)))?;
    let credential = open(engine, &row).await?;
    Ok((row, credential))
}

/// Refreshes in a task of its own: a caller that goes away must not take a new pair of tokens with it that the network has
/// already handed out.
async fn refresh(
    engine: &Engine,
    account: &AccountRow,
    seen: Credential,
) -> Result<Credential, NoCredential> {
    let (engine, account) = (engine.clone(), account.clone());
    let task = tokio::spawn(async move { refresh_now(&engine, &account, seen, &Sleep).await });
    task.await.unwrap_or(Err(NoCredential::Store(StoreError::Panicked)))
}

async fn refresh_now(
    engine: &Engine,
    account: &AccountRow,
    seen: Credential,
    pause: &dyn Pause,
) -> Result<Credential, NoCredential> {
    let connector = engine.networks.connector(&account.platform);
    let connector = connector.ok_or_else(|| NoCredential::Reconnect(gone(&account.platform)))?;
    let authorizer = connector.authorizer();
    if !authorizer.refreshable(&seen) {
        return Ok(seen);
    }
    let (workspace, id) = (account.workspace, account.grant);
    let Some((epoch, row)) = lock(engine, workspace, id).await? else {
        return Err(NoCredential::Later(busy(&account.platform)));
    };
    let turn = Turn { workspace, id, epoch };
    let old = open(engine, &row).await?;
    if old.access_token != seen.access_token {
        // Somebody refreshed between our look and our turn.
        unlock(engine, turn).await?;
        return Ok(old);
    }
    let app = app(engine, &account.platform, account.server.as_deref()).await?;
    let cx = auth_cx(engine, &account.platform, app.as_ref());
    match authorizer.refresh(&cx, &account.identity(), &old).await {
        Ok(new) => {
            let refresh_token = old.refresh_token.clone();
            let new = without_gaps(new, old);
            // Only then the old pair is of no use any more.
            let used_up = authorizer.single_use_refresh() && new.refresh_token != refresh_token;
            match keep(engine, turn, &new, pause).await {
                Ok(true) => Ok(new),
                // We took so long that somebody else had a turn; theirs is the one that is kept.
                Ok(false) => Err(NoCredential::Later(busy(&account.platform))),
                Err(error) if used_up => {
                    let error = not_kept(&account.platform, &error);
                    accounts::grant_is_gone(engine, workspace, id, epoch, &error).await?;
                    Err(NoCredential::Reconnect(error))
                }
                Err(error) => Err(error.into()),
            }
        }
        Err(error) => {
            let lost = error.kind == ErrorKind::Ambiguous && authorizer.single_use_refresh();
            if lost || matches!(error.kind, ErrorKind::AuthRevoked | ErrorKind::AuthExpired) {
                let error = if lost { answer_lost(&error) } else { error };
                accounts::grant_is_gone(engine, workspace, id, epoch, &error).await?;
                return Err(NoCredential::Reconnect(error));
            }
            unlock(engine, turn).await?;
            match error.kind {
                ErrorKind::PermissionMissing | ErrorKind::Rejected => Err(NoCredential::Reconnect(error)),
                _ => Err(NoCredential::Later(error)),
            }
        }
    }
}

/// An empty value never overwrites a secret, and what was not mentioned still holds.
fn without_gaps(mut new: Credential, old: Credential) -> Credential {
    if new.access_token.is_empty() {
        new.access_token = old.access_token;
    }
    if new.refresh_token.as_ref().is_none_or(Secret::is_empty) {
        new.refresh_token = old.refresh_token;
        new.refresh_expires_at = new.refresh_expires_at.or(old.refresh_expires_at);
    }
    if new.scopes.is_empty() {
        new.scopes = old.scopes;
    }
    new
}

/// Seals a credential for its grant.
pub(super) fn seal(engine: &Engine, id: GrantId, credential: &Credential) -> Result<Vec<u8>, StoreError> {
    let plain = zeroize_json(credential)?;
    engine.sealer.seal(&grant::place(id), &plain, engine.entropy.as_ref())
}

/// Opens a grant's credential.
pub(super) async fn open(engine: &Engine, row: &GrantRow) -> Result<Credential, StoreError> {
    let sealed = row
        .credential
        .as_deref()
        .ok_or_else(|| StoreError::Seal("this grant's tokens were erased".to_owned()))?;
    let plain = engine.sealer.open(&grant::place(row.id), sealed).await?;
    serde_json::from_slice(&plain).map_err(|e| StoreError::Seal(e.to_string()))
}

fn zeroize_json<T: serde::Serialize>(value: &T) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(value).map(zeroize::Zeroizing::new).map_err(|e| StoreError::Seal(e.to_string()))
}

/// Our app at a server of a network with many servers.
///
/// # Errors
/// When the database fails.
pub async fn app(
    engine: &Engine,
    platform: &str,
    server: Option<&str>,
) -> Result<Option<AppCredentials>, StoreError> {
    let Some(server) = server else { return Ok(None) };
    let redirect = engine.networks.redirect_uri(platform);
    let sealed = registrations::find_app(&engine.db, platform, server, redirect.as_str()).await?;
    match sealed {
        Some(sealed) => open_app(engine, platform, server, &sealed).await.map(Some),
        None => Ok(None),
    }
}

/// Opens what is kept of our app at a server.
///
/// # Errors
/// [`StoreError::Seal`] when it can't be opened.
pub(crate) async fn open_app(
    engine: &Engine,
    platform: &str,
    server: &str,
    sealed: &[u8],
) -> Result<AppCredentials, StoreError> {
    let plain = engine.sealer.open(&registrations::app_place(platform, server), sealed).await?;
    serde_json::from_slice(&plain).map_err(|e| StoreError::Seal(e.to_string()))
}

/// Keeps our app at a server.
///
/// # Errors
/// When the database fails.
pub async fn keep_app(
    engine: &Engine,
    platform: &str,
    server: &str,
    app: &AppCredentials,
) -> Result<(), AppError> {
    let plain = zeroize_json(app)?;
    let sealed =
        engine.sealer.seal(&registrations::app_place(platform, server), &plain, engine.entropy.as_ref())?;
    let redirect = engine.networks.redirect_uri(platform).to_string();
    let (platform, server, now) = (platform.to_owned(), server.to_owned(), engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(
                async move { registrations::put_app(tx, &platform, &server, &redirect, &sealed, now).await },
            )
        })
        .await
        .map_err(|e: StoreError| e.into())
}

/// What calls without an account may use.
pub fn auth_cx<'a>(engine: &'a Engine, platform: &str, app: Option<&'a AppCredentials>) -> AuthCx<'a> {
    AuthCx {
        http: &engine.networks.http,
        settings: engine.networks.settings(platform),
        app,
        clock: engine.clock.as_ref(),
        entropy: engine.entropy.as_ref(),
    }
}

/// Renews logins that would run out for good if nobody published for a while. Returns how many it renewed.
///
/// # Errors
/// When the database fails. What a network says only concerns its own login.
pub async fn renew_expiring(engine: &Engine) -> Result<u64, StoreError> {
    let now = engine.clock.now();
    let due = Expiring { until: now + RENEW_AHEAD, longer_than: LONG_LIVED, not_since: now - RENEW_EVERY };
    let mut renewed = 0;
    for (workspace, id) in grant::expiring(&engine.db, due, RENEW_BATCH).await? {
        let accounts = account::of_grant(&engine.db, workspace, id).await?;
        let is_used =
            |a: &&AccountRow| a.status == AccountStatus::Connected && engine.networks.is_enabled(&a.platform);
        let Some(account) = accounts.iter().find(is_used) else { continue };
        match credential(engine, account, true).await {
            Ok(fresh) => {
                learn_person(engine, account, &fresh).await?;
                renewed += 1;
            }
            Err(NoCredential::Store(error)) => return Err(error),
            Err(NoCredential::Later(error) | NoCredential::Reconnect(error)) => {
                tracing::warn!(account = %account.id, %error, "a login could not be renewed");
            }
        }
    }
    Ok(renewed)
}

/// Seals everything anew under a new data key. Online, and safe to repeat. Returns how many values it sealed.
///
/// # Errors
/// When the database fails or a value does not open; nothing is lost then, run it again.
pub async fn rotate(engine: &Engine) -> Result<u64, StoreError> {
    engine.sealer.rotate(engine.clock.as_ref(), engine.entropy.as_ref()).await
}

fn gone(platform: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthRevoked,
        platform,
        "credential",
        "not_connected",
        "This account is no longer connected.",
    )
    .with_action("Connect the account again.")
}

fn answer_lost(error: &ConnectorError) -> ConnectorError {
    let mut lost = ConnectorError::new(
        ErrorKind::AuthRevoked,
        &error.platform,
        &error.operation,
        "refresh_lost",
        "The answer of the network got lost while the account's access was renewed, and the old access is used up.",
    )
    .with_action("Connect the account again.")
    .with_remote(error.remote.clone());
    lost.detail.clone_from(&error.detail);
    lost
}

fn not_kept(platform: &str, error: &StoreError) -> ConnectorError {
    let cause = "The account's access was renewed, but Carillon could not save the new one, and the old access is used up.";
    ConnectorError::new(ErrorKind::AuthRevoked, platform, "credential", "refresh_not_kept", cause)
        .with_action("Connect the account again.")
        .with_detail(error.to_string())
}

fn busy(platform: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::NotReady,
        platform,
        "credential",
        "refreshing",
        "The account's access is being renewed right now.",
    )
}

#[cfg(test)]
pub(super) mod tests;
