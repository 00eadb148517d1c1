//! Tokens for codes and refresh tokens, and their end ("Manage User Access Tokens", pages of 2 to 5 November 2026 and before).

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::PLATFORM;
use super::answer::{invalid_client, oauth_error, with_json};
use super::door::Door;
use super::login::{CODE_TAIL, consent_key};
use super::memory::change;
use super::people::open_id;
use super::webhooks::{BY_DEVELOPER, Removal};
use crate::sandbox::oauth::App;
use crate::sandbox::{Persona, Token, TokenKind, TokenState, World};

/// How long access and refresh tokens live.
const LIVES: (Duration, Duration) = (Duration::from_secs(7_200), Duration::from_secs(15_552_000));
/// The same until October 2026.
const OLD_LIVES: (Duration, Duration) = (Duration::from_secs(86_400), Duration::from_secs(31_536_000));

struct Form(Vec<(String, String)>);

impl Form {
    fn read(door: &Door, body: &[u8]) -> Result<Self, Response> {
        let kind = door.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            let text = "Content-Type must be application/x-www-form-urlencoded.";
            return Err(oauth_error(&door.world, StatusCode::BAD_REQUEST, "invalid_request", text));
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, text)| key == name && !text.is_empty()).map(|(_, text)| text.as_str())
    }

    fn need(&self, world: &World, name: &str) -> Result<&str, Response> {
        let text = format!("{name} is missing.");
        self.get(name).ok_or_else(|| oauth_error(world, StatusCode::BAD_REQUEST, "invalid_request", &text))
    }

    /// The app, which names and proves itself in the form.
    fn app(&self, world: &World) -> Result<App, Response> {
        let key = self.need(world, "client_key")?;
        world.apps().ready_made(PLATFORM);
        let app = world.apps().find(PLATFORM, None, key).ok_or_else(|| invalid_client(world))?;
        if self.get("client_secret") == Some(app.client_secret.as_str()) {
            Ok(app)
        } else {
            Err(invalid_client(world))
        }
    }
}

/// All tokens of one person and app are one grant, which ends as a whole.
pub(super) fn grant_id(client: &str, persona: &Persona) -> String {
    format!("tiktok {}", consent_key(client, persona))
}

fn bad_grant(world: &World, text: &str) -> Response {
    oauth_error(world, StatusCode::BAD_REQUEST, "invalid_grant", text)
}

/// `POST /v2/oauth/token/`.
pub(super) async fn token(door: Door, body: Bytes) -> Response {
    exchange(&door, &body).unwrap_or_else(|refusal| refusal)
}

fn exchange(door: &Door, body: &[u8]) -> Result<Response, Response> {
    let world = &door.world;
    let form = Form::read(door, body)?;
    let app = form.app(world)?;
    let answer = match form.need(world, "grant_type")? {
        "authorization_code" => by_code(world, &app, &form)?,
        "refresh_token" => by_refresh_token(world, &app, form.need(world, "refresh_token")?)?,
        "client_credentials" => for_app(world, &app),
        other => {
            let text = format!("grant_type {other} is not supported.");
            return Err(oauth_error(world, StatusCode::BAD_REQUEST, "unsupported_grant_type", &text));
        }
    };
    Ok(with_json(StatusCode::OK, &answer))
}

fn by_code(world: &World, app: &App, form: &Form) -> Result<Value, Response> {
    let (code, redirect_uri) = (form.need(world, "code")?, form.need(world, "redirect_uri")?);
    let expired = || bad_grant(world, "Authorization code is expired.");
    // A code that was not decoded before it was sent has no such tail.
    let inner = code.strip_suffix(CODE_TAIL).ok_or_else(expired)?;
    let grant = world.codes().redeem(PLATFORM, inner).map_err(|_| expired())?;
    if grant.client_id != app.client_id {
        return Err(expired());
    }
    if grant.redirect_uri != redirect_uri {
        return Err(bad_grant(world, "Redirect_uri is not matched with the uri when requesting code."));
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = form.need(world, "code_verifier")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let good = (43..=128).contains(&verifier.len()) && verifier.bytes().all(plain);
        // Hex, where RFC 7636 has base64url.
        if !good || hex::encode(Sha256::digest(verifier)) != *challenge {
            return Err(bad_grant(world, "Code verifier or code challenge is invalid."));
        }
    }
    let persona = Persona::find(&grant.persona).ok_or_else(expired)?;
    let fresh = Issue { world, app, persona, scopes: &grant.scopes };
    let refresh = fresh.refresh_token(fresh.lives().1);
    Ok(fresh.answer(&refresh, fresh.lives().1))
}

/// A refresh token is good once, unless the rules are the old ones.
fn by_refresh_token(world: &World, app: &App, value: &str) -> Result<Value, Response> {
    let dead = || bad_grant(world, "Refresh token is invalid or expired.");
    let known = world.tokens().look_up(PLATFORM, value);
    let (token, _) = known
        .filter(|(token, state)| {
            let ours = token.kind == TokenKind::Refresh
                && token.client_id.as_deref() == Some(app.client_id.as_str());
            ours && *state == TokenState::Live
        })
        .ok_or_else(dead)?;
    let persona = token.extra["persona"].as_str().and_then(Persona::find).ok_or_else(dead)?;
    let fresh = Issue { world, app, persona, scopes: &token.scopes };
    if change(world, |memory| memory.rules.old_lifetimes) {
        let left = token.expires_at.map_or(0, |at| at.duration_since(world.now()).as_secs());
        let left = Duration::from_secs(u64::try_from(left).unwrap_or_default());
        return Ok(fresh.answer(value, left));
    }
    world.tokens().use_once(PLATFORM, value).map_err(|_| dead())?;
    let refresh = fresh.refresh_token(fresh.lives().1);
    Ok(fresh.answer(&refresh, fresh.lives().1))
}

/// A token of the app alone; no API here takes it.
fn for_app(world: &World, app: &App) -> Value {
    let token = Token::new(PLATFORM, TokenKind::Access, format!("clt.{}", world.random_text(60)))
        .client(&app.client_id)
        .expires(world.now() + LIVES.0);
    let token = world.tokens().issue(token);
    json!({ "access_token": token.value, "expires_in": LIVES.0.as_secs(), "token_type": "Bearer" })
}

/// What new tokens get.
struct Issue<'a> {
    world: &'a World,
    app: &'a App,
    persona: &'static Persona,
    scopes: &'a [String],
}

impl Issue<'_> {
    fn lives(&self) -> (Duration, Duration) {
        let old = change(self.world, |memory| memory.rules.old_lifetimes);
        if old { OLD_LIVES } else { LIVES }
    }

    fn token(&self, kind: TokenKind, start: &str, lives: Duration) -> String {
        let value = format!("{start}.{}", self.world.random_text(64));
        let token = Token::new(PLATFORM, kind, value)
            .account(open_id(self.persona, &self.app.client_id))
            .grant(grant_id(&self.app.client_id, self.persona))
            .client(&self.app.client_id)
            .scopes(self.scopes.iter().cloned())
            .expires(self.world.now() + lives)
            .extra(json!({ "persona": self.persona.key }));
        self.world.tokens().issue(token).value
    }

    fn refresh_token(&self, lives: Duration) -> String {
        self.token(TokenKind::Refresh, "rft", lives)
    }

    fn answer(&self, refresh: &str, refresh_lives: Duration) -> Value {
        let lives = self.lives().0;
        json!({
            "open_id": open_id(self.persona, &self.app.client_id),
            "scope": self.scopes.join(","),
            "access_token": self.token(TokenKind::Access, "act", lives),
            "expires_in": lives.as_secs(),
            "refresh_token": refresh,
            "refresh_expires_in": refresh_lives.as_secs(),
            "token_type": "Bearer",
        })
    }
}

/// `POST /v2/oauth/revoke/`: ends everything between the person and the app. A token that is over already is no error.
pub(super) async fn revoke(door: Door, body: Bytes) -> Response {
    match ended(&door, &body) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refusal,
    }
}

fn ended(door: &Door, body: &[u8]) -> Result<(), Response> {
    let world = &door.world;
    let form = Form::read(door, body)?;
    let app = form.app(world)?;
    let value = form.need(world, "token")?;
    let token = world.tokens().find(PLATFORM, value).filter(|token| {
        token.kind != TokenKind::ClientSecret && token.client_id.as_deref() == Some(app.client_id.as_str())
    });
    let token = token.ok_or_else(|| bad_grant(world, "The token is unknown."))?;
    world.tokens().revoke_with_grant(PLATFORM, value);
    if let Some(persona) = token.extra["persona"].as_str().and_then(Persona::find) {
        let key = consent_key(&app.client_id, persona);
        let (owner, client, at) = (persona.key.to_owned(), app.client_id.clone(), world.now());
        change(world, |memory| {
            if memory.consents.remove(&key).is_some() {
                memory.removals.push(Removal { owner, client, at, reason: BY_DEVELOPER });
            }
        });
    }
    Ok(())
}
