//! Files on their way in: resumable, in pieces that are stored one by one, so that neither a cut connection nor a restart
//! nor another node taking over loses what has arrived.

use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::time::{Timestamp, random_bytes};
use carillon_store::repo::media::MediaRow;
use carillon_store::repo::media_upload::{self, PieceRow, UploadRow};
use carillon_store::repo::rendition::RenditionRow;

use super::incoming::{Body, Incoming, tidy_name};
use super::keys;
use super::library::{Library, checked_alt};
use super::refusal::Refusal;
use super::sniff::FileType;
use crate::Actor;

/// Bytes of one stored piece; what a cut connection can lose after a crash of the server.
const PIECE: u64 = 32 * 1024 * 1024;
/// How long an upload waits for its next byte.
pub(super) const EXPIRES_AFTER: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What a client says about a file before sending it.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// Its description.
    pub alt: Option<String>,
}

/// How far an upload is.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadState {
    /// Its id, and that of the file it becomes.
    pub id: MediaId,
    /// Bytes of the whole file.
    pub length: Option<u64>,
    /// Bytes that are stored.
    pub received: u64,
    /// When it is given up.
    pub expires_at: Timestamp,
    /// The file, once it is in the library.
    pub media: Option<MediaRow>,
}

impl Library {
    /// Takes a whole file in one go.
    ///
    /// # Errors
    /// `Invalid` with the reason when the file is not taken; nothing stays then.
    pub async fn upload(&self, actor: &Actor, file: NewFile, body: Incoming) -> Result<MediaRow, AppError> {
        let upload = self.insert(actor, file, None).await?;
        let taken = self.take_whole(&upload, body).await;
        if taken.is_err() {
            self.give_up(&upload).await;
        }
        taken
    }

    /// Takes what was made from another file, as a whole upload. `upload` has the id of `made`.
    pub(super) async fn take_made(
        &self,
        upload: UploadRow,
        body: Incoming,
        made: &RenditionRow,
    ) -> Result<MediaRow, AppError> {
        let copy = upload.clone();
        self.parts.db.write(move |tx| Box::pin(async move { media_upload::insert(tx, &copy).await })).await?;
        let taken = match self.take_all(&upload, body).await {
            Ok(whole) => self.finish_as(&whole, Some(made)).await,
            Err(error) => Err(error),
        };
        if taken.is_err() {
            self.give_up(&upload).await;
        }
        taken
    }

    async fn take_whole(&self, upload: &UploadRow, body: Incoming) -> Result<MediaRow, AppError> {
        let whole = self.take_all(upload, body).await?;
        self.finish(&whole).await
    }

    /// Takes a body to its end, which is that of the file.
    async fn take_all(&self, upload: &UploadRow, body: Incoming) -> Result<UploadRow, AppError> {
        let (workspace, id) = (upload.workspace, upload.id);
        self.take(upload, body).await?;
        self.parts
            .db
            .write(move |tx| Box::pin(async move { media_upload::end(tx, workspace, id).await }))
            .await?;
        self.upload_row(workspace, id).await
    }

    /// Begins a resumable upload of `length` bytes.
    ///
    /// # Errors
    /// `Invalid` when a file of this length is never taken.
    pub async fn begin(&self, actor: &Actor, file: NewFile, length: u64) -> Result<UploadState, AppError> {
        if length == 0 {
            return Err(Refusal::Empty.into());
        }
        let limit = self.parts.limits.largest();
        if length > limit {
            return Err(Refusal::TooLarge { what: "A file", limit, setting: "media.max_bytes" }.into());
        }
        self.state(self.insert(actor, file, Some(length)).await?, None)
    }

    /// How far an upload is. Completes one that has all its bytes but was interrupted before the end.
    ///
    /// # Errors
    /// `NotFound`, also when its time is up.
    pub async fn upload_state(&self, actor: &Actor, id: MediaId) -> Result<UploadState, AppError> {
        actor.require(Permission::Write)?;
        let upload = self.upload_row(actor.workspace, id).await?;
        self.advance(upload).await
    }

    /// Appends bytes to an upload at `offset`, which must be where it stands. Keeps what arrives, also when the stream breaks
    /// off; the last byte completes the file.
    ///
    /// # Errors
    /// `Conflict` with code `wrong_offset`; `Invalid` when the file is not taken, and then the upload is gone.
    pub async fn append(
        &self,
        actor: &Actor,
        id: MediaId,
        offset: u64,
        body: Incoming,
    ) -> Result<UploadState, AppError> {
        actor.require(Permission::Write)?;
        let upload = self.upload_row(actor.workspace, id).await?;
        if offset != upload.received {
            return Err(wrong_offset(upload.received));
        }
        if upload.finished_at.is_none() && upload.length != Some(upload.received) {
            self.giving_up(&upload, self.take(&upload, body).await).await?;
        }
        self.advance(self.upload_row(actor.workspace, id).await?).await
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn terminate(&self, actor: &Actor, id: MediaId) -> Result<(), AppError> {
        actor.require(Permission::Write)?;
        let upload = self.upload_row(actor.workspace, id).await?;
        self.give_up(&upload).await;
        Ok(())
    }

    /// Stores bytes and goes no further, as a process does that dies then.
    #[cfg(test)]
    pub(super) async fn take_for_test(&self, actor: &Actor, id: MediaId, body: Incoming) {
        let upload = self.upload_row(actor.workspace, id).await.expect("upload");
        self.take(&upload, body).await.expect("stored");
    }

    /// Completes the upload if it has all its bytes.
    async fn advance(&self, upload: UploadRow) -> Result<UploadState, AppError> {
        if upload.length != Some(upload.received) {
            return self.state(upload, None);
        }
        let done = self.finish(&upload).await;
        let media = self.giving_up(&upload, done).await?;
        self.state(upload, Some(media))
    }

    fn state(&self, upload: UploadRow, media: Option<MediaRow>) -> Result<UploadState, AppError> {
        let UploadRow { id, length, received, expires_at, .. } = upload;
        Ok(UploadState { id, length, received, expires_at, media })
    }

    async fn insert(&self, actor: &Actor, file: NewFile, length: Option<u64>) -> Result<UploadRow, AppError> {
        actor.require(Permission::Write)?;
        let now = self.parts.clock.now();
        let row = UploadRow {
            workspace: actor.workspace,
            id: MediaId::new(self.parts.clock.as_ref(), self.parts.entropy.as_ref()),
            name: tidy_name(&file.name),
            alt: checked_alt(file.alt)?,
            length,
            received: 0,
            created_by: actor.user,
            created_at: now,
            expires_at: now + EXPIRES_AFTER,
            finished_at: None,
        };
        let copy = row.clone();
        self.parts.db.write(move |tx| Box::pin(async move { media_upload::insert(tx, &copy).await })).await?;
        Ok(row)
    }

    async fn upload_row(&self, workspace: WorkspaceId, id: MediaId) -> Result<UploadRow, AppError> {
        let row = media_upload::find(&self.parts.db, workspace, id).await?;
        let now = self.parts.clock.now();
        row.filter(|row| row.expires_at > now).ok_or(AppError::NotFound { what: "upload" })
    }

    /// Stores what comes, piece by piece. An error of the stream comes after everything before it was stored.
    async fn take(&self, upload: &UploadRow, body: Incoming) -> Result<(), AppError> {
        let mut body = Body::new(body);
        let mut received = upload.received;
        if received == 0 {
            let head = body.head().await?;
            let kind = self.admit(upload, &head)?;
            let (limit, what, setting) = self.parts.limits.of(kind);
            if upload.length.is_some_and(|length| length > limit) {
                return Err(Refusal::TooLarge { what, limit, setting }.into());
            }
            body.limit = limit;
            body.over = Refusal::TooLarge { what, limit, setting }.into();
        }
        if let Some(length) = upload.length {
            body.limit = length - received;
            body.over = AppError::invalid(
                "file",
                "longer_than_announced",
                format!("More bytes came than the {length} that were announced. Begin again."),
            );
        }
        while let Some(stored) = self.take_piece(upload, received, &mut body).await? {
            received += stored;
        }
        Ok(())
    }

    /// Whether a file that begins so may come in at all; better said now than after a gigabyte.
    fn admit(&self, upload: &UploadRow, head: &[u8]) -> Result<FileType, Refusal> {
        let kind = FileType::sniff(head)?;
        kind.check_name(&upload.name)?;
        Ok(kind)
    }

    /// Stores the next piece; `None` at the end of the stream.
    async fn take_piece(
        &self,
        upload: &UploadRow,
        start: u64,
        body: &mut Body,
    ) -> Result<Option<u64>, AppError> {
        let object = format!("{start:020}-{}", hex::encode(random_bytes::<4>(self.parts.entropy.as_ref())));
        let key = keys::piece(upload.workspace, upload.id, &object);
        let mut writer = self.parts.storage.writer(&key);
        let mut bytes = 0;
        let end = loop {
            if bytes >= PIECE {
                break Ok(());
            }
            match body.next().await {
                Ok(Some(chunk)) => {
                    bytes += chunk.len() as u64;
                    writer.write(chunk).await?;
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if bytes == 0 {
            writer.abort().await;
            return end.map(|()| None);
        }
        writer.finish().await?;
        let (workspace, id) = (upload.workspace, upload.id);
        let expires = self.parts.clock.now() + EXPIRES_AFTER;
        let piece = PieceRow { start, bytes, object };
        let added = self.parts.db.write(move |tx| {
            Box::pin(async move { media_upload::add_piece(tx, workspace, id, &piece, expires).await })
        });
        if !added.await? {
            self.parts.storage.delete(&key).await?;
            let row = self.upload_row(workspace, id).await?;
            return Err(wrong_offset(row.received));
        }
        end.map(|()| Some(bytes))
    }

    /// Passes `result` on; when the file itself is to blame, trying again makes no sense and the upload is given up.
    async fn giving_up<T>(&self, upload: &UploadRow, result: Result<T, AppError>) -> Result<T, AppError> {
        if let Err(AppError::Invalid(_)) = result {
            self.give_up(upload).await;
        }
        result
    }

    /// Removes an upload; what fails now is left to the sweep.
    async fn give_up(&self, upload: &UploadRow) {
        let (workspace, id, now) = (upload.workspace, upload.id, self.parts.clock.now());
        let expired = self
            .parts
            .db
            .write(move |tx| Box::pin(async move { media_upload::expire(tx, workspace, id, now).await }));
        let removed = match expired.await {
            Ok(_) => self.remove_upload(workspace, id).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = removed {
            tracing::warn!(%workspace, %id, %error, "an upload that was given up could not be removed yet");
        }
    }

    pub(super) async fn sweep_uploads(&self, now: Timestamp, limit: u32) -> Result<usize, AppError> {
        let expired = media_upload::expired(&self.parts.db, now, limit).await?;
        let count = expired.len();
        for (workspace, id) in expired {
            self.remove_upload(workspace, id).await?;
        }
        Ok(count)
    }

    pub(super) async fn remove_upload(&self, workspace: WorkspaceId, id: MediaId) -> Result<(), AppError> {
        self.erase(&keys::pieces(workspace, id)).await?;
        if carillon_store::repo::media::find(&self.parts.db, workspace, id).await?.is_none() {
            // Interrupted between the bytes and their entry.
            self.erase(&keys::all_of(workspace, id)).await?;
        }
        let removed = self
            .parts
            .db
            .write(move |tx| Box::pin(async move { media_upload::remove(tx, workspace, id).await }));
        Ok(removed.await?)
    }
}

fn wrong_offset(received: u64) -> AppError {
    AppError::Conflict {
        code: "wrong_offset",
        message: format!("The upload stands at byte {received}. Go on from there."),
    }
}
