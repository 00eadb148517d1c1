//! Renditions that are still being made: asking for one, looking at it, making it, and what is said when that fails.

use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::permission::Permission;
use carillon_store::StoreError;
use carillon_store::repo::job::{self, NewJob};
use carillon_store::repo::media::{self, Made, MediaRow};
use carillon_store::repo::rendition::{self, RenditionRow, State};
use futures::StreamExt;
use tokio_util::io::ReaderStream;

use super::super::keys;
use super::super::library::Library;
use super::super::sniff::FileType;
use super::super::trash::for_good;
use super::film::{self, Film, FilmError};
use super::plan::Plan;
use super::{job_key, renamed};
use crate::Actor;

/// A file of the library, or one on its way into it.
#[derive(Debug, Clone, PartialEq)]
pub enum Copy {
    /// It is there.
    Ready(MediaRow),
    /// It is being made, or could not be.
    Underway(Underway),
}

/// A rendition that is not in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Underway {
    /// What it is going to be; its bytes and hash are not known yet.
    pub row: MediaRow,
    /// Percent that is made.
    pub progress: u32,
    /// Why it could not be made, for people.
    pub failure: Option<String>,
}

/// How a run of the job ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filmed {
    /// It is made, failed for good, or not wanted any more.
    Over,
    /// This node makes another video.
    Busy,
    /// It was interrupted.
    Again(String),
}

impl Library {
    /// Whether videos can be made anew here.
    pub fn makes_videos(&self) -> bool {
        self.parts.tools.ffmpeg.is_some()
    }

    /// Ends what is being made, to start over after a restart.
    pub fn interrupt(&self) {
        self.stopping.cancel();
    }

    /// A file, or one that is still being made.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for files of other workspaces and deleted ones.
    pub async fn look(&self, actor: &Actor, id: MediaId) -> Result<Copy, AppError> {
        match self.get(actor, id).await {
            Ok(row) => Ok(Copy::Ready(row)),
            Err(AppError::NotFound { what }) => {
                let underway = self.underway(actor.workspace, id).await?;
                underway.map(Copy::Underway).ok_or(AppError::NotFound { what })
            }
            Err(error) => Err(error),
        }
    }

    /// The rendition of this id that is not in the library yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn underway(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
    ) -> Result<Option<Underway>, StoreError> {
        let row = rendition::find(&self.parts.db, workspace, id).await?;
        match row.filter(|row| row.state != State::Ready) {
            Some(row) => self.going_to_be(row).await,
            None => Ok(None),
        }
    }

    /// What is being made from a file, or could not be, oldest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn making_from(&self, actor: &Actor, original: MediaId) -> Result<Vec<Underway>, AppError> {
        actor.require(Permission::Read)?;
        let mut all = Vec::new();
        for row in rendition::of_original(&self.parts.db, actor.workspace, original).await? {
            if row.state != State::Ready {
                all.extend(self.going_to_be(row).await?);
            }
        }
        Ok(all)
    }

    async fn going_to_be(&self, made: RenditionRow) -> Result<Option<Underway>, StoreError> {
        let original = media::find(&self.parts.db, made.workspace, made.original).await?;
        let plan = serde_json::from_str::<Plan>(&made.rules).ok();
        let (Some(original), Some(plan)) = (original, plan) else { return Ok(None) };
        let row = MediaRow {
            info: plan.promise(&original.info, made.id),
            version: 1,
            name: renamed(&original.name, &made.platform, FileType::Mp4),
            tags: original.tags.clone(),
            renditions: Vec::new(),
            warnings: Vec::new(),
            created_by: made.created_by,
            created_at: made.created_at,
            updated_at: made.updated_at,
            deleted_at: None,
            made: Some(Made { original: made.original, platform: made.platform }),
            workspace: made.workspace,
        };
        Ok(Some(Underway { row, progress: made.progress, failure: made.failure }))
    }

    /// Has the video made that `plan` says; the one that is there or under way, if it was asked for before. What failed is tried
    /// once more. `job` makes the job of a rendition.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn have_filmed(
        &self,
        actor: &Actor,
        original: &MediaRow,
        platform: &str,
        plan: &Plan,
        job: impl Fn(MediaId) -> NewJob,
    ) -> Result<Copy, AppError> {
        let row = self.new_rendition(actor, original, platform, plan, State::Making);
        let (workspace, from, now) = (row.workspace, row.original, row.created_at);
        let known = async || rendition::by_rules(&self.parts.db, workspace, from, platform, &row.rules).await;
        let id = match known().await? {
            Some(known) if known.state == State::Failed => {
                let (id, job) = (known.id, job(known.id));
                let again = self.parts.db.write(move |tx| {
                    Box::pin(async move {
                        rendition::set(tx, workspace, id, State::Making, None, now).await?;
                        job::put(tx, &job).await
                    })
                });
                again.await?;
                id
            }
            Some(known) => known.id,
            None => {
                let (copy, job) = (row.clone(), job(row.id));
                let noted = self.parts.db.write(move |tx| {
                    Box::pin(async move {
                        rendition::insert(tx, &copy).await?;
                        job::put(tx, &job).await
                    })
                });
                match noted.await {
                    Ok(()) => row.id,
                    // Somebody else was quicker with the same.
                    Err(error) if error.is_unique_violation() => known().await?.map_or(row.id, |row| row.id),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        self.look(actor, id).await
    }

    /// Takes away a rendition that is not in the library. Tells whether there was one.
    pub(in super::super) async fn abandon(&self, actor: &Actor, id: MediaId) -> Result<bool, AppError> {
        actor.require(Permission::Write)?;
        let workspace = actor.workspace;
        if self.underway(workspace, id).await?.is_none() {
            return Ok(false);
        }
        let removed = self.parts.db.write(move |tx| {
            Box::pin(async move {
                rendition::remove(tx, workspace, id).await?;
                job::remove(tx, &job_key(id)).await
            })
        });
        removed.await?;
        Ok(true)
    }

    /// Makes a video that was asked for, unless this node makes another one. `last`: being ended from outside is a failure now.
    pub(crate) async fn film(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
        last: bool,
    ) -> Result<Filmed, AppError> {
        let Ok(_only) = self.filming.try_acquire() else { return Ok(Filmed::Busy) };
        let row = rendition::find(&self.parts.db, workspace, id).await?;
        let Some(row) = row.filter(|row| row.state == State::Making) else { return Ok(Filmed::Over) };
        let original = self.find(workspace, row.original).await?;
        let plan = serde_json::from_str::<Plan>(&row.rules).map_err(AppError::internal)?;
        let made = match original {
            Some(original) => self.film_it(&row, &original, &plan).await,
            None => Err(Trouble::Film(FilmError::Refused("the original was deleted".to_owned()))),
        };
        let failure = match made {
            Ok(()) => return Ok(Filmed::Over),
            Err(Trouble::Film(FilmError::Interrupted)) => {
                let wanted = rendition::find(&self.parts.db, workspace, id).await?.is_some();
                let again = || Filmed::Again("the node stopped while it made a video".to_owned());
                return Ok(if wanted { again() } else { Filmed::Over });
            }
            Err(Trouble::Film(error @ FilmError::Ended(_))) if !last => {
                return Ok(Filmed::Again(error.to_string()));
            }
            Err(Trouble::Film(error)) => error.to_string(),
            Err(Trouble::App(AppError::Invalid(fields))) => {
                fields.into_iter().map(|field| field.message).collect::<Vec<_>>().join(" ")
            }
            Err(Trouble::App(error)) => return Err(error),
        };
        let failure = failure.trim_end_matches('.');
        let why = format!(
            "The copy could not be made: {failure}. Convert the video yourself and upload the result."
        );
        self.fail_rendition(workspace, id, &why).await?;
        Ok(Filmed::Over)
    }

    async fn film_it(&self, row: &RenditionRow, original: &MediaRow, plan: &Plan) -> Result<(), Trouble> {
        let (workspace, id) = (row.workspace, row.id);
        // What a run before this one left.
        self.remove_upload(workspace, id).await?;
        let key = keys::original(workspace, row.original);
        let storage = &self.parts.storage;
        let head = storage.read(&key, 0..original.info.bytes.min(super::super::sniff::HEAD as u64)).await;
        let kind = FileType::sniff(&head.map_err(AppError::from)?).map_err(AppError::from)?;
        let input = storage.as_file(&key, original.info.bytes).await.map_err(AppError::from)?;
        let output = storage.scratch_file(&format!("{id}.mp4")).map_err(AppError::internal)?;
        let film = Film {
            input: input.path(),
            kind,
            length_ms: plan.length_ms(original.info.duration_ms).unwrap_or(0),
            plan,
            output: &output,
        };
        let tell = |percent| self.tell(workspace, id, percent);
        film::make(&self.parts.tools, &film, &self.stopping, tell).await.map_err(Trouble::Film)?;
        let file = tokio::fs::File::open(&output).await.map_err(AppError::internal)?;
        let body = ReaderStream::with_capacity(file, 256 * 1024).boxed();
        let name = renamed(&original.name, &row.platform, FileType::Mp4);
        let taken = self.take_rendition(row, original, name, body).await?;
        // It was given up in the last moment.
        if rendition::find(&self.parts.db, workspace, id).await.map_err(AppError::from)?.is_none() {
            let (version, at) = (taken.version, for_good(self.parts.clock.now()));
            let gone = self.parts.db.write(move |tx| {
                Box::pin(async move { media::mark_deleted(tx, workspace, id, version, at).await })
            });
            gone.await.map_err(AppError::from)?;
        }
        Ok(())
    }

    /// Notes how far it is. Whether it is still wanted; a database that fails now is asked again at the next percent.
    async fn tell(&self, workspace: WorkspaceId, id: MediaId, percent: u32) -> bool {
        let now = self.parts.clock.now();
        let told = self.parts.db.write(move |tx| {
            Box::pin(async move { rendition::progress(tx, workspace, id, percent, now).await })
        });
        told.await.unwrap_or(true)
    }

    /// Says that a rendition could not be made.
    pub(crate) async fn fail_rendition(
        &self,
        workspace: WorkspaceId,
        id: MediaId,
        why: &str,
    ) -> Result<(), AppError> {
        let (why, now) = (why.to_owned(), self.parts.clock.now());
        let failed = self.parts.db.write(move |tx| {
            Box::pin(async move {
                rendition::set(tx, workspace, id, State::Failed, Some(&why), now).await.map(drop)
            })
        });
        Ok(failed.await?)
    }
}

/// Why a video was not made.
enum Trouble {
    Film(FilmError),
    App(AppError),
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl Plan {
    /// What a video made by this plan is going to be, as far as checks need to know.
    fn promise(&self, original: &MediaInfo, id: MediaId) -> MediaInfo {
        MediaInfo {
            id,
            kind: MediaKind::Video,
            mime: FileType::Mp4.mime().to_owned(),
            bytes: self.bytes.min(original.bytes),
            sha256: String::new(),
            width: Some(self.width),
            height: Some(self.height),
            duration_ms: self.length_ms(original.duration_ms),
            frame_rate: self.frame_rate.or(original.frame_rate),
            video_codec: Some("h264".to_owned()),
            audio_codec: original.audio_codec.as_ref().map(|_| "aac".to_owned()),
            ..original.clone()
        }
    }
}
