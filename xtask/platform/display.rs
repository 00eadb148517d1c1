//! How Newnet shows a post, for previews. What the network does not say stays `Unsaid`: a preview that pretends to know is worse than none.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};

use crate::contract::display::{Card, Display, Fold, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Both,
    text: TextPlace::Above,
    marks,
    fold: Fold::Unsaid,
    tiles: Tiles::GRID,
    card: Card::NONE,
    title: None,
    warning: None,
};

fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Full, mentions: Mentions::No, tags: Tags::No })
}
