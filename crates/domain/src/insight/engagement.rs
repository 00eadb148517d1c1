//! What people did with a post.

use crate::metric::Observation;

/// What counts as an engagement.
pub const PARTS: [&str; 4] = ["likes", "comments", "shares", "saves"];

/// Most of one part that a post can have. Servers of anybody's own may say anything; beyond this it is no count of people, and sums
/// of a whole history must fit into a whole number.
const MOST_OF_A_PART: i64 = 2_000_000_000;

/// Most views or accounts that a post can have.
pub const MOST_SEEN: i64 = 10_000_000_000_000;

/// Engagements of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engagements {
    /// How many.
    pub value: i64,
    /// Of what, in the order of [`PARTS`]: those that the network gave.
    pub of: Vec<&'static str>,
}

/// A count as analytics take it: `None` when the network did not give it, or gave what can't be one.
pub fn count_of(seen: &Observation, metric: &str) -> Option<i64> {
    seen.of(metric).map(|r| r.value).filter(|value| is_count(metric, *value))
}

/// Whether a value can be a count of this metric.
pub fn is_count(metric: &str, value: i64) -> bool {
    let most = if PARTS.contains(&metric) { MOST_OF_A_PART } else { MOST_SEEN };
    (0..=most).contains(&value)
}

/// The parts that were given, added up; `None` when none was. A network that hides one part leaves the sum of the others.
pub fn engagements(seen: &Observation) -> Option<Engagements> {
    let given: Vec<_> = PARTS.into_iter().filter_map(|part| Some((part, count_of(seen, part)?))).collect();
    if given.is_empty() {
        return None;
    }
    let value = given.iter().map(|(_, value)| value).sum();
    Some(Engagements { value, of: given.into_iter().map(|(part, _)| part).collect() })
}
