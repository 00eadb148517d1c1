//! Reads a page's title, description and picture from its head. Not a parser of HTML: it looks at `meta` and `title` tags
//! and tolerates everything else. Source: ogp.me, "The Open Graph protocol".

/// What a page says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageMeta {
    /// `og:title`, else `twitter:title`, else the `title` element.
    pub title: Option<String>,
    /// `og:description`, else `twitter:description`, else `description`.
    pub description: Option<String>,
    /// `og:image`, else `twitter:image`. May be relative.
    pub image: Option<String>,
}

/// Looks through the head of a page.
pub fn read(page: &str) -> PageMeta {
    let head = head_of(page);
    let metas: Vec<(String, String)> = tags(head, "meta").filter_map(named_content).collect();
    let first = |names: [&str; 3]| {
        let of = |name: &str| metas.iter().find(|(n, _)| n == name).map(|(_, content)| content.clone());
        names.into_iter().find_map(of)
    };
    PageMeta {
        title: first(["og:title", "twitter:title", ""]).or_else(|| title_element(head)),
        description: first(["og:description", "twitter:description", "description"]),
        image: first(["og:image", "og:image:url", "twitter:image"]),
    }
}

fn head_of(page: &str) -> &str {
    let end = find_tag(page, "/head").or_else(|| find_tag(page, "body"));
    &page[..end.unwrap_or(page.len())]
}

/// The attributes of each tag of this name.
fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let start = find_tag(rest, name)? + 1 + name.len();
        let tag = &rest[start..];
        let end = tag_end(tag);
        rest = &tag[end..];
        Some(&tag[..end])
    })
}

/// Where `<name` stands as a tag, in any case.
fn find_tag(html: &str, name: &str) -> Option<usize> {
    html.match_indices('<').map(|(at, _)| at).find(|at| {
        let after = &html[at + 1..];
        after.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
            && !after[name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
    })
}

/// The `>` that ends a tag; one inside quotes does not.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn named_content(tag: &str) -> Option<(String, String)> {
    let mut name = None;
    let mut content = None;
    for (key, value) in attributes(tag) {
        match key.to_ascii_lowercase().as_str() {
            "property" | "name" if name.is_none() => name = Some(value.trim().to_ascii_lowercase()),
            "content" => content = Some(decode(value)),
            _ => {}
        }
    }
    Some((name?, content.filter(|c| !c.trim().is_empty())?))
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let key_end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        // A stray `=` must not stop us from moving on.
        let key_end = if key_end == 0 { 1 } else { key_end };
        let (key, after) = rest.split_at(key_end);
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            return Some((key, ""));
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        rest = after;
        Some((key, value))
    })
}

fn title_element(head: &str) -> Option<String> {
    let at = find_tag(head, "title")?;
    let inside = &head[at + 1..];
    let inside = &inside[inside.find('>')? + 1..];
    let text = decode(&inside[..inside.find('<').unwrap_or(inside.len())]);
    (!text.trim().is_empty()).then_some(text)
}

/// Replaces the character references that titles are written with.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let reference = rest[1..].find(';').filter(|end| *end <= 10).map(|end| &rest[1..=end]);
        match reference.and_then(character) {
            Some(c) => {
                out.push(c);
                rest = &rest[reference.map_or(1, |r| r.len() + 2)..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "hellip" => Some('…'),
        "lsquo" => Some('‘'),
        "rsquo" => Some('’'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "laquo" => Some('«'),
        "raquo" => Some('»'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn open_graph_comes_before_the_title_element() {
        let page = r#"<!doctype html><HTML><Head><title>Plain</title>
            <meta property="og:title" content="Bread &amp; butter &#8211; &#x1F35E;">
            <meta name='description' content='A > b'/>
            <meta content=/img/a.png property=og:image>
            </head><body><meta property="og:title" content="no">"#;
        assert_eq!(
            read(page),
            PageMeta {
                title: Some("Bread & butter – 🍞".to_owned()),
                description: Some("A > b".to_owned()),
                image: Some("/img/a.png".to_owned()),
            }
        );
    }

    #[test]
    fn a_page_with_only_a_title_gives_that() {
        assert_eq!(read("<title lang=el>Γεια</title>").title.as_deref(), Some("Γεια"));
        assert_eq!(read("<title> </title><metadata content=x name=description>"), PageMeta::default());
        assert_eq!(read("not a page"), PageMeta::default());
    }

    proptest! {
        #[test]
        fn no_page_breaks_the_reader(page in "[<>a-z\"'=/&;# é\\n]{0,200}", any in any::<String>()) {
            let _ = read(&page);
            let _ = read(&any);
            let _ = read(&format!("<meta {page}><title>{any}"));
        }
    }
}
