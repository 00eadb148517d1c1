//! Many accounts on all simulated networks, read by schedule at the networks' own limits: how many calls are refused, how every account
//! ends, and whether what is kept is what is public. In a second run a part of all calls fails.
//!
//! Everything is in one process and on a clock that moves when it is told to, so that a day takes minutes. `bench/sync.json` says what
//! is measured.

mod check;
mod plan;
mod posts;
mod scene;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, ensure};
use carillon_connectors::conformance::Bench;
use carillon_connectors::sandbox::Tally;
use carillon_store::Db;
use clap::Args;
use serde_json::json;
use tokio::time::Instant;

use self::check::Found;
use self::plan::Plan;
use self::scene::Scene;

/// Reads many accounts by schedule.
#[derive(Debug, Args)]
pub struct ManyAccounts {
    /// Accounts, shared out over the networks [default: as bench/sync.json says]
    #[arg(long, value_name = "N")]
    accounts: Option<usize>,
    /// Days for which they are read [default: as bench/sync.json says]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    days: Option<u64>,
    /// Networks, with commas between [default: all of bench/sync.json]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    network: Vec<String>,
    /// Only the run in which all is well, or only the one in which calls fail
    #[arg(long, value_enum)]
    only: Option<Weather>,
}

/// What the networks are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Weather {
    /// All is well.
    Calm,
    /// A part of all calls fails.
    Failing,
}

/// What a run gave.
struct Outcome {
    weather: Weather,
    found: Vec<Found>,
    tally: Tally,
    took: Duration,
}

impl ManyAccounts {
    fn plan(&self) -> anyhow::Result<Plan> {
        let mut plan = Plan::usual()?;
        for name in &self.network {
            ensure!(plan.networks.iter().any(|n| n.platform == *name), "nothing is known of {name}");
        }
        plan.networks.retain(|n| self.network.is_empty() || self.network.contains(&n.platform));
        plan.accounts = self.accounts.unwrap_or(plan.accounts);
        plan.days = self.days.unwrap_or(plan.days);
        plan.check()?;
        Ok(plan)
    }
}

/// Measures, and prints a table and a line of JSON for each run; whether every goal was met.
///
/// # Errors
/// When a run could not be carried out.
pub async fn run(sync: &ManyAccounts, out: &mut impl Write) -> anyhow::Result<bool> {
    let plan = sync.plan()?;
    let mut good = true;
    for weather in [Weather::Calm, Weather::Failing] {
        if sync.only.is_some_and(|only| only != weather) {
            continue;
        }
        let folder = tempfile::tempdir()?;
        let db = Db::open(&format!("sqlite:{}", folder.path().join("carillon.db").display())).await?;
        let outcome = measure(db.clone(), &plan, weather).await?;
        db.close().await;
        outcome.print(&plan, out)?;
        good &= outcome.is_good(&plan);
    }
    Ok(good)
}

/// One run, on this empty database.
async fn measure(db: Db, plan: &Plan, weather: Weather) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let bench = Bench::registered();
    let truth = Box::pin(posts::make(&bench, plan)).await.context("posts")?;
    let scene = Box::pin(Scene::new(db, bench, plan)).await.context("connecting")?;
    // From here on it is Carillon that calls.
    scene.bench.world.count_anew();
    if weather == Weather::Failing {
        scene.break_networks(plan.failing);
    }
    let (span, step) = (Duration::from_secs(plan.days * 24 * 3600), Duration::from_secs(plan.step_s));
    Box::pin(scene.live(span, step)).await.context("reading")?;
    let tally = scene.bench.world.tally();
    let found = check::check(&scene, plan, &truth).await?;
    Ok(Outcome { weather, found, tally, took: began.elapsed() })
}

impl Outcome {
    /// Calls that were refused because of a limit, with the limits.
    fn refused(&self) -> u64 {
        self.tally.refused.values().sum()
    }

    /// Of 100 readings 95 began so many seconds after their time, or fewer.
    fn late_s(&self) -> f64 {
        let mut all: Vec<f64> = self.found.iter().flat_map(|found| &found.late_s).copied().collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len().saturating_sub(1) * 95 / 100).copied().unwrap_or_default()
    }

    fn sum(&self, of: impl Fn(&Found) -> usize) -> usize {
        self.found.iter().map(of).sum()
    }

    fn is_good(&self, plan: &Plan) -> bool {
        let ended = self.sum(|f| f.complete) + self.sum(|f| f.labelled);
        self.refused() == 0
            && ended == plan.accounts
            && self.found.iter().all(|found| found.wrong.is_empty())
            && self.late_s() <= plan.late_s as f64
    }

    fn print(&self, plan: &Plan, out: &mut impl Write) -> anyhow::Result<()> {
        let name = match self.weather {
            Weather::Calm => "all is well".to_owned(),
            Weather::Failing => format!("{} % of calls fail", plan.failing * 100.0),
        };
        writeln!(out, "\n{} accounts, days: {}, {name}", plan.accounts, plan.days)?;
        writeln!(
            out,
            "  {:<12}{:>9}{:>10}{:>10}{:>8}{:>8}{:>9}{:>9}{:>9}",
            "network", "accounts", "complete", "labelled", "posts", "runs", "limited", "calls", "refused"
        )?;
        for (network, found) in plan.networks.iter().zip(&self.found) {
            let (calls, refused) =
                (self.tally.calls(&network.platform), self.tally.refusals(&network.platform));
            let Found { accounts, complete, labelled, posts, runs, limited, .. } = found;
            writeln!(
                out,
                "  {:<12}{accounts:>9}{complete:>10}{labelled:>10}{posts:>8}{runs:>8}{limited:>9}{calls:>9}{refused:>9}",
                network.platform
            )?;
        }
        for ((platform, limit), count) in &self.tally.refused {
            writeln!(out, "  {platform} refused {count} calls: {limit}")?;
        }
        for (network, found) in plan.networks.iter().zip(&self.found) {
            for (label, count) in &found.labels {
                writeln!(out, "  {}: {count} labelled {label}", network.platform)?;
            }
            for wrong in &found.wrong {
                writeln!(out, "  {}: WRONG: {wrong}", network.platform)?;
            }
        }
        let verdict = if self.is_good(plan) { "met" } else { "MISSED" };
        writeln!(out, "{}  goal={verdict}", self.json(plan))?;
        Ok(())
    }

    fn json(&self, plan: &Plan) -> serde_json::Value {
        let struck: u64 = plan.networks.iter().map(|n| self.tally.struck(&n.platform)).sum();
        let calls: u64 = plan.networks.iter().map(|n| self.tally.calls(&n.platform)).sum();
        json!({
            "accounts": plan.accounts,
            "days": plan.days,
            "failing": self.weather == Weather::Failing,
            "calls": calls,
            "struck": struck,
            "refused": self.refused(),
            "runs": self.sum(|f| f.runs),
            "limited": self.sum(|f| f.limited),
            "complete": self.sum(|f| f.complete),
            "labelled": self.sum(|f| f.labelled),
            "wrong": self.sum(|f| f.wrong.len()),
            "late_p95_s": self.late_s(),
            "took_s": self.took.as_secs_f64(),
        })
    }
}
