//! Tokens: opening them, and refreshing them one at a time.
//!
//! Single-use refresh tokens make this delicate: the new pair is durable before anybody uses it, only one refresh per grant
//! runs at a time (a lease with an epoch, as for jobs), and a lost answer ends the grant at once instead of at midnight.

use carillon_connectors::contract::cx::{AppCredentials, AuthCx, Credential};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{GrantId, WorkspaceId};
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::connect as registrations;
use carillon_store::repo::grant::{self, GrantRow, Refreshed};

use crate::Engine;

/// A token that runs out sooner than this is refreshed before it is used.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Longest that one refresh may hold the right to refresh.
const REFRESH_LEASE: SignedDuration = SignedDuration::from_mins(2);

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

/// The account's credential, refreshed when it is about to run out, or in any case with `force`.
///
/// # Errors
/// [`NoCredential`].
pub async fn credential(
    engine: &Engine,
    account: &AccountRow,
    force: bool,
) -> Result<Credential, NoCredential> {
    let row = grant::find(&engine.db, account.workspace, account.grant).await?;
    let Some(row) = row.filter(|r| r.status == "live") else {
        return Err(NoCredential::Reconnect(gone(&account.platform)));
    };
    let current = open(engine, &row).await?;
    let Some(connector) = engine.networks.connector(&account.platform) else {
        return Err(NoCredential::Reconnect(gone(&account.platform)));
    };
    let authorizer = connector.authorizer();
    let soon = current.expires_at.is_some_and(|at| at < engine.clock.now() + AHEAD);
    if !authorizer.refreshable(&current) || !(force || soon) {
        return Ok(current);
    }
    refresh(engine, account, &row).await
}

async fn refresh(
    engine: &Engine,
    account: &AccountRow,
    before: &GrantRow,
) -> Result<Credential, NoCredential> {
    let (workspace, id) = (before.workspace, before.id);
    let now = engine.clock.now();
    let locked = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let epoch = grant::lock_refresh(tx, workspace, id, now, now + REFRESH_LEASE).await?;
                let row = grant::find(tx, workspace, id).await?;
                Ok::<_, StoreError>(epoch.zip(row))
            })
        })
        .await?;
    let Some((epoch, row)) = locked else { return Err(NoCredential::Later(busy(&account.platform))) };
    let old = open(engine, &row).await?;
    if row.credential != before.credential {
        // Somebody refreshed between our look and our turn.
        unlock(engine, workspace, id, epoch).await?;
        return Ok(old);
    }
    let Some(connector) = engine.networks.connector(&account.platform) else {
        return Err(NoCredential::Reconnect(gone(&account.platform)));
    };
    let app = app(engine, &account.platform, account.server.as_deref()).await?;
    let cx = auth_cx(engine, &account.platform, app.as_ref());
    match connector.authorizer().refresh(&cx, &account.identity(), &old).await {
        Ok(mut new) => {
            // An empty value never overwrites a secret.
            if new.refresh_token.as_ref().is_none_or(carillon_domain::secret::Secret::is_empty) {
                new.refresh_token = old.refresh_token;
            }
            if new.scopes.is_empty() {
                new.scopes = old.scopes;
            }
            save(engine, workspace, id, epoch, &new).await?;
            Ok(new)
        }
        Err(error) => {
            let lost = error.kind == ErrorKind::Ambiguous && connector.authorizer().single_use_refresh();
            let dead = matches!(
                error.kind,
                ErrorKind::AuthRevoked
                    | ErrorKind::AuthExpired
                    | ErrorKind::PermissionMissing
                    | ErrorKind::Rejected
            );
            unlock(engine, workspace, id, epoch).await?;
            if lost || dead { Err(NoCredential::Reconnect(error)) } else { Err(NoCredential::Later(error)) }
        }
    }
}

async fn save(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
    epoch: i64,
    new: &Credential,
) -> Result<(), NoCredential> {
    let refreshed = Refreshed {
        credential: seal(engine, id, new)?,
        scopes: new.scopes.clone(),
        expires_at: new.expires_at,
        refresh_expires_at: new.refresh_expires_at,
    };
    let now = engine.clock.now();
    engine
        .db
        .write(move |tx| {
            Box::pin(async move { grant::refreshed(tx, workspace, id, epoch, &refreshed, now).await })
        })
        .await?;
    Ok(())
}

async fn unlock(engine: &Engine, workspace: WorkspaceId, id: GrantId, epoch: i64) -> Result<(), StoreError> {
    engine
        .db
        .write(move |tx| Box::pin(async move { grant::unlock_refresh(tx, workspace, id, epoch).await }))
        .await
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
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = engine.sealer.open(&registrations::app_place(platform, server), &sealed).await?;
    serde_json::from_slice(&plain).map(Some).map_err(|e| StoreError::Seal(e.to_string()))
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

fn busy(platform: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::NotReady,
        platform,
        "credential",
        "refreshing",
        "The account's access is being renewed right now.",
    )
}
