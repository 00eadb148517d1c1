//! How Instagram shows a post in its feed.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};
use carillon_domain::text::fold::Bounds;
use carillon_domain::text::graphemes;

use crate::contract::display::{Card, Display, Fold, Several, TextPlace, Tiles, Who};

/// What is seen of a caption, characters. Instagram does not say; this is what those agree on who look (2026), about.
const SEEN: u64 = 125;

pub(super) static DISPLAY: Display = Display {
    who: Who::Handle,
    text: TextPlace::Below,
    marks,
    fold: Fold::At(Bounds { units: Some((SEEN, length)), lines: None }, "more"),
    // Instagram Platform - IG User media: 4:5 to 1.91:1; a carousel is cropped to its first item.
    tiles: Tiles { several: Several::Swipe, narrowest: Some((4, 5)), widest: Some((191, 100)), whole: false },
    card: Card::NONE,
    title: None,
    warning: None,
};

fn length(text: &str) -> u64 {
    graphemes::count(text) as u64
}

/// Links in captions can't be pressed.
fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::No, mentions: Mentions::Names, tags: Tags::Words })
}
