//! The login: sign-in, consent, codes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Held;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;

use super::grant::{BASIC, SCOPES};
use super::{COLOR, NETWORK, PLATFORM, is_site};
use crate::sandbox::graph::Params;
use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

/// A code is good for an hour and once.
const CODE_LIVES: Duration = Duration::from_secs(3_600);

/// `/oauth/authorize`, and the forms of its pages.
///
/// The network takes no redirect to `localhost`. This side does: it lives there itself, with all who try things out.
pub(super) async fn authorize(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    if !is_site(&site) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let app = world.apps().ready_made(PLATFORM);
    let asked = match asked(&params, &app) {
        Ok(asked) => asked,
        Err(text) => return message(StatusCode::BAD_REQUEST, NETWORK, COLOR, "Invalid Request", &text),
    };
    let named = SCOPES.iter().filter(|(scope, _)| asked.contains(scope));
    let scopes: Vec<(String, String)> =
        named.map(|(scope, meaning)| ((*scope).to_owned(), (*meaning).to_owned())).collect();
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let consent = Consent {
        network: NETWORK,
        color: COLOR,
        app: &app.name,
        scopes: &scopes,
        personas: &personas,
        path: "/oauth/authorize",
    };
    match oauth::authorize(&site, &consent, params.pairs()) {
        Step::Page(page) => page,
        Step::Decided { persona, allowed } => {
            let target =
                if allowed { granted(&world, &site, &params, persona, &asked) } else { denied(&params) };
            (StatusCode::FOUND, [(LOCATION, target)]).into_response()
        }
    }
}

/// The permissions that are asked for, once everything about the request is in order.
fn asked(params: &Params, app: &oauth::App) -> Result<Vec<&'static str>, String> {
    if params.text("client_id") != app.client_id {
        return Err("Invalid app: the client_id is not known.".to_owned());
    }
    let redirect = params.text("redirect_uri");
    if !redirect.starts_with("http") || !app.may_redirect_to(redirect) {
        return Err("Invalid redirect_uri: it is not among those of the app.".to_owned());
    }
    if params.text("response_type") != "code" {
        return Err("Invalid response_type: only `code` is supported.".to_owned());
    }
    let names = params.text("scope").split([',', ' ']).filter(|name| !name.is_empty());
    let known = |name: &str| SCOPES.iter().map(|(scope, _)| *scope).find(|scope| *scope == name);
    let asked: Vec<&'static str> = names
        .map(|name| known(name).ok_or_else(|| format!("Invalid Scopes: {name}")))
        .collect::<Result<_, _>>()?;
    if !asked.contains(&BASIC) {
        return Err(format!("Invalid Scopes: {BASIC} is required."));
    }
    Ok(asked)
}

fn granted(world: &World, site: &Site, params: &Params, persona: &Persona, asked: &[&str]) -> String {
    let redirect = params.text("redirect_uri");
    let grant = CodeGrant {
        platform: PLATFORM.to_owned(),
        host: site.host.clone(),
        persona: persona.key.to_owned(),
        client_id: params.text("client_id").to_owned(),
        redirect_uri: redirect.to_owned(),
        scopes: asked.iter().map(|scope| (*scope).to_owned()).collect(),
        ..CodeGrant::default()
    };
    let code = world.codes().issue(grant, CODE_LIVES);
    let state = params.get("state").map(|state| ("state", state));
    let back: Vec<(&str, &str)> = std::iter::once(("code", code.as_str())).chain(state).collect();
    format!("{}#_", with_query(redirect, &back))
}

fn denied(params: &Params) -> String {
    let reason = [
        ("error", "access_denied"),
        ("error_reason", "user_denied"),
        ("error_description", "The user denied your request"),
    ];
    let state = params.get("state").map(|state| ("state", state));
    let back: Vec<(&str, &str)> = reason.into_iter().chain(state).collect();
    with_query(params.text("redirect_uri"), &back)
}
