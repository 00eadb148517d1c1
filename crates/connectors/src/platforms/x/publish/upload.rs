//! Files go to X in segments; long ones are worked on afterwards.
//!
//! Every step is saved, so that a crash sends one segment again at most, and so does a break of the line, which is waited out. What X has forgotten (24 hours) is uploaded anew.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::time::SignedDuration;

use super::state::{State, Upload, UploadStep};
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::{Call, Safety};
use crate::kit::multipart::Multipart;
use crate::kit::upload::{is_break, part, pause_after_break};
use crate::platforms::x::api::Api;
use crate::platforms::x::errors::{PLATFORM, op};
use crate::platforms::x::limits::SEGMENT;
use crate::platforms::x::wire::{
    AltText, Data, Initialize, Metadata, MetadataIn, ProcessingInfo, UploadState,
};

/// How long one segment may take.
const SEGMENT_TIMEOUT: Duration = Duration::from_secs(120);

/// How long to wait where X does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// Uploads what is missing. Gives how long to wait while X works on a file.
pub(super) async fn upload(
    cx: &Cx<'_>,
    media: &[MediaInfo],
    progress: &mut Progress,
    state: &mut State,
) -> Result<Option<Duration>, ConnectorError> {
    let same =
        state.uploads.len() == media.len() && state.uploads.iter().zip(media).all(|(u, m)| u.media == m.id);
    if !same {
        state.uploads = media.iter().map(|m| Upload::new(m.id)).collect();
    }
    let mut run = Run { cx, api: Api::of(cx), progress, state };
    let mut wait = None;
    for (index, file) in media.iter().enumerate() {
        wait = wait.max(run.file(index, file).await?);
    }
    Ok(wait)
}

struct Run<'a, 'p> {
    cx: &'a Cx<'a>,
    api: Api<'a>,
    progress: &'p mut Progress,
    state: &'p mut State,
}

impl Run<'_, '_> {
    /// Brings one file as far as it goes now.
    async fn file(&mut self, index: usize, file: &MediaInfo) -> Result<Option<Duration>, ConnectorError> {
        let now = self.cx.clock.now();
        if self.upload(index).is_some_and(|u| u.is_expired(now)) {
            self.change(index, |u| *u = Upload { restarted: u.restarted, ..Upload::new(u.media) }).await?;
        }
        let resumed = self.upload(index).is_some_and(|u| u.id.is_some() && !u.restarted);
        match self.steps(index, file).await {
            Err(e) if resumed && is_forgotten(&e) => {
                self.change(index, |u| *u = Upload { restarted: true, ..Upload::new(u.media) }).await?;
                self.steps(index, file).await
            }
            done => done,
        }
    }

    async fn steps(&mut self, index: usize, file: &MediaInfo) -> Result<Option<Duration>, ConnectorError> {
        loop {
            let Some(upload) = self.upload(index).cloned() else { return Ok(None) };
            let wait = match (upload.step, upload.id) {
                (_, None) => self.initialize(index, file).await?,
                (UploadStep::Sending, Some(id)) if u64::from(upload.segment) * SEGMENT < file.bytes => {
                    self.append(index, file, &id, upload.segment).await?
                }
                (UploadStep::Sending, Some(id)) => self.finalize(index, &id).await?,
                (UploadStep::Processing, Some(id)) => self.status(index, &id).await?,
                (UploadStep::Describing, Some(id)) => self.describe(index, file, &id).await?,
                (UploadStep::Ready, Some(_)) => return Ok(None),
            };
            if wait.is_some() {
                return Ok(wait);
            }
        }
    }

    async fn initialize(
        &mut self,
        index: usize,
        file: &MediaInfo,
    ) -> Result<Option<Duration>, ConnectorError> {
        let body = Initialize {
            media_type: &file.mime,
            total_bytes: file.bytes,
            media_category: match file.kind {
                // The check takes no document; X would refuse one as a picture.
                MediaKind::Image | MediaKind::Document => "tweet_image",
                MediaKind::Gif => "tweet_gif",
                MediaKind::Video => "tweet_video",
            },
        };
        let url = self.api.url("/2/media/upload/initialize");
        let call = Call::post(op::INITIALIZE, Safety::Invisible, url).json(&body);
        let answer: Data<UploadState> = self.api.ask(call).await?;
        self.learn(index, &answer.data);
        self.change(index, |u| u.id = Some(answer.data.id)).await
    }

    async fn append(
        &mut self,
        index: usize,
        file: &MediaInfo,
        id: &str,
        segment: u32,
    ) -> Result<Option<Duration>, ConnectorError> {
        let start = u64::from(segment) * SEGMENT;
        let end = file.bytes.min(start + SEGMENT);
        let bytes = part(self.cx.media, file.id, start..end).await.map_err(|e| unreadable_file(&e))?;
        let form = Multipart::new(self.cx.entropy).text("segment_index", &segment.to_string());
        let form = form.file("media", "segment", "application/octet-stream", bytes);
        let url = self.api.url(&format!("/2/media/upload/{id}/append"));
        let call = Call::post(op::APPEND, Safety::Invisible, url).timeout(SEGMENT_TIMEOUT);
        match self.api.send(form.on(call)).await {
            Ok(_) => self.change(index, |u| (u.segment, u.breaks) = (segment + 1, 0)).await,
            Err(error) if is_break(&error) => self.broken(index, error).await,
            Err(error) => Err(error),
        }
    }

    /// A segment did not arrive. Gives how long to wait; what arrived before stays.
    async fn broken(
        &mut self,
        index: usize,
        error: ConnectorError,
    ) -> Result<Option<Duration>, ConnectorError> {
        let before = self.upload(index).map_or(0, |u| u.breaks);
        let wait = pause_after_break(before, self.cx.entropy);
        self.change(index, |u| u.breaks = wait.map_or(0, |_| before + 1)).await?;
        wait.map(Some).ok_or(error)
    }

    async fn finalize(&mut self, index: usize, id: &str) -> Result<Option<Duration>, ConnectorError> {
        let url = self.api.url(&format!("/2/media/upload/{id}/finalize"));
        let call = Call::post(op::FINALIZE, Safety::Invisible, url);
        match self.api.ask::<Data<UploadState>>(call).await {
            Ok(answer) => self.processed(index, op::FINALIZE, &answer.data).await,
            // An earlier finalize whose answer was lost may have done it.
            Err(refused) if is_forgotten(&refused) => match self.ask_status(id).await {
                Ok(answer) => self.processed(index, op::STATUS, &answer).await,
                Err(_) => Err(refused),
            },
            Err(error) => Err(error),
        }
    }

    async fn status(&mut self, index: usize, id: &str) -> Result<Option<Duration>, ConnectorError> {
        let answer = self.ask_status(id).await?;
        self.processed(index, op::STATUS, &answer).await
    }

    async fn ask_status(&self, id: &str) -> Result<UploadState, ConnectorError> {
        let call = Call::get(op::STATUS, self.api.url("/2/media/upload"));
        let call = call.query([("command", "STATUS"), ("media_id", id)]);
        self.api.ask::<Data<UploadState>>(call).await.map(|answer| answer.data)
    }

    /// Notes how far X is with a file, and how long to wait.
    async fn processed(
        &mut self,
        index: usize,
        operation: &str,
        answer: &UploadState,
    ) -> Result<Option<Duration>, ConnectorError> {
        self.learn(index, answer);
        let (step, wait) = match &answer.processing_info {
            None => (UploadStep::Describing, None),
            Some(info) => match info.state.as_str() {
                "succeeded" => (UploadStep::Describing, None),
                "failed" => return Err(refused_file(operation, info)),
                _ => {
                    let wait = info.check_after_secs.map_or(DEFAULT_WAIT, |s| Duration::from_secs(s.max(1)));
                    (UploadStep::Processing, Some(wait))
                }
            },
        };
        self.change(index, |u| u.step = step).await?;
        Ok(wait)
    }

    /// Sends the description. X has such for images and GIFs only.
    async fn describe(
        &mut self,
        index: usize,
        file: &MediaInfo,
        id: &str,
    ) -> Result<Option<Duration>, ConnectorError> {
        let alt = file.alt.as_deref().filter(|alt| !alt.trim().is_empty() && file.kind != MediaKind::Video);
        if let Some(text) = alt {
            let body = MetadataIn { id, metadata: Metadata { alt_text: AltText { text } } };
            let call = Call::post(op::METADATA, Safety::Invisible, self.api.url("/2/media/metadata"));
            self.api.send(call.json(&body)).await?;
        }
        self.change(index, |u| u.step = UploadStep::Ready).await
    }

    /// Keeps what X says about the file's key and its end.
    fn learn(&mut self, index: usize, answer: &UploadState) {
        let now = self.cx.clock.now();
        let Some(upload) = self.state.uploads.get_mut(index) else { return };
        if let Some(key) = &answer.media_key {
            upload.key = Some(key.clone());
        }
        if let Some(left) = answer.expires_after_secs {
            upload.expires_at = now.checked_add(SignedDuration::from_secs(left)).ok();
        }
    }

    fn upload(&self, index: usize) -> Option<&Upload> {
        self.state.uploads.get(index)
    }

    /// Changes the notes of a file and makes them durable; there is nothing to wait for.
    async fn change(
        &mut self,
        index: usize,
        change: impl FnOnce(&mut Upload),
    ) -> Result<Option<Duration>, ConnectorError> {
        if let Some(upload) = self.state.uploads.get_mut(index) {
            change(upload);
        }
        self.state.save(self.cx, self.progress).await?;
        Ok(None)
    }
}

/// Whether the error may say that X does not know the upload any more.
fn is_forgotten(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Rejected && matches!(error.remote.status, Some(400 | 404))
}

fn refused_file(operation: &str, info: &ProcessingInfo) -> ConnectorError {
    let told = info.error.as_ref();
    let remote = Remote {
        code: told.and_then(|e| e.name.clone()),
        message: told.and_then(|e| e.message.clone()),
        ..Remote::default()
    };
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        operation,
        "media_refused",
        "X could not work with an attached file.",
    )
    .with_action("Convert it (MP4 with H.264 and AAC, at most 60 frames per second), then try again.")
    .with_remote(remote)
}

fn unreadable_file(error: &std::io::Error) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        PLATFORM,
        op::APPEND,
        "media_unreadable",
        "A file of the library could not be read.",
    )
    .with_action("If it stays, upload the file to the library again.")
    .with_detail(error.to_string())
}
