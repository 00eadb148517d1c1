//! Little text ("Little Text Format"): what readers see of a commentary.
//!
//! A reserved character that is neither escaped nor the beginning of a template ends the text there, without a word.

/// Must be escaped with a backslash where they stand for themselves.
const RESERVED: &str = "|{}@[]()<>#\\*_~";

/// A commentary, understood as far as it could be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LittleText {
    /// The part that was understood, as it was sent; a mention of nobody is a plain name.
    pub kept: String,
    /// What readers see of it.
    pub shown: String,
}

/// Reads a commentary. `known` tells whether a name is the one of a URN.
pub(super) fn read(text: &str, known: &dyn Fn(&str, &str) -> bool) -> LittleText {
    let mut out = LittleText::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let stranger = mention(rest).filter(|(_, name, urn)| !known(name, urn));
        let understood = match c {
            '\\' => escaped(rest).map(|c| (1 + c.len_utf8(), c.to_string())),
            '@' => mention(rest).map(|(length, name, _)| (length, name)),
            '#' => hashtag(rest),
            '{' => template(rest),
            c if RESERVED.contains(c) => None,
            c => Some((c.len_utf8(), c.to_string())),
        };
        let Some((length, shown)) = understood else { break };
        let (piece, after) = rest.split_at(length);
        match stranger {
            Some((_, name, _)) => out.kept.push_str(&literal(&name)),
            None => out.kept.push_str(piece),
        }
        out.shown.push_str(&shown);
        rest = after;
    }
    out
}

/// A text that stands for itself.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if RESERVED.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A backslash and what it protects.
fn escaped(rest: &str) -> Option<char> {
    rest.chars().nth(1).filter(|c| RESERVED.contains(*c))
}

/// Text up to an unescaped `end`: its length with the end, and what it says.
fn until(rest: &str, end: char) -> Option<(usize, String)> {
    let mut said = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == end => return Some((at + c.len_utf8(), said)),
            '\\' => said.push(chars.next().map(|(_, c)| c).filter(|c| RESERVED.contains(*c))?),
            c if RESERVED.contains(c) => return None,
            c => said.push(c),
        }
    }
    None
}

/// `@[Name](urn:li:person:abc)`.
fn mention(rest: &str) -> Option<(usize, String, &str)> {
    let (length, name) = until(rest.strip_prefix("@[")?, ']')?;
    let target = rest.get(2 + length..)?.strip_prefix('(')?;
    let (urn, _) = target.split_once(')')?;
    let id = urn.strip_prefix("urn:li:organization:").or_else(|| urn.strip_prefix("urn:li:person:"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let named = !name.is_empty() && !id.is_empty() && id.chars().all(plain);
    named.then(|| (2 + length + 1 + urn.len() + 1, name, urn))
}

/// `#word`.
fn hashtag(rest: &str) -> Option<(usize, String)> {
    let word: String = rest.chars().skip(1).take_while(|c| c.is_alphanumeric()).collect();
    (!word.is_empty()).then(|| (1 + word.len(), format!("#{word}")))
}

/// `{hashtag|\#|word}`.
fn template(rest: &str) -> Option<(usize, String)> {
    let start = ["{hashtag|\\#|", "{hashtag|#|", "{hashtag|\\\u{ff03}|", "{hashtag|\u{ff03}|"]
        .into_iter()
        .find(|start| rest.starts_with(start))?;
    let (length, word) = until(rest.get(start.len()..)?, '}')?;
    (!word.is_empty()).then(|| (start.len() + length, format!("#{word}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_templates_are_understood() {
        for (sent, shown) in [
            (r"Price \(net\): 5\*3 = 15\_000 \#deal", "Price (net): 5*3 = 15_000 #deal"),
            (r"mail me \@ x\|y \<now\>", "mail me @ x|y <now>"),
            (r"C:\\temp \[1\] \{2\} \~3", r"C:\temp [1] {2} ~3"),
            ("#Über and {hashtag|\\#|two\\_words}!", "#Über and #two_words!"),
            ("by @[Mara \\(M\\) Fields](urn:li:person:aB-1_x), ok", "by Mara (M) Fields, ok"),
            ("plain: 100 % https://e.example/?a=b&c=d", "plain: 100 % https://e.example/?a=b&c=d"),
        ] {
            let read = read(sent, &|_, _| true);
            assert_eq!((read.shown.as_str(), read.kept.as_str()), (shown, sent));
        }
        let nobody = read(r"by @[A \(B\)](urn:li:organization:1)!", &|_, _| false);
        assert_eq!((nobody.shown.as_str(), nobody.kept.as_str()), ("by A (B)!", r"by A \(B\)!"));
    }

    #[test]
    fn an_unescaped_character_ends_the_text() {
        for (sent, shown) in [
            ("before (after", "before "),
            ("a_b", "a"),
            ("mail x@example.com", "mail x"),
            ("# alone", ""),
            ("c:\\temp", "c:"),
            ("{hashtag|x|y} z", ""),
            ("@[A](urn:li:share:1)", ""),
            ("x @[A(b)](urn:li:person:1)", "x "),
            ("ends with \\", "ends with "),
        ] {
            assert_eq!(read(sent, &|_, _| true).shown, shown, "{sent}");
        }
    }
}
