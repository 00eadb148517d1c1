//! The options that a draft may carry.

use carillon_domain::post::Draft;
use serde_json::Value;

/// Languages of the text, as BCP 47 tags.
pub const LANGS: &str = "langs";
/// Whether the first link of a post without media becomes a card. On unless it says `false`.
pub const LINK_CARD: &str = "link_card";

/// The languages that the draft names.
pub fn langs(draft: &Draft) -> Vec<String> {
    let list = draft.options.get(LANGS).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether a link card is wanted.
pub fn wants_card(draft: &Draft) -> bool {
    draft.options.get(LINK_CARD).and_then(Value::as_bool).unwrap_or(true)
}

/// Whether `tag` has the form of a language tag: a language of 2 or 3 letters, then subtags of 1 to 8 letters or digits.
/// Source: RFC 5646.
pub fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags
        .next()
        .is_some_and(|l| (2..=3).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphabetic()));
    language && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}
