//! Many posts that are due at the same instant, on as many accounts: how many a second go out, how late, and at what cost.
//!
//! What is measured is the product as it is installed: a `carillon` process with its own database, driven by its own clock, that
//! posts through the X connector to a server that only counts. Before the call an intent is durable, after it the result, with
//! attempt and journal. Job queues can be measured in the same run, each with one call and one durable record for a job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::ensure;
use clap::Args;

mod carillon;
mod compare;
mod figures;
mod fill;
mod peers;
mod sink;

/// Longest wait for everything to be sent and recorded, from the due time on.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the burst is made.
#[derive(Debug, Args)]
pub struct Burst {
    /// Posts, each on an account of its own; one or more numbers [default: 2000, with --compare 2000,20000]
    #[arg(long, value_delimiter = ',', value_name = "N")]
    publications: Vec<usize>,
    /// Milliseconds that the network takes for an answer; one or more numbers [default: 0, with --compare 0,50]
    #[arg(long, value_delimiter = ',', value_name = "MS")]
    latency: Vec<u64>,
    /// An empty PostgreSQL database, instead of SQLite
    #[arg(long, conflicts_with = "compare")]
    database: Option<String>,
    /// Seconds between the start of the process and the due time; in them it prepares
    #[arg(long, default_value_t = 20)]
    ahead: i64,
    /// Measure job queues too, in the same runs, and print how Carillon compares
    #[arg(long)]
    compare: bool,
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
    /// Posts that are due at the same instant.
    publications: usize,
    /// How long the network takes for an answer.
    latency: Duration,
}

impl Burst {
    /// Every number of posts with every latency.
    fn loads(&self) -> Vec<Load> {
        let or = |given: &[u64], one: &[u64], many: &[u64]| match (given.is_empty(), self.compare) {
            (false, _) => given.to_vec(),
            (true, false) => one.to_vec(),
            (true, true) => many.to_vec(),
        };
        let publications: Vec<u64> = self.publications.iter().map(|n| *n as u64).collect();
        let publications = or(&publications, &[2_000], &[2_000, 20_000]);
        let latencies = or(&self.latency, &[0], &[0, 50]);
        let load = |n: u64, ms: u64| Load { publications: n as usize, latency: Duration::from_millis(ms) };
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
    out: &mut impl std::io::Write,
) -> anyhow::Result<bool> {
    ensure!(burst.loads().iter().all(|load| load.publications > 0), "--publications must be more than 0");
    if burst.compare {
        return compare::run(program, burst, runs.unwrap_or(5), out).await;
    }
    let mut once = true;
    for _ in 0..runs.unwrap_or(1) {
        for load in burst.loads() {
            let figures = carillon::measure(program, load, burst.ahead, burst.database.as_deref()).await?;
            writeln!(out, "burst {figures}")?;
            out.flush()?;
            once &= figures.doubled == 0 && figures.lost == 0;
        }
    }
    Ok(once)
}
