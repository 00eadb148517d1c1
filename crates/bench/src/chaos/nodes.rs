//! The processes of one run.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use carillon_connectors::Registry;
use tokio::time::Instant;

use super::{Chaos, Engine};
use crate::server::{Carillon, Site};
use crate::wire::Client;
use crate::{postgres, report};

/// Times that fit a run of a minute: pauses and leases are short, and what the faults delay is shorter still. Doubts last as long as
/// always: how late a network may show a post is a matter of the network.
const TIMES: [(&str, &str); 8] = [
    ("RETRY_S", "1,3,9"),
    ("LEASE_S", "3"),
    ("SEND_WINDOW_S", "2"),
    ("SEND_OVER_S", "8"),
    ("LOOK_PAUSE_S", "2"),
    ("LOOK_AT_MOST_S", "420"),
    ("BREAKER_S", "1"),
    ("BREAKER_AT_MOST_S", "3"),
];

/// How many processes work on jobs where there may be several.
const WORKERS: usize = 3;

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
    /// The database, where it is a server.
    database: Option<String>,
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
        let mut database = None;
        if chaos.database == Engine::Postgres {
            let server = chaos.postgres_url.as_deref().context("--postgres-url is missing")?;
            let url = postgres::new_database(server, &format!("chaos_{}_{seed}", std::process::id())).await?;
            site.set("CARILLON_DATABASE__URL", url.clone());
            database = Some(url);
        }
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
            nodes.server = Some(nodes.process("serve").await?);
        }
        for _ in 0..count {
            nodes.workers.push(Some(nodes.worker().await?));
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

    async fn worker(&self) -> anyhow::Result<Carillon> {
        match self.engine {
            Engine::Sqlite => self.process("").await,
            Engine::Postgres => self.process("worker").await,
        }
    }

    async fn process(&self, role: &str) -> anyhow::Result<Carillon> {
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
            match self.site.start(&arguments).await {
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
        self.database.is_some()
    }

    /// Cuts every connection to the database, from its side. Nothing happens where it is a file.
    pub async fn cut_database(&self) -> anyhow::Result<()> {
        let Some(url) = &self.database else { return Ok(()) };
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        postgres::ask(url, cut).await.map(drop)
    }

    /// Starts a worker that is dead.
    pub async fn revive(&mut self, index: usize) -> anyhow::Result<()> {
        ensure!(index < self.workers.len(), "there is no worker {index}");
        if self.workers[index].is_none() {
            self.workers[index] = Some(self.worker().await?);
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
            let folders = [self.site.keep(), self.networks_site.keep()];
            for folder in folders {
                report::complain(&format!("kept: {}", folder.display()));
            }
        }
        Ok(())
    }
}

/// Everything that a node is told, but its role.
fn settings(site: &mut Site, origin: &str, port: u16) {
    for (name, value) in TIMES {
        site.set(format!("CARILLON_PUBLISHING__{name}"), value);
    }
    site.set("CARILLON_SERVER__PUBLIC_URL", format!("http://127.0.0.1:{port}"));
    site.set("CARILLON_EGRESS__ALLOW", "127.0.0.0/8");
    site.set("CARILLON_LIMITS__REQUESTS_PER_MINUTE", "1000000");
    site.set("CARILLON_LIMITS__SENSITIVE_REQUESTS_PER_MINUTE", "100000");
    site.set("CARILLON_LOG__FILTER", "warn");
    for connector in Registry.all() {
        let descriptor = connector.descriptor();
        let prefix = format!("CARILLON_PLATFORMS__{}__", descriptor.name.to_uppercase());
        for endpoint in descriptor.endpoints {
            let Ok(real) = url::Url::parse(endpoint.default) else { continue };
            let (host, path) = (real.host_str().unwrap_or_default(), real.path().trim_end_matches('/'));
            let key = endpoint.key.to_uppercase();
            site.set(format!("{prefix}{key}"), format!("{origin}/{}/{host}{path}", descriptor.name));
        }
        for setting in descriptor.settings {
            let value = match setting.key {
                key if key.ends_with("client_id") => "carillon-sandbox".to_owned(),
                key if key.ends_with("client_secret") => format!("sandbox-secret-{}", descriptor.name),
                _ => continue,
            };
            site.set(format!("{prefix}{}", setting.key.to_uppercase()), value);
        }
    }
}
