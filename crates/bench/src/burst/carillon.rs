//! Carillon itself: a process with its own database, driven by its own clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::ensure;
use carillon_domain::time::{Clock, SignedDuration};
use carillon_server::ambient::SystemClock;
use carillon_store::{Db, DbOptions, repo::job};
use serde::Deserialize;
use tokio::time::Instant;

use super::figures::{Figures, Looks, Used};
use super::fill::Filled;
use super::sink::Sink;
use super::{Load, PATIENCE};
use crate::postgres;
use crate::server::Site;

/// Measures once, on SQLite or in the empty PostgreSQL database at `database`.
pub async fn measure(
    program: &Path,
    load: Load,
    ahead: i64,
    database: Option<&str>,
) -> anyhow::Result<Figures> {
    let sink = Sink::start(load.latency).await?;
    let mut site = Site::new(program)?;
    let scenario = scenario()?;
    settings(&mut site, &scenario, &sink, database);
    let data = site.path().join("data");
    let filled = Filled::with_accounts(&scenario.platform, &data, database, load.publications).await?;
    let clock = SystemClock::new();
    // Planning takes its time, and then the process has `ahead` to prepare.
    let due = clock.now() + SignedDuration::from_secs(ahead + load.publications as i64 / 400);
    filled.plan("first", due).await?;
    filled.close().await;
    let server = match database {
        Some(url) => postgres::process(url).await?,
        None => None,
    };
    let first = Used::so_far(&[], server)?;
    let carillon = site.start_all().await?;
    let pid = [carillon.process.pid()?];
    let left = due.duration_since(clock.now());
    ensure!(left > SignedDuration::from_secs(3), "the due time came too early; use a larger --ahead");
    tokio::time::sleep(left.unsigned_abs()).await;
    let at_due = Used::so_far(&pid, server)?;
    let end = Instant::now() + PATIENCE;
    sink.wait_for(load.publications, end).await;
    let url = match database {
        Some(url) => url.to_owned(),
        None => format!("sqlite:{}", data.join("carillon.db").display()),
    };
    let db = Db::connect(&url, &DbOptions::default()).await?;
    while job::count(&db).await? > 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let whole = clock.now().duration_since(due).unsigned_abs();
    let looks = Looks { first, due: at_due, last: Used::so_far(&pid, server)? };
    db.close().await;
    carillon.process.stop().await?;
    Ok(Figures::of(load, due.as_microsecond(), whole, &sink, &looks))
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

fn settings(site: &mut Site, scenario: &Scenario, sink: &Sink, database: Option<&str>) {
    let sink = format!("http://{}", sink.address);
    for (name, value) in &scenario.settings {
        let platform = scenario.platform.to_uppercase();
        site.set(format!("CARILLON_PLATFORMS__{platform}__{name}"), value.replace("{sink}", &sink));
    }
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    site.set("CARILLON_LOG__FILTER", "warn");
    if let Some(url) = database {
        site.set("CARILLON_DATABASE__URL", url);
    }
}
