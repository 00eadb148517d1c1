//! The library's trash: files that were deleted lie there for a while with their bytes, and can be taken out.

use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_domain::permission::Permission;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::media::{self, MediaRow};

use super::Library;
use crate::Actor;

/// So long what was thrown away can be taken out again, posts and files alike.
pub const TRASH_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// So long the bytes of a file stay that is to go for good, for work that began before.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// When a file counts as deleted that is to go for good now: in the trash nobody sees it, and its bytes follow after [`GRACE`].
pub(super) fn for_good(now: Timestamp) -> Timestamp {
    now - (TRASH_KEPT - GRACE)
}

impl Library {
    /// Files that can be taken out of the trash, latest first, at most `most`, behind the one that was deleted then.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn trashed(
        &self,
        actor: &Actor,
        behind: Option<(Timestamp, MediaId)>,
        most: u32,
    ) -> Result<Vec<MediaRow>, AppError> {
        actor.require(Permission::Read)?;
        let since = for_good(self.parts.clock.now());
        Ok(media::trashed(&self.parts.db, actor.workspace, since, behind, most).await?)
    }

    /// Takes a file out of the trash.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not there.
    pub async fn restore(&self, actor: &Actor, id: MediaId) -> Result<(), AppError> {
        actor.require(Permission::Write)?;
        let (workspace, now) = (actor.workspace, self.parts.clock.now());
        let since = for_good(now);
        let work = self
            .parts
            .db
            .write(move |tx| Box::pin(async move { media::restore(tx, workspace, id, since, now).await }));
        if work.await? { Ok(()) } else { Err(AppError::NotFound { what: "file" }) }
    }

    /// Takes a file away that should not have come in: it is never seen in the trash.
    ///
    /// # Errors
    /// As [`Library::delete`].
    pub async fn discard(&self, actor: &Actor, id: MediaId) -> Result<(), AppError> {
        self.delete(actor, id, None).await?;
        self.hasten(actor, id).await.map(drop)
    }

    /// Takes a file away for good. Its bytes are gone within two hours.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not in the trash.
    pub async fn erase_trashed(&self, actor: &Actor, id: MediaId) -> Result<(), AppError> {
        actor.require(Permission::Publish)?;
        if self.hasten(actor, id).await? { Ok(()) } else { Err(AppError::NotFound { what: "file" }) }
    }

    /// Lets the time in the trash be over. Tells whether it was there.
    async fn hasten(&self, actor: &Actor, id: MediaId) -> Result<bool, AppError> {
        let workspace = actor.workspace;
        let then = for_good(self.parts.clock.now());
        let work = self
            .parts
            .db
            .write(move |tx| Box::pin(async move { media::hasten(tx, workspace, id, then).await }));
        Ok(work.await?)
    }
}
