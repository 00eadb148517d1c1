//! Signing in: OAuth 2 with PKCE, and refresh tokens that are good for one use.

use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use serde_json::Value;

use super::errors::{PLATFORM, error_of};
use super::wire::{Me, Tokens};
use super::{API, DESCRIPTOR, Threads};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::errors::from_send;
use crate::kit::http::{Call, Safety};
use crate::kit::oauth::{Pkce, authorize_url};

const SCOPES: &[&str] = &["write"];

fn rejected(operation: &str, code: &str, cause: &str, action: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, operation, code, cause).with_action(action)
}

/// Client id and secret of the operator's app.
fn app<'a>(cx: &AuthCx<'a>) -> Result<(&'a str, &'a str), ConnectorError> {
    let (id, secret) = (cx.settings.get("client_id"), cx.settings.secret("client_secret"));
    id.zip(secret.map(|secret| secret.expose())).ok_or_else(|| {
        let action = "Set platforms.threads.client_id and platforms.threads.client_secret.";
        rejected("begin", "app_credentials_missing", "There is no Threads app on this server yet.", action)
    })
}

async fn tokens(cx: &AuthCx<'_>, mut form: Vec<(&str, String)>) -> Result<Credential, ConnectorError> {
    let (id, secret) = app(cx)?;
    form.extend([("client_id", id.to_owned()), ("client_secret", secret.to_owned())]);
    let url = format!("{}/token", cx.settings.endpoint(&DESCRIPTOR, API));
    let call = Call::post("oauth.token", Safety::Invisible, url).form(form);
    // A refresh token that was used is gone, whether or not its answer arrived.
    let sent = cx.http.send(call).await;
    let reply = sent.map_err(|error| from_send(PLATFORM, "oauth.token", Safety::Unsafe, error))?;
    let Some(tokens) = reply.json::<Tokens>().ok().filter(|_| reply.status.is_success()) else {
        return Err(error_of("oauth.token", Safety::Unsafe, &reply, cx.clock.now()));
    };
    let expires = tokens.expires_in.and_then(|s| cx.clock.now().checked_add(Duration::from_secs(s)).ok());
    Ok(Credential {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        expires_at: expires,
        refresh_expires_at: None,
        scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        extra: Value::Null,
    })
}

#[async_trait]
impl Authorizer for Threads {
    fn scopes_for(&self, _: Feature, _: Option<&str>) -> &'static [&'static str] {
        SCOPES
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let (client_id, _) = app(cx)?;
        let pkce = Pkce::new(cx.entropy);
        let parameters = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("scope", "write"),
            ("state", &request.state),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ];
        let base = cx.settings.endpoint(&DESCRIPTOR, API);
        let authorize_url = authorize_url(&format!("{base}/authorize"), parameters).map_err(|_| {
            let action = "Set platforms.threads.api_base_url to a full address, or remove it.";
            rejected("begin", "bad_address", "The address of Threads is not one.", action)
        })?;
        let pending = Pending {
            redirect_uri: request.redirect_uri,
            server: None,
            flavour: request.flavour,
            verifier: Some(pkce.verifier),
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let Some(code) = callback.code else {
            let cause = "Threads was not allowed to connect the account.";
            return Err(rejected("complete", "access_denied", cause, "Try again and agree."));
        };
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.expose().to_owned()),
            ("redirect_uri", pending.redirect_uri.to_string()),
            ("code_verifier", pending.verifier.map(|v| v.expose().to_owned()).unwrap_or_default()),
        ];
        let credential = tokens(cx, form).await?;
        let url = format!("{}/me", cx.settings.endpoint(&DESCRIPTOR, API));
        let call = Call::get("me", url).bearer(&credential.access_token);
        let sent = cx.http.send(call).await;
        let reply = sent.map_err(|error| from_send(PLATFORM, "me", Safety::Read, error))?;
        let me = reply.json::<Me>().ok().filter(|_| reply.status.is_success());
        let me = me.ok_or_else(|| error_of("me", Safety::Read, &reply, cx.clock.now()))?;
        Ok(Granted { credential, targets: vec![identity(me)] })
    }

    fn refreshable(&self, credential: &Credential) -> bool {
        credential.refresh_token.is_some()
    }

    fn single_use_refresh(&self) -> bool {
        true
    }

    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        _: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let refresh = credential.refresh_token.as_ref().map(|t| t.expose().to_owned()).unwrap_or_default();
        tokens(cx, vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh)]).await
    }

    async fn revoke(
        &self,
        _: &AuthCx<'_>,
        _: &AccountIdentity,
        _: &Credential,
    ) -> Result<(), ConnectorError> {
        // Threads has no revocation.
        Ok(())
    }
}

/// Who signed in.
pub(super) fn identity(me: Me) -> AccountIdentity {
    AccountIdentity {
        handle: me.id.clone(),
        remote_id: me.id,
        name: me.name,
        avatar_url: None,
        server: None,
        meta: Value::Null,
    }
}
