//! A PostgreSQL primary and its synchronous standby, as real servers in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::process::{LOOK, PATIENCE};

/// The programs of the server that the tests use, and whoever may run them.
pub struct Programs {
    folder: PathBuf,
    user: Option<(String, String)>,
}

impl Programs {
    /// Where this machine keeps them.
    pub async fn find() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.reverse();
        if let Ok(told) = Command::new("pg_config").arg("--bindir").output().await {
            folders.push(String::from_utf8_lossy(&told.stdout).trim().into());
        }
        let complete = |folder: &PathBuf| {
            ["initdb", "postgres", "pg_basebackup"].iter().all(|program| folder.join(program).is_file())
        };
        let folder = folders.into_iter().find(complete).expect("the programs of PostgreSQL");
        let id = async |args: &[&str]| {
            let told = Command::new("id").args(args).output().await.expect("id");
            told.status.success().then(|| String::from_utf8_lossy(&told.stdout).trim().to_owned())
        };
        let mut user = None;
        if id(&["-u"]).await.as_deref() == Some("0") {
            // PostgreSQL refuses to run as root.
            for name in ["postgres", "nobody"] {
                if user.is_none() && id(&["-u", name]).await.is_some() {
                    user = Some((name.to_owned(), id(&["-g", name]).await.expect("a group")));
                }
            }
            assert!(user.is_some(), "PostgreSQL does not run as root, and there is no user `postgres`");
        }
        Self { folder, user }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        if let Some((user, group)) = &self.user {
            command.args(["--reuid", user, "--regid", group, "--clear-groups"]);
        }
        command.args(["--pdeathsig", "INT"]).arg(self.folder.join(program));
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn run(&self, program: &str, args: &[&str], folder: &Path) {
        let ended = self.command(program).args(args).current_dir(folder).status().await.expect(program);
        assert!(ended.success(), "{program} {args:?}");
    }
}

/// What is left of a server that was killed.
pub struct Lost {
    data: PathBuf,
    port: u16,
}

impl Lost {
    /// Starts it where it was, as it was: it believes that it leads.
    pub async fn come_back(self, programs: &Programs) -> Server {
        Server::start(programs, self.data, self.port).await
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("a port").port()
}

/// One server. It is killed when this is dropped.
pub struct Server {
    process: Child,
    data: PathBuf,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// A new primary in `home`.
    pub async fn primary(programs: &Programs, home: &Path) -> Self {
        if let Some((user, _)) = &programs.user {
            let given = Command::new("chown").arg(user).arg(home).status().await.expect("chown");
            assert!(given.success());
        }
        let data = home.join("one");
        let folder = data.to_str().expect("a path");
        let args = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D", folder];
        programs.run("initdb", &args, home).await;
        // Whoever is let in from this machine may copy it as well.
        Self::start(programs, data, free_port()).await
    }

    /// A standby of this one in `home`; from then on the primary confirms nothing that the standby does not have.
    pub async fn standby(&self, programs: &Programs, home: &Path) -> Self {
        let data = home.join("two");
        let folder = data.to_str().expect("a path");
        let from = format!("host=127.0.0.1 port={} user=postgres application_name=two", self.port);
        let args = ["-d", &from, "-D", folder, "-R", "-c", "fast", "--no-sync"];
        programs.run("pg_basebackup", &args, home).await;
        let standby = Self::start(programs, data, free_port()).await;
        self.sql(programs, "alter system set synchronous_standby_names = '*'").await;
        self.sql(programs, "select pg_reload_conf()").await;
        let waits = "select 1 / count(*) from pg_stat_replication where sync_state = 'sync'";
        standby.until(async || self.asks(programs, waits).await).await;
        standby
    }

    async fn start(programs: &Programs, data: PathBuf, port: u16) -> Self {
        let mut command = programs.command("postgres");
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        // The machine stays up, so nothing has to reach the disk; but the standby must have what is confirmed.
        for setting in
            ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=100"]
        {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::create(data.with_extension("log")).expect("a log");
        let home = data.parent().expect("a home").to_owned();
        let process = command.current_dir(home).stderr(log).spawn().expect("postgres");
        let server = Self { process, data, port };
        server.until(async || server.asks(programs, "select 1").await).await;
        server
    }

    /// Makes the standby the primary.
    pub async fn promote(&self, programs: &Programs) {
        self.sql(programs, "select pg_promote()").await;
    }

    /// Ends it at once, as a power cut would: with all that it started. What is left can come back.
    pub async fn kill(mut self) -> Lost {
        let pid = std::fs::read_to_string(self.data.join("postmaster.pid")).expect("a pid file");
        let pid = pid.lines().next().expect("a pid").to_owned();
        let children = Command::new("pgrep").args(["-P", &pid]).output().await.expect("pgrep").stdout;
        let children = String::from_utf8_lossy(&children).into_owned();
        let all: Vec<&str> = std::iter::once(pid.as_str()).chain(children.lines()).collect();
        Command::new("kill").arg("-KILL").args(all).status().await.expect("kill");
        self.process.wait().await.expect("an end");
        Lost { data: self.data, port: self.port }
    }

    /// Runs a statement.
    pub async fn sql(&self, programs: &Programs, sql: &str) {
        assert!(self.asks(programs, sql).await, "{sql}");
    }

    async fn asks(&self, programs: &Programs, sql: &str) -> bool {
        let port = self.port.to_string();
        let mut psql = programs.command("psql");
        psql.args([
            "-X",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-c",
            sql,
        ]);
        psql.stderr(Stdio::null()).status().await.expect("psql").success()
    }

    async fn until(&self, ready: impl AsyncFn() -> bool) {
        let waiting = async {
            while !ready().await {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("a server in time");
    }
}
