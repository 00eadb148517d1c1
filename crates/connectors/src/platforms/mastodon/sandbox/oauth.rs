//! Sign-in and tokens.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::apps::{OOB, SCOPES, covers, find_app, words};
use super::params::{Params, body_params};
use super::servers::Kind;
use super::state::account_id;
use super::{COLOR, PLATFORM, TITLE, reply};
use crate::sandbox::oauth::{self, App, BadCode, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, Token, TokenKind, World};

const CODE_LIFETIME: Duration = Duration::from_secs(600);

pub(super) async fn authorize_get(
    State(world): State<Arc<World>>,
    site: Site,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&world, &site, &Params::form(query.unwrap_or_default().as_bytes()))
}

pub(super) async fn authorize_post(State(world): State<Arc<World>>, site: Site, body: Bytes) -> Response {
    authorize(&world, &site, &Params::form(&body))
}

fn authorize(world: &World, site: &Site, params: &Params) -> Response {
    let kind = Kind::of(site);
    let get = |name: &str| params.text(name).unwrap_or_default();
    let Some(app) = find_app(world, site, &get("client_id")) else {
        let text = "Client authentication failed due to unknown client.";
        return page::message(StatusCode::UNAUTHORIZED, TITLE, COLOR, "An error has occurred", text);
    };
    let redirect = get("redirect_uri");
    if !app.may_redirect_to(&redirect) {
        let text = "The redirect uri included is not valid.";
        return page::message(StatusCode::BAD_REQUEST, TITLE, COLOR, "An error has occurred", text);
    }
    let state = params.text("state");
    let back = |pairs: &[(&str, &str)]| {
        let mut pairs = pairs.to_vec();
        pairs.extend(state.as_deref().map(|s| ("state", s)));
        (StatusCode::FOUND, [("location", with_query(&redirect, &pairs))]).into_response()
    };
    if get("response_type") != "code" {
        return back(&[("error", "unsupported_response_type")]);
    }
    let scopes = words(&params.text("scope").unwrap_or_else(|| "read".to_owned()));
    if kind.knows_scopes() && !scopes.iter().all(|s| covers(&app.scopes, s)) {
        let text = "The requested scope is invalid, unknown, or malformed.";
        return back(&[("error", "invalid_scope"), ("error_description", text)]);
    }
    let challenge = params.text("code_challenge").filter(|_| kind.knows_pkce());
    if challenge.is_some() && get("code_challenge_method") != "S256" {
        return back(&[("error", "invalid_code_challenge_method")]);
    }
    let meaning = |scope: &String| {
        let text = SCOPES.iter().find(|(s, _)| s == scope).map_or("", |(_, text)| text);
        (scope.clone(), text.to_owned())
    };
    let meanings: Vec<_> = scopes.iter().map(meaning).collect();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, format!("{}@{}", p.key, site.host))).collect();
    let consent = Consent {
        network: TITLE,
        color: COLOR,
        app: &app.name,
        scopes: &meanings,
        personas: &personas,
        path: "/oauth/authorize",
    };
    match oauth::authorize(site, &consent, &params.pairs()) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => {
            let text = "The resource owner or authorization server denied the request.";
            back(&[("error", "access_denied"), ("error_description", text)])
        }
        Step::Decided { persona, allowed: true } => {
            let grant = CodeGrant {
                platform: PLATFORM.to_owned(),
                host: site.host.clone(),
                persona: persona.key.to_owned(),
                client_id: app.client_id.clone(),
                redirect_uri: redirect.clone(),
                scopes,
                challenge_method: challenge.as_ref().map(|_| "S256".to_owned()),
                challenge,
                ..CodeGrant::default()
            };
            let code = world.codes().issue(grant, CODE_LIFETIME);
            if redirect == OOB {
                return Html(format!("<input value=\"{code}\" readonly>")).into_response();
            }
            back(&[("code", &code)])
        }
    }
}

/// `POST /oauth/token`
pub(super) async fn token(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = body_params(&headers, &body);
    let Some(app) = client(&world, &site, &params) else { return invalid_client() };
    match params.text("grant_type").as_deref() {
        Some("authorization_code") => by_code(&world, &site, &app, &params),
        Some("client_credentials") => {
            let scopes = words(&params.text("scope").unwrap_or_else(|| "read".to_owned()));
            if Kind::of(&site).knows_scopes() && !scopes.iter().all(|s| covers(&app.scopes, s)) {
                let text = "The requested scope is invalid, unknown, or malformed.";
                return reply::oauth(StatusCode::BAD_REQUEST, "invalid_scope", text);
            }
            issue(&world, &site, &app, scopes, None)
        }
        Some(_) => {
            let text = "The authorization grant type is not supported by the authorization server.";
            reply::oauth(StatusCode::BAD_REQUEST, "unsupported_grant_type", text)
        }
        None => {
            let text = "Missing required parameter: grant_type.";
            reply::oauth(StatusCode::BAD_REQUEST, "invalid_request", text)
        }
    }
}

fn by_code(world: &World, site: &Site, app: &App, params: &Params) -> Response {
    let invalid = || {
        let text = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in \
                    the authorization request, or was issued to another client.";
        reply::oauth(StatusCode::BAD_REQUEST, "invalid_grant", text)
    };
    let grant = match world.codes().redeem(PLATFORM, &params.text("code").unwrap_or_default()) {
        Ok(grant) => grant,
        Err(BadCode::Unknown | BadCode::Used(_) | BadCode::Expired) => return invalid(),
    };
    let fits = grant.host == site.host
        && grant.client_id == app.client_id
        && Some(&grant.redirect_uri) == params.text("redirect_uri").as_ref()
        && grant.verifier_fits(params.text("code_verifier").as_deref());
    let Some(persona) = Persona::find(&grant.persona).filter(|_| fits) else { return invalid() };
    issue(world, site, app, grant.scopes, Some(persona))
}

fn issue(
    world: &World,
    site: &Site,
    app: &App,
    scopes: Vec<String>,
    persona: Option<&'static Persona>,
) -> Response {
    let mut token = Token::new(PLATFORM, TokenKind::Access, world.random_text(43))
        .server(&site.host)
        .client(&app.client_id)
        .scopes(scopes.clone());
    if let Some(persona) = persona {
        token = token.account(account_id(site, persona)).grant(world.random_text(12));
    }
    let token = world.tokens().issue(token);
    let scope = match Kind::of(site) {
        Kind::Deviant => "read write follow push".to_owned(),
        _ => scopes.join(" "),
    };
    reply::ok(json!({
        "access_token": token.value,
        "token_type": "Bearer",
        "scope": scope,
        "created_at": token.issued_at.as_second(),
    }))
}

/// `POST /oauth/revoke`
pub(super) async fn revoke(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = body_params(&headers, &body);
    let foreign = || {
        let text = "You are not authorized to revoke this token";
        reply::oauth(StatusCode::FORBIDDEN, "unauthorized_client", text)
    };
    let Some(app) = client(&world, &site, &params) else { return foreign() };
    let value = params.text("token").unwrap_or_default();
    if let Some(token) = world.tokens().find(PLATFORM, &value) {
        if token.client_id.as_deref() != Some(app.client_id.as_str()) {
            return foreign();
        }
        world.tokens().revoke(PLATFORM, &value);
    }
    reply::ok(json!({}))
}

/// The app whose identifier and secret are right.
fn client(world: &World, site: &Site, params: &Params) -> Option<App> {
    let app = find_app(world, site, &params.text("client_id")?)?;
    (params.text("client_secret")? == app.client_secret).then_some(app)
}

fn invalid_client() -> Response {
    let text = "Client authentication failed due to unknown client, no client authentication included, or unsupported \
                authentication method.";
    reply::oauth(StatusCode::UNAUTHORIZED, "invalid_client", text)
}
