//! Statistics of members ("Member Post Statistics", "Member Follower Statistics"): of one's own posts, one metric a call.

use carillon_domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::door::Call;
use super::memory::{Post, read};
use super::numbers::{self, Numbers};
use super::restli::Param;
use super::statistics::page;

/// Known from the beginning, and since 202604.
const FIRST: &[&str] = &["IMPRESSION", "MEMBERS_REACHED", "RESHARE", "REACTION", "COMMENT"];
const LATER: &[&str] = &[
    "POST_SAVE",
    "POST_SEND",
    "LINK_CLICKS",
    "PREMIUM_CTA_CLICKS",
    "FOLLOWER_GAINED_FROM_CONTENT",
    "PROFILE_VIEW_FROM_CONTENT",
];

/// Those that are not to be had by day.
const TOTAL_ONLY: &[&str] =
    &["MEMBERS_REACHED", "LINK_CLICKS", "FOLLOWER_GAINED_FROM_CONTENT", "PROFILE_VIEW_FROM_CONTENT"];

/// The version as `YYYYMM`.
fn version<'a>(call: &'a Call<'_>) -> &'a str {
    call.name.rsplit('.').next().and_then(|v| v.get(..6)).unwrap_or_default()
}

/// `GET /rest/memberCreatorPostAnalytics`.
pub(super) fn posts(call: &Call<'_>) -> Answer {
    call.needs(&["r_member_postAnalytics"])?;
    call.query.only(&["q", "entity", "queryType", "aggregation", "dateRange"])?;
    let metric = call.query.need("queryType")?;
    let known = FIRST.contains(&metric) || (version(call) >= "202604" && LATER.contains(&metric));
    let daily = match call.query.need("aggregation")? {
        "DAILY" => true,
        "TOTAL" => false,
        _ => return Err(Refusal::query()),
    };
    let entity = match call.query.need("q")? {
        "me" => None,
        "entity" => Some(post(call)?),
        _ => return Err(Refusal::query()),
    };
    let apart = TOTAL_ONLY.contains(&metric) || (metric == "IMPRESSION" && entity.is_some());
    if !known || (daily && apart) {
        return Err(Refusal::query());
    }
    let days = call.query.get("dateRange").map(range).transpose()?;
    let now = call.world.now();
    let total = |from: Option<Timestamp>, to: Timestamp| {
        read(call.world, |memory| {
            let mine = |p: &&Post| {
                p.author == call.caller.urn
                    && p.deleted.is_none()
                    && entity.as_ref().is_none_or(|(_, urn)| *urn == p.urn)
            };
            let at = |at: Timestamp| {
                memory
                    .posts
                    .iter()
                    .filter(mine)
                    .filter(|p| p.created <= at)
                    .fold(Numbers::default(), |sum, p| sum.add(numbers::reported(memory, p, at)))
            };
            value(metric, from.map_or_else(|| at(to), |from| at(to).since(at(from))))
        })
    };
    let element = |count: u64, days: Option<(Date, Date)>| {
        let mut element = json!({ "count": count, "metricType": metric_type(call, metric) });
        if let Some((key, urn)) = &entity {
            element["targetEntity"] = json!({ *key: urn });
        }
        if let Some(days) = days {
            element["dateRange"] = dates(days);
        }
        element
    };
    let elements = match (daily, days) {
        (false, None) => vec![element(total(None, now), None)],
        (false, Some(days)) => {
            vec![element(total(Some(midnight(days.0)?), midnight(days.1)?.min(now)), Some(days))]
        }
        (true, None) => return Err(Refusal::query()),
        (true, Some((first, end))) => {
            let mut elements = Vec::new();
            let mut day = first;
            while day < end && midnight(day)? < now {
                let next = day.checked_add(1.day()).map_err(|_| Refusal::query())?;
                let count = total(Some(midnight(day)?), midnight(next)?.min(now));
                elements.push(element(count, Some((day, next))));
                day = next;
            }
            elements
        }
    };
    page(&elements)
}

/// The one post of `(share:…)` or `(ugc:…)`, which must be the caller's and named by the URN that was given out.
pub(super) fn post(call: &Call<'_>) -> Result<(&'static str, String), Refusal> {
    let entity = call.query.get("entity").ok_or_else(Refusal::query)?;
    let keys = [("share", "urn:li:share:"), ("ugc", "urn:li:ugcPost:")];
    let found = keys.into_iter().find_map(|(key, prefix)| {
        let urn = entity.get(key)?.text()?;
        urn.starts_with(prefix).then(|| (key, urn.to_owned()))
    });
    let (key, urn) = found.ok_or_else(Refusal::query)?;
    let own = read(call.world, |m| m.posts.iter().any(|p| p.urn == urn && p.author == call.caller.urn));
    if own { Ok((key, urn)) } else { Err(call.denied()) }
}

/// A string since 202605, an object before.
pub(super) fn metric_type(call: &Call<'_>, metric: &str) -> Value {
    if version(call) >= "202605" {
        return json!(metric);
    }
    json!({ "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1": metric })
}

fn value(metric: &str, numbers: Numbers) -> u64 {
    match metric {
        "IMPRESSION" => numbers.impressions,
        "MEMBERS_REACHED" => numbers.unique,
        "RESHARE" => numbers.shares,
        "REACTION" => numbers.likes,
        "COMMENT" => numbers.comments,
        "LINK_CLICKS" => numbers.clicks,
        "POST_SAVE" | "POST_SEND" => numbers.likes / 4,
        _ => numbers.likes / 9,
    }
}

/// `GET /rest/memberFollowersCount`.
pub(super) fn followers(call: &Call<'_>) -> Answer {
    call.needs(&["r_member_profileAnalytics"])?;
    call.query.only(&["q", "dateRange"])?;
    let (persona, now) = (call.caller.persona, call.world.now());
    match (call.query.need("q")?, call.query.get("dateRange")) {
        ("me", None) => page(&[json!({ "memberFollowersCount": numbers::followers(persona, now) })]),
        ("dateRange", Some(days)) => {
            let (mut day, end) = range(days)?;
            let mut elements = Vec::new();
            while day < end && midnight(day)? < now {
                let next = day.checked_add(1.day()).map_err(|_| Refusal::query())?;
                let gained = numbers::gains(persona, midnight(day)?, midnight(next)?.min(now));
                elements.push(json!({ "memberFollowersCount": gained, "dateRange": dates((day, next)) }));
                day = next;
            }
            page(&elements)
        }
        _ => Err(Refusal::query()),
    }
}

/// `(start:(year:2026,month:1,day:1),end:(…))`.
fn range(param: &Param) -> Result<(Date, Date), Refusal> {
    let day = |name: &str| {
        let param = param.get(name)?;
        let number = |name: &str| param.get(name)?.text()?.parse::<i16>().ok();
        let small = |name: &str| i8::try_from(number(name)?).ok();
        Date::new(number("year")?, small("month")?, small("day")?).ok()
    };
    match (day("start"), day("end")) {
        (Some(start), Some(end)) if start <= end => Ok((start, end)),
        _ => Err(Refusal::query()),
    }
}

fn dates((from, to): (Date, Date)) -> Value {
    let day = |d: Date| json!({ "year": d.year(), "month": d.month(), "day": d.day() });
    json!({ "start": day(from), "end": day(to) })
}

fn midnight(day: Date) -> Result<Timestamp, Refusal> {
    day.to_zoned(TimeZone::UTC).map(|z| z.timestamp()).map_err(|_| Refusal::query())
}
