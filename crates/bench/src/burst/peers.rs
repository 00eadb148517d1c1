//! Job queues that do the same work to the same kind of sink: one call and one durable record for each job, by two worker
//! processes with 50 calls in flight each. What they run is in `bench/publish/peers`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use carillon_domain::time::{Clock, SignedDuration};
use carillon_server::ambient::SystemClock;
use tokio::process::Command;
use tokio::time::Instant;

use super::figures::{Figures, Looks, Used};
use super::sink::Sink;
use super::{Load, PATIENCE};
use crate::postgres;
use crate::server::Process;

/// Worker processes.
const WORKERS: usize = 2;

/// Where the scripts are.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/publish/peers");

/// How Debian gets the server of BullMQ.
const GET_REDIS: &str = "apt-get update && apt-get install -y --no-install-recommends redis-server";

/// Packages whose versions are told with the figures.
const PACKAGES: [&str; 5] = ["bullmq", "ioredis", "pg-boss", "graphile-worker", "node"];

/// A job queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// BullMQ on Redis.
    BullMq,
    /// pg-boss on PostgreSQL.
    PgBoss,
    /// graphile-worker on PostgreSQL.
    GraphileWorker,
}

impl Peer {
    /// Its name, which its script has too.
    pub fn name(self) -> &'static str {
        match self {
            Self::BullMq => "bullmq",
            Self::PgBoss => "pg-boss",
            Self::GraphileWorker => "graphile-worker",
        }
    }
}

/// What a peer keeps its jobs in, for one run.
struct Store {
    url: String,
    /// The server's process, if it runs on this machine.
    pid: Option<u32>,
    /// The server itself with its data, if it was started for this run.
    own: Option<(Process, tempfile::TempDir)>,
}

impl Store {
    async fn start(peer: Peer, postgres_url: Option<&str>) -> anyhow::Result<Self> {
        if peer == Peer::BullMq {
            return redis().await;
        }
        let server = postgres_url.context("--postgres-url is missing")?;
        let url = postgres::new_database(server, &format!("burst_{}", std::process::id())).await?;
        Ok(Self { pid: postgres::process(&url).await?, url, own: None })
    }

    async fn end(self) -> anyhow::Result<()> {
        match self.own {
            Some((process, _folder)) => process.stop().await,
            None => postgres::drop_database(&self.url).await,
        }
    }
}

/// A Redis that answers only when what it was told is on the disk.
async fn redis() -> anyhow::Result<Store> {
    let folder = tempfile::Builder::new().prefix("carillon-bench-redis-").tempdir()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "yes"]);
    command.args(["--appendfsync", "always", "--dir"]).arg(folder.path()).current_dir(folder.path());
    let ready = |line: &str| line.contains("Ready to accept connections");
    let process = Process::start(&mut command, &folder.path().join("log"), ready).await;
    let process = process.with_context(|| format!("redis-server, which Debian has: {GET_REDIS}"))?;
    let (url, pid) = (format!("redis://127.0.0.1:{port}"), Some(process.pid()?));
    Ok(Store { url, pid, own: Some((process, folder)) })
}

/// The scripts beside the packages, as Node wants it.
struct Scripts {
    folder: tempfile::TempDir,
    node: PathBuf,
}

impl Scripts {
    fn beside(packages: &Path) -> anyhow::Result<Self> {
        let node = packages.join(".bin/node");
        ensure!(
            node.is_file(),
            "no packages in {} (cargo xtask bench publish --install)",
            packages.display()
        );
        let folder = tempfile::Builder::new().prefix("carillon-bench-queue-").tempdir()?;
        std::os::unix::fs::symlink(packages.canonicalize()?, folder.path().join("node_modules"))?;
        for entry in std::fs::read_dir(SCRIPTS).context("the scripts of the peers")? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "mjs") {
                std::fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
            }
        }
        Ok(Self { folder, node: node.canonicalize()? })
    }

    async fn start(&self, peer: Peer, arguments: &[&str]) -> anyhow::Result<Process> {
        let mut command = Command::new(&self.node);
        command.arg(format!("{}.mjs", peer.name())).args(arguments).current_dir(self.folder.path());
        let log = self.folder.path().join("log");
        let process = Process::start(&mut command, &log, |line| line == "ready").await;
        process.with_context(|| format!("{} {}", peer.name(), arguments.first().unwrap_or(&"")))
    }
}

/// Measures a peer once.
pub async fn measure(
    peer: Peer,
    load: Load,
    packages: &Path,
    postgres_url: Option<&str>,
) -> anyhow::Result<Figures> {
    let scripts = Scripts::beside(packages)?;
    let store = Store::start(peer, postgres_url).await?;
    let done = burst(peer, load, &scripts, &store).await;
    store.end().await?;
    done
}

async fn burst(peer: Peer, load: Load, scripts: &Scripts, store: &Store) -> anyhow::Result<Figures> {
    let sink = Sink::start(load.latency).await?;
    let clock = SystemClock::new();
    // Planning takes its time; the workers start after it.
    let due = clock.now() + SignedDuration::from_secs(12 + load.publications as i64 / 1_000);
    let (count, at) = (load.publications.to_string(), due.as_millisecond().to_string());
    let mut planner = scripts.start(peer, &["fill", &store.url, &count, &at]).await?;
    let address = format!("http://{}/2/tweets", sink.address);
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(scripts.start(peer, &["work", &store.url, &address]).await?);
    }
    let pids = workers.iter().map(Process::pid).collect::<anyhow::Result<Vec<u32>>>()?;
    let first = Used::so_far(&pids, store.pid)?;
    let left = due.duration_since(clock.now());
    ensure!(left > SignedDuration::from_secs(2), "planning took too long for the due time");
    tokio::time::sleep(left.unsigned_abs()).await;
    let at_due = Used::so_far(&pids, store.pid)?;
    let end = Instant::now() + PATIENCE;
    if sink.wait_for(load.publications, end).await {
        planner.say("seen").await?;
        let rest = end.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
        tokio::time::timeout(rest, planner.hear("done")).await.context("not recorded in time")??;
    }
    let whole = clock.now().duration_since(due).unsigned_abs();
    let looks = Looks { first, due: at_due, last: Used::so_far(&pids, store.pid)? };
    for process in workers {
        process.stop().await?;
    }
    planner.stop().await?;
    Ok(Figures::of(load, |_| due, whole, &sink, &looks))
}

/// What is measured, and its versions.
pub async fn versions(packages: &Path, postgres_url: Option<&str>) -> anyhow::Result<String> {
    let mut said = Vec::new();
    for name in PACKAGES {
        let Ok(text) = std::fs::read_to_string(packages.join(name).join("package.json")) else { continue };
        let package: serde_json::Value = serde_json::from_str(&text)?;
        said.push(format!("{name}={}", package["version"].as_str().unwrap_or("?")));
    }
    if let Ok(redis) = Command::new("redis-server").arg("--version").output().await {
        let words = String::from_utf8_lossy(&redis.stdout).into_owned();
        let version = words.split_whitespace().find_map(|word| word.strip_prefix("v="));
        said.push(format!("redis={}", version.unwrap_or("?")));
    }
    if let Some(url) = postgres_url {
        let version = postgres::ask(url, "show server_version").await?;
        said.push(format!("postgresql={}", version.split(' ').next().unwrap_or("?")));
    }
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    said.push(format!("processors={processors}"));
    Ok(said.join(" "))
}
