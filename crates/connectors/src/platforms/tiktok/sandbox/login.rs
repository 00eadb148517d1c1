//! Sign-in and consent at www.tiktok.com ("Login Kit for Web", "Login Kit for Desktop").

use std::time::Duration;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use url::{Host, Url};

use super::door::Door;
use super::memory::change;
use super::{COLOR, PLATFORM};
use crate::sandbox::Persona;
use crate::sandbox::oauth::{self, App, CodeGrant, Consent, Step, with_query};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;

pub(super) const PATH: &str = "/v2/auth/authorize/";
/// How long a code is good. TikTok says only that it is short.
const CODE: Duration = Duration::from_secs(300);
/// Longest redirect address, characters.
const LONGEST_REDIRECT: usize = 512;
/// What all codes end with: characters that are escaped in the address of the callback.
pub(super) const CODE_TAIL: &str = "*1!6328.va";

/// Scopes with what the consent page says of them.
const SCOPES: [(&str, &str); 6] = [
    ("user.info.basic", "Read your profile info (avatar, display name)"),
    ("user.info.profile", "Read access to your profile: web link, profile link, bio and verified status"),
    ("user.info.stats", "Read access to your counts: likes, followers, following and videos"),
    ("video.list", "Read your public videos on TikTok"),
    ("video.publish", "Post content to TikTok"),
    ("video.upload", "Share content to your account on TikTok as drafts"),
];

type Pairs = Vec<(String, String)>;

/// `GET /v2/auth/authorize/`.
pub(super) async fn page(door: Door, Query(parameters): Query<Pairs>) -> Response {
    authorize(&door, &parameters)
}

/// The forms of its pages.
pub(super) async fn decide(door: Door, Form(parameters): Form<Pairs>) -> Response {
    authorize(&door, &parameters)
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, text)| key == name && !text.is_empty()).map(|(_, text)| text.as_str())
}

fn authorize(door: &Door, parameters: &[(String, String)]) -> Response {
    let (app, redirect) = match asked(door, parameters) {
        Ok(asked) => asked,
        Err(why) => return message(StatusCode::BAD_REQUEST, "TikTok", COLOR, "Something went wrong", why),
    };
    let grant = match granting(door, parameters, &app, &redirect) {
        Ok(grant) => grant,
        Err((error, text)) => {
            return back(&redirect, parameters, &[("error", error), ("error_description", &text)]);
        }
    };
    let signed_in = value(parameters, "sandbox_persona").and_then(Persona::find);
    // Only an app that asks for it skips the page for people who have agreed before.
    if let Some(persona) = signed_in.filter(|_| value(parameters, "disable_auto_auth") == Some("0")) {
        let before = consented(door, &app.client_id, persona);
        if grant.scopes.iter().all(|scope| before.contains(scope)) {
            return agreed(door, parameters, grant, persona);
        }
    }
    let named = SCOPES.iter().filter(|(scope, _)| grant.scopes.iter().any(|s| s == scope));
    let named: Vec<_> = named.map(|(scope, meaning)| ((*scope).to_owned(), (*meaning).to_owned())).collect();
    let personas: Vec<_> = PERSONAS.iter().map(|persona| (persona, persona.key.to_owned())).collect();
    let consent = Consent {
        network: "TikTok",
        color: COLOR,
        app: &app.name,
        scopes: &named,
        personas: &personas,
        path: PATH,
    };
    match oauth::authorize(&door.site, &consent, parameters) {
        Step::Page(page) => page,
        Step::Decided { allowed: false, .. } => {
            let text = "The user denied the authorization request";
            back(&redirect, parameters, &[("error", "access_denied"), ("error_description", text)])
        }
        Step::Decided { persona, allowed: true } => agreed(door, parameters, grant, persona),
    }
}

/// The app and where its codes go, or why TikTok shows a page instead of going back.
fn asked(door: &Door, parameters: &[(String, String)]) -> Result<(App, String), &'static str> {
    door.world.apps().ready_made(PLATFORM);
    let app = value(parameters, "client_key").and_then(|key| door.world.apps().find(PLATFORM, None, key));
    let app = app.ok_or("client_key: the app is unknown. Error: invalid_client.")?;
    let redirect = value(parameters, "redirect_uri").ok_or("redirect_uri is missing.")?;
    if !acceptable(redirect) || !app.may_redirect_to(redirect) {
        return Err("redirect_uri: the address does not match a registered one.");
    }
    Ok((app, redirect.to_owned()))
}

/// Absolute, over TLS unless it stays on the machine, without query and fragment, and not too long.
fn acceptable(redirect: &str) -> bool {
    let Ok(url) = Url::parse(redirect) else { return false };
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_local(&url));
    let short = redirect.chars().count() <= LONGEST_REDIRECT;
    secure && short && url.query().is_none() && url.fragment().is_none()
}

/// Whether an address stays on this machine.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What the person is asked to grant, or the error that goes back.
fn granting(
    door: &Door,
    parameters: &[(String, String)],
    app: &App,
    redirect: &str,
) -> Result<CodeGrant, (&'static str, String)> {
    let invalid = |text: &str| ("invalid_request", text.to_owned());
    if value(parameters, "response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code".to_owned()));
    }
    if value(parameters, "state").is_none() {
        return Err(invalid("state is required"));
    }
    if !matches!(value(parameters, "disable_auto_auth"), None | Some("0" | "1")) {
        return Err(invalid("disable_auto_auth must be 0 or 1"));
    }
    let scopes: Vec<String> =
        value(parameters, "scope").unwrap_or_default().split(',').map(str::to_owned).collect();
    let known = |scope: &str| SCOPES.iter().any(|(name, _)| *name == scope);
    let allowed = |scope: &str| app.scopes.is_empty() || app.scopes.iter().any(|s| s == scope);
    // Spaces between scopes make one unknown scope of them.
    if let Some(strange) = scopes.iter().find(|scope| !known(scope) || !allowed(scope)) {
        return Err(("invalid_scope", format!("scope is invalid: {strange}")));
    }
    let challenge = value(parameters, "code_challenge");
    if challenge.is_none() && change(&door.world, |memory| memory.rules.desktop) {
        return Err(invalid("code_challenge is required"));
    }
    if let Some(challenge) = challenge {
        let hex = challenge.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if challenge.len() != 64 || !hex {
            return Err(invalid("code_challenge must be the hex of a SHA-256"));
        }
        if value(parameters, "code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method must be S256"));
        }
    }
    Ok(CodeGrant {
        platform: PLATFORM.to_owned(),
        host: door.site.host.clone(),
        client_id: app.client_id.clone(),
        redirect_uri: redirect.to_owned(),
        scopes,
        challenge: challenge.map(str::to_owned),
        challenge_method: challenge.map(|_| "S256".to_owned()),
        ..CodeGrant::default()
    })
}

/// Key of what a person has agreed to.
pub(super) fn consent_key(client: &str, persona: &Persona) -> String {
    format!("{client} {}", persona.key)
}

fn consented(door: &Door, client: &str, persona: &Persona) -> Vec<String> {
    let key = consent_key(client, persona);
    change(&door.world, |memory| memory.consents.get(&key).cloned().unwrap_or_default())
}

/// Sends the code, with the scopes that the person left ticked. The basic one can't be unticked.
fn agreed(
    door: &Door,
    parameters: &[(String, String)],
    mut grant: CodeGrant,
    persona: &'static Persona,
) -> Response {
    let key = consent_key(&grant.client_id, persona);
    change(&door.world, |memory| {
        let unticked = &memory.rules.unticked;
        grant.scopes.retain(|scope| scope == "user.info.basic" || !unticked.contains(scope));
        memory.consents.insert(key, grant.scopes.clone());
    });
    grant.persona = persona.key.to_owned();
    let (scopes, redirect) = (grant.scopes.join(","), grant.redirect_uri.clone());
    let code = format!("{}{CODE_TAIL}", door.world.codes().issue(grant, CODE));
    back(&redirect, parameters, &[("code", &code), ("scopes", &scopes)])
}

fn back(redirect: &str, parameters: &[(String, String)], pairs: &[(&str, &str)]) -> Response {
    let mut all = pairs.to_vec();
    if let Some(state) = value(parameters, "state") {
        all.push(("state", state));
    }
    (StatusCode::FOUND, [(LOCATION, with_query(redirect, &all))]).into_response()
}
