//! Numbers of what a Page published, since the beginning: a post, a video and a story each have their own.

use serde_json::{Value, json};

use super::super::answer::Refusal;
use super::super::nodes::Call;
use super::super::people::{NodeKind, Page, kind_of};
use super::super::state::{self, Post};
use super::super::{publish, reading};
use super::{by_type, entry, of_type};

pub(super) const POST: &[&str] = &[
    "post_media_view",
    "post_total_media_view_unique",
    "post_clicks",
    "post_clicks_by_type",
    "post_reactions_by_type_total",
    "post_reactions_like_total",
    "post_reactions_love_total",
    "post_reactions_wow_total",
    "post_reactions_haha_total",
    "post_reactions_sorry_total",
    "post_reactions_anger_total",
    "post_video_views",
];

/// Names of a video's numbers, as they were recorded (Graph API - Video Insights, v16).
pub(super) const VIDEO: &[&str] =
    &["total_video_views", "total_video_views_unique", "total_video_view_time_by_distribution_type"];

/// Of a story. Their names are asked for in capitals, too, and are answered like this (unverified, as clients show them).
pub(super) const STORY: &[&str] = &[
    "story_media_view",
    "story_total_media_view_unique",
    "story_interaction",
    "pages_fb_story_replies",
    "pages_fb_story_shares",
    "pages_fb_story_sticker_interactions",
    "pages_fb_story_thread_lightweight_reactions",
];

/// What it counts of these, which it knows.
pub(super) fn numbers(call: &Call<'_>, page: Page, metrics: &[String]) -> Result<Vec<Value>, Refusal> {
    let is_story = kind_of(call.node) == NodeKind::Story;
    if is_story {
        publish::check_names(call, &["metric"])?;
    }
    let post = post_of(call, page)?;
    if call.params.get("period").is_some_and(|period| period != "lifetime") {
        return Err(Refusal::parameter("Param period must be one of {lifetime}"));
    }
    let count = if is_story { of_story } else { lifetime };
    Ok(metrics.iter().map(|metric| count(call, metric, &post)).collect())
}

fn post_of(call: &Call<'_>, page: Page) -> Result<Post, Refusal> {
    let post = state::read(call.world, |s| {
        let id = s.videos.get(call.node).and_then(|v| v.post.as_deref()).unwrap_or(call.node);
        s.post(id).cloned()
    });
    let post = post.filter(|p| p.page == page.id()).ok_or_else(|| Refusal::missing(call.node, "get"))?;
    if !post.is_public() {
        return Err(Refusal::new(2_932_001, 0, "The post must be public to have insights"));
    }
    Ok(post)
}

fn lifetime(call: &Call<'_>, metric: &str, post: &Post) -> Value {
    let seen = reading::seen(call.world, post);
    let value = match metric {
        "post_media_view" => json!(seen),
        "post_total_media_view_unique" => json!(seen * 8 / 10),
        "post_clicks" => json!(seen / 50),
        "post_clicks_by_type" => json!({ "other clicks": seen / 100, "link clicks": seen / 100 }),
        "post_reactions_by_type_total" => by_type(seen / 30),
        "post_video_views" => json!(if post.video.is_some() { seen / 2 } else { 0 }),
        "total_video_views" => json!(seen / 2),
        "total_video_views_unique" => json!(seen * 4 / 10),
        "total_video_view_time_by_distribution_type" => {
            json!({ "page_owned": seen * 4_000, "shared": seen / 10 * 3_000 })
        }
        _ => of_type(seen / 30, metric),
    };
    entry(call.node, metric, "lifetime", &json!([{ "value": value }]))
}

/// Stories have no periods.
fn of_story(call: &Call<'_>, metric: &str, post: &Post) -> Value {
    let seen = reading::seen(call.world, post);
    let (replies, shares, reactions) = (seen / 300, seen / 200, seen / 30);
    let value = match metric {
        "story_media_view" => seen,
        "story_total_media_view_unique" => seen * 9 / 10,
        "story_interaction" => replies + shares + reactions,
        "pages_fb_story_replies" => replies,
        "pages_fb_story_shares" => shares,
        "pages_fb_story_thread_lightweight_reactions" => reactions,
        // Nothing that apps publish has stickers.
        _ => 0,
    };
    entry(&post.id, metric, "", &json!([{ "value": value }]))
}
