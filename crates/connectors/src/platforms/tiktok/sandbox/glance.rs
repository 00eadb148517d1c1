//! A look into the body of an init before its operation is named: whether it makes a post stands there.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;

use super::answer::plain;
use super::body::LONGEST;

/// In the extensions of an init: what it asks for.
#[derive(Debug, Clone, Copy)]
struct Glance {
    /// TikTok pulls the files itself.
    pulls: bool,
    /// The post is for the profile, not for the inbox.
    direct: bool,
}

/// Looks into the bodies of inits; everything else passes.
pub(super) async fn look(request: Request, next: Next) -> Response {
    if !request.uri().path().ends_with("/init/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // One byte more than is allowed is enough to be refused.
    let Ok(bytes) = to_bytes(body, LONGEST + 1).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request body is too long");
    };
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    parts.extensions.insert(Glance {
        pulls: value["source_info"]["source"] == "PULL_FROM_URL",
        direct: value["post_mode"] == "DIRECT_POST",
    });
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// A video that TikTok pulls is posted without another call.
pub(super) fn video_init(parts: &Parts) -> (&'static str, bool) {
    ("video.init", parts.extensions.get::<Glance>().is_some_and(|glance| glance.pulls))
}

/// Photos are always pulled.
pub(super) fn content_init(parts: &Parts) -> (&'static str, bool) {
    ("content.init", parts.extensions.get::<Glance>().is_some_and(|glance| glance.direct))
}
