//! Hashtags and mentions as Instagram counts them.
//!
//! Instagram publishes no grammar. The count here is what the app links: `#` or `@` at the start of a word, and hashtags
//! written against each other (`#a#b` are two). Where it is unclear the higher count wins, since a caption over the limit is
//! refused as a whole.

/// Characters of a text: Unicode scalar values.
pub(super) fn characters(text: &str) -> usize {
    text.chars().count()
}

/// How many hashtags a text has.
pub(super) fn hashtags(text: &str) -> usize {
    count(text, '#', |c| c.is_alphanumeric() || c == '_' || is_emoji(c), true)
}

/// How many accounts a text mentions.
pub(super) fn mentions(text: &str) -> usize {
    count(text, '@', |c| c.is_ascii_alphanumeric() || c == '_' || c == '.', false)
}

/// Whether this can be a username: 1 to 30 letters, digits, periods and underscores.
pub(super) fn is_username(text: &str) -> bool {
    (1..=30).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

fn count(text: &str, sign: char, body: impl Fn(char) -> bool, adjacent: bool) -> usize {
    let mut found = 0;
    let mut word = Word::None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let opens = c == sign && chars.peek().copied().is_some_and(&body);
        word = match word {
            _ if opens && (word == Word::None || (adjacent && word == Word::Tag)) => {
                found += 1;
                Word::Tag
            }
            Word::Tag if body(c) => Word::Tag,
            _ if c.is_alphanumeric() || c == '_' => Word::Plain,
            _ => Word::None,
        };
    }
    found
}

/// What the character before belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Word {
    None,
    Plain,
    Tag,
}

/// Symbols that hashtags may hold besides letters.
fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x200d | 0x2600..=0x27bf | 0xfe0f | 0x1f000..=0x1faff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_what_the_app_links() {
        for (text, tags, people) in [
            ("", 0, 0),
            ("no tags", 0, 0),
            ("#one", 1, 0),
            ("#one #two,#three", 3, 0),
            ("#a#b", 2, 0),
            ("a#b", 0, 0),
            ("# alone", 0, 0),
            ("#🌍 #café #日本", 3, 0),
            ("@anna and (@ben.c)", 0, 2),
            ("mail me@example.org", 0, 0),
            ("@@double @", 0, 1),
            ("#one@two", 1, 0),
        ] {
            assert_eq!((hashtags(text), mentions(text)), (tags, people), "{text}");
        }
    }

    proptest! {
        #[test]
        fn words_joined_by_spaces_add_up(tags in 0_usize..40, people in 0_usize..40, words in 0_usize..40) {
            let mut parts = vec!["#tag"; tags];
            parts.extend(vec!["@name"; people]);
            parts.extend(vec!["word"; words]);
            let text = parts.join(" ");
            prop_assert_eq!(hashtags(&text), tags);
            prop_assert_eq!(mentions(&text), people);
        }

        #[test]
        fn no_text_has_more_tags_than_signs(text in any::<String>()) {
            prop_assert!(hashtags(&text) <= text.matches('#').count());
            prop_assert!(mentions(&text) <= text.matches('@').count());
        }
    }
}
