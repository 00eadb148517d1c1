//! The trash: posts that were thrown away lie there for a while, can be taken out, and then are gone. And what was canceled, planned
//! again. Nothing in the trash is or may be public, so erasing it forgets nothing that somebody can see.

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::{PostStatus, PublicationState};
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::{publication, trash};

use super::input::{PostPatch, WantedStatus};
use super::query;
use super::update::update;
use super::view::PostView;
use crate::media::TRASH_KEPT;
use crate::{Actor, Engine};

/// Posts that one upkeep reads at once.
const BATCH: i64 = 200;
/// Most such batches of one upkeep; what is left waits for the next one.
const MOST_BATCHES: usize = 100;

/// What was thrown away and is still there, latest first, at most `most`, behind the one that was thrown away then.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn trashed(
    engine: &Engine,
    actor: &Actor,
    behind: Option<(Timestamp, PostId)>,
    most: i64,
) -> Result<Vec<PostRow>, AppError> {
    actor.require(Permission::Read)?;
    Ok(trash::list(&engine.db, actor.workspace, behind, most).await?)
}

/// Takes a post out of the trash. It goes nowhere by that: what was a draft is one, what was canceled stays so.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there.
pub async fn restore(engine: &Engine, actor: &Actor, id: PostId) -> Result<PostView, AppError> {
    actor.require(Permission::Write)?;
    let (workspace, now) = (actor.workspace, engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = post::find(&mut *tx, workspace, id).await?;
                let found = found.filter(|row| row.trashed_at.is_some());
                let mut row = found.ok_or(AppError::NotFound { what: "post" })?;
                row.version += 1;
                row.updated_at = now;
                row.trashed_at = None;
                if post::update(tx, &row).await? { Ok(()) } else { Err(AppError::Stale) }
            })
        })
        .await?;
    engine.events.post_changed(workspace, id);
    query::get(engine, actor, id).await
}

/// Erases a post that lies in the trash, for good.
///
/// # Errors
/// [`AppError::NotFound`] when it is not there.
pub async fn erase(engine: &Engine, actor: &Actor, id: PostId) -> Result<(), AppError> {
    actor.require(Permission::Publish)?;
    let workspace = actor.workspace;
    let erased =
        engine.db.write(move |tx| Box::pin(async move { trash::erase(tx, workspace, id).await })).await?;
    if erased { Ok(()) } else { Err(AppError::NotFound { what: "post" }) }
}

/// Plans a canceled post again, on the accounts that were canceled together at last: at its time if that is still to come, else as a
/// draft. An account that had been taken off before stays off.
///
/// # Errors
/// [`AppError::Conflict`] when the post is not canceled; as `update` when it can't go out as it is.
pub async fn plan_again(engine: &Engine, actor: &Actor, id: PostId) -> Result<PostView, AppError> {
    actor.require(Permission::Publish)?;
    let view = query::get(engine, actor, id).await?;
    if view.status != PostStatus::Canceled {
        return Err(AppError::Conflict {
            code: "not_canceled",
            message: "This post is not canceled, so there is nothing to undo. Look at how it stands now."
                .to_owned(),
        });
    }
    let rows = publication::of_post(&engine.db, actor.workspace, id).await?;
    let canceled = || rows.iter().filter(|row| row.state == PublicationState::Canceled);
    let last = canceled().map(|row| row.updated_at).max();
    let accounts: Vec<AccountId> =
        canceled().filter(|row| Some(row.updated_at) == last).map(|row| row.account).collect();
    let to_come = view.post.due_at.is_some_and(|at| at > engine.clock.now());
    let patch = PostPatch {
        status: Some(if to_come { WantedStatus::Scheduled } else { WantedStatus::Draft }),
        accounts: Some(accounts),
        ..PostPatch::default()
    };
    update(engine, actor, id, patch, Some(view.post.version)).await
}

/// Erases what has lain in the trash for its time, in all workspaces.
pub(crate) async fn empty(engine: &Engine) -> Result<(), StoreError> {
    let until = engine.clock.now() - TRASH_KEPT;
    for _ in 0..MOST_BATCHES {
        let due = trash::before(&engine.db, until, BATCH).await?;
        let last = due.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        for (workspace, id) in due {
            engine.db.write(move |tx| Box::pin(async move { trash::erase(tx, workspace, id).await })).await?;
        }
        if last {
            break;
        }
    }
    Ok(())
}
