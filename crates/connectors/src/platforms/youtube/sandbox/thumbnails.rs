//! `thumbnails.set` (Thumbnails: set; revision history of 14 Sep and 3 Nov 2026).

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use futures::StreamExt;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::answer::{self, Refusal, tagged};
use super::door::{Ask, Door, Endpoint, UPLOAD};
use super::shown::thumbnails;
use super::state::Memory;
use super::videos;
use crate::sandbox::blob::BlobInfo;

const DOMAIN: &str = "youtube.thumbnail";

static SET: Endpoint = Endpoint::write(&["videoId", "onBehalfOfContentOwner"]);

/// Largest picture, bytes.
const LARGEST: u64 = 52_428_800;
/// From this day on Shorts may have a picture of their own: 2026-11-03.
const SHORTS_FROM: i64 = 1_793_664_000;

/// The channel may not set pictures; a scripted fault says so, too.
pub(super) fn not_allowed() -> Refusal {
    let text =
        "The thumbnail can't be set for the specified video. The request might not be properly authorized.";
    Refusal::new(403, DOMAIN, "forbidden", text).at("videoId", "parameter")
}

/// The channel has set too many pictures; a scripted fault says so.
pub(super) fn too_many() -> Refusal {
    let text = "The channel has uploaded too many thumbnails recently. Please try the request again later.";
    Refusal::new(429, DOMAIN, "uploadRateLimitExceeded", text)
}

/// `POST /upload/youtube/v3/thumbnails/set`, with the picture as its body.
pub(super) async fn set(door: Door, body: Body) -> Response {
    let ask = match door.open(&SET, UPLOAD) {
        Ok(ask) => ask,
        Err(refusal) => return refusal.into(),
    };
    let result = work(&ask, body).await;
    ask.charge(&SET, result.is_ok());
    result.unwrap_or_else(Response::from)
}

async fn work(ask: &Ask<'_>, body: Body) -> Result<Response, Refusal> {
    let id = ask.query.need("videoId")?;
    if !matches!(ask.query.get("uploadType"), None | Some("media")) {
        let text = "This sandbox takes pictures with uploadType=media only.";
        return Err(Refusal::parameter("invalidParameter", "uploadType", text));
    }
    ask.change(|memory| may_set(ask, memory, id))?;
    let kind = ask.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !["image/jpeg", "image/png", "application/octet-stream"].contains(&kind) {
        let text = format!(
            "Media type '{kind}' is not supported. Valid media types: [image/jpeg, image/png, application/octet-stream]"
        );
        return Err(Refusal::new(400, "global", "badContent", text));
    }
    let picture = picture(ask, body).await?;
    ask.change(|memory| {
        let video = videos::own(memory, ask.caller, id, DOMAIN)?;
        video.thumbnail = Some(picture.sha256);
        let items = [thumbnails(ask.site, video)];
        let body = tagged(json!({ "kind": "youtube#thumbnailSetResponse", "items": items }));
        Ok(answer::resource(StatusCode::OK, &body))
    })
}

fn may_set(ask: &Ask<'_>, memory: &mut Memory, id: &str) -> Result<(), Refusal> {
    let now: Timestamp = ask.world.now();
    let video = videos::own(memory, ask.caller, id, DOMAIN)?;
    let early = video.is_short() && (now.as_second() < SHORTS_FROM || !video.is_processed(now));
    if early || !Memory::is_verified(ask.caller) { Err(not_allowed()) } else { Ok(()) }
}

async fn picture(ask: &Ask<'_>, body: Body) -> Result<BlobInfo, Refusal> {
    let mut room = LARGEST + 1;
    let limited = body.into_data_stream().take_while(move |chunk| {
        let more = room > 0;
        room = room.saturating_sub(chunk.as_ref().map_or(0, |bytes: &Bytes| bytes.len() as u64));
        std::future::ready(more)
    });
    let stored = ask.world.blobs().store(limited).await.map_err(|_| Refusal::backend(503))?;
    let invalid = |text: &str| Err(Refusal::new(400, DOMAIN, "invalidImage", text));
    match stored.bytes {
        0 => {
            let text = "The request does not include the image content.";
            Err(Refusal::new(400, DOMAIN, "mediaBodyRequired", text))
        }
        bytes if bytes > LARGEST => invalid("The provided image content is too large."),
        _ if !["image/jpeg", "image/png"].contains(&stored.mime.as_str()) => {
            invalid("The provided image content is invalid.")
        }
        _ => Ok(stored),
    }
}
