//! What servers of the AT Protocol refuse, and what it means for us.
//!
//! Source: the error bodies `{"error","message"}` of the lexicons and of the reference server (packages/pds of
//! bluesky-social/atproto, Aug 2026); docs.bsky.app, "Rate Limits" (Apr 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

use self::known::{MESSAGES, NAMES, RECONNECT, REPORT};
use super::wire::ErrorBody;
use crate::contract::errand::{Errand, Errands};
use crate::kit::http::{Safety, SendError};
use crate::kit::{errors, redact};

mod known;

/// Name in errors.
pub const PLATFORM: &str = "bluesky";
/// What is not known better.
const REFUSED: &str = "The server refused the request.";

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (
        Errand::SignIn,
        &[
            "createSession",
            "refreshSession",
            "deleteSession",
            "describeServer",
            "resolveHandle",
            "wellKnownDid",
            "didDocument",
            "protectedResource",
        ],
    ),
    (Errand::Profile, &["getProfile", "describeRepo", "searchActorsTypeahead"]),
    (Errand::Posts, &["getAuthorFeed", "getPosts", "getRecord", "listRecords"]),
    (Errand::Files, &["uploadBlob"]),
    (Errand::Publish, &["putRecord"]),
    (Errand::Delete, &["deleteRecord"]),
];

/// Maps an answer that is no success. `safety` decides what a server error means: after a call that publishes it says
/// nothing about the effect.
pub fn from_reply(
    operation: &str,
    safety: Safety,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> ConnectorError {
    let said: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let remote = Remote {
        status: Some(status.as_u16()),
        code: said.error.clone(),
        request_id: header(headers, "x-request-id").map(str::to_owned),
        message: said.message.clone().or_else(|| html_hint(body)).map(|m| redact::text(&m)),
    };
    let error = |kind, code: &str, cause: &str, action: &str| {
        ConnectorError::new(kind, PLATFORM, operation, code, cause)
            .with_action(action)
            .with_remote(remote.clone())
    };
    if status == StatusCode::TOO_MANY_REQUESTS || said.error.as_deref() == Some("RateLimitExceeded") {
        let kind = ErrorKind::RateLimited { until: allowed_again(headers, now) };
        let meaning = NAMES.iter().find(|m| m.name == "RateLimitExceeded");
        return error(
            kind,
            "rate_limited",
            meaning.map_or("", |m| m.cause),
            meaning.map_or("", |m| m.action),
        );
    }
    // After a publishing call a server error leaves open what happened, whatever name it has.
    let open = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        || status == StatusCode::REQUEST_TIMEOUT;
    if safety == Safety::Unsafe && open {
        return error(
            ErrorKind::Ambiguous,
            "answer_lost",
            "The server failed while it took the post; whether it is public is not known yet.",
            "It is looked up by itself.",
        );
    }
    let name = said.error.as_deref().unwrap_or_default();
    let message = said.message.as_deref().unwrap_or_default();
    let told = NAMES
        .iter()
        .find(|m| m.name == name)
        .or_else(|| MESSAGES.iter().find(|m| !status.is_server_error() && message.contains(m.name)));
    match told {
        Some(m) => error(m.kind.clone(), m.code, m.cause, m.action),
        None => by_status(status, error),
    }
}

fn by_status(
    status: StatusCode,
    error: impl Fn(ErrorKind, &str, &str, &str) -> ConnectorError,
) -> ConnectorError {
    match status.as_u16() {
        401 => error(ErrorKind::AuthRevoked, "auth_required", "The server refused the sign-in.", RECONNECT),
        403 => error(
            ErrorKind::PermissionMissing,
            "forbidden",
            "The server does not allow this with the app password that was used.",
            RECONNECT,
        ),
        413 => error(
            ErrorKind::Rejected,
            "media_too_large",
            "A file is larger than the server takes.",
            "Use a smaller version of the file.",
        ),
        300..=399 => error(
            ErrorKind::Rejected,
            "redirected",
            "The server sends us to another address.",
            "Check the server's address and connect the account again.",
        ),
        408 | 500..=599 if status != StatusCode::NOT_IMPLEMENTED => error(
            ErrorKind::Transient,
            "server_error",
            "The server has a problem.",
            "It is tried again by itself.",
        ),
        501 => error(
            ErrorKind::Rejected,
            "not_supported",
            "The server can't do this.",
            "Ask its operator to update it.",
        ),
        _ => error(ErrorKind::Rejected, "refused", REFUSED, REPORT),
    }
}

/// Of a server that was asked without a login: what it says of one is said of none of ours.
pub fn without_login(error: ConnectorError) -> ConnectorError {
    match error.kind {
        ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => ConnectorError {
            kind: ErrorKind::Rejected,
            code: "refused".to_owned(),
            cause: REFUSED.to_owned(),
            action: REPORT.to_owned(),
            ..error
        },
        _ => error,
    }
}

/// Maps a call without a complete answer.
pub fn from_send(operation: &str, safety: Safety, failure: SendError) -> ConnectorError {
    errors::from_send(PLATFORM, operation, safety, failure)
}

/// A success that can't be read. After a publishing call it says nothing about the effect.
pub fn unreadable(operation: &str, safety: Safety, status: StatusCode, why: &str) -> ConnectorError {
    let (kind, cause) = match safety {
        Safety::Unsafe => (
            ErrorKind::Ambiguous,
            "The server's answer can't be read; whether the post is public is not known yet.",
        ),
        Safety::Read | Safety::Invisible => {
            (ErrorKind::Transient, "The server answered something that is not the AT Protocol.")
        }
    };
    ConnectorError::new(kind, PLATFORM, operation, "unreadable_answer", cause)
        .with_action("It is tried again by itself. If it stays, check the server's address.")
        .with_remote(Remote { status: Some(status.as_u16()), ..Remote::default() })
        .with_detail(why)
}

/// When the server lets us in again: `RateLimit-Reset` in seconds since 1970, else `Retry-After`.
fn allowed_again(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    errors::epoch_header(headers, "ratelimit-reset").or_else(|| errors::retry_after(headers, now))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// Proxies answer with pages; the first words are enough to know which one it was.
fn html_hint(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty()).take(20).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
