//! The library: looking at files, describing them, handing out their bytes, throwing them away.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::permission::Permission;
use carillon_domain::time::{Clock, Entropy, Timestamp};
use carillon_store::repo::library::{self, Sought, Standing};
use carillon_store::repo::media::{self, Deleted, MediaRow};
use carillon_store::repo::post;
use carillon_store::{Db, StoreError};
use futures::stream::BoxStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::keys;
use super::link::LinkKey;
use super::rendition;
use super::sniff::FileType;
use super::storage::Storage;
use super::trash::{TRASH_KEPT, for_good};
use super::video::probe::Tools;
use crate::Actor;

/// Longest description, in characters; the longest that any network takes is shorter.
pub const MAX_ALT: usize = 4000;
/// How many of each kind one sweep takes.
const SWEEP: u32 = 100;

/// How large files may be.
#[derive(Debug, Clone, Copy)]
pub struct MediaLimits {
    /// Pictures, GIFs included, bytes. They are held in memory one at a time.
    pub image_bytes: u64,
    /// Pixels of a picture.
    pub image_pixels: u64,
    /// Videos and documents, bytes.
    pub video_bytes: u64,
}

impl Default for MediaLimits {
    fn default() -> Self {
        Self { image_bytes: 50 * 1024 * 1024, image_pixels: 64_000_000, video_bytes: 4 * 1024 * 1024 * 1024 }
    }
}

impl MediaLimits {
    /// The largest file of this type.
    pub(super) fn of(&self, kind: FileType) -> (u64, &'static str, &'static str) {
        match kind.kind() {
            MediaKind::Video => (self.video_bytes, "A video", "media.max_bytes"),
            MediaKind::Document => (self.video_bytes, "A document", "media.max_bytes"),
            MediaKind::Image | MediaKind::Gif => (self.image_bytes, "A picture", "media.max_image_bytes"),
        }
    }

    /// The largest file of any type.
    pub fn largest(&self) -> u64 {
        self.image_bytes.max(self.video_bytes)
    }
}

/// What a [`Library`] is made of.
#[derive(Clone)]
pub struct LibraryParts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Where the bytes lie.
    pub storage: Storage,
    /// Signs public addresses.
    pub links: LinkKey,
    /// How networks reach this server; `None` when they can't.
    pub public_url: Option<Url>,
    /// How large files may be.
    pub limits: MediaLimits,
    /// Programs for videos.
    pub tools: Tools,
}

/// Every file of every workspace; cheap to clone.
#[derive(Clone)]
pub struct Library {
    pub(super) parts: Arc<LibraryParts>,
    /// One picture is decoded, or one document looked into, at a time: that bounds memory.
    pub(super) decoding: Arc<Semaphore>,
    /// One small picture of what is not kept is decoded at a time, and keeps no upload waiting, nor waits for one.
    pub(super) glancing: Arc<Semaphore>,
    /// One video is made at a time: it takes all the processor that is to spare.
    pub(super) filming: Arc<Semaphore>,
    /// Ends what is being made.
    pub(super) stopping: CancellationToken,
    sweeping: Arc<Semaphore>,
}

/// Which files of the library.
#[derive(Debug, Clone, Default)]
pub struct FileFilter {
    /// Only of this kind.
    pub kind: Option<MediaKind>,
    /// Only with posts that stand so.
    pub standing: Option<Standing>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only with this in name, description or tags; case ignored.
    pub q: Option<String>,
    /// The last one of the page before.
    pub after: Option<MediaId>,
}

/// Which version of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// As it would be sent.
    Original,
    /// The rendition of this name.
    Rendition(String),
}

/// What can be read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// MIME type.
    pub mime: String,
    /// Bytes.
    pub bytes: u64,
    /// Changes when the bytes do.
    pub etag: String,
    /// Name for downloads.
    pub name: String,
    key: String,
}

impl Library {
    /// Puts the parts together.
    pub fn new(parts: LibraryParts) -> Self {
        let one = || Arc::new(Semaphore::new(1));
        let stopping = CancellationToken::new();
        let parts = Arc::new(parts);
        Self { parts, decoding: one(), glancing: one(), filming: one(), sweeping: one(), stopping }
    }

    /// How large files may be.
    pub fn limits(&self) -> MediaLimits {
        self.parts.limits
    }

    /// A page of the library's files, newest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &FileFilter,
        limit: u32,
    ) -> Result<Vec<MediaRow>, AppError> {
        actor.require(Permission::Read)?;
        let sought = Sought {
            standing: filter.standing,
            tag: filter.tag.clone(),
            campaign: None,
            q: filter.q.clone(),
            before: filter.after.map(MediaId::uuid),
            limit: limit.into(),
        };
        Ok(library::files(&self.parts.db, actor.workspace, &sought, filter.kind).await?)
    }

    /// One file.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for files of other workspaces and deleted ones.
    pub async fn get(&self, actor: &Actor, id: MediaId) -> Result<MediaRow, AppError> {
        actor.require(Permission::Read)?;
        self.find(actor.workspace, id).await?.ok_or(AppError::NotFound { what: "file" })
    }

    /// What is known of a file, for checks; `None` when it is not in this workspace's library.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn info(&self, workspace: WorkspaceId, id: MediaId) -> Result<Option<MediaInfo>, StoreError> {
        Ok(self.find(workspace, id).await?.map(|row| row.info))
    }

    /// Takes a file out of the library, into its trash. Its bytes follow after [`TRASH_KEPT`].
    ///
    /// # Errors
    /// `Conflict` with code `media_in_use` while an unfinished post has it; `Stale` as in [`Self::describe`].
    pub async fn delete(&self, actor: &Actor, id: MediaId, if_match: Option<i64>) -> Result<(), AppError> {
        actor.require(Permission::Write)?;
        if self.abandon(actor, id).await? {
            return Ok(());
        }
        let (workspace, now) = (actor.workspace, self.parts.clock.now());
        self.change(workspace, id, if_match, move |tx, row| {
            Box::pin(async move {
                if post::using_media(&mut *tx, workspace, id).await?.is_some() {
                    return Err(AppError::Conflict {
                        code: "media_in_use",
                        message: "A draft or scheduled post uses this file. Take it out of the post, or delete the \
                                  post, then delete the file."
                            .to_owned(),
                    });
                }
                let deleted = media::mark_deleted(tx, workspace, id, row.version, now).await?;
                if deleted {
                    // What was made from it can be made again.
                    rendition::follow_deletion(tx, workspace, id, for_good(now)).await?;
                }
                Ok(deleted)
            })
        })
        .await
    }

    /// What can be read of a file that the actor may see.
    ///
    /// # Errors
    /// `NotFound` for files and renditions that are not there.
    pub async fn content(&self, actor: &Actor, id: MediaId, version: &Version) -> Result<Content, AppError> {
        let row = self.get(actor, id).await?;
        content_of(&row, version).ok_or(AppError::NotFound { what: "version of the file" })
    }

    /// What a public address names, if it is one of ours and has not expired.
    ///
    /// # Errors
    /// `NotFound` for every address that is not valid now.
    pub async fn linked(&self, id: MediaId, expiry: &str, token: &str) -> Result<Content, AppError> {
        let gone = AppError::NotFound { what: "file" };
        let Some(linked) = self.parts.links.check(id, expiry, token, self.parts.clock.now()) else {
            return Err(gone);
        };
        // A file that was deleted meanwhile may still be on its way to a network.
        let row = media::find(&self.parts.db, linked.workspace, linked.media).await?;
        row.and_then(|row| content_of(&row, &Version::Original)).ok_or(gone)
    }

    /// The bytes `range` of what [`Self::content`] or [`Self::linked`] found.
    ///
    /// # Errors
    /// When the media store fails before the first byte.
    pub async fn open(
        &self,
        content: &Content,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, AppError> {
        Ok(self.parts.storage.open(&content.key, range).await?)
    }

    /// Removes what nobody needs any more: bytes of deleted files, and uploads whose time is up. Tells how many. Does nothing
    /// while another sweep of this process runs.
    ///
    /// # Errors
    /// When database or media store fail; what was done stays done.
    pub async fn sweep(&self) -> Result<usize, AppError> {
        let Ok(_only) = self.sweeping.try_acquire() else { return Ok(0) };
        let now = self.parts.clock.now();
        Ok(self.sweep_deleted(now - TRASH_KEPT).await? + self.sweep_uploads(now, SWEEP).await?)
    }

    /// Erases what was deleted until then, about [`SWEEP`] files. What still goes out is passed over, so that it keeps nothing else here.
    async fn sweep_deleted(&self, until: Timestamp) -> Result<usize, AppError> {
        let most = usize::try_from(SWEEP).unwrap_or(usize::MAX);
        let (mut count, mut after) = (0, None);
        loop {
            let deleted = media::deleted_before(&self.parts.db, until, after, SWEEP).await?;
            for Deleted { workspace, id, .. } in deleted.iter().copied() {
                // A post that was scheduled while the file was deleted keeps the bytes.
                if post::sending_media(&self.parts.db, workspace, id).await?.is_some() {
                    continue;
                }
                self.erase(&keys::all_of(workspace, id)).await?;
                self.parts
                    .db
                    .write(move |tx| Box::pin(async move { media::remove(tx, workspace, id).await }))
                    .await?;
                count += 1;
            }
            after = deleted.last().copied();
            if deleted.len() < most || count >= most {
                return Ok(count);
            }
        }
    }

    pub(super) async fn erase(&self, prefix: &str) -> Result<(), AppError> {
        for key in self.parts.storage.list(prefix).await? {
            self.parts.storage.delete(&key).await?;
        }
        Ok(())
    }

    pub(super) async fn find(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
    ) -> Result<Option<MediaRow>, StoreError> {
        let row = media::find(&self.parts.db, workspace, id).await?;
        Ok(row.filter(|row| row.deleted_at.is_none()))
    }

    /// Runs `work` with the file as it is, unless the caller saw another version of it.
    pub(super) async fn change<F>(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
        if_match: Option<i64>,
        work: F,
    ) -> Result<(), AppError>
    where
        F: for<'t, 'c> FnOnce(
                &'t mut carillon_store::Tx<'c>,
                MediaRow,
            ) -> futures::future::BoxFuture<'t, Result<bool, AppError>>
            + Send
            + 'static,
    {
        self.parts
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let row = media::find(&mut *tx, workspace, id).await?;
                    let row = row.filter(|row| row.deleted_at.is_none());
                    let row = row.ok_or(AppError::NotFound { what: "file" })?;
                    if if_match.is_some_and(|version| version != row.version) || !work(tx, row).await? {
                        return Err(AppError::Stale);
                    }
                    Ok(())
                })
            })
            .await
    }
}

/// The description as it is stored.
pub(super) fn checked_alt(alt: Option<String>) -> Result<Option<String>, AppError> {
    let alt = alt.map(|alt| alt.trim().to_owned()).filter(|alt| !alt.is_empty());
    let length = alt.as_deref().map_or(0, |alt| alt.chars().count());
    if length > MAX_ALT {
        let message =
            format!("A description may have up to {MAX_ALT} characters, this one has {length}. Shorten it.");
        let error = FieldError::new("alt_text", "too_long", message).with_limit(MAX_ALT, length);
        return Err(AppError::Invalid(vec![error]));
    }
    if let Some(error) = alt.as_deref().and_then(|alt| FieldError::control("alt_text", alt)) {
        return Err(AppError::Invalid(vec![error]));
    }
    Ok(alt)
}

fn content_of(row: &MediaRow, version: &Version) -> Option<Content> {
    let (workspace, id) = (row.workspace, row.info.id);
    match version {
        Version::Original => Some(Content {
            mime: row.info.mime.clone(),
            bytes: row.info.bytes,
            etag: format!("\"{}\"", row.info.sha256),
            name: row.name.clone(),
            key: keys::original(workspace, id),
        }),
        Version::Rendition(name) => {
            let rendition = row.renditions.iter().find(|rendition| rendition.name == *name)?;
            Some(Content {
                mime: "image/jpeg".to_owned(),
                bytes: rendition.bytes,
                etag: format!("\"{}-{name}\"", row.info.sha256),
                name: format!("{name}.jpg"),
                key: keys::rendition(workspace, id, name),
            })
        }
    }
}
