//! Whether a post on the Page can be the one that was sent.
//!
//! Equal words are not enough: a text and the caption of a photo, or two links, may say the same. A photo of ours is in the one
//! post that was made of it. What a link becomes is Facebook's choice (it follows redirections), so another link is a doubt and
//! no proof.
//! Source: Graph API - Page published posts (copy of 2026), `status_type`, `attachments`.

use carillon_domain::post::Draft;
use url::Url;

use super::super::{options, wire};
use super::state::State;
use crate::kit::graph::look::folded;

/// What is asked of a post for this.
pub(super) const FIELDS: &str = "id,message,created_time,permalink_url,status_type,\
     attachments{media_type,url,target{id},subattachments{target{id}}}";

/// How much a post is like the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// In everything that can be compared.
    Same,
    /// The same words with another link: only a person can tell.
    Unclear,
    /// It is another one.
    Other,
}

/// Compares words, photos and link.
pub(super) fn likeness(draft: &Draft, state: &State, post: &wire::Post) -> Likeness {
    if folded(post.message.as_deref().unwrap_or_default()) != folded(&draft.root.text) {
        return Likeness::Other;
    }
    let mut photos = state.photos.iter().flatten().peekable();
    if photos.peek().is_some() {
        let targets = targets(post.attachments.as_ref());
        let all = photos.all(|photo| targets.contains(&photo.id));
        return if all { Likeness::Same } else { Likeness::Other };
    }
    if has_files(post) { Likeness::Other } else { links(draft, post) }
}

/// Ids of what a post shows, at any depth: several photos stand below an album.
pub(super) fn targets(attachments: Option<&wire::Attachments>) -> Vec<String> {
    let mut found = Vec::new();
    for attachment in attachments.iter().flat_map(|a| &a.data) {
        found.extend(attachment.target.as_ref().and_then(|t| t.id.clone()));
        found.extend(targets(attachment.subattachments.as_ref()));
    }
    found
}

/// Whether somebody put photos or a video on it. What a shared link shows is no file of the Page.
fn has_files(post: &wire::Post) -> bool {
    match post.status_type.as_deref() {
        Some("added_photos" | "added_video") => true,
        Some("shared_story") => false,
        _ => entries(post)
            .any(|entry| matches!(entry.media_type.as_deref(), Some("photo" | "album" | "video"))),
    }
}

fn entries(post: &wire::Post) -> impl Iterator<Item = &wire::Attachment> {
    post.attachments.iter().flat_map(|attachments| &attachments.data)
}

fn links(draft: &Draft, post: &wire::Post) -> Likeness {
    let (options, _) = options::read(&draft.options);
    let shown = entries(post).find_map(|entry| entry.url.as_deref().and_then(destination));
    match (options.link, shown) {
        (None, None) => Likeness::Same,
        (Some(sent), Some(shown)) if plain(&sent) == plain(&shown) => Likeness::Same,
        (Some(_), _) => Likeness::Unclear,
        // Facebook itself shows what an address in the words leads to.
        (None, Some(shown)) if names(&draft.root.text, &shown) => Likeness::Same,
        (None, Some(_)) if has_address(&draft.root.text) => Likeness::Unclear,
        (None, Some(_)) => Likeness::Other,
    }
}

/// Where a shown link leads: Facebook sends people there by a page of its own, which has the address as `u`.
fn destination(shown: &str) -> Option<Url> {
    let url = Url::parse(shown).ok()?;
    let by_way = url.host_str() == Some("l.facebook.com") || url.host_str() == Some("lm.facebook.com");
    let inner = url.query_pairs().find(|(name, _)| by_way && name == "u").map(|(_, to)| to.into_owned());
    inner.map_or(Some(url), |to| Url::parse(&to).ok())
}

/// An address without what is written in several ways.
fn plain(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{}{query}", host(url), url.path().trim_end_matches('/'))
}

fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

fn names(text: &str, url: &Url) -> bool {
    let host = host(url);
    !host.is_empty() && text.to_lowercase().contains(host)
}

/// Whether some word may be a web address.
fn has_address(text: &str) -> bool {
    let inside = |(before, after): (&str, &str)| {
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    };
    text.split_whitespace()
        .any(|word| word.match_indices('.').any(|(at, _)| inside((&word[..at], &word[at + 1..]))))
}

#[cfg(test)]
mod tests {
    use carillon_domain::post::Draft;
    use serde_json::{Value, json};

    use super::super::super::options::Kind;
    use super::*;

    fn compared(text: &str, link: Option<&str>, post: Value) -> Likeness {
        let mut draft = Draft::default();
        draft.root.text = text.to_owned();
        if let Some(link) = link {
            draft.options.insert("link".to_owned(), json!(link));
        }
        let mut shown = json!({ "id": "1_1", "message": text });
        shown.as_object_mut().unwrap().extend(post.as_object().unwrap().clone());
        likeness(&draft, &State::new(Kind::Text, 0), &serde_json::from_value(shown).unwrap())
    }

    fn sharing(url: &str) -> Value {
        let link = json!({ "media_type": "link", "url": url, "target": { "id": null } });
        json!({ "status_type": "shared_story", "attachments": { "data": [link] } })
    }

    #[test]
    fn files_make_another_post_of_the_same_words() {
        let file = |kind: &str| json!({ "attachments": { "data": [{ "media_type": kind, "target": { "id": "7" } }] } });
        for kind in ["photo", "album", "video"] {
            assert_eq!(compared("Sale!", None, file(kind)), Likeness::Other, "{kind}");
        }
        for word in ["added_photos", "added_video"] {
            assert_eq!(compared("Sale!", None, json!({ "status_type": word })), Likeness::Other, "{word}");
        }
        assert_eq!(compared("Sale!", None, json!({ "status_type": "mobile_status_update" })), Likeness::Same);
        assert_eq!(compared("Sale!", None, json!({})), Likeness::Same);
    }

    #[test]
    fn the_same_link_is_known_in_each_of_its_forms() {
        let sent = Some("https://www.example.com/harbour/?a=1#map");
        let by_way = "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fharbour%3Fa%3D1&h=AT1";
        for shown in ["https://www.example.com/harbour/?a=1#map", "http://example.com/harbour?a=1", by_way] {
            assert_eq!(compared("Sale!", sent, sharing(shown)), Likeness::Same, "{shown}");
        }
        // It may be where the link leads in the end.
        assert_eq!(compared("Sale!", sent, sharing("https://other.example/")), Likeness::Unclear);
        assert_eq!(compared("Sale!", sent, json!({})), Likeness::Unclear);
    }

    #[test]
    fn a_link_that_nobody_sent_is_another_post_unless_the_words_have_an_address() {
        let shown = || sharing("https://example.com/harbour");
        assert_eq!(compared("Sale!", None, shown()), Likeness::Other);
        assert_eq!(compared("Sale! At 3 p. m. ... there", None, shown()), Likeness::Other);
        assert_eq!(compared("See https://Example.com/harbour", None, shown()), Likeness::Same);
        assert_eq!(compared("See exa.mp/h", None, shown()), Likeness::Unclear);
        assert_eq!(compared("See exa.mp/h", None, json!({})), Likeness::Same);
    }
}
