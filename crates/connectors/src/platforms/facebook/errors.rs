//! What Facebook's answers mean: the table of its codes. How a row becomes an error is shared with the other platforms behind
//! the Graph API.

mod table;

pub(super) use self::table::NETWORK;
pub(super) use crate::kit::graph::judge::{Context, from_state, object_missing};

use carillon_domain::connector_error::{ConnectorError, ErrorKind};

/// Whether an ambiguous refusal of a commit should not be tried again by itself, once the content is proved to be absent.
pub(super) fn final_if_absent(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Ambiguous
        && error.remote.status.is_some_and(|s| (400..500).contains(&s))
        && matches!(
            error.code.as_str(),
            "refused" | "blocked" | "too_fast" | "duplicate" | "duplicate_photos"
        )
}
