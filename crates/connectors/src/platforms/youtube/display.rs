//! How YouTube shows a video.

use carillon_domain::text::facets::{self, Facet, Links, Marks, Mentions, Tags};

use crate::contract::display::{Card, Display, Fold, Several, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Name,
    text: TextPlace::Below,
    marks,
    fold: Fold::Unsaid,
    // The player is 16:9 at its widest; what is square or upright becomes a Short.
    tiles: Tiles { several: Several::Swipe, narrowest: Some((9, 16)), widest: Some((16, 9)), whole: true },
    card: Card::NONE,
    title: Some("title"),
    warning: None,
};

fn marks(text: &str) -> Vec<Facet> {
    facets::find(text, Marks { links: Links::Full, mentions: Mentions::Names, tags: Tags::Words })
}
