//! `cargo xtask bench`: a release build, measured by `carillon-bench`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::command::{self, root};
use crate::postgres::Postgres;
use crate::{needs, peers};

/// Name of the variable that says where the Bluesky server's packages are.
const PDS: &str = "CARILLON_TEST_PDS_DIR";

/// Runs the command; whether every goal was met.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let what = arguments.split_first().map(|(what, rest)| (what.as_str(), rest));
    match what {
        Some(("publish", rest)) => return publish(rest),
        Some(("insight", rest)) => return insight(rest),
        Some(("analytics", rest)) => return analytics(rest),
        Some(("pages", rest)) => return pages(rest),
        _ => {}
    }
    let root = root();
    let release = build(&["--release"])?;
    let mut bench = Command::new(release.join("carillon-bench"));
    bench.current_dir(&root).arg("--carillon").arg(release.join("carillon"));
    if std::env::var_os(PDS).is_none() && peers::BLUESKY.is_installed(&root) {
        bench.env(PDS, peers::BLUESKY.modules(&root));
    }
    let all = [String::from("all")];
    bench.args(if arguments.is_empty() { &all } else { arguments });
    Ok(bench.status()?.success())
}

/// The environment variable with a PostgreSQL server to measure on.
const DURABLE_POSTGRES: &str = "CARILLON_BENCH_POSTGRES_URL";

/// What `carillon-bench publish` measures of Carillon alone.
const ALONE: [&str; 5] = ["--kill", "--light", "--grown", "--workers", "--floor"];

/// Compares bursts with those of job queues, or measures one thing of Carillon alone; whether it published everything exactly once.
fn publish(arguments: &[String]) -> anyhow::Result<bool> {
    let root = root();
    let (install, rest): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|a| *a == "--install");
    let alone = rest.iter().any(|argument| {
        ALONE.iter().any(|what| {
            argument.strip_prefix(what).is_some_and(|value| value.is_empty() || value.starts_with('='))
        })
    });
    if !alone && !needs::queues(&root, !install.is_empty())? {
        return Ok(false);
    }
    let release = build(&["--release"])?;
    let mut bench = Command::new(release.join("carillon-bench"));
    bench.current_dir(&root).arg("--carillon").arg(release.join("carillon")).arg("publish");
    if !alone {
        bench.arg("--compare");
    }
    bench.args(rest);
    if std::env::var_os(peers::QUEUES.variable).is_none() {
        bench.env(peers::QUEUES.variable, peers::QUEUES.modules(&root));
    }
    with_postgres(&mut bench)
}

/// Name of the variable that says where the browser is.
const CHROMIUM: &str = "CARILLON_TEST_CHROMIUM";

/// Measures pages by bytes, by the server's time and in a browser; whether every goal was met.
fn pages(arguments: &[String]) -> anyhow::Result<bool> {
    let root = root();
    let (install, rest): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|a| *a == "--install");
    let Some(chromium) = needs::pages(&root, !install.is_empty())? else { return Ok(false) };
    let release = build(&["--release"])?;
    let mut bench = Command::new(release.join("carillon-bench"));
    bench.current_dir(&root).arg("--carillon").arg(release.join("carillon")).arg("pages").args(rest);
    if std::env::var_os(CHROMIUM).is_none() {
        bench.env(CHROMIUM, chromium);
    }
    let packages = peers::LIGHTHOUSE.variable;
    if std::env::var_os(packages).is_none() {
        bench.env(packages, peers::LIGHTHOUSE.modules(&root));
    }
    Ok(bench.status()?.success())
}

/// Opens the pages with numbers over years of history; whether they were fast enough.
fn analytics(arguments: &[String]) -> anyhow::Result<bool> {
    let release = build(&["--release"])?;
    let mut bench = Command::new(release.join("carillon-bench"));
    bench
        .current_dir(root())
        .arg("--carillon")
        .arg(release.join("carillon"))
        .arg("analytics")
        .args(arguments);
    with_postgres(&mut bench)
}

/// Runs it beside a PostgreSQL whose commits are durable, a new one unless the environment names one; whether it met its goals.
fn with_postgres(bench: &mut Command) -> anyhow::Result<bool> {
    if std::env::var_os(DURABLE_POSTGRES).is_some() {
        return Ok(bench.status()?.success());
    }
    let programs = needs::postgres_folder().context("PostgreSQL is missing")?;
    let postgres = Postgres::start_durable(&programs)?;
    Ok(bench.env(DURABLE_POSTGRES, postgres.url()).status()?.success())
}

/// Checks the model of the publishing protocol; whether it held, and every broken variant broke.
pub fn model(arguments: &[String]) -> anyhow::Result<bool> {
    let mut cargo = command::cargo();
    cargo.current_dir(root()).args(["run", "--quiet", "--package", "carillon-bench", "--", "model"]);
    Ok(cargo.args(arguments).status()?.success())
}

/// Judges recommended times against known audiences, without a server; whether every goal was met.
fn insight(arguments: &[String]) -> anyhow::Result<bool> {
    let mut cargo = command::cargo();
    cargo.current_dir(root()).args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "carillon-bench",
        "--",
        "insight",
    ]);
    Ok(cargo.args(arguments).status()?.success())
}

/// Runs the chaos runner; whether every promise was kept.
pub fn chaos(arguments: &[String]) -> anyhow::Result<bool> {
    let (debug, rest): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|a| *a == "--debug");
    // A release has no faults of its own, such as a wrong clock, unless it is asked for them.
    let faults = ["--release", "--features", "carillon-server/faults"];
    let folder = build(if debug.is_empty() { &faults } else { &[] })?;
    let mut chaos = Command::new(folder.join("carillon-bench"));
    chaos.current_dir(root()).arg("--carillon").arg(folder.join("carillon")).arg("chaos").args(&rest);
    Ok(chaos.status()?.success())
}

/// Builds the server and what measures it, and gives the folder of both.
fn build(arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let mut cargo = command::cargo();
    cargo.arg("build").args(arguments).args(["-p", "carillon-server", "-p", "carillon-bench"]);
    command::run(&mut cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join(if arguments.is_empty() { "debug" } else { "release" }))
}
