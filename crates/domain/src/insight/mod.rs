//! What the kept numbers say, defined once: engagements and their rates, growth, days. Pure; everybody who shows a number gets it
//! from here.
//!
//! - What is missing stays missing: a sum of nothing given, a rate without its basis, a day without a look are `None`, never zero.
//! - Three engagement rates, each with its basis in its name. None of them is comparable with another.
//! - Rates are exact fractions until they are shown; each function says how it rounds.

mod active_hours;
pub mod best_times;
pub mod curve;
mod daily;
mod engagement;
mod growth;
mod hashtags;
mod period;
mod rate;
mod thin;

#[cfg(test)]
mod tests;

pub use active_hours::ActiveHours;
pub use daily::{Line, Look, Turn, daily, total, turns};
pub use engagement::{Engagements, MOST_SEEN, PARTS, count_of, engagements, is_count};
pub use growth::{Change, growth};
pub use hashtags::{TagUse, hashtags};
pub use period::{Comparison, Period, Slice};
pub use rate::{Basis, MeanRate, Rate};
pub use thin::{Span, thinned_until};

use crate::metric::{self, Definition};

/// Fewest views of a post whose rate by views ranks with others: one like on three views says nothing.
pub const MIN_VIEWS: i64 = 100;

const fn derived(name: &'static str, unit: &'static str, meaning: &'static str) -> Definition {
    Definition { name, unit, version: 1, meaning }
}

/// Metrics that are made from others; no network gives them.
pub const DERIVED: &[Definition] = &[
    derived("published", "posts", "Posts that became public in the time."),
    derived(
        "engagements",
        "engagements",
        "Likes, comments, shares and saves together, as far as the network gives them.",
    ),
    derived(
        "engagement_rate_by_views",
        "basis points",
        "Engagements of a post for each of its views; of several posts the mean of their rates.",
    ),
    derived(
        "engagement_rate_by_followers",
        "basis points",
        "Engagements of a post for each follower that the account had when it was published; of several posts the mean of their rates.",
    ),
    derived(
        "engagement_rate_by_reach",
        "basis points",
        "Engagements of a post for each account that it reached; of several posts the mean of their rates.",
    ),
];

/// The definition in force of a metric of this name, read or derived.
pub fn definition(name: &str) -> Option<&'static Definition> {
    DERIVED.iter().find(|d| d.name == name).or_else(|| metric::definition(name))
}
