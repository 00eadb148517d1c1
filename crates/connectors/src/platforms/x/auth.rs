//! Signing in: OAuth 2.0 authorization code with PKCE. Source: docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE" (2026).
//!
//! A refresh token is good for one use, and the answer holds the next one: who loses the answer has lost the grant.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use http::header::AUTHORIZATION;

use super::api::{self, Api};
use super::errors::{self, PLATFORM, op};
use super::{API, DESCRIPTOR, WEB, X, read};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::http::{Call, Reply, Safety};
use crate::kit::oauth::{self, Pkce, TokenAnswer, authorize_url, basic_authorization};

const PUBLISH: &[&str] = &["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"];
const READ: &[&str] = &["tweet.read", "users.read", "offline.access"];

/// Why a code is not taken.
const CODE_REFUSED: &str =
    "X did not accept the code that it sent: it is good for 30 seconds and for one use.";

#[async_trait]
impl Authorizer for X {
    fn scopes_for(&self, feature: Feature, _: Option<&str>) -> &'static [&'static str] {
        match feature {
            Feature::Publish => PUBLISH,
            Feature::Read => READ,
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let app = App::of(cx, op::AUTHORIZE)?;
        let pkce = Pkce::new(cx.entropy);
        let page = format!("{}/i/oauth2/authorize", cx.settings.endpoint(&DESCRIPTOR, WEB));
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.id),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("scope", &PUBLISH.join(" ")),
            ("state", &request.state),
            ("code_challenge", &pkce.challenge),
            ("code_challenge_method", "S256"),
        ];
        let authorize_url = authorize_url(&page, parameters).map_err(|e| bad_setting(&e))?;
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
        let app = App::of(cx, op::TOKEN)?;
        let code = oauth::code(&callback, refused)?;
        let verifier = pending.verifier.as_ref().ok_or_else(|| refused("no_code", None))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code_verifier", verifier.expose()),
        ];
        let answer =
            app.token(cx, op::TOKEN, &form).await.map_err(|e| oauth::code_refused(e, CODE_REFUSED))?;
        let credential = answer.credential(cx.clock.now(), None);
        let user = read::me(&Api::new(cx.http, cx.settings, &credential.access_token)).await?;
        Ok(Granted { credential, targets: vec![read::identity(user)], person: None })
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
        let app = App::of(cx, op::REFRESH)?;
        let Some(refresh) = &credential.refresh_token else { return Err(no_refresh_token()) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        let answer = app.token(cx, op::REFRESH, &form).await?;
        Ok(answer.credential(cx.clock.now(), Some(credential)))
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        _: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        let app = App::of(cx, op::REVOKE)?;
        let refresh = credential.refresh_token.as_ref().map(|t| (t, "refresh_token"));
        // Both are tried, whatever becomes of the first.
        let mut told = Ok(());
        for (token, hint) in refresh.into_iter().chain([(&credential.access_token, "access_token")]) {
            let form = [("token", token.expose()), ("token_type_hint", hint)];
            match app.send(cx, op::REVOKE, "/2/oauth2/revoke", &form).await {
                Err(e) if e.code != "grant_invalid" && told.is_ok() => told = Err(e),
                _ => {}
            }
        }
        told
    }
}

/// The operator's app. With a secret it is a confidential client, without one a public client.
struct App<'a> {
    id: &'a str,
    secret: Option<&'a Secret>,
}

impl<'a> App<'a> {
    fn of(cx: &AuthCx<'a>, operation: &str) -> Result<Self, ConnectorError> {
        let secret = cx.settings.secret("client_secret");
        cx.settings.get("client_id").map(|id| Self { id, secret }).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Rejected,
                PLATFORM,
                operation,
                "app_credentials_missing",
                "No X app has been set up for this installation.",
            )
            .with_action(
                "Ask the operator to set platforms.x.client_id (and client_secret) as the guide for X says.",
            )
        })
    }

    async fn token(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        form: &[(&str, &str)],
    ) -> Result<TokenAnswer, ConnectorError> {
        let reply = self.send(cx, operation, "/2/oauth2/token", form).await?;
        api::read(operation, &reply)
    }

    async fn send(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<Reply, ConnectorError> {
        let url = format!("{}{path}", cx.settings.endpoint(&DESCRIPTOR, API));
        let call = Call::post(operation, Safety::Invisible, url);
        let call = match self.secret {
            Some(secret) => {
                let basic = basic_authorization(self.id, secret);
                call.form(form.iter().copied()).header(AUTHORIZATION, basic.expose())
            }
            None => call.form(form.iter().copied().chain([("client_id", self.id)])),
        };
        let reply = cx.http.send(call).await.map_err(|e| errors::unanswered(operation, e))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(errors::map(operation, reply.status, &reply.headers, &reply.body))
    }
}

fn refused(error: &str, description: Option<&str>) -> ConnectorError {
    let (code, cause) = match error {
        "access_denied" => ("access_denied", "The connection was refused on X's page."),
        "no_code" => ("no_code", "X sent no code back."),
        _ => ("refused", "X refused the connection."),
    };
    let mut refused = ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::AUTHORIZE, code, cause)
        .with_action("Start connecting again, and agree on X's page.");
    refused.remote.code = Some(error.to_owned());
    refused.remote.message = description.map(str::to_owned);
    refused
}

fn bad_setting(error: &impl ToString) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        op::AUTHORIZE,
        "setting_invalid",
        "The setting platforms.x.web_base_url is not a URL.",
    )
    .with_action("Ask the operator to correct it.")
    .with_detail(error.to_string())
}

fn no_refresh_token() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthRevoked,
        PLATFORM,
        op::REFRESH,
        "no_refresh_token",
        "X gave no refresh token for this account, so its access has ended.",
    )
    .with_action("Connect the account again.")
}
