//! How TikTok shows a post.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};

use crate::contract::display::{Card, Display, Fold, Several, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Handle,
    text: TextPlace::Below,
    marks,
    fold: Fold::Unsaid,
    // The screen is filled, with bars where the file has another shape.
    tiles: Tiles { several: Several::Swipe, narrowest: Some((9, 16)), widest: Some((9, 16)), whole: true },
    card: Card::NONE,
    title: Some("title"),
    warning: None,
};

/// Links can't be pressed.
fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::No, mentions: Mentions::Names, tags: Tags::Words })
}
