//! From an answer to an error: one pure function. What is not known falls to the safe side.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;

use super::wire::Refused;
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::{ambiguous, remote, retry_after};
use crate::kit::http::{Reply, Safety};

/// The platform's name in errors.
pub(super) const PLATFORM: &str = "newnet";

/// What each of the operations that are called is for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth."]),
    (Errand::Profile, &["me"]),
    (Errand::Posts, &["posts.list"]),
    (Errand::Publish, &["posts.create"]),
    (Errand::Delete, &["posts.delete"]),
];

/// What an answer that is no success means.
pub(super) fn error_of(operation: &str, safety: Safety, reply: &Reply, now: Timestamp) -> ConnectorError {
    let code = reply.json::<Refused>().unwrap_or_default().error;
    let status = reply.status.as_u16();
    if safety == Safety::Unsafe && (status >= 500 || status == 408) {
        return ambiguous(PLATFORM, operation, reply, None);
    }
    let (kind, cause, action) = match (status, code.as_str()) {
        (401, "expired") => {
            (ErrorKind::AuthExpired, "The access token has run out.", "It is renewed by itself.")
        }
        (401, _) | (400, "invalid_grant") => {
            (ErrorKind::AuthRevoked, "Newnet no longer accepts this login.", "Connect the account again.")
        }
        (403, _) => (
            ErrorKind::PermissionMissing,
            "Newnet does not allow this to the app.",
            "Connect the account again and agree to everything that is asked for.",
        ),
        (429, _) => (
            ErrorKind::RateLimited { until: retry_after(&reply.headers, now) },
            "Newnet allows no more calls for now.",
            "It goes on by itself.",
        ),
        (500.. | 408, _) => (ErrorKind::Transient, "Newnet has trouble.", "It is tried again by itself."),
        _ => (
            ErrorKind::Rejected,
            "Newnet refused the request.",
            "Read what Newnet said, change the post and try again.",
        ),
    };
    let name = if code.is_empty() { "unknown" } else { code.as_str() };
    ConnectorError::new(kind, PLATFORM, operation, name, cause).with_action(action).with_remote(remote(
        reply,
        Some(&code),
        None,
        None,
    ))
}
