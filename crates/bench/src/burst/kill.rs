//! A process that publishes is killed (`kill -9`) in the middle of a burst: what comes twice, what never, and how long until
//! everything is recorded.
//!
//! On PostgreSQL one of two workers dies, and stays dead; on SQLite the only process, which is started again at once.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_store::bulk::{self, End};
use tokio::time::Instant;

use super::Load;
use super::carillon::{Crew, Stage};
use super::compare::met;

/// In this time after the death everything should be recorded.
const GOAL: SignedDuration = SignedDuration::from_secs(15);

/// Longest wait for that. A network that can't say at once that a post is not there is asked again for minutes.
const PATIENCE: Duration = Duration::from_secs(400);

/// How a process dies.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    /// When so many posts have arrived.
    pub after: usize,
    /// Seconds after which a worker without a heartbeat is taken for dead, if not the product's own.
    pub lease: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Killed {
    load: Load,
    /// Posts that had arrived when the process died.
    arrived: usize,
    /// From the death until the last of them was recorded.
    recorded: SignedDuration,
    /// The same without those that took a second attempt.
    recorded_at_once: SignedDuration,
    /// What had its intent and never left: the network has to show that it is not there before it may be sent again.
    again: usize,
    /// Those that were not recorded yet after [`GOAL`].
    late: usize,
    published: usize,
    unconfirmed: usize,
    /// In any other state, which would be wrong.
    others: usize,
    /// Posts that arrived more than once.
    doubled: usize,
    /// Posts that never arrived.
    lost: usize,
}

impl Killed {
    /// Whether nothing came twice and nothing was lost.
    pub fn is_once(&self) -> bool {
        self.doubled == 0 && self.lost == 0
    }

    fn of(load: Load, arrived: usize, killed: Timestamp, ends: &[End]) -> Self {
        let after = |end: &End| end.at.duration_since(killed).max(SignedDuration::ZERO);
        let count = |state: PublicationState| ends.iter().filter(|end| end.state == state).count();
        let (published, unconfirmed) =
            (count(PublicationState::Published), count(PublicationState::Unconfirmed));
        let at_once = ends.iter().filter(|end| end.attempts < 2);
        Self {
            load,
            arrived,
            recorded: ends.iter().map(after).max().unwrap_or_default(),
            recorded_at_once: at_once.clone().map(after).max().unwrap_or_default(),
            again: ends.len() - at_once.count(),
            late: ends.iter().filter(|end| after(end) > GOAL).count(),
            published,
            unconfirmed,
            others: ends.len() - published - unconfirmed,
            doubled: 0,
            lost: 0,
        }
    }
}

impl fmt::Display for Killed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "publications={} latency_ms={} arrived_at_kill={} recorded_s={:.1} goal_s={} goal={} late={} \
             second_attempts={} recorded_without_them_s={:.1} published={} unconfirmed={} others={} doubled={} lost={}",
            self.load.publications,
            self.load.latency.as_millis(),
            self.arrived,
            self.recorded.as_secs_f64(),
            GOAL.as_secs(),
            met(self.recorded <= GOAL),
            self.late,
            self.again,
            self.recorded_at_once.as_secs_f64(),
            self.published,
            self.unconfirmed,
            self.others,
            self.doubled,
            self.lost
        )
    }
}

/// Kills once, on SQLite or in the empty PostgreSQL database at `database`.
pub async fn measure(
    program: &Path,
    (load, death): (Load, Death),
    ahead: i64,
    database: Option<&str>,
) -> anyhow::Result<Killed> {
    let mut stage = Stage::set(program, load, database).await?;
    if let Some(seconds) = death.lease {
        stage.set_lease(seconds);
    }
    let due = stage.due(ahead);
    stage.plan("first", |_| due).await?;
    let kind = if database.is_some() { Crew::Workers(2) } else { Crew::One };
    let mut crew = stage.start(kind).await?;
    stage.until(due).await?;
    let end = Instant::now() + PATIENCE;
    stage.sink.wait_for(death.after, end).await;
    let victim = crew.pop().context("nobody to kill")?;
    let killed = stage.clock.now();
    victim.process.kill().await?;
    let arrived = stage.sink.seen().len();
    if crew.is_empty() {
        crew = stage.start(Crew::One).await?;
    }
    let db = stage.database().await?;
    stage.until_recorded(&db, due, end).await?;
    let ends = bulk::ends(&db, due).await?;
    db.close().await;
    for process in crew {
        process.process.stop().await?;
    }
    let seen = stage.sink.seen();
    Ok(Killed {
        doubled: seen.values().filter(|at| at.len() > 1).count(),
        lost: load.publications.saturating_sub(seen.len()),
        ..Killed::of(load, arrived, killed, &ends)
    })
}

#[cfg(test)]
mod tests {
    use super::super::scenario;
    use super::*;

    #[test]
    fn the_last_record_counts_and_what_came_after_the_goal() {
        let killed = Timestamp::from_second(1_000).expect("time");
        let end = |state, after: i64, attempts| End {
            state,
            at: killed + SignedDuration::from_secs(after),
            attempts,
        };
        let ends = [
            end(PublicationState::Published, -3, 1),
            end(PublicationState::Published, 15, 1),
            end(PublicationState::Unconfirmed, 21, 1),
            end(PublicationState::Published, 180, 2),
            end(PublicationState::Failed, 4, 1),
        ];
        let load = Load { scenario: scenario::usual(), publications: 5, latency: Duration::ZERO };
        let of = Killed::of(load, 2, killed, &ends);
        assert_eq!((of.recorded.as_secs(), of.recorded_at_once.as_secs()), (180, 21));
        assert_eq!((of.late, of.again), (2, 1));
        assert_eq!((of.published, of.unconfirmed, of.others), (3, 1, 1));
        assert!(of.to_string().contains("recorded_s=180.0 goal_s=15 goal=missed late=2 "), "{of}");
    }
}
