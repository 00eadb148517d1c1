//! Tokens and their ages: a code for one of an hour, that for one of 60 days, which can be refreshed once it is a day old.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Held;
use axum::response::{IntoResponse, Response};
use carillon_domain::time::SignedDuration;
use http::{Method, Uri};
use serde_json::{Value, json};

use super::answer::{Refusal, finish, login_error};
use super::grant::{self, BASIC, Caller, Kind};
use super::{GRAPH_COM, PLATFORM, VERSION, is_graph, people};
use crate::sandbox::graph::Params;
use crate::sandbox::oauth::CodeGrant;
use crate::sandbox::{Persona, Site, Token, TokenKind, World};

/// Seconds that short tokens live.
const SHORT: i64 = 3_600;
/// Seconds that long tokens live, as in the documentation's samples: just short of 60 days.
const LONG: i64 = 5_183_944;
/// Tokens that are younger can't be refreshed.
const REFRESH_AGE: SignedDuration = SignedDuration::from_hours(24);
/// Seconds for which an app may see data after its user last agreed.
const DATA_ACCESS: i64 = 90 * 86_400;

/// `/oauth/access_token`: a code by POST, the app's own token by GET.
pub(super) async fn access_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    method: Method,
    uri: Uri,
    params: Params,
) -> Response {
    if let Err(refusal) = on_graph(&site, &uri) {
        return refusal.answer(&world);
    }
    let app = world.apps().ready_made(PLATFORM);
    if params.text("client_id") != app.client_id {
        return login_error("Invalid platform app");
    }
    if params.text("client_secret") != app.client_secret {
        return login_error("Error validating client secret.");
    }
    match (method, params.text("grant_type")) {
        (Method::POST, "authorization_code") => redeem(&world, &site, &params),
        (Method::GET, "client_credentials") => {
            let value = format!("TH|{}|{}", app.client_id, world.random_text(27));
            let token = Token::new(PLATFORM, TokenKind::Access, value).client(app.client_id);
            let token = world.tokens().issue(token);
            Json(json!({ "access_token": token.value, "token_type": "bearer" })).into_response()
        }
        _ => login_error("Invalid grant_type"),
    }
}

fn redeem(world: &World, site: &Site, params: &Params) -> Response {
    let Ok(grant) = world.codes().redeem(PLATFORM, params.text("code")) else {
        return login_error("Matching code was not found or was already used");
    };
    if grant.redirect_uri != params.text("redirect_uri") {
        return login_error(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the \
             OAuth dialog request",
        );
    }
    let Some(persona) = Persona::find(&grant.persona) else { return login_error("Invalid user") };
    let account = people::account_id(persona);
    let token = first(world, persona, grant);
    let user = match account.parse::<u64>() {
        Ok(number) if site.host != GRAPH_COM => json!(number),
        _ => json!(account),
    };
    Json(json!({ "access_token": token.value, "user_id": user })).into_response()
}

/// The short token of a new grant.
fn first(world: &World, persona: &Persona, grant: CodeGrant) -> Token {
    let token = Token::new(PLATFORM, TokenKind::Access, "")
        .account(people::account_id(persona))
        .grant(world.random_text(16))
        .client(grant.client_id)
        .scopes(grant.scopes)
        .extra(json!({ "persona": persona.key, "granted_at": world.now().as_second() }));
    issue(world, token, Kind::Short, SHORT)
}

/// A new token with the rights of another.
fn issue(world: &World, mut token: Token, kind: Kind, seconds: i64) -> Token {
    token.value = format!("TH{}", world.random_text(150));
    token.extra["type"] = json!(kind.name());
    token.expires_at = world.now().checked_add(SignedDuration::from_secs(seconds)).ok();
    world.tokens().issue(token)
}

fn long_lived(world: &World, caller: Caller) -> Value {
    let token = issue(world, caller.token, Kind::Long, LONG);
    json!({ "access_token": token.value, "token_type": "bearer", "expires_in": LONG })
}

/// `GET /access_token`: a long token for a short one.
pub(super) async fn long_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    uri: Uri,
    params: Params,
) -> Response {
    let answer = (|| -> Result<Value, Refusal> {
        on_graph(&site, &uri)?;
        if params.text("grant_type") != "th_exchange_token" {
            return Err(Refusal::parameter("Invalid grant_type"));
        }
        if params.text("client_secret") != world.apps().ready_made(PLATFORM).client_secret {
            return Err(Refusal::new(1, 0, "Error validating client secret."));
        }
        let caller = grant::of_token(&world, params.token())?;
        if caller.kind != Kind::Short {
            return Err(Refusal::new(452, 0, "Session key invalid"));
        }
        Ok(long_lived(&world, caller))
    })();
    finish(answer, &world)
}

/// `GET /refresh_access_token`: a fresh long token for a long one.
pub(super) async fn refresh(Held(world): Held<Arc<World>>, site: Site, uri: Uri, params: Params) -> Response {
    let answer = (|| -> Result<Value, Refusal> {
        on_graph(&site, &uri)?;
        if params.text("grant_type") != "th_refresh_token" {
            return Err(Refusal::parameter("Invalid grant_type"));
        }
        let caller = grant::of_token(&world, params.token())?;
        caller.needs(BASIC)?;
        if caller.kind != Kind::Long {
            return Err(Refusal::parameter("Only long-lived access tokens can be refreshed"));
        }
        if world.now().duration_since(caller.token.issued_at) < REFRESH_AGE {
            return Err(Refusal::parameter("The access token must be at least 24 hours old to be refreshed"));
        }
        Ok(long_lived(&world, caller))
    })();
    finish(answer, &world)
}

/// `GET /v1.0/debug_token`, with the token of a tester; all personas are testers.
pub(super) async fn debug_token(
    Held(world): Held<Arc<World>>,
    site: Site,
    uri: Uri,
    params: Params,
) -> Response {
    let answer = (|| -> Result<Value, Refusal> {
        on_graph(&site, &uri)?;
        grant::of_token(&world, params.token())?;
        let input = params.filled("input_token");
        let input = input.ok_or_else(|| Refusal::parameter("The parameter input_token is required"))?;
        let app = world.apps().ready_made(PLATFORM).name;
        Ok(json!({ "data": known(grant::of_token(&world, Some(input)), &app) }))
    })();
    finish(answer, &world)
}

fn known(inspected: Result<Caller, Refusal>, app: &str) -> Value {
    match inspected {
        Ok(caller) => {
            let granted = caller.token.extra["granted_at"].as_i64().unwrap_or_default();
            json!({
                "type": "USER",
                "application": app,
                "is_valid": true,
                "issued_at": caller.token.issued_at.as_second(),
                "expires_at": caller.token.expires_at.map_or(0, |at| at.as_second()),
                "data_access_expires_at": granted + DATA_ACCESS,
                "scopes": caller.token.scopes,
                "user_id": caller.id(),
            })
        }
        Err(refusal) => json!({
            "application": app,
            "is_valid": false,
            "scopes": [],
            "error": { "code": refusal.code, "subcode": refusal.subcode, "message": refusal.message },
        }),
    }
}

/// Refuses other hosts, and versions that do not exist. The addresses for tokens may do without one.
fn on_graph(site: &Site, uri: &Uri) -> Result<(), Refusal> {
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let fine = matches!(first, "oauth" | "access_token" | "refresh_access_token" | VERSION);
    if is_graph(site) && fine { Ok(()) } else { Err(Refusal::path(path)) }
}
