//! Sessions and app passwords.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::accounts::{self, Account};
use super::reply::{self, Answer};
use super::{PLATFORM, budget, directory, state};
use crate::sandbox::{Site, Token, TokenKind, TokenState, World};

const ACCESS_LIFE: Duration = Duration::from_secs(2 * 3600);
const REFRESH_LIFE: Duration = Duration::from_secs(90 * 86_400);
/// How long a used refresh token still gives the pair that it gave, for clients that lost the answer.
const GRACE: Duration = Duration::from_secs(2 * 3600);

const FULL: &str = "com.atproto.access";
const APP_PASSWORD: &str = "com.atproto.appPass";
const REFRESH: &str = "com.atproto.refresh";

/// Who calls.
pub struct Caller {
    /// The account.
    pub account: Account,
    scope: String,
    deactivated: bool,
}

/// The caller of a method that needs a sign-in.
pub fn caller(world: &World, site: &Site, headers: &HeaderMap) -> Result<Caller, Response> {
    let (token, account) = presented(world, site, headers, TokenKind::Access)?;
    let deactivated =
        world.read(PLATFORM, |s: &state::State| s.repos.get(&account.did()).is_some_and(|r| r.deactivated));
    Ok(Caller { account, scope: token.scopes.first().cloned().unwrap_or_default(), deactivated })
}

/// The caller of a method that changes the repository.
pub fn writer(world: &World, site: &Site, headers: &HeaderMap) -> Result<Caller, Response> {
    let caller = caller(world, site, headers)?;
    if caller.deactivated {
        return reply::refuse(StatusCode::UNAUTHORIZED, "AccountDeactivated", "Account is deactivated");
    }
    Ok(caller)
}

fn presented(
    world: &World,
    site: &Site,
    headers: &HeaderMap,
    kind: TokenKind,
) -> Result<(Token, Account), Response> {
    let header = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let header = header.ok_or_else(reply::auth_missing)?;
    let bad = |message: &str| reply::invalid_token(message);
    let value = header.strip_prefix("Bearer ").ok_or_else(|| bad("Malformed authorization header"))?;
    let (token, state) =
        world.tokens().look_up(PLATFORM, value).ok_or_else(|| bad("Token could not be verified"))?;
    let account = token.account.as_deref().and_then(|did| accounts::find(world, did));
    let account =
        account.filter(|a| a.signs_in_at(&site.host)).ok_or_else(|| bad("Token could not be verified"))?;
    if token.kind != kind {
        return Err(bad("Invalid token type"));
    }
    match (state, kind) {
        (TokenState::Live, _) | (TokenState::Used, TokenKind::Refresh) => Ok((token, account)),
        (TokenState::Expired, _) => Err(reply::expired_token()),
        (_, TokenKind::Refresh) => {
            reply::refuse(StatusCode::BAD_REQUEST, "ExpiredToken", "Token has been revoked")
        }
        _ => Err(bad("Token could not be verified")),
    }
}

/// `com.atproto.server.describeServer`
pub async fn describe_server(site: Site) -> Answer {
    if accounts::is_index(&site.host) {
        return Ok(reply::error(
            StatusCode::NOT_IMPLEMENTED,
            "MethodNotImplemented",
            "Method Not Implemented",
        ));
    }
    let domain = match site.host.strip_suffix(".bluesky.localhost") {
        Some(label) => format!(".{label}.test"),
        None => ".bsky.social".to_owned(),
    };
    reply::ok(json!({
        "did": format!("did:web:{}", site.host),
        "availableUserDomains": [domain],
        "inviteCodeRequired": accounts::is_self_hosted(&site.host),
        "links": {},
        "contact": {},
    }))
}

/// `com.atproto.server.createSession`
pub async fn create(State(world): State<Arc<World>>, site: Site, body: Bytes) -> Answer {
    let input = reply::input(&body)?;
    let identifier = reply::text(&input, "identifier")?.to_ascii_lowercase();
    let password = reply::text(&input, "password")?;
    let headers = budget::charge(&world, &budget::sign_ins(&site.host, &identifier))?;
    let account = accounts::all(&world).into_iter().find(|a| {
        let named = a.did() == identifier || a.handle() == identifier || a.persona.email() == identifier;
        named && a.signs_in_at(&site.host)
    });
    let scope = account.as_ref().and_then(|account| scope_of(&world, account, password));
    let answer = match (account, scope) {
        (Some(account), Some((scope, app_password))) => {
            let session = new_session(&world, &account, scope, app_password);
            reply::ok(describe(&world, &site, &account, session))?
        }
        _ => {
            reply::error(StatusCode::UNAUTHORIZED, "AuthenticationRequired", "Invalid identifier or password")
        }
    };
    Ok(budget::attach(answer, headers))
}

/// What a password opens: everything, or what app passwords may. The second is its name, when it is an app password.
fn scope_of(world: &World, account: &Account, password: &str) -> Option<(&'static str, Option<String>)> {
    if password == account.own_password() {
        return Some((FULL, None));
    }
    let (token, state) = world.tokens().look_up(PLATFORM, password)?;
    let good = token.kind == TokenKind::AppPassword
        && state == TokenState::Live
        && token.account.as_deref() == Some(account.did().as_str());
    good.then(|| (APP_PASSWORD, Some(password.to_owned())))
}

/// A pair of tokens of one session.
struct Pair {
    access: String,
    refresh: String,
}

fn new_session(world: &World, account: &Account, scope: &str, app_password: Option<String>) -> Pair {
    let grant = format!("session-{}", world.next_number("bluesky-session"));
    issue(world, account, scope, &grant, app_password)
}

fn issue(world: &World, account: &Account, scope: &str, grant: &str, app_password: Option<String>) -> Pair {
    let make = |kind, scope: &str, typ: &str, life| {
        let now = world.now();
        let expires = now.checked_add(life).unwrap_or(now);
        let value = jwt(world, account, scope, typ, now, expires);
        let mut token = Token::new(PLATFORM, kind, value);
        token.account = Some(account.did());
        token.server = Some(account.host.clone());
        token.grant = Some(grant.to_owned());
        token.scopes = vec![scope.to_owned()];
        token.expires_at = Some(expires);
        token.extra = json!({ "app_password": app_password, "session": scope });
        world.tokens().issue(token).value
    };
    let access = make(TokenKind::Access, scope, "at+jwt", ACCESS_LIFE);
    let refresh = make(TokenKind::Refresh, REFRESH, "refresh+jwt", REFRESH_LIFE);
    world.tokens().update(PLATFORM, &refresh, |t| t.extra["scope"] = json!(scope));
    Pair { access, refresh }
}

fn jwt(
    world: &World,
    account: &Account,
    scope: &str,
    typ: &str,
    now: Timestamp,
    expires: Timestamp,
) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "typ": typ, "alg": "HS256" }));
    let claims = part(json!({
        "scope": scope,
        "aud": format!("did:web:{}", account.host),
        "sub": account.did(),
        "jti": world.random_text(32),
        "iat": now.as_second(),
        "exp": expires.as_second(),
    }));
    format!("{head}.{claims}.{}", world.random_text(43))
}

fn describe(world: &World, site: &Site, account: &Account, pair: Pair) -> Value {
    let mut body = json!({
        "accessJwt": pair.access,
        "refreshJwt": pair.refresh,
        "handle": account.handle(),
        "did": account.did(),
        "didDoc": directory::document(site, account),
        "email": account.persona.email(),
        "emailConfirmed": true,
        "emailAuthFactor": false,
        "active": true,
    });
    let off =
        world.read(PLATFORM, |s: &state::State| s.repos.get(&account.did()).is_some_and(|r| r.deactivated));
    if off {
        body["active"] = json!(false);
        body["status"] = json!("deactivated");
    }
    body
}

/// `com.atproto.server.refreshSession`
pub async fn refresh(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Answer {
    let (token, account) = presented(&world, &site, &headers, TokenKind::Refresh)?;
    let extra = |name: &str| token.extra.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(used_at) = extra("used_at").and_then(|at| at.parse::<Timestamp>().ok()) {
        if world.now().duration_since(used_at).unsigned_abs() > GRACE {
            return reply::refuse(StatusCode::BAD_REQUEST, "ExpiredToken", "Token has been revoked");
        }
        if let Some((access, refresh)) = extra("next_access").zip(extra("next_refresh")) {
            return reply::ok(describe(&world, &site, &account, Pair { access, refresh }));
        }
    }
    let scope = extra("scope").unwrap_or_else(|| APP_PASSWORD.to_owned());
    let grant = token.grant.clone().unwrap_or_default();
    let pair = issue(&world, &account, &scope, &grant, extra("app_password"));
    // Of two at once, the second finds the first one's pair at its next try.
    let _ = world.tokens().use_once(PLATFORM, &token.value);
    let now = world.now().to_string();
    world.tokens().update(PLATFORM, &token.value, |t| {
        t.extra["used_at"] = json!(now);
        t.extra["next_access"] = json!(pair.access);
        t.extra["next_refresh"] = json!(pair.refresh);
    });
    reply::ok(describe(&world, &site, &account, pair))
}

/// `com.atproto.server.deleteSession`
pub async fn delete(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Answer {
    let (token, _) = presented(&world, &site, &headers, TokenKind::Refresh)?;
    world.tokens().revoke_with_grant(PLATFORM, &token.value);
    Ok(StatusCode::OK.into_response())
}

/// `com.atproto.server.getSession`
pub async fn show(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Answer {
    let caller = caller(&world, &site, &headers)?;
    let account = &caller.account;
    reply::ok(json!({
        "handle": account.handle(),
        "did": account.did(),
        "didDoc": directory::document(&site, account),
        "email": account.persona.email(),
        "emailConfirmed": true,
        "emailAuthFactor": false,
        "active": !caller.deactivated,
    }))
}

/// `com.atproto.server.createAppPassword`: only with the account's own password.
pub async fn add_password(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let account = owner(&world, &site, &headers)?;
    let input = reply::input(&body)?;
    let name = reply::text(&input, "name")?;
    let letters = world.random_text(16).to_ascii_lowercase();
    let value = [&letters[..4], &letters[4..8], &letters[8..12], &letters[12..]].join("-");
    let mut token = Token::new(PLATFORM, TokenKind::AppPassword, value.clone());
    token.account = Some(account.did());
    token.server = Some(account.host);
    token.extra = json!({ "name": name });
    let token = world.tokens().issue(token);
    reply::ok(json!({
        "name": name,
        "password": value,
        "createdAt": token.issued_at.to_string(),
        "privileged": false,
    }))
}

/// `com.atproto.server.revokeAppPassword`: ends the sessions that were made with it. `name` may be the password itself,
/// as the ones that exist from the start have no name.
pub async fn end_password(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let account = owner(&world, &site, &headers)?;
    let input = reply::input(&body)?;
    let name = reply::text(&input, "name")?;
    let of_account =
        |t: &Token| t.platform == PLATFORM && t.account.as_deref() == Some(account.did().as_str());
    let tokens: Vec<Token> = world.tokens().list().into_iter().map(|(t, _)| t).filter(of_account).collect();
    let named = |t: &&Token| {
        t.kind == TokenKind::AppPassword && (t.value == name || t.extra.get("name") == Some(&json!(name)))
    };
    for password in tokens.iter().filter(named) {
        world.tokens().revoke(PLATFORM, &password.value);
        let made_with = |t: &&Token| t.extra.get("app_password") == Some(&json!(password.value));
        for token in tokens.iter().filter(made_with) {
            world.tokens().revoke(PLATFORM, &token.value);
        }
    }
    Ok(StatusCode::OK.into_response())
}

/// `com.atproto.server.deactivateAccount`
pub async fn deactivate(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Answer {
    let account = owner(&world, &site, &headers)?;
    world.state(PLATFORM, |s: &mut state::State| s.repo(&account.did()).deactivated = true);
    Ok(StatusCode::OK.into_response())
}

fn owner(world: &World, site: &Site, headers: &HeaderMap) -> Result<Account, Response> {
    let caller = caller(world, site, headers)?;
    if caller.scope == FULL { Ok(caller.account) } else { Err(reply::invalid_token("Bad token scope")) }
}
