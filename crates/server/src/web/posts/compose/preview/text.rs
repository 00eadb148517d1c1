//! A text in stretches: what can be pressed, and what can't.

use carillon_domain::text::facets::{Facet, Feature};

/// A stretch of a text.
#[derive(Debug, PartialEq)]
pub struct Span {
    /// Its words.
    pub text: String,
    /// Whether the network lets people press it.
    pub pressed: bool,
}

/// The text up to `end`, in stretches. What begins before the end is pressed as far as it is seen.
pub fn spans(text: &str, end: usize, marks: fn(&str) -> Vec<Facet>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut push = |from: usize, to: usize, pressed: bool| {
        let (from, to) = (from.min(end), to.min(end));
        if from < to {
            spans.push(Span { text: text[from..to].to_owned(), pressed });
        }
    };
    let mut at = 0;
    for Facet { bytes, .. } in marks(text) {
        push(at, bytes.start, false);
        push(bytes.start, bytes.end, true);
        at = bytes.end;
    }
    push(at, text.len(), false);
    spans
}

/// The first web address of a text, with its scheme.
pub fn first_link(text: &str, marks: fn(&str) -> Vec<Facet>) -> Option<String> {
    marks(text).into_iter().find_map(|facet| match facet.feature {
        Feature::Link(url) => Some(url),
        Feature::Mention(_) | Feature::Tag(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use carillon_domain::text::facets;

    use super::*;

    #[test]
    fn a_text_is_cut_inside_a_link_where_the_network_cuts() {
        let text = "See https://example.com/a and #bells";
        let of = |end| -> Vec<(String, bool)> {
            spans(text, end, facets::detect).into_iter().map(|span| (span.text, span.pressed)).collect()
        };
        let all = [("See ", false), ("https://example.com/a", true), (" and ", false), ("#bells", true)];
        assert_eq!(of(text.len()), all.map(|(text, pressed)| (text.to_owned(), pressed)));
        assert_eq!(of(11), [("See ".to_owned(), false), ("https:/".to_owned(), true)]);
        assert!(of(0).is_empty());
    }

    #[test]
    fn the_first_link_is_the_one_with_a_card() {
        assert_eq!(
            first_link("#a then example.com and https://b.example", facets::detect).as_deref(),
            Some("https://example.com")
        );
        assert_eq!(first_link("none", facets::detect), None);
    }
}
