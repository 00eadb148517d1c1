//! Finding cashtags such as `$TEST`.

use super::{Span, is_directional, is_punctuation, is_space};

/// The cashtags in `text`, in order, as byte ranges that include the `$`.
///
/// One to six ASCII letters behind a `$` that begins the text or follows a space, optionally `.` or `_` and one or two letters
/// more; then the end, a space or punctuation.
pub fn cashtags(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        let free = before.is_none_or(|b| is_space(b) || is_directional(b));
        before = Some(c);
        if c == '$'
            && free
            && let Some(len) = symbol(text.get(at + 1..).unwrap_or_default())
        {
            found.push(at..at + 1 + len);
        }
    }
    found
}

/// Bytes of the symbol at the start of `text`.
fn symbol(text: &str) -> Option<usize> {
    let letters = |t: &str| t.bytes().take_while(u8::is_ascii_alphabetic).count();
    let ends = |at: usize| {
        text.get(at..).is_some_and(|r| r.chars().next().is_none_or(|c| is_space(c) || is_punctuation(c)))
    };
    let name = letters(text);
    if !(1..=6).contains(&name) {
        return None;
    }
    let tail = text.get(name..)?;
    if tail.starts_with(['.', '_']) {
        let class = letters(tail.get(1..)?);
        if (1..=2).contains(&class) && ends(name + 1 + class) {
            return Some(name + 1 + class);
        }
    }
    ends(name).then_some(name)
}
