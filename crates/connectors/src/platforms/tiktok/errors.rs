//! What TikTok refuses, and what it means for us.
//!
//! Sources: developers.tiktok.com, "Error Handling" and the tables of each page (Nov 2026). The code in the body decides, then the status:
//! TikTok was seen to refuse with status 200. There are three shapes: the envelope, OAuth's flat one of the token endpoint, and a bare
//! status for the bytes of an upload. What no line fits falls to the safe side: where a call may have made something public, whatever is
//! no plain refusal is [`ErrorKind::Ambiguous`].

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use serde::Deserialize;

use super::limits::{DAY, MINUTE};
use super::wire::{Envelope, ErrorObject};
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::{from_send, retry_after};
use crate::kit::http::{Reply, Safety, SendError};
use crate::kit::redact;

pub(super) mod table;

use table::{Effect, Meaning};

/// Name in settings and errors.
pub(super) const PLATFORM: &str = "tiktok";

/// Names of operations.
pub(super) mod op {
    /// The page where people agree.
    pub const AUTHORIZE: &str = "oauth.authorize";
    /// The token endpoint for a code.
    pub const TOKEN: &str = "oauth.token";
    /// The token endpoint for a refresh token.
    pub const REFRESH: &str = "oauth.refresh";
    /// Ending a grant.
    pub const REVOKE: &str = "oauth.revoke";
    /// Who the account is, with its numbers.
    pub const USER: &str = "user.info";
    /// The account's public videos.
    pub const LIST: &str = "video.list";
    /// What the account may do now.
    pub const CREATOR: &str = "creator_info";
    /// The beginning of a video.
    pub const VIDEO: &str = "video.init";
    /// The beginning of a video for the inbox.
    pub const INBOX: &str = "inbox.init";
    /// The commit of pictures.
    pub const PICTURES: &str = "content.init";
    /// Bytes of a video.
    pub const UPLOAD: &str = "video.upload";
    /// How a post stands.
    pub const STATUS: &str = "status";
}

/// What the operations are for. Where TikTok fetches the files, the beginning is the commit already; else the last bytes of a video are.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth."]),
    (Errand::Profile, &[op::USER]),
    (Errand::Posts, &[op::LIST]),
    (Errand::Publish, &[op::CREATOR, op::VIDEO, op::INBOX, op::PICTURES, op::UPLOAD, op::STATUS]),
];

/// What an answer that is no success means.
pub(super) fn of_reply(operation: &str, safety: Safety, reply: &Reply, now: Timestamp) -> ConnectorError {
    let body: Envelope = reply.json().unwrap_or_default();
    let said = Said::of(body);
    let meaning = table::find(operation, reply.status, &said.code);
    let kind = match meaning.effect {
        Effect::Slower => ErrorKind::RateLimited {
            until: retry_after(&reply.headers, now).or_else(|| now.checked_add(MINUTE).ok()),
        },
        other => kind(other, safety, now),
    };
    new(kind, operation, meaning).with_remote(Remote {
        status: Some(reply.status.as_u16()),
        code: Some(said.code).filter(|code| !code.is_empty()),
        request_id: Some(said.log_id).filter(|id| !id.is_empty()),
        message: Some(message(said.message, reply)).filter(|m| !m.is_empty()),
    })
}

/// What one of the reasons means for which TikTok gave a post up after it had taken it. Nothing became public.
pub(super) fn of_failure(reason: &str, now: Timestamp) -> ConnectorError {
    let meaning = table::failure(reason);
    let remote = Remote { code: Some(reason.to_owned()), ..Remote::default() };
    new(kind(meaning.effect, Safety::Read, now), op::STATUS, meaning).with_remote(remote)
}

fn new(kind: ErrorKind, operation: &str, meaning: &Meaning) -> ConnectorError {
    ConnectorError::new(kind, PLATFORM, operation, meaning.code, meaning.cause).with_action(meaning.action)
}

fn kind(effect: Effect, safety: Safety, now: Timestamp) -> ErrorKind {
    let limited = |wait| ErrorKind::RateLimited { until: now.checked_add(wait).ok() };
    match effect {
        Effect::Refused => ErrorKind::Rejected,
        Effect::Later => ErrorKind::Transient,
        Effect::Unclear if safety == Safety::Unsafe => ErrorKind::Ambiguous,
        Effect::Unclear => ErrorKind::Transient,
        Effect::Gone => ErrorKind::NotReady,
        Effect::Expired => ErrorKind::AuthExpired,
        Effect::Revoked => ErrorKind::AuthRevoked,
        Effect::Permission => ErrorKind::PermissionMissing,
        Effect::Slower => limited(MINUTE),
        Effect::NextDay => limited(DAY),
    }
}

/// What stands in a body, in whichever shape.
struct Said {
    code: String,
    message: String,
    log_id: String,
}

impl Said {
    fn of(body: Envelope) -> Self {
        match body.error.as_str() {
            Some(word) => Self {
                code: word.to_owned(),
                message: body.error_description.unwrap_or_default(),
                log_id: body.log_id.unwrap_or_default(),
            },
            None => {
                let error = ErrorObject::deserialize(&body.error).unwrap_or_default();
                Self { code: error.code, message: error.message, log_id: error.log_id }
            }
        }
    }
}

fn message(said: String, reply: &Reply) -> String {
    let text = if said.is_empty() { reply.snippet(300) } else { said.chars().take(300).collect() };
    redact::text(&text)
}

/// What it means that no answer arrived.
pub(super) fn unanswered(operation: &str, safety: Safety, error: SendError) -> ConnectorError {
    from_send(PLATFORM, operation, safety, error)
}

/// An answer with a good status that can't be read.
pub(super) fn unreadable(operation: &str, safety: Safety, detail: impl ToString) -> ConnectorError {
    let kind = if safety == Safety::Unsafe { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    ConnectorError::new(kind, PLATFORM, operation, "unreadable", "TikTok's answer could not be read.")
        .with_action(
            "Nothing to do: Carillon looks again. If it stays, report it with the technical details.",
        )
        .with_detail(detail.to_string())
}

/// An error of our own: what is wrong, and what to do now.
pub(super) fn rejected(
    operation: &str,
    code: &str,
    cause: impl Into<String>,
    action: impl Into<String>,
) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, operation, code, cause).with_action(action)
}

/// An error of our own that passes by itself.
pub(super) fn later(operation: &str, code: &str, cause: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Transient, PLATFORM, operation, code, cause)
        .with_action("Nothing to do: it is tried again.")
}
