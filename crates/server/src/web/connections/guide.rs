//! A platform's own page of documentation (`docs.md` in its folder), drawn for the people who set it up here.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use url::Url;

/// What stands in these pages for the address of this installation.
const HERE: &str = "<public URL>";

/// The page as HTML, without its title, with the addresses of this installation put in. HTML inside the page stays text.
pub fn html_of(docs: &str, public_url: &Url) -> String {
    let docs = docs.replace(HERE, public_url.as_str().trim_end_matches('/'));
    let mut inside_title = false;
    let events = Parser::new_ext(&docs, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
            inside_title = true;
            None
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            inside_title = false;
            None
        }
        _ if inside_title => None,
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        other => Some(other),
    });
    let mut out = String::with_capacity(docs.len() * 2);
    html::push_html(&mut out, events);
    out
}

/// Headings come below that of the platform's card.
fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_drawn_with_our_address_and_no_markup_of_its_own() {
        let docs = "# Title\n\n## First\n1. Add `<public URL>/oauth/x/callback`.\n\n<script>alert(1)</script> & <b>x</b>\n\n\
                    | a | b |\n|---|---|\n| 1 | 2 |\n";
        let url = Url::parse("https://bells.example/").expect("url");
        let html = html_of(docs, &url);
        assert!(!html.contains("Title") && html.contains("<h4>First</h4>"), "{html}");
        assert!(html.contains("<code>https://bells.example/oauth/x/callback</code>"), "{html}");
        assert!(!html.contains("<script>") && !html.contains("<b>") && html.contains("<table>"), "{html}");
    }
}
