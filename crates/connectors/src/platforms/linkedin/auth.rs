//! Signing in: OAuth 2.0 authorization code with the app's secret in the body, and no PKCE. learn.microsoft.com, "Authorization
//! Code Flow (3-legged OAuth)" and "Refresh Tokens with OAuth 2.0" (2026).
//!
//! Access tokens live for 60 days. Only apps that LinkedIn approved for it get refresh tokens, of a year from the first grant on;
//! with others a person signs in again. Asking for other scopes than before ends the tokens that the person gave this app before.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::json;

use super::api::{self, Api};
use super::errors::{self, PLATFORM, op};
use super::flavour::{Flavour, MEMBER_ANALYTICS};
use super::{DESCRIPTOR, LinkedIn, WEB, read};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature, Granted, Pending};
use crate::contract::cx::{AuthCx, Credential, PlatformSettings};
use crate::kit::http::{Call, Safety};
use crate::kit::oauth::{self, TokenAnswer, authorize_url, normal_redirect};

#[async_trait]
impl Authorizer for LinkedIn {
    fn scopes_for(&self, feature: Feature, flavour: Option<&str>) -> &'static [&'static str] {
        Flavour::parse(flavour).scopes(feature)
    }

    async fn begin(&self, cx: &AuthCx<'_>, request: BeginRequest) -> Result<Begun, ConnectorError> {
        let flavour = Flavour::parse(request.flavour.as_deref());
        let app = App::of(cx.settings, flavour, op::AUTHORIZE)?;
        let page = format!("{}/oauth/v2/authorization", cx.settings.endpoint(&DESCRIPTOR, WEB));
        let redirect_uri = normal_redirect(request.redirect_uri);
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.id),
            ("redirect_uri", redirect_uri.as_str()),
            ("state", &request.state),
            ("scope", &wanted(cx.settings, flavour).join(" ")),
        ];
        let authorize_url = authorize_url(&page, parameters).map_err(|e| bad_setting(&e))?;
        let pending = Pending {
            redirect_uri,
            server: None,
            flavour: Some(flavour.as_str().to_owned()),
            verifier: None,
        };
        Ok(Begun { authorize_url, pending })
    }

    async fn complete(
        &self,
        cx: &AuthCx<'_>,
        pending: Pending,
        callback: Callback,
    ) -> Result<Granted, ConnectorError> {
        let flavour = Flavour::parse(pending.flavour.as_deref());
        let app = App::of(cx.settings, flavour, op::TOKEN)?;
        let code = oauth::code(&callback, refused)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", pending.redirect_uri.as_str()),
        ];
        let token = app.token(cx, op::TOKEN, &form).await.map_err(not_connected_yet)?;
        let credential = credential(cx.clock.now(), token, flavour, None);
        require(&credential.scopes, flavour.needed())?;
        let api = Api::with(cx, &credential.access_token);
        let targets = match flavour {
            Flavour::Member => vec![read::member(&api).await?],
            Flavour::Organization => read::pages(&api).await?,
        };
        if targets.is_empty() {
            return Err(no_page());
        }
        Ok(Granted { credential, targets, person: None })
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
        let flavour = Flavour::of_grant(credential);
        let app = App::of(cx.settings, flavour, op::REFRESH)?;
        let Some(refresh) = &credential.refresh_token else { return Err(no_refresh_token()) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        let token = app.token(cx, op::REFRESH, &form).await?;
        Ok(self::credential(cx.clock.now(), token, flavour, Some(credential)))
    }

    /// LinkedIn documents no way; the member removes the app in their settings, and the guide says where.
    async fn revoke(
        &self,
        _: &AuthCx<'_>,
        _: &AccountIdentity,
        _: &Credential,
    ) -> Result<(), ConnectorError> {
        Ok(())
    }
}

/// What is asked for at sign-in. Numbers of members only where the app may have them: LinkedIn refuses the whole login for one
/// scope too many.
fn wanted(settings: &PlatformSettings, flavour: Flavour) -> Vec<&'static str> {
    let counted = flavour == Flavour::Member && settings.get("member_analytics") == Some("on");
    let more = if counted { MEMBER_ANALYTICS } else { &[] };
    flavour.scopes(Feature::Publish).iter().chain(more).copied().collect()
}

/// The operator's app for a login.
struct App<'a> {
    id: &'a str,
    secret: &'a Secret,
}

impl<'a> App<'a> {
    fn of(settings: &'a PlatformSettings, flavour: Flavour, operation: &str) -> Result<Self, ConnectorError> {
        let (id_key, secret_key) = flavour.app_keys();
        let pair = settings.get(id_key).zip(settings.secret(secret_key));
        pair.map(|(id, secret)| Self { id, secret }).ok_or_else(|| {
            let cause = match flavour {
                Flavour::Member => "No LinkedIn app for members has been set up for this installation.",
                Flavour::Organization => "No LinkedIn app for pages has been set up for this installation.",
            };
            ConnectorError::new(ErrorKind::Rejected, PLATFORM, operation, "app_credentials_missing", cause)
                .with_action(format!(
                    "Ask the operator to set platforms.linkedin.{id_key} and {secret_key} as the guide for LinkedIn says."
                ))
        })
    }

    async fn token(
        &self,
        cx: &AuthCx<'_>,
        operation: &'static str,
        form: &[(&str, &str)],
    ) -> Result<TokenAnswer, ConnectorError> {
        let url = format!("{}/oauth/v2/accessToken", cx.settings.endpoint(&DESCRIPTOR, WEB));
        let app = [("client_id", self.id), ("client_secret", self.secret.expose())];
        let call = Call::post(operation, Safety::Invisible, url).form(form.iter().copied().chain(app));
        let reply = cx.http.send(call).await.map_err(|e| errors::unanswered(operation, e))?;
        if !reply.status.is_success() {
            return Err(errors::map(operation, &reply, cx.clock.now()));
        }
        api::read(operation, &reply)
    }
}

/// What to keep.
fn credential(
    now: Timestamp,
    token: TokenAnswer,
    flavour: Flavour,
    before: Option<&Credential>,
) -> Credential {
    Credential { extra: json!({ "flavour": flavour.as_str() }), ..token.credential(now, before) }
}

/// Refuses a grant that nothing could be published with: an app without the product for it is told so at the first post only.
fn require(scopes: &[String], scope: &str) -> Result<(), ConnectorError> {
    if scopes.is_empty() || scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let cause =
        format!("LinkedIn did not give the permission `{scope}`, and nothing can be published without it.");
    Err(ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::TOKEN, "scope_missing", cause).with_action(
        "Start connecting again and allow what is asked. If it stays, the operator must add the product to the app in LinkedIn's \
         developer portal.",
    ))
}

/// A refused login must not ask anybody to connect again what was never connected.
fn not_connected_yet(error: ConnectorError) -> ConnectorError {
    match error.kind {
        ErrorKind::AuthRevoked | ErrorKind::AuthExpired | ErrorKind::PermissionMissing => ConnectorError {
            kind: ErrorKind::Rejected,
            action: "Start connecting again.".to_owned(),
            ..error
        },
        _ => error,
    }
}

fn refused(error: &str, description: Option<&str>) -> ConnectorError {
    let (code, cause, action) = match error {
        "user_cancelled_login" | "user_cancelled_authorize" | "access_denied" => (
            "access_denied",
            "The connection was refused on LinkedIn's page.",
            "Start connecting again, and agree on LinkedIn's page.",
        ),
        "unauthorized_scope_error" => (
            "scope_not_allowed",
            "LinkedIn does not let this app ask for what this kind of login needs.",
            "The operator must add the product to the app in LinkedIn's developer portal, as the guide for LinkedIn says. Pages \
             need an app of their own.",
        ),
        "no_code" => ("no_code", "LinkedIn sent no code back.", "Start connecting again."),
        _ => ("refused", "LinkedIn refused the connection.", "Start connecting again."),
    };
    let mut refused =
        ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::AUTHORIZE, code, cause).with_action(action);
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
        "The setting platforms.linkedin.web_base_url is not a URL.",
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
        "The login has run out, and LinkedIn gave this app nothing to renew it with.",
    )
    .with_action("Connect the account again.")
}

fn no_page() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        op::ROLES,
        "no_page",
        "This person may post for no page on LinkedIn.",
    )
    .with_action(
        "Ask a super admin of the page to make this person a super admin or content admin, then connect again. To post in the \
         person's own name, choose the login for members.",
    )
}
