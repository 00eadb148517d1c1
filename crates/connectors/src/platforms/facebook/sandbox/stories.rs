//! Stories: made of an unpublished photo or of a video, and seen for a day.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{pick, requested};
use super::grant::Right;
use super::nodes::Call;
use super::paging::{page_of, span};
use super::publish::{self, New};
use super::state::{self, DAY, Kind, Post, Stand};
use super::{WWW, people};

/// `POST /{page}/photo_stories`
pub(super) fn photo(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    publish::check_names(call, &["photo_id"])?;
    let id = call.params.text("photo_id").to_owned();
    let now = call.world.now();
    let photo = state::read(call.world, |s| s.photos.get(&id).cloned());
    let photo = photo.filter(|p| p.page == page.id() && p.is_there(now));
    let photo = photo.ok_or_else(|| Refusal::parameter("Param photo_id is not a photo of this Page"))?;
    if photo.post.is_some() {
        return Err(Refusal::parameter("The photo must be unpublished and not used before"));
    }
    let new = New {
        kind: Kind::Story,
        stand: Stand::Public,
        message: String::new(),
        link: None,
        photos: vec![id],
        video: None,
    };
    Ok(json!({ "success": true, "post_id": publish::add(call.world, page, new) }))
}

/// `GET /{page}/stories`: those of the last day, with `status=ARCHIVED` the older ones.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Read, "get")?.id();
    let wanted: Vec<&str> = match call.params.get("status") {
        None => vec!["PUBLISHED"],
        Some(text) => text.split(['[', ']', '"', ',']).filter(|word| !word.is_empty()).collect(),
    };
    if wanted.iter().any(|word| !matches!(*word, "PUBLISHED" | "ARCHIVED")) {
        return Err(Refusal::parameter("Param status must be one of {ARCHIVED, PUBLISHED}"));
    }
    let fields =
        requested(call.params, &["post_id", "status", "creation_time", "media_type", "media_id", "url"])?;
    let now = call.world.now();
    let status = |post: &Post| if now.duration_since(post.at) < DAY { "PUBLISHED" } else { "ARCHIVED" };
    let within = span(call)?;
    let stories: Vec<Post> = state::read(call.world, |s| {
        let shown = |p: &&Post| {
            let listed = p.kind == Kind::Story && p.is_public() && p.visible_at <= now;
            p.page == page && listed && wanted.contains(&status(p)) && within(p.at)
        };
        s.posts.iter().rev().filter(shown).cloned().collect()
    });
    let entries = stories.iter().map(|story| {
        let all = [
            ("id", Value::Null),
            ("post_id", json!(story.id)),
            ("status", json!(status(story))),
            ("creation_time", json!(story.at.as_second().to_string())),
            ("media_type", json!(if story.video.is_some() { "video" } else { "photo" })),
            ("media_id", json!(story.video.as_ref().or_else(|| story.photos.first()))),
            ("url", json!(call.site.url_on(WWW, &address(story)))),
        ];
        let mut shown = pick("Stories", &fields, &all)?;
        if let Some(object) = shown.as_object_mut() {
            object.remove("id");
        }
        Ok((story.id.clone(), Some(shown)))
    });
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

/// Where a story is seen.
pub(super) fn address(story: &Post) -> String {
    let handle = people::page(&story.page).map_or("", |page| page.handle);
    format!("/stories/{handle}/{}/", story.id)
}
