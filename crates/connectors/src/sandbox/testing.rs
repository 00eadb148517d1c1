//! Walks through the login and consent pages as a browser would, for tests.

use url::Url;

use super::Sandbox;
use super::browser::{self, Decision};
use crate::kit::http::Reply;

/// Opens the authorize URL, signs in as the persona, agrees, and gives the address that the browser is sent back to.
///
/// # Panics
/// When the pages don't lead there; the message has the page.
pub async fn approve(sandbox: &Sandbox, authorize_url: &Url, persona: &str) -> Url {
    sure(browser::walk(sandbox, authorize_url, persona, Decision::Allow).await)
}

/// The same, but refuses.
///
/// # Panics
/// When the pages don't lead there; the message has the page.
pub async fn refuse(sandbox: &Sandbox, authorize_url: &Url, persona: &str) -> Url {
    sure(browser::walk(sandbox, authorize_url, persona, Decision::Refuse).await)
}

/// Opens a page and gives its answer, redirects not followed.
///
/// # Panics
/// When no answer arrives.
pub async fn open(sandbox: &Sandbox, url: &str) -> Reply {
    sure(browser::open(sandbox, url).await)
}

fn sure<T>(result: Result<T, browser::Lost>) -> T {
    result.unwrap_or_else(|lost| panic!("{lost}"))
}
