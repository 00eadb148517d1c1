//! Who calls, whether they may, and whether they call too often.

use axum::response::Response;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

use super::PLATFORM;
use super::reply::{self, Limit};
use super::servers::Kind;
use super::state::{Network, account_id, key, persona_of};
use crate::sandbox::{Persona, Site, Token, TokenState, World};

/// A limit on calls: so many in a window that is aligned to the clock.
struct Rule {
    name: &'static str,
    limit: u32,
    period_s: i64,
}

const PER_TOKEN: Rule = Rule { name: "token", limit: 300, period_s: 300 };
const PER_USER: Rule = Rule { name: "user", limit: 1_500, period_s: 300 };
const PER_ADDRESS: Rule = Rule { name: "address", limit: 300, period_s: 300 };
const PAGING: Rule = Rule { name: "paging", limit: 300, period_s: 900 };
const UPLOADS: Rule = Rule { name: "uploads", limit: 30, period_s: 1_800 };
const DELETIONS: Rule = Rule { name: "deletions", limit: 30, period_s: 1_800 };
const STATUSES: Rule = Rule { name: "statuses", limit: 300, period_s: 10_800 };

/// What a call is, as far as limits know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Plain,
    Paging,
    Upload,
    Delete,
    Post,
}

/// Somebody who may call.
pub(super) struct Caller {
    pub kind: Kind,
    pub persona: &'static Persona,
    pub account: String,
    pub client_id: String,
    limit: Option<Limit>,
}

impl Caller {
    /// Puts the limits' headers on an answer.
    pub fn answer(&self, mut response: Response) -> Response {
        if let Some(limit) = self.limit {
            reply::limited(response.headers_mut(), limit);
        }
        response
    }
}

/// Lets a person's token in, or says why not.
pub(super) fn enter(
    world: &World,
    site: &Site,
    headers: &HeaderMap,
    scope: &str,
    class: Class,
) -> Result<Caller, Box<Response>> {
    let kind = Kind::of(site);
    let token = token(world, site, headers)?;
    let persona = token.account.as_deref().and_then(|account| persona_of(site, account));
    let Some(persona) = persona else {
        let text = "This method requires an authenticated user";
        return Err(Box::new(refuse(kind, StatusCode::UNAUTHORIZED, text)));
    };
    let mut caller = Caller {
        kind,
        persona,
        account: account_id(site, persona),
        client_id: token.client_id.clone().unwrap_or_default(),
        limit: None,
    };
    caller.limit = count(world, site, class, &token.value, &caller.account)?;
    let whole = scope.split(':').next().unwrap_or_default();
    if kind.knows_scopes() && !token.allows(scope) && !token.allows(whole) {
        let text = "This action is outside the authorized scopes";
        return Err(Box::new(caller.answer(reply::error(kind, StatusCode::FORBIDDEN, text))));
    }
    Ok(caller)
}

/// The live token that a request presents.
pub(super) fn token(world: &World, site: &Site, headers: &HeaderMap) -> Result<Token, Box<Response>> {
    let kind = Kind::of(site);
    let value =
        headers.get("authorization").and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let found = value.and_then(|v| world.tokens().look_up(PLATFORM, v));
    let found = found.filter(|(token, _)| token.server.as_deref() == Some(site.host.as_str()));
    let text = match found {
        Some((token, TokenState::Live)) => return Ok(token),
        Some((_, TokenState::Revoked)) => "The access token was revoked",
        Some((_, TokenState::Expired)) => "The access token expired",
        _ => "The access token is invalid",
    };
    Err(Box::new(refuse(kind, StatusCode::UNAUTHORIZED, text)))
}

/// The deviant server tells a bad token by 422.
pub(super) fn refuse(kind: Kind, status: StatusCode, text: &str) -> Response {
    let status = if kind == Kind::Deviant { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    reply::error(kind, status, text)
}

/// Counts a call without a token.
pub(super) fn anonymous(world: &World, site: &Site) -> Result<Option<Limit>, Box<Response>> {
    apply(world, site, &[(&PER_ADDRESS, "here")])
}

fn count(
    world: &World,
    site: &Site,
    class: Class,
    token: &str,
    account: &str,
) -> Result<Option<Limit>, Box<Response>> {
    let mut rules = vec![(&PER_TOKEN, token), (&PER_USER, account)];
    match class {
        Class::Plain => {}
        Class::Paging => rules.push((&PAGING, account)),
        Class::Upload => rules.push((&UPLOADS, account)),
        Class::Delete => rules.push((&DELETIONS, account)),
        Class::Post => rules.push((&STATUSES, account)),
    }
    apply(world, site, &rules)
}

/// Counts the call under every rule. The answer shows the rule that is closest to being hit.
fn apply(world: &World, site: &Site, rules: &[(&Rule, &str)]) -> Result<Option<Limit>, Box<Response>> {
    let kind = Kind::of(site);
    if kind == Kind::Deviant {
        return Ok(None);
    }
    let now = world.now();
    let states: Vec<Limit> = world.state(PLATFORM, |network: &mut Network| {
        let state = |(rule, subject): &(&Rule, &str)| hit(network, &site.host, rule, subject, now);
        rules.iter().map(state).collect()
    });
    let closest = states.into_iter().min_by_key(|s| s.remaining);
    match closest {
        Some(limit) if limit.remaining == 0 => {
            world.refused(PLATFORM, &format!("{} calls", limit.limit));
            Err(Box::new(reply::too_many(kind, limit)))
        }
        Some(limit) => Ok(Some(Limit { remaining: limit.remaining - 1, ..limit })),
        None => Ok(None),
    }
}

/// Counts one call; `remaining` is what was left before it.
fn hit(network: &mut Network, host: &str, rule: &Rule, subject: &str, now: Timestamp) -> Limit {
    let start = now.as_second().div_euclid(rule.period_s) * rule.period_s;
    let window = network.calls.entry(key(host, &format!("{} {subject}", rule.name))).or_insert((start, 0));
    if window.0 != start {
        *window = (start, 0);
    }
    let remaining = rule.limit.saturating_sub(window.1);
    window.1 = window.1.saturating_add(1);
    let reset = Timestamp::from_second(start + rule.period_s).unwrap_or(now);
    Limit { limit: rule.limit, remaining, reset }
}
