//! What X refuses, and what it means for us.
//!
//! Sources: docs.x.com, "Response codes and errors" and "Rate limits" (2026); OpenAPI 2.166, schema `Problem`; the numbers of
//! v1.1 from the older "Response codes" page. X words one cause differently at different times, so that a sign is looked for in
//! type, title, detail, reason and messages alike. What no sign fits goes by its status, and what may have had an effect is
//! [`ErrorKind::Ambiguous`].

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

use super::wire::ErrorBody;
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::{epoch_header, from_send, number_header};
use crate::kit::http::{Safety, SendError};
use crate::kit::redact;

mod meanings;

/// Name in settings and errors.
pub(super) const PLATFORM: &str = "x";

/// Names of operations.
pub(super) mod op {
    /// `POST /2/tweets`: the only call that makes something public.
    pub const CREATE: &str = "tweets.create";
    /// `DELETE /2/tweets/:id`.
    pub const DELETE: &str = "tweets.delete";
    /// `POST /2/media/upload/initialize`.
    pub const INITIALIZE: &str = "media.initialize";
    /// `POST /2/media/upload/:id/append`.
    pub const APPEND: &str = "media.append";
    /// `POST /2/media/upload/:id/finalize`.
    pub const FINALIZE: &str = "media.finalize";
    /// `GET /2/media/upload?command=STATUS`.
    pub const STATUS: &str = "media.status";
    /// `POST /2/media/metadata`.
    pub const METADATA: &str = "media.metadata";
    /// `GET /2/users/me`.
    pub const ME: &str = "users.me";
    /// `GET /2/users/:id/tweets`.
    pub const TIMELINE: &str = "users.tweets";
    /// `GET /2/tweets`.
    pub const LOOKUP: &str = "tweets.lookup";
    /// The authorize page.
    pub const AUTHORIZE: &str = "oauth2.authorize";
    /// `POST /2/oauth2/token` for a code.
    pub const TOKEN: &str = "oauth2.token";
    /// `POST /2/oauth2/token` for a refresh token.
    pub const REFRESH: &str = "oauth2.refresh";
    /// `POST /2/oauth2/revoke`.
    pub const REVOKE: &str = "oauth2.revoke";
}

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth2."]),
    (Errand::Profile, &[op::ME]),
    (Errand::Posts, &[op::TIMELINE, op::LOOKUP]),
    (Errand::Files, &[op::INITIALIZE, op::APPEND, op::FINALIZE, op::STATUS, op::METADATA]),
    (Errand::Publish, &[op::CREATE]),
    (Errand::Delete, &[op::DELETE]),
];

/// What an answer that is no success means.
pub(super) fn map(operation: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ConnectorError {
    let parsed: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let meaning = meanings::find(operation, status, &parsed);
    let kind = match &meaning.kind {
        ErrorKind::RateLimited { .. } => ErrorKind::RateLimited { until: until(headers) },
        // The post may be public, and only looking tells.
        ErrorKind::Transient if operation == op::CREATE => ErrorKind::Ambiguous,
        other => other.clone(),
    };
    ConnectorError::new(kind, PLATFORM, operation, meaning.code, meaning.cause)
        .with_action(meaning.action)
        .with_remote(remote(status, headers, &parsed, body))
}

/// What a problem in the `errors` of an answer with status 200 means.
pub(super) fn map_inside(
    operation: &str,
    headers: &HeaderMap,
    problem: &serde_json::Value,
) -> ConnectorError {
    let body = serde_json::to_vec(problem).unwrap_or_default();
    map(operation, StatusCode::OK, headers, &body)
}

/// What it means that no answer arrived.
pub(super) fn unanswered(operation: &str, error: SendError) -> ConnectorError {
    from_send(PLATFORM, operation, safety(operation), error)
}

/// A post may be public although its answer is lost, and a refresh token used up.
fn safety(operation: &str) -> Safety {
    match operation {
        op::CREATE | op::REFRESH => Safety::Unsafe,
        _ => Safety::Invisible,
    }
}

/// An answer with a good status that can't be read.
pub(super) fn unreadable(operation: &str, headers: &HeaderMap, detail: impl ToString) -> ConnectorError {
    let unsafe_call = safety(operation) == Safety::Unsafe;
    let kind = if unsafe_call { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    ConnectorError::new(kind, PLATFORM, operation, "unreadable", "X's answer could not be read.")
        .with_action(
            "Nothing to do: Carillon looks again. If it stays, report it with the technical details.",
        )
        .with_remote(Remote { request_id: request_id(headers), ..Remote::default() })
        .with_detail(detail.to_string())
}

/// When X lets us in again. A 24-hour limit that is used up counts first: the short one may reset long before.
fn until(headers: &HeaderMap) -> Option<Timestamp> {
    let used_up = |who: &str| {
        let left = number_header(headers, &format!("x-{who}-limit-24hour-remaining"))?;
        epoch_header(headers, &format!("x-{who}-limit-24hour-reset")).filter(|_| left <= 0)
    };
    used_up("user").max(used_up("app")).or_else(|| epoch_header(headers, "x-rate-limit-reset"))
}

fn remote(status: StatusCode, headers: &HeaderMap, parsed: &ErrorBody, body: &[u8]) -> Remote {
    let code = parsed.errors.iter().find_map(|e| e.code).map(|n| n.to_string());
    let error = parsed.error.as_ref().and_then(|e| e.as_str()).map(str::to_owned);
    let messages = parsed.errors.iter().find_map(|e| e.message.clone());
    let raw =
        || Some(String::from_utf8_lossy(body).chars().take(300).collect()).filter(|s: &String| !s.is_empty());
    Remote {
        status: Some(status.as_u16()),
        code: code.or(error).or_else(|| parsed.kind.clone()).or_else(|| parsed.title.clone()),
        request_id: request_id(headers),
        message: messages
            .or_else(|| parsed.detail.clone())
            .or_else(|| parsed.error_description.clone())
            .or_else(raw)
            .map(|message| redact::text(&message)),
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-transaction-id").and_then(|v| v.to_str().ok()).map(str::to_owned)
}
