//! Files on their way to LinkedIn: pictures and documents in one piece, videos in parts. learn.microsoft.com, "Images API" and
//! "Documents API" (2026).
//!
//! Nothing of it is visible, and what is begun twice is garbage that LinkedIn throws away. Each step is saved, so that a crash
//! repeats one at most.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::media::{MediaInfo, MediaKind};
use http::Method;

use super::state::{State, Step, Upload};
use super::video;
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::{Body, Call, Safety};
use crate::kit::upload::{patience, whole};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::errors::{PLATFORM, op};
use crate::platforms::linkedin::urn;
use crate::platforms::linkedin::wire::{Asset, Initialize, OwnerRequest, Value, WholeUpload};

/// How long one piece may take; larger files that go as one take longer.
pub(super) const PIECE_TIMEOUT: Duration = Duration::from_secs(180);
/// How often a file is begun anew.
const MOST_RESTARTS: u8 = 3;
/// How often LinkedIn is asked whether it is done with a file: about two hours.
const MOST_POLLS: u16 = 250;

/// Uploads what is missing, and gives how long to wait while LinkedIn works on it. `again`: what was ready before is looked at
/// once more, since a post may have been refused for it.
pub(super) async fn upload(
    cx: &Cx<'_>,
    media: &[MediaInfo],
    progress: &mut Progress,
    state: &mut State,
    again: bool,
) -> Result<Option<Duration>, ConnectorError> {
    let same =
        state.uploads.len() == media.len() && state.uploads.iter().zip(media).all(|(u, m)| u.media == m.id);
    if !same {
        state.uploads = media.iter().map(|m| Upload::new(m.id)).collect();
    }
    let mut run = Run { cx, api: Api::of(cx), progress, state };
    let mut wait = None;
    for (index, file) in media.iter().enumerate() {
        let worked_on = matches!(file.kind, MediaKind::Video | MediaKind::Document);
        if again && worked_on && run.upload(index).is_some_and(|u| u.step == Step::Ready) {
            run.change(index, |u| (u.step, u.polls) = (Step::Processing, 0)).await?;
        }
        wait = wait.max(run.file(index, file).await?);
    }
    Ok(wait)
}

/// One pass over the files.
pub(super) struct Run<'a, 'p> {
    pub cx: &'a Cx<'a>,
    pub api: Api<'a>,
    progress: &'p mut Progress,
    state: &'p mut State,
}

impl Run<'_, '_> {
    /// Brings one file as far as it goes now. What LinkedIn does not know any more is begun anew.
    async fn file(&mut self, index: usize, file: &MediaInfo) -> Result<Option<Duration>, ConnectorError> {
        loop {
            let Some(upload) = self.upload(index).cloned() else { return Ok(None) };
            let late = upload.step == Step::Sending
                && upload.expires_at.is_some_and(|at| at <= self.cx.clock.now())
                && upload.restarts < MOST_RESTARTS;
            let done = if late { Err(expired()) } else { self.steps(index, file).await };
            match done {
                Err(e) if upload.restarts < restarts_after(&e) => {
                    self.change(index, |u| *u = u.anew()).await?;
                }
                done => return done,
            }
        }
    }

    async fn steps(&mut self, index: usize, file: &MediaInfo) -> Result<Option<Duration>, ConnectorError> {
        loop {
            let Some(upload) = self.upload(index).cloned() else { return Ok(None) };
            let wait = match (upload.step, file.kind) {
                (Step::Ready, _) => return Ok(None),
                (Step::Processing, kind) => self.look(index, kind, &upload).await?,
                (_, MediaKind::Video) => video::step(self, index, file, &upload).await?,
                (_, MediaKind::Image | MediaKind::Gif | MediaKind::Document) => {
                    self.at_once(index, file).await?;
                    None
                }
            };
            if wait.is_some() {
                return Ok(wait);
            }
        }
    }

    /// A picture or document goes out in one piece, with the token.
    async fn at_once(&mut self, index: usize, file: &MediaInfo) -> Result<(), ConnectorError> {
        let request = OwnerRequest { owner: &self.cx.account.remote_id };
        let resource = Resource::of(file.kind);
        let url = self.api.rest(&format!("{}?action=initializeUpload", resource.name));
        let call = Call::post(resource.begin, Safety::Invisible, url)
            .json(&Initialize { initialize_upload_request: request });
        let answer: Value<WholeUpload> = self.api.ask(call).await?;
        let bytes = whole(self.cx.media, file).await.map_err(|e| unreadable_file(&e))?;
        self.put(answer.value.upload_url, &file.mime, bytes, true).await?;
        self.change(index, |u| (u.urn, u.step) = (Some(answer.value.urn), Step::Processing)).await
    }

    /// Sends bytes to where LinkedIn wants them; gives the `ETag`.
    pub(super) async fn put(
        &self,
        url: String,
        content_type: &str,
        bytes: Body,
        with_token: bool,
    ) -> Result<Option<String>, ConnectorError> {
        let timeout = PIECE_TIMEOUT.max(patience(bytes.len()));
        let call = Call::new(op::UPLOAD, Safety::Invisible, Method::PUT, url).body(content_type, bytes);
        let reply = self.api.upload(call.timeout(timeout), with_token).await?;
        Ok(reply.header("etag").map(|etag| etag.trim().trim_matches('"').to_owned()))
    }

    /// Asks whether LinkedIn is done with a file.
    async fn look(
        &mut self,
        index: usize,
        kind: MediaKind,
        upload: &Upload,
    ) -> Result<Option<Duration>, ConnectorError> {
        let Some(urn) = upload.urn.as_deref() else { return Err(expired()) };
        let asset = match self.asset(kind, urn).await {
            Ok(asset) => asset,
            // Whoever may only post for a member is not told; LinkedIn's advice is a few seconds of patience, and what comes
            // too early it refuses.
            Err(e) if e.kind == ErrorKind::PermissionMissing => return self.trust(index, kind, upload).await,
            Err(e) => return Err(e),
        };
        match asset.status.as_str() {
            "AVAILABLE" => {
                self.change(index, |u| u.step = Step::Ready).await?;
                Ok(None)
            }
            "PROCESSING_FAILED" => Err(refused_file(kind, asset)),
            _ if upload.polls >= MOST_POLLS => Err(endless(kind)),
            _ => {
                self.change(index, |u| u.polls += 1).await?;
                Ok(Some(pause(kind, upload.polls)))
            }
        }
    }

    /// How LinkedIn says a file is.
    pub(super) async fn asset(&self, kind: MediaKind, urn: &str) -> Result<Asset, ConnectorError> {
        let Resource { name, status, .. } = Resource::of(kind);
        let url = self.api.rest(&format!("{name}/{}", urn::encoded(urn)));
        self.api.ask(Call::get(status, url)).await
    }

    async fn trust(
        &mut self,
        index: usize,
        kind: MediaKind,
        upload: &Upload,
    ) -> Result<Option<Duration>, ConnectorError> {
        let waited = upload.polls > 0;
        self.change(index, |u| {
            u.polls += 1;
            if waited {
                u.step = Step::Ready;
            }
        })
        .await?;
        let wait = match kind {
            MediaKind::Video => 30,
            MediaKind::Document => 15,
            MediaKind::Image | MediaKind::Gif => 5,
        };
        Ok((!waited).then_some(Duration::from_secs(wait)))
    }

    pub(super) fn upload(&self, index: usize) -> Option<&Upload> {
        self.state.uploads.get(index)
    }

    /// Changes the notes of a file and makes them durable.
    pub(super) async fn change(
        &mut self,
        index: usize,
        change: impl FnOnce(&mut Upload),
    ) -> Result<(), ConnectorError> {
        if let Some(upload) = self.state.uploads.get_mut(index) {
            change(upload);
        }
        self.state.save(self.cx, self.progress).await
    }
}

/// Where files of a kind are kept, and the names of the calls.
struct Resource {
    name: &'static str,
    begin: &'static str,
    status: &'static str,
}

impl Resource {
    fn of(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Image | MediaKind::Gif => {
                Self { name: "images", begin: op::IMAGE, status: op::IMAGE_STATUS }
            }
            MediaKind::Video => Self { name: "videos", begin: op::VIDEO, status: op::VIDEO_STATUS },
            MediaKind::Document => {
                Self { name: "documents", begin: op::DOCUMENT, status: op::DOCUMENT_STATUS }
            }
        }
    }
}

/// Short for what takes seconds, longer the longer it takes.
fn pause(kind: MediaKind, polls: u16) -> Duration {
    let first = if matches!(kind, MediaKind::Video | MediaKind::Document) { 5 } else { 2 };
    Duration::from_secs((first + u64::from(polls)).min(30))
}

/// How often a file is begun anew after this error; never, where something else helps.
fn restarts_after(error: &ConnectorError) -> u8 {
    let gone = error.operation == op::UPLOAD && matches!(error.remote.status, Some(400 | 403 | 404 | 410));
    match error.code.as_str() {
        // LinkedIn failed at its content; a second time it is the content's fault.
        "media_failed" => 1,
        "upload_expired" => MOST_RESTARTS,
        _ if gone => MOST_RESTARTS,
        _ => 0,
    }
}

fn error_of(kind: ErrorKind, operation: &str, code: &str, cause: &str, action: &str) -> ConnectorError {
    ConnectorError::new(kind, PLATFORM, operation, code, cause).with_action(action)
}

pub(super) fn expired() -> ConnectorError {
    error_of(
        ErrorKind::Transient,
        op::UPLOAD,
        "upload_expired",
        "The time for an upload to LinkedIn was over.",
        "Nothing to do: the file is uploaded again.",
    )
}

pub(super) fn refused_file(kind: MediaKind, asset: Asset) -> ConnectorError {
    let action = match kind {
        MediaKind::Video => "Convert it to MP4 with H.264 and AAC, then try again.",
        MediaKind::Image | MediaKind::Gif => "Convert it to JPEG, then try again.",
        MediaKind::Document => {
            "Export it as a PDF without a password, with no more than 300 pages, then try again."
        }
    };
    error_of(
        ErrorKind::Rejected,
        Resource::of(kind).status,
        "media_failed",
        "LinkedIn could not work with an attached file.",
        action,
    )
    .with_remote(Remote { message: asset.processing_failure_reason, ..Remote::default() })
}

fn endless(kind: MediaKind) -> ConnectorError {
    error_of(
        ErrorKind::Rejected,
        Resource::of(kind).status,
        "media_not_ready",
        "LinkedIn did not get done with an attached file.",
        "Try again later. If it stays, convert the file.",
    )
}

pub(super) fn unreadable_file(error: &std::io::Error) -> ConnectorError {
    error_of(
        ErrorKind::Transient,
        op::UPLOAD,
        "media_unreadable",
        "A file of the library could not be read.",
        "If it stays, upload the file to the library again.",
    )
    .with_detail(error.to_string())
}
