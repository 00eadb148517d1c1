//! Cutting a long text into the parts of a thread.
//!
//! Nothing of the text is lost or changed but the white space where it is cut. It is cut where a reader would pause: after a
//! paragraph, else after a sentence, else between words; within a word only where a single one is too long.

use unicode_segmentation::UnicodeSegmentation;

/// A paragraph's end is taken if what comes before it fills this share of what would fit, so that no part is a mere line.
const WELL_FILLED: f64 = 0.5;

/// The parts, in order, each of which `fits`. `None`: not even a single character does.
///
/// `fits` should hold for every beginning of a text for which it holds; where a network's counting is not quite so, a part may
/// become a little shorter than it could be, never longer.
pub fn split(text: &str, fits: impl Fn(&str) -> bool) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if fits(rest) {
            parts.push(rest);
            break;
        }
        let cut = cut(rest, &fits)?;
        parts.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    Some(parts)
}

/// Where the first part of a text ends that does not fit as a whole.
fn cut(text: &str, fits: &impl Fn(&str) -> bool) -> Option<usize> {
    let paragraph = longest(text, paragraphs(text), fits);
    let sentence = longest(text, ends(text.split_sentence_bounds()), fits);
    if let (Some(paragraph), Some(sentence)) = (paragraph, sentence)
        && paragraph as f64 >= sentence as f64 * WELL_FILLED
    {
        return Some(paragraph);
    }
    sentence
        .or(paragraph)
        .or_else(|| longest(text, ends(text.split_inclusive(char::is_whitespace)), fits))
        .or_else(|| longest(text, ends(text.split_word_bounds()), fits))
        .or_else(|| longest(text, ends(text.graphemes(true)), fits))
}

/// The last of these places before which everything fits. It is sought in growing steps, then by halving: one long word must not
/// cost a count of every beginning.
fn longest(text: &str, places: impl Iterator<Item = usize>, fits: &impl Fn(&str) -> bool) -> Option<usize> {
    let before = |place: usize| text[..place].trim_end();
    let mut places = places.filter(|place| *place < text.len() && !before(*place).is_empty());
    let (mut found, mut step) = (None, 1);
    loop {
        let ahead: Vec<usize> = places.by_ref().take(step).collect();
        let Some(farthest) = ahead.last().copied() else { return found };
        if !fits(before(farthest)) {
            let fitting = ahead.partition_point(|place| fits(before(*place)));
            return fitting.checked_sub(1).map(|last| ahead[last]).or(found);
        }
        found = Some(farthest);
        step *= 2;
    }
}

/// Ends of paragraphs: behind empty lines.
fn paragraphs(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices("\n\n").map(|(at, gap)| at + gap.len())
}

/// Where pieces that follow each other end.
fn ends<'a>(pieces: impl Iterator<Item = &'a str>) -> impl Iterator<Item = usize> {
    pieces.scan(0, |end, piece| {
        *end += piece.len();
        Some(*end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::graphemes::count;
    use proptest::prelude::*;

    fn at_most(max: usize) -> impl Fn(&str) -> bool {
        move |text| count(text) <= max
    }

    #[test]
    fn a_text_that_fits_stays_whole() {
        assert_eq!(split("  One. Two.\n", at_most(9)), Some(vec!["One. Two."]));
        assert_eq!(split(" \n", at_most(9)), Some(vec![]));
    }

    #[test]
    fn it_is_cut_where_a_reader_would_pause() {
        let text =
            "The bell rings at eight. It rings again at nine.\n\nOn Sundays it is silent. Nobody knows why.";
        assert_eq!(
            split(text, at_most(60)),
            Some(vec![
                "The bell rings at eight. It rings again at nine.",
                "On Sundays it is silent. Nobody knows why."
            ])
        );
        assert_eq!(
            split(text, at_most(30)),
            Some(vec![
                "The bell rings at eight.",
                "It rings again at nine.",
                "On Sundays it is silent.",
                "Nobody knows why."
            ])
        );
        assert_eq!(
            split("No sentence ends anywhere in this", at_most(12)),
            Some(vec!["No sentence", "ends", "anywhere in", "this"])
        );
    }

    #[test]
    fn a_short_paragraph_does_not_stand_alone() {
        let text = "Hi.\n\nThis is the first sentence of many. And a second one that is longer.";
        let parts = split(text, at_most(45)).expect("parts");
        assert_eq!(parts[0], "Hi.\n\nThis is the first sentence of many.");
    }

    #[test]
    fn links_and_characters_stay_whole_where_they_can() {
        let text = "Look: https://example.com/a-rather-long-path and more";
        assert_eq!(split(text, at_most(40)).expect("parts")[1], "https://example.com/a-rather-long-path");
        assert_eq!(split("👨‍👩‍👧‍👧👨‍👩‍👧‍👧", at_most(1)), Some(vec!["👨‍👩‍👧‍👧", "👨‍👩‍👧‍👧"]));
        assert_eq!(split("a", at_most(0)), None);
    }

    #[test]
    fn a_long_word_costs_few_counts() {
        let asked = std::cell::Cell::new(0);
        let word = "e".repeat(20_000);
        let parts = split(&word, |text| {
            asked.set(asked.get() + 1);
            text.len() <= 9_000
        });
        assert_eq!(
            parts.expect("parts").iter().map(|part| part.len()).collect::<Vec<_>>(),
            [9_000, 9_000, 2_000]
        );
        assert!(asked.get() < 200, "{}", asked.get());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(text in any::<String>(), max in 1usize..60) {
            let parts = split(&text, at_most(max)).expect("one character fits");
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&parts.concat()), bare(&text));
            for part in &parts {
                prop_assert!(count(part) <= max && !part.is_empty() && part.trim() == *part);
            }
        }

        #[test]
        fn words_are_cut_only_where_they_must(words in proptest::collection::vec("[a-z]{1,9}", 1..60), max in 10usize..40) {
            let text = words.join(" ");
            let parts = split(&text, at_most(max)).expect("parts");
            let again: Vec<&str> = parts.iter().flat_map(|part| part.split(' ')).collect();
            prop_assert_eq!(again, words.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
