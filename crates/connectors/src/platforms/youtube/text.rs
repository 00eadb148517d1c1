//! How YouTube counts and shows text.

use super::limits::TITLE_CHARACTERS;

/// What stands for the rest of a title that was cut.
const CUT: char = '…';

/// The title of a text that has none: its first line, cut at a word where it is too long.
pub(super) fn title_from(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= TITLE_CHARACTERS {
        return line;
    }
    let head: String = line.chars().take(TITLE_CHARACTERS - 1).collect();
    // A word that ends in the last half; else in the middle of a word.
    let word = head.rfind(char::is_whitespace).filter(|at| *at > head.len() / 2);
    let head = word.and_then(|at| head.get(..at)).unwrap_or(&head);
    format!("{}{CUT}", head.trim_end())
}

/// Title and description as one text, as a person wrote it: a title that only repeats the beginning is not said twice.
pub(super) fn whole(title: &str, description: &str) -> String {
    let first = description.lines().map(str::trim).find(|line| !line.is_empty());
    let repeats = first.is_some_and(|line| line.starts_with(title.trim_end_matches(CUT).trim_end()));
    match (repeats || title.is_empty(), description.trim().is_empty()) {
        (true, _) => description.to_owned(),
        (false, true) => title.to_owned(),
        (false, false) => format!("{title}\n\n{description}"),
    }
}

/// Characters of all tags together as YouTube counts them: commas between them, and quotes around a tag with a space.
pub(super) fn tags_length(tags: &[String]) -> usize {
    let one = |tag: &String| tag.chars().count() + if tag.contains(char::is_whitespace) { 2 } else { 0 };
    tags.iter().map(one).sum::<usize>() + tags.len().saturating_sub(1)
}

/// Hashtags: `#` at the beginning of a word, with a letter or digit behind it.
pub(super) fn hashtags(text: &str) -> usize {
    let begins = |word: &&str| {
        word.strip_prefix('#').and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric)
    };
    text.split(char::is_whitespace).filter(begins).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_from_texts() {
        for (text, title) in
            [("", ""), (" \n ", ""), ("\n  Waves \nand more", "Waves"), ("Tab\there", "Tab here")]
        {
            assert_eq!(title_from(text), title, "{text:?}");
        }
        let words = "seven words of rather usual length follow, and then follow some more of them until nobody reads \
                     on any more";
        let cut = "seven words of rather usual length follow, and then follow some more of them until nobody reads on…";
        assert_eq!(title_from(words), cut);
        assert_eq!(title_from(&"é".repeat(101)), format!("{}…", "é".repeat(99)));
        assert_eq!(title_from(&"é".repeat(100)), "é".repeat(100));
    }

    #[test]
    fn a_title_is_not_said_twice() {
        assert_eq!(whole("Waves", "Waves\nand more"), "Waves\nand more");
        assert_eq!(whole(&title_from(&"a".repeat(300)), &"a".repeat(300)), "a".repeat(300));
        assert_eq!(whole("Waves", "Ten seconds."), "Waves\n\nTen seconds.");
        assert_eq!(whole("Waves", ""), "Waves");
    }

    #[test]
    fn hashtags_begin_words() {
        assert_eq!(hashtags("#one #2 a#no # ##no\n#été"), 3);
    }

    proptest! {
        #[test]
        fn a_title_is_never_too_long_and_begins_as_the_text(text in "[a-zé字👍 \n]{0,300}") {
            let title = title_from(&text);
            prop_assert!(title.chars().count() <= TITLE_CHARACTERS, "{title:?}");
            prop_assert_eq!(title.is_empty(), text.trim().is_empty());
            prop_assert_eq!(whole(&title, &text), text.clone());
        }

        #[test]
        fn tags_count_as_they_are_written_down(tags in proptest::collection::vec("[a-zé ]{1,10}", 0..20)) {
            let written: Vec<String> =
                tags.iter().map(|t| if t.contains(' ') { format!("\"{t}\"") } else { t.clone() }).collect();
            prop_assert_eq!(tags_length(&tags), written.join(",").chars().count());
        }
    }
}
