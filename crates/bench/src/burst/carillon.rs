//! Carillon itself: one or more processes with a database of their own, driven by their own clocks.

use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_server::ambient::SystemClock;
use carillon_store::{Db, DbOptions, bulk};
use tokio::time::Instant;

use super::figures::{Figures, Looks, Used};
use super::fill::Accounts;
use super::scenario::Scenario;
use super::sink::Sink;
use super::{Load, PATIENCE};
use crate::postgres;
use crate::server::{Carillon, Site};

/// Nothing of a burst is tried again later than so long after its due time; what is due later belongs to others.
const OURS: SignedDuration = SignedDuration::from_hours(1);

/// An installation whose posts go to a sink of its own.
pub struct Stage {
    /// Where the posts go.
    pub sink: Sink,
    /// Who tells the time.
    pub clock: SystemClock,
    load: Load,
    site: Site,
    accounts: Accounts,
    /// The PostgreSQL server's process.
    server: Option<u32>,
}

/// Which processes publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crew {
    /// One that does everything, as it is usually installed.
    One,
    /// So many workers on one database.
    Workers(usize),
}

/// Measures a burst once, on SQLite or in the empty PostgreSQL database at `database`.
pub async fn measure(
    program: &Path,
    load: Load,
    ahead: i64,
    database: Option<&str>,
) -> anyhow::Result<Figures> {
    let stage = Stage::set(program, load, database).await?;
    stage.burst("first", stage.due(ahead), Crew::One).await
}

impl Stage {
    /// An account for each post, on SQLite or in the empty PostgreSQL database at `database`.
    pub async fn set(program: &Path, load: Load, database: Option<&str>) -> anyhow::Result<Self> {
        let sink = Sink::start(load.latency).await?;
        let mut site = Site::new(program)?;
        let there = format!("http://{}", sink.address);
        settings(&mut site, load.scenario, &there, database);
        let data = site.path().join("data");
        let accounts = Accounts::new((load.scenario, &there), &data, database, load.publications).await?;
        let server = match database {
            Some(url) => postgres::process(url).await?,
            None => None,
        };
        Ok(Self { sink, clock: SystemClock::new(), load, site, accounts, server })
    }

    /// Seconds without a heartbeat after which a worker is taken for dead.
    pub fn set_lease(&mut self, seconds: u32) {
        self.site.set("CARILLON_PUBLISHING__LEASE_S", seconds.to_string());
    }

    /// A due time that leaves time for planning, and then `ahead` seconds for the processes to prepare.
    pub fn due(&self, ahead: i64) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs(ahead + self.load.publications as i64 / 400)
    }

    /// Plans a post on every account, as [`Accounts::plan`] does.
    pub async fn plan(&self, round: &str, due: impl Fn(usize) -> Timestamp) -> anyhow::Result<()> {
        self.accounts.plan(round, due).await
    }

    /// Starts processes.
    pub async fn start(&self, crew: Crew) -> anyhow::Result<Vec<Carillon>> {
        match crew {
            Crew::One => Ok(vec![self.site.start_all().await?]),
            Crew::Workers(count) => {
                let mut workers = Vec::new();
                for _ in 0..count {
                    workers.push(self.site.start(&["worker", "--data", "data"]).await?);
                }
                Ok(workers)
            }
        }
    }

    /// The database, beside the processes.
    pub async fn database(&self) -> anyhow::Result<Db> {
        Ok(Db::connect(&self.accounts.database(), &DbOptions::default()).await?)
    }

    /// Waits for the due time.
    pub async fn until(&self, due: Timestamp) -> anyhow::Result<()> {
        let left = due.duration_since(self.clock.now());
        ensure!(left > SignedDuration::from_secs(3), "the due time came too early; use a larger --ahead");
        tokio::time::sleep(left.unsigned_abs()).await;
        Ok(())
    }

    /// Waits until nothing of what was due remains to be done, or until `end`.
    pub async fn until_recorded(&self, db: &Db, due: Timestamp, end: Instant) -> anyhow::Result<()> {
        while bulk::open_jobs(db, due + OURS).await? > 0 && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Processor time so far.
    pub fn used(&self, crew: &[Carillon]) -> anyhow::Result<Used> {
        let pids = crew.iter().map(|one| one.process.pid()).collect::<anyhow::Result<Vec<u32>>>()?;
        Used::so_far(&pids, self.server)
    }

    /// A post on every account, all due at the same instant. Each round needs a name of its own.
    pub async fn burst(&self, round: &str, due: Timestamp, crew: Crew) -> anyhow::Result<Figures> {
        self.sink.count_anew();
        self.plan(round, |_| due).await?;
        let first = self.used(&[])?;
        let crew = self.start(crew).await?;
        self.until(due).await?;
        let at_due = self.used(&crew)?;
        let end = Instant::now() + PATIENCE;
        self.sink.wait_for(self.load.publications, end).await;
        let db = self.database().await?;
        self.until_recorded(&db, due, end).await?;
        let whole = self.clock.now().duration_since(due).unsigned_abs();
        let looks = Looks { first, due: at_due, last: self.used(&crew)? };
        db.close().await;
        for process in crew {
            process.process.stop().await?;
        }
        Ok(Figures::of(self.load, |_| due, whole, &self.sink, &looks))
    }
}

fn settings(site: &mut Site, scenario: &Scenario, sink: &str, database: Option<&str>) {
    for (name, value) in scenario.settings(sink) {
        site.set(name, value);
    }
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    site.set("CARILLON_LOG__FILTER", "warn");
    // Accounts that are filled in were never read, so all of them would be due in the first second.
    site.set("CARILLON_FEATURES__SCHEDULED_READING", "false");
    if let Some(url) = database {
        site.set("CARILLON_DATABASE__URL", url);
    }
}
