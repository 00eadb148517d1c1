//! Other people's servers, measured in the same run, so that a figure can be read as a ratio on any machine.
//!
//! - `python3 -m http.server`: no framework, no database, no templates; about the least that a scripting language's server
//!   can do before its first answer.
//! - Bluesky's PDS on Node with its PLC directory, as `bench/peers/bluesky-pds` runs it: a self-hosted server of the same
//!   field, with an API, a job loop and SQLite.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::Instant;

use crate::Plan;
use crate::server::Process;
use crate::wire::Client;

/// A peer that has given its first answer.
pub struct Started {
    /// The process.
    pub process: Process,
    /// From its start to the last byte of its first answer.
    pub took: Duration,
}

/// Python's own server, on an empty folder.
pub async fn python(folder: &Path) -> anyhow::Result<Started> {
    // What is called python3 may be a script that looks for the right one.
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().await?;
    let program = String::from_utf8(found.stdout)?;
    let mut command = Command::new(program.trim());
    command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]).current_dir(folder);
    let began = Instant::now();
    let process = Process::start(&mut command, &folder.join("log"), |line| line.contains("(http://")).await?;
    let url = process.ready.split(['(', ')']).nth(1).context("no address")?;
    first_answer(url, "/", began).await.map(|took| Started { took, process })
}

/// Bluesky's PDS, if its packages are there.
pub async fn pds(plan: &Plan, folder: &Path) -> anyhow::Result<Started> {
    ensure!(plan.pds.is_dir(), "no packages in {} (cargo xtask test --install)", plan.pds.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/peers/bluesky-pds/start.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(plan.pds.canonicalize()?).arg(folder.join("pds-data")).current_dir(folder);
    let began = Instant::now();
    let process = Process::start(&mut command, &folder.join("log"), |line| line.contains("pds_url")).await?;
    let said: serde_json::Value = serde_json::from_str(&process.ready)?;
    let url = said["pds_url"].as_str().context("no address")?;
    first_answer(url, "/xrpc/_health", began).await.map(|took| Started { took, process })
}

async fn first_answer(url: &str, path: &str, began: Instant) -> anyhow::Result<Duration> {
    Client::new(url)?.page(path).await?;
    Ok(began.elapsed())
}
