//! From an answer of Instagram's hosts to one [`ConnectorError`]: the table, and what is Instagram's own beside it.
//!
//! What it prevents: a post that went out although the answer was an error (reported for 2207001, 4/2207051 and 5xx, July
//! 2026) must never be called failed, so a refused *commit* is definite only where the documentation makes it so;
//! everything else about a commit is `Ambiguous`.

mod table;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
#[cfg(test)]
use {crate::kit::graph::judge, crate::kit::http::Reply, crate::kit::http::SendError};

pub(super) use self::table::NETWORK;
use self::table::{FEW_VIEWERS, LATER};
use crate::contract::errand::{Errand, Errands};
use crate::kit::graph::judge::from_state;
pub(super) use crate::kit::graph::judge::{Context, object_missing};

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth.", "pages.list", "businesses.list"]),
    (Errand::Profile, &["profile.read"]),
    (Errand::Posts, &["media.list", "media.read", "stories.list"]),
    (Errand::Numbers, &["insights."]),
    (Errand::Files, &["containers."]),
    (Errand::Publish, &["quota.read", "media.publish"]),
    (Errand::Comments, &["comments.create", "comments.list"]),
    (Errand::Delete, &["media.delete"]),
];

/// Judges a complete answer that is not a success.
#[cfg(test)]
pub(super) fn from_reply(context: Context, reply: &Reply) -> ConnectorError {
    judge::from_reply(&NETWORK, context, reply)
}

/// Judges a call without a complete answer.
#[cfg(test)]
pub(super) fn from_send(context: Context, failure: SendError) -> ConnectorError {
    judge::from_send(&NETWORK, context, failure)
}

/// Judges the subcode that a container's `status` text names.
pub(super) fn from_container(context: Context, status: &str) -> ConnectorError {
    let subcode = NETWORK.code_in(status);
    let rule = subcode.and_then(|subcode| NETWORK.find(None, Some(subcode)));
    let otherwise = (
        "container_failed",
        "Instagram could not process the media and does not say why.",
        "Carillon hands the media over again by itself. If that keeps failing, convert the media and try again.",
    );
    from_state(&NETWORK, context, rule, otherwise, subcode, status)
}

/// The code of the refusal to say anything of a story that few have seen.
pub(super) const TOO_FEW_VIEWERS: &str = "too_few_viewers";

/// A refusal with code 10 that is not about the permission, of a story.
pub(super) fn too_few_viewers(error: ConnectorError) -> ConnectorError {
    let (code, cause) = (TOO_FEW_VIEWERS.to_owned(), FEW_VIEWERS.to_owned());
    ConnectorError { kind: ErrorKind::Rejected, code, cause, ..error }.with_action(LATER)
}

/// Whether the container behind the error is of no more use.
pub(super) fn needs_new_container(error: &ConnectorError) -> bool {
    matches!(
        error.code.as_str(),
        "media_download_slow"
            | "media_not_found"
            | "media_not_fetched"
            | "container_unknown"
            | "container_expired"
            | "container_failed"
            | "upload_failed"
    )
}
