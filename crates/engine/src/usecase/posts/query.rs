//! Reading posts.

use std::collections::HashMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::PostStatus;
use carillon_domain::time::Timestamp;
use carillon_store::repo::{attempt, planned, post, publication};

use super::view::{AttemptView, PostView, PublicationView};
use crate::{Actor, Engine};

/// Which posts to list.
#[derive(Debug, Clone, Default)]
pub struct PostFilter {
    /// Only with this derived status.
    pub status: Option<PostStatus>,
    /// Only with a publication on this account.
    pub account: Option<AccountId>,
    /// Due, or else created, at or after.
    pub from: Option<Timestamp>,
    /// Due, or else created, before.
    pub to: Option<Timestamp>,
    /// Text that the base text contains, case ignored.
    pub q: Option<String>,
    /// After this post.
    pub cursor: Option<PostId>,
    /// At most so many, 1–200.
    pub limit: i64,
}

/// One post of the actor's workspace.
///
/// # Errors
/// [`AppError::NotFound`], also for posts of other workspaces and in the trash.
pub async fn get(engine: &Engine, actor: &Actor, id: PostId) -> Result<PostView, AppError> {
    let view = get_with_trash(engine, actor, id).await?;
    if view.post.trashed_at.is_some() {
        return Err(AppError::NotFound { what: "post" });
    }
    Ok(view)
}

/// The same, with the attempts of its publications. The publications are those that its status was derived from: read a second
/// time, one of them could contradict it.
///
/// # Errors
/// As [`get`].
pub async fn get_with_attempts(engine: &Engine, actor: &Actor, id: PostId) -> Result<PostView, AppError> {
    let mut view = get(engine, actor, id).await?;
    for publication in &mut view.publications {
        let attempts = attempt::of_publication(&engine.db, actor.workspace, publication.id).await?;
        publication.attempts = attempts.into_iter().map(AttemptView::from).collect();
    }
    Ok(view)
}

pub(super) async fn get_with_trash(engine: &Engine, actor: &Actor, id: PostId) -> Result<PostView, AppError> {
    actor.require(Permission::Read)?;
    let row = post::find(&engine.db, actor.workspace, id)
        .await
        .map_err(AppError::internal)?
        .ok_or(AppError::NotFound { what: "post" })?;
    let rows = publication::of_post(&engine.db, actor.workspace, id).await.map_err(AppError::internal)?;
    Ok(PostView::new(row, rows.into_iter().map(|r| PublicationView::new(r, Vec::new())).collect()))
}

/// A page of posts, newest due time first, and where the next one begins.
///
/// # Errors
/// [`AppError::Internal`] when the database fails.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    filter: &PostFilter,
) -> Result<(Vec<PostView>, Option<PostId>), AppError> {
    actor.require(Permission::Read)?;
    let limit = filter.limit.clamp(1, 200);
    let mut views = Vec::new();
    let mut cursor = filter.cursor;
    // The status is derived, so pages are filled until there are enough or none are left.
    loop {
        let query = post::ListQuery {
            account: filter.account,
            from: filter.from,
            to: filter.to,
            q: filter.q.clone(),
            after: cursor,
            limit: limit + 1,
        };
        let rows = post::list(&engine.db, actor.workspace, &query).await.map_err(AppError::internal)?;
        let exhausted = rows.len() <= usize::try_from(limit).unwrap_or(usize::MAX);
        for row in rows {
            let of_post = publication::of_post(&engine.db, actor.workspace, row.id)
                .await
                .map_err(AppError::internal)?;
            let id = row.id;
            let view = PostView::new(
                row,
                of_post.into_iter().map(|r| PublicationView::new(r, Vec::new())).collect(),
            );
            if filter.status.is_none_or(|s| s == view.status) {
                if views.len() == usize::try_from(limit).unwrap_or(usize::MAX) {
                    return Ok((views, cursor));
                }
                views.push(view);
            }
            cursor = Some(id);
        }
        if exhausted {
            return Ok((views, None));
        }
    }
}

/// The posts whose time lies in this range, in order of time, at most `most`; and whether there are more. Posts without a
/// time are in no range.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn due_between(
    engine: &Engine,
    actor: &Actor,
    range: (Timestamp, Timestamp),
    most: usize,
) -> Result<(Vec<PostView>, bool), AppError> {
    actor.require(Permission::Read)?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = planned::posts(&engine.db, actor.workspace, range, limit).await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let mut of_post: HashMap<PostId, Vec<PublicationView>> = HashMap::new();
    for row in planned::publications(&engine.db, actor.workspace, range, limit).await? {
        of_post.entry(row.post).or_default().push(PublicationView::new(row, Vec::new()));
    }
    let views = rows.into_iter().map(|row| {
        let publications = of_post.remove(&row.id).unwrap_or_default();
        PostView::new(row, publications)
    });
    Ok((views.collect(), more))
}
