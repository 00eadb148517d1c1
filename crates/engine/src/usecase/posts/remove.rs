//! Cancelling a post, or throwing a draft away.

use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::{Event, Intent, PostStatus, PublicationState, post_status};
use carillon_domain::time::Timestamp;
use carillon_store::Tx;
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::repo::{job, notice, post, trash};

use super::super::remote_delete;
use super::query;
use super::view::PostView;
use crate::publish;
use crate::{Actor, Engine};

/// What removing means.
#[derive(Debug, Clone, Copy, Default)]
pub struct Removal {
    /// The version that the caller saw.
    pub if_match: Option<i64>,
    /// Also delete what is public, where the platform can.
    pub remote: bool,
    /// Also put it into the trash if it is no draft. Only what is not public, and can't be, goes there.
    pub trash: bool,
}

/// Cancels every publication that can still be stopped; drafts go to the trash. With `remote`, what is public is deleted
/// at the networks too; what stays public says why in its publication's warnings.
///
/// # Errors
/// [`AppError::Conflict`] when something is being sent right now, or is to go into the trash and may be public; nothing is changed then.
pub async fn remove(
    engine: &Engine,
    actor: &Actor,
    id: PostId,
    removal: Removal,
) -> Result<PostView, AppError> {
    actor.require(Permission::Write)?;
    let view = query::get(engine, actor, id).await?;
    if view.status != PostStatus::Draft {
        actor.require(Permission::Publish)?;
    }
    if removal.if_match.is_some_and(|v| v != view.post.version) {
        return Err(AppError::Stale);
    }
    let (workspace, now) = (actor.workspace, engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut post =
                    post::find(&mut *tx, workspace, id).await?.ok_or(AppError::NotFound { what: "post" })?;
                if removal.if_match.is_some_and(|v| v != post.version) {
                    return Err(AppError::Stale);
                }
                let mut rows = publication::of_post(&mut *tx, workspace, id).await?;
                // Accounts that were taken off before, and stay canceled, don't keep a draft from the trash.
                let ended = post.erased.iter().map(|e| e.state);
                let states: Vec<_> = rows.iter().map(|r| r.state).chain(ended).collect();
                let is_draft = post_status(&states, false) == PostStatus::Draft;
                if removal.trash && states.iter().any(|state| may_be_public(*state)) {
                    return Err(may_be_seen());
                }
                // Before its publications, as everybody locks them; and what somebody changed meanwhile is not what was judged above.
                post.version += 1;
                post.updated_at = now;
                post.trashed_at = (is_draft || removal.trash).then_some(now).or(post.trashed_at);
                if !post::update(tx, &post).await? {
                    return Err(AppError::Stale);
                }
                for row in &mut rows {
                    let seen = row.seen();
                    if !cancel(row, now)? {
                        continue;
                    }
                    if !publication::save_edit(tx, row, seen).await? {
                        return Err(already_sending());
                    }
                    job::remove(tx, &publish::job_key(row.id)).await?;
                }
                if is_draft {
                    forget_drafts(tx, &rows, now).await?;
                }
                Ok::<_, AppError>(())
            })
        })
        .await?;
    // Only after everything that could refuse the request: what is deleted at a network does not come back.
    let mut left = match removal.remote {
        true => remote_delete::delete_public(engine, actor, id).await?,
        false => remote_delete::Left::new(),
    };
    engine.events.post_changed(workspace, id);
    engine.events.notices_changed(workspace);
    let mut view = query::get_with_trash(engine, actor, id).await?;
    for publication in &mut view.publications {
        publication.warnings.extend(left.remove(&publication.id));
    }
    Ok(view)
}

/// Takes back what is planned, in a transaction of somebody else's: cancelled, and with `trash` thrown away, as drafts always are. Tells
/// whether that was done: what is on its way, out, held or cancelled already stays as it is.
///
/// # Errors
/// [`AppError::Conflict`] when it is being sent right now; [`AppError::Stale`] when somebody else was quicker.
pub(in crate::usecase) async fn withdraw(
    tx: &mut Tx<'_>,
    (workspace, id): (WorkspaceId, PostId),
    now: Timestamp,
    trash: bool,
) -> Result<bool, AppError> {
    use PublicationState as S;
    let found = post::find(&mut *tx, workspace, id).await?;
    let Some(mut post) = found.filter(|post| post.trashed_at.is_none()) else { return Ok(false) };
    let mut rows = publication::of_post(&mut *tx, workspace, id).await?;
    let stays =
        |row: &PublicationRow| row.intent || !matches!(row.state, S::Draft | S::Scheduled | S::Canceled);
    if rows.iter().any(stays) || rows.iter().all(|row| row.state == S::Canceled) {
        return Ok(false);
    }
    let is_draft = rows.iter().all(|row| matches!(row.state, S::Draft | S::Canceled));
    post.version += 1;
    post.updated_at = now;
    post.trashed_at = (trash || is_draft).then_some(now);
    if !post::update(tx, &post).await? {
        return Err(AppError::Stale);
    }
    for row in &mut rows {
        let seen = row.seen();
        if cancel(row, now)? {
            if !publication::save_edit(tx, row, seen).await? {
                return Err(already_sending());
            }
            job::remove(tx, &publish::job_key(row.id)).await?;
        }
    }
    forget_drafts(tx, &rows, now).await?;
    Ok(true)
}

/// Erases what was taken back and is made anew: nobody threw it away, so it does not lie in the trash. One that was tried stays there
/// with its story.
///
/// # Errors
/// [`AppError::Stale`] when somebody else was quicker.
pub(in crate::usecase) async fn forget(
    tx: &mut Tx<'_>,
    (workspace, id): (WorkspaceId, PostId),
    now: Timestamp,
) -> Result<(), AppError> {
    let found = post::find(&mut *tx, workspace, id).await?;
    if let Some(mut post) = found.filter(|post| post.trashed_at.is_none()) {
        post.version += 1;
        post.updated_at = now;
        post.trashed_at = Some(now);
        if !post::update(tx, &post).await? {
            return Err(AppError::Stale);
        }
    }
    let rows = publication::of_post(&mut *tx, workspace, id).await?;
    if rows.iter().all(|row| row.tries == 0 && row.progress.is_none()) {
        trash::erase(tx, workspace, id).await?;
    }
    Ok(())
}

/// What was told of drafts that are thrown away waits for nobody.
async fn forget_drafts(tx: &mut Tx<'_>, rows: &[PublicationRow], now: Timestamp) -> Result<(), AppError> {
    for row in rows.iter().filter(|row| row.state == PublicationState::Draft) {
        notice::clear_all(tx, (row.workspace, row.id.uuid()), now).await?;
    }
    Ok(())
}

/// Cancels it, unless it never was to go out, or is out: then it tells `false`, and what follows its root goes on.
fn cancel(row: &mut PublicationRow, now: Timestamp) -> Result<bool, AppError> {
    use PublicationState as S;
    match row.state {
        S::Draft | S::Canceled | S::Published | S::Unconfirmed => return Ok(false),
        _ => {}
    }
    let intent = if row.intent { Intent::Saved } else { Intent::None };
    row.state = row.state.after(Event::Cancel, intent).map_err(|_| already_sending())?;
    row.content_version += 1;
    row.next_at = None;
    row.updated_at = now;
    Ok(true)
}

/// Whether somebody may see it at its network, now or once it is sent. What was erased with its account counts as it ended.
fn may_be_public(state: PublicationState) -> bool {
    matches!(
        state,
        PublicationState::Published | PublicationState::Unconfirmed | PublicationState::Publishing
    )
}

fn may_be_seen() -> AppError {
    AppError::Conflict {
        code: "may_be_public",
        message: "Something of this post is public, may be, or is on its way, so it can't go into the trash. Delete it at the \
                  networks, or settle what is not confirmed."
            .to_owned(),
    }
}

fn already_sending() -> AppError {
    AppError::Conflict {
        code: "already_sending",
        message:
            "This post is being sent right now and can no longer be stopped. Wait a moment; if it is public \
                  then, you can delete it."
                .to_owned(),
    }
}
