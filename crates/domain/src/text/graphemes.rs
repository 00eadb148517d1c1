//! Text in extended grapheme clusters: what a reader sees as one character, however many code points it takes.
//! Unicode Standard Annex #29, "Unicode Text Segmentation".

use unicode_segmentation::UnicodeSegmentation;

/// How many extended grapheme clusters `text` has. A flag, a family emoji or a letter with its accents is one.
pub fn count(text: &str) -> usize {
    // Most posts are plain ASCII, where only CR LF makes one cluster of two characters.
    if text.is_ascii() && !text.contains('\r') {
        return text.len();
    }
    text.graphemes(true).count()
}

/// The longest beginning of `text` that has at most `max` clusters.
pub fn truncate(text: &str, max: usize) -> &str {
    match text.grapheme_indices(true).nth(max) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_reader_sees_as_one_counts_as_one() {
        for (text, clusters) in [
            ("", 0),
            ("abc", 3),
            ("a\r\nb", 3),
            ("e\u{301}", 1),
            ("👨‍👩‍👧‍👧", 1),
            ("🇬🇷🇩🇪", 2),
            ("👍🏽", 1),
            ("한국", 2),
            ("\u{1112}\u{1161}\u{11ab}", 1),
            ("नि", 1),
        ] {
            assert_eq!(count(text), clusters, "{text:?}");
        }
    }

    #[test]
    fn truncation_never_cuts_a_cluster() {
        assert_eq!(truncate("a👨‍👩‍👧‍👧b", 2), "a👨‍👩‍👧‍👧");
        assert_eq!(truncate("ab", 5), "ab");
        assert_eq!(truncate("ab", 0), "");
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_the_standard(text in "[ -~\r\n]{0,40}") {
            prop_assert_eq!(count(&text), text.graphemes(true).count());
        }
        #[test]
        fn never_more_clusters_than_characters(text in any::<String>()) {
            prop_assert!(count(&text) <= text.chars().count());
        }
        #[test]
        fn truncation_is_a_prefix_within_the_limit(text in any::<String>(), max in 0usize..20) {
            let short = truncate(&text, max);
            prop_assert!(text.starts_with(short));
            prop_assert_eq!(count(short), count(&text).min(max));
        }
    }
}
