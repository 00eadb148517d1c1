//! First steps and upkeep without a browser.

use std::io::{Read, Write};
use std::path::PathBuf;

use carillon_domain::error::AppError;
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_engine::people::NewWorkspace;
use carillon_engine::usecase::credentials;
use clap::{Args, Subcommand};

use super::{CliError, backup, print, run};
use crate::demo;
use crate::http::App;
use crate::settings::Settings;

/// `carillon admin`
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// People who can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Keys that protect stored secrets
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Copy the SQLite database to a file; the server may run
    Backup(Backup),
    /// Say that the database was put back from a copy, before any node starts: what is due already waits for a person. Copies
    /// made by `carillon admin backup` say it themselves
    Restored,
}

/// `carillon admin backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write; it must not be there yet
    file: PathBuf,
}

/// `carillon admin user`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user who owns a workspace of their own
    Create(NewUser),
}

/// `carillon admin user create`
#[derive(Debug, Args)]
pub struct NewUser {
    /// Email address to sign in with
    #[arg(long)]
    email: String,
    /// Name that others see [default: the part of the address before the @]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
    /// Name of the workspace
    #[arg(long, default_value = "My workspace")]
    workspace: String,
    /// Time zone of the workspace, like Europe/Athens
    #[arg(long, default_value = "UTC")]
    timezone: String,
}

/// `carillon admin token`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make an API token and print it, once
    Create(NewToken),
}

/// `carillon admin token create`
#[derive(Debug, Args)]
pub struct NewToken {
    /// Id of the workspace (ws_…), or its name
    #[arg(long)]
    workspace: String,
    /// What the token may do: owner, admin, editor, contributor, analyst or client
    #[arg(long, value_parser = role)]
    role: Role,
    /// What the token is for
    #[arg(long, default_value = "Command line")]
    name: String,
}

/// `carillon admin keys`
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Seal all stored secrets anew, under a new data key and the first key of `secrets.encryption_key`; the server may run
    Rotate,
}

fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("there is no such role; choose one of {}", known()))
}

/// Runs one of the commands.
pub fn run(
    command: AdminCommand,
    settings: Settings,
    input: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    match &command {
        AdminCommand::Backup(to) => return backup::make(&settings, &to.file, out),
        AdminCommand::Restored => return backup::declare(&settings, out),
        AdminCommand::User(_) | AdminCommand::Token(_) | AdminCommand::Keys(_) => {}
    }
    let password = match &command {
        AdminCommand::User(UserCommand::Create(user)) if user.password_stdin => Some(first_line(input)?),
        _ => None,
    };
    let text = run::runtime()?.block_on(async {
        let node = run::node_clock();
        let app = run::application(settings, node.clone(), &node).await?;
        let done = match command {
            AdminCommand::User(UserCommand::Create(user)) => {
                create_user(&app, user, password).await.map_err(refused)
            }
            AdminCommand::Token(TokenCommand::Create(token)) => {
                create_token(&app, token).await.map_err(refused)
            }
            AdminCommand::Keys(KeysCommand::Rotate) => rotate(&app).await,
            // Done above, without an engine.
            AdminCommand::Backup(_) | AdminCommand::Restored => Ok(String::new()),
        };
        app.engine.db.close().await;
        done
    })?;
    print(out, &text)
}

async fn create_user(app: &App, user: NewUser, password: Option<Secret>) -> Result<String, AppError> {
    let home = NewWorkspace { name: user.workspace, timezone: user.timezone };
    let made = app.people.create_user_by_operator(&user.email, user.name.as_deref(), password, home).await?;
    let mut text =
        format!("user={} email={} workspace={}\n", made.user.id, made.user.email, made.workspace.id);
    if let Some(password) = made.password {
        text.push_str(&format!("password={}\n", password.expose()));
    }
    Ok(text)
}

/// The token alone, so that a script can take the whole output.
async fn create_token(app: &App, token: NewToken) -> Result<String, AppError> {
    let workspace = app.people.workspace_by_operator(&token.workspace).await?;
    let made = app.people.create_token_by_operator(workspace.id, &token.name, token.role).await?;
    Ok(format!("{}\n", made.secret.expose()))
}

async fn rotate(app: &App) -> Result<String, CliError> {
    let engine = &app.engine;
    let mut sealed = credentials::rotate(engine).await.map_err(|e| refused(e.into()))?;
    // A demo's networks keep their memory beside the database, under the same keys.
    let data = &app.settings.server.data;
    sealed += u64::from(demo::reseal(data, &engine.sealer, engine.entropy.as_ref()).await?);
    Ok(format!("Sealed anew: {sealed}. Every secret is under a new key now.\n"))
}

fn first_line(input: &mut dyn Read) -> Result<Secret, CliError> {
    let mut text = String::new();
    let read = input.take(64 * 1024).read_to_string(&mut text);
    read.map_err(|e| CliError::failed("The password can't be read from standard input", e))?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// A refusal in one sentence for each problem.
fn refused(error: AppError) -> CliError {
    match error {
        AppError::Invalid(errors) => {
            let lines: Vec<String> =
                errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
            CliError::Failed(lines.join("\n"))
        }
        AppError::Internal(source) => CliError::Failed(format!("It failed: {source}")),
        other => CliError::Failed(other.to_string()),
    }
}
