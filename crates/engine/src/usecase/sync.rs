//! Reading accounts: asking for it, and looking at what came.

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId, SyncRunId};
use carillon_domain::permission::Permission;
use carillon_domain::sync::SyncReason;
use carillon_store::repo::job::Party;
use carillon_store::repo::remote_post::{self, Found, RemotePostRow};
use carillon_store::repo::sync_run::{self, ListQuery, SyncRunRow};

use super::accounts;
use crate::jobs::sync::{self, Target};
use crate::{Actor, Engine};

/// Asks for an account to be read. While a run of it is open, the answer is that run.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces; [`AppError::Conflict`] for an account that is not
/// connected and for a network that is switched off or can't be read.
pub async fn request(engine: &Engine, actor: &Actor, id: AccountId) -> Result<SyncRunRow, AppError> {
    actor.require(Permission::Write)?;
    let account = accounts::get(engine, actor, id).await?;
    let connector = engine.networks.enabled(&account.platform)?;
    accounts::require_connected(&account)?;
    if engine.networks.reader(&account.platform).is_none() {
        return Err(AppError::Conflict {
            code: "not_readable",
            message: format!("Reading {} is switched off on this server.", connector.descriptor().title),
        });
    }
    // The open run may end between our look and our try; then ours is the next one.
    for _ in 0..3 {
        if let Some(open) = sync_run::open_of(&engine.db, actor.workspace, id).await? {
            return Ok(open);
        }
        let run = sync::new_run(engine, &account, SyncReason::Requested, Some(actor));
        let party = Party::new(&run.platform, run.workspace, run.account);
        let job = sync::new_job(engine, Target { workspace: run.workspace, run: run.id }, party, None);
        let copy = run.clone();
        let opened = engine.db.write(move |tx| Box::pin(async move { sync::open(tx, &copy, &job).await }));
        if opened.await? {
            engine.wake.notify_waiters();
            engine.events.account_changed(actor.workspace, id);
            return Ok(run);
        }
    }
    Err(AppError::Conflict {
        code: "busy",
        message: "This account is being read by others again and again. Try again in a moment.".to_owned(),
    })
}

/// A page of the sync log, newest first, and where the next one begins.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    query: ListQuery,
) -> Result<(Vec<SyncRunRow>, Option<SyncRunId>), AppError> {
    actor.require(Permission::Read)?;
    let limit = query.limit.clamp(1, 100);
    let query = ListQuery { limit: limit + 1, ..query };
    let mut rows = sync_run::list(&engine.db, actor.workspace, &query).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok((rows, next))
}

/// The runs that are under way, at most one per account.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn open(engine: &Engine, actor: &Actor) -> Result<Vec<SyncRunRow>, AppError> {
    actor.require(Permission::Read)?;
    Ok(sync_run::all_open(&engine.db, actor.workspace).await?)
}

/// A post that was found on an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The post, with its numbers as last seen.
    pub row: RemotePostRow,
    /// The post of ours that it came from.
    pub post: Option<PostId>,
    /// A complete reading since it was last seen went past its place and did not find it.
    pub vanished: bool,
}

/// The latest posts that were found on an account, ours or not, newest first.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces.
pub async fn posts(engine: &Engine, actor: &Actor, id: AccountId, limit: u32) -> Result<Vec<Post>, AppError> {
    let account = accounts::get(engine, actor, id).await?;
    let found = remote_post::recent(&engine.db, actor.workspace, id, i64::from(limit)).await?;
    let marked = |Found { row, post }| {
        let vanished = account.covered.misses(row.published_at, row.seen.as_of);
        Post { row, post, vanished }
    };
    Ok(found.into_iter().map(marked).collect())
}
