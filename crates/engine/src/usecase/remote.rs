//! Calls to a network while a person waits for them, outside of publishing: with the account's login, and nothing to save on the way.

use carillon_connectors::contract::cx::{AppCredentials, Credential, Cx};
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_store::repo::account::AccountRow;

use super::accounts;
use super::credentials::{self, NoCredential};
use crate::Engine;
use crate::media::WorkspaceMedia;
use crate::publish::NoCheckpoint;

/// What a call that changes something public needs of an account.
pub(super) struct Reach<'a> {
    engine: &'a Engine,
    account: &'a AccountRow,
    identity: AccountIdentity,
    credential: Credential,
    app: Option<AppCredentials>,
    media: WorkspaceMedia,
    renewed: bool,
}

impl<'a> Reach<'a> {
    /// With a login that is good now.
    ///
    /// # Errors
    /// [`AppError::Connector`] when there is none; an account that needs a person is marked as one.
    pub(super) async fn of(engine: &'a Engine, account: &'a AccountRow) -> Result<Self, AppError> {
        let (identity, media) = (account.identity(), engine.library.source(account.workspace));
        match credentials::credential(engine, account, false).await {
            Ok(credential) => {
                let app = credentials::app(engine, &account.platform, account.server.as_deref()).await?;
                Ok(Self { engine, account, identity, credential, app, media, renewed: false })
            }
            Err(none) => Err(without_login(engine, account.workspace, account.id, none).await),
        }
    }

    /// For the connector.
    pub(super) fn cx(&self) -> Cx<'_> {
        Cx {
            http: &self.engine.networks.http,
            settings: self.engine.networks.settings(&self.account.platform),
            app: self.app.as_ref(),
            account: &self.identity,
            credential: &self.credential,
            clock: self.engine.clock.as_ref(),
            entropy: self.engine.entropy.as_ref(),
            media: &self.media,
            checkpoint: &NoCheckpoint,
        }
    }

    /// Whether the call is to be sent once more, because its token was refused and there is another one now: one time, since a second
    /// refusal is not about age. An account whose login is gone is marked as one that needs a person.
    ///
    /// # Errors
    /// When there is no other token, or the database fails.
    pub(super) async fn again(&mut self, answer: &Result<(), ConnectorError>) -> Result<bool, AppError> {
        let Err(error) = answer else { return Ok(false) };
        let (engine, account) = (self.engine, self.account);
        if error.kind == ErrorKind::AuthExpired && !self.renewed {
            match credentials::instead_of(engine, account, &self.credential).await {
                Ok(credential) => (self.credential, self.renewed) = (credential, true),
                Err(none) => return Err(without_login(engine, account.workspace, account.id, none).await),
            }
            return Ok(true);
        }
        if login_is_gone(error) {
            accounts::needs_reconnect(engine, account.workspace, account.id, error).await?;
        }
        Ok(false)
    }
}

/// A person must connect the account again. A permission that is missing is no reason: posts may go out without it.
pub(super) fn login_is_gone(error: &ConnectorError) -> bool {
    matches!(error.kind, ErrorKind::AuthExpired | ErrorKind::AuthRevoked)
}

/// Why there is no credential, for a person who is waiting; an account that needs one is marked.
pub(super) async fn without_login(
    engine: &Engine,
    workspace: WorkspaceId,
    id: AccountId,
    none: NoCredential,
) -> AppError {
    if let NoCredential::Reconnect(error) = &none
        && let Err(error) = accounts::needs_reconnect(engine, workspace, id, error).await
    {
        return error.into();
    }
    match none {
        NoCredential::Reconnect(error) | NoCredential::Later(error) => error.into(),
        NoCredential::Store(error) => error.into(),
    }
}
