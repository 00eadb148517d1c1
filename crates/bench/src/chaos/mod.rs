//! The chaos runner: real processes, simulated networks in a process of their own, thousands of publications, and everything
//! that can be made to go wrong. Afterwards what the networks made public is compared with what Carillon says.
//!
//! Everything that is decided by chance follows from the seed; how the processes interleave does not.

mod accounts;
mod blow;
mod check;
mod cluster;
mod dice;
mod havoc;
mod load;
mod nodes;
mod order;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use tokio::time::Instant;

use crate::report;
use crate::wire::Client;
use check::Verdict;
use dice::Dice;
use nodes::Nodes;

/// How long everything may take to come to rest once nothing goes wrong any more, unless it waits for a moment that is known.
const REST: Duration = Duration::from_secs(480);

/// Breaks everything, then counts.
#[derive(Debug, Args)]
pub struct Chaos {
    /// One seed, or the first and the last of several: 1..6
    #[arg(long, default_value = "1", value_parser = seeds, value_name = "A[..B]")]
    seed: (u64, u64),
    /// How long things go wrong
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Where Carillon keeps its data
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    database: Engine,
    /// How many publications fall due in that time, about
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    publications: u32,
    /// A PostgreSQL server on which databases may be made, as a superuser. It is neither restarted nor lost, as the two servers are
    /// that a run starts without this
    #[arg(long, value_name = "URL")]
    postgres_url: Option<String>,
    /// Keep the folder of a run, with the logs
    #[arg(long)]
    keep: bool,
}

/// Where Carillon keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// One process, one file.
    Sqlite,
    /// A server, and several nodes on it.
    Postgres,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let wrong = || format!("`{text}` is no seed. Write a number, or two like 1..6.");
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if first <= last { Ok((first, last)) } else { Err(wrong()) }
}

/// Runs all seeds and prints a line for each, and their sum; whether no promise was broken.
///
/// # Errors
/// When a run could not be carried out.
pub async fn run(carillon: &Path, chaos: &Chaos, out: &mut impl std::io::Write) -> anyhow::Result<bool> {
    ensure!(chaos.minutes > 0.0 && chaos.minutes <= 600.0, "--minutes must be between 0 and 600");
    let (first, last) = chaos.seed;
    let mut sum = Verdict::default();
    for seed in first..=last {
        let verdict = one(carillon, chaos, seed).await.with_context(|| format!("seed {seed}"))?;
        for wrong in verdict.notes.iter().chain(&verdict.wrong) {
            report::complain(wrong);
        }
        writeln!(out, "chaos seed={seed} {verdict}")?;
        out.flush()?;
        sum.add(verdict);
    }
    if first != last {
        writeln!(out, "chaos seed={first}..{last} {sum}")?;
    }
    Ok(sum.holds())
}

async fn one(carillon: &Path, chaos: &Chaos, seed: u64) -> anyhow::Result<Verdict> {
    let mut dice = Dice::new(seed);
    let mut nodes = Nodes::start(carillon, chaos, seed).await?;
    let api = nodes.api()?;
    let accounts = accounts::connect(&api, &nodes, &mut dice).await.context("connecting")?;
    let length = Duration::from_secs_f64(chaos.minutes * 60.0);
    let now = Moment::now(&nodes.control()?).await?;
    let planned = load::schedule(&api, &accounts, &mut dice, now, chaos.publications, length).await;
    let planned = planned.context("scheduling")?;
    report::complain(&format!(
        "seed {seed}: {} publications on {} accounts, then {:.0} seconds of faults",
        planned.publications(),
        accounts.len(),
        length.as_secs_f64()
    ));
    let troubles =
        havoc::wreak(&mut nodes, &mut dice, planned.begin, length).await.context("the fault phase")?;
    let rested = check::rest(&api, planned.begin, REST).await.context("coming to rest")?;
    let verdict =
        check::compare(&api, &nodes, &accounts, &planned, &troubles, rested).await.context("comparing")?;
    nodes.stop(chaos.keep || !verdict.holds()).await?;
    Ok(verdict)
}

/// A moment on the clock that all processes share, and on ours.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub unix_ms: u64,
    /// The same moment.
    pub instant: Instant,
}

impl Moment {
    /// When that is on our clock; not before this moment.
    pub fn at(self, moment: jiff::Timestamp) -> Instant {
        let ms = u64::try_from(moment.as_millisecond()).unwrap_or(0);
        self.instant + Duration::from_millis(ms.saturating_sub(self.unix_ms))
    }

    /// Now, by the clock of the simulated networks.
    pub async fn now(control: &Client) -> anyhow::Result<Self> {
        let clock = control.get_json("/sandbox/clock").await?;
        let now: jiff::Timestamp = clock["now"].as_str().context("the networks have no clock")?.parse()?;
        Ok(Self { unix_ms: u64::try_from(now.as_millisecond())?, instant: Instant::now() })
    }
}
