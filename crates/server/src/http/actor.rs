//! Who calls the API.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_domain::secret::Secret;
use carillon_engine::Actor;
use carillon_engine::people::Client;

use super::context::RequestContext;
use super::cookies;
use super::failure::Failure;
use super::state::App;

/// Holds what proves a browser's session.
const SESSION_COOKIE: &str = "carillon_session";
/// The cookie outlives its session, so that the session alone decides.
const SESSION_COOKIE_S: u64 = 90 * 24 * 3600;
/// In which workspace a browser's API request is meant; a token has only one.
const WORKSPACE_HEADER: &str = "carillon-workspace";

/// Whoever calls the API: a token, or a signed-in browser. An `Authorization` header decides alone: a wrong token is never
/// helped out by a cookie.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Actor>() {
            return Ok(Self(known.clone()));
        }
        let actor = match parts.headers.get(header::AUTHORIZATION) {
            Some(value) => {
                let text = value.to_str().unwrap_or_default();
                let (scheme, token) = text.split_once(' ').ok_or(AppError::Unauthenticated)?;
                if !scheme.eq_ignore_ascii_case("bearer") || !app.settings.features.api_tokens {
                    return Err(AppError::Unauthenticated.into());
                }
                app.people.authenticate_token(&Secret::new(token.trim())).await?
            }
            None => of_browser(parts, app).await?,
        };
        parts.extensions.insert(actor.clone());
        Ok(Self(actor))
    }
}

/// Programs get in with tokens here. Elsewhere nothing that is about tokens is there.
#[derive(Debug)]
pub struct TokensAllowed;

impl FromRequestParts<App> for TokensAllowed {
    type Rejection = Failure;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Failure> {
        let allowed = app.settings.features.api_tokens.then_some(Self);
        allowed.ok_or_else(|| AppError::NotFound { what: "page" }.into())
    }
}

async fn of_browser(parts: &Parts, app: &App) -> Result<Actor, AppError> {
    let secret = session_secret(&parts.headers).ok_or(AppError::Unauthenticated)?;
    let current = app.people.session(&secret).await?;
    let workspace = match parts.headers.get(WORKSPACE_HEADER) {
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            text.parse::<WorkspaceId>().map_err(|_| AppError::NotFound { what: "workspace" })?
        }
        None => match app.people.workspaces(current.user.id).await?.as_slice() {
            [(only, _)] => only.id,
            _ => {
                let message = "You belong to several workspaces. Name one in the header Carillon-Workspace.";
                return Err(AppError::invalid(WORKSPACE_HEADER, "required", message));
            }
        },
    };
    app.people.actor(&current, workspace).await
}

/// What the session cookie holds.
pub fn session_secret(headers: &HeaderMap) -> Option<Secret> {
    cookies::get(headers, SESSION_COOKIE).filter(|v| !v.is_empty()).map(Secret::new)
}

/// A `Set-Cookie` value that begins a session, or with `None` ends it.
pub fn session_cookie(app: &App, secret: Option<&Secret>) -> Option<axum::http::HeaderValue> {
    let max_age_s = if secret.is_some() { SESSION_COOKIE_S } else { 0 };
    let rules = cookies::Rules { max_age_s, http_only: true, secure: app.settings.is_https() };
    cookies::set(SESSION_COOKIE, secret.map(Secret::expose).unwrap_or_default(), rules)
}

/// Where a request came from, for sessions and throttling.
#[derive(Debug, Clone)]
pub struct From(pub Client);

impl FromRequestParts<App> for From {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let context = parts.extensions.get::<RequestContext>().cloned().unwrap_or_default();
        let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Ok(Self(Client { address: context.client.to_string(), user_agent: agent.to_owned() }))
    }
}
