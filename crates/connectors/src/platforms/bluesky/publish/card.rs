//! Link cards: the network makes none by itself, so the page is read here. Best effort: a page that can't be read gets a
//! card with nothing but its address, and a post never fails for it.

use std::time::Duration;

use carillon_domain::text::graphemes;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use url::Url;

use super::super::limits;
use super::html::{self, PageMeta};
use super::prepare::send_blob;
use super::state::Card;
use crate::contract::cx::Cx;
use crate::kit::http::{Body, Call, Reply};

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
    let (url, reply) = fetch(cx, "card.page", Url::parse(uri).ok()?, "text/html").await?;
    if !content_type(&reply).is_some_and(|t| t == "text/html" || t == "application/xhtml+xml") {
        return None;
    }
    let page = &reply.body[..reply.body.len().min(limits::PAGE_BYTES)];
    Some((url, html::read(&String::from_utf8_lossy(page))))
}

async fn upload_thumb(cx: &Cx<'_>, image: &Url) -> Option<serde_json::Value> {
    let (_, reply) = fetch(cx, "card.thumb", image.clone(), "image/*").await?;
    let mime = content_type(&reply)?;
    let fits = !reply.body.is_empty() && reply.body.len() <= limits::THUMB_BYTES;
    if !fits || !limits::THUMB_TYPES.contains(&mime.as_str()) {
        return None;
    }
    send_blob(cx, &mime, Body::Bytes(reply.body), Duration::from_secs(60)).await.ok()
}

/// Reads an address that the author wrote or a page named. Each hop passes the egress guard anew.
async fn fetch(cx: &Cx<'_>, operation: &'static str, start: Url, accept: &str) -> Option<(Url, Reply)> {
    let mut at = start;
    for _ in 0..REDIRECTS {
        if !matches!(at.scheme(), "https" | "http") {
            return None;
        }
        let call = Call::get(operation, at.as_str()).timeout(PATIENCE).header(ACCEPT, accept);
        let reply = cx.http.send(call).await.ok()?;
        if !reply.status.is_redirection() {
            return reply.status.is_success().then_some((at, reply));
        }
        at = at.join(reply.header(LOCATION.as_str())?).ok()?;
    }
    None
}

fn content_type(reply: &Reply) -> Option<String> {
    let value = reply.header(CONTENT_TYPE.as_str())?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// One line of at most `max` characters.
fn short(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if graphemes::count(&line) <= max {
        return line;
    }
    format!("{}…", graphemes::truncate(&line, max - 1).trim_end())
}
