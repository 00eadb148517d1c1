//! How long a text is for Mastodon: extended grapheme clusters, where a link counts a fixed number whatever its length, of
//! `@user@host` only `@user` counts, and the content warning counts in.
//!
//! Source: docs.joinmastodon.org, "Posting to your profile" (read July 2026) and the server's `StatusLengthValidator`, which
//! uses twitter-text's rules for domains. Only http and https links are shortened here; the server also knows a few rare
//! schemes, for which counting every character is the safe side.

use std::borrow::Cow;
use std::ops::Range;

use super::graphemes;
use super::weighted::domains::Run;

/// What a link counts unless the server says otherwise (`characters_reserved_per_url`).
pub const LINK_LENGTH: u32 = 23;

/// Characters of a post with this text and content warning. `link_length` is the server's `characters_reserved_per_url`;
/// 0 means that the server counts links in full, as some other software does.
///
/// The content warning counts as it is: links in it are not shortened.
pub fn length(text: &str, spoiler: &str, link_length: u32) -> u64 {
    if spoiler.is_empty() {
        return graphemes::count(&countable(text, link_length)) as u64;
    }
    // Joined, since the last letter of one and an accent that begins the other are one cluster.
    graphemes::count(&format!("{spoiler}{}", countable(text, link_length))) as u64
}

/// The text as the server counts it: links as placeholders, mentions without their host.
fn countable(text: &str, link_length: u32) -> Cow<'_, str> {
    if !text.contains('@') && !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let placeholder = "x".repeat(usize::try_from(link_length).unwrap_or(0));
    let links = if link_length == 0 { Vec::new() } else { links(text) };
    let mut found: Vec<(Range<usize>, &str)> =
        links.into_iter().map(|span| (span, placeholder.as_str())).collect();
    found.extend(
        mentions(text)
            .into_iter()
            .map(|m| (m.span.clone(), text.get(m.span.start..m.local_end).unwrap_or(""))),
    );
    found.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, short) in found {
        // What overlaps an earlier link or mention is part of that.
        if span.start >= at {
            out.push_str(text.get(at..span.start).unwrap_or_default());
            out.push_str(short);
            at = span.end;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// The text with every `@user@host` as `@user`, which is how the server shows mentions.
pub fn shorten_mentions(text: &str) -> String {
    countable(text, 0).into_owned()
}

/// The links that count a fixed number, as byte ranges in order.
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut run = Run::default();
    for (colon, _) in text.match_indices("://") {
        let Some(scheme) = ["http", "https"].into_iter().find(|s| ends_with_scheme(&text[..colon], s)) else {
            continue;
        };
        let start = colon - scheme.len();
        if found.last().is_some_and(|last| last.end > start)
            || !may_precede(text[..start].chars().next_back())
        {
            continue;
        }
        let host = colon + 3;
        if let Some(end) = run.domain(text, host) {
            found.push(start..end + tail(&text[end..]));
        }
    }
    found
}

fn ends_with_scheme(before: &str, scheme: &str) -> bool {
    before
        .len()
        .checked_sub(scheme.len())
        .and_then(|at| before.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(scheme))
}

/// Whether a link may begin right behind `c`.
fn may_precede(c: Option<char>) -> bool {
    c.is_none_or(|c| {
        !(c.is_ascii_alphanumeric()
            || matches!(c, '@' | '＠' | '$' | '#' | '＃' | '\u{fffe}' | '\u{feff}' | '\u{ffff}'))
    })
}

/// Bytes of port, path and query behind a host.
fn tail(text: &str) -> usize {
    let mut at = 0;
    if let Some(rest) = text.strip_prefix(':') {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        at += if digits > 0 { digits + 1 } else { 0 };
    }
    at += path(&text[at..]);
    at + query(&text[at..])
}

/// Bytes of the path: it goes on until white space, `<`, `>` or `?`, and ends at the last sign that can end one.
fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(c) = text[at..].chars().next() {
        let parens = balanced(&text[at..]);
        if parens > 0 {
            at += parens;
            end = at;
        } else if is_path_char(c) {
            at += c.len_utf8();
            if is_path_end(c) {
                end = at;
            }
        } else {
            break;
        }
    }
    end
}

/// Bytes of `(…)` or `(…(…)…)` at the start of `text`.
fn balanced(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('(') else { return 0 };
    let run = |t: &str| t.find(|c| !is_path_char(c)).unwrap_or(t.len());
    let head = run(inner);
    let rest = &inner[head..];
    if rest.starts_with(')') {
        return if head > 0 { head + 2 } else { 0 };
    }
    let Some(nested) = rest.strip_prefix('(') else { return 0 };
    let middle = run(nested);
    let Some(tail) = nested[middle..].strip_prefix(')').filter(|_| middle > 0) else { return 0 };
    let last = run(tail);
    if tail[last..].starts_with(')') { head + middle + last + 4 } else { 0 }
}

fn is_path_char(c: char) -> bool {
    !(c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '?'))
}

fn is_path_end(c: char) -> bool {
    is_path_char(c)
        && !matches!(
            c,
            '!' | '*'
                | '"'
                | '\''
                | '「'
                | '」'
                | ';'
                | ':'
                | '='
                | ','
                | '.'
                | '$'
                | '%'
                | '['
                | ']'
                | '~'
                | '&'
                | '|'
                | '@'
        )
}

/// Bytes of the query at the start of `text`.
fn query(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('?') else { return 0 };
    let run = &rest[..rest.find(|c| !is_query_char(c)).unwrap_or(rest.len())];
    run.char_indices().rfind(|(_, c)| is_query_end(*c)).map_or(0, |(at, c)| at + c.len_utf8() + 1)
}

fn is_query_char(c: char) -> bool {
    is_query_end(c) || c.is_ascii_punctuation() && !matches!(c, '"' | '<' | '>' | '\\' | '`' | '{' | '}')
}

fn is_query_end(c: char) -> bool {
    let international = matches!(c, '\u{a0}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}' | '\u{10000}'..);
    c.is_ascii_alphanumeric() || international || matches!(c, '_' | '&' | '=' | '#' | '/' | '-')
}

/// A mention in a text, in bytes.
struct Mention {
    /// `@user` or `@user@host`.
    span: Range<usize>,
    /// Where `@user` ends.
    local_end: usize,
}

fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('@').map(|i| at + i) {
        at = start + 1;
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| is_word(c) || matches!(c, '=' | '/')) {
            continue;
        }
        let local = dotted(&text[at..], |c| c.is_ascii_alphanumeric() || c == '_');
        if local == 0 {
            continue;
        }
        let local_end = at + local;
        let host = text[local_end..].strip_prefix('@').map_or(0, |rest| dotted(rest, is_word));
        let end = if host > 0 { local_end + 1 + host } else { local_end };
        if !breaks_mention(&text[end..]) {
            found.push(Mention { span: start..end, local_end });
        }
        at = end;
    }
    found
}

/// Bytes of words of these characters, joined by dots and dashes.
fn dotted(text: &str, word: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if word(c) {
            end = at + c.len_utf8();
        } else if !matches!(c, '.' | '-') || end == 0 {
            break;
        }
    }
    end
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What may not follow a mention: another at sign, an accented letter, the rest of an address.
fn breaks_mention(after: &str) -> bool {
    after.starts_with("://")
        || after
            .chars()
            .next()
            .is_some_and(|c| matches!(c, '@' | '＠' | '\u{c0}'..='\u{24f}' | '\u{300}'..='\u{36f}'))
}

#[cfg(test)]
mod tests;
