//! Both logins: sign-in, consent, codes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Held;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

use super::params::Params;
use super::{PLATFORM, WWW_FACEBOOK, WWW_INSTAGRAM};
use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

const SCOPES_INSTAGRAM: &[(&str, &str)] = &[
    ("instagram_business_basic", "See your profile and media"),
    ("instagram_business_content_publish", "Publish photos and videos"),
    ("instagram_business_manage_comments", "Read and write comments"),
    ("instagram_business_manage_messages", "Read and write messages"),
    ("instagram_business_manage_insights", "See insights"),
];

const SCOPES_FACEBOOK: &[(&str, &str)] = &[
    ("instagram_basic", "See the Instagram profile and media"),
    ("instagram_content_publish", "Publish to Instagram"),
    ("instagram_manage_comments", "Manage comments on Instagram"),
    ("instagram_manage_insights", "See Instagram insights"),
    ("instagram_manage_messages", "Manage messages on Instagram"),
    ("instagram_manage_contents", "Delete Instagram media"),
    ("instagram_manage_engagement", "Like on Instagram"),
    ("pages_show_list", "See the list of your Pages"),
    ("pages_read_engagement", "Read your Pages' content"),
    ("pages_manage_metadata", "Manage your Pages' settings"),
    ("business_management", "Manage your Business"),
    ("ads_management", "Manage ads"),
    ("ads_read", "See ads"),
];

/// GET of the authorize address, on either site.
pub(super) async fn page(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    authorize(&world, &site, &params)
}

/// The forms of the login and consent pages.
pub(super) async fn decide(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    authorize(&world, &site, &params)
}

fn authorize(world: &World, site: &Site, params: &Params) -> Response {
    let (network, color, path, known) = match site.host.as_str() {
        WWW_INSTAGRAM => ("Instagram", "#e1306c", "/oauth/authorize", SCOPES_INSTAGRAM),
        WWW_FACEBOOK => ("Facebook", "#1877f2", "/v26.0/dialog/oauth", SCOPES_FACEBOOK),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let bad = |text: &str| message(StatusCode::BAD_REQUEST, network, color, "Invalid request", text);
    let app = world.apps().ready_made(PLATFORM);
    if params.text("client_id") != app.client_id {
        return bad("Invalid platform app: the client_id is not known.");
    }
    let redirect = params.text("redirect_uri");
    if !redirect.starts_with("http") || !app.may_redirect_to(redirect) {
        return bad("Invalid redirect_uri.");
    }
    if params.text("response_type") != "code" {
        return bad("Invalid response_type: only `code` is supported.");
    }
    let asked = params.list("scope").unwrap_or_default();
    let unknown: Vec<&str> =
        asked.iter().map(String::as_str).filter(|s| !known.iter().any(|(k, _)| k == s)).collect();
    if asked.is_empty() || !unknown.is_empty() {
        return bad(&format!("Invalid Scopes: {}", unknown.join(", ")));
    }
    let named = known.iter().filter(|(k, _)| asked.iter().any(|a| a == k));
    let scopes: Vec<(String, String)> = named.map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let consent = Consent { network, color, app: &app.name, scopes: &scopes, personas: &personas, path };
    match oauth::authorize(site, &consent, params.pairs()) {
        Step::Page(page) => page,
        Step::Decided { persona, allowed } => {
            let decision = Decision { persona, allowed, asked, client_id: app.client_id };
            back(world, site, params, decision)
        }
    }
}

struct Decision {
    persona: &'static Persona,
    allowed: bool,
    asked: Vec<String>,
    client_id: String,
}

fn back(world: &World, site: &Site, params: &Params, decision: Decision) -> Response {
    let (redirect, state) = (params.text("redirect_uri"), params.text("state"));
    let target = if decision.allowed {
        let lifetime = if site.host == WWW_INSTAGRAM { 3_600 } else { 600 };
        let grant = CodeGrant {
            platform: PLATFORM.to_owned(),
            host: site.host.clone(),
            persona: decision.persona.key.to_owned(),
            client_id: decision.client_id,
            redirect_uri: redirect.to_owned(),
            scopes: decision.asked,
            ..CodeGrant::default()
        };
        let code = world.codes().issue(grant, Duration::from_secs(lifetime));
        format!("{}#_", with_query(redirect, &[("code", &code), ("state", state)]))
    } else {
        let denied = [
            ("error", "access_denied"),
            ("error_reason", "user_denied"),
            ("error_description", "The user denied your request"),
            ("state", state),
        ];
        with_query(redirect, &denied)
    };
    (StatusCode::FOUND, [(LOCATION, target)]).into_response()
}
