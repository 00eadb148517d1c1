//! Little text: how LinkedIn marks up a post. learn.microsoft.com, "little Text Format" (2026).
//!
//! A reserved character that stands for itself needs a backslash; an unescaped one cuts the text off without a word. Comments
//! are plain text and know nothing of this.

/// What has a meaning in little text.
const RESERVED: [char; 15] = ['|', '{', '}', '@', '[', ']', '(', ')', '<', '>', '#', '\\', '*', '_', '~'];

/// How long LinkedIn counts a text: UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Plain text as little text: hashtags become hashtags, and everything else stands for itself.
pub(super) fn to_little(text: &str) -> String {
    let mut little = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        if let Some(word) = hashtag(rest, before) {
            little.push_str("{hashtag|\\#|");
            little.push_str(word);
            little.push('}');
            before = word.chars().next_back();
            rest = &rest[1 + word.len()..];
            continue;
        }
        if RESERVED.contains(&first) {
            little.push('\\');
        }
        little.push(first);
        before = Some(first);
        rest = &rest[first.len_utf8()..];
    }
    little
}

/// The word of the hashtag at the beginning of `rest`. It stands by itself and is more than a number.
fn hashtag(rest: &str, before: Option<char>) -> Option<&str> {
    let word = rest.strip_prefix('#').filter(|_| !before.is_some_and(in_word))?;
    let end = word.find(|c: char| !in_tag(c)).unwrap_or(word.len());
    let word = &word[..end];
    word.chars().any(char::is_alphabetic).then_some(word)
}

/// What a hashtag would be a part of: an anchor in an address, a word.
fn in_word(c: char) -> bool {
    in_tag(c) || matches!(c, '/' | '_' | '#' | '&' | '=' | '?' | '.')
}

/// Letters and digits, and the marks that belong to letters of Latin and Indic scripts.
fn in_tag(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}')
}

/// The plain text that people see.
pub(super) fn from_little(little: &str) -> String {
    let mut plain = String::with_capacity(little.len());
    let mut rest = little;
    while let Some(first) = rest.chars().next() {
        let (shown, used) = match first {
            '\\' => escaped(rest),
            '{' => template(rest).unwrap_or_else(|| (first.to_string(), 1)),
            '@' => mention(rest).unwrap_or_else(|| (first.to_string(), 1)),
            _ => (first.to_string(), first.len_utf8()),
        };
        plain.push_str(&shown);
        rest = &rest[used..];
    }
    plain
}

/// What stands behind a backslash, and how many bytes that is.
fn escaped(rest: &str) -> (String, usize) {
    match rest[1..].chars().next() {
        Some(next) if RESERVED.contains(&next) => (next.to_string(), 1 + next.len_utf8()),
        _ => ("\\".to_owned(), 1),
    }
}

/// `{hashtag|\#|word}`.
fn template(rest: &str) -> Option<(String, usize)> {
    let inner = rest.strip_prefix("{hashtag|")?;
    let (mark, inner) = inner.split_once('|')?;
    let sign = mark.strip_prefix('\\').unwrap_or(mark);
    let end = closing(inner, '}')?;
    let used = "{hashtag|".len() + mark.len() + 1 + end + 1;
    Some((format!("{sign}{}", from_little(&inner[..end])), used))
}

/// `@[Name](urn:li:…)`.
fn mention(rest: &str) -> Option<(String, usize)> {
    let inner = rest.strip_prefix("@[")?;
    let end = closing(inner, ']')?;
    let target = inner[end + 1..].strip_prefix("(urn:li:")?;
    let close = target.find(')')?;
    let used = "@[".len() + end + 1 + "(urn:li:".len() + close + 1;
    Some((from_little(&inner[..end]), used))
}

/// Where the unescaped `mark` stands.
fn closing(text: &str, mark: char) -> Option<usize> {
    let mut skip = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            _ if c == mark => return Some(at),
            _ => {}
        }
    }
    None
}

/// A plain text in the form in which two are compared: LinkedIn shortens addresses and drops space at the ends.
pub(super) fn canonical(plain: &str) -> String {
    let lines = plain.lines().map(|line| {
        let words =
            line.split_whitespace().map(|word| match word.find("http://").or(word.find("https://")) {
                Some(at) => format!("{}<address>", &word[..at]),
                None => word.to_owned(),
            });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
