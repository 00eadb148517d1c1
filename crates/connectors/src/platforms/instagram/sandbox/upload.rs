//! rupload.facebook.com: the bytes of a resumable upload, in one request or several. What arrived before a connection broke is
//! kept, and the next request goes on from there.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::answer::upload_error;
use super::containers::{limit_of, processed_at};
use super::grant::{self, Right};
use super::state::{self, Container, File, change};
use super::{RUPLOAD, files};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Arrived, Site, World};

/// `POST /ig-api-upload/{version}/{container}`
pub(super) async fn receive(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if site.host != RUPLOAD {
        return StatusCode::NOT_FOUND.into_response();
    }
    let container = match permitted(&world, &headers, &id) {
        Ok(container) => container,
        Err(response) => return response,
    };
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<u64>().ok();
    let (Some(offset), Some(total)) = (number("offset"), number("file_size")) else {
        return upload_error(
            400,
            "PartialRequestError",
            "The headers offset and file_size are required",
            false,
        );
    };
    let upload = container.upload.clone().unwrap_or_default();
    if upload.total.is_some_and(|known| known != total) {
        return upload_error(
            400,
            "PartialRequestError",
            "file_size differs from the one of the first request",
            false,
        );
    }
    if offset != upload.received() {
        let text = format!("Offset {offset} does not match the {} bytes received", upload.received());
        return upload_error(400, "OffsetInvalidError", &text, true);
    }
    let limit = limit_of(container.shape);
    if total > limit.bytes || total == 0 {
        return upload_error(
            400,
            "ProcessingFailedError",
            "{\"success\":false,\"error\":{\"code\":2207026}}",
            false,
        );
    }
    change(&world, |s| {
        if let Some(upload) = s.containers.get_mut(&id).and_then(|c| c.upload.as_mut()) {
            upload.total = Some(total);
        }
    });
    let keep = |info: BlobInfo| {
        change(&world, |s| {
            if let Some(upload) = s.containers.get_mut(&id).and_then(|c| c.upload.as_mut()) {
                upload.parts.push((info.sha256, info.bytes));
            }
        });
    };
    if world.blobs().store_pieces(body, total - offset, keep).await != Arrived::All {
        return upload_error(500, "PartialRequestError", "The upload ended early", true);
    }
    finish(&world, &id, container).await
}

fn permitted(world: &World, headers: &HeaderMap, id: &str) -> Result<Container, Response> {
    let header = headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let Some(token) = header.and_then(|h| h.strip_prefix("OAuth ")) else {
        return Err(upload_error(
            401,
            "NotAuthorizedError",
            "The header Authorization: OAuth <token> is required",
            false,
        ));
    };
    let caller = grant::of_token(world, token)
        .and_then(|caller| caller.needs(Right::Publish).map(|()| caller))
        .map_err(|refusal| upload_error(401, "NotAuthorizedError", &refusal.message, false))?;
    let container = state::read(world, |s| s.containers.get(id).cloned());
    container
        .filter(|c| c.upload.is_some() && c.file.is_none() && caller.facebook())
        .filter(|c| super::people::by_account(&c.account).is_some_and(|owner| caller.reaches(owner)))
        .ok_or_else(|| upload_error(404, "NotFoundError", "There is no such upload", false))
}

/// All bytes are there: joins them and starts processing.
async fn finish(world: &World, id: &str, container: Container) -> Response {
    let parts =
        state::read(world, |s| s.containers.get(id).and_then(|c| c.upload.clone())).unwrap_or_default().parts;
    let names: Vec<String> = parts.into_iter().map(|(sha256, _)| sha256).collect();
    let Ok(info) = world.blobs().join(&names).await else {
        return upload_error(500, "ProcessingFailedError", "The upload could not be stored", true);
    };
    for name in names.iter().filter(|name| **name != info.sha256) {
        world.blobs().remove(name).await;
    }
    let file = File { sha256: info.sha256, bytes: info.bytes, mime: info.mime, alt: None };
    let failure = files::video_problem(world, &file, limit_of(container.shape)).await;
    let ready_at = processed_at(world);
    change(world, |s| {
        if let Some(container) = s.containers.get_mut(id) {
            (container.file, container.failure, container.ready_at) = (Some(file), failure, Some(ready_at));
        }
    });
    axum::Json(json!({ "success": true, "message": "Upload successful." })).into_response()
}
