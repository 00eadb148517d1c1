//! The upload host, and `finalizeUpload`. Images and documents want the caller's token; parts of videos must come without.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::answer::{Answer, Refusal, close, waiting_upload};
use super::asset::{Asset, AssetKind, File, Status};
use super::check::Fields;
use super::door::{self, Call, done};
use super::memory::{Memory, change, read};
use super::{PLATFORM, WWW, files};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Site, World};

/// Largest document, bytes.
const LARGEST_DOCUMENT: u64 = 100_000_000;

/// Names the operation of an upload.
pub(super) fn operation(parts: &Parts) -> (&'static str, bool) {
    let name = match parts.uri.path().trim_matches('/').split('/').nth(2) {
        Some("image") => "images.upload",
        Some("document") => "documents.upload",
        _ => "videos.upload",
    };
    (name, false)
}

/// `PUT /dms-uploads/{ticket}/{what}/{part}`.
pub(super) async fn receive(
    State(world): State<Arc<World>>,
    site: Site,
    Path((ticket, what, part)): Path<(String, String, usize)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = take(&world, &site, &ticket, &what, part, &headers, body).await;
    close(&world, answer)
}

async fn take(
    world: &World,
    site: &Site,
    ticket: &str,
    what: &str,
    part: usize,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let asset = read(world, |m| m.assets.values().find(|a| a.ticket == ticket).cloned());
    let asset = asset.filter(|_| site.host == WWW).ok_or_else(|| Refusal::not_found("upload"))?;
    if asset.expires_at <= world.now() {
        return Err(Refusal::upload_expired());
    }
    let length = headers.get("content-length").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let length =
        length.ok_or_else(|| Refusal::new(StatusCode::LENGTH_REQUIRED, "", "Content-Length missing"))?;
    match (asset.kind, what) {
        (AssetKind::Image, "image") | (AssetKind::Document, "document") => {
            whole(world, &asset, headers, length, body).await
        }
        (AssetKind::Video, "video") => slice(world, &asset, part, headers, length, body).await,
        (AssetKind::Video, "thumbnail") => {
            let family = headers.get("media-type-family").and_then(|v| v.to_str().ok());
            if family != Some("STILLIMAGE") {
                return Err(bad("media-type-family must be STILLIMAGE"));
            }
            store(world, body).await.map(|_| done(StatusCode::CREATED))
        }
        (AssetKind::Video, "captions") => store(world, body).await.map(|_| done(StatusCode::CREATED)),
        _ => Err(Refusal::not_found("upload")),
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", message)
}

async fn store(world: &World, body: Body) -> Result<BlobInfo, Refusal> {
    world.blobs().store_body(body).await.map_err(|_| bad("The body ended early"))
}

/// A picture or document in one piece.
async fn whole(world: &World, asset: &Asset, headers: &HeaderMap, length: u64, body: Body) -> Answer {
    let caller = door::caller(world, headers)?;
    if caller.persona.key != asset.by {
        return Err(Refusal::denied("dms-uploads.PUT"));
    }
    if asset.kind == AssetKind::Document && length > LARGEST_DOCUMENT {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "", "body too large"));
    }
    let stored = store(world, body).await?;
    let (operation, usual) = match asset.kind {
        AssetKind::Image => ("images.upload", 2),
        _ => ("documents.upload", 6),
    };
    process(world, asset, stored, operation, usual).await;
    Ok(done(StatusCode::CREATED))
}

/// Begins to work on a complete file.
async fn process(world: &World, asset: &Asset, stored: BlobInfo, operation: &str, usual: u64) {
    let file = File { sha256: stored.sha256, bytes: stored.bytes, mime: stored.mime };
    let failure = files::problem(world, asset.kind, &file).await;
    let takes = world.processing_time(PLATFORM, operation, Duration::from_secs(usual));
    let ready_at = world.now() + takes;
    change(world, |m| {
        if let Some(asset) = m.assets.get_mut(&asset.urn) {
            (asset.file, asset.failure, asset.ready_at) = (Some(file), failure, Some(ready_at));
        }
    });
}

/// A part of a video. Each upload of it has an ETag of its own; the newest counts.
async fn slice(
    world: &World,
    asset: &Asset,
    part: usize,
    headers: &HeaderMap,
    length: u64,
    body: Body,
) -> Answer {
    if headers.contains_key("authorization") {
        return Err(bad("The upload URL does not take an Authorization header"));
    }
    if headers.get("content-type").is_none_or(|v| v != "application/octet-stream") {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "", "wrong content type"));
    }
    let wanted = asset.parts.get(part).ok_or_else(|| Refusal::not_found("upload"))?;
    if length != wanted.last - wanted.first + 1 {
        return Err(bad("The size of the part is not the one of its upload instruction"));
    }
    if asset.file.is_some() {
        return Err(bad("The upload has been finalized"));
    }
    let stored = store(world, body).await?;
    let etag = world.random_text(40);
    change(world, |m| {
        if let Some(part) = m.assets.get_mut(&asset.urn).and_then(|a| a.parts.get_mut(part)) {
            part.stored = Some((etag.clone(), stored.sha256.clone()));
        }
    });
    let total = asset.parts.last().map_or(0, |last| last.last + 1);
    world.blobs().take_over(&asset.urn, total, part, &stored.sha256).await;
    let mut response = done(StatusCode::OK);
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        response.headers_mut().insert("etag", etag);
    }
    Ok(response)
}

/// `POST /rest/videos?action=finalizeUpload`.
pub(super) async fn finalize(call: &Call<'_>) -> Answer {
    call.query.only(&["action"])?;
    let body = Fields::of(&call.body, &["finalizeUploadRequest"])?;
    let request = body.object("finalizeUploadRequest", &["video", "uploadToken", "uploadedPartIds"])?;
    let (urn, token) = (request.need("video")?, request.need("uploadToken")?);
    let ids = request.texts("uploadedPartIds")?;
    let asset = read(call.world, |m| m.assets.get(urn).filter(|a| a.kind == AssetKind::Video).cloned());
    let unknown = || Refusal::field("INVALID_VIDEO_ID", &request.path("video"), "The video does not exist");
    let asset = asset.ok_or_else(unknown)?;
    call.may_write_as(&asset.owner, &["w_member_social"], &["w_organization_social"])?;
    if asset.status(call.world.now()) != Status::WaitingUpload {
        let text = "The asset is not waiting for an upload";
        return Err(Refusal::field("UPDATING_ASSET_FAILED", &request.path("video"), text));
    }
    if asset.token != token {
        return Err(Refusal::invalid(&request.path("uploadToken"), "not the token of this upload"));
    }
    let stored: Option<Vec<_>> = asset.parts.iter().map(|p| p.stored.clone()).collect();
    let stored = stored.ok_or_else(|| waiting_upload(&request.path("video")))?;
    if !stored.iter().map(|(etag, _)| etag.as_str()).eq(ids) {
        let text = "not the ETags of the parts in their order";
        return Err(Refusal::invalid(&request.path("uploadedPartIds"), text));
    }
    let names: Vec<String> = stored.into_iter().map(|(_, sha256)| sha256).collect();
    let joined = call.world.blobs().join(&names).await;
    let joined =
        joined.map_err(|_| Refusal::field("UPDATING_ASSET_FAILED", "/video", "parts are missing"))?;
    let usual = 8 + joined.bytes / (16 * 1024 * 1024);
    process(call.world, &asset, joined, "videos.finalize", usual).await;
    forget(call.world, &asset.urn, &names).await;
    Ok(done(StatusCode::OK))
}

/// Removes joined parts, as far as nothing else consists of the same bytes.
async fn forget(world: &World, urn: &str, names: &[String]) {
    let used = change(world, |m: &mut Memory| {
        if let Some(asset) = m.assets.get_mut(urn) {
            asset.parts.clear();
        }
        let parts = m.assets.values().flat_map(|a| a.parts.iter().filter_map(|p| p.stored.clone()));
        let files = m.assets.values().filter_map(|a| a.file.as_ref().map(|f| f.sha256.clone()));
        parts.map(|(_, sha256)| sha256).chain(files).collect::<Vec<_>>()
    });
    for name in names.iter().filter(|name| !used.contains(name)) {
        world.blobs().remove(name).await;
    }
}
