//! Text as Threads counts it: characters, but an emoji as its bytes of UTF-8. Links as Threads counts them.
//! Sources: Threads API - Overview, limitations; Posts, links (copies of September 2025 and August 2026).
//!
//! Threads does not say what it takes for an emoji, so whatever may be part of one counts as its bytes: a text that is found
//! short enough here is so by every reading.

use std::collections::BTreeSet;

/// Units of a text.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(|c| if may_be_emoji(c) { c.len_utf8() } else { 1 }).sum()
}

/// Characters of a text: Unicode scalar values.
pub(super) fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Signs that Unicode shows as emoji, alone or together: pictographs, flags, joiners, skin tones, selectors, tags, keycaps.
/// Source: Unicode Technical Standard 51, `emoji-data.txt` (version 16); blocks that hold emoji count as a whole.
fn may_be_emoji(c: char) -> bool {
    matches!(
        u32::from(c),
        0xa9 | 0xae
            | 0x200d
            | 0x203c
            | 0x2049
            | 0x20e3
            | 0x2122
            | 0x2139
            | 0x2190..=0x21ff
            | 0x2300..=0x23ff
            | 0x24c2
            | 0x25a0..=0x27bf
            | 0x2900..=0x297f
            | 0x2b00..=0x2bff
            | 0x3030
            | 0x303d
            | 0x3297
            | 0x3299
            | 0xfe0e..=0xfe0f
            | 0x1f000..=0x1faff
            | 0xe0020..=0xe007f
    )
}

/// The distinct links of a text. Threads publishes no grammar; what begins with a scheme, or with `www.`, is one for everybody.
pub(super) fn links(text: &str) -> BTreeSet<&str> {
    let found = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).filter_map(|word| {
        let lower = word.to_ascii_lowercase();
        let starts = ["https://", "http://", "www."].iter();
        let start = starts.filter_map(|start| lower.find(start)).min()?;
        let link = word[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        (link.len() > "https://".len()).then_some(link)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn emoji_count_as_their_bytes_and_letters_as_one() {
        for (text, count) in [
            ("", 0),
            ("harbour", 7),
            ("Häfen", 5),
            ("日本", 2),
            ("🌊", 4),
            ("a🌊b", 6),
            ("👩‍🚀", 11),
            ("👍🏽", 8),
            ("🇳🇴", 8),
            ("❤️", 6),
            ("1️⃣", 7),
            ("☕", 3),
        ] {
            assert_eq!(units(text), count, "{text}");
        }
    }

    #[test]
    fn links_count_once_each() {
        let found = |text: &str| links(text).into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            found("see https://a.example/x, (http://b.example) and https://a.example/x."),
            ["http://b.example", "https://a.example/x"]
        );
        assert_eq!(found("https:// is no link, a.example neither"), Vec::<String>::new());
        assert_eq!(found("HTTP://a.example and Www.b.example"), ["HTTP://a.example", "Www.b.example"]);
    }

    proptest! {
        #[test]
        fn no_text_is_shorter_than_its_characters_or_longer_than_its_bytes(text in any::<String>()) {
            prop_assert!(units(&text) >= characters(&text) && units(&text) <= text.len());
        }

        #[test]
        fn texts_written_after_one_another_add_up(one in any::<String>(), two in any::<String>()) {
            prop_assert_eq!(units(&format!("{one}{two}")), units(&one) + units(&two));
        }

        #[test]
        fn as_many_links_as_were_written(count in 0_usize..12) {
            let text: String = (0..count).map(|i| format!("https://h.example/{i} and ")).collect();
            prop_assert_eq!(links(&text).len(), count);
        }
    }
}
