//! `carillon` as a process of its own, on a data folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::wire::Client;

/// Longest wait for a process to say that it is ready, or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// Who owns the measured server.
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "benchmarks are not a secret";
const WORKSPACE: &str = "Benchmark";

/// A process that says on its standard output when it is ready. It is killed when this is dropped.
pub struct Process {
    child: Child,
    /// Kept open: some end when nobody holds it any more.
    input: Option<tokio::process::ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    /// What it said.
    pub ready: String,
}

impl Process {
    /// Starts it and waits for the first line that `is_ready` knows. What it says on stderr goes into the file `log`.
    pub async fn start(
        command: &mut Command,
        log: &Path,
        is_ready: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Self> {
        let stderr = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{command:?} does not start"))?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let said = async {
            while let Some(line) = lines.next_line().await? {
                if is_ready(&line) {
                    return Ok(line);
                }
            }
            bail!("it ended: {}", std::fs::read_to_string(log).unwrap_or_default())
        };
        let ready = tokio::time::timeout(PATIENCE, said).await.context("not ready in time")??;
        Ok(Self { input: child.stdin.take(), output: lines, child, ready })
    }

    /// Its id.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the process has ended")
    }

    /// Writes a line to its standard input.
    pub async fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let input = self.input.as_mut().context("it takes no input")?;
        Ok(input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    /// Waits until it says this line.
    pub async fn hear(&mut self, wanted: &str) -> anyhow::Result<()> {
        while let Some(line) = self.output.next_line().await? {
            if line == wanted {
                return Ok(());
            }
        }
        bail!("it ended and never said: {wanted}")
    }

    /// Whether it has ended, and nobody here ended it.
    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Sends it a signal, named as `kill` takes it: `-STOP`.
    pub async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let id = self.pid()?.to_string();
        ensure!(Command::new("kill").args([signal, &id]).status().await?.success(), "no signal reaches it");
        Ok(())
    }

    /// Kills it, which it can't notice, and waits until it is gone.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("it can't be killed")
    }

    /// Asks it to stop, as a supervisor does, and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal("-TERM").await?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.context("it did not end in time")??;
        Ok(())
    }
}

/// A folder for one or more `carillon` processes, with what they need to be started.
pub struct Site {
    program: PathBuf,
    folder: tempfile::TempDir,
    settings: Vec<(String, String)>,
    bears_limits: bool,
}

/// A running `carillon`.
pub struct Carillon {
    /// The process.
    pub process: Process,
}

impl Site {
    /// An empty folder. `program` is the one to measure.
    pub fn new(program: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("carillon-bench-").tempdir()?;
        Ok(Self { program: program.to_owned(), folder, settings: Vec::new(), bears_limits: false })
    }

    /// From now on processes are not ended by the system when a file would grow beyond their limit; the write fails, as it does
    /// on a full disk.
    pub fn bear_limits(&mut self) {
        self.bears_limits = true;
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps the folder when this is dropped, and tells where it is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// Starts another program from now on.
    pub fn use_program(&mut self, program: &Path) {
        program.clone_into(&mut self.program);
    }

    /// A setting as an environment variable.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.settings.push((name.into(), value.into()));
    }

    /// Starts with these arguments and waits for the ready line.
    pub async fn start(&self, arguments: &[&str]) -> anyhow::Result<Carillon> {
        self.start_with(arguments, &[]).await
    }

    /// The same, with settings of its own.
    pub async fn start_with(
        &self,
        arguments: &[&str],
        settings: &[(&str, String)],
    ) -> anyhow::Result<Carillon> {
        let mut command = self.command(arguments);
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let ready = |line: &str| line.starts_with("carillon ready ");
        Ok(Carillon { process: Process::start(&mut command, &self.path().join("log"), ready).await? })
    }

    /// Starts all roles.
    pub async fn start_all(&self) -> anyhow::Result<Carillon> {
        self.start(&["--listen", "127.0.0.1:0", "--data", "data"]).await
    }

    /// Makes an owner with a workspace, and gives a token of theirs.
    pub async fn make_owner(&self) -> anyhow::Result<String> {
        let user =
            ["admin", "user", "create", "--email", EMAIL, "--password-stdin", "--workspace", WORKSPACE];
        self.run(&user, PASSWORD).await?;
        let token = ["admin", "token", "create", "--workspace", WORKSPACE, "--role", "owner"];
        Ok(self.run(&token, "").await?.trim().to_owned())
    }

    async fn run(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let mut command = self.command(arguments);
        command.args(["--data", "data"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().context("carillon does not start")?;
        let mut stdin = child.stdin.take().context("no input")?;
        stdin.write_all(input.as_bytes()).await?;
        drop(stdin);
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await??;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "carillon {}: {said}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(if self.bears_limits { Path::new("sh") } else { &self.program });
        if self.bears_limits {
            // What is ignored stays ignored in the program that takes the shell's place.
            command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(&self.program);
        }
        command.args(arguments).current_dir(self.path()).env_clear();
        // Where ffprobe is.
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Carillon {
    /// A word of the ready line.
    pub fn word(&self, name: &str) -> anyhow::Result<&str> {
        let prefix = format!("{name}=");
        let mut words = self.process.ready.split(' ');
        let found = words.find_map(|word| word.strip_prefix(prefix.as_str()));
        found.with_context(|| format!("no {name}= in: {}", self.process.ready))
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> anyhow::Result<Client> {
        Client::new(self.word("url")?)
    }

    /// A browser of the owner, whom [`Site::make_owner`] made.
    pub async fn signed_in(&self) -> anyhow::Result<Client> {
        let browser = self.browser()?;
        let answer = browser.post_form("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await?;
        ensure!(answer.status.is_redirection(), "the owner can't sign in: {}", answer.status);
        Ok(browser)
    }
}

/// The program as it was built beside a test, which says so and skips when there is none.
#[cfg(test)]
pub fn built(test: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let program = own.parent()?.parent()?.join("carillon");
    if !program.is_file() {
        carillon_store::testing::skipped("carillon is not built: cargo build -p carillon-server", test);
        return None;
    }
    Some(program)
}
