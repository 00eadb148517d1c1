//! A PostgreSQL server for one run of the tests, on a free port of the loopback address, in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::command::{is_root, read};

/// A running server; stopped and erased when dropped.
pub struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a new cluster with the programs in `bin` and starts it. The data is thrown away, so nothing has to reach the disk.
    pub fn start(bin: &Path) -> anyhow::Result<Self> {
        Self::start_with(bin, &["fsync=off", "synchronous_commit=off", "full_page_writes=off"])
    }

    /// The same, but what is committed is on the disk, as a measurement needs it.
    pub fn start_durable(bin: &Path) -> anyhow::Result<Self> {
        Self::start_with(bin, &[])
    }

    fn start_with(bin: &Path, settings: &[&str]) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("carillon-test-postgres-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let user = Unprivileged::find()?;
        user.take(&folder)?;

        let data = folder.join("data");
        let mut initdb = user.command(&bin.join("initdb"));
        initdb
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data);
        read(initdb.current_dir(&folder))?;

        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = std::fs::File::create(folder.join("log"))?;
        let mut postgres = user.command(&bin.join("postgres"));
        postgres.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        let always = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"];
        for setting in always.iter().chain(settings) {
            postgres.args(["-c", setting]);
        }
        postgres.current_dir(&folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let server = postgres.spawn().context("could not start postgres")?;
        let mut started = Self { server, folder, port };
        started.wait_until_ready(bin)?;
        Ok(started)
    }

    /// Where tests connect as a superuser, to make a database of their own.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, bin: &Path) -> anyhow::Result<()> {
        for _ in 0..300 {
            let mut probe = Command::new(bin.join("pg_isready"));
            probe.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if probe.status().context("could not start pg_isready")?.success() {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("postgres ended while starting ({status}):\n{log}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("postgres was not ready within 30 seconds");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown; a plain kill would leave its children to find out.
        let _ = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        for _ in 0..100 {
            if self.server.try_wait().is_ok_and(|ended| ended.is_some()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL refuses to run as root; when we are, its programs run as the first of these users that exists.
const USERS: [&str; 2] = ["postgres", "nobody"];

struct Unprivileged(Option<&'static str>);

impl Unprivileged {
    fn find() -> anyhow::Result<Self> {
        if !is_root() {
            return Ok(Self(None));
        }
        let exists = |user: &&str| read(Command::new("id").args(["-u", user])).is_ok();
        let user = USERS.into_iter().find(exists);
        Ok(Self(Some(user.context("PostgreSQL does not run as root, and there is no user `postgres`")?)))
    }

    fn take(&self, folder: &Path) -> anyhow::Result<()> {
        if let Some(user) = self.0 {
            read(Command::new("chown").arg(user).arg(folder))?;
        }
        Ok(())
    }

    /// A command that runs as this user and is told to stop when we are gone, however that came about.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Some(user) = self.0 {
            command.args(["--reuid", user, "--regid"]).arg(group_of(user)).arg("--clear-groups");
        }
        command.args(["--pdeathsig", "INT"]).arg(program);
        command
    }
}

fn group_of(user: &str) -> String {
    read(Command::new("id").args(["-g", user])).unwrap_or_default()
}
