//! What belongs to a video besides its bytes: thumbnail and playlist. Both are set while it is private, so that nobody sees it without.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use super::Run;
use crate::kit::http::{Call, Safety};
use crate::kit::upload::whole;
use crate::platforms::youtube::api::Api;
use crate::platforms::youtube::check::media;
use crate::platforms::youtube::errors::{PLATFORM, op};
use crate::platforms::youtube::wire::{List, PlaylistItem, PlaylistItemIn, PlaylistSnippetIn, ResourceId};

/// How long a picture of up to 50 MB may take.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(300);

/// Sets the thumbnail. The same picture again has no second effect.
pub(super) async fn thumbnail(run: &mut Run<'_, '_>, video: &str) -> Result<(), ConnectorError> {
    let draft = run.draft;
    let Some(picture) = media::thumbnail(draft).filter(|_| !run.state.thumbnail) else { return Ok(()) };
    let api = Api::of(run.cx);
    let body = whole(run.cx.media, picture).await.map_err(|e| unreadable(&e))?;
    let call = Call::post(op::THUMBNAIL, Safety::Invisible, api.upload_url("thumbnails/set"))
        .query([("videoId", video), ("uploadType", "media")])
        .timeout(PICTURE_TIMEOUT)
        .body(&picture.mime, body);
    api.send(call).await?;
    run.state.thumbnail = true;
    run.save().await
}

/// Puts the video into its playlist, unless it is there: YouTube would list it twice.
pub(super) async fn playlist(run: &mut Run<'_, '_>, video: &str) -> Result<(), ConnectorError> {
    let Some(playlist) = run.options.playlist.as_deref().filter(|_| !run.state.listed) else {
        return Ok(());
    };
    let api = Api::of(run.cx);
    if !is_listed(&api, playlist, video).await? {
        let resource_id = ResourceId { kind: "youtube#video", video_id: video };
        let body = PlaylistItemIn { snippet: PlaylistSnippetIn { playlist_id: playlist, resource_id } };
        let call = Call::post(op::PLAYLIST_ADD, Safety::Invisible, api.url("playlistItems"));
        match api.send(call.query([("part", "snippet")]).json(&body)).await {
            Err(error) if error.code != "already_in_playlist" => return Err(error),
            _ => {}
        }
    }
    run.state.listed = true;
    run.save().await
}

async fn is_listed(api: &Api<'_>, playlist: &str, video: &str) -> Result<bool, ConnectorError> {
    let call = Call::get(op::PLAYLIST, api.url("playlistItems"));
    let call = call.query([("part", "id"), ("playlistId", playlist), ("videoId", video)]);
    match api.ask::<List<PlaylistItem>>(call).await {
        Ok(list) => Ok(!list.items.is_empty()),
        Err(error) if error.code == "video_not_found" => Ok(false),
        Err(error) => Err(error),
    }
}

fn unreadable(error: &std::io::Error) -> ConnectorError {
    let cause = "The thumbnail could not be read from the library.";
    ConnectorError::new(ErrorKind::Transient, PLATFORM, op::THUMBNAIL, "media_unreadable", cause)
        .with_action("If it stays, upload the picture to the library again.")
        .with_detail(error.to_string())
}
