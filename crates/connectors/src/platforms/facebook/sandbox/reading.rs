//! Posts as they are read, alone and in lists.

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::Call;
use super::paging::{page_of, span, written};
use super::state::{self, Kind, Post, Stand, State};
use super::{PLATFORM, WWW, people, status};
use crate::sandbox::World;
use crate::sandbox::audience::{Kind as Shows, Piece};

/// What comes of a post without `fields`.
const DEFAULT: &[&str] = &["created_time", "message", "id"];

/// `GET /{post}`
pub(super) fn post(call: &Call<'_>) -> Result<Value, Refusal> {
    let post = own(call, call.node, "get")?;
    show(call, &post, &requested(call.params, DEFAULT)?)
}

/// A post just made, with the fields that were asked to be read back.
pub(super) fn shown(call: &Call<'_>, id: &str) -> Result<Value, Refusal> {
    let post = own(call, id, "get")?;
    show(call, &post, &requested(call.params, DEFAULT)?)
}

/// A post of the token's Page.
pub(super) fn own(call: &Call<'_>, id: &str, method: &str) -> Result<Post, Refusal> {
    let page = call.caller.page(Right::Read)?.id();
    let post = state::read(call.world, |s| s.post(id).cloned());
    let shown = |p: &Post| p.page == page && p.kind != Kind::Story && p.stand != Stand::Failed;
    post.filter(shown).ok_or_else(|| Refusal::missing(id, method))
}

/// `GET /{page}/published_posts`, `/posts`, `/feed`, `/scheduled_posts`, `/visitor_posts`, `/tagged`.
pub(super) fn posts(call: &Call<'_>) -> Result<Value, Refusal> {
    let right = if call.edge == "scheduled_posts" { Right::Publish } else { Right::Read };
    let page = call.own_page(right, "get")?.id();
    if matches!(call.edge, "visitor_posts" | "tagged") {
        call.caller.scope("pages_read_user_content", true)?;
        return page_of(call, &Vec::new());
    }
    let fields = requested(call.params, DEFAULT)?;
    let within = span(call)?;
    let now = call.world.now();
    let scheduled = call.edge == "scheduled_posts";
    let mut listed: Vec<Post> = state::read(call.world, |s| {
        let fits = |p: &&Post| {
            let stands = match p.stand {
                Stand::Public => !scheduled && within(p.at),
                Stand::Due { scheduled: true, .. } => scheduled,
                _ => false,
            };
            p.page == page && p.kind != Kind::Story && stands && p.visible_at <= now
        };
        s.posts.iter().filter(fits).cloned().collect()
    });
    listed.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    // What was deleted keeps its place, so pages can be shorter than asked for.
    let entries = listed.iter().map(|post| {
        let value = if post.deleted { None } else { Some(show(call, post, &fields)?) };
        Ok((post.id.clone(), value))
    });
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

/// `GET /{post}/attachments`
pub(super) fn attachments(call: &Call<'_>) -> Result<Value, Refusal> {
    let post = own(call, call.node, "get")?;
    let all = state::read(call.world, |s| attached(call, s, &post));
    let fields = requested(call.params, &[])?;
    let whole = Field { name: "attachments".to_owned(), inner: fields, ..Field::default() };
    let mut shown = pick("Post", &[whole], &[("attachments", all)])?;
    Ok(shown["attachments"].take())
}

/// How many of the Page's audience have seen a post by now.
pub(super) fn seen(world: &World, post: &Post) -> u64 {
    seen_until(world.now(), post)
}

/// The same at another time.
pub(super) fn seen_until(time: Timestamp, post: &Post) -> u64 {
    let shows = match &post.link {
        Some(_) if post.video.is_none() && post.photos.is_empty() => Shows::Link,
        _ => Shows::of(post.video.is_some(), !post.photos.is_empty(), &post.message),
    };
    let characters = post.message.chars().count();
    let piece = Piece { id: &post.id, at: post.at, kind: shows, characters };
    people::page(&post.page).map_or(0, |page| page.look.reaction(PLATFORM, &piece, time).views)
}

/// A list of reactions with nobody's name and their number.
pub(super) fn reactions(total: u64) -> Value {
    json!({ "data": [], "summary": { "total_count": total, "viewer_reaction": "NONE" } })
}

/// The comments on a post as a field of something else.
pub(super) fn comments_of(call: &Call<'_>, post: &str) -> Value {
    let named = call.caller.token.allows("pages_read_user_content");
    state::read(call.world, |s| {
        let all: Vec<_> = s.comments.iter().filter(|c| c.post == post && !c.deleted).collect();
        let shown = |c: &&state::Comment| {
            let from = json!({ "id": c.page, "name": people::page(&c.page).map(|p| p.name) });
            json!({
                "id": c.id,
                "message": c.message,
                "created_time": written(c.at),
                "from": if named { from } else { Value::Null },
            })
        };
        let data: Vec<Value> = all.iter().filter(|c| c.parent.is_none()).map(shown).collect();
        json!({
            "data": data,
            "summary": { "order": "chronological", "total_count": all.len(), "can_comment": true },
        })
    })
}

fn show(call: &Call<'_>, post: &Post, fields: &[Field]) -> Result<Value, Refusal> {
    let page = people::page(&post.page);
    let (handle, name) = page.map_or(("", ""), |p| (p.handle, p.name));
    let number = post.id.split_once('_').map_or("", |(_, own)| own);
    let seen = seen(call.world, post);
    let attached = state::read(call.world, |s| attached(call, s, post));
    let picture = attached["data"][0]["media"]["image"]["src"].clone();
    let text = if post.message.is_empty() { Value::Null } else { json!(post.message) };
    let due = match post.stand {
        Stand::Due { at, scheduled: true } => json!(at.as_second()),
        _ => Value::Null,
    };
    let shares = seen / 200;
    let avatar = call.site.avatar_url(page.map_or("", |p| p.look.key));
    let all = [
        ("id", json!(post.id)),
        ("message", text),
        ("story", Value::Null),
        ("created_time", json!(written(post.at))),
        ("updated_time", json!(written(post.updated_at))),
        ("permalink_url", json!(call.site.url_on(WWW, &format!("/{handle}/posts/{number}")))),
        ("status_type", json!(status_type(post.kind))),
        ("full_picture", picture.clone()),
        ("picture", picture),
        ("icon", json!(avatar)),
        ("is_published", json!(post.stand == Stand::Public)),
        ("is_hidden", json!(post.hidden)),
        ("is_expired", json!(false)),
        ("is_popular", json!(false)),
        ("scheduled_publish_time", due),
        ("shares", if shares == 0 { Value::Null } else { json!({ "count": shares }) }),
        ("from", json!({ "id": post.page, "name": name })),
        ("attachments", attached),
        ("reactions", reactions(seen / 30)),
        ("likes", reactions(seen / 40)),
        ("comments", comments_of(call, &post.id)),
        ("promotable_id", json!(post.id)),
        ("parent_id", Value::Null),
        ("message_tags", Value::Null),
        ("place", Value::Null),
        ("backdated_time", Value::Null),
    ];
    pick("PagePost", fields, &all)
}

fn status_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Status => "mobile_status_update",
        Kind::Link => "shared_story",
        Kind::Photos => "added_photos",
        Kind::Video | Kind::Reel | Kind::Story => "added_video",
    }
}

/// What a post has attached. Several photos are one album with the photos below it.
fn attached(call: &Call<'_>, s: &State, post: &Post) -> Value {
    let entry = |kind: &str, media_type: &str, media: Value, target: &str, url: String| {
        json!({
            "media_type": media_type,
            "type": kind,
            "media": media,
            "target": { "id": target, "url": url },
            "url": url,
            "unshimmed_url": url,
            "title": null,
            "description": null,
            "subattachments": null,
        })
    };
    let photo = |id: &String| {
        let photo = s.photos.get(id)?;
        let (width, height) = photo.size;
        let src = call.site.blob_url(&photo.file.sha256);
        let url = call.site.url_on(WWW, &format!("/photo.php?fbid={id}"));
        let media = json!({ "image": { "src": src, "width": width, "height": height } });
        let mut entry = entry("photo", "photo", media, id, url);
        entry["description"] = json!(photo.file.alt);
        Some(entry)
    };
    let data = match post.kind {
        Kind::Link => {
            let url = post.link.clone().unwrap_or_default();
            let mut card = entry("share", "link", Value::Null, "", url.clone());
            card["target"] = json!({ "id": null, "url": url });
            card["title"] = json!(url::Url::parse(&url).ok().and_then(|u| u.host_str().map(str::to_owned)));
            vec![card]
        }
        Kind::Video | Kind::Reel | Kind::Story if post.video.is_some() => {
            let video = post.video.as_ref().and_then(|id| s.videos.get(id));
            video
                .iter()
                .map(|v| {
                    let src = v.file.as_ref().map(|f| call.site.blob_url(&f.sha256));
                    let media =
                        json!({ "image": { "src": src, "width": 1080, "height": 1920 }, "source": src });
                    entry("video_inline", "video", media, &v.id, call.site.url_on(WWW, &status::address(v)))
                })
                .collect()
        }
        _ if post.photos.len() > 1 => {
            let photos: Vec<Value> = post.photos.iter().filter_map(photo).collect();
            let url = call.site.url_on(WWW, &format!("/{}", post.id));
            let media = photos.first().map_or(Value::Null, |p| p["media"].clone());
            let mut album = entry("album", "album", media, &post.id, url);
            album["subattachments"] = json!({ "data": photos });
            vec![album]
        }
        _ => post.photos.iter().filter_map(photo).collect(),
    };
    json!({ "data": data })
}
