//! Connecting accounts: from the first redirect to the account row.
//!
//! A state is unguessable, good once, for a short time, and bound to the browser session (or the token's workspace) that
//! began; so a callback that somebody forged, replayed or moved to another browser connects nothing.

mod callback;
mod grants;

use carillon_connectors::contract::authorizer::{APP_UNKNOWN, BeginRequest, Pending, SignIn};
use carillon_connectors::contract::capability::Connect;
use carillon_connectors::contract::connector::Connector;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, ConnectId, Id};
use carillon_domain::permission::Permission;
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, random_bytes};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::connect::{self, ConnectRow};
use sha2::{Digest, Sha256};
use url::Url;

use self::grants::keep;
use super::{credentials, link};
use crate::{Actor, Engine};

pub use callback::{CallbackQuery, complete};
pub use grants::{choose, status, targets};

/// How long a person may take at the network's pages.
const STATE_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// What the person chose.
#[derive(Debug, Clone, Default)]
pub struct ConnectRequest {
    /// Base URL of the server, for networks of many servers.
    pub server: Option<Url>,
    /// One of the platform's login flavours.
    pub flavour: Option<String>,
    /// Handle or e-mail, for networks with app passwords.
    pub identifier: Option<String>,
    /// The app password.
    pub app_password: Option<Secret>,
    /// Where the browser goes afterwards.
    pub return_to: Option<String>,
}

/// How it goes on.
#[derive(Debug, Clone)]
pub enum Begun {
    /// Send the browser there.
    Redirect {
        /// For asking how it went.
        connect: ConnectId,
        /// The network's page.
        authorize_url: Url,
    },
    /// Connected at once.
    Connected {
        /// For asking how it went.
        connect: ConnectId,
        /// The accounts.
        accounts: Vec<AccountRow>,
    },
}

/// Begins to connect, or connects at once where the network takes an app password.
///
/// # Errors
/// [`AppError::Invalid`] for what is missing, [`AppError::Connector`] for what the network says.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    platform: &str,
    request: ConnectRequest,
) -> Result<Begun, AppError> {
    actor.require(Permission::ManageAccounts)?;
    let connector = engine.networks.enabled(platform)?;
    let return_to = request.return_to.as_deref().map(|r| checked_return(engine, r)).transpose()?;
    match connector.capabilities().connect {
        Connect::AppPassword { .. } => sign_in(engine, actor, connector, request, return_to).await,
        Connect::OauthPerServer => {
            let server = request.server.clone().ok_or_else(|| {
                AppError::invalid(
                    "server",
                    "required",
                    "Name the server of the account, for example mastodon.social.",
                )
            })?;
            let begun = begin_at(engine, actor, connector, &server, (request, return_to)).await;
            begun.map_err(for_a_person).map_err(caused_by_server)
        }
        Connect::Oauth { flavours } => {
            if let Some(flavour) = &request.flavour
                && !flavours.contains(&flavour.as_str())
            {
                let message = format!("There is no such way to sign in. Possible: {}.", flavours.join(", "));
                return Err(AppError::invalid("flavour", "unknown", message));
            }
            redirect(engine, actor, connector, request, return_to).await.map_err(for_a_person)
        }
    }
}

/// Nobody repeats connecting but the person, so what would pass for a publication ("it is tried again by itself") is wrong here.
/// What is about a field was said for this very case.
fn for_a_person(error: AppError) -> AppError {
    match error {
        AppError::Connector(mut error)
            if error.field.is_none() && matches!(error.kind, ErrorKind::Transient | ErrorKind::Ambiguous) =>
        {
            error.action = "Nothing was connected. Try again in a few minutes.".to_owned();
            AppError::Connector(error)
        }
        other => other,
    }
}

/// Begins at a server that the person named.
async fn begin_at(
    engine: &Engine,
    actor: &Actor,
    connector: &dyn Connector,
    server: &Url,
    (request, return_to): (ConnectRequest, Option<String>),
) -> Result<Begun, AppError> {
    register(engine, connector, server).await?;
    let begun = redirect(engine, actor, connector, request.clone(), return_to.clone()).await;
    if !begun.as_ref().is_err_and(is_app_unknown) {
        return begun;
    }
    register_anew(engine, connector, server).await?;
    redirect(engine, actor, connector, request, return_to).await
}

/// Where a person chose the server, its failures are about that choice, unless the connector knows better. One that only asks
/// us to wait is the right one.
fn caused_by_server(error: AppError) -> AppError {
    match error {
        AppError::Connector(error)
            if error.field.is_none() && !matches!(error.kind, ErrorKind::RateLimited { .. }) =>
        {
            AppError::Connector(Box::new(error.about("server")))
        }
        other => other,
    }
}

/// Makes sure that our app is registered at the server, which also proves that the server speaks the protocol.
async fn register(engine: &Engine, connector: &dyn Connector, server: &Url) -> Result<(), AppError> {
    let name = connector.descriptor().name;
    let key = server.as_str().trim_end_matches('/');
    if credentials::app(engine, name, Some(key)).await?.is_some() {
        return Ok(());
    }
    register_anew(engine, connector, server).await
}

/// Registers our app, whatever is known of an earlier registration.
async fn register_anew(engine: &Engine, connector: &dyn Connector, server: &Url) -> Result<(), AppError> {
    let name = connector.descriptor().name;
    let cx = credentials::auth_cx(engine, name, None);
    let app = connector.authorizer().register(&cx, server, &engine.networks.redirect_uri(name)).await?;
    credentials::keep_app(engine, name, server.as_str().trim_end_matches('/'), &app).await
}

/// Servers forget apps: old versions those that nobody used, all those whose database was set up anew.
fn is_app_unknown(error: &AppError) -> bool {
    matches!(error, AppError::Connector(error) if error.code == APP_UNKNOWN)
}

async fn redirect(
    engine: &Engine,
    actor: &Actor,
    connector: &dyn Connector,
    request: ConnectRequest,
    return_to: Option<String>,
) -> Result<Begun, AppError> {
    let name = connector.descriptor().name;
    let server = request.server.as_ref().map(|s| s.as_str().trim_end_matches('/').to_owned());
    let app = credentials::app(engine, name, server.as_deref()).await?;
    let cx = credentials::auth_cx(engine, name, app.as_ref());
    let state = hex::encode(random_bytes::<32>(engine.entropy.as_ref()));
    let begin = BeginRequest {
        redirect_uri: engine.networks.redirect_uri(name),
        state: state.clone(),
        server: request.server,
        flavour: request.flavour,
    };
    let begun = connector.authorizer().begin(&cx, begin).await?;
    let mut row = new_row(engine, actor, name, server, return_to);
    row.state_hash = Some(hash(&state));
    row.session_hash.clone_from(&actor.session_hash);
    row.pending = Some(seal(engine, row.id, &begun.pending)?);
    let connect = row.id;
    engine
        .db
        .write(move |tx| Box::pin(async move { connect::insert(tx, &row).await }))
        .await
        .map_err(store)?;
    Ok(Begun::Redirect { connect, authorize_url: begun.authorize_url })
}

async fn sign_in(
    engine: &Engine,
    actor: &Actor,
    connector: &dyn Connector,
    request: ConnectRequest,
    return_to: Option<String>,
) -> Result<Begun, AppError> {
    let sign_in = signing_in(request)?;
    let name = connector.descriptor().name;
    let cx = credentials::auth_cx(engine, name, None);
    let server_named = sign_in.server.is_some();
    let granted = connector.authorizer().sign_in(&cx, sign_in).await.map_err(|e| for_a_person(e.into()));
    let granted = if server_named { granted.map_err(caused_by_server)? } else { granted? };
    let mut row = new_row(engine, actor, name, None, return_to);
    let (grant, accounts) = keep(engine, actor, name, granted).await?;
    row.status = "connected".to_owned();
    row.grant = Some(grant);
    row.accounts = accounts.iter().map(|a| a.id).collect();
    let connect = row.id;
    engine
        .db
        .write(move |tx| Box::pin(async move { connect::insert(tx, &row).await }))
        .await
        .map_err(store)?;
    Ok(Begun::Connected { connect, accounts })
}

/// What an app password needs; everything that is missing at once.
fn signing_in(request: ConnectRequest) -> Result<SignIn, AppError> {
    let identifier = request.identifier.map(|i| i.trim().trim_start_matches('@').to_owned());
    let identifier = identifier.filter(|i| !i.is_empty());
    let app_password = request.app_password.filter(|p| !p.is_empty());
    match (identifier, app_password) {
        (Some(identifier), Some(app_password)) => {
            Ok(SignIn { server: request.server, identifier, app_password })
        }
        (identifier, app_password) => {
            let missing = [
                ("identifier", "the account's handle", identifier.is_none()),
                ("app_password", "an app password", app_password.is_none()),
            ];
            let missing = missing.into_iter().filter(|(_, _, missing)| *missing);
            let error = |(field, what, _)| FieldError::new(field, "required", format!("Give {what}."));
            Err(AppError::Invalid(missing.map(error).collect()))
        }
    }
}

/// Only our own pages: a path, or a URL of our own origin.
fn checked_return(engine: &Engine, text: &str) -> Result<String, AppError> {
    let ours = &engine.networks.public_url;
    match ours.join(text) {
        Ok(url)
            if url.origin() == ours.origin() && !text.contains('\\') && !text.contains(char::is_control) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(AppError::invalid(
            "return_to",
            "foreign_origin",
            format!(
                "After connecting, the browser can only return to {}.",
                ours.origin().ascii_serialization()
            ),
        )),
    }
}

fn new_row(
    engine: &Engine,
    actor: &Actor,
    platform: &str,
    server: Option<String>,
    return_to: Option<String>,
) -> ConnectRow {
    let now = engine.clock.now();
    ConnectRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        state_hash: None,
        platform: platform.to_owned(),
        server,
        session_hash: None,
        pending: None,
        return_to,
        status: "pending".to_owned(),
        grant: None,
        accounts: Vec::<AccountId>::new(),
        error: None,
        created_at: now,
        expires_at: now + STATE_LIFE,
    }
}

fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state.as_bytes()).to_vec()
}

fn seal(engine: &Engine, id: ConnectId, pending: &Pending) -> Result<Vec<u8>, AppError> {
    let plain = serde_json::to_vec(pending).map(zeroize::Zeroizing::new).map_err(AppError::internal)?;
    Ok(engine.sealer.seal(&connect::place(id), &plain, engine.entropy.as_ref())?)
}

fn store(error: StoreError) -> AppError {
    error.into()
}
