//! How TikTok counts text: in UTF-16 units, as all of its limits are. developers.tiktok.com, "Direct Post" (Nov 2026).

/// Units of a text.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Whether two texts are the same but for white space, which TikTok trims.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_beyond_the_basic_plane_count_two() {
        for (text, count) in [("", 0), ("abc", 3), ("é字", 2), ("👍", 2), ("👩‍👩‍👧", 8), ("\n", 1)]
        {
            assert_eq!(units(text), count, "{text:?}");
        }
        assert!(same(" a  b\n", "a b") && !same("ab", "a b"));
    }

    proptest! {
        #[test]
        fn a_text_counts_as_the_sum_of_its_letters(one in ".{0,60}", other in ".{0,60}") {
            prop_assert_eq!(units(&format!("{one}{other}")), units(&one) + units(&other));
            let by_letter: usize = one.chars().map(char::len_utf16).sum();
            prop_assert_eq!(units(&one), by_letter);
        }
    }
}
