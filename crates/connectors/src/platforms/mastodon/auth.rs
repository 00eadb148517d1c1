//! Signing in: Carillon registers itself at each server that somebody names, then the usual redirect. Tokens never run out.
//!
//! Source: docs.joinmastodon.org, "apps API methods", "oauth API methods", "OAuth scopes" (2 July 2026).

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::api::{Server, host_of};
use super::errors;
use super::{Mastodon, NAME, identity, wire};
use crate::contract::authorizer::{
    APP_UNKNOWN, Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending,
};
use crate::contract::cx::{AppCredentials, AuthCx, Credential};
use crate::kit::http::{Call, Safety};
use crate::kit::oauth::{Pkce, authorize_url};

mod register;

const READ: &[&str] = &["read:accounts", "read:statuses"];
/// Reading is part of publishing: a lost answer is only settled by looking.
const PUBLISH: &[&str] = &["read:accounts", "read:statuses", "write:statuses", "write:media"];

/// What is asked for, as one text.
fn scopes() -> String {
    PUBLISH.join(" ")
}

/// What is kept with a registration, besides identifier and secret.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Registration {
    /// The only address to which the server sends codes.
    redirect_uri: String,
    /// The name under which we registered; the server shows it on our posts.
    name: String,
    /// Whether the server's metadata promise PKCE with S256.
    pkce: bool,
}

impl Registration {
    fn of(app: &AppCredentials) -> Self {
        serde_json::from_value(app.extra.clone()).unwrap_or_default()
    }
}

/// The name under which we registered at the account's server, if known.
pub fn registered_name(app: Option<&AppCredentials>) -> Option<String> {
    app.map(|app| Registration::of(app).name).filter(|name| !name.is_empty())
}

#[async_trait]
impl Authorizer for Mastodon {
    fn scopes_for(&self, feature: Feature, _: Option<&str>) -> &'static [&'static str] {
        match feature {
            Feature::Publish => PUBLISH,
            Feature::Read => READ,
        }
    }

    async fn register(
        &self,
        cx: &AuthCx<'_>,
        server: &Url,
        redirect_uri: &Url,
    ) -> Result<AppCredentials, ConnectorError> {
        register::register(cx, server, redirect_uri).await
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        const OPERATION: &str = "oauth.begin";
        let (app, server) = match (cx.app, request.server) {
            (Some(app), Some(server)) => (app, server),
            (_, None) => return Err(no_server(OPERATION)),
            (None, _) => return Err(no_app(OPERATION)),
        };
        let registration = Registration::of(app);
        if registration.redirect_uri != request.redirect_uri.as_str() {
            return Err(app_unknown(
                OPERATION,
                "Carillon registered there under another address of its own.",
            ));
        }
        let api = Server::public(cx, &server);
        let pkce = registration.pkce || register::promises_pkce(&api).await;
        register::is_still_known(&api, app).await?;
        let pair = pkce.then(|| Pkce::new(cx.entropy));
        let scope = scopes();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", app.client_id.as_str()),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("scope", scope.as_str()),
            ("state", request.state.as_str()),
        ];
        if let Some(pair) = &pair {
            parameters.push(("code_challenge", pair.challenge.as_str()));
            parameters.push(("code_challenge_method", "S256"));
        }
        let authorize_url = authorize_url(&api.url("/oauth/authorize"), parameters)
            .map_err(|e| no_server(OPERATION).with_detail(e.to_string()))?;
        let pending = Pending {
            redirect_uri: request.redirect_uri,
            server: Some(server),
            flavour: request.flavour,
            verifier: pair.map(|p| p.verifier),
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        const OPERATION: &str = "oauth.token";
        let code = code_of(callback)?;
        let server = pending.server.as_ref().ok_or_else(|| no_server(OPERATION))?;
        let app = cx.app.ok_or_else(|| no_app(OPERATION))?;
        let api = Server::public(cx, server);
        let token: wire::Token = api.read(token_call(&api, app, &pending, &code)).await?;
        let credential = credential(token)?;
        let api = api.with_token(credential.access_token.clone());
        let account = api.verify_credentials().await?;
        if let Some(moved) = &account.moved {
            return Err(moved_away(moved));
        }
        let meta = identity::read_meta(&api).await;
        let target = identity::identity(&account, api.base(), meta);
        Ok(Granted { credential, targets: vec![target], person: None })
    }

    fn refreshable(&self, _: &Credential) -> bool {
        false
    }

    fn single_use_refresh(&self) -> bool {
        false
    }

    async fn refresh(
        &self,
        _: &AuthCx<'_>,
        _: &AccountIdentity,
        _: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let cause = "This network has nothing to renew: an access that no longer works is gone.";
        Err(ConnectorError::new(ErrorKind::AuthRevoked, NAME, "oauth.refresh", "no_refresh", cause)
            .with_action("Connect the account again."))
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        const OPERATION: &str = "oauth.revoke";
        let app = cx.app.ok_or_else(|| no_app(OPERATION))?;
        let server = account.server.as_deref().and_then(|s| Url::parse(s).ok());
        let server = server.ok_or_else(|| no_server(OPERATION))?;
        let api = Server::public(cx, &server);
        let mut form = client_form(app);
        form.push(("token", credential.access_token.expose()));
        match api.send(api.post(OPERATION, Safety::Invisible, "/oauth/revoke").form(form)).await {
            // No such address: software without revocation.
            Err(error) if matches!(error.code.as_str(), errors::NOT_FOUND | "unsupported" | "gone") => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// What the person decided.
fn code_of(callback: Callback) -> Result<Secret, ConnectorError> {
    const OPERATION: &str = "oauth.authorize";
    let refused = |code: &str, cause: String| {
        ConnectorError::new(ErrorKind::Rejected, NAME, OPERATION, code, cause)
            .with_action("Start connecting again when you want to.")
    };
    if let Some(error) = callback.error {
        if error == "access_denied" {
            return Err(refused("access_denied", "The access was refused at the server.".to_owned()));
        }
        let said = callback.error_description.unwrap_or_else(|| error.clone());
        return Err(refused(
            "authorization_failed",
            format!(
                "The server did not give access. It said: “{}”.",
                said.chars().take(200).collect::<String>()
            ),
        ));
    }
    let missing = || refused("code_missing", "The server sent no code back.".to_owned());
    callback.code.filter(|code| !code.is_empty()).ok_or_else(missing)
}

fn token_call(api: &Server<'_>, app: &AppCredentials, pending: &Pending, code: &Secret) -> Call {
    let mut form = client_form(app);
    form.push(("grant_type", "authorization_code"));
    form.push(("code", code.expose()));
    form.push(("redirect_uri", pending.redirect_uri.as_str()));
    if let Some(verifier) = &pending.verifier {
        form.push(("code_verifier", verifier.expose()));
    }
    api.post("oauth.token", Safety::Invisible, "/oauth/token").form(form)
}

fn client_form(app: &AppCredentials) -> Vec<(&'static str, &str)> {
    let secret = app.client_secret.as_ref().map_or("", Secret::expose);
    vec![("client_id", app.client_id.as_str()), ("client_secret", secret)]
}

/// The grant, if it allows all that is needed.
fn credential(token: wire::Token) -> Result<Credential, ConnectorError> {
    let granted: Vec<String> =
        token.scope.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let allows = |scope: &&&str| {
        let whole = scope.split(':').next().unwrap_or_default();
        granted.iter().any(|g| g == *scope || g == whole)
    };
    let missing: Vec<&str> = PUBLISH.iter().filter(|s| !allows(s)).copied().collect();
    // Some software does not say what it granted; then it is what was asked for.
    if !granted.is_empty() && !missing.is_empty() {
        let cause = format!("The server did not grant all permissions; missing: {}.", missing.join(", "));
        return Err(ConnectorError::new(
            ErrorKind::PermissionMissing,
            NAME,
            "oauth.token",
            "scope_missing",
            cause,
        )
        .with_action("Connect the account again and agree to all permissions."));
    }
    let scopes = if granted.is_empty() { PUBLISH.iter().map(|s| (*s).to_owned()).collect() } else { granted };
    Ok(Credential {
        access_token: token.access_token,
        refresh_token: None,
        expires_at: None,
        refresh_expires_at: None,
        scopes,
        extra: serde_json::Value::Null,
    })
}

fn moved_away(to: &wire::Account) -> ConnectorError {
    let page = to.url.as_deref().or(to.acct.as_deref()).unwrap_or("another account");
    let cause = format!("This account has moved to {page} and can't post any more.");
    ConnectorError::new(ErrorKind::Rejected, NAME, "accounts.verify", "account_moved", cause)
        .with_action(format!("Connect the new account at {}.", host_of(page)))
}

fn app_unknown(operation: &str, cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, operation, APP_UNKNOWN, cause)
        .with_action("Start connecting again: Carillon registers anew.")
}

fn no_app(operation: &str) -> ConnectorError {
    let cause = "Carillon is not registered at this server.";
    ConnectorError::new(ErrorKind::Rejected, NAME, operation, "app_credentials_missing", cause)
        .with_action("Start connecting again: Carillon registers by itself.")
}

fn no_server(operation: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, operation, "server_missing", "No server was named.")
        .with_action("Name the server of the account, for example mastodon.social.")
}
