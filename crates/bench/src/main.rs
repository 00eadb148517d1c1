//! Measures a release build of `carillon` from the outside: it is started as a process, driven over HTTP, and watched through
//! `/proc`. The figures of record and what they mean are in `docs/reference/performance.md`.
//!
//! Exit codes: 0 every goal was met, 1 one was missed or something could not be measured, 2 bad usage.

mod analytics;
mod browser;
mod burst;
mod calendar;
mod chaos;
mod connect;
mod demo;
mod html;
mod insight;
mod memory;
mod model;
mod pages;
mod peers;
mod postgres;
mod proc;
mod publish;
mod report;
mod rows;
mod server;
mod size;
mod start;
mod sync;
mod upload;
mod uploads;
mod video;
mod wire;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use report::Report;

/// Measures speed, memory and size of a release build.
#[derive(Debug, Parser)]
#[command(name = "carillon-bench")]
struct Cli {
    /// The program to measure
    #[arg(long, global = true, default_value = "target/release/carillon", value_name = "FILE")]
    carillon: PathBuf,
    /// How often a start [default: 9] or a burst [default: 1, compared 5] is measured
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=100))]
    runs: Option<u16>,
    /// Seconds without a request before idle memory is read
    #[arg(long, global = true, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    idle: u16,
    /// Folder with the packages of the Bluesky server [default: target/peers/bluesky-pds/node_modules]
    #[arg(long, global = true, env = "CARILLON_TEST_PDS_DIR", value_name = "FOLDER")]
    pds: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every state of the publishing protocol's model, and that each rule left out breaks it
    Model,
    /// Breaks everything for a while, then compares what the networks made public with what Carillon says
    Chaos(chaos::Chaos),
    /// Publishes many posts that are due at the same instant, and measures how many a second go out and how late
    Publish(burst::Burst),
    /// Opens the pages with the numbers of years, and measures how long they take, before and after ten times as much
    Analytics(analytics::Analytics),
    /// Publishes videos of up to 2 GB over a wire that is cut, and measures memory and what was sent again
    Uploads(uploads::Uploads),
    /// Recommends times to accounts with known audiences, and compares with the truth
    Insight(insight::Insight),
    /// Reads many accounts of all simulated networks by schedule, and measures calls, what was refused, and how every account ends
    Sync(sync::ManyAccounts),
    /// Everything about pages: bytes, how long the server takes, Lighthouse's scores, and how soon pages answer to people
    Pages(browser::Asked),
    #[command(flatten)]
    Measure(Measure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
enum Measure {
    /// From the start of the process to the first page
    Start,
    /// Resident memory: started, after every page was visited, idle
    Memory,
    /// Peak memory while a video of 1 GB is uploaded, in a form and resumably
    Upload,
    /// Peak memory while a video of 500 MB is published to a simulated network in a process of its own
    PublishVideo,
    /// Bytes that the pages transfer, at the first visit and after it
    Bytes,
    /// How long the calendar's month takes, with few posts and with thousands, the overview and the library; for one reader and for many
    Calendar,
    /// Size of the program
    Size,
    /// All of these
    All,
}

/// What a benchmark needs to know.
struct Plan {
    carillon: PathBuf,
    runs: u16,
    idle: std::time::Duration,
    pds: PathBuf,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = &mut std::io::stdout();
    let good = match cli.command {
        Command::Model => model::print(out).context("the model"),
        Command::Chaos(chaos) => found(&cli.carillon).and_then(|it| wait(chaos::run(&it, &chaos, out))),
        Command::Publish(burst) => {
            found(&cli.carillon).and_then(|it| wait(burst::run(&it, &burst, cli.runs, out)))
        }
        Command::Insight(asked) => insight::run(&asked, out),
        Command::Analytics(asked) => {
            found(&cli.carillon).and_then(|it| wait(analytics::run(&it, &asked, out)))
        }
        Command::Uploads(asked) => found(&cli.carillon).and_then(|it| wait(uploads::run(&it, &asked, out))),
        Command::Sync(asked) => wait(sync::run(&asked, out)),
        Command::Pages(asked) => plan(&cli.carillon, cli.runs, cli.idle, cli.pds)
            .and_then(|plan| told(out, async |report| measure_pages(&plan, &asked, report).await)),
        Command::Measure(what) => plan(&cli.carillon, cli.runs, cli.idle, cli.pds)
            .and_then(|plan| told(out, async |report| measure(&plan, what, report).await)),
    };
    match good {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            report::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs it to its end.
fn wait<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Runtime::new().context("no runtime")?.block_on(work)
}

fn found(carillon: &Path) -> anyhow::Result<PathBuf> {
    carillon.canonicalize().with_context(|| {
        format!("{} is missing: cargo build --release -p carillon-server", carillon.display())
    })
}

fn plan(carillon: &Path, runs: Option<u16>, idle: u16, pds: Option<PathBuf>) -> anyhow::Result<Plan> {
    let pds = pds.unwrap_or_else(|| "target/peers/bluesky-pds/node_modules".into());
    let idle = std::time::Duration::from_secs(idle.into());
    Ok(Plan { carillon: found(carillon)?, runs: runs.unwrap_or(9), idle, pds })
}

/// Measures and prints the figures, those before a failure too; whether all goals were met.
fn told(
    out: &mut impl Write,
    measure: impl AsyncFnOnce(&mut Report) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let mut report = Report::default();
    let ended = wait(measure(&mut report));
    report.print(out)?;
    ended.map(|()| report.all_met())
}

async fn measure_pages(plan: &Plan, asked: &browser::Asked, report: &mut Report) -> anyhow::Result<()> {
    pages::run(plan, report).await.context("bytes")?;
    calendar::run(plan, report).await.context("calendar")?;
    browser::run(plan, asked, report).await.context("browser")
}

async fn measure(plan: &Plan, what: Measure, report: &mut Report) -> anyhow::Result<()> {
    let wants = |measure| what == Measure::All || what == measure;
    if wants(Measure::Size) {
        size::run(plan, report)?;
    }
    if wants(Measure::Start) {
        start::run(plan, report).await.context("start")?;
    }
    if wants(Measure::Memory) {
        memory::run(plan, report).await.context("memory")?;
    }
    if wants(Measure::Bytes) {
        pages::run(plan, report).await.context("bytes")?;
    }
    if wants(Measure::Calendar) {
        calendar::run(plan, report).await.context("calendar")?;
    }
    if wants(Measure::Upload) {
        upload::run(plan, report).await.context("upload")?;
    }
    if wants(Measure::PublishVideo) {
        publish::run(plan, report).await.context("publish-video")?;
    }
    Ok(())
}
