//! What a first start shows: people, accounts, a library, posts of the last days and of the week to come.
//!
//! It is played, not written into tables: a second engine works on the same database with the real use cases and a
//! simulated world in process, on a clock in the past. So posts have a past with true ids, links and
//! attempts, without waiting for it. The world's memory is then handed to the sandbox that listens.
//!
//! The last three days are published by Carillon. Before them the accounts post on their networks' own pages, and Carillon looks at
//! them ([`history`]): that is quick enough for three months, and true of people who begin with Carillon.

mod content;
mod film;
mod history;
mod lines;
mod pictures;
mod plan;
mod stage;

use std::time::Duration;

use carillon_connectors::contract::connector::Connector;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, UserId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_engine::Actor;
use carillon_engine::people::NewWorkspace;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::usecase::sync;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::{setting, user};
use carillon_store::{Db, StoreError};
use serde::{Deserialize, Serialize};

use crate::cli::CliError;
pub use stage::{SeedError, Stage};

/// Under this name the settings table says that a database is a demo's.
const MARK: &str = "demo";
/// Where the demo's workspaces live.
const ZONE: &str = "Europe/Athens";

/// Days that are played as they come, with everything that is published in them.
pub const PLAYED_DAYS: u16 = 3;

/// Whose demo it is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Seeded {
    /// Owner of both workspaces.
    pub owner: UserId,
    /// The workspace where all is well.
    pub workspace: WorkspaceId,
}

/// What an earlier start left, `None` when the database is empty.
///
/// # Errors
/// For a database that is not a demo's, and for a demo whose first start was cut short.
pub async fn found(db: &Db) -> Result<Option<Seeded>, CliError> {
    let failed = |e: StoreError| CliError::failed("The database can't be read", e);
    let mark: Option<Option<Seeded>> = setting::get(db, MARK).await.map_err(failed)?;
    match mark {
        Some(Some(seeded)) => Ok(Some(seeded)),
        Some(None) => Err(CliError::Failed(
            "The first start of this demo was cut short. Delete its data folder, or name another one with --data."
                .to_owned(),
        )),
        None if user::any(db).await.map_err(failed)? => Err(CliError::Failed(
            "This database belongs to a real installation, and a demo would fill it with examples. Name another folder \
             with --data, or none for a throw-away one."
                .to_owned(),
        )),
        None => {
            mark_as(db, None).await?;
            Ok(None)
        }
    }
}

/// Notes that the first start is complete.
pub async fn done(db: &Db, seeded: &Seeded) -> Result<(), CliError> {
    mark_as(db, Some(*seeded)).await
}

async fn mark_as(db: &Db, seeded: Option<Seeded>) -> Result<(), CliError> {
    let value = serde_json::json!(seeded);
    let put = db.write(move |tx| Box::pin(async move { setting::put(tx, MARK, &value).await })).await;
    put.map_err(|e: StoreError| CliError::failed("The database can't be written", e))
}

/// Plays what was, and plans the next seven days.
///
/// # Errors
/// When something went wrong that leaves nothing to show. A single network that fails is logged and left out.
pub async fn play(stage: &Stage) -> Result<Seeded, SeedError> {
    let made = stage.owner("Carillon demo", ZONE).await?;
    let owner = made.user.id;
    let actor = stage.actor(made.workspace.id, owner, ZONE);
    let pictures = upload_pictures(stage, &made).await;
    let accounts = if stage.has_history() {
        Box::pin(history::play(stage, &actor)).await?
    } else {
        let all: Vec<_> = stage.platforms().collect();
        connected(stage, &actor, &all).await
    };
    for line in content::PAST {
        stage.sleep_until(line.day, line.at, ZONE)?;
        let input = composed(stage, &actor, line, &pictures, &accounts).await?;
        stage.publish(&actor, input).await?;
    }
    Box::pin(faulty(stage, owner)).await?;
    stage.wake_up();
    // The workers' first job: numbers of today.
    for account in &accounts {
        sync::request(&stage.engine, &actor, account.id).await?;
    }
    for line in content::WEEK.iter().chain(content::DRAFTS) {
        let mut input = composed(stage, &actor, line, &pictures, &accounts).await?;
        if line.day != 0 {
            input.status = WantedStatus::Scheduled;
            input.scheduled_at = Some(stage.wall_time(line.day, line.at, ZONE)?);
        }
        if input.status == WantedStatus::Draft || !input.accounts.is_empty() {
            posts::create(&stage.engine, &actor, input).await?;
        }
    }
    Ok(Seeded { owner, workspace: made.workspace.id })
}

/// The persona's accounts, as far as they can be connected.
async fn connected(stage: &Stage, actor: &Actor, platforms: &[&'static dyn Connector]) -> Vec<AccountRow> {
    let mut accounts = Vec::new();
    for connector in platforms {
        match stage.connect(actor, *connector, content::PERSONA).await {
            Ok(account) => accounts.push(account),
            Err(error) => {
                tracing::error!(platform = connector.descriptor().name, %error, "the demo goes without it");
            }
        }
    }
    accounts
}

/// The files, as far as the library takes them.
async fn upload_pictures(stage: &Stage, made: &carillon_engine::people::CreatedByOperator) -> Vec<MediaId> {
    let actor = stage.actor(made.workspace.id, made.user.id, ZONE);
    let mut ids = Vec::new();
    for picture in content::PICTURES {
        match stage.upload(&actor, picture).await {
            Ok(id) => ids.push(id),
            Err(error) => tracing::error!(name = picture.name, %error, "the demo's library goes without it"),
        }
    }
    ids
}

/// The post of a line for every account whose network takes it.
async fn composed(
    stage: &Stage,
    actor: &Actor,
    line: &content::Line,
    pictures: &[MediaId],
    accounts: &[AccountRow],
) -> Result<PostInput, AppError> {
    let mut input = PostInput {
        text: line.text.to_owned(),
        media: line.picture.and_then(|index| pictures.get(index)).copied().into_iter().collect(),
        accounts: accounts.iter().map(|a| a.id).collect(),
        tags: line.tags.iter().map(|&t| t.to_owned()).collect(),
        ..PostInput::default()
    };
    let checks = posts::check(&stage.engine, actor, &input, None).await?;
    let fits = |id| checks.iter().any(|c| c.account.id == id && c.report.violations.is_empty());
    input.accounts.retain(|&id| fits(id));
    Ok(input)
}

/// A workspace where things went wrong: a post that the network refused, and an account whose owner took the permission
/// back, with a post that waits for it.
async fn faulty(stage: &Stage, owner: UserId) -> Result<(), SeedError> {
    let home = NewWorkspace { name: "Faulty examples".to_owned(), timezone: ZONE.to_owned() };
    let workspace = stage.people.create_workspace(owner, home).await?;
    let actor = stage.actor(workspace.id, owner, ZONE);
    let Some(connector) = stage.platforms().next() else { return Ok(()) };
    let account = stage.connect(&actor, connector, content::UNLUCKY).await?;
    let post = |text: &str| PostInput {
        text: text.to_owned(),
        accounts: vec![account.id],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let platform = connector.descriptor().name;
    let faults = stage.world().faults();
    faults.add(Fault::once(platform, "commit", When::Before, FaultKind::Status).status(400));
    stage.publish(&actor, post(content::REFUSED)).await?;
    faults.clear();
    stage.pass(Duration::from_secs(3600));
    stage.take_permission_back(&account);
    stage.publish(&actor, post(content::WAITING)).await?;
    Ok(())
}

/// What the owner of a demo may do.
const OWNER: Role = Role::Owner;
