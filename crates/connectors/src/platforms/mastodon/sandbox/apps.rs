//! Apps that register themselves, and what servers say about signing in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use url::Url;

use super::params::body_params;
use super::servers::Kind;
use super::{PLATFORM, guard, reply};
use crate::sandbox::oauth::App;
use crate::sandbox::{Site, TokenKind, World};

/// Where a code is shown instead of sent.
pub(super) const OOB: &str = "urn:ietf:wg:oauth:2.0:oob";

/// What a scope means, for the consent page. Also the list of scopes that exist.
pub(super) const SCOPES: &[(&str, &str)] = &[
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

/// An app of this server. Before 4.3 servers forget apps that have never got a token.
pub(super) fn find_app(world: &World, site: &Site, client_id: &str) -> Option<App> {
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

pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

pub(super) fn covers(granted: &[String], scope: &str) -> bool {
    let whole = scope.split(':').next().unwrap_or_default();
    granted.iter().any(|g| g == scope || g == whole)
}
