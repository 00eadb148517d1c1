//! Counts calls, says in a header how much of the limit is used, and refuses beyond it.
//!
//! Calls are counted for each pair of app and user within rolling 24 hours ("business use case", Graph API - Rate Limits). How many are taken
//! follows from the account's impressions; here everybody has the least.

use axum::response::Response;

use super::PLATFORM;
use super::answer::Refusal;
use super::grant::Caller;
use super::state::change;
use crate::sandbox::World;
use crate::sandbox::graph::day::{LEAST_IMPRESSIONS, PER_IMPRESSION};
use crate::sandbox::graph::say_usage;

/// Counts a call, or refuses it. Gives how many percent of the limit are used, at least one: the network rounds up.
pub(super) fn count(world: &World, caller: &Caller) -> Result<u64, Refusal> {
    let now = world.now();
    let app = caller.token.client_id.as_deref().unwrap_or_default();
    let counted = change(world, |s| {
        let limit = s.calls_per_day.unwrap_or(PER_IMPRESSION * LEAST_IMPRESSIONS);
        let calls = s.calls.entry(format!("{app} {}", caller.persona.key)).or_default();
        let count = calls.count(now, limit)?;
        Ok((count * 100).div_ceil(limit.max(1)).clamp(1, 100))
    });
    counted.map_err(|minutes| {
        world.refused(PLATFORM, "calls of a day");
        limited(minutes)
    })
}

/// The refusal of a call over the limit; seen with HTTP 400.
pub(super) fn limited(minutes: i64) -> Refusal {
    let message =
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.";
    Refusal { regain: Some(minutes), ..Refusal::new(80002, 0, message) }
}

/// Puts the header on the answer to a call over the limit.
pub(super) fn with_limit(response: &mut Response, minutes: i64) {
    say_usage(response, "instagram", "17841400000000000", 100, minutes);
}
