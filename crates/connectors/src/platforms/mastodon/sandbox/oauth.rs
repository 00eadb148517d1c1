//! Apps, sign-in, tokens.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use url::Url;

use super::params::Params;
use super::servers::Kind;
use super::state::account_id;
use super::{COLOR, PLATFORM, TITLE, guard, reply};
use crate::sandbox::oauth::{self, App, BadCode, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, Token, TokenKind, World};

const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";
const CODE_LIFETIME: Duration = Duration::from_secs(600);

/// What a scope means, for the consent page. Also the list of scopes that exist.
const SCOPES: &[(&str, &str)] = &[
    ("profile", "See who you are"),
    ("read", "Read everything of your account"),
    ("read:accounts", "See your account"),
    ("read:statuses", "See your posts"),
    ("read:notifications", "See your notifications"),
    ("write", "Change everything of your account"),
    ("write:statuses", "Publish and delete posts"),
    ("write:media", "Upload media"),
    ("write:favourites", "Favourite posts"),
    ("follow", "Change whom you follow"),
    ("push", "Send you push notifications"),
];

pub(super) fn body_params(headers: &HeaderMap, body: &Bytes) -> Params {
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    Params::body(content_type, body).unwrap_or_default()
}

/// `POST /api/v1/apps`
pub(super) async fn create_app(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kind = Kind::of(&site);
    if let Err(refusal) = guard::anonymous(&world, &site) {
        return *refusal;
    }
    let params = body_params(&headers, &body);
    let name = params.text("client_name").filter(|n| !n.trim().is_empty());
    let Some(name) = name else { return reply::invalid(kind, "Application name can't be blank") };
    let mut redirects = params.list("redirect_uris");
    redirects.extend(params.text("redirect_uris").iter().flat_map(|t| t.lines().map(str::to_owned)));
    if redirects.is_empty() {
        return reply::invalid(kind, "Redirect URI can't be blank");
    }
    if redirects.iter().any(|uri| uri != OOB && Url::parse(uri).is_err()) {
        return reply::invalid(kind, "Redirect URI must be an absolute URI.");
    }
    let scopes = words(&params.text("scopes").unwrap_or_else(|| "read".to_owned()));
    if scopes.iter().any(|s| !SCOPES.iter().any(|(known, _)| known == s)) {
        return reply::invalid(kind, "Scopes doesn't match configured on the server.");
    }
    let app = world.apps().register(App {
        platform: PLATFORM.to_owned(),
        server: Some(site.host.clone()),
        name,
        client_id: world.random_text(43),
        client_secret: world.random_text(43),
        redirect_uris: redirects,
        scopes,
    });
    let id = world.next_number("mastodon.app").to_string();
    reply::ok(json!({
        "id": id,
        "name": app.name,
        "website": params.text("website"),
        "scopes": app.scopes,
        "redirect_uri": app.redirect_uris.join("\n"),
        "redirect_uris": app.redirect_uris,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "client_secret_expires_at": 0,
        "vapid_key": "",
    }))
}

/// `GET /api/v1/apps/verify_credentials`
pub(super) async fn verify_app(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Response {
    let token = match guard::token(&world, &site, &headers) {
        Ok(token) => token,
        Err(refusal) => return *refusal,
    };
    match find_app(&world, &site, token.client_id.as_deref().unwrap_or_default()) {
        Some(app) => reply::ok(json!({ "name": app.name, "website": null, "scopes": app.scopes })),
        None => guard::refuse(Kind::of(&site), StatusCode::UNAUTHORIZED, "The access token is invalid"),
    }
}

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(site: Site) -> Response {
    let kind = Kind::of(&site);
    if !kind.knows_pkce() {
        return reply::error(kind, StatusCode::NOT_FOUND, "Not Found");
    }
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    reply::ok(json!({
        "issuer": format!("{}/", site.base()),
        "authorization_endpoint": site.url("/oauth/authorize"),
        "token_endpoint": site.url("/oauth/token"),
        "revocation_endpoint": site.url("/oauth/revoke"),
        "userinfo_endpoint": site.url("/oauth/userinfo"),
        "app_registration_endpoint": site.url("/api/v1/apps"),
        "service_documentation": "https://docs.joinmastodon.org/",
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

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

/// An app of this server. Before 4.3 servers forget apps that have never got a token.
fn find_app(world: &World, site: &Site, client_id: &str) -> Option<App> {
    let app = world.apps().find(PLATFORM, Some(&site.host), client_id)?;
    if Kind::of(site) != Kind::Vintage {
        return Some(app);
    }
    let tokens = world.tokens().list();
    let of_app = |kind: TokenKind| {
        tokens.iter().map(|(t, _)| t).find(|t| t.kind == kind && t.client_id.as_deref() == Some(client_id))
    };
    let registered = of_app(TokenKind::ClientSecret)?.issued_at;
    let old = world.now().duration_since(registered).as_hours() >= 24;
    (!old || of_app(TokenKind::Access).is_some()).then_some(app)
}

fn invalid_client() -> Response {
    let text = "Client authentication failed due to unknown client, no client authentication included, or unsupported \
                authentication method.";
    reply::oauth(StatusCode::UNAUTHORIZED, "invalid_client", text)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn covers(granted: &[String], scope: &str) -> bool {
    let whole = scope.split(':').next().unwrap_or_default();
    granted.iter().any(|g| g == scope || g == whole)
}
