//! Statistics of organisations ("Organization Share Statistics", "Organization Follower Statistics", "Organization Page
//! Statistics"): organic only, of the last twelve months, some hours behind.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, ok};
use super::door::Call;
use super::memory::{Memory, Post, read};
use super::numbers::{self, Numbers};
use super::restli::Param;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// From and to.
type Span = (Timestamp, Timestamp);

pub(super) fn page(elements: &[Value]) -> Answer {
    let paging = json!({ "start": 0, "count": elements.len(), "links": [] });
    Ok(ok(json!({ "paging": paging, "elements": elements })))
}

/// The organisation whose statistics are asked for.
fn entity<'a>(call: &'a Call<'_>) -> Result<&'a str, Refusal> {
    if call.query.need("q")? != "organizationalEntity" {
        return Err(Refusal::query());
    }
    call.query.need("organizationalEntity")
}

/// `GET /rest/organizationalEntityShareStatistics`.
pub(super) fn shares(call: &Call<'_>) -> Answer {
    call.query.only(&["q", "organizationalEntity", "timeIntervals", "shares", "ugcPosts"])?;
    let urn = entity(call)?;
    call.may_measure(urn)?;
    let now = call.world.now();
    let (shares, ugc) = (call.query.list("shares")?, call.query.list("ugcPosts")?);
    let spans = call.query.get("timeIntervals").map(|p| spans(p, now)).transpose()?;
    let single = shares.is_some() || ugc.is_some();
    if single && spans.is_some() {
        return Err(Refusal::query());
    }
    let elements = read(call.world, |memory| -> Result<Vec<Value>, Refusal> {
        let recent = |p: &&Post| p.author == urn && p.deleted.is_none() && p.created + YEAR > now;
        if single {
            let mut elements = Vec::new();
            for (kind, key, urns) in [("share", "share", shares), ("ugcPost", "ugcPost", ugc)] {
                for asked in urns.unwrap_or_default() {
                    if !asked.starts_with(&format!("urn:li:{kind}:")) {
                        return Err(Refusal::field("INVALID_URN_TYPE", key, format!("not a {kind}")));
                    }
                    let post = memory.posts.iter().filter(recent).find(|p| p.urn == asked);
                    let numbers = post.map(|p| numbers::reported(memory, p, now)).unwrap_or_default();
                    // Posts without any activity are not there.
                    if numbers != Numbers::default() {
                        let mut element = element(urn, numbers, None);
                        element[key] = json!(asked);
                        elements.push(element);
                    }
                }
            }
            return Ok(elements);
        }
        let total = |at: Timestamp| {
            let posts = memory.posts.iter().filter(recent);
            posts.fold(Numbers::default(), |sum, p| sum.add(reported_at(memory, p, at)))
        };
        Ok(match spans {
            None => vec![element(urn, total(now), None)],
            Some(spans) => {
                let part =
                    |span: &Span| element(urn, total(span.1.min(now)).since(total(span.0)), Some(*span));
                spans.iter().map(part).collect()
            }
        })
    })?;
    page(&elements)
}

fn reported_at(memory: &Memory, post: &Post, at: Timestamp) -> Numbers {
    if at < post.created { Numbers::default() } else { numbers::reported(memory, post, at) }
}

fn element(urn: &str, numbers: Numbers, span: Option<Span>) -> Value {
    let Numbers { impressions, unique, clicks, likes, comments, shares } = numbers;
    let engaged = clicks + likes + comments + shares;
    #[expect(clippy::cast_precision_loss, reason = "numbers of a simulated audience are small")]
    let engagement = if impressions == 0 { 0.0 } else { engaged as f64 / impressions as f64 };
    let mut likes = i64::try_from(likes).unwrap_or(i64::MAX);
    if let Some((from, _)) = span {
        // People take likes back; on a quiet day that is all there is.
        let unlucky = numbers::luck(&format!("{urn} {}", from.as_second())).is_multiple_of(9);
        likes = if unlucky && likes == 0 && impressions > 0 { -1 } else { likes };
    }
    let mut element = json!({
        "organizationalEntity": urn,
        "totalShareStatistics": {
            "impressionCount": impressions,
            "uniqueImpressionsCount": unique,
            "clickCount": clicks,
            "likeCount": likes,
            "commentCount": comments,
            "shareCount": shares,
            "engagement": engagement,
        },
    });
    if let Some(span) = span {
        element["timeRange"] = range(span);
    }
    element
}

fn range((from, to): Span) -> Value {
    json!({ "start": from.as_millisecond(), "end": to.as_millisecond() })
}

/// `GET /rest/organizationalEntityFollowerStatistics`.
pub(super) fn followers(call: &Call<'_>) -> Answer {
    call.query.only(&["q", "organizationalEntity", "timeIntervals"])?;
    let urn = entity(call)?;
    let organization = call.may_measure(urn)?;
    let now = call.world.now();
    if let Some(intervals) = call.query.get("timeIntervals") {
        let gains = |span: &Span| {
            let organic = numbers::gains(organization, span.0, span.1.min(now));
            json!({
                "organizationalEntity": urn,
                "timeRange": range(*span),
                "followerGains": { "organicFollowerGain": organic, "paidFollowerGain": 0 },
            })
        };
        let elements: Vec<Value> = spans(intervals, now)?.iter().map(gains).collect();
        return page(&elements);
    }
    let all = numbers::followers(organization, now);
    let facet = |key: &str, values: &[&str]| {
        let share = |(n, value): (u64, &&str)| {
            let counts = json!({ "organicFollowerCount": all / (2 << n), "paidFollowerCount": 0 });
            json!({ key: value, "followerCounts": counts })
        };
        (0..).zip(values).map(share).collect::<Vec<_>>()
    };
    page(&[json!({
        "organizationalEntity": urn,
        "followerCountsByAssociationType": facet("associationType", &["EMPLOYEE"]),
        "followerCountsByFunction": facet("function", &["urn:li:function:15", "urn:li:function:4"]),
        "followerCountsByGeo": facet("geo", &["urn:li:geo:105072130", "urn:li:geo:103819153"]),
        "followerCountsByGeoCountry": facet("geo", &["urn:li:geo:103819153", "urn:li:geo:101282230"]),
        "followerCountsByIndustry": facet("industry", &["urn:li:industry:34", "urn:li:industry:23"]),
        "followerCountsBySeniority": facet("seniority", &["urn:li:seniority:3", "urn:li:seniority:4"]),
        "followerCountsByStaffCountRange": facet("staffCountRange", &["SIZE_2_TO_10", "SIZE_11_TO_50"]),
    })])
}

/// `GET /rest/organizationPageStatistics`: views of the page itself.
pub(super) fn pages(call: &Call<'_>) -> Answer {
    call.query.only(&["q", "organization", "timeIntervals"])?;
    if call.query.need("q")? != "organization" {
        return Err(Refusal::query());
    }
    let urn = call.query.need("organization")?;
    let organization = call.may_measure(urn)?;
    let now = call.world.now();
    let element = |viewed: u64, span: Option<Span>| {
        // Every view is one by a computer or by a phone, and each of these is counted in two places.
        let (desktop, mobile) = (viewed / 3, viewed - viewed / 3);
        let views = |n: u64| json!({ "pageViews": n, "uniquePageViews": n * 3 / 4 });
        let mut element = json!({
            "organization": urn,
            "totalPageStatistics": {
                "clicks": {},
                "views": {
                    "allPageViews": views(viewed),
                    "allDesktopPageViews": views(desktop),
                    "allMobilePageViews": views(mobile),
                    "overviewPageViews": views(viewed / 2),
                },
            },
        });
        if let Some(span) = span {
            element["timeRange"] = range(span);
        }
        element
    };
    let Some(intervals) = call.query.get("timeIntervals") else {
        return page(&[element(numbers::visits(organization, now), None)]);
    };
    let viewed = |span: &Span| {
        let until = numbers::visits(organization, span.1.min(now));
        element(until.saturating_sub(numbers::visits(organization, span.0)), Some(*span))
    };
    page(&spans(intervals, now)?.iter().map(viewed).collect::<Vec<_>>())
}

/// The days or months of `(timeRange:(start:…,end:…),timeGranularityType:DAY)`, as far as they are in the last year.
fn spans(intervals: &Param, now: Timestamp) -> Result<Vec<Span>, Refusal> {
    let time = |param: &Param| {
        let ms = param.text().and_then(|t| t.parse().ok()).ok_or_else(Refusal::query)?;
        Timestamp::from_millisecond(ms).map_err(|_| Refusal::query())
    };
    let range = intervals.get("timeRange").ok_or_else(Refusal::query)?;
    let from = time(range.get("start").ok_or_else(Refusal::query)?)?;
    let to = range.get("end").map(time).transpose()?.unwrap_or(now).min(now);
    let step = match intervals.get("timeGranularityType").and_then(Param::text) {
        Some("DAY") => 1.day(),
        Some("MONTH") => 1.month(),
        _ => return Err(Refusal::query()),
    };
    let mut at = from.max(now - YEAR).to_zoned(TimeZone::UTC).start_of_day().map_err(|_| Refusal::query())?;
    let mut spans = Vec::new();
    while at.timestamp() < to {
        let next = at.checked_add(step).map_err(|_| Refusal::query())?;
        spans.push((at.timestamp(), next.timestamp()));
        at = next;
    }
    Ok(spans)
}
