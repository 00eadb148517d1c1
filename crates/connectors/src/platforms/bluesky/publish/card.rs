//! Link cards: the network makes none by itself, so the page is read here. Best effort: a page that can't be read gets a
//! card with nothing but its address, and a post never fails for it.

use std::time::Duration;

use carillon_domain::text::graphemes;
use futures::StreamExt;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, LOCATION};
use url::Url;

use super::super::limits;
use super::html::{self, PageMeta};
use super::prepare::send_blob;
use super::state::Card;
use crate::contract::cx::Cx;
use crate::kit::http::{Body, Call, Opened};

const PATIENCE: Duration = Duration::from_secs(8);
const REDIRECTS: usize = 4;

/// The card of a page, its picture already uploaded.
pub async fn make(cx: &Cx<'_>, uri: &str) -> Card {
    let bare = Card { uri: uri.to_owned(), title: uri.to_owned(), ..Card::default() };
    let Some((page, meta)) = read_page(cx, uri).await else { return bare };
    let title = meta.title.map(|t| short(&t, limits::CARD_TITLE)).filter(|t| !t.is_empty());
    let thumb = match meta.image.and_then(|image| page.join(&image).ok()) {
        Some(image) => upload_thumb(cx, &image).await,
        None => None,
    };
    Card {
        title: title.unwrap_or(bare.title),
        description: meta.description.map(|d| short(&d, limits::CARD_DESCRIPTION)).unwrap_or_default(),
        uri: bare.uri,
        thumb,
    }
}

async fn read_page(cx: &Cx<'_>, uri: &str) -> Option<(Url, PageMeta)> {
    let (url, found) =
        fetch(cx, "card.page", Url::parse(uri).ok()?, ("text/html", limits::PAGE_BYTES)).await?;
    if found.mime != "text/html" && found.mime != "application/xhtml+xml" {
        return None;
    }
    let page = &found.body[..found.body.len().min(limits::PAGE_BYTES)];
    Some((url, html::read(&String::from_utf8_lossy(page))))
}

async fn upload_thumb(cx: &Cx<'_>, image: &Url) -> Option<serde_json::Value> {
    let (_, found) = fetch(cx, "card.thumb", image.clone(), ("image/*", limits::THUMB_BYTES)).await?;
    let fits = !found.body.is_empty() && found.body.len() <= limits::THUMB_BYTES;
    if !fits || !limits::THUMB_TYPES.contains(&found.mime.as_str()) {
        return None;
    }
    send_blob(cx, &found.mime, Body::Bytes(found.body.into()), Duration::from_secs(60)).await.ok()
}

/// What is at an address, or where that leads on to.
enum Answer {
    Here(Found),
    On(Url),
}

struct Found {
    mime: String,
    /// All of it, or its beginning and longer than was asked for.
    body: Vec<u8>,
}

/// Reads an address that the author wrote or a page named. Each hop passes anew the guard of what members name, since what is there becomes
/// public. `wanted` is a type, and how many bytes of it.
async fn fetch(
    cx: &Cx<'_>,
    operation: &'static str,
    start: Url,
    wanted: (&str, usize),
) -> Option<(Url, Found)> {
    let mut at = start;
    for _ in 0..REDIRECTS {
        if !matches!(at.scheme(), "https" | "http") {
            return None;
        }
        // With its body: what opens has a time for its head alone.
        let answer = tokio::time::timeout(PATIENCE, ask(cx, operation, &at, wanted)).await;
        match answer.ok()?? {
            Answer::Here(found) => return Some((at, found)),
            Answer::On(next) => at = next,
        }
    }
    None
}

async fn ask(
    cx: &Cx<'_>,
    operation: &'static str,
    at: &Url,
    (accept, most): (&str, usize),
) -> Option<Answer> {
    let call = Call::get(operation, at.as_str()).timeout(PATIENCE).header(ACCEPT, accept);
    let Opened { status, headers, mut stream } = cx.http.open(call).await.ok()?;
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if status.is_redirection() {
        return at.join(header(LOCATION)?).ok().map(Answer::On);
    }
    if !status.is_success() {
        return None;
    }
    let mime = header(CONTENT_TYPE)?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut body = Vec::new();
    while body.len() <= most
        && let Some(piece) = stream.next().await
    {
        body.extend_from_slice(&piece.ok()?);
    }
    Some(Answer::Here(Found { mime, body }))
}

/// One line of at most `max` characters.
fn short(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if graphemes::count(&line) <= max {
        return line;
    }
    format!("{}…", graphemes::truncate(&line, max - 1).trim_end())
}
