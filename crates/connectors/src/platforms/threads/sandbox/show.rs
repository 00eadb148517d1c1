//! The fields of a post. What is asked for in one word comes back in another: TEXT as TEXT_POST, CAROUSEL as CAROUSEL_ALBUM.

use carillon_domain::time::SignedDuration;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::pick;
use super::nodes::Call;
use super::people::{self, handle_of};
use super::state::{self, File, Item, Kind, Post, State};
use super::{places, site_of};
use crate::sandbox::Site;
use crate::sandbox::graph::{Field, written};

/// Polls are open for a day.
const POLL_OPEN: SignedDuration = SignedDuration::from_hours(24);

/// The fields that are asked for.
pub(super) fn post(call: &Call<'_>, post: &Post, fields: &[Field]) -> Result<Value, Refusal> {
    let own = call.caller.id();
    let persona = people::by_account(&post.account);
    let content = &post.content;
    let around = state::read(call.world, |s| Around::of(s, post, &own));
    let id = |id: &Option<String>| id.as_ref().map_or(Value::Null, |id| json!({ "id": id }));
    let single = post.items.first().filter(|_| content.kind != Kind::Carousel).map(|item| &item.file);
    let url = single.map(|file| call.site.blob_url(&file.sha256));
    let owner = if post.account == own && !post.is_reply() { json!({ "id": own }) } else { Value::Null };
    let place = content.location.as_deref().and_then(places::find);
    let all = [
        ("id", json!(post.id)),
        ("media_product_type", json!("THREADS")),
        ("media_type", json!(media_type(content.kind))),
        ("media_url", json!(url)),
        ("thumbnail_url", if content.kind == Kind::Video { json!(url) } else { Value::Null }),
        (
            "gif_url",
            json!(content.gif.as_ref().map(|id| format!("https://media.giphy.com/media/{id}/giphy.gif"))),
        ),
        ("permalink", json!(permalink(call.site, post))),
        ("shortcode", json!(post.shortcode)),
        ("owner", owner),
        ("username", json!(handle_of(&post.account))),
        ("is_verified", json!(persona.is_some_and(|p| p.brand))),
        ("profile_picture_url", json!(persona.map(|p| call.site.avatar_url(p.key)))),
        ("text", text(&content.text)),
        ("timestamp", json!(written(post.at))),
        ("alt_text", json!(single.and_then(|file| file.alt.clone()))),
        ("children", children(call, post)),
        ("is_quote_post", json!(content.quote.is_some())),
        ("quoted_post", id(&content.quote)),
        ("reposted_post", id(&post.repost_of)),
        ("has_replies", json!(around.has_replies)),
        ("is_reply", json!(post.is_reply())),
        ("is_reply_owned_by_me", json!(post.is_reply() && post.account == own)),
        ("root_post", id(&post.root)),
        ("replied_to", id(&content.reply_to)),
        ("hide_status", json!(around.hide_status)),
        ("reply_audience", json!(around.audience)),
        ("link_attachment_url", json!(content.link)),
        ("poll_attachment", poll(post)),
        ("topic_tag", json!(content.topic)),
        ("is_spoiler_media", json!(content.spoiler)),
        ("text_entities", if content.entities.is_empty() { Value::Null } else { json!(content.entities) }),
        ("text_attachment", json!(content.attachment)),
        ("ghost_post_status", if content.ghost { json!("ACTIVE") } else { Value::Null }),
        ("allowlisted_country_codes", json!(Some(&content.countries).filter(|codes| !codes.is_empty()))),
        ("location_id", json!(content.location)),
        ("location", place.map_or(Value::Null, |place| place.shown())),
    ];
    pick("ThreadsMedia", fields, &all)
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// The word for a kind in answers.
pub(super) fn media_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT_POST",
        Kind::Image => "IMAGE",
        Kind::Video => "VIDEO",
        Kind::Carousel => "CAROUSEL_ALBUM",
        Kind::Repost => "REPOST_FACADE",
    }
}

/// What a post's fields say of other posts.
struct Around {
    has_replies: bool,
    hide_status: Option<&'static str>,
    audience: Option<String>,
}

impl Around {
    fn of(s: &State, post: &Post, own: &str) -> Self {
        let answers = |other: &Post| other.content.reply_to.as_deref() == Some(post.id.as_str());
        let top = s.post(post.top());
        let mine = top.is_some_and(|top| top.account == own);
        let audience = match top.map_or("", |top| top.content.audience.as_str()) {
            "" => "EVERYONE".to_owned(),
            other => other.to_ascii_uppercase(),
        };
        Self {
            has_replies: s.posts.iter().any(|other| !other.deleted && !other.pending && answers(other)),
            hide_status: post.is_reply().then_some(if post.hidden { "HIDDEN" } else { "NOT_HUSHED" }),
            audience: mine.then_some(audience),
        }
    }
}

/// Where a post is seen, on the site that belongs to the host that was asked.
pub(super) fn permalink(site: &Site, post: &Post) -> String {
    site.url_on(site_of(site), &path_of(post))
}

/// The path of a post's page.
pub(super) fn path_of(post: &Post) -> String {
    format!("/@{}/post/{}", handle_of(&post.account), post.shortcode)
}

fn poll(post: &Post) -> Value {
    let options = &post.content.poll;
    if options.is_empty() {
        return Value::Null;
    }
    let closes = post.at.checked_add(POLL_OPEN).map(written).unwrap_or_default();
    let mut poll = json!({ "total_votes": 0, "expiration_timestamp": closes });
    for (letter, option) in ["a", "b", "c", "d"].iter().zip(options) {
        poll[format!("option_{letter}")] = json!(option);
        poll[format!("option_{letter}_votes_percentage")] = json!(0.0);
    }
    poll
}

fn children(call: &Call<'_>, post: &Post) -> Value {
    if post.content.kind != Kind::Carousel {
        return Value::Null;
    }
    let shown = |item: &Item| {
        let all = item_fields(call, post, item).map(|(name, value)| (name.to_owned(), value));
        Value::Object(all.into_iter().collect())
    };
    json!({ "data": post.items.iter().map(shown).collect::<Vec<_>>() })
}

/// The fields of one file of a carousel.
pub(super) fn item(call: &Call<'_>, post: &Post, item: &Item, fields: &[Field]) -> Result<Value, Refusal> {
    pick("ThreadsMedia", fields, &item_fields(call, post, item))
}

fn item_fields(call: &Call<'_>, post: &Post, item: &Item) -> [(&'static str, Value); 10] {
    let file: &File = &item.file;
    let url = call.site.blob_url(&file.sha256);
    let kind = if file.is_video() { Kind::Video } else { Kind::Image };
    [
        ("id", json!(item.id)),
        ("media_product_type", json!("THREADS")),
        ("media_type", json!(media_type(kind))),
        ("thumbnail_url", if file.is_video() { json!(url) } else { Value::Null }),
        ("media_url", json!(url)),
        ("permalink", json!(permalink(call.site, post))),
        ("username", json!(handle_of(&post.account))),
        ("timestamp", json!(written(post.at))),
        ("shortcode", json!(post.shortcode)),
        ("alt_text", json!(file.alt)),
    ]
}
