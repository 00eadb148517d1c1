//! Signing in with Google: OAuth 2.0 authorization code with PKCE. Source: Google Identity, "Using OAuth 2.0 for Web Server
//! Applications" (2026).
//!
//! A refresh token does not change and is good for many uses, so that a lost answer to a refresh costs nothing. It is given only where
//! offline access is asked for and the consent page is shown, and dies after 7 days while the app is in testing.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use super::api::Api;
use super::errors::{self, PLATFORM, op, rejected};
use super::{ACCOUNTS, DESCRIPTOR, OAUTH, YouTube, read};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::http::{Call, Reply, Safety};
use crate::kit::oauth::{self, Pkce, TokenAnswer, authorize_url};

/// Uploading, changing, deleting, playlists and comments: comments have no narrower scope, and this one holds all the others.
const PUBLISH: &[&str] = &["https://www.googleapis.com/auth/youtube.force-ssl"];
/// Channel, videos and Analytics. Google's description of the Analytics API lets either of them in; its page "Reports: Query" (2026)
/// asks for the first one besides.
const READ: &[&str] = &[
    "https://www.googleapis.com/auth/youtube.readonly",
    "https://www.googleapis.com/auth/yt-analytics.readonly",
];

/// Why a code is not taken.
const CODE_REFUSED: &str =
    "Google did not accept the code that it sent: it is good for a few minutes and for one use.";

#[async_trait]
impl Authorizer for YouTube {
    fn scopes_for(&self, feature: Feature, _: Option<&str>) -> &'static [&'static str] {
        match feature {
            Feature::Publish => PUBLISH,
            Feature::Read => READ,
        }
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let app = App::of(cx, op::AUTHORIZE)?;
        let pkce = Pkce::new(cx.entropy);
        let page = format!("{}/o/oauth2/v2/auth", cx.settings.endpoint(&DESCRIPTOR, ACCOUNTS));
        let scope = [PUBLISH, READ].concat().join(" ");
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.id),
            ("redirect_uri", request.redirect_uri.as_str()),
            ("scope", &scope),
            ("state", &request.state),
            // Without these two there is no refresh token.
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("include_granted_scopes", "true"),
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
        all_granted(&credential)?;
        let api = Api::new(cx.http, cx.settings, &credential.access_token, cx.clock);
        let channel = read::channel(&api, op::TOKEN).await?;
        Ok(Granted { credential, targets: vec![read::identity(&channel)], person: None })
    }

    fn refreshable(&self, credential: &Credential) -> bool {
        credential.refresh_token.is_some()
    }

    fn single_use_refresh(&self) -> bool {
        false
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
        // Either token ends the whole grant.
        let token = credential.refresh_token.as_ref().unwrap_or(&credential.access_token);
        match send(cx, op::REVOKE, "/revoke", &[("token", token.expose())]).await {
            Err(error) if error.code != "token_unknown" => Err(error),
            _ => Ok(()),
        }
    }
}

/// The operator's app.
struct App<'a> {
    id: &'a str,
    secret: &'a str,
}

impl<'a> App<'a> {
    fn of(cx: &AuthCx<'a>, operation: &str) -> Result<Self, ConnectorError> {
        let secret = cx.settings.secret("client_secret").map(|secret| secret.expose());
        cx.settings.get("client_id").zip(secret).map(|(id, secret)| Self { id, secret }).ok_or_else(|| {
            rejected(
                operation,
                "app_credentials_missing",
                "No Google app has been set up for this installation.",
                "Ask the operator to set platforms.youtube.client_id and platforms.youtube.client_secret as the guide for YouTube \
                 says.",
            )
        })
    }

    async fn token(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        form: &[(&str, &str)],
    ) -> Result<TokenAnswer, ConnectorError> {
        let own = [("client_id", self.id), ("client_secret", self.secret)];
        let form: Vec<_> = form.iter().copied().chain(own).collect();
        let reply = send(cx, operation, "/token", &form).await?;
        reply.json().map_err(|error| errors::unreadable(operation, error))
    }
}

async fn send(
    cx: &AuthCx<'_>,
    operation: &'static str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<Reply, ConnectorError> {
    let url = format!("{}{path}", cx.settings.endpoint(&DESCRIPTOR, OAUTH));
    let call = Call::post(operation, Safety::Invisible, url).form(form.iter().copied());
    let reply = cx.http.send(call).await.map_err(|e| errors::unanswered(operation, e))?;
    if reply.status.is_success() {
        return Ok(reply);
    }
    Err(errors::of_reply(operation, &reply, cx.clock.now()))
}

/// People can untick what an app asks for, and Google goes on all the same. Who unticks Analytics has no numbers of it, and
/// publishes as well as others.
fn all_granted(credential: &Credential) -> Result<(), ConnectorError> {
    let missing = PUBLISH.iter().find(|scope| !credential.scopes.iter().any(|given| given == *scope));
    match missing {
        None => Ok(()),
        Some(scope) => Err(rejected(
            op::TOKEN,
            "scope_missing",
            "Google's page was left without allowing Carillon to manage the videos.",
            "Start connecting again, and tick everything that Google lists.",
        )
        .with_detail(format!("{scope} was not granted"))),
    }
}

fn refused(error: &str, description: Option<&str>) -> ConnectorError {
    let (code, cause) = match error {
        "access_denied" => ("access_denied", "The connection was refused on Google's page."),
        "no_code" => ("no_code", "Google sent no code back."),
        _ => ("refused", "Google refused the connection."),
    };
    let action = "Start connecting again, and agree on Google's page.";
    let mut refused = rejected(op::AUTHORIZE, code, cause, action);
    refused.remote.code = Some(error.to_owned());
    refused.remote.message = description.map(str::to_owned);
    refused
}

fn bad_setting(error: &impl ToString) -> ConnectorError {
    rejected(
        op::AUTHORIZE,
        "setting_invalid",
        "The setting platforms.youtube.accounts_base_url is not a URL.",
        "Ask the operator to correct it.",
    )
    .with_detail(error.to_string())
}

fn no_refresh_token() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthRevoked,
        PLATFORM,
        op::REFRESH,
        "no_refresh_token",
        "Google gave no refresh token for this account, so its access has ended.",
    )
    .with_action("Connect the account again.")
}
