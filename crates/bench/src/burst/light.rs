//! Little load: one post in each second. How long after its due time does it arrive?

use std::fmt;
use std::path::Path;

use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Load;
use super::carillon::{Crew, Stage};
use super::compare::met;
use super::figures::{Figures, Looks};

/// How long the network takes for an answer, milliseconds, if the command line does not say.
pub const LATENCY_MS: u64 = 50;

/// Posts, if the command line does not say: a minute.
pub const POSTS: u64 = 60;

/// So late may a post arrive at most, milliseconds, at p99.
const GOAL_MS: f64 = 20.0;

/// The figures of little load.
pub struct Light(pub Figures);

/// Measures once, on SQLite or in the empty PostgreSQL database at `database`.
pub async fn measure(
    program: &Path,
    load: Load,
    ahead: i64,
    database: Option<&str>,
) -> anyhow::Result<Light> {
    let stage = Stage::set(program, load, database).await?;
    let first = stage.due(ahead);
    stage.plan("light", |number| due(first, number)).await?;
    let before = stage.used(&[])?;
    let crew = stage.start(Crew::One).await?;
    stage.until(first).await?;
    let at_due = stage.used(&crew)?;
    let last = due(first, load.publications);
    let end = Instant::now() + last.duration_since(first).unsigned_abs() + super::PATIENCE;
    stage.sink.wait_for(load.publications, end).await;
    let db = stage.database().await?;
    stage.until_recorded(&db, last, end).await?;
    let whole = stage.clock.now().duration_since(first).unsigned_abs();
    let looks = Looks { first: before, due: at_due, last: stage.used(&crew)? };
    db.close().await;
    for process in crew {
        process.process.stop().await?;
    }
    Ok(Light(Figures::of(load, |name| due(first, number(name)), whole, &stage.sink, &looks)))
}

/// One in each second.
fn due(first: Timestamp, number: usize) -> Timestamp {
    first + SignedDuration::from_secs(number as i64)
}

/// The number in a post's name: `light-7`.
fn number(name: &str) -> usize {
    name.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

impl fmt::Display for Light {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(figures) = self;
        let p99 = figures.late(0.99);
        write!(
            out,
            "publications={} latency_ms={} late_p50_ms={:.1} late_p99_ms={p99:.1} goal_p99_ms={GOAL_MS} goal={} \
             processor_per_1000_s={:.2} doubled={} lost={}",
            figures.load().publications,
            figures.load().latency.as_millis(),
            figures.late(0.50),
            met(p99 <= GOAL_MS),
            figures.processor_per_1000(),
            figures.doubled,
            figures.lost
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_its_post() {
        let first = Timestamp::from_second(1_000).expect("time");
        assert_eq!(due(first, number("light-0")), first);
        assert_eq!(due(first, number("light-59")).as_second(), 1_059);
    }
}
