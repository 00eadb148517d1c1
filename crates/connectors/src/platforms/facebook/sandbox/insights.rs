//! Numbers over time: today's metrics only, each with the periods that it has (Page Insights, Deprecated metrics of 2 Mar 2026).
//!
//! A Page's days end at midnight in California. What was seen in a day is what was seen of its posts in it, and a little of what
//! lies further back.

use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

mod published;

use self::published::{POST, STORY, VIDEO};
use super::answer::Refusal;
use super::grant::Right;
use super::nodes::Call;
use super::paging::written;
use super::people::{NodeKind, Page, kind_of};
use super::state::{self, Post};
use super::{PLATFORM, publish, reading};
use crate::sandbox::audience::Flow;

const REACTIONS: &[&str] = &["like", "love", "wow", "haha", "sorry", "anger"];

const PAGE: &[&str] = &[
    "page_media_view",
    "page_total_media_view_unique",
    "page_post_engagements",
    "page_follows",
    "page_daily_follows",
    "page_daily_follows_unique",
    "page_daily_unfollows_unique",
    "page_views_total",
    "page_video_views",
    "page_total_actions",
    "page_actions_post_reactions_total",
    "page_actions_post_reactions_like_total",
    "page_actions_post_reactions_love_total",
    "page_actions_post_reactions_wow_total",
    "page_actions_post_reactions_haha_total",
    "page_actions_post_reactions_sorry_total",
    "page_actions_post_reactions_anger_total",
];

/// Periods of a Page's metrics, with their days.
const PERIODS: &[(&str, i64)] = &[("day", 1), ("week", 7), ("days_28", 28)];
/// The span between `since` and `until` at most (Graph API - Page Insights, Limitations).
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Followers that a Page needs before it has insights.
const FOLLOWERS: u64 = 100;

/// `GET /{page}/insights`, `/{post}/insights`, `/{story}/insights`, `/{video}/video_insights`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let metrics = call.params.text("metric").to_owned();
    let list = metrics.trim_matches(['[', ']']).split(',').map(|m| m.trim().trim_matches('"'));
    of(call, &list.filter(|m| !m.is_empty()).collect::<Vec<_>>())
}

/// The same with one metric in the path.
pub(super) fn one(call: &Call<'_>, metric: &str) -> Result<Value, Refusal> {
    of(call, &[metric])
}

fn of(call: &Call<'_>, metrics: &[&str]) -> Result<Value, Refusal> {
    let page = call.caller.page(Right::Analyze)?;
    if metrics.is_empty() {
        return Err(Refusal::new(3_001, 1_504_028, "No metric was specified to be fetched"));
    }
    let known = catalogue(call)?;
    let named: Vec<String> = match kind_of(call.node) {
        NodeKind::Story => metrics.iter().map(|metric| metric.to_ascii_lowercase()).collect(),
        _ => metrics.iter().map(|metric| (*metric).to_owned()).collect(),
    };
    if named.iter().any(|metric| !known.contains(&metric.as_str())) {
        return Err(Refusal::parameter("The value must be a valid insights metric"));
    }
    let data = match kind_of(call.node) {
        NodeKind::Post | NodeKind::Video | NodeKind::Story => published::numbers(call, page, &named)?,
        _ if call.node == "me" || call.node == page.id() => series(call, page, metrics)?,
        _ => return Err(Refusal::missing(call.node, "get")),
    };
    if followers(call, page) < FOLLOWERS {
        return Err(Refusal::new(2_874_008, 0, "The Page needs at least 100 followers for insights"));
    }
    // Without the permission nothing is refused; there is just nothing.
    let allowed = call.caller.token.allows("read_insights");
    Ok(json!({ "data": if allowed { data } else { Vec::new() } }))
}

/// The metrics that a node has on this edge.
fn catalogue(call: &Call<'_>) -> Result<&'static [&'static str], Refusal> {
    let kind = if call.node == "me" { NodeKind::Page } else { kind_of(call.node) };
    match (kind, call.edge) {
        (NodeKind::Page, "insights") => Ok(PAGE),
        (NodeKind::Post, "insights") => Ok(POST),
        (NodeKind::Story, "insights") => Ok(STORY),
        (NodeKind::Video, "video_insights") => Ok(VIDEO),
        // Whether there is such a thing comes before whether it has that.
        (NodeKind::Video, _) if state::read(call.world, |s| !s.videos.contains_key(call.node)) => {
            Err(Refusal::missing(call.node, "get"))
        }
        (NodeKind::Page | NodeKind::Post | NodeKind::Story | NodeKind::Video | NodeKind::Photo, edge) => {
            Err(Refusal::parameter(format!("Tried accessing nonexisting field ({edge})")))
        }
        _ => Err(Refusal::missing(call.node, "get")),
    }
}

fn followers(call: &Call<'_>, page: Page) -> u64 {
    followers_at(call, page, call.world.now())
}

fn followers_at(call: &Call<'_>, page: Page, at: Timestamp) -> u64 {
    state::read(call.world, |s| s.followers).unwrap_or_else(|| page.look.followers_at(PLATFORM, at))
}

/// Who came and went in so many days before a time; each day for itself, so that they add up to a week.
fn flow(page: Page, end: Timestamp, days: u64) -> Flow {
    let audience = page.look.audience(PLATFORM);
    let day = |back: u64| end - SignedDuration::from_hours(24 * i64::try_from(back).unwrap_or_default());
    (0..days)
        .map(|n| audience.flow(day(n + 1), day(n)))
        .fold(Flow::default(), |sum, one| Flow { came: sum.came + one.came, went: sum.went + one.went })
}

/// So many reactions, by type: half of those left at each, and the rest are likes.
fn reactions(total: u64) -> Vec<(&'static str, u64)> {
    let others = (1..).zip(&REACTIONS[1..]).map(|(n, kind)| (*kind, total >> (n + 1)));
    let others: Vec<_> = others.collect();
    let likes = total - others.iter().map(|(_, count)| count).sum::<u64>();
    std::iter::once((REACTIONS[0], likes)).chain(others).collect()
}

fn by_type(total: u64) -> Value {
    Value::Object(reactions(total).into_iter().map(|(kind, count)| (kind.to_owned(), json!(count))).collect())
}

/// Of one type, which the metric's name holds.
fn of_type(total: u64, metric: &str) -> Value {
    let own = reactions(total).into_iter().find(|(kind, _)| metric.ends_with(&format!("_{kind}_total")));
    json!(own.map_or(0, |(_, count)| count))
}

fn entry(node: &str, metric: &str, period: &str, values: &Value) -> Value {
    json!({
        "name": metric,
        "period": period,
        "values": values,
        "title": metric.replace('_', " "),
        "description": format!("{}.", metric.replace('_', " ")),
        "id": format!("{node}/insights/{metric}/{period}"),
    })
}

fn series(call: &Call<'_>, page: Page, metrics: &[&str]) -> Result<Vec<Value>, Refusal> {
    let p = call.params;
    let time = |name: &str| match p.get(name) {
        None => Ok(None),
        Some(text) => publish::time(text)
            .map(Some)
            .ok_or_else(|| Refusal::parameter(format!("Param {name} is not a valid time"))),
    };
    let now = call.world.now();
    let until = time("until")?.unwrap_or(now).min(now);
    let since = time("since")?.unwrap_or(until - SignedDuration::from_hours(48));
    if until < since || until.duration_since(since) > LONGEST {
        return Err(Refusal::parameter(
            "There cannot be more than 90 days (7776000 s) between since and until",
        ));
    }
    let wanted = p.get("period");
    if wanted.is_some_and(|w| !PERIODS.iter().any(|(name, _)| *name == w)) {
        return Err(Refusal::parameter("Param period must be one of {day, days_28, week}"));
    }
    let periods = PERIODS.iter().filter(|(name, _)| wanted.is_none_or(|w| w == *name));
    let all = metrics.iter().flat_map(|metric| periods.clone().map(move |period| (*metric, *period)));
    Ok(all
        .map(|(metric, (name, days))| {
            let values = values(call, page, (metric, days), (since, until));
            entry(&page.id(), metric, name, &values)
        })
        .collect())
}

/// One value a day, the first a day after `since`.
fn values(
    call: &Call<'_>,
    page: Page,
    (metric, days): (&str, i64),
    (since, until): (Timestamp, Timestamp),
) -> Value {
    let first = TimeZone::UTC.to_datetime(since).date();
    let ends = first.series(jiff::Span::new().days(1)).skip(1).filter_map(midnight);
    let shown = |end: Timestamp| {
        let begin = end - SignedDuration::from_hours(days * 24);
        json!({ "value": value(call, page, metric, (begin, end)), "end_time": written(end) })
    };
    ends.take_while(|end| *end <= until).map(shown).collect()
}

/// When a day begins in California: at eight in UTC, and at seven from the second Sunday of March to the first of November.
fn midnight(day: Date) -> Option<Timestamp> {
    let sunday = |month, nth| date(day.year(), month, 1).nth_weekday_of_month(nth, Weekday::Sunday).ok();
    let summer = sunday(3, 2)? < day && day <= sunday(11, 1)?;
    let hour = if summer { 7 } else { 8 };
    Some(day.at(hour, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn value(call: &Call<'_>, page: Page, metric: &str, (begin, end): (Timestamp, Timestamp)) -> Value {
    let id = page.id();
    let gained = state::read(call.world, |s| {
        let own = s.posts.iter().filter(|post| post.page == id && post.is_public());
        let grown = |post: &Post| reading::seen_until(end, post) - reading::seen_until(begin, post);
        let videos = own.clone().filter(|post| post.video.is_some()).map(grown).sum::<u64>();
        (own.map(grown).sum::<u64>(), videos)
    });
    let days = u64::try_from(end.duration_since(begin).as_hours() / 24).unwrap_or(1);
    let wave = 3 + (end.as_second() / 86_400).rem_euclid(7).unsigned_abs();
    // Those of the start: what was seen of older posts must not change when somebody leaves.
    let older = page.look.followers(PLATFORM) / 400 * wave * days;
    let seen = gained.0 + older;
    match metric {
        "page_follows" => json!(followers_at(call, page, end)),
        "page_media_view" => json!(seen),
        "page_total_media_view_unique" => json!(seen * 8 / 10),
        "page_video_views" => json!(gained.1 / 2),
        "page_post_engagements" => json!(seen / 20),
        "page_views_total" => json!(seen / 25),
        "page_total_actions" => json!(seen / 150),
        "page_daily_follows" | "page_daily_follows_unique" => json!(flow(page, end, days).came),
        "page_daily_unfollows_unique" => json!(flow(page, end, days).went),
        "page_actions_post_reactions_total" => by_type(seen / 30),
        _ => of_type(seen / 30, metric),
    }
}
