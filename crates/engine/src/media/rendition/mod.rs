//! Renditions: files of the library that are made from others so that a network takes them.
//!
//! - The same rules asked twice give the same file, by an index of the database.
//! - The bytes come in by the way of every upload: cleaned, measured, and in the library completely or not at all.
//! - A rendition goes with its original, unless a post uses it.

pub mod edit;
mod film;
mod making;
pub mod plan;
mod still;

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::repo::media::{self, MediaRow};
use carillon_store::repo::media_upload::UploadRow;
use carillon_store::repo::rendition::{self, RenditionRow, State};
use carillon_store::repo::{job, post};
use carillon_store::{StoreError, Tx};
use futures::StreamExt;

use self::edit::Edit;
pub(crate) use self::making::Filmed;
pub use self::making::{Copy, Underway};
use self::plan::Plan;
use super::keys;
use super::library::Library;
use super::sniff::FileType;
use super::uploads::EXPIRES_AFTER;
use crate::Actor;

/// In the place of a platform: what a person made of a file.
pub(crate) const FOR_NOBODY: &str = "";
/// Longest side of a picture that is taken from a video, pixels.
const LARGEST_FRAME: u32 = 4_096;

/// The unique key of the job that makes a rendition.
pub(crate) fn job_key(id: MediaId) -> String {
    format!("rendition/{id}")
}

impl Library {
    /// What was made from a file, oldest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn made_from(&self, actor: &Actor, original: MediaId) -> Result<Vec<MediaRow>, AppError> {
        actor.require(carillon_domain::permission::Permission::Read)?;
        Ok(media::made_from(&self.parts.db, actor.workspace, original).await?)
    }

    /// The picture that `plan` says, made from `original` for `platform`; the one that is there, if it was made before.
    ///
    /// # Errors
    /// `Invalid` when the file can't be made so.
    pub(crate) async fn make_picture(
        &self,
        actor: &Actor,
        original: &MediaRow,
        platform: &str,
        plan: &Plan,
    ) -> Result<MediaRow, AppError> {
        if let Some(row) = self.made_before(original, platform, plan).await? {
            return Ok(row);
        }
        let made = self.draw(original, plan).await?;
        self.keep_picture(actor, original, platform, plan, made).await
    }

    /// The picture of one moment of a video; the one that is there, if it was taken before.
    ///
    /// # Errors
    /// `Conflict` with code `no_frame` when the video gives none.
    pub(crate) async fn take_frame(
        &self,
        actor: &Actor,
        original: &MediaRow,
        at_ms: u64,
    ) -> Result<MediaRow, AppError> {
        let plan = Plan {
            types: vec![FileType::Jpeg.mime().to_owned()],
            width: original.info.width.unwrap_or_default(),
            height: original.info.height.unwrap_or_default(),
            fit: None,
            bytes: self.parts.limits.image_bytes,
            frame_rate: None,
            edit: Some(Edit { frame: Some(at_ms), ..Edit::default() }),
        };
        if let Some(row) = self.made_before(original, FOR_NOBODY, &plan).await? {
            return Ok(row);
        }
        let key = keys::original(original.workspace, original.info.id);
        let file = self.parts.storage.as_file(&key, original.info.bytes).await?;
        let taken = self.parts.tools.picture(file.path(), at_ms, LARGEST_FRAME).await;
        let bytes = taken.map_err(|error| AppError::Conflict {
            code: "no_frame",
            message: format!("No picture could be taken there: {error}. Choose another moment."),
        })?;
        let made = still::Made { kind: FileType::Jpeg, bytes: bytes.into() };
        self.keep_picture(actor, original, FOR_NOBODY, &plan, made).await
    }

    /// Puts a picture that was made into the library, unless somebody was quicker with the same.
    async fn keep_picture(
        &self,
        actor: &Actor,
        original: &MediaRow,
        platform: &str,
        plan: &Plan,
        made: still::Made,
    ) -> Result<MediaRow, AppError> {
        let row = self.new_rendition(actor, original, platform, plan, State::Ready);
        let name = renamed(&original.name, platform, made.kind);
        let body = futures::stream::iter([Ok(made.bytes)]).boxed();
        match self.take_rendition(&row, original, name, body).await {
            // Somebody else was quicker with the same.
            Err(AppError::NotFound { .. }) => {
                let first = self.made_before(original, platform, plan).await?;
                first.ok_or(AppError::NotFound { what: "file" })
            }
            taken => taken,
        }
    }

    /// The rendition by this plan, if it is in the library.
    async fn made_before(
        &self,
        original: &MediaRow,
        platform: &str,
        plan: &Plan,
    ) -> Result<Option<MediaRow>, AppError> {
        let (workspace, rules) = (original.workspace, plan.rules());
        let known =
            rendition::by_rules(&self.parts.db, workspace, original.info.id, platform, &rules).await?;
        match known {
            Some(known) => Ok(self.find(workspace, known.id).await?),
            None => Ok(None),
        }
    }

    fn new_rendition(
        &self,
        actor: &Actor,
        original: &MediaRow,
        platform: &str,
        plan: &Plan,
        state: State,
    ) -> RenditionRow {
        let now = self.parts.clock.now();
        RenditionRow {
            workspace: original.workspace,
            id: MediaId::new(self.parts.clock.as_ref(), self.parts.entropy.as_ref()),
            original: original.info.id,
            platform: platform.to_owned(),
            rules: plan.rules(),
            state,
            progress: if state == State::Ready { 100 } else { 0 },
            failure: None,
            created_by: actor.user,
            created_at: now,
            updated_at: now,
        }
    }

    async fn draw(&self, original: &MediaRow, plan: &Plan) -> Result<still::Made, AppError> {
        let _turn = self.decoding.acquire().await.map_err(AppError::internal)?;
        let key = keys::original(original.workspace, original.info.id);
        let bytes = self.parts.storage.read(&key, 0..original.info.bytes).await?;
        let (plan, max_pixels) = (plan.clone(), self.parts.limits.image_pixels);
        let work = move || still::make(&bytes, &plan, max_pixels);
        Ok(tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??)
    }

    /// Puts what was made into the library, under the id of `row`. What an earlier try left is gone before.
    async fn take_rendition(
        &self,
        row: &RenditionRow,
        original: &MediaRow,
        name: String,
        body: super::Incoming,
    ) -> Result<MediaRow, AppError> {
        let now = self.parts.clock.now();
        let upload = UploadRow {
            workspace: row.workspace,
            id: row.id,
            name,
            alt: original.info.alt.clone(),
            length: None,
            received: 0,
            created_by: row.created_by,
            created_at: now,
            expires_at: now + EXPIRES_AFTER,
            finished_at: None,
        };
        self.take_made(upload, body, row).await
    }
}

/// The name of a file with the extension of another type. What a person made stands beside the original, so it says what it is.
fn renamed(name: &str, platform: &str, kind: FileType) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let edited = if platform == FOR_NOBODY { " (edited)" } else { "" };
    format!("{}{edited}.{}", if stem.is_empty() { "file" } else { stem }, kind.extensions()[0])
}

/// Notes, with the file itself, that it is in the library.
pub(super) async fn enter(tx: &mut Tx<'_>, row: &RenditionRow, now: Timestamp) -> Result<(), StoreError> {
    if rendition::set(tx, row.workspace, row.id, State::Ready, None, now).await? {
        return Ok(());
    }
    rendition::insert(tx, row).await
}

/// What goes with a file that is deleted: renditions of it that were made for networks and that no post uses, and what was known of it as
/// a rendition. They count as deleted at `at`.
pub(super) async fn follow_deletion(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    original: MediaId,
    at: Timestamp,
) -> Result<(), StoreError> {
    rendition::remove(tx, workspace, original).await?;
    let files = media::made_from(&mut *tx, workspace, original).await?;
    let files: BTreeMap<MediaId, i64> = files.iter().map(|row| (row.info.id, row.version)).collect();
    for made in rendition::of_original(&mut *tx, workspace, original).await? {
        if let Some(version) = files.get(&made.id) {
            // What a person made is theirs, and stays as a file of its own.
            if made.platform == FOR_NOBODY {
                rendition::remove(tx, workspace, made.id).await?;
                continue;
            }
            if post::using_media(&mut *tx, workspace, made.id).await?.is_some() {
                continue;
            }
            media::mark_deleted(tx, workspace, made.id, *version, at).await?;
        } else {
            job::remove(tx, &job_key(made.id)).await?;
        }
        rendition::remove(tx, workspace, made.id).await?;
    }
    Ok(())
}
