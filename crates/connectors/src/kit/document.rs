//! Documents, in front of networks that take none.

use carillon_domain::limits::Violation;
use carillon_domain::media::{MediaInfo, MediaKind};

/// Whether a file is a document.
pub fn is_document(file: &MediaInfo) -> bool {
    file.kind == MediaKind::Document
}

/// What a check says of a document where `network`, as people call it, takes none. `field` is the file's.
pub fn refused(network: &str, field: &str) -> Violation {
    let message = format!(
        "{network} takes no documents. Take it out of the post here; show its pages as pictures, or put a link to it into the text."
    );
    Violation::new(field, "wrong_type", message)
}
