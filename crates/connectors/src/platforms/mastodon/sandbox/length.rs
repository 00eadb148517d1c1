//! Counting as the posting guide says, by words: a link counts 23, of `@user@host` only `@user` counts. Reads texts more
//! simply than the connector does, and on its own.

use carillon_domain::text::graphemes;

/// Characters of a text with its content warning.
pub(super) fn characters(text: &str, spoiler: &str) -> usize {
    let mut counted = String::from(spoiler);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (taken, shown) = if counted.chars().next_back().is_some_and(char::is_alphanumeric) {
            (c.len_utf8(), None)
        } else if let Some(length) = link(rest) {
            (length, Some("x".repeat(23)))
        } else if let Some((length, name)) = mention(rest) {
            (length, Some(name))
        } else {
            (c.len_utf8(), None)
        };
        counted.push_str(shown.as_deref().unwrap_or(&rest[..taken]));
        rest = &rest[taken..];
    }
    graphemes::count(&counted)
}

/// Bytes of the link at the start.
pub(super) fn link(text: &str) -> Option<usize> {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|s| lower.starts_with(s))?.len();
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(text.len());
    let mut url = &text[..end];
    loop {
        let shorter = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '»', '”']);
        let open = shorter.matches('(').count() < shorter.matches(')').count();
        let shorter = if open { shorter.strip_suffix(')').unwrap_or(shorter) } else { shorter };
        if shorter.len() == url.len() {
            break;
        }
        url = shorter;
    }
    let host = url.get(scheme..)?.split(['/', '?', '#', ':']).next()?;
    let top = host.rsplit('.').next()?;
    (host.contains('.') && top.chars().count() >= 2).then_some(url.len())
}

/// Bytes of the mention of somebody elsewhere at the start, and what counts of it.
pub(super) fn mention(text: &str) -> Option<(usize, String)> {
    let rest = text.strip_prefix('@')?;
    let name_end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))?;
    let name = &rest[..name_end];
    let host = rest[name_end..].strip_prefix('@')?;
    let host_end =
        host.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(host.len());
    let host = host[..host_end].trim_end_matches(['.', '-']);
    if name.is_empty() || host.is_empty() {
        return None;
    }
    Some((1 + name.len() + 1 + host.len(), format!("@{name}")))
}
