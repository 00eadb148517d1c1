//! Pictures and videos that people change: turned, cut, trimmed, a frame of them. Each change is a file of its own beside the original.

use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_domain::media::MediaKind;
use carillon_domain::permission::Permission;

use crate::jobs::rendition::{Target, new_job};
use crate::media::rendition::FOR_NOBODY;
use crate::media::{Copy, EditInput, MediaRow};
use crate::{Actor, Engine};

/// Makes what is asked for; what was made of the same before, if it was. A picture is made at once, a video by a job.
///
/// # Errors
/// `NotFound` for files of other workspaces; `Invalid` for what can't be made of this file; `Conflict` with code `ffmpeg_missing`
/// when no video can be made here.
pub async fn edit(
    engine: &Engine,
    actor: &Actor,
    media: MediaId,
    input: &EditInput,
) -> Result<Copy, AppError> {
    actor.require(Permission::Write)?;
    let library = &engine.library;
    let original = library.get(actor, media).await?;
    let plan = input.plan(&original.info, library.limits())?;
    if original.info.kind != MediaKind::Video {
        return library.make_picture(actor, &original, FOR_NOBODY, &plan).await.map(Copy::Ready);
    }
    if !library.makes_videos() {
        return Err(no_ffmpeg());
    }
    let workspace = actor.workspace;
    let job = |media| new_job(engine, Target { workspace, media });
    library.have_filmed(actor, &original, FOR_NOBODY, &plan, job).await
}

/// A picture of one moment of a video, for networks that take a cover beside it.
///
/// # Errors
/// As [`edit`]; `Invalid` at `at` for a moment after the end; `Conflict` with code `no_frame` when the video gives no picture there.
pub async fn frame(engine: &Engine, actor: &Actor, media: MediaId, at_ms: u64) -> Result<MediaRow, AppError> {
    actor.require(Permission::Write)?;
    let library = &engine.library;
    let original = library.get(actor, media).await?;
    if original.info.kind != MediaKind::Video {
        return Err(AppError::invalid("media", "not_editable", "Only videos have frames to choose from."));
    }
    if original.info.duration_ms.is_some_and(|length| at_ms >= length) {
        return Err(AppError::invalid("at", "after_end", "The video ends before this moment."));
    }
    if !library.makes_videos() {
        return Err(no_ffmpeg());
    }
    library.take_frame(actor, &original, at_ms).await
}

fn no_ffmpeg() -> AppError {
    let message = "ffmpeg is not installed on this server, so videos can't be changed here. Have it installed (on Debian: \
                   apt install ffmpeg).";
    AppError::Conflict { code: "ffmpeg_missing", message: message.to_owned() }
}
