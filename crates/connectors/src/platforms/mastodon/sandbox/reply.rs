//! Answers, in the words of the server's software.

use axum::Json;
use axum::response::{IntoResponse, Response};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::servers::Kind;

/// `{"error": …}`; the deviant server says nothing, or shows a page.
pub(super) fn error(kind: Kind, status: StatusCode, text: &str) -> Response {
    if kind != Kind::Deviant {
        return (status, Json(json!({ "error": text }))).into_response();
    }
    if status == StatusCode::NOT_FOUND {
        return (status, axum::response::Html("<h1>404 Not Found</h1>")).into_response();
    }
    status.into_response()
}

/// `Validation failed: …`
pub(super) fn invalid(kind: Kind, text: &str) -> Response {
    error(kind, StatusCode::UNPROCESSABLE_ENTITY, &format!("Validation failed: {text}"))
}

pub(super) fn not_found(kind: Kind) -> Response {
    error(kind, StatusCode::NOT_FOUND, "Record not found")
}

/// An OAuth error.
pub(super) fn oauth(status: StatusCode, code: &str, description: &str) -> Response {
    (status, Json(json!({ "error": code, "error_description": description }))).into_response()
}

pub(super) fn ok(value: Value) -> Response {
    Json(value).into_response()
}

/// Times as the API writes them.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The state of a limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub limit: u32,
    pub remaining: u32,
    pub reset: Timestamp,
}

/// Puts the state of the limit that is closest to being hit on an answer.
pub(super) fn limited(headers: &mut HeaderMap, limit: Limit) {
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    put("x-ratelimit-limit", limit.limit.to_string());
    put("x-ratelimit-remaining", limit.remaining.to_string());
    put("x-ratelimit-reset", limit.reset.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
}

/// 429 with the state of the limit that was hit.
pub(super) fn too_many(kind: Kind, limit: Limit) -> Response {
    let mut response = error(kind, StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    limited(response.headers_mut(), Limit { remaining: 0, ..limit });
    response
}
