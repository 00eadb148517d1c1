//! Counts calls, says in headers how much of the limit is used, and refuses beyond it.
//!
//! A Page's calls count against the Page within rolling 24 hours ("business use case", Graph API - Rate Limits); calls with other tokens against
//! the app. The headers come only after some volume.

use axum::response::Response;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Refusal, set};
use super::grant::{Caller, Kind};
use super::state::{self, State};
use crate::sandbox::World;
use crate::sandbox::graph::say_usage;

/// Calls of a Page per day and user engaged with it (Graph API - Rate Limits).
const PER_ENGAGED_USER: u64 = 4_800;
/// Calls before the headers are sent.
const QUIET: u64 = 5;

/// The calls of one Page or of the app.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Calls {
    since: Option<Timestamp>,
    count: u64,
    blocked_until: Option<Timestamp>,
}

/// What the headers say of a call that was let in.
pub(super) struct Used {
    page: Option<String>,
    count: u64,
    limit: u64,
}

/// Counts a call, or refuses it. Calls made while throttled prolong the block.
pub(super) fn count(world: &World, caller: &Caller) -> Result<Used, Refusal> {
    let page = (caller.kind == Kind::Page).then(|| caller.token.account.clone()).flatten();
    let now = world.now();
    state::change(world, |s: &mut State| {
        let limit = s.calls_per_day.unwrap_or(PER_ENGAGED_USER * 20);
        let calls = s.calls.entry(page.clone().unwrap_or_else(|| "app".to_owned())).or_default();
        if calls.since.is_none_or(|at| now.duration_since(at) >= SignedDuration::from_hours(24)) {
            *calls = Calls { since: Some(now), blocked_until: calls.blocked_until, count: 0 };
        }
        let blocked = calls.blocked_until.filter(|at| *at > now);
        if blocked.is_some() || calls.count >= limit {
            let end = calls.since.unwrap_or(now) + SignedDuration::from_hours(24);
            let until = blocked.map_or(end, |at| at + SignedDuration::from_secs(60));
            calls.blocked_until = Some(until);
            let minutes = (until.duration_since(now).as_secs() + 59) / 60;
            world.refused(super::PLATFORM, "calls of a day");
            return Err(limited(if page.is_some() { "posts.create" } else { "pages.list" }, minutes));
        }
        calls.count += 1;
        Ok(Used { page, count: calls.count, limit })
    })
}

/// The refusal of a call over the limit. What is asked with user and app tokens has another code than what is asked for a Page.
pub(super) fn limited(operation: &str, minutes: i64) -> Refusal {
    let for_user = ["oauth.", "pages.", "businesses.", "uploads."].iter().any(|p| operation.starts_with(p));
    let refusal = if for_user {
        Refusal::new(4, 0, "Application request limit reached")
    } else {
        Refusal::new(
            80001,
            0,
            "There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer \
             to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
        )
    };
    Refusal { regain: Some(minutes), ..refusal }
}

/// Puts the headers of a refusal for too many calls on its answer.
pub(super) fn with_limit(mut response: Response, refusal: &Refusal) -> Response {
    match (refusal.code, refusal.regain) {
        (80001, Some(minutes)) => say_usage(&mut response, "pages", "0", 100, minutes),
        (4, _) => app_header(&mut response, 100),
        _ => {}
    }
    response
}

/// Puts the headers on the answer to a call that was let in.
pub(super) fn with_usage(mut response: Response, used: &Used) -> Response {
    if used.count <= QUIET {
        return response;
    }
    let percent = (used.count * 100).checked_div(used.limit).unwrap_or(100).min(100);
    match &used.page {
        Some(page) => say_usage(&mut response, "pages", page, percent, 0),
        None => app_header(&mut response, percent),
    }
    response
}

fn app_header(response: &mut Response, percent: u64) {
    let usage = json!({ "call_count": percent, "total_time": percent, "total_cputime": percent });
    set(response, "x-app-usage", &usage.to_string());
}
