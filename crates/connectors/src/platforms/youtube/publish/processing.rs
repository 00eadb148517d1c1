//! How far YouTube is with a video that it has received.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, Remote};
use carillon_domain::time::SignedDuration;

use super::Run;
use crate::platforms::youtube::errors::{op, rejected};
use crate::platforms::youtube::read;
use crate::platforms::youtube::wire::{Processing, Status};

/// A video that takes longer is published all the same: people see it as soon as YouTube is ready.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// So late a new video may become visible to its owner.
const LAG: SignedDuration = SignedDuration::from_mins(5);

/// Shortest and longest time between two looks, seconds. Each costs a unit of quota.
const PAUSE: (u64, u64) = (10, 120);

/// What a look shows.
pub(super) enum Look {
    /// It can be published. The id.
    Ready(String),
    /// Look again after this.
    Wait(Duration),
    /// There is no such video any more.
    Gone,
}

/// Looks how far it is.
pub(super) async fn look(run: &Run<'_, '_>) -> Result<Look, ConnectorError> {
    let Some(video) = &run.state.video else { return Ok(Look::Gone) };
    let age = run.cx.clock.now().duration_since(video.at);
    let found = read::videos(run.cx, std::slice::from_ref(&video.id), "status,processingDetails").await?;
    let Some(shown) = found.into_iter().next() else {
        return Ok(if age < LAG { Look::Wait(Duration::from_secs(15)) } else { Look::Gone });
    };
    let status = shown.status.unwrap_or_default();
    let details = shown.processing_details.unwrap_or_default();
    let step = details.processing_status.as_deref();
    match (status.upload_status.as_deref(), step) {
        (Some("deleted"), _) => Ok(Look::Gone),
        (Some("failed"), _) => Err(failed(status.failure_reason.as_deref())),
        (Some("rejected"), _) => Err(refused(&status)),
        (_, Some("failed" | "terminated")) => Err(unprocessed(&details)),
        (Some("processed"), _) | (_, Some("succeeded")) => Ok(Look::Ready(video.id.clone())),
        _ if age >= LONGEST => Ok(Look::Ready(video.id.clone())),
        _ => {
            let seconds = u64::try_from(age.as_secs() / 6).unwrap_or_default();
            Ok(Look::Wait(Duration::from_secs(seconds.clamp(PAUSE.0, PAUSE.1))))
        }
    }
}

/// `status.failureReason`. developers.google.com, "Videos" (2026).
fn failed(reason: Option<&str>) -> ConnectorError {
    let (cause, action) = match reason {
        Some("codec") => {
            ("YouTube does not know the video's codec.", "Convert it to MP4 with H.264 and AAC.")
        }
        Some("conversion") => {
            ("YouTube could not convert the video.", "Convert it to MP4 with H.264 and AAC.")
        }
        Some("emptyFile") => ("YouTube received an empty file.", "Upload the video to the library again."),
        Some("invalidFile") => {
            ("YouTube says that the file is no video.", "Convert it to MP4 with H.264 and AAC.")
        }
        Some("tooSmall") => ("YouTube says that the video is too small.", "Use one with more pixels."),
        Some("uploadAborted") => ("YouTube says that the upload was broken off.", "Publish it again."),
        _ => ("YouTube could not work with the video.", "Convert it to MP4 with H.264 and AAC."),
    };
    told(rejected(op::VIDEOS, "video_failed", cause, action), reason)
}

/// `status.rejectionReason`. developers.google.com, "Videos" (2026).
fn refused(status: &Status) -> ConnectorError {
    let reason = status.rejection_reason.as_deref();
    let (cause, action) = match reason {
        Some("claim" | "copyright") => (
            "YouTube refused the video because somebody else claims its pictures or its sound.",
            "Look in YouTube Studio what is claimed.",
        ),
        Some("trademark") => {
            ("YouTube refused the video because of a trademark.", "Look in YouTube Studio what it is about.")
        }
        Some("duplicate") => (
            "YouTube refused the video because the channel has the same one already.",
            "Look at the channel. If it is meant to be there twice, change the file.",
        ),
        Some("inappropriate" | "termsOfUse" | "legal") => (
            "YouTube refused the video because it is against its rules.",
            "Look in YouTube Studio which rule it means.",
        ),
        Some("length") => (
            "YouTube refused the video because it is too long for this channel.",
            "Verify the channel's phone number at youtube.com/verify, or shorten the video to 15 minutes.",
        ),
        Some("uploaderAccountClosed") => ("The account was closed at YouTube.", "Connect another account."),
        Some("uploaderAccountSuspended") => {
            ("YouTube has suspended the account.", "Look at youtube.com what is asked of it.")
        }
        _ => ("YouTube refused the video.", "Look in YouTube Studio why."),
    };
    told(rejected(op::VIDEOS, "video_rejected", cause, action), reason)
}

/// `processingDetails.processingFailureReason`. developers.google.com, "Videos" (2026).
fn unprocessed(details: &Processing) -> ConnectorError {
    let reason = details.processing_failure_reason.as_deref();
    let (cause, action) = match reason {
        Some("uploadFailed") => ("YouTube says that the upload was not complete.", "Publish it again."),
        Some("transcodeFailed") => {
            ("YouTube could not convert the video.", "Convert it to MP4 with H.264 and AAC.")
        }
        _ => ("YouTube could not work with the video.", "Convert it to MP4 with H.264 and AAC."),
    };
    told(rejected(op::VIDEOS, "video_failed", cause, action), reason)
}

fn told(error: ConnectorError, reason: Option<&str>) -> ConnectorError {
    error.with_remote(Remote { code: reason.map(str::to_owned), ..Remote::default() })
}
