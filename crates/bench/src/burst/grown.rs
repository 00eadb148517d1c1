//! The same burst before and after years of use: finished publications of the past three years, and planned ones for the year
//! that comes.
//!
//! What the first bursts left behind is copied back in time, with posts, attempts and journal as long as that is kept; posts that
//! are planned a month ahead are copied further ahead, with their jobs.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_store::Db;
use carillon_store::bulk::{self, Template};
use tokio::time::Instant;

use super::Load;
use super::carillon::{Crew, Stage};
use super::compare::met;
use super::figures::{Figures, median_of, quotient};
use crate::report;

/// How far back the finished ones go.
const PAST: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);
/// The journal of calls is kept for so long: the default of `publishing.journal_days`.
const JOURNAL: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Where the planned ones begin, so that no burst meets them.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How far they go on from there.
const FUTURE: SignedDuration = SignedDuration::from_hours(24 * 335);
/// Publications that are copied in one transaction, about.
const PIECE: usize = 20_000;
/// How much less throughput, or more lateness, there may be.
const GOAL: f64 = 1.3;

/// How many publications the database holds beside the bursts'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// Published.
    finished: usize,
    /// Planned.
    future: usize,
}

impl FromStr for Growth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let two =
            text.split_once(',').and_then(|(one, other)| Some((one.parse().ok()?, other.parse().ok()?)));
        let (finished, future) = two.ok_or("two numbers: FINISHED,FUTURE")?;
        Ok(Self { finished, future })
    }
}

/// Both sides of one comparison.
pub struct Grown {
    /// Publications in the database at the last burst.
    publications: i64,
    /// Bursts on a database with nothing else in it.
    pub empty: Vec<Figures>,
    /// The same on the large one.
    pub large: Vec<Figures>,
}

/// Measures on SQLite or in the empty PostgreSQL database at `database`: `runs` bursts before, and as many after.
pub async fn measure(
    program: &Path,
    (load, growth): (Load, Growth),
    (ahead, runs): (i64, u16),
    database: Option<&str>,
) -> anyhow::Result<Grown> {
    let stage = Stage::set(program, load, database).await?;
    let mut empty = Vec::new();
    let mut due = stage.clock.now();
    for run in 1..=runs {
        due = stage.due(ahead);
        empty.push(stage.burst(&format!("empty{run}"), due, Crew::One).await?);
    }
    let planned = stage.clock.now() + AHEAD;
    stage.plan("planned", |_| planned).await?;
    let db = stage.database().await?;
    grow(&db, load.publications, growth, (due, planned)).await?;
    let publications = bulk::publications(&db).await?;
    db.close().await;
    let mut large = Vec::new();
    for run in 1..=runs {
        large.push(stage.burst(&format!("large{run}"), stage.due(ahead), Crew::One).await?);
    }
    Ok(Grown { publications, empty, large })
}

/// Copies what was due at `finished` into the past, and what is planned for `planned` further ahead.
async fn grow(
    db: &Db,
    each: usize,
    growth: Growth,
    (finished, planned): (Timestamp, Timestamp),
) -> anyhow::Result<()> {
    let started = Instant::now();
    let at_once = (PIECE / each).max(1);
    let template = |due, state| Template { due, state, journal: false };
    let past = template(finished, PublicationState::Published);
    // The oldest first, as they were made.
    let ago: Vec<_> = steps(growth.finished / each, PAST).into_iter().rev().collect();
    let (forgotten, kept) = ago.split_at(ago.iter().take_while(|ago| **ago > JOURNAL).count());
    for (journal, ago) in [(false, forgotten), (true, kept)] {
        for ago in ago.chunks(at_once) {
            let ago: Vec<_> = ago.iter().map(|ago| -*ago).collect();
            bulk::copy(db, Template { journal, ..past }, &ago).await?;
        }
    }
    let future = template(planned, PublicationState::Scheduled);
    for later in steps((growth.future / each).saturating_sub(1), FUTURE).chunks(at_once) {
        bulk::copy(db, future, later).await?;
    }
    report::complain(&format!("the database was filled in {} s", started.elapsed().as_secs()));
    Ok(bulk::settle(db).await?)
}

/// So many steps of the same length, up to `span`.
fn steps(count: usize, span: SignedDuration) -> Vec<SignedDuration> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (1..=count).map(|step| span / count * step).collect()
}

impl Grown {
    /// Empty to large: how many times as many a second, and how many times as late.
    fn ratios(&self) -> Option<(f64, f64)> {
        let quotient = |one: &[Figures], other: &[Figures], of: fn(&Figures) -> f64| {
            quotient(median_of(one, of), median_of(other, of))
        };
        let slower = quotient(&self.empty, &self.large, Figures::per_second)?;
        let later = quotient(&self.large, &self.empty, |figures| figures.late(0.99))?;
        Some((slower, later))
    }
}

impl fmt::Display for Grown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slower, later) = self.ratios().unwrap_or_default();
        write!(
            out,
            "publications_in_database={} throughput_empty_to_grown={slower:.2} late_p99_grown_to_empty={later:.2} \
             goal_below={GOAL} goal={}",
            self.publications,
            met(slower < GOAL && later < GOAL)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_say_how_large() {
        assert_eq!("30,4".parse(), Ok(Growth { finished: 30, future: 4 }));
        assert!("30".parse::<Growth>().is_err());
    }

    #[test]
    fn the_copies_are_spread_over_all_of_the_time() {
        let all = steps(4, SignedDuration::from_hours(8));
        assert_eq!(all, [2, 4, 6, 8].map(SignedDuration::from_hours));
        assert_eq!(steps(0, SignedDuration::from_hours(8)), []);
    }
}
