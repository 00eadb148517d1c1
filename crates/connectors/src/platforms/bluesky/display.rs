//! How Bluesky's own app shows a post.

use carillon_domain::text::facets;
use carillon_domain::text::fold::Bounds;

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Both,
    text: TextPlace::Above,
    marks: facets::detect,
    // bluesky-social/social-app, `MAX_POST_LINES` (2026): the rest is behind a button. 300 characters are never too many.
    fold: Fold::At(Bounds { units: None, lines: Some(25) }, "Show More"),
    tiles: Tiles::GRID,
    card: Card { switch: Some("link_card"), ..Card::OF_TEXT },
    title: None,
    warning: None,
};
