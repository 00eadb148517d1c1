//! What tests run that comes from npm: third-party servers on loopback, and tools. Versions are pinned by the lock file
//! beside each `package.json` under `bench/`; the installed copy lives under `target/` and is kept while lock and Node
//! stay the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::command::{read, run};

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// One of them.
pub struct Peer {
    /// What its installed copy is called.
    name: &'static str,
    /// Where its manifests are.
    folder: &'static str,
    /// What it is and what for.
    pub what: &'static str,
    /// The variable that tells the tests where its packages are.
    pub variable: &'static str,
}

/// A Bluesky server with its directory.
pub const BLUESKY: Peer = Peer {
    name: "bluesky-pds",
    folder: "bench/peers/bluesky-pds",
    what: "a Bluesky server (npm packages, about 360 MB, two minutes): the connector's third-party test",
    variable: "CARILLON_TEST_PDS_DIR",
};

/// Checks of accessibility. MPL-2.0: run as it is, changed nowhere, given to nobody.
const AXE: Peer = Peer {
    name: "axe",
    folder: "bench/peers/axe",
    what: "axe-core (npm package): the browser tests' checks of accessibility",
    variable: "CARILLON_TEST_AXE_DIR",
};

/// Job queues and the Node that runs them; only the benchmark of bursts needs them.
pub const QUEUES: Peer = Peer {
    name: "queues",
    folder: "bench/publish/peers",
    what: "BullMQ, pg-boss, graphile-worker and Node 22 (npm packages): what bursts are compared with",
    variable: "CARILLON_BENCH_QUEUES_DIR",
};

/// What looks at pages as search engines and phones do; only the benchmark of pages needs it.
pub const LIGHTHOUSE: Peer = Peer {
    name: "lighthouse",
    folder: "bench/peers/lighthouse",
    what: "Lighthouse, puppeteer-core and Node 22 (npm packages, about 360 MB): what pages are measured with",
    variable: "CARILLON_BENCH_LIGHTHOUSE_DIR",
};

/// All that the tests need.
pub const ALL: &[Peer] = &[BLUESKY, AXE];

impl Peer {
    fn source(&self, root: &Path) -> PathBuf {
        root.join(self.folder)
    }

    fn target(&self, root: &Path) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("peers").join(self.name)
    }

    /// Where Node finds its packages.
    pub fn modules(&self, root: &Path) -> PathBuf {
        self.target(root).join("node_modules")
    }

    /// Whether what is installed is what the lock file asks for, built for the Node that is here.
    pub fn is_installed(&self, root: &Path) -> bool {
        let stamp = std::fs::read_to_string(self.target(root).join("installed")).ok();
        stamp.is_some() && stamp == self.stamp_now(root).ok()
    }

    /// Installs it unless it is there.
    pub fn install(&self, root: &Path) -> anyhow::Result<()> {
        if self.is_installed(root) {
            return Ok(());
        }
        let folder = self.target(root);
        println!("Installing into {}: {}", folder.display(), self.what);
        std::fs::create_dir_all(&folder)?;
        for name in MANIFESTS {
            std::fs::copy(self.source(root).join(name), folder.join(name))
                .with_context(|| format!("could not copy {name}"))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        if Path::new("/usr/include/node/node.h").is_file() {
            // The headers of this Node are here; without this, node-gyp would fetch them.
            npm.env("npm_config_nodedir", "/usr");
        }
        run(&mut npm).with_context(|| format!("could not be installed: {}", self.what))?;
        std::fs::write(folder.join("installed"), self.stamp_now(root)?)?;
        Ok(())
    }

    fn stamp_now(&self, root: &Path) -> anyhow::Result<String> {
        let node = read(Command::new("node").arg("--version"))?;
        let lock = std::fs::read_to_string(self.source(root).join("package-lock.json"))?;
        Ok(format!("{node}\n{lock}"))
    }
}
