//! How LinkedIn shows a post in its feed.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};
use carillon_domain::text::fold::Bounds;
use carillon_domain::text::graphemes;

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

/// What is seen of a text: three lines, which on a phone have about so many characters. LinkedIn does not say; this is what those agree on
/// who look (2024 to 2026).
const SEEN: (u64, usize) = (140, 3);

pub(super) static DISPLAY: Display = Display {
    who: Who::Name,
    text: TextPlace::Above,
    marks,
    fold: Fold::At(Bounds { units: Some((SEEN.0, length)), lines: Some(SEEN.1) }, "more"),
    tiles: Tiles::GRID,
    // LinkedIn looks up no link of a text for programs.
    card: Card { option: Some("link"), ..Card::NONE },
    title: None,
    warning: None,
};

fn length(text: &str) -> u64 {
    graphemes::count(text) as u64
}

/// An `@` mentions nobody: that takes a template that the text never has.
fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Full, mentions: Mentions::No, tags: Tags::Words })
}
