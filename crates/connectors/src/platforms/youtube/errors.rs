//! What YouTube and Google's token endpoint refuse, and what it means for us.
//!
//! Sources: developers.google.com, "Errors" and "Global domain errors" (2026); Google Identity, "Using OAuth 2.0 for Web Server
//! Applications" (2026). The reason in `error.errors[0].reason` decides, then the status. What no line fits falls to the safe side:
//! where a call may have made something public, whatever is no plain refusal is [`ErrorKind::Ambiguous`].

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::quota;
use super::wire::{ErrorBody, ErrorObject};
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::{from_send, retry_after};
use crate::kit::http::{Reply, Safety, SendError};
use crate::kit::redact;

pub(super) mod table;

use table::{Effect, Meaning};

/// Name in settings and errors.
pub(super) const PLATFORM: &str = "youtube";

/// Names of operations: those that Google gives its methods, where it does.
pub(super) mod op {
    /// The page where people agree.
    pub const AUTHORIZE: &str = "oauth.authorize";
    /// The token endpoint for a code.
    pub const TOKEN: &str = "oauth.token";
    /// The token endpoint for a refresh token.
    pub const REFRESH: &str = "oauth.refresh";
    /// Ending a grant.
    pub const REVOKE: &str = "oauth.revoke";
    /// The first step of a resumable upload: the description of the video.
    pub const INSERT: &str = "videos.insert";
    /// Bytes of a resumable upload.
    pub const UPLOAD: &str = "videos.upload";
    /// How many bytes of a resumable upload have arrived.
    pub const UPLOADED: &str = "videos.uploaded";
    /// Videos by their ids.
    pub const VIDEOS: &str = "videos.list";
    /// The commit of a video.
    pub const UPDATE: &str = "videos.update";
    /// Taking a video back.
    pub const DELETE: &str = "videos.delete";
    /// A picture for a video.
    pub const THUMBNAIL: &str = "thumbnails.set";
    /// What is in a playlist.
    pub const PLAYLIST: &str = "playlistItems.list";
    /// One more in a playlist.
    pub const PLAYLIST_ADD: &str = "playlistItems.insert";
    /// The commit of a comment.
    pub const COMMENT: &str = "commentThreads.insert";
    /// The comments below a video.
    pub const COMMENTS: &str = "commentThreads.list";
    /// Taking a comment back.
    pub const COMMENT_DELETE: &str = "comments.delete";
    /// The account's channel.
    pub const CHANNEL: &str = "channels.list";
    /// A table of the Analytics API.
    pub const REPORT: &str = "reports.query";
}

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth."]),
    (Errand::Profile, &[op::CHANNEL]),
    (Errand::Posts, &[op::VIDEOS, op::PLAYLIST]),
    (Errand::Numbers, &[op::REPORT]),
    (Errand::Files, &[op::INSERT, op::UPLOAD, op::UPLOADED, op::THUMBNAIL]),
    (Errand::Publish, &[op::UPDATE, op::PLAYLIST_ADD]),
    (Errand::Comments, &[op::COMMENT, op::COMMENTS, op::COMMENT_DELETE]),
    (Errand::Delete, &[op::DELETE]),
];

/// The code of a refusal for the project's daily quota.
pub(super) const QUOTA_USED_UP: &str = "quota_used_up";

/// The code of a refusal for what a report was to hold.
pub(super) const REPORT_REFUSED: &str = "report_refused";

/// Whether a call makes something public, so that an unclear answer must be looked into.
fn is_commit(operation: &str) -> bool {
    matches!(operation, op::UPDATE | op::COMMENT)
}

/// What an answer that is no success means.
pub(super) fn map(
    operation: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> ConnectorError {
    let parsed: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let error = ErrorObject::deserialize(&parsed.error).unwrap_or_default();
    let reason = reason(parsed.error.as_str(), &error);
    let meaning = table::find(operation, status, &reason);
    ConnectorError::new(
        kind(meaning, operation, headers, now),
        PLATFORM,
        operation,
        meaning.code,
        meaning.cause,
    )
    .with_action(meaning.action)
    .with_remote(Remote {
        status: Some(status.as_u16()),
        code: Some(reason).filter(|r| !r.is_empty()),
        // The one id that Google sends with uploads is the secret of the upload itself.
        request_id: None,
        message: message(&error, parsed.error_description, body),
    })
}

/// The same for a complete answer.
pub(super) fn of_reply(operation: &str, reply: &Reply, now: Timestamp) -> ConnectorError {
    map(operation, reply.status, &reply.headers, &reply.body, now)
}

fn kind(meaning: &Meaning, operation: &str, headers: &HeaderMap, now: Timestamp) -> ErrorKind {
    let limited = |until| ErrorKind::RateLimited { until };
    match meaning.effect {
        Effect::Refused => ErrorKind::Rejected,
        Effect::Later => ErrorKind::Transient,
        Effect::Unclear if is_commit(operation) => ErrorKind::Ambiguous,
        Effect::Unclear => ErrorKind::Transient,
        Effect::Expired => ErrorKind::AuthExpired,
        Effect::Revoked => ErrorKind::AuthRevoked,
        Effect::Permission => ErrorKind::PermissionMissing,
        Effect::Slower => limited(retry_after(headers, now)),
        Effect::NextDay => limited(Some(quota::next_reset(now))),
        Effect::After(wait) => limited(now.checked_add(wait).ok()),
    }
}

/// The word that decides: OAuth's, that of the first error, else of the details.
fn reason(word: Option<&str>, error: &ErrorObject) -> String {
    let first = error.errors.first().map(|e| e.reason.clone()).filter(|r| !r.is_empty());
    let detail = || error.details.iter().find_map(|d| d.reason.clone());
    let word = || word.map(str::to_owned).or_else(detail).or_else(|| error.status.clone());
    first.or_else(word).unwrap_or_default()
}

fn message(error: &ErrorObject, description: Option<String>, body: &[u8]) -> Option<String> {
    let first = error.errors.first().map(|e| e.message.clone());
    let said =
        [first, Some(error.message.clone()), description].into_iter().flatten().find(|m| !m.is_empty());
    let text = without_tags(&said.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()));
    let text: String = text.chars().take(300).collect();
    (!text.is_empty()).then(|| redact::text(&text))
}

/// YouTube puts links into its messages.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        let Some((_, after)) = tag.split_once('>') else { break };
        out.push_str(before);
        rest = after;
    }
    out + rest
}

/// What it means that no answer arrived.
pub(super) fn unanswered(operation: &str, error: SendError) -> ConnectorError {
    let safety = if is_commit(operation) { Safety::Unsafe } else { Safety::Invisible };
    from_send(PLATFORM, operation, safety, error)
}

/// An answer with a good status that can't be read.
pub(super) fn unreadable(operation: &str, detail: impl ToString) -> ConnectorError {
    let kind = if is_commit(operation) { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    ConnectorError::new(kind, PLATFORM, operation, "unreadable", "YouTube's answer could not be read.")
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
