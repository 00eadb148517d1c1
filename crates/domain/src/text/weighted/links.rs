//! Finding what X turns into a link.
//!
//! A link needs no scheme where a known top-level domain ends its host. The rules follow twitter-text's URL extraction.

use super::domains::{Run, ascii_domains, ascii_length};
use super::{Span, is_accented_latin, is_directional, is_invalid};

/// Longest link, characters.
const MAX_URL: usize = 4096;

/// Longest name behind `https://t.co/`.
const MAX_TCO_SLUG: usize = 40;

/// The links in `text`, in order, as byte ranges.
pub fn links(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    if !text.contains('.') {
        return found;
    }
    let mut run = Run::default();
    let mut at = 0;
    while at < text.len() {
        let Some((before, candidate)) = candidate(text, at, &mut run) else { break };
        at = candidate.end;
        take(text, before, &candidate, &mut found);
    }
    found
}

/// What looks like a link, before the finer rules.
struct Candidate {
    start: usize,
    scheme: bool,
    domain: Span,
    has_path: bool,
    end: usize,
}

/// The first candidate at or after `from`, with the character in front of it.
fn candidate(text: &str, from: usize, run: &mut Run) -> Option<(Option<char>, Candidate)> {
    for (at, c) in text.get(from..)?.char_indices().map(|(i, c)| (from + i, c)) {
        if may_precede(c)
            && let Some(candidate) = candidate_at(text, at + c.len_utf8(), run)
        {
            return Some((Some(c), candidate));
        }
        if at == 0
            && let Some(candidate) = candidate_at(text, 0, run)
        {
            return Some((None, candidate));
        }
    }
    None
}

fn candidate_at(text: &str, start: usize, run: &mut Run) -> Option<Candidate> {
    let scheme = scheme(text.get(start..)?);
    let domain_start = start + scheme;
    let domain_end = run.domain(text, domain_start)?;
    let mut end = domain_end + port(text.get(domain_end..)?);
    let path = path(text.get(end..)?);
    end += path;
    end += query(text.get(end..)?);
    Some(Candidate { start, scheme: scheme > 0, domain: domain_start..domain_end, has_path: path > 0, end })
}

fn take(text: &str, before: Option<char>, candidate: &Candidate, found: &mut Vec<Span>) {
    let (Some(url), Some(domain)) =
        (text.get(candidate.start..candidate.end), text.get(candidate.domain.clone()))
    else {
        return;
    };
    let Some(ascii) = ascii_length(domain) else { return };
    if url.chars().count() - domain.chars().count() + ascii > MAX_URL {
        return;
    }
    if candidate.scheme {
        match tco(url) {
            Tco::TooLong => {}
            Tco::Ends(len) => found.push(candidate.start..candidate.start + len),
            Tco::Other => found.push(candidate.start..candidate.end),
        }
        return;
    }
    if before.is_some_and(|c| matches!(c, '-' | '_' | '.' | '/')) {
        return;
    }
    let known = found.len();
    let base = candidate.domain.start;
    found.extend(ascii_domains(domain).into_iter().map(|d| base + d.start..base + d.end));
    if candidate.has_path
        && let Some(last) = found.get_mut(known..).and_then(<[Span]>::last_mut)
    {
        last.end = candidate.end;
    }
}

/// Whether a link may begin right behind `c`.
const fn may_precede(c: char) -> bool {
    is_directional(c)
        || !(c.is_ascii_alphanumeric() || is_invalid(c) || matches!(c, '@' | '＠' | '$' | '#' | '＃'))
}

fn scheme(text: &str) -> usize {
    ["http://", "https://"]
        .into_iter()
        .find(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))
        .map_or(0, str::len)
}

fn port(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |t| t.bytes().take_while(u8::is_ascii_digit).count());
    if digits == 0 { 0 } else { digits + 1 }
}

/// Bytes of the path at the start of `text`: it may hold a lot of signs, and ends at the last one that can end a path.
fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let parens = balanced(rest);
        let c = rest.chars().next().unwrap_or_default();
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
    let rest = inner.get(head..).unwrap_or_default();
    if rest.starts_with(')') {
        return if head > 0 { head + 2 } else { 0 };
    }
    let Some(nested) = rest.strip_prefix('(') else { return 0 };
    let middle = run(nested);
    let Some(tail) = nested.get(middle..).and_then(|t| t.strip_prefix(')')).filter(|_| middle > 0) else {
        return 0;
    };
    let last = run(tail);
    let closed = tail.get(last..).is_some_and(|t| t.starts_with(')'));
    if closed { head + middle + last + 4 } else { 0 }
}

const fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}

const fn is_path_char(c: char) -> bool {
    is_path_end(c)
        || matches!(
            c,
            '!' | '*'
                | '\''
                | ';'
                | ':'
                | ','
                | '.'
                | '$'
                | '%'
                | '['
                | ']'
                | '\u{2013}'
                | '~'
                | '@'
                | '|'
                | '&'
        )
}

const fn is_path_end(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || is_cyrillic(c)
        || is_accented_latin(c)
        || matches!(c, '+' | '-' | '=' | '_' | '#' | '/')
}

/// Bytes of the query at the start of `text`.
fn query(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('?') else { return 0 };
    let run: &str = rest.get(..rest.find(|c| !is_query_char(c)).unwrap_or(rest.len())).unwrap_or_default();
    run.rfind(is_query_end).map_or(0, |last| last + 2)
}

const fn is_query_char(c: char) -> bool {
    is_query_end(c)
        || matches!(
            c,
            '!' | '?'
                | '*'
                | '\''
                | '@'
                | '('
                | ')'
                | ';'
                | ':'
                | '+'
                | '$'
                | '%'
                | '['
                | ']'
                | '.'
                | ','
                | '~'
                | '|'
        )
}

const fn is_query_end(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '&' | '=' | '#' | '/')
}

/// What a link with a scheme is, seen as X's own short link.
enum Tco {
    /// The short link ends after so many bytes; the rest is text.
    Ends(usize),
    /// A short link whose name is too long to be one.
    TooLong,
    /// Another link.
    Other,
}

fn tco(url: &str) -> Tco {
    let host = scheme(url);
    let Some(rest) = url.get(host..) else { return Tco::Other };
    if !rest.get(..5).is_some_and(|h| h.eq_ignore_ascii_case("t.co/")) {
        return Tco::Other;
    }
    let slug = rest.bytes().skip(5).take_while(u8::is_ascii_alphanumeric).count();
    if slug == 0 {
        return Tco::Other;
    }
    if slug > MAX_TCO_SLUG {
        return Tco::TooLong;
    }
    let end = host + 5 + slug;
    Tco::Ends(end + query(url.get(end..).unwrap_or_default()))
}
