//! What a page says of itself, for the card that a preview shows of a link to it (ADR 0059).
//!
//! It is asked as any stranger would be, through the same guard as files from addresses that people name: only public addresses, nothing
//! of ours travels along. What comes is text and the pixels of a picture, drawn anew; nothing of the page itself reaches a browser.

mod charset;
mod head;
mod kept;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_domain::time::SignedDuration;
use futures::StreamExt;
use http::header::CONTENT_TYPE;
use url::Url;

use self::head::Head;
pub use self::kept::LinkCards;
use self::kept::{KNOWN, NOTHING, NoTurn};
use super::fetching;
use crate::media::Incoming;
use crate::{Actor, Engine};

/// A page is read so far, bytes: its head is at its beginning.
const PAGE: usize = 512 << 10;
/// How long a page may take.
const PAGE_TIME: Duration = Duration::from_secs(6);
/// Largest picture, bytes.
const PICTURE: usize = 5 << 20;
/// How long a picture may take, until the card does without.
const PICTURE_TIME: Duration = Duration::from_secs(4);
/// How long anybody waits for a card, be it for turns of others who wait for the same one.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a page says of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct LinkCard {
    /// Its title; empty where it has none.
    pub title: String,
    /// Its description; empty where it has none.
    pub description: String,
    /// Its picture as a small JPEG.
    pub picture: Option<Bytes>,
}

/// What is known of an address without asking there: `None` where nobody asked lately, `Some(None)` where it had nothing to say.
/// That is so as well for what is no address, or too long for one.
pub fn known(engine: &Engine, address: &str) -> Option<Option<Arc<LinkCard>>> {
    match page_at(address) {
        Some(page) => engine.link_cards.known(page.as_str(), engine.clock.now()),
        None => Some(None),
    }
}

/// What the page at an address says of itself; `None` where there is none, it is not called, or it says nothing, and while too many
/// other pages are being asked.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write.
pub async fn look_up(
    engine: &Engine,
    actor: &Actor,
    address: &str,
) -> Result<Option<Arc<LinkCard>>, AppError> {
    actor.require(Permission::Write)?;
    let Some(page) = page_at(address) else { return Ok(None) };
    let (cards, address) = (&engine.link_cards, page.to_string());
    if let Some(known) = cards.known(&address, engine.clock.now()) {
        return Ok(known);
    }
    let ask = async {
        let Some(_turn) = cards.turn(actor.workspace).await else { return Err(NoTurn) };
        // Somebody else may have ended asking for the same meanwhile.
        if let Some(known) = cards.known(&address, engine.clock.now()) {
            return Ok(known);
        }
        let (card, good_for) = read(engine, page).await;
        let card = card.map(Arc::new);
        cards.keep(&address, card.clone(), good_for, engine.clock.now());
        Ok(card)
    };
    let found = tokio::time::timeout(PATIENCE, cards.once(&address, ask)).await;
    Ok(found.ok().and_then(Result::ok).flatten())
}

/// The page that is meant: all places in it are one.
fn page_at(address: &str) -> Option<Url> {
    let mut page = fetching::parsed(address).ok()?;
    page.set_fragment(None);
    Some(page)
}

/// The card of a page, and for how long that is believed.
async fn read(engine: &Engine, page: Url) -> (Option<LinkCard>, SignedDuration) {
    let head = tokio::time::timeout(PAGE_TIME, head_at(engine, page)).await;
    let Some((url, head)) = head.ok().flatten() else { return (None, NOTHING) };
    let (picture, good_for) = match head.picture.and_then(|address| url.join(&address).ok()) {
        Some(address) => in_time(picture_at(engine, address.as_str())).await,
        None => (None, KNOWN),
    };
    if head.title.is_empty() && head.description.is_empty() && picture.is_none() {
        return (None, NOTHING);
    }
    (Some(LinkCard { title: head.title, description: head.description, picture }), good_for)
}

/// The picture if it comes in time, and for how long its card is believed: one that was late, be it for its turn to be drawn, is asked
/// for again soon.
async fn in_time(picture: impl Future<Output = Option<Bytes>>) -> (Option<Bytes>, SignedDuration) {
    match tokio::time::timeout(PICTURE_TIME, picture).await {
        Ok(picture) => (picture, KNOWN),
        Err(_) => (None, NOTHING),
    }
}

/// What the page says, and where it is in the end.
async fn head_at(engine: &Engine, page: Url) -> Option<(Url, Head)> {
    let (url, opened) = fetching::open(engine, page).await.ok()?;
    let said = opened.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if said.is_some_and(|said| !said.to_ascii_lowercase().contains("html")) {
        return None;
    }
    let page = beginning(opened.stream).await;
    Some((url, Head::read(&charset::text(&page, said))))
}

/// The page up to the end of its head, or as far as it came.
async fn beginning(mut stream: Incoming) -> Vec<u8> {
    const END: &[u8] = b"</head";
    let mut page: Vec<u8> = Vec::new();
    while let Some(Ok(piece)) = stream.next().await {
        let from = page.len().saturating_sub(END.len());
        page.extend_from_slice(&piece);
        let is_over = page[from..].windows(END.len()).any(|bytes| bytes.eq_ignore_ascii_case(END));
        if is_over || page.len() >= PAGE {
            break;
        }
    }
    page.truncate(PAGE);
    page
}

async fn picture_at(engine: &Engine, address: &str) -> Option<Bytes> {
    let (_, opened) = fetching::open(engine, fetching::parsed(address).ok()?).await.ok()?;
    let (mut stream, mut file) = (opened.stream, Vec::<u8>::new());
    while let Some(piece) = stream.next().await {
        file.extend_from_slice(&piece.ok()?);
        if file.len() > PICTURE {
            return None;
        }
    }
    engine.library.glance(file.into()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_wherever_a_link_points_in_it() {
        let page = |address: &str| page_at(address).map(|page| page.to_string());
        assert_eq!(page(" HTTPS://Example.com/a#b "), page("https://example.com/a"));
        assert_ne!(page("https://example.com/a?b"), page("https://example.com/a"));
        assert_eq!(page(&format!("https://example.com/{}", "a".repeat(3_000))), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_card_whose_picture_was_late_is_not_believed_for_long() {
        assert_eq!(in_time(std::future::pending()).await, (None, NOTHING));
        let small = Some(Bytes::from_static(b"jpeg"));
        assert_eq!(in_time(std::future::ready(small.clone())).await, (small, KNOWN));
        assert_eq!(in_time(std::future::ready(None)).await, (None, KNOWN), "there is none");
    }

    #[tokio::test]
    async fn a_page_is_read_to_the_end_of_its_head() {
        let pieces = |pieces: [&'static str; 3]| {
            let piece = |piece: &'static str| Ok::<_, std::io::Error>(Bytes::from_static(piece.as_bytes()));
            futures::stream::iter(pieces.map(piece)).boxed()
        };
        let page = beginning(pieces(["<head><title>Quay</title></he", "ad>", "<body>"])).await;
        assert_eq!(page, b"<head><title>Quay</title></head>");
        let endless =
            futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'a'; 1000])));
        assert_eq!(beginning(endless.boxed()).await.len(), PAGE);
    }
}
