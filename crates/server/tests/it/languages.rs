//! No page mixes languages. Every address is opened, and every link of the pages that come, so that a new page comes in by itself.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_server::{i18n, urls};
use fluent_syntax::ast;
use serde_json::json;

use crate::access::filled;
use crate::support::desk::Desk;
use crate::support::{Answer, Browser};

/// Addresses that have no page: an answer that never ends, links that work once, files, and what programs ask.
const NO_PAGES: [&str; 5] = [urls::EVENTS, urls::SIGN_IN_LINK, urls::SIGN_OUT, urls::REPORT, urls::EXPORT];

/// More pages are not opened; there are fewer.
const MOST: usize = 400;

/// Elements without an end.
const VOID: [&str; 10] = ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"];

/// Elements whose content is no text of a page: what people and programs wrote.
const APART: [&str; 5] = ["script", "style", "code", "pre", "textarea"];

/// Attributes that are read out or shown.
const READ: [&str; 6] = ["title", "aria-label", "placeholder", "alt", "data-confirm", "label"];

/// What people read of a page, but for what is marked as no text of it.
fn texts(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        let apart = open.iter().any(|(_, apart)| *apart);
        if !apart {
            texts.push(plain(text));
        }
        let (tag, after) = tag(after);
        rest = after;
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let name = name.to_ascii_lowercase();
        if tag.starts_with('/') {
            if let Some(at) = open.iter().rposition(|(opened, _)| *opened == name) {
                open.truncate(at);
            }
            continue;
        }
        let attributes = attributes(&tag[name.len()..]);
        let of = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let foreign = name != "html" && of("lang").is_some();
        if !apart && !foreign {
            let read = attributes.iter().filter(|(name, _)| READ.contains(&name.as_str()));
            texts.extend(read.map(|(_, value)| plain(value)));
        }
        if !tag.ends_with('/') && !VOID.contains(&name.as_str()) && !name.is_empty() {
            let apart = foreign || of("translate") == Some("no") || APART.contains(&name.as_str());
            open.push((name, apart));
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// A tag to its end, past quoted values; and what follows.
fn tag(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=\"") {
        let name = before.split_whitespace().next_back().unwrap_or_default();
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    found
}

/// One line, with characters for what HTML writes otherwise.
fn plain(text: &str) -> String {
    let text = text.replace("&#38;", "&").replace("&#34;", "\"").replace("&#39;", "'");
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All texts of a language; `None` stands for those that take arguments.
fn values(language: &str) -> Vec<Option<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut values = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("text");
        let resource = fluent_syntax::parser::parse(text.as_str()).expect("no mistakes");
        for entry in resource.body {
            let ast::Entry::Message(message) = entry else { continue };
            let elements = message.value.expect("a text").elements;
            values.push(match elements.as_slice() {
                [ast::PatternElement::TextElement { value }] => Some(plain(value)),
                _ => None,
            });
        }
    }
    values
}

/// English texts of two words or more that Greek ones do not use.
fn english() -> Vec<String> {
    let greek: Vec<String> = values("el").into_iter().flatten().collect();
    let words = |text: &str| {
        let is_word = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1;
        text.split_whitespace().filter(is_word).count()
    };
    let english = values(i18n::DEFAULT_LANGUAGE).into_iter().flatten();
    english.filter(|text| words(text) > 1 && !greek.iter().any(|own| own.contains(text.as_str()))).collect()
}

/// Whether the phrase stands in the text as words of its own.
fn says(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

/// Opens every address and every link of what comes. Calls `look` with each page.
async fn walk(
    desk: &Desk,
    (browser, language): (&Browser<'_>, &str),
    ids: &[(&str, String)],
    mut look: impl FnMut(&str, &Answer),
) {
    let patterns = urls::ALL.iter().filter(|p| !NO_PAGES.contains(p) && !p.starts_with(urls::API_PREFIX));
    let mut queue: VecDeque<String> = patterns
        .map(|pattern| {
            let known = |path: String, (name, id): &(&str, String)| path.replace(&format!("{{{name}}}"), id);
            filled(&ids.iter().fold((*pattern).to_owned(), known))
        })
        .collect();
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    let mut pages = 0;
    while let Some(path) = queue.pop_front() {
        let answer = browser.get_in(&path, language).await;
        let mut links = vec![answer.header("location").to_owned()];
        if answer.header("content-type").starts_with("text/html") {
            pages += 1;
            look(&path, &answer);
            links.extend(
                answer
                    .text()
                    .split("href=\"")
                    .skip(1)
                    .filter_map(|rest| Some(plain(rest.split('"').next()?))),
            );
        }
        for link in links {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            let ours = link.starts_with(&desk.home) || link.starts_with("/settings");
            let page = ours
                && !link.contains("/export/")
                && !link.contains("/report.pdf")
                && !link.contains("/media/");
            if page && seen.len() < MOST && seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
    }
    assert!(pages > 40, "only {pages} pages were opened");
}

/// A desk with something on every page: posts of every fate, a file, and what a person must do.
async fn furnished() -> (Desk, Vec<(&'static str, String)>) {
    let desk = Desk::new().await;
    desk.connect("threads").await;
    desk.post("Ding", json!({ "status": "draft" })).await;
    desk.post(
        "Dang",
        json!({ "status": "scheduled", "scheduled_at": "2026-11-26T10:00:00", "timezone": "Europe/Athens" }),
    )
    .await;
    let published = desk.post("Dong", json!({ "status": "now" })).await;
    desk.work().await;
    desk.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    desk.post("Bim", json!({ "status": "now" })).await;
    desk.work().await;
    let text = |value: &serde_json::Value| value.as_str().expect("an id").to_owned();
    let published = desk.read(&published).await;
    let ids = vec![
        ("workspace", desk.workspace.to_string()),
        ("account", desk.account.clone()),
        ("post", text(&published["id"])),
        ("publication", text(&published["publications"][0]["id"])),
        ("platform", "bluesky".to_owned()),
    ];
    (desk, ids)
}

/// Opens all pages in this language. Every page must say so, and `wrong` finds what is of another one.
async fn all_pages_are_in(language: &str, wrong: impl Fn(&str) -> Option<String>) {
    let (desk, ids) = furnished().await;
    let owner = desk.owner().await;
    let mut found = BTreeSet::new();
    walk(&desk, (&owner, language), &ids, |path, page| {
        let html = page.text();
        // A part of a page has no language of its own.
        if html.contains("<html") && !html.contains(&format!("<html lang=\"{language}\"")) {
            found.insert(format!("{path}: is not said to be in it"));
        }
        assert_eq!(page.header("content-language"), language, "{path}");
        found
            .extend(texts(&html).iter().filter_map(|text| Some(format!("{}: {path}: {text}", wrong(text)?))));
    })
    .await;
    assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.into_iter().collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn no_greek_page_has_english_texts() {
    let english = english();
    assert!(english.len() > 100, "{}", english.len());
    all_pages_are_in("el", |text| english.iter().find(|phrase| says(text, phrase)).cloned()).await;
}

#[tokio::test]
async fn no_english_page_has_greek_letters() {
    // Languages are called as their readers call them.
    all_pages_are_in("en", |text| {
        (text != "Ελληνικά" && text.chars().any(is_greek)).then(|| "Greek".to_owned())
    })
    .await;
}

#[test]
fn texts_are_those_that_people_read() {
    let html = "<!doctype html><html lang=\"el\"><p title=\"A > B\">One<br>two <b translate=\"no\">X</b>, \
                <span lang=\"en\">said</span> &#38; <code>done</code></p><input placeholder=\"Three\"><use href=\"#a\"/>four</html>";
    assert_eq!(texts(html), ["A > B", "One", "two", ",", "&", "Three", "four"]);
    assert!(says("Now: In the queue.", "In the queue") && !says("Within the queue", "in the queue"));
}
