//! The login dialog: who signs in, which permissions they give, and for which of their Pages.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Held;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;

use super::params::Params;
use super::people::{self, Through};
use super::{PLATFORM, WWW};
use crate::sandbox::oauth::{self, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::{escape, message, shell};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

/// Permissions that an app may ask for (Permissions Reference).
pub(super) const SCOPES: &[(&str, &str)] = &[
    ("public_profile", "See your name and picture"),
    ("email", "See your e-mail address"),
    ("pages_show_list", "See the list of your Pages"),
    ("pages_read_engagement", "Read what your Pages post and their numbers"),
    ("pages_read_user_content", "Read what others write on your Pages"),
    ("pages_manage_posts", "Create and manage your Pages' posts"),
    ("pages_manage_engagement", "Comment as your Pages and moderate comments"),
    ("pages_manage_metadata", "Manage your Pages' settings"),
    ("pages_messaging", "Manage your Pages' conversations"),
    ("read_insights", "See your Pages' insights"),
    ("business_management", "Manage your Business"),
    ("publish_video", "Publish videos"),
];

const NETWORK: &str = "Facebook";
const COLOR: &str = "#1877f2";
/// A code is good for ten minutes and once.
const CODE_LIVES: Duration = Duration::from_secs(600);

/// Fields of the consent page. The first two are those of the sandbox's own pages.
const PERSONA: &str = "sandbox_persona";
const DECISION: &str = "sandbox_decision";
const PAGE: &str = "sandbox_page";
const SCOPE: &str = "sandbox_scope";

/// `/{version}/dialog/oauth`, and the forms of its pages.
pub(super) async fn dialog(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    if site.host != WWW {
        return StatusCode::NOT_FOUND.into_response();
    }
    let app = world.apps().ready_made(PLATFORM);
    let bad = |text: &str| message(StatusCode::BAD_REQUEST, NETWORK, COLOR, "Facebook Login Error", text);
    if params.text("client_id") != app.client_id {
        return bad("Invalid App ID: The provided app ID does not look like a valid app ID.");
    }
    let redirect = params.text("redirect_uri");
    if !redirect.starts_with("http") || !app.may_redirect_to(redirect) {
        return bad("URL Blocked: This redirect failed because the redirect URI is not white-listed.");
    }
    if params.get("response_type").is_some_and(|kind| kind != "code") {
        return bad("Invalid response_type: only `code` is played here.");
    }
    if params.get("auth_type").is_some_and(|kind| !matches!(kind, "rerequest" | "reauthenticate")) {
        return bad("Invalid auth_type.");
    }
    let asked = match asked(&params) {
        Ok(asked) => asked,
        Err(unknown) => return bad(&format!("Invalid Scopes: {unknown}")),
    };
    let persona = params.get(PERSONA).and_then(Persona::find);
    if let (Some(persona), None) = (persona, params.get(DECISION)) {
        return consent(&site, &params, &app.name, persona, &asked);
    }
    let personas: Vec<_> = PERSONAS.iter().map(|p| (p, p.key.to_owned())).collect();
    let path = "/v26.0/dialog/oauth";
    let look =
        Consent { network: NETWORK, color: COLOR, app: &app.name, scopes: &[], personas: &personas, path };
    match oauth::authorize(&site, &look, params.pairs()) {
        Step::Page(page) => page,
        Step::Decided { persona, allowed } => {
            let target = if allowed {
                granted(&world, &params, persona, &asked, app.client_id)
            } else {
                denied(&params)
            };
            (StatusCode::FOUND, [(LOCATION, target)]).into_response()
        }
    }
}

/// The permissions that are asked for: by name, or by a saved configuration, which here asks for all.
fn asked(params: &Params) -> Result<Vec<&'static str>, String> {
    let known = || SCOPES.iter().map(|(scope, _)| *scope);
    if let Some(config) = params.get("config_id") {
        let saved = !config.is_empty() && config.bytes().all(|b| b.is_ascii_digit());
        return if saved { Ok(known().collect()) } else { Err(format!("configuration {config}")) };
    }
    let names = params.text("scope").split([',', ' ']).filter(|name| !name.is_empty());
    let mut asked: Vec<_> = names
        .map(|name| known().find(|k| *k == name).ok_or_else(|| name.to_owned()))
        .collect::<Result<_, _>>()?;
    if !asked.contains(&"public_profile") {
        asked.insert(0, "public_profile");
    }
    Ok(asked)
}

/// Permissions and Pages to choose from, all of them chosen at first.
fn consent(site: &Site, params: &Params, app: &str, persona: &'static Persona, asked: &[&str]) -> Response {
    let mut hidden = String::new();
    let own = [PERSONA, DECISION, PAGE, SCOPE];
    for (name, value) in params.pairs().iter().filter(|(n, _)| !own.contains(&n.as_str())) {
        field(&mut hidden, "hidden", name, value);
    }
    field(&mut hidden, "hidden", PERSONA, persona.key);
    let mut pages = String::new();
    for work in people::work_of(persona) {
        let through = match work.through {
            Through::Role => "",
            Through::Owned => " · owned by your Business",
            Through::Client => " · client of your Business",
        };
        pages.push_str("<li><label>");
        field(&mut pages, "checkbox", PAGE, &work.page.id());
        let _ = write!(pages, " {}<small>{through}</small></label></li>", escape(work.page.name));
    }
    let mut scopes = String::new();
    for (scope, meaning) in SCOPES.iter().filter(|(scope, _)| asked.contains(scope)) {
        scopes.push_str("<li><label>");
        field(&mut scopes, "checkbox", SCOPE, scope);
        let _ = write!(scopes, " {}<small><code>{scope}</code></small></label></li>", escape(meaning));
    }
    let body = format!(
        "<section class=\"card\"><h1>{app} wants access</h1><p class=\"who\"><img src=\"{avatar}\" alt=\"\" width=\"44\" \
         height=\"44\"><span><strong>{name}</strong><small>@{key}</small></span></p><form method=\"post\" action=\"{action}\" \
         data-step=\"consent\">{hidden}<p>Choose the Pages that {app} may use:</p><ul class=\"scopes\">{pages}</ul><p>{app} asks \
         to:</p><ul class=\"scopes\">{scopes}</ul><p class=\"actions\"><button class=\"primary\" name=\"{DECISION}\" \
         value=\"allow\">Allow</button> <button name=\"{DECISION}\" value=\"refuse\">Refuse</button></p></form></section>",
        app = escape(app),
        avatar = escape(&site.avatar_url(persona.key)),
        name = escape(persona.name),
        key = persona.key,
        action = escape(&site.url("/v26.0/dialog/oauth")),
    );
    shell("Allow access", NETWORK, COLOR, &body).into_response()
}

fn field(out: &mut String, kind: &str, name: &str, value: &str) {
    let checked = if kind == "checkbox" { " checked" } else { "" };
    let (name, value) = (escape(name), escape(value));
    let _ = write!(out, "<input type=\"{kind}\" name=\"{name}\" value=\"{value}\"{checked}>");
}

/// Back with a code for what was chosen.
fn granted(
    world: &World,
    params: &Params,
    persona: &'static Persona,
    asked: &[&str],
    client_id: String,
) -> String {
    let redirect = params.text("redirect_uri");
    let ticked = |scope: &str| scope == "public_profile" || params.all(SCOPE).any(|s| s == scope);
    let (given, declined): (Vec<&str>, Vec<&str>) = asked.iter().partition(|scope| ticked(scope));
    let offered: Vec<String> = people::work_of(persona).iter().map(|w| w.page.id()).collect();
    let pages: Vec<&String> = offered.iter().filter(|id| params.all(PAGE).any(|p| p == *id)).collect();
    let grant = CodeGrant {
        platform: PLATFORM.to_owned(),
        host: WWW.to_owned(),
        persona: persona.key.to_owned(),
        client_id,
        redirect_uri: redirect.to_owned(),
        scopes: given.iter().map(|s| (*s).to_owned()).collect(),
        extra: json!({ "pages": pages, "declined": declined }),
        ..CodeGrant::default()
    };
    let code = world.codes().issue(grant, CODE_LIVES);
    let target = match params.get("state") {
        Some(state) => with_query(redirect, &[("code", &code), ("state", state)]),
        None => with_query(redirect, &[("code", &code)]),
    };
    format!("{target}#_=_")
}

fn denied(params: &Params) -> String {
    let denied = [
        ("error", "access_denied"),
        ("error_code", "200"),
        ("error_description", "Permissions error"),
        ("error_reason", "user_denied"),
        ("state", params.text("state")),
    ];
    with_query(params.text("redirect_uri"), &denied)
}
