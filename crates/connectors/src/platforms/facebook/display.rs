//! How Facebook shows a Page's post.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Name,
    text: TextPlace::Above,
    marks,
    // Those who look say anything from 80 characters to 480.
    fold: Fold::Unsaid,
    tiles: Tiles::GRID,
    card: Card { option: Some("link"), ..Card::NONE },
    title: None,
    warning: None,
};

/// An `@` in the text of a program mentions nobody.
fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Bare, mentions: Mentions::No, tags: Tags::Words })
}
