//! The processes of one run.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;
use tokio::time::Instant;

use super::cluster::Cluster;
use super::{Chaos, Engine};
use crate::server::{Carillon, Site};
use crate::wire::Client;
use crate::{connect, postgres, report};

/// Times that fit a run of a minute: pauses and leases are short, and what the faults delay is shorter still. Doubts last as long as
/// always: how late a network may show a post is a matter of the network.
const TIMES: [(&str, &str); 7] = [
    ("RETRY_S", "1,3,9"),
    ("LEASE_S", "3"),
    ("SEND_WINDOW_S", "2"),
    ("LOOK_PAUSE_S", "2"),
    ("LOOK_AT_MOST_S", "420"),
    ("BREAKER_S", "1"),
    ("BREAKER_AT_MOST_S", "3"),
];

/// When a send is over. Where nodes go by the clock of their machine, the margin for it is that of the default.
const SEND_OVER: &str = "PUBLISHING__SEND_OVER_S";

/// The database of a run on a server.
const DATABASE: &str = "chaos";

/// How many processes work on jobs where there may be several.
const WORKERS: usize = 3;

/// Where the data is.
enum Database {
    /// In a file of the only node.
    File,
    /// On a server that somebody gave; its address.
    Given(String),
    /// On servers of this run.
    Own(Box<Cluster>),
}

/// All processes.
pub struct Nodes {
    engine: Engine,
    site: Site,
    networks_site: Site,
    networks: Carillon,
    /// Where the simulated networks are.
    pub origin: String,
    port: u16,
    token: String,
    database: Database,
    /// Answers requests, where that is a process of its own.
    server: Option<Carillon>,
    /// Those that work on jobs. `None`: dead.
    workers: Vec<Option<Carillon>>,
}

impl Nodes {
    /// Starts everything, healthy.
    pub async fn start(program: &Path, chaos: &Chaos, seed: u64) -> anyhow::Result<Self> {
        let networks_site = Site::new(program)?;
        let networks = networks_site.start(&["sandbox", "--sandbox-listen", "127.0.0.1:0"]).await?;
        let origin = networks.word("sandbox")?.to_owned();
        let mut site = Site::new(program)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        settings(&mut site, &origin, port);
        let database = Database::open(chaos, seed, &mut site).await?;
        let token = site.make_owner().await?;
        let count = if chaos.database == Engine::Sqlite { 1 } else { WORKERS };
        let mut nodes = Self {
            engine: chaos.database,
            site,
            networks_site,
            networks,
            origin,
            port,
            token,
            database,
            server: None,
            workers: Vec::new(),
        };
        if chaos.database == Engine::Postgres {
            nodes.server = Some(nodes.process("serve", &[]).await?);
        }
        for index in 0..count {
            nodes.workers.push(Some(nodes.worker(index).await?));
        }
        Ok(nodes)
    }

    /// Whoever owns the workspace, by API.
    pub fn api(&self) -> anyhow::Result<Client> {
        Client::with_token(&format!("http://127.0.0.1:{}", self.port), &self.token)
    }

    /// Whoever controls the simulated networks.
    pub fn control(&self) -> anyhow::Result<Client> {
        Client::new(&self.origin)
    }

    /// The simulated server of this name.
    pub fn server_url(&self, host: &str) -> String {
        let port = self.origin.rsplit(':').next().unwrap_or_default();
        format!("http://{host}:{port}")
    }

    /// How many processes work, dead ones included.
    pub fn count(&self) -> usize {
        self.workers.len()
    }

    async fn worker(&self, index: usize) -> anyhow::Result<Carillon> {
        let role = if self.engine == Engine::Sqlite { "" } else { "worker" };
        self.process(role, &[("CARILLON_FAULTS_CLOCK", self.clock(index).display().to_string())]).await
    }

    async fn process(&self, role: &str, settings: &[(&str, String)]) -> anyhow::Result<Carillon> {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut arguments = vec!["--data", "data"];
        if role == "worker" {
            arguments.insert(0, role);
        } else {
            arguments.extend(["--listen", &listen]);
            if !role.is_empty() {
                arguments.insert(0, role);
            }
        }
        // The port may be in use for a moment by the connections of whoever died.
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            match self.site.start_with(&arguments, settings).await {
                Ok(process) => return Ok(process),
                Err(error) if Instant::now() >= end => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// Kills a worker (`kill -9`). Nothing happens to one that is dead.
    pub async fn kill(&mut self, index: usize) -> anyhow::Result<()> {
        match self.workers.get_mut(index).and_then(Option::take) {
            Some(worker) => worker.process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops or continues a worker.
    pub async fn signal(&self, index: usize, signal: &str) -> anyhow::Result<()> {
        match self.workers.get(index).and_then(Option::as_ref) {
            Some(worker) => worker.process.signal(signal).await,
            None => Ok(()),
        }
    }

    /// Whether the database is a server.
    pub fn has_server(&self) -> bool {
        !matches!(self.database, Database::File)
    }

    /// The database servers, where this run has its own.
    pub fn cluster(&mut self) -> Option<&mut Cluster> {
        match &mut self.database {
            Database::Own(cluster) => Some(cluster),
            Database::File | Database::Given(_) => None,
        }
    }

    /// Cuts every connection to the database, from its side. Nothing happens where it is a file.
    pub async fn cut_database(&self) -> anyhow::Result<()> {
        let url = match &self.database {
            Database::File => return Ok(()),
            Database::Given(url) => url.clone(),
            Database::Own(cluster) => cluster.leader(DATABASE),
        };
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        postgres::ask(&url, cut).await.map(drop)
    }

    /// Sets the wall clock of a worker's machine, which is by so many seconds wrong from now on, also after a restart.
    pub fn set_clock(&self, index: usize, wrong_by_s: i64) -> anyhow::Result<()> {
        Ok(std::fs::write(self.clock(index), format!("{wrong_by_s}\n"))?)
    }

    fn clock(&self, index: usize) -> PathBuf {
        self.site.path().join(format!("clock-{index}"))
    }

    /// Lets no file of a worker grow beyond so many bytes: its disk is full. `None`: it has room again.
    pub async fn limit_disk(&self, index: usize, bytes: Option<u64>) -> anyhow::Result<()> {
        let Some(worker) = self.workers.get(index).and_then(Option::as_ref) else { return Ok(()) };
        let pid = worker.process.pid()?.to_string();
        // The limit that counts; the one up to which it may be raised again stays.
        let limit = format!("--fsize={}:", bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string()));
        let set =
            Command::new("prlimit").args(["--pid", &pid, &limit]).status().await.context("no prlimit")?;
        ensure!(set.success(), "the size of files can't be limited");
        Ok(())
    }

    /// Bytes of the largest file among the data.
    pub fn largest_file(&self) -> anyhow::Result<u64> {
        let files = std::fs::read_dir(self.site.path().join("data"))?.flatten();
        let sizes = files.filter_map(|file| file.metadata().ok()).filter(Metadata::is_file);
        Ok(sizes.map(|file| file.len()).max().unwrap_or(0))
    }

    /// An error if a process has ended that nobody killed: whatever happens, they go on by themselves.
    pub fn all_live(&mut self) -> anyhow::Result<()> {
        let workers = self.workers.iter_mut().flatten().map(|worker| ("a worker", worker));
        for (name, carillon) in workers.chain(self.server.as_mut().map(|server| ("the server", server))) {
            if carillon.process.has_ended()? {
                let log = self.site.path().join("log");
                let log = std::fs::read_to_string(log).unwrap_or_default();
                let last: Vec<&str> = log.lines().rev().take(5).collect();
                bail!(
                    "{name} has ended by itself. The last lines of the log, newest first:\n{}",
                    last.join("\n")
                );
            }
        }
        Ok(())
    }

    /// Starts a worker that is dead.
    pub async fn revive(&mut self, index: usize) -> anyhow::Result<()> {
        ensure!(index < self.workers.len(), "there is no worker {index}");
        if self.workers[index].is_none() {
            self.workers[index] = Some(self.worker(index).await?);
        }
        Ok(())
    }

    /// Ends everything. With `keep` the folders stay, and where they are is said.
    pub async fn stop(self, keep: bool) -> anyhow::Result<()> {
        for carillon in self.workers.into_iter().flatten().chain(self.server) {
            carillon.process.stop().await?;
        }
        self.networks.process.stop().await?;
        if keep {
            let mut folders = vec![self.site.keep(), self.networks_site.keep()];
            if let Database::Own(cluster) = self.database {
                folders.push(cluster.keep().await?);
            }
            for folder in folders {
                report::complain(&format!("kept: {}", folder.display()));
            }
        }
        Ok(())
    }
}

impl Database {
    /// Makes an empty one, and tells the nodes where it is.
    async fn open(chaos: &Chaos, seed: u64, site: &mut Site) -> anyhow::Result<Self> {
        let over = if chaos.database == Engine::Sqlite { "38" } else { "8" };
        site.set(format!("CARILLON_{SEND_OVER}"), over);
        if chaos.database == Engine::Sqlite {
            site.bear_limits();
            return Ok(Self::File);
        }
        let (database, url) = match &chaos.postgres_url {
            Some(server) => {
                let name = format!("{DATABASE}_{}_{seed}", std::process::id());
                let url = postgres::new_database(server, &name).await?;
                (Self::Given(url.clone()), url)
            }
            None => {
                let cluster = Cluster::start().await?;
                postgres::new_database(&cluster.leader("postgres"), DATABASE).await?;
                let url = cluster.url(DATABASE);
                (Self::Own(Box::new(cluster)), url)
            }
        };
        site.set("CARILLON_DATABASE__URL", url);
        Ok(database)
    }
}

/// Everything that a node is told, but its role.
fn settings(site: &mut Site, origin: &str, port: u16) {
    for (name, value) in TIMES {
        site.set(format!("CARILLON_PUBLISHING__{name}"), value);
    }
    site.set("CARILLON_SERVER__PUBLIC_URL", format!("http://127.0.0.1:{port}"));
    site.set("CARILLON_LIMITS__REQUESTS_PER_MINUTE", "1000000");
    site.set("CARILLON_LIMITS__SENSITIVE_REQUESTS_PER_MINUTE", "100000");
    site.set("CARILLON_LOG__FILTER", "warn");
    connect::point_at_sandbox(site, origin);
}
