//! How Mastodon's own web app shows a post.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};
use carillon_domain::text::fold::Bounds;

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Both,
    text: TextPlace::Above,
    marks,
    // mastodon/mastodon, `StatusContent` (2026): 706 pixels, which are 32 lines of 22.
    fold: Fold::At(Bounds { units: None, lines: Some(32) }, "Read more"),
    tiles: Tiles::GRID,
    card: Card::OF_TEXT,
    title: None,
    warning: Some("spoiler_text"),
};

fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Full, mentions: Mentions::Addresses, tags: Tags::Words })
}
