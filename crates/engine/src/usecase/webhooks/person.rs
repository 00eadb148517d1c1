//! Whose a login is, as the network names them when they take their consent back.

use carillon_connectors::contract::cx::Credential;
use carillon_domain::id::{GrantId, WorkspaceId};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::grant;

use crate::Engine;
use crate::usecase::credentials;

/// Asks who signed in, for a login from when nobody noted that.
///
/// # Errors
/// When the database fails. If the network does not say it now, it is asked the next time.
pub(crate) async fn learn(
    engine: &Engine,
    account: &AccountRow,
    credential: &Credential,
) -> Result<(), StoreError> {
    let Some(connector) = engine.networks.connector(&account.platform) else { return Ok(()) };
    if !connector.webhooks().is_some_and(|webhooks| webhooks.tells_withdrawals()) {
        return Ok(());
    }
    let login = grant::find(&engine.db, account.workspace, account.grant).await?;
    if login.is_none_or(|login| login.person.is_some()) {
        return Ok(());
    }
    let app = credentials::app(engine, &account.platform, account.server.as_deref()).await?;
    let cx = credentials::auth_cx(engine, &account.platform, app.as_ref());
    match connector.authorizer().person(&cx, &account.identity(), credential).await {
        Ok(Some(person)) => note(engine, account.workspace, account.grant, person).await,
        Ok(None) => Ok(()),
        Err(error) => {
            tracing::debug!(account = %account.id, %error, "the network does not say now who signed in");
            Ok(())
        }
    }
}

/// Notes who signed in, where nobody knows.
pub(super) async fn note(
    engine: &Engine,
    workspace: WorkspaceId,
    id: GrantId,
    person: String,
) -> Result<(), StoreError> {
    engine
        .db
        .write(move |tx| Box::pin(async move { grant::know_person(tx, workspace, id, &person).await }))
        .await
}
