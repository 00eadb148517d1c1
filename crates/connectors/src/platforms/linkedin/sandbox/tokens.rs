//! Tokens: 60 days of access; a year of refreshing for approved apps, counted from the first grant ("Programmatic refresh
//! tokens", "Token introspection"). The app's credentials stand in the body.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::login::value;
use super::people::{person_id, person_urn};
use super::products::Family;
use super::{PLATFORM, WWW};
use crate::sandbox::oauth::{App, BadCode, CodeGrant};
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

const ACCESS: Duration = Duration::from_secs(60 * 86_400);
const REFRESH: Duration = Duration::from_secs(365 * 86_400);

/// A refusal of these endpoints.
struct Refused(StatusCode, &'static str, String);

impl From<Refused> for Response {
    fn from(Refused(status, error, description): Refused) -> Self {
        (status, Json(json!({ "error": error, "error_description": description }))).into_response()
    }
}

fn bad(error: &'static str, description: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, error, description.to_owned())
}

fn not_valid() -> Refused {
    bad("invalid_request", "The provided authorization grant or refresh token is invalid, expired or revoked")
}

/// What a spent refresh token gets.
pub(super) fn spent() -> Response {
    not_valid().into()
}

fn mismatch() -> Refused {
    bad(
        "invalid_redirect_uri",
        "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or \
         authorization code expired. Or external member binding exists",
    )
}

/// `POST /oauth/v2/accessToken`.
pub(super) async fn exchange(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if site.host != WWW {
        return StatusCode::NOT_FOUND.into_response();
    }
    let form = form(&headers, &body);
    let answer = match need(&form, "grant_type") {
        Ok("authorization_code") => by_code(&world, &form),
        Ok("refresh_token") => by_refresh_token(&world, &form),
        Ok(_) => Err(bad("invalid_request", "The grant_type is not supported")),
        Err(refused) => Err(refused),
    };
    answer.map_or_else(Response::from, |body| Json(body).into_response())
}

/// The form of the body; nothing, if it is sent as something else.
fn form(headers: &HeaderMap, body: &[u8]) -> Vec<(String, String)> {
    let kind = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        form_urlencoded::parse(body).into_owned().collect()
    } else {
        Vec::new()
    }
}

fn need<'a>(form: &'a [(String, String)], name: &str) -> Result<&'a str, Refused> {
    value(form, name)
        .ok_or_else(|| bad("invalid_request", &format!("A required parameter \"{name}\" is missing")))
}

/// The app whose credentials the body has.
fn app(world: &World, form: &[(String, String)]) -> Result<App, Refused> {
    let (id, secret) = (need(form, "client_id")?, need(form, "client_secret")?);
    world.apps().ready_made(PLATFORM);
    let app = world.apps().find(PLATFORM, None, id).filter(|a| a.client_secret == secret);
    let failed = "Client authentication failed".to_owned();
    app.ok_or(Refused(StatusCode::UNAUTHORIZED, "invalid_client", failed))
}

fn by_code(world: &World, form: &[(String, String)]) -> Result<Value, Refused> {
    let (code, redirect) = (need(form, "code")?, need(form, "redirect_uri")?);
    let app = app(world, form)?;
    let grant = world.codes().redeem(PLATFORM, code).map_err(|bad| match bad {
        BadCode::Expired => mismatch(),
        BadCode::Unknown | BadCode::Used(_) => Refused(
            StatusCode::UNAUTHORIZED,
            "invalid_request",
            "Unable to retrieve access token: authorization code not found".to_owned(),
        ),
    })?;
    if grant.client_id != app.client_id || grant.redirect_uri != redirect {
        return Err(mismatch());
    }
    let persona = Persona::find(&grant.persona).ok_or_else(mismatch)?;
    forget_other_scopes(world, &app, persona, &grant);
    let grant = New {
        app: &app,
        persona,
        scopes: grant.scopes.clone(),
        family: grant.extra["family"].clone(),
        grant: world.random_text(20),
        authorized_at: world.now(),
    };
    let mut answer = grant.access(world);
    if grant.family == Family::Organization.name() {
        let refresh = grant.issue(world, TokenKind::Refresh, REFRESH);
        answer["refresh_token"] = json!(refresh.value);
        answer["refresh_token_expires_in"] = json!(REFRESH.as_secs());
    }
    if grant.scopes.iter().any(|s| s == "openid") {
        answer["id_token"] = json!(grant.id_token(world));
    }
    // A code's answer joins the scopes with commas, a refresh's with spaces.
    answer["scope"] = json!(grant.scopes.join(","));
    Ok(answer)
}

fn by_refresh_token(world: &World, form: &[(String, String)]) -> Result<Value, Refused> {
    let value = need(form, "refresh_token")?;
    let app = app(world, form)?;
    let found = world.tokens().look_up(PLATFORM, value);
    let ours = |t: &Token| t.kind == TokenKind::Refresh && t.client_id.as_deref() == Some(&app.client_id);
    let (token, _) = found.filter(|(t, s)| ours(t) && *s == TokenState::Live).ok_or_else(not_valid)?;
    let persona = token.extra["persona"].as_str().and_then(Persona::find).ok_or_else(not_valid)?;
    let grant = New {
        app: &app,
        persona,
        scopes: token.scopes.clone(),
        family: token.extra["family"].clone(),
        grant: token.grant.clone().unwrap_or_default(),
        authorized_at: token.issued_at,
    };
    let mut answer = grant.access(world);
    let left = token.expires_at.map_or(0, |at| at.duration_since(world.now()).as_secs());
    answer["refresh_token"] = json!(token.value);
    answer["refresh_token_expires_in"] = json!(left);
    answer["scope"] = json!(grant.scopes.join(" "));
    Ok(answer)
}

/// Another set of scopes ends what this member gave this app before. The ready-made app stands for one app of each family,
/// so each family's grants are its own.
fn forget_other_scopes(world: &World, app: &App, persona: &Persona, new: &CodeGrant) {
    let same = |token: &Token| {
        token.scopes.len() == new.scopes.len() && token.scopes.iter().all(|s| new.scopes.contains(s))
    };
    for (token, state) in world.tokens().list() {
        let earlier = token.platform == PLATFORM
            && state == TokenState::Live
            && token.client_id.as_deref() == Some(&app.client_id)
            && token.extra["persona"] == persona.key
            && token.extra["family"] == new.extra["family"];
        if let Some(grant) = token.grant.as_deref().filter(|_| earlier && !same(&token)) {
            world.tokens().revoke_grant(PLATFORM, grant);
        }
    }
}

/// What a new token gets.
struct New<'a> {
    app: &'a App,
    persona: &'static Persona,
    scopes: Vec<String>,
    family: Value,
    grant: String,
    authorized_at: Timestamp,
}

impl New<'_> {
    fn issue(&self, world: &World, kind: TokenKind, lives: Duration) -> Token {
        let extra = json!({
            "persona": self.persona.key,
            "family": self.family,
            "authorized_at": self.authorized_at.as_second(),
        });
        let token = Token::new(PLATFORM, kind, format!("AQ{}", world.random_text(480)))
            .account(person_urn(self.persona, &self.app.client_id))
            .grant(&self.grant)
            .client(&self.app.client_id)
            .scopes(self.scopes.clone())
            .expires(world.now() + lives)
            .extra(extra);
        world.tokens().issue(token)
    }

    fn access(&self, world: &World) -> Value {
        let token = self.issue(world, TokenKind::Access, ACCESS);
        json!({ "access_token": token.value, "expires_in": ACCESS.as_secs(), "token_type": "Bearer" })
    }

    /// Shaped like one; nobody can check its signature.
    fn id_token(&self, world: &World) -> String {
        let now = world.now().as_second();
        let claims = json!({
            "iss": "https://www.linkedin.com/oauth",
            "aud": self.app.client_id,
            "iat": now,
            "exp": now + 3_600,
            "sub": person_id(self.persona, &self.app.client_id),
            "name": self.persona.name,
        });
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "sandbox" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(&header), part(&claims), world.random_text(86))
    }
}

/// `POST /oauth/v2/introspectToken`.
pub(super) async fn introspect(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if site.host != WWW {
        return StatusCode::NOT_FOUND.into_response();
    }
    let form = form(&headers, &body);
    let answer = app(&world, &form).and_then(|app| Ok((app, need(&form, "token")?)));
    answer.map_or_else(Response::from, |(app, token)| Json(looked_at(&world, &app, token)).into_response())
}

fn looked_at(world: &World, app: &App, value: &str) -> Value {
    let found = world.tokens().look_up(PLATFORM, value);
    let Some((token, state)) = found.filter(|(t, _)| t.client_id.as_deref() == Some(&app.client_id)) else {
        return json!({ "active": false });
    };
    let status = match state {
        TokenState::Live => "active",
        TokenState::Expired => "expired",
        TokenState::Revoked | TokenState::Used => "revoked",
    };
    json!({
        "active": state == TokenState::Live,
        "status": status,
        "scope": token.scopes.join(","),
        "created_at": token.issued_at.as_second(),
        "expires_at": token.expires_at.map(Timestamp::as_second),
        "client_id": app.client_id,
        "authorized_at": token.extra["authorized_at"],
    })
}
