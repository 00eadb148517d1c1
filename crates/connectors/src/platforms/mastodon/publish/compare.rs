//! Whether a status of the account is the one that we meant to send.

use std::collections::BTreeSet;

use carillon_domain::text::mastodon::shorten_mentions;

use super::super::{html, wire};
use super::state::Content;

/// What we sent, as far as it can be seen again.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Text and parent.
    pub content: Content<'a>,
    /// The content warning.
    pub spoiler: &'a str,
    /// Ids of the uploads.
    pub media: Vec<&'a str>,
    /// The name under which our app posts.
    pub app: Option<String>,
}

/// What a status is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Same,
    /// It certainly is not.
    Different,
    /// The text as the author wrote it is needed to tell.
    NeedsSource,
    /// Nobody can tell from here.
    Unclear,
}

/// Compares by what the list shows.
pub fn by_status(wanted: &Wanted<'_>, status: &wire::Status) -> Verdict {
    // An upload can be attached once: nothing proves more.
    if status.media_attachments.iter().any(|m| wanted.media.contains(&m.id.as_str())) {
        return Verdict::Same;
    }
    let other_app =
        |app: &wire::Application| matches!((&app.name, &wanted.app), (Some(a), Some(b)) if a != b);
    if status.application.as_ref().is_some_and(other_app) {
        return Verdict::Different;
    }
    let parent = status.in_reply_to_id.as_deref();
    if parent.is_some() && parent != wanted.content.parent {
        return Verdict::Different;
    }
    let shown = html::to_text(status.content.as_deref().unwrap_or_default());
    if plain(&shown) == plain(wanted.content.text) {
        return on_equal_text(wanted, status);
    }
    Verdict::NeedsSource
}

/// Compares by the text as the author wrote it.
pub fn by_source(wanted: &Wanted<'_>, status: &wire::Status, source: &wire::StatusSource) -> Verdict {
    let same_warning = source.spoiler_text.as_deref().is_none_or(|s| plain(s) == plain(wanted.spoiler));
    if plain(&source.text) == plain(wanted.content.text) && same_warning {
        return on_equal_text(wanted, status);
    }
    Verdict::Different
}

/// Compares where the server does not give the source: texts that share most words may be the same one in another dress.
pub fn by_words(wanted: &Wanted<'_>, status: &wire::Status) -> Verdict {
    let shown = html::to_text(status.content.as_deref().unwrap_or_default());
    let (ours, theirs) = (words(wanted.content.text), words(&shown));
    let shared = ours.intersection(&theirs).count();
    // Markup may have eaten a text of signs only.
    if ours.is_empty() || 2 * shared >= ours.len() { Verdict::Unclear } else { Verdict::Different }
}

/// The texts are equal; the rest decides. A difference there is no proof: servers exist that drop a file or forget a parent.
fn on_equal_text(wanted: &Wanted<'_>, status: &wire::Status) -> Verdict {
    let same_media = status.media_attachments.len() == wanted.content.media_count();
    let same_parent = status.in_reply_to_id.as_deref() == wanted.content.parent;
    // Without a text the number of files is all there is, and somebody may have posted others.
    let has_text = !wanted.content.text.trim().is_empty();
    if same_media && same_parent && has_text { Verdict::Same } else { Verdict::Unclear }
}

/// Text without what servers change when they show it: hosts of mentions, white space.
fn plain(text: &str) -> String {
    shorten_mentions(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> BTreeSet<String> {
    let whole = text.split_whitespace().filter(|w| !w.contains("://"));
    let letters = whole.flat_map(|w| w.split(|c: char| !c.is_alphanumeric()));
    letters.filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wanted<'a>(text: &'a str, parent: Option<&'a str>) -> Wanted<'a> {
        let content = Content { unit: 0, text, part: None, parent };
        Wanted { content, spoiler: "", media: vec!["m1"], app: Some("Carillon".to_owned()) }
    }

    fn status(fields: serde_json::Value) -> wire::Status {
        let mut status =
            json!({ "id": "1", "created_at": "2026-11-02T09:00:00.000Z", "content": "<p>Hello</p>" });
        let target = status.as_object_mut().expect("object");
        target.extend(fields.as_object().expect("object").clone());
        serde_json::from_value(status).expect("status")
    }

    #[test]
    fn what_the_list_shows() {
        let hello = wanted("Hello", None);
        let cases = [
            (json!({}), Verdict::Same),
            (json!({ "content": "<p>Else</p>", "media_attachments": [{ "id": "m1" }] }), Verdict::Same),
            (json!({ "application": { "name": "Web" } }), Verdict::Different),
            (json!({ "application": { "name": "Carillon" } }), Verdict::Same),
            (json!({ "application": {} }), Verdict::Same),
            (json!({ "in_reply_to_id": "9" }), Verdict::Different),
            (json!({ "content": "<p>Hello you</p>" }), Verdict::NeedsSource),
            (json!({ "media_attachments": [{ "id": "m7" }] }), Verdict::Unclear),
        ];
        for (fields, want) in cases {
            assert_eq!(by_status(&hello, &status(fields.clone())), want, "{fields}");
        }
        let reply = wanted("Hello", Some("9"));
        assert_eq!(by_status(&reply, &status(json!({ "in_reply_to_id": "9" }))), Verdict::Same);
        assert_eq!(
            by_status(&reply, &status(json!({}))),
            Verdict::Unclear,
            "the parent may have been forgotten"
        );
    }

    #[test]
    fn marked_up_text_is_the_same_text() {
        let text = "Hi @mara@host.gr & all:\n\nhttps://example.com/a #bells";
        let shown = r##"<p>Hi <span class="h-card"><a href="https://host.gr/@mara">@<span>mara</span></a></span> &amp; all:</p>
            <p><a href="https://example.com/a"><span class="invisible">https://</span><span>example.com/a</span></a> <a
            href="https://h/tags/bells">#<span>bells</span></a></p>"##;
        assert_eq!(by_status(&wanted(text, None), &status(json!({ "content": shown }))), Verdict::Same);
    }

    #[test]
    fn the_source_decides() {
        let source = |text: &str, spoiler: &str| wire::StatusSource {
            text: text.to_owned(),
            spoiler_text: Some(spoiler.to_owned()),
        };
        let shown = status(json!({ "content": "<p><b>Hello</b>!</p>" }));
        let w = wanted("*Hello*!", None);
        assert_eq!(by_status(&w, &shown), Verdict::NeedsSource);
        assert_eq!(by_source(&w, &shown, &source("*Hello*!", "")), Verdict::Same);
        assert_eq!(by_source(&w, &shown, &source("*Hello*!", "careful")), Verdict::Different);
        assert_eq!(by_source(&w, &shown, &source("Hello!", "")), Verdict::Different);
    }

    #[test]
    fn without_a_source_likeness_leaves_it_open() {
        let w = wanted("the [bells](https://b.gr) ring at nine", None);
        let like = status(json!({ "content": "<p>the <a href=\"https://b.gr\">bells</a> ring at nine</p>" }));
        assert_eq!(by_words(&w, &like), Verdict::Unclear);
        let other = status(json!({ "content": "<p>nothing in common here</p>" }));
        assert_eq!(by_words(&w, &other), Verdict::Different);
        assert_eq!(by_words(&wanted("***", None), &other), Verdict::Unclear);
    }
}
