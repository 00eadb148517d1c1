//! From a complete upload to a file of the library: cleaned, measured, with smaller versions.

use carillon_domain::error::AppError;
use carillon_domain::media::{MediaInfo, MediaKind, MediaWarning, Rendition};
use carillon_store::repo::media::{self, Made, MediaRow};
use carillon_store::repo::media_upload::{self, UploadRow};
use carillon_store::repo::rendition::RenditionRow;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};

use super::document::{self, DocumentFacts};
use super::keys;
use super::library::Library;
use super::picture::{self, Picture};
use super::pieces::Pieces;
use super::refusal::Refusal;
use super::rendition;
use super::sniff::{FileType, HEAD};
use super::video::probe::{ProbeError, VideoFacts};
use super::video::{self, ExamineError, Patches, ReadAt};

/// Smaller versions and the longest side of each, pixels.
const RENDITIONS: [(&str, u32); 2] = [("thumb", 320), ("preview", 1080)];

/// What came of the bytes.
struct Ingested {
    info: MediaInfo,
    renditions: Vec<Rendition>,
    warnings: Vec<MediaWarning>,
}

impl Library {
    /// Puts a complete upload into the library. Doing it twice, at once even, gives the same file.
    pub(super) async fn finish(&self, upload: &UploadRow) -> Result<MediaRow, AppError> {
        self.finish_as(upload, None).await
    }

    /// The same, as a rendition where it is one.
    pub(super) async fn finish_as(
        &self,
        upload: &UploadRow,
        made: Option<&RenditionRow>,
    ) -> Result<MediaRow, AppError> {
        let (workspace, id) = (upload.workspace, upload.id);
        if let Some(row) = self.find(workspace, id).await? {
            return Ok(row);
        }
        let pieces = Pieces {
            storage: self.parts.storage.clone(),
            pieces: media_upload::pieces(&self.parts.db, workspace, id).await?,
            prefix: keys::pieces(workspace, id),
        };
        let head = pieces.read_at(0..pieces.size().min(HEAD as u64)).await.map_err(AppError::internal)?;
        let mut kind = FileType::sniff(&head)?;
        kind.check_name(&upload.name)?;
        let (limit, what, setting) = self.parts.limits.of(kind);
        if pieces.size() > limit {
            return Err(Refusal::TooLarge { what, limit, setting }.into());
        }
        let ingested = match kind.kind() {
            MediaKind::Video => self.ingest_video(upload, kind, &pieces).await?,
            MediaKind::Image | MediaKind::Gif => self.ingest_picture(upload, kind, &pieces).await?,
            MediaKind::Document => {
                let facts = self.examine_document(kind, &pieces).await?;
                kind = facts.kind;
                kind.check_name(&upload.name)?;
                self.ingest_document(upload, &facts, &pieces).await?
            }
        };
        let row = self.enter(upload, kind, ingested, made).await?;
        if let Err(error) = self.erase(&keys::pieces(workspace, id)).await {
            tracing::warn!(%workspace, %id, %error, "the pieces of an upload could not be removed yet");
        }
        Ok(row)
    }

    async fn enter(
        &self,
        upload: &UploadRow,
        kind: FileType,
        ingested: Ingested,
        made: Option<&RenditionRow>,
    ) -> Result<MediaRow, AppError> {
        let now = self.parts.clock.now();
        let original = match made {
            Some(made) => self.find(upload.workspace, made.original).await?,
            None => None,
        };
        let row = MediaRow {
            workspace: upload.workspace,
            info: ingested.info,
            version: 1,
            name: with_extension(&upload.name, kind),
            tags: original.map(|original| original.tags).unwrap_or_default(),
            renditions: ingested.renditions,
            warnings: ingested.warnings,
            created_by: upload.created_by,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            made: made.map(|made| Made { original: made.original, platform: made.platform.clone() }),
        };
        let (copy, made) = (row.clone(), made.cloned());
        let (workspace, id) = (upload.workspace, upload.id);
        let entered = self.parts.db.write(move |tx| {
            Box::pin(async move {
                media::insert(tx, &copy).await?;
                if let Some(made) = made {
                    rendition::enter(tx, &made, now).await?;
                }
                media_upload::finish(tx, workspace, id, now).await
            })
        });
        match entered.await {
            Ok(()) => Ok(row),
            // Somebody else finished the same upload; the bytes are the same.
            Err(error) if error.is_unique_violation() => {
                self.find(workspace, id).await?.ok_or(AppError::NotFound { what: "file" })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn ingest_picture(
        &self,
        upload: &UploadRow,
        kind: FileType,
        pieces: &Pieces,
    ) -> Result<Ingested, AppError> {
        let _turn = self.decoding.acquire().await.map_err(AppError::internal)?;
        let original = pieces.read_at(0..pieces.size()).await.map_err(AppError::internal)?;
        let max_pixels = self.parts.limits.image_pixels;
        let work = move || {
            let picture = picture::prepare(kind, &original, max_pixels)?;
            let hash = hex::encode(Sha256::digest(&picture.bytes));
            let small = small_versions(&picture)?;
            Ok::<_, Refusal>((picture, hash, small))
        };
        let (picture, sha256, small) =
            tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??;
        let key = keys::original(upload.workspace, upload.id);
        let mut writer = self.parts.storage.writer(&key);
        writer.write(picture.bytes.clone()).await?;
        writer.finish().await?;
        let renditions = self.store_renditions(upload, small).await?;
        let moves = picture.frames.is_some_and(|frames| frames > 1);
        let info = MediaInfo {
            kind: if moves { MediaKind::Gif } else { MediaKind::Image },
            bytes: picture.bytes.len() as u64,
            sha256,
            width: Some(picture.pixels.width()),
            height: Some(picture.pixels.height()),
            duration_ms: picture.duration_ms,
            frames: picture.frames,
            ..unmeasured(upload, kind)
        };
        Ok(Ingested { info, renditions, warnings: Vec::new() })
    }

    async fn ingest_video(
        &self,
        upload: &UploadRow,
        kind: FileType,
        pieces: &Pieces,
    ) -> Result<Ingested, AppError> {
        let patches = video::examine(kind, pieces).await?;
        let key = keys::original(upload.workspace, upload.id);
        let sha256 = self.keep(&key, pieces, patches).await?;
        let bytes = pieces.size();
        let mut warnings = Vec::new();
        let facts = self.measure(&key, bytes, kind, &mut warnings).await?;
        let (facts, small) = facts.unwrap_or_default();
        let renditions = self.store_renditions(upload, small).await?;
        let info = MediaInfo {
            bytes,
            sha256,
            width: facts.width,
            height: facts.height,
            duration_ms: facts.duration_ms,
            frame_rate: facts.frame_rate,
            video_codec: facts.video_codec,
            audio_codec: facts.audio_codec,
            ..unmeasured(upload, kind)
        };
        Ok(Ingested { info, renditions, warnings })
    }

    /// What a document is; one at a time, like pictures, since its parts are in memory.
    async fn examine_document(&self, kind: FileType, pieces: &Pieces) -> Result<DocumentFacts, AppError> {
        let _turn = self.decoding.acquire().await.map_err(AppError::internal)?;
        Ok(document::examine(kind, pieces).await?)
    }

    /// A document stays as it is, to the bit: what it is signed with, and who wrote it.
    async fn ingest_document(
        &self,
        upload: &UploadRow,
        facts: &DocumentFacts,
        pieces: &Pieces,
    ) -> Result<Ingested, AppError> {
        let key = keys::original(upload.workspace, upload.id);
        let sha256 = self.keep(&key, pieces, Patches::default()).await?;
        let info =
            MediaInfo { bytes: pieces.size(), sha256, pages: facts.pages, ..unmeasured(upload, facts.kind) };
        Ok(Ingested { info, renditions: Vec::new(), warnings: vec![metadata_kept()] })
    }

    /// Writes the pieces, patched, as one file; gives its SHA-256.
    async fn keep(&self, key: &str, pieces: &Pieces, mut patches: Patches) -> Result<String, AppError> {
        let mut writer = self.parts.storage.writer(key);
        let mut hash = Sha256::new();
        for (name, bytes) in pieces.objects() {
            let mut stream = self.parts.storage.open(&name, 0..bytes).await?;
            while let Some(chunk) = stream.try_next().await.map_err(AppError::internal)? {
                let chunk = patches.apply(chunk);
                hash.update(&chunk);
                writer.write(chunk).await?;
            }
        }
        writer.finish().await?;
        Ok(hex::encode(hash.finalize()))
    }

    /// What ffmpeg's programs tell of a stored video. What they can't tell becomes a warning.
    async fn measure(
        &self,
        key: &str,
        bytes: u64,
        kind: FileType,
        warnings: &mut Vec<MediaWarning>,
    ) -> Result<Option<(VideoFacts, Small)>, AppError> {
        let tools = &self.parts.tools;
        if tools.ffprobe.is_none() {
            warnings.push(not_measured("ffprobe is not installed on this server"));
            return Ok(None);
        }
        let file = self.parts.storage.as_file(key, bytes).await?;
        let facts = match tools.measure(file.path(), kind).await {
            Ok(facts) => facts,
            Err(ProbeError::Refused(refusal)) => return Err(refusal.into()),
            Err(error) => {
                tracing::warn!(%error, key, "a video could not be measured");
                warnings.push(not_measured("ffprobe failed on this server"));
                return Ok(None);
            }
        };
        let (longest, max_pixels) = (RENDITIONS[1].1, self.parts.limits.image_pixels);
        // From a moment in, since many begin with black.
        let moment = facts.duration_ms.unwrap_or(0).min(10_000) / 10;
        let small = match tools.picture(file.path(), moment, longest).await {
            Ok(jpeg) => {
                let _turn = self.decoding.acquire().await.map_err(AppError::internal)?;
                let work =
                    move || small_versions(&picture::prepare(FileType::Jpeg, &jpeg.into(), max_pixels)?);
                tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??
            }
            Err(error) => {
                tracing::warn!(%error, key, "a video gave no picture");
                warnings.push(MediaWarning {
                    code: "no_thumbnail".to_owned(),
                    message: "No picture could be taken from this video. It can be published all the same."
                        .to_owned(),
                });
                Small::new()
            }
        };
        Ok(Some((facts, small)))
    }

    async fn store_renditions(&self, upload: &UploadRow, small: Small) -> Result<Vec<Rendition>, AppError> {
        let mut list = Vec::new();
        for (name, made) in small {
            let key = keys::rendition(upload.workspace, upload.id, name);
            let bytes = made.bytes.len() as u64;
            self.parts.storage.put(&key, made.bytes).await?;
            list.push(Rendition { name: name.to_owned(), width: made.width, height: made.height, bytes });
        }
        Ok(list)
    }
}

type Small = Vec<(&'static str, picture::Rendition)>;

fn small_versions(picture: &Picture) -> Result<Small, Refusal> {
    RENDITIONS.iter().map(|(name, side)| Ok((*name, picture::rendition(&picture.pixels, *side)?))).collect()
}

fn not_measured(why: &str) -> MediaWarning {
    MediaWarning {
        code: "not_measured".to_owned(),
        message: format!(
            "{why}, so dimensions, length and codecs of this video are unknown and can't be checked against the networks' \
             limits. It can be published all the same. Install ffmpeg and upload the video again to have it checked."
        ),
    }
}

fn metadata_kept() -> MediaWarning {
    MediaWarning {
        code: "metadata_kept".to_owned(),
        message: "A document is published as it is, with the author's name, comments and whatever else the program that wrote it \
                  put inside. If nobody should see that, export it without, and upload it again."
            .to_owned(),
    }
}

/// What is known before anything is measured.
fn unmeasured(upload: &UploadRow, kind: FileType) -> MediaInfo {
    MediaInfo {
        id: upload.id,
        kind: kind.kind(),
        mime: kind.mime().to_owned(),
        bytes: 0,
        sha256: String::new(),
        width: None,
        height: None,
        duration_ms: None,
        frame_rate: None,
        frames: None,
        pages: None,
        video_codec: None,
        audio_codec: None,
        alt: upload.alt.clone(),
    }
}

fn with_extension(name: &str, kind: FileType) -> String {
    let has_one =
        name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty());
    if has_one { name.to_owned() } else { format!("{}.{}", name.trim_end_matches('.'), kind.extensions()[0]) }
}

impl From<ExamineError> for AppError {
    fn from(error: ExamineError) -> Self {
        match error {
            ExamineError::Refused(refusal) => refusal.into(),
            ExamineError::Storage(error) => Self::internal(error),
        }
    }
}
