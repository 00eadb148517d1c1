//! What a refusal means: one pure function from status, headers and body to a [`ConnectorError`].
//!
//! Servers of many makes answer here, some with HTML or with nothing at all. So the status decides, and the text only makes
//! it more exact. What is not in the table falls to the safe side: a 4xx is a refusal, everything else says nothing about the
//! effect of an unsafe call.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use http::StatusCode;

use super::NAME;
use super::wire::Problem;
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::{ambiguous, epoch_header, iso_header, remote, retry_after};
use crate::kit::http::{Reply, Safety};

mod table;

pub use table::{Meaning, Reaction, TABLE};

/// The server refused and gave no reason, as some do when the token is not valid.
pub const REFUSED_WITHOUT_REASON: &str = "refused_without_reason";
/// An uploaded file is gone, or in use.
pub const MEDIA_UNAVAILABLE: &str = "media_unavailable";
/// The thing that was asked for does not exist.
pub const NOT_FOUND: &str = "not_found";

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth.", "apps.create", "instance.get"]),
    (Errand::Profile, &["accounts.verify", "accounts.search"]),
    (Errand::Posts, &["accounts.statuses", "statuses.get", "statuses.source"]),
    (Errand::Files, &["media.upload", "media.get"]),
    (Errand::Publish, &["statuses.create"]),
    (Errand::Edit, &["statuses.edit"]),
    (Errand::Delete, &["statuses.delete"]),
];

/// The longest window of the limits ("Rate limits", 2 July 2026; 300 statuses in 3 hours by the server's source).
const LONGEST_WINDOW: Duration = Duration::from_secs(3 * 60 * 60);

/// What an answer that is not a success means for a call with this safety.
pub fn from_reply(operation: &str, safety: Safety, reply: &Reply, now: Timestamp) -> ConnectorError {
    let problem = reply.json::<Problem>().ok().filter(|p| p.error.is_some());
    let words = words(problem.as_ref());
    let remote = remote_of(reply, problem.as_ref(), &words);
    if reply.status == StatusCode::TOO_MANY_REQUESTS {
        let until = Some(reset(operation, reply, now));
        return ConnectorError::new(
            ErrorKind::RateLimited { until },
            NAME,
            operation,
            "rate_limited",
            "The server allows no more calls for now.",
        )
        .with_action("It goes on by itself when the server allows it.")
        .with_remote(remote);
    }
    let meaning = if table::SILENT_TOKEN.status == reply.status.as_u16()
        && is_silent(reply)
        && may_be_the_token(operation, safety)
    {
        &table::SILENT_TOKEN
    } else {
        find(reply.status, &words, is_silent(reply))
    };
    let kind = match meaning.reaction {
        Reaction::Refused => ErrorKind::Rejected,
        Reaction::Revoked => ErrorKind::AuthRevoked,
        Reaction::Scope => ErrorKind::PermissionMissing,
        Reaction::NotReady => ErrorKind::NotReady,
        Reaction::Trouble if safety == Safety::Unsafe => {
            return ambiguous(NAME, operation, reply, reply.header("x-request-id"));
        }
        Reaction::Trouble => ErrorKind::Transient,
    };
    let said = remote.message.clone().unwrap_or_default();
    let cause = if meaning.quotes && !said.is_empty() {
        format!("{} It said: “{said}”.", meaning.cause)
    } else {
        meaning.cause.to_owned()
    };
    ConnectorError::new(kind, NAME, operation, meaning.code, cause)
        .with_action(meaning.action)
        .with_remote(remote)
}

/// A success whose body can't be read as what was expected.
pub fn unreadable(operation: &str, safety: Safety, reply: &Reply, why: &str) -> ConnectorError {
    if safety == Safety::Unsafe {
        return ambiguous(NAME, operation, reply, reply.header("x-request-id")).with_detail(why);
    }
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        operation,
        "unreadable",
        "The server's answer can't be read.",
    )
    .with_action("It is tried again by itself. If it stays so, the server's software may not be supported.")
    .with_remote(remote_of(reply, None, ""))
    .with_detail(why)
}

fn find(status: StatusCode, words: &str, silent: bool) -> &'static Meaning {
    let words = words.to_lowercase();
    let exact = TABLE.iter().find(|m| {
        m.status == status.as_u16()
            && match m.text {
                Some("") => silent,
                Some(text) => words.contains(text),
                None => true,
            }
    });
    exact.unwrap_or_else(|| table::fallback(status))
}

/// The texts of an error body.
fn words(problem: Option<&Problem>) -> String {
    let Some(problem) = problem else { return String::new() };
    let parts = [problem.error.as_deref(), problem.error_description.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn remote_of(reply: &Reply, problem: Option<&Problem>, words: &str) -> Remote {
    let code = problem.filter(|p| p.error_description.is_some()).and_then(|p| p.error.as_deref());
    // Pages for people say nothing that helps here.
    remote(reply, code, reply.header("x-request-id"), Some(words))
}

/// Neither a JSON error nor a page: nothing.
fn is_silent(reply: &Reply) -> bool {
    reply.body.iter().all(u8::is_ascii_whitespace)
}

/// A read has nothing in it that could be invalid but the token; only the state of an upload is told by 422 as well.
fn may_be_the_token(operation: &str, safety: Safety) -> bool {
    safety == Safety::Read && operation != "media.get"
}

/// When a call is allowed again. Mastodon sends an ISO 8601 time, some software seconds or a Unix time. Without any, the
/// window of the operation.
fn reset(operation: &str, reply: &Reply, now: Timestamp) -> Timestamp {
    const HEADER: &str = "x-ratelimit-reset";
    let said = iso_header(&reply.headers, HEADER)
        .or_else(|| epoch_header(&reply.headers, HEADER).filter(|t| *t > now))
        .or_else(|| retry_after(&reply.headers, now));
    let window = match operation {
        "media.upload" | "statuses.delete" => Duration::from_secs(30 * 60),
        _ => Duration::from_secs(5 * 60),
    };
    let latest = now.checked_add(LONGEST_WINDOW).unwrap_or(now);
    match said {
        Some(at) => at.clamp(now, latest),
        None => now.checked_add(window).unwrap_or(now),
    }
}

#[cfg(test)]
mod tests;
