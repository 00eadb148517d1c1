//! A login and the identities under it: kept at once, connected when there is no choice to make or when it was made.

use carillon_connectors::contract::authorizer::Granted;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::error::AppError;
use carillon_domain::id::{ConnectId, GrantId, Id};
use carillon_domain::permission::Permission;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::connect::{self, ConnectRow};
use carillon_store::repo::grant::{self, GrantRow};

use super::link::link;
use super::{credentials, store};
use crate::{Actor, Engine};

/// How an attempt stands.
///
/// # Errors
/// [`AppError::NotFound`], also for attempts of other workspaces.
pub async fn status(engine: &Engine, actor: &Actor, id: ConnectId) -> Result<ConnectRow, AppError> {
    actor.require(Permission::Read)?;
    let row = connect::find(&engine.db, actor.workspace, id).await?;
    let mut row = row.ok_or(AppError::NotFound { what: "connection attempt" })?;
    // Upkeep ends late attempts without a word of its own.
    let ended_late = row.status == "failed" && row.error.is_none();
    if ended_late || row.status == "pending" && row.expires_at < engine.clock.now() {
        row.status = "failed".to_owned();
        row.error = Some(
            ConnectorError::new(
                carillon_domain::connector_error::ErrorKind::Rejected,
                &row.platform,
                "connect",
                "expired",
                "Signing in took too long, or was given up.",
            )
            .with_action("Begin again."),
        );
    }
    Ok(row)
}

/// The identities under a login.
///
/// # Errors
/// [`AppError::NotFound`], also for logins of other workspaces.
pub async fn targets(engine: &Engine, actor: &Actor, id: GrantId) -> Result<GrantRow, AppError> {
    actor.require(Permission::ManageAccounts)?;
    let row = grant::find(&engine.db, actor.workspace, id).await?.filter(|g| g.status == "live");
    row.ok_or(AppError::NotFound { what: "grant" })
}

/// Connects the chosen identities of a login.
///
/// # Errors
/// [`AppError::Invalid`] for an identity that is not under the login.
pub async fn choose(
    engine: &Engine,
    actor: &Actor,
    id: GrantId,
    chosen: &[String],
) -> Result<Vec<AccountRow>, AppError> {
    let row = targets(engine, actor, id).await?;
    let mut identities = Vec::new();
    for (index, wanted) in chosen.iter().enumerate() {
        let found = row.targets.iter().find(|t| t.remote_id == *wanted).ok_or_else(|| {
            let message = format!("`{wanted}` is not among the accounts of this sign-in.");
            AppError::invalid(format!("targets.{index}"), "unknown_target", message)
        })?;
        identities.push(found.clone());
    }
    if identities.is_empty() {
        return Err(AppError::invalid("targets", "required", "Choose at least one account."));
    }
    let accounts = link(engine, actor, &row.platform, id, identities).await?;
    let (workspace, ids) = (actor.workspace, accounts.iter().map(|a| a.id).collect::<Vec<_>>());
    engine
        .db
        .write(move |tx| Box::pin(async move { connect::chosen(tx, workspace, id, &ids).await }))
        .await
        .map_err(store)?;
    Ok(accounts)
}

/// Saves a fresh grant, and its account when there is no choice to make.
pub(super) async fn keep(
    engine: &Engine,
    actor: &Actor,
    platform: &str,
    granted: Granted,
) -> Result<(GrantId, Vec<AccountRow>), AppError> {
    if granted.targets.is_empty() {
        return Err(ConnectorError::new(
            carillon_domain::connector_error::ErrorKind::Rejected,
            platform,
            "connect",
            "no_accounts",
            "There is no account under this sign-in that can be used.",
        )
        .with_action("Check that the account is of the right type and that you allowed access to it.")
        .into());
    }
    let id: GrantId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let now = engine.clock.now();
    let row = GrantRow {
        workspace: actor.workspace,
        id,
        platform: platform.to_owned(),
        server: granted.targets[0].server.clone(),
        person: granted.person.clone(),
        credential: Some(credentials::seal(engine, id, &granted.credential)?),
        scopes: granted.credential.scopes.clone(),
        targets: granted.targets.clone(),
        expires_at: granted.credential.expires_at,
        refresh_expires_at: granted.credential.refresh_expires_at,
        status: "live".to_owned(),
        refresh_epoch: 0,
        refresh_until: None,
        created_at: now,
        updated_at: now,
    };
    engine.db.write(move |tx| Box::pin(async move { grant::insert(tx, &row).await })).await.map_err(store)?;
    if granted.targets.len() > 1 {
        return Ok((id, Vec::new()));
    }
    let accounts = link(engine, actor, platform, id, granted.targets).await?;
    Ok((id, accounts))
}
