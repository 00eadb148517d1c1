//! The command line.

mod admin;
mod backup;
pub(crate) mod run;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;

use carillon_domain::secret::Secret;
use clap::{Args, Parser, Subcommand};

use crate::api;
use crate::compose;
use crate::demo;
use crate::roles::Role;
use crate::settings::{Settings, SettingsError, Sources};

/// Publishes to social networks exactly once, from your own machine.
///
/// Without a command all of it runs: the web interface, the API and the workers, on one machine, with SQLite in ./data.
#[derive(Debug, Parser)]
#[command(name = "carillon", version)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Settings that have a flag.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Flags {
    /// Settings file [default: ./carillon.toml when it exists; also CARILLON_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port of the web interface and the API [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Folder of the database and the media library [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<String>,
    /// How browsers and networks reach this server [default: http:// and the listen address]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// sqlite:… or postgres://… [default: SQLite in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Address and port of the simulated networks [default: 127.0.0.1:8081]
    #[arg(long, global = true, value_name = "ADDRESS")]
    sandbox_listen: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything with simulated networks, personas, connected accounts and a scheduled week, in a throw-away folder or the
    /// one of --data
    Demo,
    /// Web interface and API alone, for one of several nodes
    Serve,
    /// Workers alone, for one of several nodes
    Worker,
    /// The simulated networks alone; with --data they keep their state there
    Sandbox,
    /// Bring the database's schema up to date
    Migrate,
    /// Look at the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the OpenAPI description of the API
    Openapi,
    /// First steps and upkeep without a browser
    #[command(subcommand)]
    Admin(admin::AdminCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the settings that are in force, without their secrets
    Print,
}

/// Why a command ended without success.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Arguments that can't be understood, or a request for help. Printed by `clap` itself.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// A setting that can't be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// It was tried and failed. The text says what happened and what to do.
    #[error("{0}")]
    Failed(String),
}

impl CliError {
    /// The process's exit code: 1 failed, 2 bad usage or settings.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::Settings(_) => 2,
            Self::Failed(_) => 1,
        }
    }

    /// A failure with the chain of its causes.
    pub fn failed(what: &str, error: impl std::error::Error) -> Self {
        let mut text = format!("{what}: {error}");
        let mut cause = error.source();
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Self::Failed(text)
    }
}

/// Runs a command line in an environment.
///
/// # Errors
/// [`CliError`]; the caller prints it and exits with its code.
pub fn main(
    args: impl IntoIterator<Item = OsString>,
    env: BTreeMap<String, String>,
    input: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let cli = Cli::try_parse_from(args)?;
    // The description does not depend on settings, so wrong ones do not keep it from being printed.
    if let Some(Command::Openapi) = cli.command {
        return print(out, &api::document());
    }
    let mut sources = sources(cli.flags, env);
    if matches!(cli.command, Some(Command::Demo)) {
        // The settings of a real installation that happen to lie here are not for a demo.
        sources.fallback_file = None;
    }
    let mut settings = Settings::load(&sources)?;
    compose::given_keys(&settings)?;
    if matches!(cli.command, Some(Command::Demo))
        && !sources.flags.iter().any(|(name, _)| *name == "database.url")
    {
        // Nor is a database that a named file or the environment knows: it may be the one that people work with.
        settings.database.url = Secret::new("");
    }
    // A throw-away folder is used unless somebody names one; the default of the settings does not count, nor a settings file
    // that happens to lie here.
    let data_named = sources.names("server.data");
    match cli.command {
        Some(Command::Config(ConfigCommand::Print)) => {
            let text = settings.print().map_err(|e| CliError::failed("The settings can't be printed", e))?;
            print(out, &text)
        }
        Some(Command::Admin(command)) => admin::run(command, settings, input, out),
        Some(Command::Migrate) => run::migrate(&settings, out),
        Some(Command::Openapi) => Ok(()),
        Some(Command::Demo) => demo::run(settings, data_named, out),
        Some(Command::Serve) => run::role(Role::Serve, settings, out),
        Some(Command::Worker) => run::role(Role::Worker, settings, out),
        Some(Command::Sandbox) => demo::sandbox_alone(settings, data_named, out),
        None => run::role(Role::All, settings, out),
    }
}

pub(crate) fn print(out: &mut dyn Write, text: &str) -> Result<(), CliError> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|e| CliError::failed("The output can't be written", e))
}

fn sources(flags: Flags, env: BTreeMap<String, String>) -> Sources {
    let given = [
        ("server.listen", flags.listen),
        ("server.data", flags.data),
        ("server.public_url", flags.public_url),
        ("database.url", flags.database_url),
        ("sandbox.listen", flags.sandbox_listen),
    ];
    let from_env = env.get("CARILLON_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    Sources {
        file: flags.config.or(from_env),
        fallback_file: Some("carillon.toml".into()),
        flags: given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        env,
    }
}
