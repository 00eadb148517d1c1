//! Numbers of a post since it was published. Which there are depends on what it is.

use serde_json::{Value, json};

use super::super::answer::Refusal;
use super::super::grant::Right;
use super::super::nodes::Call;
use super::super::publishing::{audience, own_media};
use super::super::state::{self, DAY, Media};
use super::{described, metrics, unknown};

/// Of feed posts and reels.
const BOTH: &[&str] =
    &["comments", "likes", "saved", "shares", "reposts", "reach", "views", "total_interactions"];
const FEED: &[&str] = &["follows", "profile_visits", "profile_activity"];
const REELS: &[&str] = &[
    "ig_reels_avg_watch_time",
    "ig_reels_video_view_total_time",
    "reels_skip_rate",
    "crossposted_views",
    "facebook_views",
];
const STORY: &[&str] = &[
    "reach",
    "views",
    "replies",
    "shares",
    "reposts",
    "follows",
    "profile_visits",
    "profile_activity",
    "navigation",
    "total_interactions",
];
/// With the Facebook login only.
const FACEBOOK: &[&str] = &["facebook_views", "total_likes", "total_comments", "total_views"];

/// Viewers that a story needs before anything is said of it.
const VIEWERS: u64 = 5;

/// `GET /{media}/insights`
pub(in super::super) fn of_media(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Insights)?;
    let metrics = metrics(call)?;
    if call.params.get("period").is_some_and(|period| period != "lifetime") {
        return Err(Refusal::parameter("Param period must be one of {lifetime}"));
    }
    let media = own_media(call, call.node, "get")?;
    let known = match media.product.as_str() {
        "REELS" => [BOTH, REELS],
        "STORY" => [STORY, &[]],
        _ => [BOTH, FEED],
    };
    let takes = |metric: &str| {
        known.concat().contains(&metric) || (call.caller.facebook() && FACEBOOK.contains(&metric))
    };
    if let Some(metric) = metrics.iter().find(|metric| !takes(metric)) {
        let text = format!(
            "The Media Insights API does not support the {metric} metric for this media product type."
        );
        return Err(Refusal::parameter(text));
    }
    let breakdown = call.params.get("breakdown");
    if breakdown.is_some() && metrics.iter().any(|metric| split_by(metric) != breakdown) {
        return Err(unknown());
    }
    let seen = audience(call.world, &media);
    if media.product == "STORY" {
        if call.world.now().duration_since(media.at) >= DAY {
            return Err(Refusal::parameter("Insights of a story are available for 24 hours"));
        }
        if seen < VIEWERS {
            return Err(Refusal::new(10, 0, "(#10) Not enough viewers for the media to show insights"));
        }
    }
    let shown = |metric: &String| {
        let value = number(call, &media, metric, seen);
        let mut entry = described(&media.id, metric, "lifetime");
        entry["values"] = json!([{ "value": value }]);
        if let Some(by) = breakdown {
            let results: Vec<_> = parts(metric, value.as_u64().unwrap_or(0))
                .into_iter()
                .map(|(part, n)| json!({ "dimension_values": [part], "value": n }))
                .collect();
            let breakdowns = json!([{ "dimension_keys": [by], "results": results }]);
            entry["total_value"] = json!({ "value": value, "breakdowns": breakdowns });
        }
        entry
    };
    Ok(json!({ "data": metrics.iter().map(shown).collect::<Vec<_>>() }))
}

fn split_by(metric: &str) -> Option<&'static str> {
    match metric {
        "profile_activity" => Some("action_type"),
        "navigation" => Some("story_navigation_action_type"),
        _ => None,
    }
}

/// In lower case, unlike those of accounts.
fn parts(metric: &str, value: u64) -> Vec<(&'static str, u64)> {
    let quarter = value / 4;
    match metric {
        "navigation" => vec![
            ("tap_forward", value - 3 * quarter),
            ("tap_back", quarter),
            ("tap_exit", quarter),
            ("swipe_forward", quarter),
        ],
        _ => vec![("bio_link_clicked", value - quarter), ("email", quarter)],
    }
}

fn number(call: &Call<'_>, media: &Media, metric: &str, seen: u64) -> Value {
    /// Milliseconds.
    const WATCHED: u64 = 6_400;
    let comments = state::read(call.world, |s| {
        s.comments.iter().filter(|c| c.media == media.id && !c.deleted).count() as u64
    });
    let (likes, saved, shares, replies) = (seen / 14, seen / 210, seen / 170, seen / 150);
    json!(match metric {
        "views" | "total_views" => seen,
        "reach" => seen * 7 / 10,
        "likes" | "total_likes" => likes,
        "comments" | "total_comments" => comments,
        "saved" => saved,
        "shares" => shares,
        "reposts" => seen / 900,
        "replies" => replies,
        "total_interactions" if media.product == "STORY" => shares + replies,
        "total_interactions" => likes + comments + saved + shares,
        "follows" => seen / 400,
        "profile_visits" => seen / 60,
        "profile_activity" => seen / 300,
        "navigation" => seen * 9 / 10,
        "ig_reels_avg_watch_time" => WATCHED,
        "ig_reels_video_view_total_time" => WATCHED * seen,
        "reels_skip_rate" => return json!(38.25),
        _ => 0,
    })
}
