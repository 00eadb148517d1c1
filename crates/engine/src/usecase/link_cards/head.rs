//! What a page says of itself in its head, as the Open Graph protocol (ogp.me), Twitter's cards and HTML itself have names for it.
//!
//! Pages are anybody's, and most are wrong somewhere: what can't be read is passed over, nothing is refused, and the time it takes grows
//! no faster than the page.

use std::collections::BTreeMap;

/// Longest title, characters.
const TITLE_CHARS: usize = 200;
/// Longest description, characters.
const DESCRIPTION_CHARS: usize = 300;
/// Longest name between `&` and `;` that is looked at, bytes.
const ENTITY: usize = 10;

/// Names of properties, the most telling first.
const TITLES: &[&str] = &["og:title", "twitter:title"];
const DESCRIPTIONS: &[&str] = &["og:description", "twitter:description", "description"];
const PICTURES: &[&str] =
    &["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Title; empty where there is none.
    pub title: String,
    /// Description; empty where there is none.
    pub description: String,
    /// The address of a picture, as it is written there.
    pub picture: Option<String>,
}

impl Head {
    /// Reads the head of a page.
    pub fn read(page: &str) -> Self {
        let (properties, title) = scan(page);
        let first = |names: &[&str]| {
            let found = names.iter().find_map(|name| properties.get(*name));
            found.map(String::as_str).unwrap_or_default()
        };
        let said = first(TITLES);
        Self {
            title: tidy(if said.is_empty() { &title } else { said }, TITLE_CHARS),
            description: tidy(first(DESCRIPTIONS), DESCRIPTION_CHARS),
            picture: Some(first(PICTURES).trim().to_owned()).filter(|address| !address.is_empty()),
        }
    }
}

/// The properties of the page, the first of each name, and what stands in `<title>`.
fn scan(page: &str) -> (BTreeMap<String, String>, String) {
    let (mut properties, mut title) = (BTreeMap::new(), String::new());
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        match name.as_str() {
            "meta" => {
                let (attributes, after) = attributes(&rest[end..]);
                let of = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, v)| v);
                if let (Some(name), Some(content)) = (of("property").or_else(|| of("name")), of("content"))
                    && !content.trim().is_empty()
                {
                    properties.entry(name.trim().to_ascii_lowercase()).or_insert_with(|| content.clone());
                }
                rest = after;
            }
            "title" | "script" | "style" => {
                let (_, content) = attributes(&rest[end..]);
                let (inside, after) = until(content, &format!("</{name}"));
                if name == "title" && title.is_empty() {
                    title = decoded(inside);
                }
                rest = after;
            }
            "/head" | "body" => break,
            _ => {}
        }
    }
    (properties, title)
}

/// What stands before the end, whatever its case, and what begins with it.
fn until<'a>(text: &'a str, end: &str) -> (&'a str, &'a str) {
    let at = text.as_bytes().windows(end.len()).position(|bytes| bytes.eq_ignore_ascii_case(end.as_bytes()));
    text.split_at(at.unwrap_or(text.len()))
}

/// The attributes of a tag whose name was just read, and what follows the tag.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'));
        // A name may be missing before the sign.
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()).clamp(1, rest.len()));
        let name = name.to_ascii_lowercase();
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => {
                let end = value.find(|c: char| c.is_ascii_whitespace() || c == '>');
                value.split_at(end.unwrap_or(value.len()))
            }
        };
        found.push((name, decoded(value)));
        rest = after;
    }
}

/// The text with its character references resolved, as far as they are common.
fn decoded(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(ENTITY).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&after[..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &after[end + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

/// One line of at most so many characters; nothing of what is in an encoding that nobody names.
fn tidy(text: &str, most: usize) -> String {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return String::new();
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(page: &str) -> (String, String, Option<String>) {
        let head = Head::read(page);
        (head.title, head.description, head.picture)
    }

    #[test]
    fn what_is_made_for_cards_comes_first() {
        let page = "<!doctype html><html><head><title>Quay &amp; tower | Site</title>\n\
            <meta charset=utf-8><meta name=\"description\" content=\"Plain\">\
            <META content='The &quot;quay&quot;,\n at dawn' property=\"og:title\" />\
            <meta property=og:description content=Short><meta property=\"og:image\" content=\"/a.jpg?x=1&amp;y=2\">\
            <meta property='og:image' content='/second.jpg'></head>";
        let want =
            ("The \"quay\", at dawn".to_owned(), "Short".to_owned(), Some("/a.jpg?x=1&y=2".to_owned()));
        assert_eq!(of(page), want);
    }

    #[test]
    fn a_plain_page_has_a_title_and_a_description() {
        let page = "<title lang=en>Bells &#8211; all of &#x74;hem &unknown; &</title><meta name=Description content='Of bells'>";
        assert_eq!(of(page), ("Bells – all of them &unknown; &".to_owned(), "Of bells".to_owned(), None));
    }

    #[test]
    fn only_the_head_counts_and_nothing_that_is_code() {
        let page = "<script>var a = '<meta property=\"og:title\" content=\"code\">'</script>\
            <!-- <title>off</title> --><style>/* <title>css</title> */</style><title>Head</TITLE></head>\
            <body><meta property=og:title content=body>";
        assert_eq!(of(page).0, "Head");
        assert_eq!(Head::read("<p>No head</p><body><title>late</title>"), Head::default());
    }

    #[test]
    fn what_could_not_be_read_is_left_out() {
        let page = "<title>\u{fffd}\u{fffd}\u{fffd}</title><meta name=description content='Of bells'>";
        assert_eq!(of(page), (String::new(), "Of bells".to_owned(), None));
    }

    #[test]
    fn what_is_broken_or_endless_is_passed_over() {
        for page in
            ["", "<", "<meta", "<meta =", "<meta content=\"open", "<title>no end", "<meta é=ü ß>", "<!-- "]
        {
            assert_eq!(of(page).2, None, "{page}");
        }
        let long = format!("<title>{}</title>", "a ".repeat(10_000));
        assert_eq!(of(&long).0.chars().count(), TITLE_CHARS);
        for piece in ["<", "<meta ", "&", "<!--", "=\"", "<title>"] {
            Head::read(&piece.repeat(100_000));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_page_breaks_it(page in "(<|>|meta|title|script|content|property|=|\"|'|&|;|#|/|!--|og:title|é| |[a-z]){0,60}") {
            Head::read(&page);
        }
    }
}
