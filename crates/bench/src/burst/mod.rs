//! Many posts that are due at the same instant, on as many accounts: how many a second go out, how late, and at what cost.
//!
//! What is measured is the product as it is installed: a `carillon` process with its own database, driven by its own clock, that
//! posts through the X connector to a server that only counts. Before the call an intent is durable, after it the result, with
//! attempt and journal.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use carillon_domain::time::{Clock, SignedDuration};
use carillon_server::ambient::SystemClock;
use carillon_store::{Db, DbOptions, repo::job};
use clap::Args;
use serde::Deserialize;
use tokio::time::Instant;

mod fill;
mod sink;

use crate::server::Site;
use fill::Filled;
use sink::Sink;

/// How the burst is made.
#[derive(Debug, Args)]
pub struct Burst {
    /// Posts, each on an account of its own
    #[arg(long, default_value_t = 2_000)]
    publications: usize,
    /// Milliseconds that the network takes for an answer
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// An empty PostgreSQL database, instead of SQLite
    #[arg(long)]
    database: Option<String>,
    /// Seconds between the start of the process and the due time; in them it prepares
    #[arg(long, default_value_t = 20)]
    ahead: i64,
}

/// What came of it.
struct Figures {
    /// From the due time to the last durable result.
    whole: Duration,
    /// When each post arrived after its due time, milliseconds, sorted.
    late: Vec<f64>,
    /// Processor time of the process from its start.
    processor: Duration,
    /// … from the due time on.
    processor_after: Duration,
    doubled: usize,
    lost: usize,
}

/// Measures once, and prints a line.
pub async fn run(program: &Path, burst: &Burst, out: &mut impl std::io::Write) -> anyhow::Result<bool> {
    let figures = measure(program, burst).await?;
    let count = figures.late.len();
    let at = |share: f64| figures.late.get(((count as f64 * share) as usize).min(count.saturating_sub(1)));
    let at = |share: f64| at(share).copied().unwrap_or_default();
    writeln!(
        out,
        "burst publications={} latency_ms={} per_second={:.0} whole_ms={:.0} late_p50_ms={:.0} late_p99_ms={:.0} \
         processor_ms={:.0} processor_after_due_ms={:.0} doubled={} lost={}",
        burst.publications,
        burst.latency,
        burst.publications as f64 / figures.whole.as_secs_f64(),
        figures.whole.as_secs_f64() * 1e3,
        at(0.50),
        at(0.99),
        figures.processor.as_secs_f64() * 1e3,
        figures.processor_after.as_secs_f64() * 1e3,
        figures.doubled,
        figures.lost
    )?;
    Ok(figures.doubled == 0 && figures.lost == 0)
}

async fn measure(program: &Path, burst: &Burst) -> anyhow::Result<Figures> {
    let sink = Sink::start(Duration::from_millis(burst.latency)).await?;
    let mut site = Site::new(program)?;
    let scenario = scenario()?;
    settings(&mut site, &scenario, &sink, burst);
    let data = site.path().join("data");
    let filled =
        Filled::with_accounts(&scenario.platform, &data, burst.database.as_deref(), burst.publications)
            .await?;
    // Planning takes its time, so the due time is far ahead and moved afterwards.
    let clock = SystemClock::new();
    let due = clock.now() + SignedDuration::from_secs(burst.ahead + burst.publications as i64 / 400);
    filled.plan("first", due).await?;
    filled.close().await;
    let carillon = site.start_all().await?;
    let pid = carillon.process.pid()?;
    let left = due.duration_since(clock.now());
    ensure!(left > SignedDuration::from_secs(3), "the due time came too early; use a larger --ahead");
    tokio::time::sleep(left.unsigned_abs()).await;
    let before = processor(pid)?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs(120);
    while sink.count() < burst.publications && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let url = match &burst.database {
        Some(url) => url.clone(),
        None => format!("sqlite:{}", data.join("carillon.db").display()),
    };
    let db = Db::connect(&url, &DbOptions::default()).await?;
    while job::count(&db).await? > 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let whole = begun.elapsed();
    let (used, used_after) = (processor(pid)?, processor(pid)?.saturating_sub(before));
    db.close().await;
    carillon.process.stop().await?;
    let due_us = due.as_microsecond();
    let seen = sink.seen();
    let mut late: Vec<f64> =
        seen.values().filter_map(|at| Some((at.first()? - due_us) as f64 / 1e3)).collect();
    late.sort_by(f64::total_cmp);
    Ok(Figures {
        whole,
        processor: used,
        processor_after: used_after,
        doubled: seen.values().filter(|at| at.len() > 1).count(),
        lost: burst.publications - late.len(),
        late,
    })
}

/// The network, and which of its settings lead to the sink.
#[derive(Deserialize)]
struct Scenario {
    platform: String,
    settings: BTreeMap<String, String>,
}

fn scenario() -> anyhow::Result<Scenario> {
    Ok(serde_json::from_str(include_str!("../../../../bench/publish.json"))?)
}

fn settings(site: &mut Site, scenario: &Scenario, sink: &Sink, burst: &Burst) {
    let sink = format!("http://{}", sink.address);
    for (name, value) in &scenario.settings {
        let platform = scenario.platform.to_uppercase();
        site.set(format!("CARILLON_PLATFORMS__{platform}__{name}"), value.replace("{sink}", &sink));
    }
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    site.set("CARILLON_LOG__FILTER", "warn");
    if let Some(url) = &burst.database {
        site.set("CARILLON_DATABASE__URL", url.clone());
    }
}

/// Processor time that a process has used so far.
fn processor(pid: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("an unknown form of /proc/…/stat")?;
    let ticks: Vec<u64> = fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse().ok()).collect();
    // The kernel counts in hundredths of a second ("proc_pid_stat(5)").
    Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 10))
}
