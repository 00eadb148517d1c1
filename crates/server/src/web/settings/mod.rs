//! Settings: of the person, and of the workspace.

pub mod feed;
pub mod logo;
pub mod members;
pub mod notices;
pub mod profile;
pub mod reports;
pub mod sessions;
pub mod texts;
pub mod tokens;
pub mod workspace;

use axum::response::Redirect;

/// After a change: the page again, which says that it was done. A reload must not repeat the change.
fn done(url: &str) -> Redirect {
    Redirect::to(&format!("{url}?saved"))
}

/// Whether a page was opened by [`done`].
fn is_done(uri: &axum::http::Uri) -> bool {
    uri.query() == Some("saved")
}
