//! Many posts that are due at the same instant, on as many accounts: how many a second go out, how late, and at what cost.
//!
//! What is measured is the product as it is installed: a `carillon` process with its own database, driven by its own clock, that
//! posts through the X connector to a server that only counts. Before the call an intent is durable, after it the result, with
//! attempt and journal. Job queues can be measured in the same run, each with one call and one durable record for a job.
//!
//! The same installation is measured in other situations too: a process is killed, the load is little, the database is large, there
//! are more workers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

mod carillon;
mod compare;
mod figures;
mod fill;
mod floor;
mod grown;
mod home;
mod kill;
mod light;
mod peers;
mod scenario;
mod sink;
#[cfg(test)]
mod tests;
mod workers;

use grown::Growth;
use home::Home;
use scenario::Scenario;

/// Longest wait for everything to be sent and recorded, from the due time on.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the burst is made.
#[derive(Debug, Args)]
pub struct Burst {
    /// Posts, each on an account of its own; one or more numbers [default: 2000, with --compare 2000,20000, with --kill
    /// and --workers 20000, with --light 60]
    #[arg(long, value_delimiter = ',', value_name = "N")]
    publications: Vec<usize>,
    /// Milliseconds that the network takes for an answer; one or more numbers [default: 0, with --compare 0,50]
    #[arg(long, value_delimiter = ',', value_name = "MS")]
    latency: Vec<u64>,
    /// An empty PostgreSQL database, instead of SQLite
    #[arg(long, conflicts_with = "what")]
    database: Option<String>,
    /// The network whose way to publish is taken, of those in bench/publish.json [default: the first]
    #[arg(long, value_name = "NAME", value_parser = scenario::named)]
    network: Option<&'static Scenario>,
    /// Seconds between the start of the process and the due time; in them it prepares
    #[arg(long, default_value_t = 20)]
    ahead: i64,
    /// Measure job queues too, in the same runs, and print how Carillon compares
    #[arg(long, group = "what")]
    compare: bool,
    /// Kill a process that publishes (`kill -9`) when half has arrived
    #[arg(long, group = "what")]
    kill: bool,
    /// One post a second, and answers after 50 ms
    #[arg(long, group = "what")]
    light: bool,
    /// Burst again when the database holds so many published and so many planned publications
    #[arg(long, group = "what", value_name = "FINISHED,FUTURE")]
    grown: Option<Growth>,
    /// Worker processes on one PostgreSQL, each number in a burst of its own
    #[arg(long, group = "what", value_delimiter = ',', value_name = "N,…")]
    workers: Vec<usize>,
    /// What the machine gives: durable commits and posts a second
    #[arg(long, group = "what")]
    floor: bool,
    /// With --kill: seconds after which a dead worker's posts are taken over [default: the product's, 30]
    #[arg(long, requires = "kill")]
    lease: Option<u32>,
    /// A PostgreSQL server whose commits are durable, on which databases may be made, as a superuser
    #[arg(long, env = "CARILLON_BENCH_POSTGRES_URL", value_name = "URL")]
    postgres_url: Option<String>,
    /// Folder with the packages of the job queues
    #[arg(
        long,
        env = "CARILLON_BENCH_QUEUES_DIR",
        value_name = "FOLDER",
        default_value = "target/peers/queues/node_modules"
    )]
    packages: PathBuf,
    /// Which to compare: carillon-sqlite, carillon-postgres, bullmq, pg-boss, graphile-worker [default: all]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    only: Vec<String>,
}

/// What has to be done.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Where the posts go.
    scenario: &'static Scenario,
    /// Posts that are due at the same instant.
    publications: usize,
    /// How long the network takes for an answer.
    latency: Duration,
}

impl Burst {
    /// Every number of posts with every latency.
    fn loads(&self) -> Vec<Load> {
        let or =
            |given: &[u64], usual: &[u64]| if given.is_empty() { usual.to_vec() } else { given.to_vec() };
        let (publications, latencies): (&[u64], &[u64]) = match self {
            Self { compare: true, .. } => (&[2_000, 20_000], &[0, 50]),
            Self { light: true, .. } => (&[light::POSTS], &[light::LATENCY_MS]),
            Self { kill: true, .. } => (&[20_000], &[0]),
            Self { workers, .. } if !workers.is_empty() => (&[20_000], &[0]),
            _ => (&[2_000], &[0]),
        };
        let given: Vec<u64> = self.publications.iter().map(|n| *n as u64).collect();
        let (publications, latencies) = (or(&given, publications), or(&self.latency, latencies));
        let load = |n: u64, ms: u64| Load {
            scenario: self.network.unwrap_or_else(|| scenario::usual()),
            publications: n as usize,
            latency: Duration::from_millis(ms),
        };
        publications.iter().flat_map(|n| latencies.iter().map(move |ms| load(*n, *ms))).collect()
    }
}

/// Measures, and prints a line for each burst; whether Carillon published everything exactly once.
///
/// # Errors
/// When something could not be measured.
pub async fn run(
    program: &Path,
    burst: &Burst,
    runs: Option<u16>,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    ensure!(burst.loads().iter().all(|load| load.publications > 0), "--publications must be more than 0");
    if burst.compare {
        return compare::run(program, burst, runs.unwrap_or(5), out).await;
    }
    let bench = Bench { program, burst, runs: runs.unwrap_or(1), out };
    match burst {
        Burst { kill: true, .. } => bench.kill().await,
        Burst { light: true, .. } => bench.light().await,
        Burst { grown: Some(growth), .. } => bench.grown(*growth).await,
        Burst { floor: true, .. } => bench.floor().await,
        Burst { workers, .. } if !workers.is_empty() => bench.workers().await,
        _ => bench.plain().await,
    }
}

/// One kind of measurement, as often as wanted.
struct Bench<'b, W> {
    program: &'b Path,
    burst: &'b Burst,
    runs: u16,
    out: &'b mut W,
}

impl<W: Write> Bench<'_, W> {
    fn print(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.out, "burst {line}")?;
        Ok(self.out.flush()?)
    }

    async fn plain(mut self) -> anyhow::Result<bool> {
        let mut once = true;
        for _ in 0..self.runs {
            for load in self.burst.loads() {
                let database = self.burst.database.as_deref();
                let figures = carillon::measure(self.program, load, self.burst.ahead, database).await?;
                self.print(&figures.to_string())?;
                once &= figures.is_once();
            }
        }
        Ok(once)
    }

    async fn kill(mut self) -> anyhow::Result<bool> {
        let mut once = true;
        for load in self.burst.loads() {
            for home in Home::wanted(self.burst).await? {
                for _ in 0..self.runs {
                    let death = kill::Death { after: load.publications / 2, lease: self.burst.lease };
                    let (program, ahead) = (self.program, self.burst.ahead);
                    let killed = home
                        .lend(async |url| kill::measure(program, (load, death), ahead, url).await)
                        .await?;
                    self.print(&format!("kill on={} {killed}", home.name()))?;
                    once &= killed.is_once();
                }
            }
        }
        Ok(once)
    }

    async fn light(mut self) -> anyhow::Result<bool> {
        let mut once = true;
        for load in self.burst.loads() {
            for home in Home::wanted(self.burst).await? {
                for _ in 0..self.runs {
                    let (program, ahead) = (self.program, self.burst.ahead);
                    let light =
                        home.lend(async |url| light::measure(program, load, ahead, url).await).await?;
                    self.print(&format!("light on={} {light}", home.name()))?;
                    once &= light.0.is_once();
                }
            }
        }
        Ok(once)
    }

    async fn grown(mut self, growth: Growth) -> anyhow::Result<bool> {
        let mut once = true;
        for load in self.burst.loads() {
            for home in Home::wanted(self.burst).await? {
                let (program, times) = (self.program, (self.burst.ahead, self.runs));
                let work =
                    async |url: Option<&str>| grown::measure(program, (load, growth), times, url).await;
                let grown = home.lend(work).await?;
                let both = [("empty", &grown.empty), ("grown", &grown.large)];
                for (what, figures) in both.iter().flat_map(|(what, all)| all.iter().map(move |f| (what, f)))
                {
                    self.print(&format!("{what} on={} {figures}", home.name()))?;
                    once &= figures.is_once();
                }
                self.print(&format!("growth on={} {grown}", home.name()))?;
            }
        }
        Ok(once)
    }

    async fn workers(mut self) -> anyhow::Result<bool> {
        let homes = Home::wanted(self.burst).await?;
        let server = homes.into_iter().find(|home| *home != Home::Sqlite);
        let server = server.context("--workers needs --postgres-url: SQLite has one process")?;
        let mut once = true;
        for load in self.burst.loads() {
            let mut all: Vec<_> = self.burst.workers.iter().map(|count| (*count, Vec::new())).collect();
            for _ in 0..self.runs {
                for (count, figures) in &mut all {
                    let (program, how) = (self.program, (self.burst.ahead, *count));
                    let work = async |url: Option<&str>| workers::measure(program, load, how, url).await;
                    let measured = server.lend(work).await?;
                    self.print(&format!("workers={count} on={} {measured}", server.name()))?;
                    once &= measured.is_once();
                    figures.push(measured);
                }
            }
            for ratio in workers::ratios(&all) {
                self.print(&format!("scaling on={} {ratio}", server.name()))?;
            }
        }
        Ok(once)
    }

    async fn floor(mut self) -> anyhow::Result<bool> {
        self.print(&format!("floor {}", floor::posts(FLOOR).await?))?;
        for home in Home::wanted(self.burst).await? {
            for floor in floor::commits(&home, FLOOR).await? {
                self.print(&format!("floor {floor}"))?;
            }
        }
        Ok(true)
    }
}

/// How long each floor is measured.
const FLOOR: Duration = Duration::from_secs(3);
