//! X's text as people wrote it: X replaces links by t.co addresses, appends one for media, and escapes `&`, `<` and `>`.

use carillon_domain::text::weighted;
use url::Url;

use super::wire::{Post, UrlEntity};

/// The text as its author wrote it, as far as X tells: links expanded, without the one that stands for media.
pub(super) fn plain(post: &Post) -> String {
    let (text, urls) = body(post);
    let whole: String = pieces(text, urls)
        .map(|piece| match piece {
            Piece::Text(text) => unescape(text),
            Piece::Link(link) => link.to_owned(),
        })
        .collect();
    whole.trim_end().to_owned()
}

/// A form of `text` in which what we send and what X answers are equal: NFC, links without scheme and final slash, single
/// spaces.
pub(super) fn canonical(text: &str) -> String {
    let normal = weighted::normalize(text);
    let mut out = String::with_capacity(normal.len());
    let mut at = 0;
    for link in weighted::links(&normal) {
        out.push_str(normal.get(at..link.start).unwrap_or_default());
        out.push_str(&link_key(normal.get(link.clone()).unwrap_or_default()));
        at = link.end;
    }
    out.push_str(normal.get(at..).unwrap_or_default());
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// [`canonical`] of the text of a post that X shows.
pub(super) fn canonical_of(post: &Post) -> String {
    let (text, urls) = body(post);
    // X's own links are replaced whole, whatever our rules would take for a link in them.
    let whole: String = pieces(text, urls)
        .map(|piece| match piece {
            Piece::Text(text) => unescape(text),
            Piece::Link(link) => link_key(link),
        })
        .collect();
    canonical(&whole)
}

fn body(post: &Post) -> (&str, &[UrlEntity]) {
    match &post.note_tweet {
        Some(note) => (&note.text, &note.entities.urls),
        None => (&post.text, &post.entities.urls),
    }
}

enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// `text` cut at its t.co addresses.
fn pieces<'a>(text: &'a str, urls: &'a [UrlEntity]) -> impl Iterator<Item = Piece<'a>> {
    let mut rest = text;
    let mut link: Option<&'a UrlEntity> = None;
    std::iter::from_fn(move || {
        if let Some(entity) = link.take() {
            rest = rest.get(entity.url.len()..).unwrap_or_default();
            return Some(Piece::Link(shown(entity)));
        }
        if rest.is_empty() {
            return None;
        }
        let next = urls.iter().filter(|u| !u.url.is_empty()).filter_map(|u| Some((rest.find(&u.url)?, u)));
        let (at, entity) = next.min_by_key(|(at, _)| *at).map_or((rest.len(), None), |(at, u)| (at, Some(u)));
        link = entity;
        let (before, behind) = rest.split_at(at);
        rest = behind;
        Some(Piece::Text(before))
    })
}

/// What a t.co address stands for; nothing, if for attached media.
fn shown(entity: &UrlEntity) -> &str {
    if entity.media_key.is_some() {
        return "";
    }
    entity.expanded_url.as_deref().or(entity.unwound_url.as_deref()).unwrap_or(&entity.url)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A link so that the forms which X and people write are equal.
fn link_key(link: &str) -> String {
    let absolute = if link.contains("://") { link.to_owned() } else { format!("http://{link}") };
    let normal = Url::parse(&absolute).map_or_else(|_| absolute.to_lowercase(), |url| url.to_string());
    let bare = normal.split_once("://").map_or(normal.as_str(), |(_, rest)| rest);
    bare.trim_end_matches('/').to_owned()
}
