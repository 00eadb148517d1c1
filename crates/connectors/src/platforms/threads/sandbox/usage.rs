//! Counts calls, says in a header how much of the limit is used, and refuses beyond it.
//!
//! Calls are counted for each account within rolling 24 hours, here by the hour. The header comes only after some volume.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::state::change;
use crate::sandbox::World;
use crate::sandbox::graph::say_usage;

/// Calls within 24 hours for each impression, and the impressions that everybody is taken to have (Graph API - Rate Limits).
const PER_IMPRESSION: u64 = 4_800;
const LEAST_IMPRESSIONS: u64 = 10;
/// Calls before the header is sent.
const QUIET: u64 = 5;
const HOUR: i64 = 3_600;

/// The calls of one account: hours since 1970 with their numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Calls {
    hours: Vec<(i64, u64)>,
}

/// What the header says of a call that was let in.
pub(super) struct Used {
    account: String,
    count: u64,
    limit: u64,
}

/// Counts a call, or refuses it.
pub(super) fn count(world: &World, account: &str) -> Result<Used, Refusal> {
    let now = world.now().as_second();
    let hour = now.div_euclid(HOUR);
    change(world, |s| {
        let limit = s.calls_per_day.unwrap_or(PER_IMPRESSION * LEAST_IMPRESSIONS);
        let hours = &mut s.calls.entry(account.to_owned()).or_default().hours;
        hours.retain(|(at, _)| *at > hour - 24);
        let count: u64 = hours.iter().map(|(_, calls)| calls).sum();
        if count >= limit {
            let oldest = hours.first().map_or(hour, |(at, _)| *at);
            let free = (oldest + 24) * HOUR;
            return Err(limited((free - now + 59) / 60));
        }
        match hours.last_mut() {
            Some((at, calls)) if *at == hour => *calls += 1,
            _ => hours.push((hour, 1)),
        }
        Ok(Used { account: account.to_owned(), count: count + 1, limit })
    })
}

/// The refusal of a call over the limit. The documentation names no code for Threads; this is the app's.
pub(super) fn limited(minutes: i64) -> Refusal {
    Refusal { regain: Some(minutes), ..Refusal::new(4, 0, "(#4) Application request limit reached") }
}

/// Puts the header on the answer to a call over the limit.
pub(super) fn with_limit(mut response: Response, refusal: &Refusal) -> Response {
    if let Some(minutes) = refusal.regain {
        say_usage(&mut response, "threads", "17841400000000000", 100, minutes);
    }
    response
}

/// Puts the header on the answer to a call that was let in.
pub(super) fn with_usage(mut response: Response, used: &Used) -> Response {
    if used.count > QUIET {
        let percent = (used.count * 100).checked_div(used.limit).unwrap_or(100).min(100);
        say_usage(&mut response, "threads", &used.account, percent, 0);
    }
    response
}
