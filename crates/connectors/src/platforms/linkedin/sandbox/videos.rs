//! How videos were watched: those of organisations ("Video Analytics API") and those of members ("Member Video Statistics"). Only
//! sums since the beginning are simulated, no days and weeks.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::analytics::{metric_type, post};
use super::answer::{Answer, Refusal};
use super::door::Call;
use super::memory::{Memory, Post, read};
use super::numbers;
use super::statistics::page;

/// How long views and viewers of an organisation's video are kept.
const HALF_A_YEAR: Duration = Duration::from_secs(183 * 86_400);

/// Roles that may see them.
const ROLES: [&str; 2] = ["ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"];

#[derive(Debug, Clone, Copy)]
struct Watched {
    views: u64,
    viewers: u64,
    /// Milliseconds.
    time: u64,
}

/// How a post's video was watched; `None` without one. What there is instead is nowhere documented, so it is refused.
fn watched(memory: &Memory, post: &Post, at: Timestamp) -> Option<Watched> {
    post.media.iter().find(|(urn, _)| urn.starts_with("urn:li:video:"))?;
    let numbers = numbers::reported(memory, post, at);
    let views = numbers.impressions * 2 / 5;
    Some(Watched { views, viewers: numbers.unique * 2 / 5, time: views * 7_300 })
}

/// `GET /rest/videoAnalytics?q=entity`.
pub(super) fn of_organization(call: &Call<'_>) -> Answer {
    call.needs(&["r_organization_social"])?;
    call.query.only(&["q", "entity", "type", "aggregation", "timeRange"])?;
    let urn = call.query.need("entity")?;
    let sums = matches!(call.query.text("aggregation")?, None | Some("ALL"));
    if call.query.need("q")? != "entity" || !sums || call.query.get("timeRange").is_some() {
        return Err(Refusal::query());
    }
    if !urn.starts_with("urn:li:ugcPost:") {
        return Err(Refusal::field("INVALID_URN_TYPE", "entity", "not a ugcPost"));
    }
    let now = call.world.now();
    let found = read(call.world, |memory| {
        let post = memory.posts.iter().find(|p| p.urn == urn && p.deleted.is_none())?;
        let old = post.created + HALF_A_YEAR < now;
        Some((post.author.clone(), watched(memory, post, now), old))
    });
    let (author, watched, old) = found.ok_or_else(|| Refusal::not_found("Entity"))?;
    if !call.role_at(&author).is_some_and(|role| ROLES.contains(&role.role)) {
        return Err(call.denied());
    }
    let watched = watched.ok_or_else(Refusal::query)?;
    let kind = call.query.need("type")?;
    let value = match kind {
        "VIDEO_VIEW" | "VIEWER" if old => 0,
        "VIDEO_VIEW" => watched.views,
        "VIEWER" => watched.viewers,
        "TIME_WATCHED" => watched.time,
        "TIME_WATCHED_FOR_VIDEO_VIEWS" => watched.time / 10 * 9,
        _ => return Err(Refusal::query()),
    };
    let element = json!({ "entity": urn, "statisticsType": kind, "value": value });
    page(&some(value, element))
}

/// `GET /rest/memberCreatorVideoAnalytics?q=entity`.
pub(super) fn of_member(call: &Call<'_>) -> Answer {
    call.needs(&["r_member_postAnalytics"])?;
    call.query.only(&["q", "entity", "queryType", "aggregation"])?;
    let sums = matches!(call.query.text("aggregation")?, None | Some("TOTAL"));
    if call.query.need("q")? != "entity" || !sums {
        return Err(Refusal::query());
    }
    let (key, urn) = post(call)?;
    let now = call.world.now();
    let watched = read(call.world, |memory| {
        let post = memory.posts.iter().find(|p| p.urn == urn && p.deleted.is_none())?;
        watched(memory, post, now)
    });
    let watched = watched.ok_or_else(Refusal::query)?;
    let metric = call.query.need("queryType")?;
    let count = match metric {
        "VIDEO_PLAY" => watched.views,
        "VIDEO_VIEWER" => watched.viewers,
        "VIDEO_WATCH_TIME" => watched.time,
        _ => return Err(Refusal::query()),
    };
    let mut element = json!({ "count": count, "metricType": metric_type(call, metric) });
    element["targetEntity"] = json!({ key: urn });
    page(&some(count, element))
}

/// What nobody watched is not there.
fn some(value: u64, element: Value) -> Vec<Value> {
    if value == 0 { Vec::new() } else { vec![element] }
}
