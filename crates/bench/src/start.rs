//! From the start of the process to the last byte of the first page.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::Instant;

use crate::Plan;
use crate::peers;
use crate::report::{Report, Section};
use crate::server::Site;

/// Seconds.
const GOAL: f64 = 0.5;
/// The Bluesky server takes seconds.
const PEER_RUNS: u16 = 3;

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("start");
    let fresh = times(plan.runs, || async { first_page(&Site::new(&plan.carillon)?).await }).await?;
    section.hold("new data folder, median", median(&fresh), "s", GOAL);
    section.tell("new data folder, worst", worst(&fresh), "s");

    let mut site = Site::new(&plan.carillon)?;
    site.make_owner().await?;
    let known = times(plan.runs, || first_page(&site)).await?;
    section.hold("existing data folder, median", median(&known), "s", GOAL);
    section.tell("existing data folder, worst", worst(&known), "s");

    // A copy, so that nobody else's pages are dropped.
    let copy = site.path().join("carillon");
    std::fs::copy(&plan.carillon, &copy).context("the program can't be copied")?;
    site.use_program(&copy);
    match times(plan.runs, || from_disk(&site, &copy)).await {
        Ok(cold) => {
            section.hold("existing, program read from the disk, median", median(&cold), "s", GOAL);
            section.tell("existing, program read from the disk, worst", worst(&cold), "s");
        }
        Err(error) => section.note(format!("Not measured with the program read from the disk: {error:#}")),
    }

    let ours = median(&known);
    let folder = tempfile::tempdir()?;
    let python = times(plan.runs, || async { Ok(peers::python(folder.path()).await?.took) }).await;
    peer(&mut section, "python3 -m http.server", python, ours);
    let pds = times(PEER_RUNS, || async {
        let folder = tempfile::tempdir()?;
        Ok(peers::pds(plan, folder.path()).await?.took)
    });
    peer(&mut section, "Bluesky PDS on Node", pds.await, ours);
    Ok(())
}

fn peer(section: &mut Section<'_>, name: &str, times: anyhow::Result<Vec<Duration>>, ours: f64) {
    match times {
        Ok(times) => {
            let theirs = median(&times);
            section.tell(format!("peer: {name}, median"), theirs, "s");
            section.tell(format!("carillon (existing data folder) to {name}"), ours / theirs, "times");
        }
        Err(error) => section.note(format!("Peer {name} left out: {error:#}")),
    }
}

async fn times<F, T>(runs: u16, mut one: F) -> anyhow::Result<Vec<Duration>>
where
    F: FnMut() -> T,
    T: Future<Output = anyhow::Result<Duration>>,
{
    let mut list = Vec::new();
    for _ in 0..runs {
        list.push(one().await?);
    }
    list.sort();
    Ok(list)
}

fn median(sorted: &[Duration]) -> f64 {
    sorted.get(sorted.len() / 2).map_or(f64::NAN, Duration::as_secs_f64)
}

fn worst(sorted: &[Duration]) -> f64 {
    sorted.last().map_or(f64::NAN, Duration::as_secs_f64)
}

/// The page that a person sees first: the set-up form of a new server, the sign-in form of another.
async fn first_page(site: &Site) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let carillon = site.start_all().await?;
    let browser = carillon.browser()?;
    let page = match carillon.word("setup") {
        Ok(link) => browser.page(link).await?,
        Err(_) => browser.page("/sign-in").await?,
    };
    let took = began.elapsed();
    ensure!(page.text()?.contains("type=\"password\""), "the first page has no form");
    carillon.process.stop().await?;
    Ok(took)
}

/// The same, with the program's file dropped from the page cache before.
async fn from_disk(site: &Site, program: &Path) -> anyhow::Result<Duration> {
    ensure!(Command::new("sync").arg(program).status().await?.success(), "sync failed");
    let mut dd = Command::new("dd");
    dd.arg(format!("if={}", program.display())).args(["iflag=nocache", "count=0", "status=none"]);
    ensure!(dd.status().await?.success(), "dd can't drop a file from the page cache");
    first_page(site).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_end_of_sorted_times() {
        let times = [1, 2, 9].map(Duration::from_secs);
        assert!((median(&times) - 2.0).abs() < 1e-9);
        assert!((worst(&times) - 9.0).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }
}
