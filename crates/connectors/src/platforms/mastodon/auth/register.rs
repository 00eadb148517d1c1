//! Registering at a server that somebody named, which may be anything on the web.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use http::StatusCode;
use url::Url;

use super::{Registration, app_unknown, client_form, scopes};
use crate::contract::authorizer::APP_UNKNOWN;
use crate::contract::cx::{AppCredentials, AuthCx};
use crate::kit::errors::from_send;
use crate::kit::http::{Call, Reply, Safety, SendError};
use crate::platforms::mastodon::api::{INSTANCE_PATHS, Server, host_of};
use crate::platforms::mastodon::errors;
use crate::platforms::mastodon::{DEFAULT_APP_NAME, NAME, wire};

const OPERATION: &str = "apps.create";

/// Registers our app, after a look whether a Mastodon-API server answers at all.
pub(super) async fn register(
    cx: &AuthCx<'_>,
    server: &Url,
    redirect_uri: &Url,
) -> Result<AppCredentials, ConnectorError> {
    let api = Server::public(cx, server);
    recognise(&api).await?;
    let name = cx.settings.get("app_name").unwrap_or(DEFAULT_APP_NAME);
    let scopes = scopes();
    let mut form =
        vec![("client_name", name), ("redirect_uris", redirect_uri.as_str()), ("scopes", scopes.as_str())];
    form.extend(cx.settings.get("website").map(|website| ("website", website)));
    let reply = ask(&api, api.post(OPERATION, Safety::Invisible, "/api/v1/apps").form(form)).await?;
    if reply.status == StatusCode::NOT_FOUND {
        return Err(not_mastodon(&api));
    }
    if !reply.status.is_success() {
        return Err(errors::from_reply(OPERATION, Safety::Invisible, &reply, cx.clock.now()));
    }
    let app: wire::CredentialApplication = reply.json().map_err(|_| not_mastodon(&api))?;
    if app.client_id.is_empty() || app.client_secret.is_empty() {
        return Err(not_mastodon(&api));
    }
    let registration = Registration {
        redirect_uri: redirect_uri.as_str().to_owned(),
        name: name.to_owned(),
        pkce: promises_pkce(&api).await,
    };
    Ok(AppCredentials {
        client_id: app.client_id,
        client_secret: Some(app.client_secret),
        extra: serde_json::to_value(registration).unwrap_or_default(),
    })
}

/// Whether a server of the Mastodon API answers here; else why not.
async fn recognise(api: &Server<'_>) -> Result<(), ConnectorError> {
    for path in INSTANCE_PATHS {
        let reply = ask(api, api.get("instance.get", path)).await?;
        match reply.status {
            status if status.is_success() => {
                let instance = reply.json::<wire::Instance>().ok();
                let named = |i: &wire::Instance| i.domain.is_some() || i.uri.is_some();
                if instance.is_some_and(|i| i.version.is_some() && named(&i)) {
                    return Ok(());
                }
            }
            // A server that shows itself to members only; the registration will tell.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if reply.json::<wire::Problem>().is_ok() => {
                return Ok(());
            }
            _ => {}
        }
    }
    Err(not_mastodon(api))
}

/// Sends one call; what a server is not, or can't do now, is an error here already.
async fn ask(api: &Server<'_>, call: Call) -> Result<Reply, ConnectorError> {
    let (operation, safety) = (call.operation, call.safety);
    let reply = match api.http.send(call).await {
        Ok(reply) => reply,
        Err(SendError::NotSent(detail) | SendError::Lost(detail)) => {
            return Err(down(api, operation, detail));
        }
        Err(other) => return Err(from_send(NAME, operation, safety, other)),
    };
    if reply.status.is_redirection() {
        return Err(redirects(api, &reply));
    }
    if reply.status.is_server_error() || reply.status == StatusCode::TOO_MANY_REQUESTS {
        return Err(errors::from_reply(operation, safety, &reply, api.clock.now()));
    }
    Ok(reply)
}

fn refused(operation: &str, code: &str, cause: String, action: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, operation, code, cause).with_action(action)
}

fn not_mastodon(api: &Server<'_>) -> ConnectorError {
    refused(
        "instance.get",
        "not_mastodon",
        format!("{} answers, but it is not a Mastodon server.", api.host()),
        "Check the address. It is the part behind the last @ of your handle, or what you see in the browser when signed in.",
    )
}

fn redirects(api: &Server<'_>, reply: &Reply) -> ConnectorError {
    let target = reply.header("location").and_then(|l| Url::parse(api.base()).ok()?.join(l).ok());
    let host = api.host();
    let Some(target) = target else {
        return refused(
            "instance.get",
            "redirects_elsewhere",
            format!("{host} sends callers to another address."),
            "Enter the address that you see in the browser when signed in.",
        );
    };
    let other = target.origin().ascii_serialization();
    refused(
        "instance.get",
        "redirects_elsewhere",
        format!("{host} sends callers to {other}, which Carillon does not follow by itself."),
        format!(
            "If your account is there, enter {} instead.",
            if host_of(&other) == host { other.clone() } else { host_of(&other) }
        ),
    )
}

fn down(api: &Server<'_>, operation: &str, detail: String) -> ConnectorError {
    let cause = format!("{} does not answer.", api.host());
    ConnectorError::new(ErrorKind::Transient, NAME, operation, "server_down", cause)
        .with_action("Check the address. If it is right, the server is down: try again later.")
        .about("server")
        .with_detail(detail)
}

/// Whether the server's metadata promise PKCE. Servers before 4.3 have no metadata, and ignore PKCE or stumble over it.
pub(super) async fn promises_pkce(api: &Server<'_>) -> bool {
    let call = api.get("oauth.metadata", "/.well-known/oauth-authorization-server");
    let metadata: wire::ServerMetadata = api.read(call).await.unwrap_or_default();
    metadata.code_challenge_methods_supported.iter().any(|method| method == "S256")
}

/// Asks for a token of the app itself. A server that has forgotten the app would show people an error page and never send
/// them back. Before 4.3 such a token also keeps an app from being forgotten ("apps API methods", the hint on vacuumed
/// applications).
///
/// # Errors
/// `app_unknown` when the server has forgotten it. All else is left to the sign-in itself.
pub(super) async fn is_still_known(api: &Server<'_>, app: &AppCredentials) -> Result<(), ConnectorError> {
    let mut form = client_form(app);
    form.push(("grant_type", "client_credentials"));
    form.push(("scope", super::READ[0]));
    let call = api.post("oauth.app_token", Safety::Invisible, "/oauth/token").form(form);
    match api.read::<wire::Token>(call).await {
        Err(error) if error.code == APP_UNKNOWN => {
            Err(app_unknown("oauth.begin", &error.cause).with_remote(error.remote))
        }
        _ => Ok(()),
    }
}
