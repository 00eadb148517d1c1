//! accounts.google.com: sign-in, consent, codes (Google Identity, "Using OAuth 2.0 for Web Server Applications").

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use std::time::Duration;

use super::PLATFORM;
use super::door::{Door, SCOPE_PREFIX};
use super::state::change;
use crate::sandbox::oauth::{self, App, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

pub(super) const PATH: &str = "/o/oauth2/v2/auth";
const COLOR: &str = "#1a73e8";
/// How long a code is good. Google names no number; ten minutes is what RFC 6749 recommends at most.
const CODE: Duration = Duration::from_secs(600);

/// Scopes with what the consent page says of them. Those without a slash are sent as they are.
const SCOPES: &[(&str, &str)] = &[
    ("youtube", "Manage your YouTube account"),
    ("youtube.upload", "Manage your YouTube videos"),
    ("youtube.readonly", "View your YouTube account"),
    (
        "youtube.force-ssl",
        "See, edit and permanently delete your YouTube videos, ratings, comments and captions",
    ),
    ("youtubepartner", "View and manage your assets and associated content on YouTube"),
    ("yt-analytics.readonly", "View YouTube Analytics reports for your YouTube content"),
    ("yt-analytics-monetary.readonly", "View monetary and non-monetary YouTube Analytics reports"),
    ("userinfo.email", "See your primary Google Account email address"),
    ("userinfo.profile", "See your personal info"),
    ("openid", "Associate you with your personal info on Google"),
    ("email", "See your primary Google Account email address"),
    ("profile", "See your personal info"),
];

fn full(scope: &str) -> String {
    if ["openid", "email", "profile"].contains(&scope) {
        scope.to_owned()
    } else {
        format!("{SCOPE_PREFIX}{scope}")
    }
}

/// `GET /o/oauth2/v2/auth`.
pub(super) async fn page(door: Door, Query(parameters): Query<Vec<(String, String)>>) -> Response {
    authorize(&door.world, &door.site, &parameters)
}

/// The forms of its pages.
pub(super) async fn decide(door: Door, Form(parameters): Form<Vec<(String, String)>>) -> Response {
    authorize(&door.world, &door.site, &parameters)
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, v)| key == name && !v.is_empty()).map(|(_, v)| v.as_str())
}

fn authorize(world: &World, site: &Site, parameters: &[(String, String)]) -> Response {
    let (app, grant) = match asked(world, site, parameters) {
        Ok(asked) => asked,
        Err((status, text)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            return message(status, "Google", COLOR, "Access blocked: Authorization Error", &text);
        }
    };
    let prompts: Vec<&str> = value(parameters, "prompt").unwrap_or_default().split_whitespace().collect();
    if let Some(persona) = value(parameters, "sandbox_persona").and_then(Persona::find) {
        // Somebody who has agreed before is not asked again, unless the app wants it.
        let before = consented(world, &app.client_id, persona);
        if !prompts.contains(&"consent") && grant.scopes.iter().all(|scope| before.contains(scope)) {
            return agreed(world, parameters, grant, persona, false);
        }
    }
    if prompts.contains(&"none") {
        return back(parameters, &[("error", "interaction_required")]);
    }
    let scopes: Vec<_> = SCOPES
        .iter()
        .filter(|(scope, _)| grant.scopes.contains(&full(scope)))
        .map(|(scope, meaning)| (full(scope), (*meaning).to_owned()))
        .collect();
    let personas: Vec<_> = PERSONAS.iter().map(|persona| (persona, persona.key.to_owned())).collect();
    let consent = Consent {
        network: "Google",
        color: COLOR,
        app: &app.name,
        scopes: &scopes,
        personas: &personas,
        path: PATH,
    };
    match oauth::authorize(site, &consent, parameters) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => back(parameters, &[("error", "access_denied")]),
        Step::Decided { persona, allowed: true } => agreed(world, parameters, grant, persona, true),
    }
}

/// What the app asks for, or what Google's error page says with which status.
fn asked(
    world: &World,
    site: &Site,
    parameters: &[(String, String)],
) -> Result<(App, CodeGrant), (u16, String)> {
    let get = |name: &str| value(parameters, name);
    let bad = |text: &str| (400, format!("Error 400: {text}"));
    world.apps().ready_made(PLATFORM);
    let app = get("client_id").and_then(|id| world.apps().find(PLATFORM, None, id));
    let app =
        app.ok_or_else(|| (401, "The OAuth client was not found. Error 401: invalid_client".to_owned()))?;
    let redirect = get("redirect_uri").ok_or_else(|| bad("invalid_request: redirect_uri is missing"))?;
    if !redirect.starts_with("http") || !app.may_redirect_to(redirect) {
        return Err(bad("redirect_uri_mismatch"));
    }
    if get("response_type") != Some("code") {
        return Err(bad("invalid_request: response_type must be code"));
    }
    if !matches!(get("access_type"), None | Some("online" | "offline")) {
        return Err(bad("invalid_request: access_type"));
    }
    let prompts = get("prompt").unwrap_or_default().split_whitespace();
    if prompts.into_iter().any(|word| !["none", "consent", "select_account"].contains(&word)) {
        return Err(bad("invalid_request: prompt"));
    }
    let known: Vec<String> = SCOPES.iter().map(|(scope, _)| full(scope)).collect();
    let scopes: Vec<String> =
        get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() {
        return Err(bad("invalid_request: Missing required parameter: scope"));
    }
    if let Some(unknown) = scopes.iter().find(|scope| !known.contains(scope)) {
        return Err(bad(&format!(
            "invalid_scope: Some requested scopes were invalid. {{invalid={unknown}}}"
        )));
    }
    let challenge = get("code_challenge");
    let method = get("code_challenge_method").unwrap_or("plain");
    let wrong_length = challenge.is_some_and(|text| !(43..=128).contains(&text.len()));
    if wrong_length || !["S256", "plain"].contains(&method) {
        return Err(bad("invalid_request: code_challenge"));
    }
    let grant = CodeGrant {
        platform: PLATFORM.to_owned(),
        host: site.host.clone(),
        client_id: app.client_id.clone(),
        redirect_uri: redirect.to_owned(),
        scopes,
        challenge: challenge.map(str::to_owned),
        challenge_method: challenge.map(|_| method.to_owned()),
        ..CodeGrant::default()
    };
    Ok((app, grant))
}

/// Key of what a person has agreed to.
pub(super) fn consent_key(client: &str, persona: &Persona) -> String {
    format!("{client} {}", persona.key)
}

fn consented(world: &World, client: &str, persona: &Persona) -> Vec<String> {
    let key = consent_key(client, persona);
    change(world, |memory| memory.consents.get(&key).cloned().unwrap_or_default())
}

/// Sends the code. `shown`: the consent page was shown, so a refresh token may follow.
fn agreed(
    world: &World,
    parameters: &[(String, String)],
    mut grant: CodeGrant,
    persona: &'static Persona,
    shown: bool,
) -> Response {
    let key = consent_key(&grant.client_id, persona);
    let incremental = value(parameters, "include_granted_scopes") == Some("true");
    grant.scopes = change(world, |memory| {
        let unticked: Vec<String> = memory.rules.unticked.iter().map(|scope| full(scope)).collect();
        let before = memory.consents.entry(key).or_default();
        let mut scopes: Vec<String> =
            grant.scopes.iter().filter(|scope| !shown || !unticked.contains(scope)).cloned().collect();
        for scope in &scopes {
            if !before.contains(scope) {
                before.push(scope.clone());
            }
        }
        if incremental {
            scopes.clone_from(before);
        }
        scopes
    });
    grant.persona = persona.key.to_owned();
    let offline = value(parameters, "access_type") == Some("offline");
    grant.extra = json!({ "offline": offline && shown });
    let scope = grant.scopes.join(" ");
    let code = format!("4/0A{}", world.codes().issue(grant, CODE));
    back(parameters, &[("code", &code), ("scope", &scope)])
}

fn back(parameters: &[(String, String)], pairs: &[(&str, &str)]) -> Response {
    let mut all = Vec::new();
    if let Some(state) = value(parameters, "state") {
        all.push(("state", state));
    }
    all.extend_from_slice(pairs);
    let target = with_query(value(parameters, "redirect_uri").unwrap_or_default(), &all);
    (StatusCode::FOUND, [(LOCATION, target)]).into_response()
}
