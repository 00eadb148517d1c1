//! A PostgreSQL primary and its synchronous standby, as servers that can be restarted and lost.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::postgres;

/// Between two looks whether a server is there.
const LOOK: Duration = Duration::from_millis(50);
/// Longest wait for a server.
const PATIENCE: Duration = Duration::from_secs(60);

/// How every server is set up. The machine stays up, so nothing has to reach the disk; but the standby has what is confirmed.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=300",
    "wal_retrieve_retry_interval=200ms",
];

/// Two servers in a temporary folder. They are killed when this is dropped.
pub struct Cluster {
    programs: Programs,
    primary: Server,
    /// Until it was promoted.
    standby: Option<Server>,
    /// Led before, and came back beside the one that leads now.
    former: Option<Server>,
    ports: [u16; 2],
    home: tempfile::TempDir,
}

impl Cluster {
    /// Makes and starts both.
    pub async fn start() -> anyhow::Result<Self> {
        let programs = Programs::find().await?;
        let home = tempfile::Builder::new().prefix("carillon-postgres-").tempdir()?;
        programs.give(home.path()).await?;
        let data = home.path().join("one");
        let initdb = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
        // Whoever is let in from this machine may copy it as well.
        programs.run("initdb", &initdb, &data).await?;
        let primary = Server::start(&programs, data, free_port()?).await?;
        let data = home.path().join("two");
        let from = format!("host=127.0.0.1 port={} user=postgres application_name=two", primary.port);
        let copy = ["-d", &from, "-R", "-c", "fast", "--no-sync", "-D"];
        programs.run("pg_basebackup", &copy, &data).await?;
        let standby = Server::start(&programs, data, free_port()?).await?;
        // From here on the primary confirms nothing that the standby does not have.
        primary.ask("alter system set synchronous_standby_names = '*'").await?;
        primary.ask("select pg_reload_conf()").await?;
        primary.until_synchronous().await?;
        // The standby is named first: who leads is found out, not assumed.
        let ports = [standby.port, primary.port];
        Ok(Self { programs, primary, standby: Some(standby), former: None, ports, home })
    }

    /// Where a database of the server that leads is.
    pub fn leader(&self, database: &str) -> String {
        self.primary.url(database)
    }

    /// Where a database is, by the names of both servers.
    pub fn url(&self, database: &str) -> String {
        let [one, two] = self.ports;
        format!("postgres://postgres@127.0.0.1:{one},127.0.0.1:{two}/{database}")
    }

    /// Whether a standby could take over.
    pub fn has_standby(&self) -> bool {
        self.standby.is_some()
    }

    /// `pg_ctl restart -m immediate` of the server that leads: every connection and all that was not confirmed is lost. Returns when
    /// it takes writes again.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let stop = ["stop", "-m", "immediate", "-s", "-D"];
        self.programs.run("pg_ctl", &stop, &self.primary.data).await?;
        self.primary.process.wait().await?;
        let (data, port) = (self.primary.data.clone(), self.primary.port);
        self.primary = Server::start(&self.programs, data, port).await?;
        if self.standby.is_some() { self.primary.until_synchronous().await } else { Ok(()) }
    }

    /// The server that leads is lost, and the standby takes over. Returns when that takes writes. With `comes_back` the lost one is
    /// there again then, and still believes that it leads.
    pub async fn fail_over(&mut self, comes_back: bool) -> anyhow::Result<()> {
        let standby = self.standby.take().context("there is no standby")?;
        let lost = std::mem::replace(&mut self.primary, standby);
        let (data, port) = (lost.data.clone(), lost.port);
        lost.kill().await?;
        self.primary.ask("select pg_promote()").await?;
        if comes_back {
            self.former = Some(Server::start(&self.programs, data, port).await?);
        }
        Ok(())
    }

    /// Keeps the folder, with the logs, and tells where it is. All servers are ended.
    pub async fn keep(self) -> anyhow::Result<PathBuf> {
        for server in [Some(self.primary), self.standby, self.former].into_iter().flatten() {
            server.kill().await?;
        }
        Ok(self.home.keep())
    }
}

/// One server.
struct Server {
    process: Child,
    data: PathBuf,
    port: u16,
}

impl Server {
    async fn start(programs: &Programs, data: PathBuf, port: u16) -> anyhow::Result<Self> {
        let mut command = programs.command("postgres");
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::options().create(true).append(true).open(data.with_extension("log"))?;
        let process = command.stderr(log).spawn().context("postgres does not start")?;
        let server = Self { process, data, port };
        server.until("select 1").await?;
        Ok(server)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    async fn ask(&self, statement: &str) -> anyhow::Result<String> {
        postgres::ask(&self.url("postgres"), statement).await
    }

    async fn until_synchronous(&self) -> anyhow::Result<()> {
        self.until("select 1 / count(*) from pg_stat_replication where sync_state = 'sync'").await
    }

    /// Waits until a statement can be answered.
    async fn until(&self, statement: &str) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.ask(statement).await {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() >= end => {
                    return Err(error.context("a PostgreSQL server is not there in time"));
                }
                Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Ends it at once, as a power cut would: with all that it started.
    async fn kill(mut self) -> anyhow::Result<()> {
        let pid = self.process.id().context("a PostgreSQL server has ended by itself")?.to_string();
        // From here on it starts nothing more.
        Command::new("kill").args(["-STOP", &pid]).output().await?;
        let children = Command::new("pgrep").args(["-P", &pid]).output().await?.stdout;
        let children = String::from_utf8_lossy(&children).into_owned();
        // Some of them may have ended since.
        Command::new("kill").arg("-KILL").arg(&pid).args(children.lines()).output().await?;
        self.process.wait().await?;
        Ok(())
    }
}

/// The programs of PostgreSQL, and whoever may run them.
struct Programs {
    folder: PathBuf,
    /// User and group, where they are not ours: PostgreSQL refuses to run as root.
    user: Option<(String, String)>,
}

impl Programs {
    /// Where this machine keeps them: where Debian does, newest first, or where `pg_config` says.
    async fn find() -> anyhow::Result<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.reverse();
        folders.extend(said(Command::new("pg_config").arg("--bindir")).await.map(PathBuf::from));
        let all = ["initdb", "postgres", "pg_basebackup", "pg_ctl"];
        let complete = |folder: &PathBuf| all.iter().all(|program| folder.join(program).is_file());
        let folder = folders.into_iter().find(complete);
        let folder = folder.context("PostgreSQL is missing: cargo xtask test names the command")?;
        if said(Command::new("id").arg("-u")).await.as_deref() != Some("0") {
            return Ok(Self { folder, user: None });
        }
        for name in ["postgres", "nobody"] {
            if let Some(group) = said(Command::new("id").args(["-g", name])).await {
                return Ok(Self { folder, user: Some((name.to_owned(), group)) });
            }
        }
        bail!("PostgreSQL does not run as root, and there is no user `postgres`")
    }

    /// Gives a folder to whoever runs the servers.
    async fn give(&self, folder: &Path) -> anyhow::Result<()> {
        if let Some((user, _)) = &self.user {
            ensure!(Command::new("chown").arg(user).arg(folder).status().await?.success(), "chown fails");
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        if let Some((user, group)) = &self.user {
            command.args(["--reuid", user, "--regid", group, "--clear-groups"]);
        }
        // Servers end with us, however that comes about.
        command.args(["--pdeathsig", "INT"]).arg(self.folder.join(program)).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs a program whose last argument is a data folder.
    async fn run(&self, program: &str, arguments: &[&str], data: &Path) -> anyhow::Result<()> {
        let done = self.command(program).args(arguments).arg(data).output().await?;
        ensure!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    }
}

/// What a program prints, if it can.
async fn said(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
