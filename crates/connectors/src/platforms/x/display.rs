//! How X shows a post.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};
use carillon_domain::text::fold::Bounds;
use carillon_domain::text::weighted::weighted_length;

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

/// What is seen of a long post, in X's units. Fact sheet: the text of one is cut there, and whole in `note_tweet`.
const SEEN: u64 = 280;

pub(super) static DISPLAY: Display = Display {
    who: Who::Both,
    text: TextPlace::Above,
    marks,
    fold: Fold::At(Bounds { units: Some((SEEN, length)), lines: None }, "Show more"),
    tiles: Tiles::GRID,
    card: Card::OF_TEXT,
    title: None,
    warning: None,
};

fn length(text: &str) -> u64 {
    u64::from(weighted_length(text))
}

fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Bare, mentions: Mentions::Words, tags: Tags::Words })
}
