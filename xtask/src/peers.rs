//! Third-party servers that run on loopback, from npm. Versions are pinned by the lock file beside each `package.json`
//! under `bench/peers/`; the installed copy lives under `target/` and is kept while lock and Node stay the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::command::{read, run};

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

fn source(root: &Path) -> PathBuf {
    root.join("bench/peers/bluesky-pds")
}

fn target(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    target.join("peers/bluesky-pds")
}

/// Where Node finds the server's packages.
pub fn modules(root: &Path) -> PathBuf {
    target(root).join("node_modules")
}

/// Whether what is installed is what the lock file asks for, built for the Node that is here.
pub fn is_installed(root: &Path) -> bool {
    let stamp = std::fs::read_to_string(target(root).join("installed")).ok();
    stamp.is_some() && stamp == stamp_now(root).ok()
}

/// Installs the server unless it is there.
pub fn install(root: &Path) -> anyhow::Result<()> {
    if is_installed(root) {
        return Ok(());
    }
    let folder = target(root);
    println!("Installing the Bluesky server into {} (about two minutes)", folder.display());
    std::fs::create_dir_all(&folder)?;
    for name in MANIFESTS {
        std::fs::copy(source(root).join(name), folder.join(name))
            .with_context(|| format!("could not copy {name}"))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    if Path::new("/usr/include/node/node.h").is_file() {
        // The headers of this Node are here; without this, node-gyp would fetch them.
        npm.env("npm_config_nodedir", "/usr");
    }
    run(&mut npm)?;
    std::fs::write(folder.join("installed"), stamp_now(root)?)?;
    Ok(())
}

fn stamp_now(root: &Path) -> anyhow::Result<String> {
    let node = read(Command::new("node").arg("--version"))?;
    let lock = std::fs::read_to_string(source(root).join("package-lock.json"))?;
    Ok(format!("{node}\n{lock}"))
}
