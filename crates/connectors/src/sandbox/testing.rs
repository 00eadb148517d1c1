//! What tests of simulators need: a browser's walk through the login and consent pages, errors of Meta's APIs, heads of movies.

use bytes::Bytes;
use serde_json::Value;
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

/// Status, code and subcode of an error of one of Meta's APIs; subcode 0 means none.
///
/// # Panics
/// When the answer is no such error.
#[track_caller]
pub fn graph_refusal(reply: &Reply) -> (u16, i64, i64) {
    let body: Value = reply.json().unwrap_or_else(|error| panic!("{error}: {}", reply.snippet(600)));
    let error = &body["error"];
    assert!(error["fbtrace_id"].is_string() && error["type"].is_string(), "{body}");
    assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{body}");
    let code = error["code"].as_i64().unwrap_or_else(|| panic!("no code: {body}"));
    (reply.status.as_u16(), code, error["error_subcode"].as_i64().unwrap_or(0))
}

/// The head of a movie, which says how many seconds long and how many pixels wide and high it is.
pub fn movie_head(seconds: u32, width: u32, height: u32) -> Bytes {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    bytes.extend(b"mvhd");
    bytes.extend([0; 12]);
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(seconds.to_be_bytes());
    bytes.extend(b"tkhd");
    bytes.extend([0; 76]);
    bytes.extend((width << 16).to_be_bytes());
    bytes.extend((height << 16).to_be_bytes());
    bytes.into()
}

fn sure<T>(result: Result<T, browser::Lost>) -> T {
    result.unwrap_or_else(|lost| panic!("{lost}"))
}
