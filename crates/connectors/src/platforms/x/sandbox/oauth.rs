//! OAuth 2.0 with PKCE: codes for 30 seconds, access for two hours, refresh tokens for one use.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::memory::{handle, user_id};
use super::{PLATFORM, WEB};
use crate::sandbox::oauth::{self, App, CodeGrant, Consent, Step, with_query};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, Token, TokenKind, World, page};

const CODE: Duration = Duration::from_secs(30);
const ACCESS: Duration = Duration::from_secs(7200);

/// All scopes with what they mean.
const SCOPES: &[(&str, &str)] = &[
    ("tweet.read", "See posts, also those of protected accounts that you see"),
    ("tweet.write", "Post and repost for you"),
    ("tweet.moderate.write", "Hide answers to your posts"),
    ("users.read", "See any account that you see"),
    ("users.email", "See your e-mail address"),
    ("follows.read", "See whom you follow"),
    ("follows.write", "Follow and unfollow for you"),
    ("offline.access", "Stay connected until you take access back"),
    ("space.read", "See spaces"),
    ("mute.read", "See whom you mute"),
    ("mute.write", "Mute for you"),
    ("like.read", "See what you like"),
    ("like.write", "Like for you"),
    ("list.read", "See your lists"),
    ("list.write", "Change your lists"),
    ("block.read", "See whom you block"),
    ("block.write", "Block for you"),
    ("bookmark.read", "See your bookmarks"),
    ("bookmark.write", "Change your bookmarks"),
    ("dm.read", "Read your messages"),
    ("dm.write", "Send messages for you"),
    ("media.write", "Upload media"),
    ("timeline.read", "See your timeline"),
    ("broadcast.read", "See broadcasts"),
    ("broadcast.write", "Start broadcasts for you"),
];

/// `GET /i/oauth2/authorize`.
pub(super) async fn authorize_get(
    State(world): State<Arc<World>>,
    site: Site,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    authorize(&world, &site, &parameters)
}

/// The forms of its pages.
pub(super) async fn authorize_post(
    State(world): State<Arc<World>>,
    site: Site,
    Form(parameters): Form<Vec<(String, String)>>,
) -> Response {
    authorize(&world, &site, &parameters)
}

fn authorize(world: &World, site: &Site, parameters: &[(String, String)]) -> Response {
    let (app, grant) = match asked(world, site, parameters) {
        Ok(asked) => asked,
        Err(why) => {
            let text = format!("You weren't able to give access to the App. {why}");
            return page::message(StatusCode::BAD_REQUEST, "X", "#000000", "Something went wrong", &text);
        }
    };
    let state = value(parameters, "state").unwrap_or_default();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, handle(p).to_owned())).collect();
    let meaning = |scope: &String| SCOPES.iter().find(|(s, _)| s == scope).map_or("", |(_, m)| m).to_owned();
    let scopes: Vec<_> = grant.scopes.iter().map(|s| (s.clone(), meaning(s))).collect();
    let consent = Consent {
        network: "X",
        color: "#000000",
        app: &app.name,
        scopes: &scopes,
        personas: &personas,
        path: "/i/oauth2/authorize",
    };
    let back = |pairs: &[(&str, &str)]| {
        (StatusCode::FOUND, [("location", with_query(&grant.redirect_uri, pairs))]).into_response()
    };
    match oauth::authorize(site, &consent, parameters) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => back(&[("error", "access_denied"), ("state", state)]),
        Step::Decided { persona, allowed: true } => {
            let grant = CodeGrant { persona: persona.key.to_owned(), ..grant.clone() };
            let code = world.codes().issue(grant, CODE);
            back(&[("state", state), ("code", &code)])
        }
    }
}

/// What the app asks for, or why X shows an error page instead.
fn asked(
    world: &World,
    site: &Site,
    parameters: &[(String, String)],
) -> Result<(App, CodeGrant), &'static str> {
    let get = |name: &str| value(parameters, name).filter(|v| !v.is_empty());
    if site.host != WEB {
        return Err("This page is on x.com.");
    }
    world.apps().ready_made(PLATFORM);
    let app =
        get("client_id").and_then(|id| world.apps().find(PLATFORM, None, id)).ok_or("Unknown client_id.")?;
    let redirect = get("redirect_uri").filter(|uri| app.may_redirect_to(uri));
    let redirect_uri = redirect.ok_or("The redirect_uri is not registered.")?.to_owned();
    if get("response_type") != Some("code") {
        return Err("The response_type must be code.");
    }
    if get("state").is_none_or(|s| s.len() > 500) {
        return Err("The state is missing or longer than 500 characters.");
    }
    let method = get("code_challenge_method").unwrap_or("plain");
    if !["S256", "plain"].contains(&method) {
        return Err("The code_challenge_method must be S256 or plain.");
    }
    let challenge = get("code_challenge").filter(|c| (43..=128).contains(&c.len()));
    let challenge = challenge.ok_or("The code_challenge is missing or has a wrong length.")?.to_owned();
    let scopes: Vec<String> =
        get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() || !scopes.iter().all(|s| SCOPES.iter().any(|(known, _)| known == s)) {
        return Err("The scope is missing or unknown.");
    }
    let grant = CodeGrant {
        platform: PLATFORM.to_owned(),
        host: site.host.clone(),
        client_id: app.client_id.clone(),
        redirect_uri,
        scopes,
        challenge: Some(challenge),
        challenge_method: Some(method.to_owned()),
        ..CodeGrant::default()
    };
    Ok((app, grant))
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
}

/// An error of these endpoints.
pub(super) struct Refused(StatusCode, Value);

impl From<Refused> for Response {
    fn from(refused: Refused) -> Self {
        (refused.0, Json(refused.1)).into_response()
    }
}

fn invalid(description: &str) -> Refused {
    let body = json!({ "error": "invalid_request", "error_description": description });
    Refused(StatusCode::BAD_REQUEST, body)
}

/// A code or token that is unknown, spent, expired or taken back.
pub(super) fn spent() -> Refused {
    invalid("Value passed for the token was invalid.")
}

fn unknown_client() -> Refused {
    let description = "Missing valid authorization header";
    let body = json!({ "error": "unauthorized_client", "error_description": description });
    Refused(StatusCode::UNAUTHORIZED, body)
}

/// `POST /2/oauth2/token`.
pub(super) async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    answered(request(&world, &headers, &body).and_then(|(app, form)| {
        let get = |name: &str| value(&form, name).filter(|v| !v.is_empty());
        let need =
            |name: &str| get(name).ok_or_else(|| invalid(&format!("Missing required parameter [{name}].")));
        match need("grant_type")? {
            "authorization_code" => {
                by_code(&world, &app, need("code")?, need("redirect_uri")?, need("code_verifier")?)
            }
            "refresh_token" => by_refresh_token(&world, &app, need("refresh_token")?),
            _ => Err(invalid("Value passed for the grant type was invalid.")),
        }
    }))
}

/// `POST /2/oauth2/revoke`.
pub(super) async fn revoke(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    answered(request(&world, &headers, &body).and_then(|(app, form)| {
        let value = value(&form, "token").unwrap_or_default();
        let token = world.tokens().find(PLATFORM, value).ok_or_else(spent)?;
        if token.client_id.as_deref() != Some(&app.client_id) {
            return Err(spent());
        }
        // Without its refresh token a grant is over; an access token goes alone.
        if token.kind == TokenKind::Refresh {
            world.tokens().revoke_with_grant(PLATFORM, value);
        } else {
            world.tokens().revoke(PLATFORM, value);
        }
        Ok(json!({ "revoked": true }))
    }))
}

/// `POST /oauth2/token`: the app's own token.
pub(super) async fn app_token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    answered(request(&world, &headers, &body).and_then(|(app, form)| {
        if value(&form, "grant_type") != Some("client_credentials") {
            return Err(invalid("Value passed for the grant type was invalid."));
        }
        let mut token = Token::new(PLATFORM, TokenKind::Access, format!("AAAA{}", world.random_text(60)));
        token.client_id = Some(app.client_id);
        let token = world.tokens().issue(token);
        Ok(json!({ "token_type": "bearer", "access_token": token.value }))
    }))
}

fn answered(answer: Result<Value, Refused>) -> Response {
    answer.map_or_else(Response::from, |body| Json(body).into_response())
}

/// The app that asks, and its form.
fn request(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(App, Vec<(String, String)>), Refused> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let form_type = "application/x-www-form-urlencoded";
    if !header("content-type").is_some_and(|t| t.starts_with(form_type)) {
        return Err(invalid("Content-Type must be application/x-www-form-urlencoded."));
    }
    let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    world.apps().ready_made(PLATFORM);
    let app = |id: &str| world.apps().find(PLATFORM, None, id).ok_or_else(unknown_client);
    let app = match header("authorization") {
        Some(basic) => {
            let pair = basic.strip_prefix("Basic ").and_then(|b| STANDARD.decode(b).ok());
            let pair = pair.and_then(|p| String::from_utf8(p).ok()).unwrap_or_default();
            let (id, secret) = pair.split_once(':').ok_or_else(unknown_client)?;
            app(id).ok().filter(|a| !secret.is_empty() && a.client_secret == secret)
        }
        // A public client has no secret, and says who it is in the form.
        None => {
            app(value(&form, "client_id").unwrap_or_default()).ok().filter(|a| a.client_secret.is_empty())
        }
    };
    Ok((app.ok_or_else(unknown_client)?, form))
}

fn by_code(
    world: &World,
    app: &App,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
) -> Result<Value, Refused> {
    let grant = world.codes().redeem(PLATFORM, code).map_err(|_| spent())?;
    if grant.client_id != app.client_id {
        return Err(spent());
    }
    if grant.redirect_uri != redirect_uri {
        return Err(invalid(
            "Value passed for the redirect uri did not match the uri of the authorization code.",
        ));
    }
    if !(43..=128).contains(&verifier.len()) || !grant.verifier_fits(Some(verifier)) {
        return Err(invalid("Value passed for the code verifier did not match the code challenge."));
    }
    let persona = Persona::find(&grant.persona).ok_or_else(spent)?;
    Ok(issue(world, app, &user_id(persona), &world.random_text(20), &grant.scopes))
}

fn by_refresh_token(world: &World, app: &App, value: &str) -> Result<Value, Refused> {
    let known = world.tokens().find(PLATFORM, value);
    let ours = |t: &Token| t.kind == TokenKind::Refresh && t.client_id.as_deref() == Some(&app.client_id);
    known.filter(ours).ok_or_else(spent)?;
    let token = world.tokens().use_once(PLATFORM, value).map_err(|_| spent())?;
    let account = token.account.clone().unwrap_or_default();
    Ok(issue(world, app, &account, token.grant.as_deref().unwrap_or_default(), &token.scopes))
}

/// A new pair under a grant.
fn issue(world: &World, app: &App, account: &str, grant: &str, scopes: &[String]) -> Value {
    let token = |kind: TokenKind, value: String| {
        let mut token = Token::new(PLATFORM, kind, value);
        token.account = Some(account.to_owned());
        token.grant = Some(grant.to_owned());
        token.client_id = Some(app.client_id.clone());
        token.scopes = scopes.to_vec();
        token
    };
    let mut access = token(TokenKind::Access, world.random_text(91));
    access.expires_at = Some(world.now() + ACCESS);
    let access = world.tokens().issue(access);
    let mut answer = json!({
        "token_type": "bearer",
        "expires_in": ACCESS.as_secs(),
        "access_token": access.value,
        "scope": scopes.join(" "),
    });
    if access.allows("offline.access") {
        let refresh = world.tokens().issue(token(TokenKind::Refresh, world.random_text(91)));
        answer["refresh_token"] = json!(refresh.value);
    }
    answer
}
