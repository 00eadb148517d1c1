//! What Threads' answers mean: the table of its codes and words. How a row becomes an error is shared with the other platforms
//! behind the Graph API.

mod table;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use self::table::STATES;
pub(super) use self::table::{NETWORK, TOO_FEW_FOLLOWERS};
use crate::contract::errand::{Errand, Errands};
use crate::kit::graph::judge::from_state;
pub(super) use crate::kit::graph::judge::{Context, object_missing};

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth."]),
    (Errand::Profile, &["profile.read"]),
    (Errand::Posts, &["posts.list", "replies.list", "media.read"]),
    (Errand::Numbers, &["insights."]),
    (Errand::Files, &["containers."]),
    (Errand::Publish, &["quota.read", "posts.publish"]),
    (Errand::Delete, &["media.delete"]),
];

/// Judges what a failed container's `error_message` says.
pub(super) fn from_container(context: Context, message: &str) -> ConnectorError {
    let rule = STATES.iter().find(|(word, _)| *word == message).map(|(_, rule)| rule);
    let otherwise = (
        "container_failed",
        "Threads could not process the post and does not say why.",
        "Carillon hands it over again by itself. If that keeps failing, check that this server's public address can be \
         reached from the internet, and convert the media.",
    );
    from_state(&NETWORK, context, rule, otherwise, None, message)
}

/// Whether a new container may be better.
pub(super) fn needs_new_container(error: &ConnectorError) -> bool {
    matches!(
        error.code.as_str(),
        "container_missing" | "container_failed" | "container_expired" | "media_not_fetched"
    )
}

/// Whether an ambiguous refusal of a commit should not be tried again by itself, once the content is proved to be absent.
pub(super) fn final_if_absent(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Ambiguous
        && error.remote.status.is_some_and(|s| (400..500).contains(&s))
        && matches!(error.code.as_str(), "refused" | "action_blocked" | "blocked")
}

/// Whether something that was named is not there, or not yet: the container of a publish, the parent of a reply.
pub(super) fn not_there(error: &ConnectorError) -> bool {
    object_missing(error) || error.code == "container_missing"
}
