//! X's weighted length: what counts against the 280 of a post.
//!
//! The rules are those of twitter-text with configuration 3 (github.com/twitter/twitter-text, `config/v3.json`): the text is
//! normalised to NFC; a link counts 23 whatever its length; a whole emoji sequence counts 2; Latin and general punctuation
//! count 1 per code point; everything else counts 2. U+FFFE, U+FEFF and U+FFFF make a text invalid.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

mod cashtags;
pub(in crate::text) mod domains;
mod emoji;
mod links;
mod tlds;

pub use cashtags::cashtags;
pub use links::links;

/// Longest text of a post of an account without a subscription, in weighted units.
pub const MAX_WEIGHTED_LENGTH: u32 = 280;

/// What a link counts, however long it is.
pub const LINK_LENGTH: u32 = 23;

/// What an emoji, and every code point outside of [`SINGLE`], counts.
const DEFAULT_WEIGHT: u32 = 2;

/// Code points that count 1.
const SINGLE: [(u32, u32); 4] = [(0, 0x10ff), (0x2000, 0x200d), (0x2010, 0x201f), (0x2032, 0x2037)];

/// A text as X measures it. Positions are UTF-16 code units of the text as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighted {
    /// Weighted units used.
    pub length: u32,
    /// Whether a free account may post it: not empty, not too long, no invalid character.
    pub valid: bool,
    /// Whether it holds a character that X never accepts.
    pub invalid_characters: bool,
    /// Share of the limit that is used, in thousandths.
    pub permillage: u32,
    /// Position of the last code unit that still fits.
    pub valid_range_end: usize,
    /// Position of the last code unit.
    pub display_range_end: usize,
}

/// Measures `text` against a limit of [`MAX_WEIGHTED_LENGTH`].
pub fn weigh(text: &str) -> Weighted {
    let normal = normalize(text);
    let found = links(&normal);
    let mut links = found.iter().peekable();
    let mut length = 0_u32;
    let mut invalid_characters = false;
    let (mut at, mut units, mut valid_range_end) = (0, 0, 0);
    while let Some(rest) = normal.get(at..).filter(|r| !r.is_empty()) {
        let (bytes, weight) = match links.next_if(|l| l.start == at) {
            Some(link) => (link.len(), LINK_LENGTH),
            None => token(rest),
        };
        let piece = rest.get(..bytes).unwrap_or(rest);
        units += piece.encode_utf16().count();
        length = length.saturating_add(weight);
        invalid_characters |= piece.chars().last().is_some_and(is_invalid);
        if !invalid_characters && length <= MAX_WEIGHTED_LENGTH {
            valid_range_end = units - 1;
        }
        at += piece.len();
    }
    let given = text.encode_utf16().count();
    Weighted {
        length,
        valid: !invalid_characters && length > 0 && length <= MAX_WEIGHTED_LENGTH,
        invalid_characters,
        permillage: length.saturating_mul(1000) / MAX_WEIGHTED_LENGTH,
        // Normalising may shorten the text; the caller's positions are those before it.
        valid_range_end: (valid_range_end + given).saturating_sub(units),
        display_range_end: given.saturating_sub(1),
    }
}

/// The form in which X counts and keeps a text: NFC.
pub fn normalize(text: &str) -> String {
    text.nfc().collect()
}

/// Weighted units of `text`.
pub fn weighted_length(text: &str) -> u32 {
    weigh(text).length
}

/// Whether X never accepts this character in a post.
pub const fn is_invalid(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

/// Bytes and weight of the emoji or character at the start of `rest`, which is not empty.
fn token(rest: &str) -> (usize, u32) {
    if let Some(bytes) = emoji::at_start(rest) {
        return (bytes, DEFAULT_WEIGHT);
    }
    let c = rest.chars().next().unwrap_or_default();
    let single = SINGLE.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)));
    (c.len_utf8(), if single { 1 } else { DEFAULT_WEIGHT })
}

/// Spaces, as twitter-text knows them.
const fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Punctuation, as twitter-text knows it.
const fn is_punctuation(c: char) -> bool {
    matches!(
        c,
        '!' | '\''
            | '#'
            | '%'
            | '&'
            | '('
            | ')'
            | '*'
            | '+'
            | ','
            | '\\'
            | '-'
            | '.'
            | '/'
            | ':'
            | ';'
            | '<'
            | '='
            | '>'
            | '?'
            | '@'
            | '['
            | ']'
            | '^'
            | '_'
            | '{'
            | '|'
            | '}'
            | '~'
            | '$'
    )
}

/// Marks that set the direction of writing.
const fn is_directional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')
}

/// Latin letters with marks, as twitter-text knows them.
const fn is_accented_latin(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}' | '\u{254}' | '\u{256}'
        | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}' | '\u{272}' | '\u{289}' | '\u{28b}'
        | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// A part of a text, in bytes.
type Span = Range<usize>;

#[cfg(test)]
mod tests;
