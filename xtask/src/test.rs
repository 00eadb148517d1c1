//! `cargo xtask test`: everything the tests need, then the tests.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::command::{self, root};
use crate::needs::{self, Found};
use crate::peers;
use crate::postgres::Postgres;
use crate::skips;

#[derive(Default)]
struct Options {
    install: bool,
    no_skips: bool,
    nextest: Vec<String>,
}

fn parse(arguments: &[String]) -> anyhow::Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--install" => options.install = true,
            "--no-skips" => options.no_skips = true,
            "--" => options.nextest = rest.by_ref().cloned().collect(),
            other => bail!("`cargo xtask test` has no argument `{other}`; filters for nextest go after `--`"),
        }
    }
    Ok(options)
}

/// Runs the command; whether every test passed.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let options = parse(arguments)?;
    let root = root();
    let Some(found) = needs::gather(&root, options.install)? else { return Ok(false) };

    let postgres = Postgres::start(&found.postgres)?;
    println!("PostgreSQL for the tests is at {}", postgres.url());
    let log = std::env::temp_dir().join(format!("carillon-test-skips-{}", std::process::id()));
    std::fs::write(&log, "")?;

    let mut nextest = cargo(&found, &postgres, &log);
    nextest.args(["nextest", "run"]).args(&options.nextest);
    if !options.nextest.iter().any(|argument| argument == "-p" || argument == "--package") {
        nextest.arg("--workspace");
    }
    let mut passed = nextest.status()?.success();
    // A filter asks for some tests; the examples in the docs are not among them.
    if passed && options.nextest.is_empty() {
        println!("Examples in the documentation:");
        let mut doc = cargo(&found, &postgres, &log);
        passed = doc.args(["test", "--quiet", "--doc", "--workspace"]).status()?.success();
    }

    let skipped = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(&log);
    let complete = skips::parse(&skipped).report(options.no_skips);
    println!("{}", if passed && complete { "All tests passed." } else { "The tests did not pass." });
    Ok(passed && complete)
}

/// Cargo with what tests learn from their environment. `CARILLON_SPECS` is inherited as it is.
fn cargo(found: &Found, postgres: &Postgres, skip_log: &Path) -> Command {
    let mut cargo = command::cargo();
    cargo
        .env("CARILLON_TEST_POSTGRES_URL", postgres.url())
        .env("CARILLON_TEST_CHROMIUM", &found.chromium)
        .env("CARILLON_TEST_NODE", &found.node)
        .env("CARILLON_SKIP_LOG", skip_log)
        .envs(peers::ALL.iter().map(|peer| (peer.variable, peer.modules(&root()))));
    cargo
}
