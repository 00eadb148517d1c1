//! Tokens of both logins and their ages.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use carillon_domain::time::SignedDuration;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Refusal, login_error, success};
use super::grant::{self, Kind};
use super::params::Params;
use super::{
    API_INSTAGRAM, GRAPH_FACEBOOK, GRAPH_INSTAGRAM, PLATFORM, VERSIONS, WWW_FACEBOOK, WWW_INSTAGRAM, people,
};
use crate::sandbox::oauth::{BadCode, CodeGrant};
use crate::sandbox::{Persona, Site, Token, TokenKind, TokenState, World};

/// Seconds that short tokens live: an hour at Instagram, between one and two at Facebook.
const SHORT: i64 = 3_600;
const SHORT_FACEBOOK: i64 = 5_400;
/// Seconds that long tokens live, as in the documentation's samples: just short of 60 days.
const LONG: i64 = 5_183_944;

/// POST api.instagram.com/oauth/access_token.
pub(super) async fn short_token(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    if site.host != API_INSTAGRAM {
        return StatusCode::NOT_FOUND.into_response();
    }
    let app = world.apps().ready_made(PLATFORM);
    if params.text("client_id") != app.client_id {
        return login_error("Invalid platform app");
    }
    if params.text("client_secret") != app.client_secret {
        return login_error("Error validating client secret.");
    }
    if params.text("grant_type") != "authorization_code" {
        return login_error("Invalid grant_type");
    }
    let Ok(grant) = world.codes().redeem(PLATFORM, params.text("code")) else {
        return login_error("Matching code was not found or was already used");
    };
    if grant.host != WWW_INSTAGRAM {
        return login_error("Matching code was not found or was already used");
    }
    if grant.redirect_uri != params.text("redirect_uri") {
        return login_error(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the \
             OAuth dialog request",
        );
    }
    let Some(persona) = Persona::find(&grant.persona) else { return login_error("Invalid user") };
    let account = people::account_id(persona);
    let token = issue(
        &world,
        New {
            persona,
            kind: Kind::Short,
            account: &account,
            seconds: Some(SHORT),
            from: &grant,
            family: None,
        },
    );
    let user: u64 = account.parse().unwrap_or_default();
    axum::Json(json!({ "access_token": token.value, "user_id": user, "permissions": grant.scopes }))
        .into_response()
}

/// GET graph.instagram.com/access_token.
pub(super) async fn long_token(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    let answer = (|| {
        on(&site, GRAPH_INSTAGRAM)?;
        if params.text("grant_type") != "ig_exchange_token" {
            return Err(Refusal::parameter("Invalid grant_type"));
        }
        if params.text("client_secret") != world.apps().ready_made(PLATFORM).client_secret {
            return Err(Refusal::new(1, 0, "Error validating client secret."));
        }
        let caller = grant::caller(&world, &site, &params)?;
        if caller.kind != Kind::Short {
            return Err(Refusal::new(1, 0, "Session key invalid. This token can't be exchanged."));
        }
        Ok(renewed(&world, &caller.token, caller.persona, Kind::Long))
    })();
    finish(answer, &world, &site)
}

/// GET graph.instagram.com/refresh_access_token.
pub(super) async fn refresh(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    let answer = (|| {
        on(&site, GRAPH_INSTAGRAM)?;
        if params.text("grant_type") != "ig_refresh_token" {
            return Err(Refusal::parameter("Invalid grant_type"));
        }
        let caller = grant::caller(&world, &site, &params)?;
        caller.needs(grant::Right::Basic)?;
        let age = world.now().duration_since(caller.token.issued_at);
        if caller.kind != Kind::Long {
            return Err(Refusal::parameter("Only long-lived tokens can be refreshed"));
        }
        if age < SignedDuration::from_hours(24) {
            return Err(Refusal::parameter("The access token must be at least 24 hours old to be refreshed"));
        }
        let mut body = renewed(&world, &caller.token, caller.persona, Kind::Long);
        body["permissions"] = json!(caller.token.scopes.join(","));
        Ok(body)
    })();
    finish(answer, &world, &site)
}

/// GET or POST graph.facebook.com/vNN.0/oauth/access_token.
pub(super) async fn facebook_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(version): Path<String>,
    params: Params,
) -> Response {
    let answer = (|| {
        on(&site, GRAPH_FACEBOOK)?;
        alive(&version)?;
        let app = world.apps().ready_made(PLATFORM);
        if params.text("client_id") != app.client_id {
            return Err(Refusal::new(
                101,
                0,
                "Error validating application. Cannot get application info due to a system error.",
            ));
        }
        if params.text("client_secret") != app.client_secret {
            return Err(Refusal::new(1, 0, "Error validating client secret."));
        }
        if params.text("grant_type") == "fb_exchange_token" {
            let caller = grant::of_token(&world, params.text("fb_exchange_token"))?;
            if !matches!(caller.kind, Kind::ShortUser | Kind::User) {
                return Err(Refusal::parameter("Only user tokens can be exchanged"));
            }
            return Ok(renewed(&world, &caller.token, caller.persona, Kind::User));
        }
        let grant = match world.codes().redeem(PLATFORM, params.text("code")) {
            Ok(grant) if grant.host == WWW_FACEBOOK => grant,
            Err(BadCode::Used(_)) => {
                return Err(Refusal::new(100, 36009, "This authorization code has been used."));
            }
            Err(BadCode::Expired) => {
                return Err(Refusal::new(100, 36007, "This authorization code has expired."));
            }
            _ => return Err(Refusal::new(100, 36009, "Invalid verification code format.")),
        };
        if grant.redirect_uri != params.text("redirect_uri") {
            return Err(Refusal::new(
                100,
                36008,
                "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in \
                 the OAuth dialog request",
            ));
        }
        let persona =
            Persona::find(&grant.persona).ok_or_else(|| Refusal::new(100, 36009, "Unknown user"))?;
        let account = people::user_id(persona);
        let new = New {
            persona,
            kind: Kind::ShortUser,
            account: &account,
            seconds: Some(SHORT_FACEBOOK),
            from: &grant,
            family: None,
        };
        let token = issue(&world, new);
        Ok(json!({ "access_token": token.value, "token_type": "bearer", "expires_in": SHORT_FACEBOOK }))
    })();
    finish(answer, &world, &site)
}

/// GET graph.facebook.com/vNN.0/debug_token.
pub(super) async fn debug_token(Held(world): Held<Arc<World>>, site: Site, params: Params) -> Response {
    let answer = (|| {
        on(&site, GRAPH_FACEBOOK)?;
        let app = world.apps().ready_made(PLATFORM);
        if params.token() != Some(format!("{}|{}", app.client_id, app.client_secret).as_str()) {
            return Err(Refusal::parameter(
                "You must provide an app access token, or a user access token of a developer of the app",
            ));
        }
        let inspected = grant::of_token(&world, params.text("input_token"));
        let data = match inspected {
            Ok(caller) => json!({
                "app_id": app.client_id,
                "type": if caller.kind == Kind::Page { "PAGE" } else { "USER" },
                "application": app.name,
                "is_valid": true,
                "issued_at": caller.token.issued_at.as_second(),
                "expires_at": caller.token.expires_at.map_or(0, |t| t.as_second()),
                "data_access_expires_at": world.now().as_second() + 90 * 86_400,
                "scopes": caller.token.scopes,
                "user_id": caller.token.account,
            }),
            Err(refusal) => json!({
                "is_valid": false,
                "scopes": [],
                "error": { "code": refusal.code, "subcode": refusal.subcode, "message": refusal.message },
            }),
        };
        Ok(json!({ "data": data }))
    })();
    finish(answer, &world, &site)
}

/// A new token for the same grant.
fn renewed(world: &World, old: &Token, persona: &'static Persona, kind: Kind) -> Value {
    let from = CodeGrant {
        scopes: old.scopes.clone(),
        client_id: old.client_id.clone().unwrap_or_default(),
        ..CodeGrant::default()
    };
    let account = old.account.clone().unwrap_or_default();
    let new =
        New { persona, kind, account: &account, seconds: Some(LONG), from: &from, family: old.grant.clone() };
    let token = issue(world, new);
    json!({ "access_token": token.value, "token_type": "bearer", "expires_in": LONG })
}

/// The token of a Page, which does not run out; the same one each time.
pub(super) fn page_token(world: &World, user: &Token, owner: &'static Persona) -> String {
    let page = people::page_id(owner);
    let known = world.tokens().list().into_iter().find(|(token, state)| {
        token.grant == user.grant
            && token.account.as_deref() == Some(page.as_str())
            && *state == TokenState::Live
    });
    if let Some((token, _)) = known {
        return token.value;
    }
    let from = CodeGrant { scopes: user.scopes.clone(), ..CodeGrant::default() };
    let new = New {
        persona: owner,
        kind: Kind::Page,
        account: &page,
        seconds: None,
        from: &from,
        family: user.grant.clone(),
    };
    issue(world, new).value
}

struct New<'a> {
    persona: &'static Persona,
    kind: Kind,
    account: &'a str,
    seconds: Option<i64>,
    from: &'a CodeGrant,
    family: Option<String>,
}

fn issue(world: &World, new: New<'_>) -> Token {
    let prefix = if matches!(new.kind, Kind::Short | Kind::Long) { "IGAA" } else { "EAAB" };
    let value = format!("{prefix}{}", world.random_text(120));
    let mut token = Token::new(PLATFORM, TokenKind::Access, value)
        .account(new.account)
        .grant(new.family.unwrap_or_else(|| world.random_text(16)))
        .client(&new.from.client_id)
        .scopes(new.from.scopes.clone())
        .extra(json!({ "type": new.kind.name(), "persona": new.persona.key }));
    token.expires_at = new.seconds.and_then(|s| world.now().checked_add(SignedDuration::from_secs(s)).ok());
    world.tokens().issue(token)
}

fn on(site: &Site, host: &str) -> Result<(), Refusal> {
    if site.host == host { Ok(()) } else { Err(Refusal::new(2500, 0, "Unknown path components")) }
}

/// Refuses versions that do not exist or are over.
pub(super) fn alive(version: &str) -> Result<(), Refusal> {
    if VERSIONS.contains(&version) {
        return Ok(());
    }
    Err(Refusal::new(2500, 0, format!("Unknown path components: /{version}")))
}

fn finish(answer: Result<Value, Refusal>, world: &World, site: &Site) -> Response {
    match answer {
        Ok(body) => success(body, world, site, None),
        Err(refusal) => refusal.at(site, world),
    }
}
