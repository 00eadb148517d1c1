//! Taking back that a series was cancelled.
//!
//! What was cancelled with it has its time of change, since both were one transaction: what somebody cancelled alone before stays
//! cancelled. As with any change of a series, what was planned is made anew; only what had been changed alone comes back as it was.

use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_store::repo::series::{self, SeriesRow};

use super::MOST;
use super::alter::{find, lock, tell};
use super::make::go_on;
use crate::usecase::posts;
use crate::{Actor, Engine};

/// Lets a series go on that was cancelled, as if it had not been. What would have gone out meanwhile stays missed. Answers the post that
/// is this one now, if there is one.
///
/// # Errors
/// [`AppError::NotFound`] when the post belongs to no series; [`AppError::Conflict`] when the series is not cancelled;
/// [`AppError::Stale`] when it was changed meanwhile; as [`posts::plan_again`] for a post that had been changed alone. Nothing but
/// that post is changed then.
pub async fn resume(engine: &Engine, actor: &Actor, post: PostId) -> Result<Option<PostId>, AppError> {
    let found = find(engine, actor, post).await?;
    let (old, now, workspace) = (found.row, engine.clock.now(), actor.workspace);
    let Some(rule) = old.ended.clone() else {
        return Err(AppError::Conflict {
            code: "not_canceled",
            message:
                "This series is not canceled, so there is nothing to undo. Look at what comes next of it."
                    .to_owned(),
        });
    };
    let canceled = series::canceled_with(&engine.db, &old, now, MOST).await?;
    for one in canceled.iter().filter(|one| one.detached) {
        posts::plan_again(engine, actor, one.post).await?;
    }
    let version = old.version;
    let row = SeriesRow {
        version: version + 1,
        rule,
        ended: None,
        made_to: now,
        look_at: Some(now),
        updated_at: now,
        ..old.clone()
    };
    let next = row.clone();
    let gone = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                lock(tx, workspace, (next.id, version), now).await?;
                let mut gone = Vec::new();
                for one in series::canceled_with(&mut *tx, &old, now, MOST).await? {
                    series::unlink(tx, workspace, one.post).await?;
                    posts::forget(tx, (workspace, one.post), now).await?;
                    gone.push(one.post);
                }
                series::change(tx, &next).await?;
                Ok::<_, AppError>(gone)
            })
        })
        .await?;
    tell(engine, workspace, &gone);
    go_on(engine, &row).await;
    let made = series::of(&engine.db, (workspace, row.id), now, MOST).await?;
    Ok(made.iter().find(|one| one.day == found.here.day).map(|one| one.post))
}
