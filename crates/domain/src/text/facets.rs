//! Links, mentions and hashtags in plain text, as Bluesky's own clients find them, with UTF-8 byte offsets.
//!
//! Offsets always lie on character boundaries, features never overlap and come in order: a server does not check them,
//! and a wrong offset would mark up the wrong words in public.
//! Source: docs.bsky.app, "Links, mentions, and rich text"; richtext of the package `@atproto/api`.

use std::ops::Range;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::graphemes;

/// Longest hashtag that is recognised, extended grapheme clusters without the `#`. Longer ones stay text.
pub const TAG_MAX_GRAPHEMES: usize = 64;
/// Longest hashtag that is recognised, UTF-8 bytes without the `#`.
pub const TAG_MAX_BYTES: usize = 640;

/// One marked-up stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// UTF-8 byte offsets; the end is exclusive.
    pub bytes: Range<usize>,
    /// What the stretch is.
    pub feature: Feature,
}

/// What a stretch of text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feature {
    /// A web address, complete with its scheme.
    Link(String),
    /// A handle without the `@`, in lower case. Whether somebody has it is not known here.
    Mention(String),
    /// A hashtag without the `#`.
    Tag(String),
}

/// Finds every feature, in order, without overlaps: where two begin in one another, the earlier one wins.
pub fn detect(text: &str) -> Vec<Facet> {
    let mut facets = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match feature_at(text, at, c) {
            Some(facet) => {
                at = facet.bytes.end;
                facets.push(facet);
            }
            None => at += c.len_utf8(),
        }
    }
    facets
}

fn feature_at(text: &str, at: usize, first: char) -> Option<Facet> {
    let before = text[..at].chars().next_back();
    let after_space = before.is_none_or(is_space);
    match first {
        '#' | '＃' if after_space => tag(text, at, first),
        '@' if after_space || before == Some('(') => mention(text, at),
        c if c.is_ascii_alphabetic() && (after_space || before == Some('(')) => link(text, at),
        _ => None,
    }
}

fn mention(text: &str, at: usize) -> Option<Facet> {
    let rest = &text[at + 1..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').unwrap_or(rest.len());
    let handle = rest[..end].trim_end_matches(['.', '-']);
    is_handle(handle).then(|| Facet {
        bytes: at..at + 1 + handle.len(),
        feature: Feature::Mention(handle.to_ascii_lowercase()),
    })
}

/// Whether `text` has the form of a handle: a host name of at least two labels whose last one does not begin with a
/// digit. Source: atproto.com, "Handle".
pub fn is_handle(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && text.rsplit('.').next().is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fn link(text: &str, at: usize) -> Option<Facet> {
    let rest = &text[at..];
    let run = &rest[..rest.find(is_space).unwrap_or(rest.len())];
    let shown = without_closing_punctuation(run);
    let uri = match scheme_len(shown) {
        Some(scheme) if shown.len() > scheme => shown.to_owned(),
        Some(_) => return None,
        None if is_bare_address(shown) => format!("https://{shown}"),
        None => return None,
    };
    has_host(&uri).then(|| Facet { bytes: at..at + shown.len(), feature: Feature::Link(uri) })
}

fn scheme_len(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .into_iter()
        .find(|s| text.get(..s.len()).is_some_and(|start| start.eq_ignore_ascii_case(s)))
        .map(str::len)
}

fn has_host(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()))
}

/// Sentence punctuation at the end, and a closing bracket that was not opened inside, belong to the sentence.
fn without_closing_punctuation(run: &str) -> &str {
    let mut shown = run;
    loop {
        let next = match shown.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '…' | '”' | '’' | '»' | '。' | '、') => {
                shown.trim_end_matches([
                    '.', ',', ';', ':', '!', '?', '"', '\'', '…', '”', '’', '»', '。', '、',
                ])
            }
            Some(')') if shown.matches(')').count() > shown.matches('(').count() => &shown[..shown.len() - 1],
            _ => return shown,
        };
        shown = next;
    }
}

/// An address without a scheme: a host name under a known top-level domain, then perhaps port, path, query or fragment.
fn is_bare_address(text: &str) -> bool {
    let host = &text[..text.find(['/', '?', '#', ':']).unwrap_or(text.len())];
    is_handle(host) && host.rsplit('.').next().is_some_and(super::tlds::is_top_level)
}

fn tag(text: &str, at: usize, sign: char) -> Option<Facet> {
    let start = at + sign.len_utf8();
    let rest = &text[start..];
    // A variation selector makes the sign an emoji.
    if rest.starts_with('\u{fe0f}') {
        return None;
    }
    let run = &rest[..rest.find(|c| is_space(c) || ends_tag(c)).unwrap_or(rest.len())];
    let tag = run.trim_end_matches(is_punctuation);
    let says_something = tag.chars().any(|c| !c.is_ascii_digit() && !is_punctuation(c));
    (says_something && tag.len() <= TAG_MAX_BYTES && graphemes::count(tag) <= TAG_MAX_GRAPHEMES)
        .then(|| Facet { bytes: at..start + tag.len(), feature: Feature::Tag(tag.to_owned()) })
}

/// Invisible characters that end a hashtag.
fn ends_tag(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{2060}' | '\u{200a}'..='\u{200d}' | '\u{20e2}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

fn is_punctuation(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Punctuation
}

#[cfg(test)]
mod tests;
