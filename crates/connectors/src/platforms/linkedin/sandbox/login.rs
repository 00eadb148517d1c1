//! Sign-in and consent ("Authorization Code Flow (3-legged OAuth)").

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use url::{Host, Url};

use super::products::{self, Family};
use super::{COLOR, PLATFORM, WWW};
use crate::sandbox::oauth::{self, App, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Site, World};

const CODE: Duration = Duration::from_secs(30 * 60);
const PATH: &str = "/oauth/v2/authorization";

type Pairs = Vec<(String, String)>;

/// `GET /oauth/v2/authorization`.
pub(super) async fn page(
    State(world): State<Arc<World>>,
    site: Site,
    Query(parameters): Query<Pairs>,
) -> Response {
    authorize(&world, &site, &parameters)
}

/// The forms of its pages.
pub(super) async fn decide(
    State(world): State<Arc<World>>,
    site: Site,
    Form(parameters): Form<Pairs>,
) -> Response {
    authorize(&world, &site, &parameters)
}

fn authorize(world: &World, site: &Site, parameters: &[(String, String)]) -> Response {
    let (app, redirect) = match asked(world, site, parameters) {
        Ok(asked) => asked,
        Err(why) => {
            return message(StatusCode::BAD_REQUEST, "LinkedIn", COLOR, "Bummer, something went wrong.", why);
        }
    };
    let state = value(parameters, "state").unwrap_or_default();
    let back = |pairs: &[(&str, &str)]| {
        let mut all = pairs.to_vec();
        all.push(("state", state));
        (StatusCode::FOUND, [(LOCATION, with_query(&redirect, &all))]).into_response()
    };
    let error = |error: &str, text: &str| back(&[("error", error), ("error_description", text)]);
    let asked = value(parameters, "scope").unwrap_or_default();
    let scopes: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    let family = match products::family(&app, &scopes) {
        Ok(family) if !scopes.is_empty() => family,
        Ok(_) => return error("unauthorized_scope_error", "A scope is required"),
        Err(scope) => {
            let text = format!("Scope \"{scope}\" is not authorized for your application");
            return error("unauthorized_scope_error", &text);
        }
    };
    let named: Vec<_> = scopes.iter().map(|s| (s.clone(), products::meaning(s).to_owned())).collect();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let consent = Consent {
        network: "LinkedIn",
        color: COLOR,
        app: &app.name,
        scopes: &named,
        personas: &personas,
        path: PATH,
    };
    match oauth::authorize(site, &consent, parameters) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => {
            error("user_cancelled_authorize", "The user cancelled the authorization")
        }
        Step::Decided { persona, allowed: true } => {
            let grant = CodeGrant {
                platform: PLATFORM.to_owned(),
                host: site.host.clone(),
                persona: persona.key.to_owned(),
                client_id: app.client_id.clone(),
                redirect_uri: redirect.clone(),
                scopes: scopes.clone(),
                extra: json!({ "family": Family::name(family) }),
                ..CodeGrant::default()
            };
            back(&[("code", &world.codes().issue(grant, CODE))])
        }
    }
}

/// The app and where its codes go, or why LinkedIn shows an error page instead of going back.
fn asked(world: &World, site: &Site, parameters: &[(String, String)]) -> Result<(App, String), &'static str> {
    if site.host != WWW {
        return Err("This page is on www.linkedin.com.");
    }
    world.apps().ready_made(PLATFORM);
    let app = value(parameters, "client_id").and_then(|id| world.apps().find(PLATFORM, None, id));
    let app = app.ok_or("The passed in client_id is invalid.")?;
    let redirect = value(parameters, "redirect_uri").unwrap_or_default();
    if !acceptable(redirect) || !app.may_redirect_to(redirect) {
        return Err("The redirect_uri does not match the registered value.");
    }
    if value(parameters, "response_type") != Some("code") {
        return Err("The response_type must be code.");
    }
    Ok((app, redirect.to_owned()))
}

/// Absolute, without a fragment, and over TLS unless it stays on the machine.
fn acceptable(redirect: &str) -> bool {
    let Ok(url) = Url::parse(redirect) else { return false };
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.fragment().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && local))
}

/// A parameter.
pub(super) fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
}
