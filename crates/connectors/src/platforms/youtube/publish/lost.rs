//! Finding a video whose upload ended without an answer, when its session can't be asked any more.
//!
//! The owner's list of uploads has private videos, too. Ours is private, has the title that was sent, is not older than the upload, and
//! has as many bytes as the file.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::MediaInfo;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::Run;
use crate::platforms::youtube::read;
use crate::platforms::youtube::wire::Video;

/// How much clocks may differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// The id of the video, if it is there.
pub(super) async fn find(run: &Run<'_, '_>, file: &MediaInfo) -> Result<Option<String>, ConnectorError> {
    let Some(begun) = run.state.begun_at else { return Ok(None) };
    let since = begun.checked_sub(MARGIN).unwrap_or(begun);
    let newest = read::uploads(run.cx, None).await?;
    let videos = read::videos(run.cx, &newest.ids, "snippet,status,fileDetails").await?;
    let title = run.options.title_of(run.draft);
    Ok(videos.into_iter().find(|video| is_it(video, &title, file.bytes, since)).map(|video| video.id))
}

fn is_it(video: &Video, title: &str, bytes: u64, since: Timestamp) -> bool {
    let private = video.status.as_ref().is_some_and(|s| s.privacy_status.as_deref() == Some("private"));
    let named = video.snippet.as_ref().is_some_and(|s| s.title == title);
    let size = video.file_details.as_ref().and_then(|details| details.file_size);
    let new = read::published_at(video).is_some_and(|at| at >= since);
    private && named && new && size.is_some_and(|size| u64::try_from(size) == Ok(bytes))
}
