//! People who took their consent back at the network.

use carillon_connectors::contract::webhooks::Withdrawal;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::time::{Timestamp, random_bytes};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::data_deletion::{self, DataDeletionRow};
use carillon_store::repo::grant::{self, GrantRow};

use super::{Reply, person};
use crate::Engine;
use crate::usecase::accounts;

/// Open requests for deletion that are looked at together.
const PIECE: i64 = 100;

/// How a request for deletion stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The network where the person asked, as it is called.
    pub network: String,
    /// When they asked.
    pub requested_at: Timestamp,
    /// When everything was deleted; none: not yet.
    pub finished_at: Option<Timestamp>,
    /// Whether there was anything of theirs.
    pub found: bool,
}

/// How a request for deletion stands, for whoever has its code.
///
/// # Errors
/// [`AppError::NotFound`] for codes that nobody was given.
pub async fn deletion(engine: &Engine, platform: &str, code: &str) -> Result<Deletion, AppError> {
    let found = data_deletion::find(&engine.db, code).await?.filter(|row| row.platform == platform);
    let row = found.ok_or(AppError::NotFound { what: "request" })?;
    let title = engine.networks.connector(platform).map_or(platform, |c| c.descriptor().title);
    let (network, found) = (title.to_owned(), row.found);
    Ok(Deletion { network, requested_at: row.requested_at, finished_at: row.finished_at, found })
}

/// Ends a person's logins, and where they want it deletes everything that was read and published under them.
pub(super) async fn accept(
    engine: &Engine,
    platform: &str,
    withdrawn: Withdrawal,
) -> Result<Reply, AppError> {
    recognise(engine, platform, &withdrawn).await?;
    let grants = grant::of_person(&engine.db, &withdrawn.person).await?;
    // Kept before anything is done: what fails is then tried again, also if the network does not say it twice.
    let request =
        if withdrawn.erase { Some(keep(engine, platform, &withdrawn, &grants).await?) } else { None };
    for row in grants.iter().filter(|row| row.created_at <= withdrawn.at) {
        gone(engine, row).await?;
    }
    let Some(request) = request else { return Ok(Reply::Heard) };
    // What can't be deleted now, because something is being sent, is deleted by the next upkeep.
    if let Err(error) = fulfil(engine, &request).await {
        tracing::warn!(platform, %error, "a person's data can't be deleted yet; it is tried again");
    }
    Ok(Reply::Deleting { code: request.code })
}

/// Logins from when nobody noted who signed in are theirs if the account is.
async fn recognise(engine: &Engine, platform: &str, withdrawn: &Withdrawal) -> Result<(), AppError> {
    let Some(remote_id) = &withdrawn.remote_id else { return Ok(()) };
    for (workspace, id) in account::by_remote(&engine.db, platform, remote_id).await? {
        let Some(row) = account::find(&engine.db, workspace, id).await? else { continue };
        person::note(engine, workspace, row.grant, withdrawn.person.clone()).await?;
    }
    Ok(())
}

async fn keep(
    engine: &Engine,
    platform: &str,
    withdrawn: &Withdrawal,
    grants: &[GrantRow],
) -> Result<DataDeletionRow, AppError> {
    let mut accounts = Vec::new();
    for login in grants {
        let rows = account::of_grant(&engine.db, login.workspace, login.id).await?;
        // Who has a new login by now asked for what was there before it.
        let before = rows.iter().filter(|row| row.created_at <= withdrawn.at);
        accounts.extend(before.map(|row| (row.workspace, row.id)));
    }
    let row = DataDeletionRow {
        code: hex::encode(random_bytes::<16>(engine.entropy.as_ref())),
        platform: platform.to_owned(),
        person: Some(withdrawn.person.clone()),
        found: !accounts.is_empty() || grants.iter().any(|login| login.created_at <= withdrawn.at),
        accounts,
        requested_at: withdrawn.at,
        finished_at: None,
    };
    let copy = row.clone();
    engine.db.write(move |tx| Box::pin(async move { data_deletion::insert(tx, &copy).await })).await?;
    Ok(row)
}

/// The network says that the account no longer lets us in. A login from after that stands.
pub(super) async fn removed(engine: &Engine, row: &AccountRow, at: Timestamp) -> Result<(), AppError> {
    match grant::find(&engine.db, row.workspace, row.grant).await? {
        Some(login) if login.created_at <= at => gone(engine, &login).await,
        _ => Ok(()),
    }
}

/// Fulfils the requests for deletion that are open.
///
/// # Errors
/// When the database fails. What can't be deleted for other reasons is tried again the next time.
pub(crate) async fn finish_deletions(engine: &Engine) -> Result<(), AppError> {
    let mut last = None;
    loop {
        // One that has to wait keeps none behind it.
        let rows = data_deletion::open(&engine.db, last.as_ref(), PIECE).await?;
        for row in &rows {
            if let Err(error) = fulfil(engine, row).await {
                tracing::warn!(platform = row.platform, %error, "a person's data can't be deleted yet");
            }
        }
        last = rows.into_iter().last();
        if last.is_none() {
            return Ok(());
        }
    }
}

async fn gone(engine: &Engine, row: &GrantRow) -> Result<(), AppError> {
    let title =
        engine.networks.connector(&row.platform).map_or(row.platform.as_str(), |c| c.descriptor().title);
    let error = ConnectorError::new(
        ErrorKind::AuthRevoked,
        &row.platform,
        "webhook",
        "consent_withdrawn",
        format!("The account's owner removed Carillon at {title}."),
    )
    .with_action("Connect the account again.");
    Ok(accounts::grant_is_withdrawn(engine, row.workspace, row.id, &error).await?)
}

/// Deletes what can be deleted. What can't, because something is being sent, keeps the request open and nothing else.
async fn fulfil(engine: &Engine, request: &DataDeletionRow) -> Result<(), AppError> {
    let person = request.person.as_deref().unwrap_or_default();
    let mut grants = grant::of_person(&engine.db, person).await?;
    // Whoever signed in again after asking wants the new login.
    grants.retain(|login| login.created_at <= request.requested_at);
    let mut accounts = request.accounts.clone();
    for login in &grants {
        let rows = account::of_grant(&engine.db, login.workspace, login.id).await?;
        accounts.extend(rows.iter().map(|row| (row.workspace, row.id)));
    }
    let mut failed = None;
    for (workspace, id) in accounts {
        if let Err(error) = clear(engine, workspace, id, request.requested_at).await {
            failed.get_or_insert(error);
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let logins: Vec<_> = grants.iter().map(|login| (login.workspace, login.id)).collect();
    let (code, now) = (request.code.clone(), engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (workspace, id) in logins {
                    grant::forget(tx, workspace, id, now).await?;
                }
                data_deletion::finish(tx, &code, now).await
            })
        })
        .await?;
    Ok(())
}

/// Erases an account; where it has a login of later, what is older than the request.
async fn clear(
    engine: &Engine,
    workspace: WorkspaceId,
    id: AccountId,
    until: Timestamp,
) -> Result<(), AppError> {
    let Some(row) = account::find(&engine.db, workspace, id).await? else { return Ok(()) };
    let login = grant::find(&engine.db, workspace, row.grant).await?;
    if login.is_some_and(|login| login.created_at > until) {
        return accounts::erase_until(engine, &row, until).await;
    }
    accounts::let_go(engine, row, true).await.map(drop)
}
