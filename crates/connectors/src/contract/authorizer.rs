//! Signing in at a network and keeping the grant alive.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::cx::{AppCredentials, AuthCx, Credential};

/// Code of `begin` and `complete` when the server no longer knows our app, or knows it under another address of ours. Whoever
/// sees it registers anew.
pub const APP_UNKNOWN: &str = "app_unknown";

/// What scopes are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Publishing with media, deleting, first comments.
    Publish,
    /// Profile, posts and their numbers.
    Read,
}

/// What the user chose when starting to connect.
#[derive(Debug, Clone)]
pub struct BeginRequest {
    /// Our callback, `…/oauth/{platform}/callback`.
    pub redirect_uri: Url,
    /// Unguessable; comes back with the callback.
    pub state: String,
    /// Normalised base URL of the server, for networks of many servers.
    pub server: Option<Url>,
    /// One of the flavours of [`Connect::Oauth`](super::capability::Connect::Oauth).
    pub flavour: Option<String>,
}

/// Where to send the user, and what to remember until they come back.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The network's login and consent page.
    pub authorize_url: Url,
    /// Sealed until the callback: PKCE verifier, flavour …
    pub pending: Pending,
}

/// What must be remembered between redirect and callback. Stored only sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The callback address that was announced; must be repeated to the letter.
    pub redirect_uri: Url,
    /// The server, for networks of many servers.
    pub server: Option<Url>,
    /// The flavour.
    pub flavour: Option<String>,
    /// PKCE code verifier.
    #[serde(serialize_with = "Secret::serialize_exposed_option")]
    pub verifier: Option<Secret>,
}

/// Query parameters of a callback whose state was already verified.
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// The authorization code.
    pub code: Option<Secret>,
    /// The OAuth error code, such as `access_denied`.
    pub error: Option<String>,
    /// The network's words.
    pub error_description: Option<String>,
}

/// Identifier and app password, for networks without a redirect.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Base URL of the server that the user named, if any.
    pub server: Option<Url>,
    /// Handle, e-mail or DID.
    pub identifier: String,
    /// The app password.
    pub app_password: Secret,
}

/// A fresh grant with the accounts under it.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The tokens.
    pub credential: Credential,
    /// The identities that can be used under this grant. One: connected at once. Several: the user chooses.
    pub targets: Vec<AccountIdentity>,
    /// Who signed in, with the app by which they did, as the network's withdrawals name them
    /// ([`Webhooks::tells_withdrawals`](super::webhooks::Webhooks::tells_withdrawals)).
    pub person: Option<String>,
}

/// Signs in, refreshes and revokes.
#[async_trait]
pub trait Authorizer: Send + Sync {
    /// Scopes needed for a feature in a flavour. Minimal; never more than asked for.
    fn scopes_for(&self, feature: Feature, flavour: Option<&str>) -> &'static [&'static str];

    /// Registers our app at a server; for networks of many servers. Also proves that the server speaks the protocol.
    ///
    /// # Errors
    /// Clear ones for a server that is down, is something else or redirects elsewhere. `Rejected` with code `unsupported` by
    /// connectors that need no registration.
    async fn register(
        &self,
        cx: &AuthCx<'_>,
        server: &Url,
        redirect_uri: &Url,
    ) -> Result<AppCredentials, ConnectorError> {
        let _ = (cx, server, redirect_uri);
        Err(unsupported("register"))
    }

    /// Builds the authorize URL.
    ///
    /// # Errors
    /// `Rejected` with code `app_credentials_missing` when the operator has not set up an app, with code [`APP_UNKNOWN`] when
    /// the server has forgotten the app that registered itself there.
    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let _ = (cx, request);
        Err(unsupported("begin"))
    }

    /// Exchanges the code and reads who signed in.
    ///
    /// # Errors
    /// `Rejected` with code `access_denied` when the user refused; else as the network answered.
    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let _ = (cx, pending, callback);
        Err(unsupported("complete"))
    }

    /// Signs in with identifier and app password.
    ///
    /// # Errors
    /// `Rejected` with code `wrong_credentials`; else as the network answered.
    async fn sign_in(&self, cx: &AuthCx<'_>, request: SignIn) -> Result<Granted, ConnectorError> {
        let _ = (cx, request);
        Err(unsupported("sign_in"))
    }

    /// Whether access tokens run out and can be renewed.
    fn refreshable(&self, credential: &Credential) -> bool;

    /// Whether each refresh token is good for one use only, so that a lost answer means a lost grant.
    fn single_use_refresh(&self) -> bool;

    /// Gets a new access token.
    ///
    /// # Errors
    /// `AuthRevoked` when the grant is gone; `Ambiguous` when the answer to a single-use refresh was lost.
    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError>;

    /// Who signed in, as [`Granted::person`] says it, for logins from when nobody noted it.
    ///
    /// # Errors
    /// As the network answered.
    async fn person(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Option<String>, ConnectorError> {
        let _ = (cx, account, credential);
        Ok(None)
    }

    /// Tells the network that we no longer need the grant. Best effort; networks without revocation answer `Ok`.
    ///
    /// # Errors
    /// As the network answered.
    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError>;
}

fn unsupported(operation: &str) -> ConnectorError {
    ConnectorError::new(
        carillon_domain::connector_error::ErrorKind::Rejected,
        "",
        operation,
        "unsupported",
        "This network is connected in another way.",
    )
}
