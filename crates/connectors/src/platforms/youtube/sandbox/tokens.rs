//! oauth2.googleapis.com: tokens for codes and refresh tokens, revocation, tokeninfo.
//!
//! Refresh tokens don't rotate. They end when the person takes access back, after six months without use, when the same person
//! and client have a hundred younger ones, and after seven days while the consent screen is in "Testing" (Google Identity,
//! "Refresh token expiration").

use std::time::Duration;

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::answer::{grant_over, oauth_error, with_json};
use super::door::Door;
use super::login::consent_key;
use super::params::Query;
use super::state::change;
use super::{PLATFORM, people};
use crate::sandbox::oauth::{App, CodeGrant};
use crate::sandbox::{Persona, Token, TokenKind, TokenState, World};

/// Access tokens say one second less than they live.
const ACCESS: Duration = Duration::from_secs(3_600);
const UNUSED: Duration = Duration::from_secs(182 * 86_400);
const TESTING: Duration = Duration::from_secs(7 * 86_400);
/// Live refresh tokens of one account and client.
const MOST: usize = 100;

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn need(&self, name: &str) -> Result<&str, Response> {
        let text = format!("Missing required parameter: {name}");
        self.get(name).ok_or_else(|| oauth_error(400, "invalid_request", &text))
    }
}

/// `POST /token`.
pub(super) async fn token(door: Door, body: Bytes) -> Response {
    exchange(&door, &body).unwrap_or_else(|refusal| refusal)
}

fn exchange(door: &Door, body: &[u8]) -> Result<Response, Response> {
    let kind = door.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(oauth_error(400, "invalid_request", "Could not determine client ID from request."));
    }
    let form = Form(form_urlencoded::parse(body).into_owned().collect());
    let app = client(door, &form)?;
    match form.need("grant_type")? {
        "authorization_code" => by_code(&door.world, &app, &form),
        "refresh_token" => by_refresh_token(&door.world, &app, form.need("refresh_token")?),
        other => Err(oauth_error(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}"))),
    }
}

/// The client, by form or by HTTP Basic, with its secret.
fn client(door: &Door, form: &Form) -> Result<App, Response> {
    let header = door.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let basic =
        header.and_then(|text| text.strip_prefix("Basic ")).and_then(|text| STANDARD.decode(text).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    let (id, secret) = match basic.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => (id, secret),
        None => (form.need("client_id")?, form.get("client_secret").unwrap_or_default()),
    };
    door.world.apps().ready_made(PLATFORM);
    let app = door.world.apps().find(PLATFORM, None, id);
    let app = app.ok_or_else(|| oauth_error(401, "invalid_client", "The OAuth client was not found."))?;
    if app.client_secret == secret {
        Ok(app)
    } else {
        Err(oauth_error(401, "invalid_client", "Unauthorized"))
    }
}

fn by_code(world: &World, app: &App, form: &Form) -> Result<Response, Response> {
    let bad = || oauth_error(400, "invalid_grant", "Bad Request");
    let (code, redirect_uri) = (form.need("code")?, form.need("redirect_uri")?);
    let inner =
        code.strip_prefix("4/0A").ok_or_else(|| oauth_error(400, "invalid_grant", "Malformed auth code."))?;
    let grant = world.codes().redeem(PLATFORM, inner).map_err(|_| bad())?;
    if grant.client_id != app.client_id {
        return Err(bad());
    }
    if grant.redirect_uri != redirect_uri {
        return Err(oauth_error(400, "redirect_uri_mismatch", "Bad Request"));
    }
    if !grant.verifier_fits(form.get("code_verifier")) {
        let text = if form.get("code_verifier").is_some() {
            "Invalid code verifier."
        } else {
            "Missing code verifier."
        };
        return Err(oauth_error(400, "invalid_grant", text));
    }
    let persona = Persona::find(&grant.persona).ok_or_else(bad)?;
    let testing = change(world, |memory| memory.rules.testing);
    let mut answer = access(world, app, persona, &grant.scopes);
    if grant.extra["offline"] == true {
        answer["refresh_token"] = json!(refresh_token(world, app, persona, &grant, testing));
        if testing {
            answer["refresh_token_expires_in"] = json!(TESTING.as_secs() - 1);
        }
    }
    if grant.scopes.iter().any(|scope| scope == "openid") {
        answer["id_token"] = json!(id_token(world, app, persona));
    }
    Ok(with_json(StatusCode::OK, &answer))
}

/// Everything of one person and client is one grant, which ends as a whole.
fn grant_id(app: &App, persona: &Persona) -> String {
    format!("google {}", consent_key(&app.client_id, persona))
}

fn access(world: &World, app: &App, persona: &Persona, scopes: &[String]) -> Value {
    let token = Token::new(PLATFORM, TokenKind::Access, format!("ya29.a0A{}", world.random_text(160)))
        .account(people::channel_id(persona))
        .grant(grant_id(app, persona))
        .client(&app.client_id)
        .scopes(scopes.iter().cloned())
        .expires(world.now() + ACCESS);
    let token = world.tokens().issue(token);
    json!({
        "access_token": token.value,
        "expires_in": ACCESS.as_secs() - 1,
        "scope": scopes.join(" "),
        "token_type": "Bearer",
    })
}

fn refresh_token(world: &World, app: &App, persona: &Persona, grant: &CodeGrant, testing: bool) -> String {
    let mine = grant_id(app, persona);
    let all = world.tokens().list();
    let live: Vec<String> = all
        .into_iter()
        .filter(|(token, state)| {
            let ours = token.platform == PLATFORM && token.kind == TokenKind::Refresh;
            ours && token.grant.as_deref() == Some(&mine) && *state == TokenState::Live
        })
        .map(|(token, _)| token.value)
        .collect();
    // The oldest are dropped without a word.
    for old in live.iter().take((live.len() + 1).saturating_sub(MOST)) {
        world.tokens().revoke(PLATFORM, old);
    }
    let life = if testing { TESTING } else { UNUSED };
    let token = Token::new(PLATFORM, TokenKind::Refresh, format!("1//0{}", world.random_text(99)))
        .account(people::channel_id(persona))
        .grant(mine)
        .client(&app.client_id)
        .scopes(grant.scopes.iter().cloned())
        .extra(json!({ "testing": testing }))
        .expires(world.now() + life);
    world.tokens().issue(token).value
}

/// Its claims are Google's; nobody can check the signature.
fn id_token(world: &World, app: &App, persona: &Persona) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now = world.now().as_second();
    let claims = json!({
        "iss": "https://accounts.google.com",
        "aud": app.client_id,
        "azp": app.client_id,
        "sub": people::google_id(persona),
        "email": persona.email(),
        "email_verified": true,
        "name": persona.name,
        "iat": now,
        "exp": now + 3_600,
    });
    let head = json!({ "alg": "RS256", "kid": "sandbox", "typ": "JWT" });
    format!("{}.{}.{}", part(&head), part(&claims), world.random_text(342))
}

fn by_refresh_token(world: &World, app: &App, value: &str) -> Result<Response, Response> {
    let (token, state) = world.tokens().look_up(PLATFORM, value).ok_or_else(grant_over)?;
    let ours = token.kind == TokenKind::Refresh && token.client_id.as_deref() == Some(&app.client_id);
    if !ours || state != TokenState::Live {
        return Err(grant_over());
    }
    let persona = token.account.as_deref().and_then(people::by_channel).ok_or_else(grant_over)?;
    let mut answer = access(world, app, persona, &token.scopes);
    if token.extra["testing"] == true {
        let left = token.expires_at.map_or(0, |at| at.duration_since(world.now()).as_secs());
        answer["refresh_token_expires_in"] = json!(left);
    } else {
        let until = world.now() + UNUSED;
        world.tokens().update(PLATFORM, value, |token| token.expires_at = Some(until));
    }
    Ok(with_json(StatusCode::OK, &answer))
}

/// `POST /revoke`: ends everything of that person and client, whichever of its tokens is named.
pub(super) async fn revoke(door: Door, body: Bytes) -> Response {
    let form = Form(form_urlencoded::parse(&body).into_owned().collect());
    let query = Query::of(&door.uri);
    let Some(value) = form.get("token").or_else(|| query.get("token")) else {
        return oauth_error(400, "invalid_request", "Missing required parameter: token");
    };
    let tokens = door.world.tokens();
    let known = tokens.look_up(PLATFORM, value).filter(|(_, state)| *state == TokenState::Live);
    let known = known.map(|(token, _)| token).filter(|token| token.kind != TokenKind::ClientSecret);
    let Some(token) = known else {
        return oauth_error(400, "invalid_token", "Token expired or revoked");
    };
    tokens.revoke_with_grant(PLATFORM, value);
    let persona = token.account.as_deref().and_then(people::by_channel);
    if let (Some(persona), Some(client)) = (persona, &token.client_id) {
        let key = consent_key(client, persona);
        change(&door.world, |memory| memory.consents.remove(&key));
    }
    with_json(StatusCode::OK, &json!({}))
}

/// `GET /tokeninfo`.
pub(super) async fn tokeninfo(door: Door) -> Response {
    let query = Query::of(&door.uri);
    let found = query.get("access_token").and_then(|value| door.world.tokens().look_up(PLATFORM, value));
    let live = found.filter(|(token, state)| token.kind == TokenKind::Access && *state == TokenState::Live);
    let Some((token, _)) = live else { return oauth_error(400, "invalid_token", "Invalid Value") };
    let persona = token.account.as_deref().and_then(people::by_channel);
    let left = token.expires_at.map_or(0, |at| at.duration_since(door.world.now()).as_secs());
    let body = json!({
        "azp": token.client_id,
        "aud": token.client_id,
        "sub": persona.map(people::google_id),
        "scope": token.scopes.join(" "),
        "exp": token.expires_at.map(|at| at.as_second().to_string()),
        "expires_in": left.to_string(),
        "access_type": "offline",
    });
    with_json(StatusCode::OK, &body)
}
