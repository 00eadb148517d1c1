//! `cargo xtask bench`: a release build, measured by `carillon-bench`.

use std::process::Command;

use crate::command::{self, root};
use crate::peers;

/// Name of the variable that says where the Bluesky server's packages are.
const PDS: &str = "CARILLON_TEST_PDS_DIR";

/// Runs the command; whether every goal was met.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let root = root();
    let mut cargo = command::cargo();
    cargo.args(["build", "--release", "-p", "carillon-server", "-p", "carillon-bench"]);
    command::run(&mut cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let release = target.join("release");
    let mut bench = Command::new(release.join("carillon-bench"));
    bench.current_dir(&root).arg("--carillon").arg(release.join("carillon"));
    if std::env::var_os(PDS).is_none() && peers::BLUESKY.is_installed(&root) {
        bench.env(PDS, peers::BLUESKY.modules(&root));
    }
    let all = [String::from("all")];
    bench.args(if arguments.is_empty() { &all } else { arguments });
    Ok(bench.status()?.success())
}

/// Checks the model of the publishing protocol; whether it held, and every broken variant broke.
pub fn model(arguments: &[String]) -> anyhow::Result<bool> {
    let mut cargo = command::cargo();
    cargo.current_dir(root()).args(["run", "--quiet", "--package", "carillon-bench", "--", "model"]);
    Ok(cargo.args(arguments).status()?.success())
}
