//! Counts calls, says in a header how much of the limit is used, and refuses beyond it.
//!
//! Calls are counted for each account within rolling 24 hours, here by the hour. The header comes only after some volume.

use axum::response::Response;

use super::PLATFORM;
use super::answer::Refusal;
use super::state::change;
use crate::sandbox::World;
use crate::sandbox::graph::day::{LEAST_IMPRESSIONS, PER_IMPRESSION};
use crate::sandbox::graph::say_usage;

/// Calls before the header is sent.
const QUIET: u64 = 5;

/// What the header says of a call that was let in.
pub(super) struct Used {
    account: String,
    count: u64,
    limit: u64,
}

/// Counts a call, or refuses it.
pub(super) fn count(world: &World, account: &str) -> Result<Used, Refusal> {
    let now = world.now();
    let counted = change(world, |s| {
        let limit = s.calls_per_day.unwrap_or(PER_IMPRESSION * LEAST_IMPRESSIONS);
        let count = s.calls.entry(account.to_owned()).or_default().count(now, limit)?;
        Ok(Used { account: account.to_owned(), count, limit })
    });
    counted.map_err(|minutes| {
        world.refused(PLATFORM, "calls of a day");
        limited(minutes)
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
