//! Posts that come again and again.
//!
//! A series is a rule and a template. Its occurrences are ordinary scheduled posts, made [`AHEAD`] of their time: people see them in the
//! calendar, change one alone, and each goes out once like any other post. The failure this prevents: two nodes, or a node that was
//! stopped in between, that make one occurrence twice. The day in the zone of the series is the key of an occurrence, and the post is saved in
//! the transaction that takes it; a change of the series raises its version, which that transaction checks as well.

mod alter;
mod begin;
mod make;
mod part;
mod resume;
mod view;

pub use alter::{Scope, cancel, change};
pub(super) use begin::begin;
pub use begin::begin_with;
pub(crate) use make::make_due;
pub(super) use part::{Part, link};
pub use resume::resume;
pub use view::{SeriesView, going_on, of_post};

use carillon_domain::error::AppError;
use carillon_domain::recurrence::Rule;
use carillon_domain::schedule;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::series::SeriesRow;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Occurrences are made so far ahead.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 60);

/// The first occurrence of a series that begins later than that is looked for so far ahead.
const FAR: SignedDuration = SignedDuration::from_hours(24 * 366 * 10);

/// Most occurrences of a series that are looked at: one a day for the time that is made ahead, and what lies before it today.
const MOST: i64 = 1_000;

/// Reads a rule that somebody wrote.
fn read_rule(text: &str) -> Result<Rule, AppError> {
    text.parse().map_err(|error: carillon_domain::recurrence::RuleError| {
        AppError::invalid("repeat", "invalid", error.to_string())
    })
}

/// Rule, beginning and zone of a series.
fn parsed(row: &SeriesRow) -> Result<(Rule, DateTime, TimeZone), AppError> {
    let rule: Rule = row.rule.parse().map_err(AppError::internal)?;
    let start: DateTime = row.first_wall.parse().map_err(AppError::internal)?;
    Ok((rule, start, schedule::zone(&row.timezone).map_err(AppError::internal)?))
}
