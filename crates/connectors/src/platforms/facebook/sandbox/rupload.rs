//! rupload.facebook.com: the bytes of a reel or a video story, in one request or several, or the address to pull them from. What arrived
//! before a connection broke is kept, and the next request goes on from there.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::answer::upload_error;
use super::grant::{self, Right};
use super::state::{self, File, Video, change};
use super::{RUPLOAD, VERSIONS, media};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Arrived, Site, World};

/// `POST /video-upload/{version}/{video}`
pub(super) async fn receive(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if site.host != RUPLOAD || !VERSIONS.contains(&version.as_str()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut video = match permitted(&world, &headers, &id) {
        Ok(video) => video,
        Err(response) => return *response,
    };
    if let Some(url) = headers.get("file_url").and_then(|v| v.to_str().ok()) {
        return pulled(&world, video, url).await;
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<u64>().ok();
    let (Some(offset), Some(total)) = (number("offset"), number("file_size")) else {
        let text = "The headers offset and file_size are required";
        return upload_error(400, "PartialRequestError", text, false);
    };
    let received = video.upload.received();
    if video.upload.total != 0 && video.upload.total != total {
        let text = "file_size differs from the one of the first request";
        return upload_error(400, "PartialRequestError", text, false);
    }
    if offset != received {
        let text = format!("Offset {offset} does not match the {received} bytes received");
        return upload_error(400, "OffsetInvalidError", &text, true);
    }
    if total == 0 || total > media::largest(video.shape) {
        return upload_error(400, "ProcessingFailedError", "The file is empty or too large", false);
    }
    change(&world, |s| s.videos.get_mut(&id).map(|v| v.upload.total = total));
    let keep = |info: BlobInfo| {
        change(&world, |s| s.videos.get_mut(&id).map(|v| v.upload.parts.push((info.sha256, info.bytes))));
    };
    match world.blobs().store_pieces(body, total - offset, keep).await {
        Arrived::All => {}
        Arrived::Less => return upload_error(400, "PartialRequestError", "The request ended early", true),
        Arrived::TooMuch => return upload_error(400, "PartialRequestError", "Too many bytes arrived", false),
    }
    let parts = state::read(&world, |s| s.videos.get(&id).map(|v| v.upload.parts.clone()));
    let names: Vec<String> = parts.unwrap_or_default().into_iter().map(|(sha256, _)| sha256).collect();
    let Ok(info) = world.blobs().join(&names).await else {
        return upload_error(500, "ProcessingFailedError", "The upload could not be stored", true);
    };
    for name in names.iter().filter(|name| **name != info.sha256) {
        world.blobs().remove(name).await;
    }
    video.upload = state::read(&world, |s| s.videos.get(&id).map(|v| v.upload.clone())).unwrap_or_default();
    finish(&world, video, File::of(info)).await
}

fn permitted(world: &World, headers: &HeaderMap, id: &str) -> Result<Video, Box<Response>> {
    let refuse = |status, kind, text: &str| Box::new(upload_error(status, kind, text, false));
    let header = headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = header.and_then(|h| h.strip_prefix("OAuth ")).ok_or_else(|| {
        refuse(401, "NotAuthorizedError", "The header Authorization: OAuth <token> is required")
    })?;
    let page = grant::of_token(world, token)
        .and_then(|caller| caller.page(Right::Publish))
        .map_err(|refusal| refuse(refusal.status, "NotAuthorizedError", &refusal.message))?;
    let video = state::read(world, |s| s.videos.get(id).cloned());
    let open = video.filter(|v| v.page == page.id() && v.shape != state::Kind::Video && v.file.is_none());
    open.ok_or_else(|| refuse(404, "NotFoundError", "There is no such upload"))
}

async fn pulled(world: &World, mut video: Video, url: &str) -> Response {
    let host = url::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    if host.ends_with("fbcdn.net") {
        return upload_error(400, "ProcessingFailedError", "Addresses of fbcdn are not allowed", false);
    }
    match media::fetch(world, url, media::largest(video.shape) + 1, "video/").await {
        Ok(file) => {
            video.upload.total = file.bytes;
            video.upload.parts = vec![(file.sha256.clone(), file.bytes)];
            finish(world, video, file).await
        }
        Err(_) => upload_error(400, "ProcessingFailedError", "The file could not be fetched", false),
    }
}

async fn finish(world: &World, mut video: Video, file: File) -> Response {
    media::process(world, &mut video, file, "reels.upload").await;
    change(world, |s| s.videos.insert(video.id.clone(), video));
    axum::Json(json!({ "success": true })).into_response()
}
