//! What Facebook's answers mean: the table of its codes. How a row becomes an error is shared with the other platforms behind
//! the Graph API.

mod table;

pub(super) use self::table::NETWORK;
pub(super) use crate::kit::graph::judge::{Context, from_state, object_missing};

use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use crate::contract::errand::{Errand, Errands};

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth.", "pages.list", "pages.token", "businesses.list"]),
    (Errand::Profile, &["profile.read"]),
    (
        Errand::Posts,
        &["posts.list", "posts.read", "posts.find", "posts.attached", "stories.list", "videos.find"],
    ),
    (Errand::Numbers, &["insights."]),
    (
        Errand::Files,
        &[
            "photos.upload",
            "videos.start",
            "videos.transfer",
            "videos.read",
            "reels.start",
            "reels.upload",
            "stories.start",
            "stories.upload",
        ],
    ),
    (Errand::Publish, &["feed.create", "videos.finish", "reels.finish", "stories.create", "stories.finish"]),
    (Errand::Comments, &["comments.create", "comments.list"]),
    (Errand::Edit, &["posts.update"]),
    (Errand::Delete, &["posts.delete"]),
];

/// Whether an ambiguous refusal of a commit should not be tried again by itself, once the content is proved to be absent.
pub(super) fn final_if_absent(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Ambiguous
        && error.remote.status.is_some_and(|s| (400..500).contains(&s))
        && matches!(
            error.code.as_str(),
            "refused" | "blocked" | "too_fast" | "duplicate" | "duplicate_photos"
        )
}
