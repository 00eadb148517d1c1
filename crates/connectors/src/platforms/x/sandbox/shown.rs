//! How posts look in answers: short links, escaped text, entities, numbers, in either family of names.

use carillon_domain::text::weighted;
use serde_json::{Map, Value, json};

use super::PLATFORM;
use super::answer::Problem;
use super::memory::{Memory, Post, by_user_id, handle, user_id};
use crate::sandbox::audience::{Kind, Piece};
use crate::sandbox::{Persona, World};

/// An id as X takes it: up to 19 digits.
pub(super) fn id(text: &str) -> Option<u64> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// What X says about something that is no id.
pub(super) fn not_an_id(parameter: &str, value: &str) -> Problem {
    let message = format!("The `{parameter}` query parameter value [{value}] is not valid");
    Problem::invalid(json!({ parameter: [value] }), message)
}

/// A text as X answers it.
pub(super) struct Shown {
    /// With t.co addresses, and `&`, `<` and `>` escaped.
    pub escaped: String,
    /// What the addresses stand for.
    pub urls: Vec<Value>,
}

/// The text with its links shortened.
pub(super) fn text(post: &Post) -> Shown {
    let normal = weighted::normalize(&post.text);
    let mut out = String::new();
    let mut urls = Vec::new();
    let mut at = 0;
    for (link, short) in weighted::links(&normal).into_iter().zip(&post.short) {
        out.push_str(normal.get(at..link.start).unwrap_or_default());
        let written = normal.get(link.clone()).unwrap_or_default();
        let expanded = if written.contains("://") { written.to_owned() } else { format!("http://{written}") };
        let display: String =
            expanded.split_once("://").map_or(written, |(_, r)| r).chars().take(27).collect();
        urls.push(entity(&mut out, short, &expanded, &display, None));
        at = link.end;
    }
    out.push_str(normal.get(at..).unwrap_or_default());
    let mut out = out.trim_end().to_owned();
    if let (Some(short), Some(first)) = (&post.media_short, post.media.first()) {
        if !out.is_empty() {
            out.push(' ');
        }
        let author = Persona::find(&post.author).map_or("i", handle);
        let page = format!("https://x.com/{author}/status/{first}/photo/1");
        urls.push(entity(&mut out, short, &page, &format!("pic.x.com/{short}"), Some(*first)));
    }
    Shown { escaped: escape(&out), urls }
}

/// Appends a short link and describes it. Positions are characters of the unescaped text.
fn entity(out: &mut String, short: &str, expanded: &str, display: &str, media: Option<u64>) -> Value {
    let url = format!("https://t.co/{short}");
    let start = out.chars().count();
    out.push_str(&url);
    let end = out.chars().count();
    let mut entity =
        json!({ "start": start, "end": end, "url": url, "expanded_url": expanded, "display_url": display });
    if let Some(id) = media {
        entity["media_key"] = json!(format!("3_{id}"));
    }
    entity
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Which family of names an answer uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Tweet,
    Post,
}

impl Names {
    fn pick(self, tweet: &'static str, post: &'static str) -> &'static str {
        if self == Self::Tweet { tweet } else { post }
    }
}

/// A post with the fields that were asked for.
pub(super) fn post(
    world: &World,
    memory: &Memory,
    id: u64,
    post: &Post,
    fields: &[String],
    names: Names,
) -> Value {
    let has = |field: &str| fields.iter().any(|f| f == field);
    let shown = text(post);
    let mut out = Map::new();
    out.insert("id".into(), json!(id.to_string()));
    out.insert(names.pick("edit_history_tweet_ids", "edit_history_post_ids").into(), json!([id.to_string()]));
    let long = shown.escaped.chars().count() > 280;
    let cut: String = shown.escaped.chars().take(if long { 279 } else { 280 }).collect();
    out.insert("text".into(), json!(if long { format!("{cut}…") } else { cut }));
    let entities = (!shown.urls.is_empty()).then(|| json!({ "urls": shown.urls }));
    if long && has(names.pick("note_tweet", "note_post")) {
        let mut note = json!({ "text": shown.escaped });
        if let Some(entities) = &entities {
            note["entities"] = entities.clone();
        }
        out.insert(names.pick("note_tweet", "note_post").into(), note);
    }
    if let Some(entities) = entities.filter(|_| has("entities")) {
        out.insert("entities".into(), entities);
    }
    if has("created_at") {
        out.insert(
            "created_at".into(),
            json!(post.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()),
        );
    }
    if has("author_id") {
        out.insert("author_id".into(), json!(Persona::find(&post.author).map(user_id)));
    }
    if has("reply_settings") {
        out.insert("reply_settings".into(), json!(post.reply_settings));
    }
    if has("attachments") && !post.media.is_empty() {
        let keys: Vec<_> =
            post.media.iter().filter_map(|id| memory.media.get(id).map(|m| m.key(*id))).collect();
        out.insert("attachments".into(), json!({ "media_keys": keys }));
    }
    let references = references(post);
    if has(names.pick("referenced_tweets", "referenced_posts")) && !references.is_empty() {
        out.insert(names.pick("referenced_tweets", "referenced_posts").into(), json!(references));
    }
    if has("public_metrics") {
        out.insert("public_metrics".into(), numbers(world, memory, id, post, names));
    }
    Value::Object(out)
}

fn references(post: &Post) -> Vec<Value> {
    let reference = |kind: &str, id: Option<u64>| id.map(|id| json!({ "type": kind, "id": id.to_string() }));
    [reference("quoted", post.quoted), reference("replied_to", post.reply_to)].into_iter().flatten().collect()
}

/// Numbers out of the author's audience, the same every time one looks at the same moment.
fn numbers(world: &World, memory: &Memory, id: u64, post: &Post, names: Names) -> Value {
    let is_video = |id: &u64| memory.media.get(id).is_some_and(|m| m.media_type.starts_with("video/"));
    let kind = Kind::of(post.media.iter().any(is_video), !post.media.is_empty(), &post.text);
    let (key, characters) = (id.to_string(), post.text.chars().count());
    let piece = Piece { id: &key, at: post.created_at, kind, characters };
    let author = Persona::find(&post.author);
    let got = author.map(|p| p.reaction(PLATFORM, &piece, world.now())).unwrap_or_default();
    let answers = memory.posts.values().filter(|p| p.reply_to == Some(id) && p.deleted_at.is_none()).count();
    json!({
        names.pick("retweet_count", "repost_count"): got.shares,
        "reply_count": got.views / 700 + answers as u64,
        "like_count": got.likes,
        "quote_count": got.shares / 6,
        "bookmark_count": got.saves,
        "impression_count": got.views,
    })
}

/// What only the author is shown, for as long as X shows it; `None` for a field that is no such one.
pub(super) fn private(
    world: &World,
    memory: &Memory,
    id: u64,
    post: &Post,
    field: &str,
    names: Names,
) -> Option<Value> {
    let public = numbers(world, memory, id, post, names);
    let of = |name: &str| public[name].as_u64().unwrap_or_default();
    let shares = names.pick("retweet_count", "repost_count");
    let views = of("impression_count");
    let links = if post.short.is_empty() { 0 } else { views / 70 };
    let profile = views / 110;
    match field {
        "non_public_metrics" => Some(json!({
            "impression_count": views,
            "url_link_clicks": links,
            "user_profile_clicks": profile,
            "engagements": links + profile + of("like_count") + of("reply_count") + of(shares) + of("quote_count"),
        })),
        "organic_metrics" => Some(json!({
            "impression_count": views,
            "like_count": of("like_count"),
            "reply_count": of("reply_count"),
            shares: of(shares),
            "url_link_clicks": links,
            "user_profile_clicks": profile,
        })),
        _ => None,
    }
}

/// A user with the fields that were asked for.
pub(super) fn user(
    world: &World,
    site: &crate::sandbox::Site,
    persona: &Persona,
    fields: &[String],
    names: Names,
) -> Value {
    let has = |field: &str| fields.iter().any(|f| f == field);
    let id = user_id(persona);
    let posts = world.read(PLATFORM, |memory: &Memory| {
        memory.posts.values().filter(|p| p.author == persona.key && p.deleted_at.is_none()).count()
    });
    let followers = persona.followers_at(PLATFORM, world.now());
    let all = [
        ("created_at", json!("2019-04-01T08:00:00.000Z")),
        ("description", json!(persona.bio)),
        ("location", json!(persona.place)),
        ("profile_image_url", json!(site.avatar_url(persona.key))),
        ("protected", json!(false)),
        ("subscription_type", json!(super::memory::subscription(persona))),
        ("verified", json!(persona.brand)),
        ("verified_type", json!(if persona.brand { "business" } else { "none" })),
        (
            "public_metrics",
            json!({
                "followers_count": followers,
                "following_count": persona.following(PLATFORM),
                names.pick("tweet_count", "post_count"): posts,
                "listed_count": followers / 300,
                "like_count": persona.following(PLATFORM) * 3,
                "media_count": posts / 2,
            }),
        ),
    ];
    let mut out = json!({ "id": id, "name": persona.name, "username": handle(persona) });
    for (name, value) in all.into_iter().filter(|(name, _)| has(name)) {
        out[name] = value;
    }
    out
}

/// Whose timeline a path names.
pub(super) fn owner(text: &str) -> Result<&'static Persona, Problem> {
    id(text).ok_or_else(|| not_an_id("id", text))?;
    by_user_id(text).ok_or_else(|| Problem::not_found("user", "id", text))
}
