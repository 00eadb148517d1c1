//! What comes back from a network's pages. A state is used up by the first callback that brings it, whatever it brought.

use carillon_connectors::contract::authorizer::{Callback, Granted, Pending};
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::error::AppError;
use carillon_domain::id::GrantId;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::connect::{self, ConnectRow};

use super::grants::keep;
use super::{credentials, for_a_person, hash, store};
use crate::{Actor, Engine};

/// What a network's redirect brought.
#[derive(Debug, Clone, Default)]
pub struct CallbackQuery {
    /// The state, as we sent it.
    pub state: String,
    /// The rest.
    pub callback: Callback,
    /// SHA-256 of the browser session's secret, if the browser has one.
    pub session_hash: Option<Vec<u8>>,
}

/// Finishes what a redirect began. A refusal or failure is kept with the attempt and returned as its state.
///
/// # Errors
/// [`AppError::Invalid`] for a state that is forged, used, expired, or of another platform or browser. Nothing is changed then.
pub async fn complete(engine: &Engine, platform: &str, query: CallbackQuery) -> Result<ConnectRow, AppError> {
    let connector = engine.networks.enabled(platform)?;
    let mut row = claim(engine, platform, &query).await?;
    let pending = open(engine, &row).await?;
    let app = credentials::app(engine, platform, row.server.as_deref()).await?;
    let cx = credentials::auth_cx(engine, platform, app.as_ref());
    let granted = connector.authorizer().complete(&cx, pending, query.callback).await;
    match take(engine, &row, granted).await.map_err(for_a_person) {
        Ok((grant, accounts)) => {
            row.grant = Some(grant);
            row.status = if accounts.is_empty() { "choose" } else { "connected" }.to_owned();
            row.accounts = accounts.iter().map(|a| a.id).collect();
        }
        Err(AppError::Connector(error)) => {
            tracing::info!(platform, connect = %row.id, %error, "connecting failed");
            row.status = "failed".to_owned();
            row.error = Some(*error);
        }
        Err(error) => return Err(error),
    }
    let copy = row.clone();
    engine
        .db
        .write(move |tx| Box::pin(async move { connect::finish(tx, &copy).await }))
        .await
        .map_err(store)?;
    Ok(row)
}

/// Keeps what a callback brought, on behalf of whoever began.
async fn take(
    engine: &Engine,
    row: &ConnectRow,
    granted: Result<Granted, ConnectorError>,
) -> Result<(GrantId, Vec<AccountRow>), AppError> {
    let actor = system_actor(engine, row).await?;
    keep(engine, &actor, &row.platform, granted?).await
}

/// Finds the attempt of a state and uses the state up.
async fn claim(engine: &Engine, platform: &str, query: &CallbackQuery) -> Result<ConnectRow, AppError> {
    let unknown = || {
        AppError::invalid(
            "state",
            "unknown_state",
            "This sign-in link was already used or is not ours. Begin again from the connections page.",
        )
    };
    let row = connect::by_state(&engine.db, &hash(&query.state)).await?;
    let row = row.filter(|r| r.platform == platform).ok_or_else(unknown)?;
    if row.expires_at < engine.clock.now() {
        return Err(AppError::invalid(
            "state",
            "expired_state",
            "Signing in took too long. Begin again from the connections page.",
        ));
    }
    if row.session_hash.is_some() && row.session_hash != query.session_hash {
        return Err(AppError::invalid(
            "state",
            "other_browser",
            "This sign-in was begun in another browser or by somebody else. Begin again here.",
        ));
    }
    let copy = row.clone();
    let mine = engine.db.write(move |tx| Box::pin(async move { connect::use_state(tx, &copy).await })).await;
    if mine.map_err(store)? { Ok(row) } else { Err(unknown()) }
}

/// A callback has no actor of its own: it acts for whoever began, in that workspace.
async fn system_actor(engine: &Engine, row: &ConnectRow) -> Result<Actor, AppError> {
    let home = carillon_store::repo::workspace::find(&engine.db, row.workspace).await?;
    Ok(Actor {
        workspace: row.workspace,
        role: carillon_domain::permission::Role::Admin,
        user: None,
        token: None,
        timezone: home.map_or_else(|| "UTC".to_owned(), |w| w.timezone),
        session_hash: None,
    })
}

async fn open(engine: &Engine, row: &ConnectRow) -> Result<Pending, AppError> {
    let sealed = row.pending.as_deref().ok_or(AppError::NotFound { what: "connection attempt" })?;
    let plain = engine.sealer.open(&connect::place(row.id), sealed).await?;
    serde_json::from_slice(&plain).map_err(AppError::internal)
}
