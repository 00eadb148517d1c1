//! How Threads shows a post.

use carillon_domain::text::facets::{self, Facet, Feature, Links, Marks, Mentions, Tags};

use crate::contract::display::{Card, Display, Fold, Several, TextPlace, Tiles, Who};

pub(super) static DISPLAY: Display = Display {
    who: Who::Handle,
    text: TextPlace::Above,
    marks,
    fold: Fold::Unsaid,
    tiles: Tiles { several: Several::Swipe, ..Tiles::GRID },
    // Threads API - Posts: the first link of a post without files.
    card: Card { option: Some("link_attachment"), ..Card::OF_TEXT },
    title: None,
    warning: None,
};

/// Only the first hashtag becomes a topic. Source: Threads API - Topic tags.
fn marks(text: &str) -> Vec<Facet> {
    let marks = Marks { links: Links::Full, mentions: Mentions::Names, tags: Tags::Words };
    let mut topics = 0;
    let mut found = facets::find(text, marks);
    found.retain(|facet| {
        topics += usize::from(matches!(facet.feature, Feature::Tag(_)));
        !matches!(facet.feature, Feature::Tag(_)) || topics == 1
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_has_one_topic() {
        let text = "#bells at noon, #towers too: https://example.com @ada.l";
        let shown: Vec<&str> = marks(text).into_iter().map(|facet| &text[facet.bytes]).collect();
        assert_eq!(shown, ["#bells", "https://example.com", "@ada.l"]);
    }
}
