//! Tokens: a code for a short one, a short one for a long one, Pages' tokens, and what is known of one.

use std::sync::Arc;

use axum::extract::State as Held;
use axum::response::Response;
use carillon_domain::time::{SignedDuration, Timestamp};
use http::Uri;
use serde_json::{Value, json};

use super::answer::{Refusal, success};
use super::grant::{self, Caller, Kind};
use super::params::Params;
use super::people::{self, Page};
use super::{GRAPH, PLATFORM, VERSIONS, WWW};
use crate::sandbox::oauth::BadCode;
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

/// Seconds that short tokens live: between one and two hours.
const SHORT: i64 = 5_400;
/// Seconds that long tokens live, as in the documentation's samples: just short of 60 days.
const LONG: i64 = 5_183_944;
/// How long an app may see data after its user last used it.
const DATA_ACCESS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// `/{version}/oauth/access_token`, also without a version, by GET or POST.
pub(super) async fn access_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    uri: Uri,
    params: Params,
) -> Response {
    let answer = (|| {
        on_graph(&site, &uri)?;
        let app = world.apps().ready_made(PLATFORM);
        if params.text("client_id") != app.client_id {
            let text = "Error validating application. Cannot get application info due to a system error.";
            return Err(Refusal { message: text.to_owned(), ..Refusal::new(101, 0, "") });
        }
        if params.text("client_secret") != app.client_secret {
            let text = "Error validating client secret.".to_owned();
            return Err(Refusal { message: text, ..Refusal::new(1, 0, "") });
        }
        match params.text("grant_type") {
            "client_credentials" => {
                let token = format!("{}|{}", app.client_id, app.client_secret);
                Ok(json!({ "access_token": token, "token_type": "bearer" }))
            }
            "fb_exchange_token" => exchange(&world, &params),
            "" | "authorization_code" => redeem(&world, &params),
            other => Err(Refusal::parameter(format!("Unknown grant_type {other}"))),
        }
    })();
    finish(answer, &world, &site)
}

fn exchange(world: &World, params: &Params) -> Result<Value, Refusal> {
    let caller = grant::of_token(world, params.text("fb_exchange_token"))?;
    if caller.kind == Kind::Page {
        return Err(Refusal::parameter("Only user access tokens can be exchanged"));
    }
    let long = issue(world, Kind::User, caller.token.clone(), Some(LONG));
    Ok(json!({ "access_token": long.value, "token_type": "bearer", "expires_in": LONG }))
}

fn redeem(world: &World, params: &Params) -> Result<Value, Refusal> {
    let bad = |subcode, text: &str| Refusal { message: text.to_owned(), ..Refusal::new(100, subcode, "") };
    let grant = match world.codes().redeem(PLATFORM, params.text("code")) {
        Ok(grant) if grant.host == WWW => grant,
        Err(BadCode::Used(_)) => return Err(bad(36_009, "This authorization code has been used.")),
        Err(BadCode::Expired) => return Err(bad(36_007, "This authorization code has expired.")),
        _ => return Err(bad(36_009, "Invalid verification code format.")),
    };
    if grant.redirect_uri != params.text("redirect_uri") {
        let text = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in \
                    the OAuth dialog request";
        return Err(bad(36_008, text));
    }
    let persona = Persona::find(&grant.persona).ok_or_else(|| bad(36_009, "Unknown user"))?;
    let from = Token::new(PLATFORM, TokenKind::Access, "")
        .account(people::user_id(persona))
        .grant(world.random_text(16))
        .client(&grant.client_id)
        .scopes(grant.scopes)
        .extra(json!({
            "persona": persona.key,
            "pages": grant.extra["pages"],
            "declined": grant.extra["declined"],
        }));
    let token = issue(world, Kind::ShortUser, from, Some(SHORT));
    Ok(json!({ "access_token": token.value, "token_type": "bearer", "expires_in": SHORT }))
}

/// A new token with the rights of another.
fn issue(world: &World, kind: Kind, from: Token, seconds: Option<i64>) -> Token {
    let mut extra = from.extra.clone();
    extra["type"] = json!(kind.name());
    let value = format!("EAAG{}", world.random_text(160));
    let mut token = Token::new(PLATFORM, TokenKind::Access, value).scopes(from.scopes).extra(extra);
    (token.account, token.grant, token.client_id) = (from.account, from.grant, from.client_id);
    token.expires_at = seconds.and_then(|s| world.now().checked_add(SignedDuration::from_secs(s)).ok());
    world.tokens().issue(token)
}

/// The token of a Page: the same one as long as it lives. Under a long user token it does not run out, under a short one it
/// runs out with that.
pub(super) fn page_token(world: &World, caller: &Caller, page: Page) -> String {
    let id = page.id();
    let until = match caller.kind {
        Kind::ShortUser | Kind::Page => caller.token.expires_at,
        Kind::User => None,
    };
    let known = world.tokens().list().into_iter().find(|(token, state)| {
        let ours = token.grant == caller.token.grant && token.account.as_deref() == Some(id.as_str());
        ours && *state == TokenState::Live && token.expires_at == until
    });
    if let Some((token, _)) = known {
        return token.value;
    }
    let mut from = caller.token.clone();
    from.account = Some(id);
    let token = issue(world, Kind::Page, from, None);
    if let Some(at) = until {
        world.tokens().update(PLATFORM, &token.value, |t| t.expires_at = Some(at));
    }
    token.value
}

/// `/{version}/debug_token`, with the app's token.
pub(super) async fn debug_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    uri: Uri,
    params: Params,
) -> Response {
    let answer = (|| {
        on_graph(&site, &uri)?;
        let app = world.apps().ready_made(PLATFORM);
        let app_token = format!("{}|{}", app.client_id, app.client_secret);
        if params.token() != Some(app_token.as_str()) {
            return Err(Refusal::parameter(
                "You must provide an app access token, or a user access token that is an owner or developer of the app",
            ));
        }
        if params.get("appsecret_proof").is_some() {
            grant::check_proof(&world, &app_token, &params)?;
        }
        let input = params.get("input_token").filter(|t| !t.is_empty());
        let input = input.ok_or_else(|| Refusal::parameter("The parameter input_token is required."))?;
        if input == app_token {
            let data =
                json!({ "app_id": app.client_id, "type": "APP", "application": app.name, "is_valid": true });
            return Ok(json!({ "data": data }));
        }
        let about = json!({ "app_id": app.client_id, "application": app.name });
        Ok(json!({ "data": known(&world, grant::of_token(&world, input), about) }))
    })();
    finish(answer, &world, &site)
}

fn known(world: &World, inspected: Result<Caller, Refusal>, mut data: Value) -> Value {
    let caller = match inspected {
        Ok(caller) => caller,
        Err(refusal) => {
            data["is_valid"] = json!(false);
            data["scopes"] = json!([]);
            data["error"] =
                json!({ "code": refusal.code, "subcode": refusal.subcode, "message": refusal.message });
            return data;
        }
    };
    let seconds = |at: Option<Timestamp>| at.map_or(0, |t| t.as_second());
    let page = caller.kind == Kind::Page;
    data["type"] = json!(if page { "PAGE" } else { "USER" });
    data["is_valid"] = json!(true);
    data["issued_at"] = json!(caller.token.issued_at.as_second());
    data["expires_at"] = json!(seconds(caller.token.expires_at));
    data["data_access_expires_at"] = json!(seconds(world.now().checked_add(DATA_ACCESS).ok()));
    data["scopes"] = json!(caller.token.scopes);
    let of_pages = |s: &&String| s.starts_with("pages_") || *s == "read_insights";
    let granular = caller.token.scopes.iter().filter(of_pages);
    data["granular_scopes"] =
        granular.map(|scope| json!({ "scope": scope, "target_ids": caller.token.extra["pages"] })).collect();
    data["user_id"] = json!(people::user_id(caller.user));
    if page {
        data["profile_id"] = json!(caller.token.account);
    }
    data
}

/// Refuses other hosts, and versions that do not exist or are over.
fn on_graph(site: &Site, uri: &Uri) -> Result<(), Refusal> {
    let first = uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    if site.host != GRAPH {
        return Err(Refusal::path(uri.path().trim_start_matches('/')));
    }
    if first == "oauth" { Ok(()) } else { alive(first) }
}

/// Refuses versions that do not exist or are over.
pub(super) fn alive(version: &str) -> Result<(), Refusal> {
    if VERSIONS.contains(&version) { Ok(()) } else { Err(Refusal::path(version)) }
}

fn finish(answer: Result<Value, Refusal>, world: &World, site: &Site) -> Response {
    match answer {
        Ok(body) => success(body, world),
        Err(refusal) => refusal.at(site, world),
    }
}
