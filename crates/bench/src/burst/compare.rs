//! Carillon and the job queues, one after the other in each run, and what their medians say of each other.

use std::io::Write;
use std::path::Path;

use anyhow::ensure;

use super::figures::{Figures, median_of, quotient};
use super::home::Home;
use super::peers::{self, Peer};
use super::{Burst, Load, carillon};
use crate::{postgres, report};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    CarillonSqlite,
    CarillonPostgres,
    Peer(Peer),
}

/// In the order of the table.
const ALL: [Subject; 5] = [
    Subject::CarillonSqlite,
    Subject::CarillonPostgres,
    Subject::Peer(Peer::BullMq),
    Subject::Peer(Peer::PgBoss),
    Subject::Peer(Peer::GraphileWorker),
];

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::CarillonSqlite => "carillon-sqlite",
            Self::CarillonPostgres => "carillon-postgres",
            Self::Peer(peer) => peer.name(),
        }
    }

    fn is_ours(self) -> bool {
        !matches!(self, Self::Peer(_))
    }

    fn needs_postgres(self) -> bool {
        !matches!(self, Self::CarillonSqlite | Self::Peer(Peer::BullMq))
    }

    async fn measure(self, program: &Path, burst: &Burst, load: Load) -> anyhow::Result<Figures> {
        let server = burst.postgres_url.as_deref();
        let home = match (self, server) {
            (Self::Peer(peer), _) => return peers::measure(peer, load, &burst.packages, server).await,
            (Self::CarillonPostgres, Some(server)) => Home::Postgres(server.to_owned()),
            _ => Home::Sqlite,
        };
        home.lend(async |database| carillon::measure(program, load, burst.ahead, database).await).await
    }
}

/// Measures each in each run, prints a line for each and a table for each load; whether Carillon published everything
/// exactly once.
pub async fn run(program: &Path, burst: &Burst, runs: u16, out: &mut impl Write) -> anyhow::Result<bool> {
    let subjects = subjects(burst)?;
    match &burst.postgres_url {
        Some(url) => postgres::is_durable(url).await?,
        None => report::complain("no --postgres-url: nothing is measured on PostgreSQL"),
    }
    writeln!(out, "burst {}", peers::versions(&burst.packages, burst.postgres_url.as_deref()).await?)?;
    let mut once = true;
    for load in burst.loads() {
        let mut table = Table { load, rows: subjects.iter().map(|subject| (*subject, vec![])).collect() };
        for run in 1..=runs {
            for (subject, figures) in &mut table.rows {
                let measured = subject.measure(program, burst, load).await?;
                writeln!(out, "burst run={run} of={} {measured}", subject.name())?;
                out.flush()?;
                figures.push(measured);
            }
        }
        table.print(out)?;
        once &= table.is_once();
    }
    Ok(once)
}

fn subjects(burst: &Burst) -> anyhow::Result<Vec<Subject>> {
    for name in &burst.only {
        ensure!(ALL.iter().any(|subject| subject.name() == name), "--only: there is no `{name}`");
    }
    let wanted = |subject: &Subject| {
        let named = burst.only.is_empty() || burst.only.iter().any(|name| name == subject.name());
        named && (burst.postgres_url.is_some() || !subject.needs_postgres())
    };
    Ok(ALL.into_iter().filter(wanted).collect())
}

/// All figures of one load.
struct Table {
    load: Load,
    rows: Vec<(Subject, Vec<Figures>)>,
}

/// How a row compares with a peer's.
struct Ratio {
    what: String,
    value: f64,
    goal: Option<Goal>,
}

/// What a ratio should be.
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Table {
    /// Whether Carillon published everything, and nothing twice.
    fn is_once(&self) -> bool {
        let ours = self.rows.iter().filter(|(subject, _)| subject.is_ours());
        ours.flat_map(|(_, figures)| figures).all(Figures::is_once)
    }

    /// The median over the runs.
    fn median(&self, subject: Subject, of: impl Fn(&Figures) -> f64) -> Option<f64> {
        let (_, figures) = self.rows.iter().find(|(row, _)| *row == subject)?;
        median_of(figures, of)
    }

    fn print(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let (count, ms) = (self.load.publications, self.load.latency.as_millis());
        writeln!(out, "\n{count} due at once, answers after {ms} ms; medians")?;
        writeln!(
            out,
            "{:<20}{:>12}{:>14}{:>14}{:>20}{:>9}{:>6}",
            "", "per second", "late p50 ms", "late p99 ms", "CPU s per 1,000", "doubled", "lost"
        )?;
        for (subject, figures) in &self.rows {
            let median = |of: fn(&Figures) -> f64| self.median(*subject, of).unwrap_or_default();
            writeln!(
                out,
                "{:<20}{:>12.0}{:>14.0}{:>14.0}{:>20.3}{:>9}{:>6}",
                subject.name(),
                median(Figures::per_second),
                median(|figures| figures.late(0.50)),
                median(|figures| figures.late(0.99)),
                median(Figures::processor_per_1000),
                figures.iter().map(|figures| figures.doubled).sum::<usize>(),
                figures.iter().map(|figures| figures.lost).sum::<usize>(),
            )?;
        }
        for subject in self.rows.iter().map(|(subject, _)| *subject).filter(|subject| subject.is_ours()) {
            for ratio in self.ratios(subject) {
                writeln!(out, "{:<20}{}", subject.name(), ratio.line())?;
            }
        }
        Ok(writeln!(out)?)
    }

    /// Throughput to the queue of the same kind of store, lateness to the best, cost to BullMQ.
    fn ratios(&self, ours: Subject) -> Vec<Ratio> {
        let same = match ours {
            Subject::CarillonPostgres => Subject::Peer(Peer::GraphileWorker),
            _ => Subject::Peer(Peer::BullMq),
        };
        let bull = Subject::Peer(Peer::BullMq);
        let (burst, slow) = (self.load.publications, !self.load.latency.is_zero());
        let mut ratios = Vec::new();
        let throughput = Figures::per_second;
        if let Some(value) = quotient(self.median(ours, throughput), self.median(same, throughput)) {
            let goal = (burst == 20_000 && !slow).then_some(Goal::AtLeast(1.5));
            ratios.push(Ratio { what: format!("per second to {}", same.name()), value, goal });
        }
        if let Some((best, late)) = self.best_peer()
            && let Some(value) = quotient(self.median(ours, |figures| figures.late(0.99)), Some(late))
        {
            let goal = (burst == 2_000).then_some(Goal::AtMost(if slow { 0.35 } else { 0.5 }));
            ratios.push(Ratio { what: format!("late p99 to the best peer's, {best}"), value, goal });
        }
        let cost = Figures::processor_per_1000;
        if let Some(value) = quotient(self.median(ours, cost), self.median(bull, cost)) {
            let goal = (ours == Subject::CarillonSqlite).then_some(Goal::AtMost(0.5));
            ratios.push(Ratio { what: format!("CPU per 1,000 to {}", bull.name()), value, goal });
        }
        ratios
    }

    /// The peer whose p99 lateness is least.
    fn best_peer(&self) -> Option<(&'static str, f64)> {
        let peers = self.rows.iter().map(|(subject, _)| *subject).filter(|subject| !subject.is_ours());
        let late = peers.filter_map(|peer| Some((peer.name(), self.median(peer, |f| f.late(0.99))?)));
        late.min_by(|one, other| one.1.total_cmp(&other.1))
    }
}

impl Ratio {
    fn line(&self) -> String {
        let verdict = match &self.goal {
            None => String::new(),
            Some(Goal::AtLeast(goal)) => format!(" (goal at least {goal}: {})", met(self.value >= *goal)),
            Some(Goal::AtMost(goal)) => format!(" (goal at most {goal}: {})", met(self.value <= *goal)),
        };
        format!("{} {:.2} ×{verdict}", self.what, self.value)
    }
}

/// Whether a goal was met, in a word.
pub fn met(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_says_whether_its_goal_was_met() {
        let ratio = |value, goal| Ratio { what: "late p99".to_owned(), value, goal: Some(goal) }.line();
        assert_eq!(ratio(0.5, Goal::AtMost(0.5)), "late p99 0.50 × (goal at most 0.5: met)");
        assert_eq!(ratio(1.4, Goal::AtLeast(1.5)), "late p99 1.40 × (goal at least 1.5: missed)");
    }
}
