//! How long the pages with numbers take, in a workspace with years of them, and whether ten times as much history makes them slower.
//!
//! The program runs as a process of its own and is asked over HTTP, one page after the other, as a browser asks for them.

mod fill;
mod pages;

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use carillon_domain::time::SignedDuration;
use carillon_store::Db;
use carillon_store::bulk::{self, history};
use clap::Args;
use serde::Deserialize;

use self::fill::Filled;
use self::pages::Times;
use crate::postgres;
use crate::report::complain;
use crate::server::Site;

/// What is measured, and what is expected. `bench/analytics.json` has it.
#[derive(Debug, Clone, Deserialize)]
struct Plan {
    /// Accounts of the workspace.
    accounts: usize,
    /// Days of history.
    days: usize,
    /// Days that are made; the others are copies of them.
    block_days: usize,
    /// Posts in all these days.
    posts: usize,
    /// How many times as much history there is at the second measurement.
    grown: usize,
    /// How often each page is opened.
    requests: usize,
    /// Most milliseconds that 95 of 100 pages take.
    goal_ms: f64,
    /// How many times as long they may take with more history.
    goal_growth: f64,
}

impl Plan {
    /// How often the made days are there, made once and copied, in so many days.
    fn blocks(&self, days: usize) -> usize {
        days.div_ceil(self.block_days).max(1)
    }

    fn posts_of_block(&self) -> usize {
        self.posts.div_ceil(self.blocks(self.days))
    }

    fn block(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::try_from(self.block_days).unwrap_or(1))
    }
}

/// Opens pages over years of numbers
#[derive(Debug, Args)]
pub struct Analytics {
    /// A PostgreSQL server on which databases may be made; without it only SQLite is measured
    #[arg(long, env = "CARILLON_BENCH_POSTGRES_URL", value_name = "URL")]
    postgres_url: Option<String>,
    /// Accounts, instead of what bench/analytics.json says
    #[arg(long)]
    accounts: Option<usize>,
    /// Days of history
    #[arg(long)]
    days: Option<usize>,
    /// Posts in these days
    #[arg(long)]
    posts: Option<usize>,
    /// How many times as much history at the second measurement; 1: there is none
    #[arg(long)]
    grown: Option<usize>,
    /// How often each page is opened
    #[arg(long)]
    requests: Option<usize>,
}

/// Measures, and prints a line for each page, engine and amount of history; whether all goals were met.
///
/// # Errors
/// When something could not be measured.
pub async fn run(program: &Path, asked: &Analytics, out: &mut impl Write) -> anyhow::Result<bool> {
    let mut plan: Plan = serde_json::from_str(include_str!("../../../../bench/analytics.json"))?;
    plan.accounts = asked.accounts.unwrap_or(plan.accounts);
    plan.days = asked.days.unwrap_or(plan.days);
    plan.posts = asked.posts.unwrap_or(plan.posts);
    plan.grown = asked.grown.unwrap_or(plan.grown);
    plan.requests = asked.requests.unwrap_or(plan.requests);
    let mut met = measure(program, &plan, None, out).await.context("SQLite")?;
    let Some(server) = &asked.postgres_url else {
        complain("no --postgres-url: nothing is measured on PostgreSQL");
        return Ok(met);
    };
    let name = format!("analytics_{}", std::process::id());
    let database = postgres::new_database(server, &name).await?;
    let done = measure(program, &plan, Some(&database), out).await.context("PostgreSQL");
    let dropped = postgres::drop_database(&database).await;
    met &= done?;
    dropped.map(|()| met)
}

async fn measure(
    program: &Path,
    plan: &Plan,
    database: Option<&str>,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let engine = if database.is_some() { "postgres" } else { "sqlite" };
    let mut site = Site::new(program)?;
    // Nothing but the pages is measured: no network is asked, and nobody is told to come back later.
    site.set("CARILLON_FEATURES__SCHEDULED_READING", "false");
    site.set("CARILLON_LIMITS__REQUESTS_PER_MINUTE", "1000000");
    if let Some(url) = database {
        site.set("CARILLON_DATABASE__URL", url);
    }
    let filled = Filled::new(&site, database, plan).await?;
    let mut copied = 1;
    let mut met = true;
    let mut before: Option<Times> = None;
    for days in [plan.days, plan.days * plan.grown] {
        if before.is_some() && plan.grown <= 1 {
            break;
        }
        complain(&format!("{engine}: {days} days of history"));
        let db = Db::open(&filled.database).await?;
        while copied < plan.blocks(days) {
            let times = i32::try_from(copied).context("too much history")?;
            history::copy(&db, filled.block, plan.block() * times).await?;
            copied += 1;
        }
        bulk::settle(&db).await?;
        let size = history::size(&db, filled.block.workspace).await?;
        db.close().await;
        let times = Times::measure(&site, &filled, plan.requests).await?;
        for page in times.all() {
            writeln!(
                out,
                "analytics engine={engine} days={days} accounts={} posts={} points={} {page}",
                plan.accounts, size.posts, size.points
            )?;
        }
        met &= times.judge(plan, before.as_ref(), out)?;
        before = Some(times);
    }
    Ok(met)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_small_history_is_made_grown_and_measured() {
        let Some(program) = crate::server::built("a_small_history_is_made_grown_and_measured") else {
            return;
        };
        let asked = Analytics {
            postgres_url: None,
            accounts: Some(2),
            days: Some(30),
            posts: Some(100),
            grown: Some(2),
            requests: Some(3),
        };
        let mut out = Vec::new();
        run(&program, &asked, &mut out).await.expect("measured");
        let said = String::from_utf8(out).expect("text");
        let lines: Vec<_> = said.lines().filter(|line| line.starts_with("analytics ")).collect();
        assert_eq!(lines.len(), 6, "{said}");
        assert!(lines[0].contains("days=30 accounts=2 posts=100 "), "{said}");
        assert!(lines[5].contains("days=60 accounts=2 posts=200 "), "{said}");
    }
}
