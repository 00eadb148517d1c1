//! Who may come in, and how often: tokens, scopes and rate limits.

use std::time::Duration;

use axum::response::Response;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::PLATFORM;
use super::answer::Problem;
use super::memory::{Memory, Window, by_user_id};
use crate::sandbox::{Persona, TokenKind, TokenState, World};

/// An operation's rules.
pub(super) struct Endpoint {
    /// Name of its windows.
    pub name: &'static str,
    /// Calls of one user in 15 minutes.
    pub user: u32,
    /// Calls of the app in 24 hours.
    pub app_24h: Option<u32>,
    /// Calls of the app in 15 minutes.
    pub app: Option<u32>,
    /// What the token must allow.
    pub scopes: &'static [&'static str],
    /// Whether it takes credits.
    pub costs: bool,
    /// Whether it counts against the account's posts of a day.
    pub posts: bool,
}

const fn endpoint(
    name: &'static str,
    user: u32,
    app_24h: Option<u32>,
    scopes: &'static [&'static str],
) -> Endpoint {
    Endpoint { name, user, app_24h, app: None, scopes, costs: false, posts: false }
}

const POST: &[&str] = &["tweet.read", "tweet.write", "users.read"];
const UPLOAD: &[&str] = &["media.write"];
const READ: &[&str] = &["tweet.read", "users.read"];

pub(super) static CREATE: Endpoint =
    Endpoint { costs: true, posts: true, ..endpoint("create", 100, Some(10_000), POST) };
pub(super) static DELETE: Endpoint = Endpoint { costs: true, ..endpoint("delete", 50, None, POST) };
pub(super) static TIMELINE: Endpoint =
    Endpoint { costs: true, app: Some(10_000), ..endpoint("timeline", 900, None, READ) };
pub(super) static LOOKUP: Endpoint =
    Endpoint { costs: true, app: Some(3_500), ..endpoint("lookup", 5_000, None, READ) };
pub(super) static ME: Endpoint = Endpoint { costs: true, ..endpoint("me", 75, None, READ) };
pub(super) static INITIALIZE: Endpoint = endpoint("initialize", 1_875, Some(180_000), UPLOAD);
pub(super) static APPEND: Endpoint = endpoint("append", 1_875, Some(180_000), UPLOAD);
pub(super) static FINALIZE: Endpoint = endpoint("finalize", 1_875, Some(180_000), UPLOAD);
pub(super) static STATUS: Endpoint = endpoint("status", 1_000, Some(100_000), UPLOAD);
pub(super) static METADATA: Endpoint =
    Endpoint { costs: true, ..endpoint("metadata", 500, Some(50_000), UPLOAD) };

/// Somebody who was let in.
pub(super) struct Caller {
    /// Whose token it is.
    pub persona: &'static Persona,
    headers: Vec<(String, i64)>,
}

impl Caller {
    /// The answer with the headers of the rate limits.
    pub fn close(&self, answer: Result<Response, Problem>) -> Response {
        let mut response = answer.unwrap_or_else(Response::from);
        add(&mut response, &self.headers);
        response
    }
}

/// Lets a request in, or gives X's refusal.
pub(super) fn open(world: &World, headers: &HeaderMap, endpoint: &Endpoint) -> Result<Caller, Response> {
    let persona = who(world, headers, endpoint)?;
    let (limits, full, no_credits) = world.state(PLATFORM, |memory: &mut Memory| {
        let (limits, full) = count(memory, world.now(), persona, endpoint);
        (limits, full, memory.no_credits)
    });
    let refusal = if full {
        world.refused(PLATFORM, endpoint.name);
        Some(Problem::plain(StatusCode::TOO_MANY_REQUESTS))
    } else if no_credits && endpoint.costs {
        Some(Problem::no_credits())
    } else {
        None
    };
    let caller = Caller { persona, headers: limits };
    match refusal {
        Some(problem) => Err(caller.close(Err(problem))),
        None => Ok(caller),
    }
}

fn who(world: &World, headers: &HeaderMap, endpoint: &Endpoint) -> Result<&'static Persona, Problem> {
    let header = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let value = header.strip_prefix("Bearer ").ok_or_else(Problem::unauthorized)?;
    let (token, state) = world.tokens().look_up(PLATFORM, value).ok_or_else(Problem::unauthorized)?;
    if token.kind != TokenKind::Access || state != TokenState::Live {
        return Err(Problem::unauthorized());
    }
    let persona = token.account.as_deref().and_then(by_user_id).ok_or_else(Problem::app_only)?;
    if endpoint.scopes.iter().all(|scope| token.allows(scope)) {
        Ok(persona)
    } else {
        Err(Problem::forbidden("Forbidden"))
    }
}

/// Counts a call in all its windows. The second value: one of them is used up.
fn count(
    memory: &mut Memory,
    now: Timestamp,
    persona: &Persona,
    endpoint: &Endpoint,
) -> (Vec<(String, i64)>, bool) {
    let day = Duration::from_secs(24 * 3600);
    let quarter = Duration::from_secs(15 * 60);
    let user = format!("{} {}", persona.key, endpoint.name);
    let mut windows = vec![("x-rate-limit", user.clone(), endpoint.user, quarter)];
    if let Some(limit) = endpoint.app {
        // The headers of a call for a user tell of the user's window.
        windows.push(("", format!("app {} 15m", endpoint.name), limit, quarter));
    }
    if let Some(limit) = endpoint.app_24h {
        windows.push(("x-app-limit-24hour", format!("app {}", endpoint.name), limit, day));
    }
    if let Some(limit) = memory.daily_posts.filter(|_| endpoint.posts) {
        windows.push(("x-user-limit-24hour", format!("{user} 24h"), limit, day));
    }
    let full = windows
        .iter()
        .any(|(_, key, limit, _)| memory.windows.get(key).is_some_and(|w| w.reset > now && w.used >= *limit));
    let mut headers = Vec::new();
    for (prefix, key, limit, length) in windows {
        let fresh = Window { reset: now + length, used: 0 };
        let window = memory.windows.entry(key).or_insert_with(|| fresh.clone());
        if window.reset <= now {
            *window = fresh;
        }
        window.used += u32::from(!full);
        if prefix.is_empty() {
            continue;
        }
        headers.push((format!("{prefix}-limit"), i64::from(limit)));
        headers.push((format!("{prefix}-remaining"), i64::from(limit.saturating_sub(window.used))));
        headers.push((format!("{prefix}-reset"), window.reset.as_second()));
    }
    (headers, full)
}

/// A scripted 429: creates have used up the day, everything else its quarter of an hour.
pub(super) fn limited(world: &World, operation: &str, reset_at: Timestamp) -> Response {
    let mut response = Problem::plain(StatusCode::TOO_MANY_REQUESTS).into();
    let soon = world.now() + Duration::from_secs(30);
    let (short, daily) = if operation == "tweets.create" { (soon, true) } else { (reset_at, false) };
    let mut headers = vec![
        ("x-rate-limit-limit".to_owned(), 100),
        ("x-rate-limit-remaining".to_owned(), i64::from(daily)),
        ("x-rate-limit-reset".to_owned(), short.as_second()),
    ];
    if daily {
        headers.push(("x-user-limit-24hour-limit".to_owned(), 100));
        headers.push(("x-user-limit-24hour-remaining".to_owned(), 0));
        headers.push(("x-user-limit-24hour-reset".to_owned(), reset_at.as_second()));
    }
    add(&mut response, &headers);
    response
}

fn add(response: &mut Response, headers: &[(String, i64)]) {
    for (name, value) in headers {
        if let Ok(name) = HeaderName::try_from(name.as_str()) {
            response.headers_mut().insert(name, HeaderValue::from(*value));
        }
    }
}
