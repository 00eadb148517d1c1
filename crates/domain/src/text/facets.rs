//! Links, mentions and hashtags in plain text, with UTF-8 byte offsets: as Bluesky's own clients find them, or as another network's
//! [`Marks`] say.
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

/// What of a text a network turns into something to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Web addresses.
    pub links: Links,
    /// Other accounts.
    pub mentions: Mentions,
    /// Hashtags.
    pub tags: Tags,
}

/// Which web addresses can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// None.
    No,
    /// Those with their scheme.
    Full,
    /// Also `example.com`.
    Bare,
}

/// How other accounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mentions {
    /// Nothing in a text is one.
    No,
    /// `@ada.example.com`: a host name.
    Hosts,
    /// `@ada_l`: letters, digits, low lines.
    Words,
    /// `@ada.l`: also dots and dashes.
    Names,
    /// `@ada` or `@ada@example.com`.
    Addresses,
}

/// Where a hashtag ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// There are none.
    No,
    /// At the next space, without the punctuation before it.
    ToSpace,
    /// Before the first character that is neither letter, digit nor low line.
    Words,
}

impl Marks {
    /// Those of the AT Protocol, as Bluesky shows them.
    pub const ATPROTO: Self = Self { links: Links::Bare, mentions: Mentions::Hosts, tags: Tags::ToSpace };
}

/// Finds every feature as Bluesky's clients do, in order, without overlaps: where two begin in one another, the earlier one wins.
pub fn detect(text: &str) -> Vec<Facet> {
    find(text, Marks::ATPROTO)
}

/// The same as another network marks texts up.
pub fn find(text: &str, marks: Marks) -> Vec<Facet> {
    let mut facets = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match feature_at(text, at, c, marks) {
            Some(facet) => {
                at = facet.bytes.end;
                facets.push(facet);
            }
            None => at += c.len_utf8(),
        }
    }
    facets
}

fn feature_at(text: &str, at: usize, first: char, marks: Marks) -> Option<Facet> {
    let before = text[..at].chars().next_back();
    let after_space = before.is_none_or(is_space);
    match first {
        '#' | '＃' if after_space => match marks.tags {
            Tags::No => None,
            Tags::ToSpace => tag(text, at, first),
            Tags::Words => word_tag(text, at, first),
        },
        '@' if after_space || before == Some('(') => match marks.mentions {
            Mentions::No => None,
            Mentions::Hosts => mention(text, at),
            Mentions::Words => name(text, at, ""),
            Mentions::Names => name(text, at, ".-"),
            Mentions::Addresses => address(text, at),
        },
        c if c.is_ascii_alphabetic() && (after_space || before == Some('(')) => {
            let full = |facet: &Facet| scheme_len(&text[facet.bytes.clone()]).is_some();
            match marks.links {
                Links::No => None,
                Links::Full => link(text, at).filter(full),
                Links::Bare => link(text, at),
            }
        }
        _ => None,
    }
}

/// A name of ASCII letters, digits, low lines and, inside, these characters.
fn name(text: &str, at: usize, inside: &str) -> Option<Facet> {
    let rest = &text[at + 1..];
    let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_' && !inside.contains(c);
    let name = rest[..rest.find(ends).unwrap_or(rest.len())].trim_end_matches(['.', '-']);
    (!name.is_empty()).then(|| Facet {
        bytes: at..at + 1 + name.len(),
        feature: Feature::Mention(name.to_ascii_lowercase()),
    })
}

/// A name, and perhaps the server that it lives on.
fn address(text: &str, at: usize) -> Option<Facet> {
    let local = name(text, at, ".-")?;
    let server = text[local.bytes.end..].starts_with('@').then(|| mention(text, local.bytes.end)).flatten();
    let end = server.map_or(local.bytes.end, |server| server.bytes.end);
    Some(Facet { bytes: at..end, feature: Feature::Mention(text[at + 1..end].to_ascii_lowercase()) })
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

/// A hashtag of letters, digits and low lines that is more than a number.
fn word_tag(text: &str, at: usize, sign: char) -> Option<Facet> {
    let start = at + sign.len_utf8();
    let rest = &text[start..];
    let tag = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
    let says_something = tag.chars().any(|c| !c.is_numeric() && c != '_');
    says_something.then(|| Facet { bytes: at..start + tag.len(), feature: Feature::Tag(tag.to_owned()) })
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
