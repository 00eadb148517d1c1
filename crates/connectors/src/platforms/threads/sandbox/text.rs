//! What the network reads in a text: its length, its links, its topic, and who is mentioned.

/// Characters, where an emoji counts as many as it has bytes in UTF-8.
pub(super) fn length(text: &str) -> usize {
    let mut signs = text.chars().peekable();
    let (mut emoji, mut length) = (false, 0);
    while let Some(sign) = signs.next() {
        // Digits and signs like the copyright sign are emoji only with a selector or a keycap behind them.
        let made_one = matches!(signs.peek(), Some('\u{fe0f}' | '\u{20e3}'));
        emoji = made_one || is_emoji(sign) || (emoji && is_part(sign));
        length += if emoji { sign.len_utf8() } else { 1 };
    }
    length
}

/// Selectors, joiners, keycaps and tags belong to the emoji before them.
fn is_part(sign: char) -> bool {
    matches!(sign, '\u{fe0f}' | '\u{200d}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}')
}

fn is_emoji(sign: char) -> bool {
    matches!(sign,
        '\u{203c}' | '\u{2049}' | '\u{231a}'..='\u{23ff}' | '\u{25aa}'..='\u{25fe}' | '\u{2600}'..='\u{27bf}'
        | '\u{2934}' | '\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{1f000}'..='\u{1faff}')
}

/// Web addresses in order, each once.
pub(super) fn links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let lower = word.to_ascii_lowercase();
        let Some(start) = ["https://", "http://", "www."].iter().filter_map(|s| lower.find(s)).min() else {
            continue;
        };
        let link = word[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
        if !links.iter().any(|known| known == link) {
            links.push(link.to_owned());
        }
    }
    links
}

/// The first `#tag`, which ends at white space or punctuation. A number alone is no tag.
pub(super) fn topic(text: &str) -> Option<String> {
    let ends = [' ', '\t', '\n', '.', '&', '@', '!', '?', ',', ';', ':', '#'];
    text.match_indices('#').find_map(|(at, _)| {
        let begins = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        let rest = &text[at + 1..];
        let tag = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let fits = (1..=LONGEST_TOPIC).contains(&tag.chars().count());
        let number = tag.chars().all(|c| c.is_ascii_digit());
        (begins && fits && !number).then(|| tag.to_owned())
    })
}

/// Characters of a topic at most.
pub(super) const LONGEST_TOPIC: usize = 50;

/// Whether somebody is mentioned.
pub(super) fn mentions(text: &str, handle: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let rest = text[at + 1..].strip_prefix(handle);
        rest.is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_length_lies_between_characters_and_bytes(text in any::<String>()) {
            prop_assert!((text.chars().count()..=text.len()).contains(&length(&text)));
        }

        #[test]
        fn letters_count_one_and_emoji_their_bytes(text in "[a-zåé日本]{0,20}", emoji in "[😀-🙏]{0,9}") {
            prop_assert_eq!(length(&text), text.chars().count());
            prop_assert_eq!(length(&emoji), emoji.len());
            prop_assert_eq!(length(&format!("{text}{emoji}{text}")), 2 * length(&text) + emoji.len());
        }
    }

    #[test]
    fn emoji_count_as_their_bytes() {
        assert_eq!(length("naïve"), 5);
        assert_eq!(length("Ж日本"), 3);
        assert_eq!(length("a👍"), 5);
        assert_eq!(length("👩\u{200d}🚀"), 4 + 3 + 4);
        assert_eq!(length("❤\u{fe0f}"), 6);
        assert_eq!(length("1\u{fe0f}\u{20e3}"), 7, "a keycap");
        assert_eq!(length("©\u{fe0f}©"), 2 + 3 + 1);
        let england = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";
        assert_eq!(length(england), england.len());
        assert_eq!(length("क\u{200d}ष"), 3, "a joiner between letters is a character");
    }

    #[test]
    fn links_count_once_each() {
        let text = "See https://a.example/x, (https://b.example) and https://a.example/x or www.c.example.";
        assert_eq!(links(text), ["https://a.example/x", "https://b.example", "www.c.example"]);
        assert_eq!(links("HTTPS://a.example"), ["HTTPS://a.example"]);
        assert!(links("nothing.here").is_empty());
    }

    #[test]
    fn the_first_tag_is_the_topic() {
        assert_eq!(topic("Day #1 of #slow.bread"), Some("slow".to_owned()));
        assert_eq!(topic("#sea\n#coast"), Some("sea".to_owned()));
        assert_eq!(topic("#1st"), Some("1st".to_owned()));
        for none in ["no tag", "#1", "a#b", "# x", "#", "#.x"] {
            assert_eq!(topic(none), None, "{none}");
        }
        assert_eq!(topic(&format!("#{}", "x".repeat(51))), None);
    }

    #[test]
    fn mentions_are_whole_names() {
        assert!(mentions("hello @theolund!", "theolund") && mentions("@theolund", "theolund"));
        assert!(!mentions("@theolundbakery", "theolund") && !mentions("theolund", "theolund"));
    }
}
