//! A page's numbers, which LinkedIn gives to its super admins.

use std::collections::BTreeMap;

use carillon_domain::connector_error::ConnectorError;
use serde_json::Value;

use super::wire::{Facet, Followers, OfVideo, PageOfDay, SharesOfDay};
use super::{absent, days, distinct, in_order, kind, lacking, settle, single, total, viewers_counted};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Metric, Missing, Observation, PostRef, Window, passes};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::errors::op;
use crate::platforms::linkedin::flavour::{NUMBERS_OF_PAGE, VIDEOS_OF_PAGE};
use crate::platforms::linkedin::numbers::{self, COUNTED};
use crate::platforms::linkedin::urn;
use crate::platforms::linkedin::wire::{Elements, Totals};

/// New followers.
pub(super) const GAINS: Metric = Metric::of("follows", "followerGains");
/// Views of the page itself.
pub(super) const VISITS: Metric =
    Metric::of("profile_visits", "totalPageStatistics.views.allPageViews.pageViews");

/// Who follows, by what; no age and no gender exist. "Organization Follower Statistics" (2026).
pub(super) const AUDIENCE: [Metric; 7] = [
    Metric::split("followers", "country", "followerCountsByGeoCountry"),
    Metric::split("followers", "region", "followerCountsByGeo"),
    Metric::split("followers", "industry", "followerCountsByIndustry"),
    Metric::split("followers", "function", "followerCountsByFunction"),
    Metric::split("followers", "seniority", "followerCountsBySeniority"),
    Metric::split("followers", "staff_count", "followerCountsByStaffCountRange"),
    Metric::split("followers", "association", "followerCountsByAssociationType"),
];

/// Under which name each facet says what an entry is about, in the order of [`AUDIENCE`].
const ABOUT: [&str; 7] =
    ["geo", "geo", "industry", "function", "seniority", "staffCountRange", "associationType"];

/// What LinkedIn tells of a video, the one first that tells whether there is one at all.
pub(super) const VIDEO: [Metric; 3] = [
    Metric::of("video_views", "videoAnalytics.VIDEO_VIEW"),
    Metric::of("video_viewers", "videoAnalytics.VIEWER"),
    Metric::of("watch_time", "videoAnalytics.TIME_WATCHED"),
];

/// The page by day: what its posts got, new followers, visits.
pub(super) async fn account(cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
    let mut found = Found::default();
    let Some(days) = days::intervals(window, cx.clock.now()) else { return Ok(found) };
    if let Some(cause) = lacking(cx, op::STATISTICS_OF_DAYS, NUMBERS_OF_PAGE) {
        found.lacks(COUNTED.into_iter().chain([GAINS, VISITS]), &cause);
        return Ok(found);
    }
    let api = Api::of(cx);
    let page = urn::encoded(&cx.account.remote_id);
    let entity = format!("q=organizationalEntity&organizationalEntity={page}&{days}");
    let call = api.finder(op::STATISTICS_OF_DAYS, &format!("organizationalEntityShareStatistics?{entity}"));
    let shares: Result<Elements<SharesOfDay>, _> = api.ask(call).await;
    settle(&mut found, &COUNTED, shares.map(|s| s.elements.iter().flat_map(of_day).collect()))?;
    let call =
        api.finder(op::STATISTICS_OF_FOLLOWERS, &format!("organizationalEntityFollowerStatistics?{entity}"));
    let gains: Result<Elements<Followers>, _> = api.ask(call).await;
    settle(&mut found, &[GAINS], gains.map(|g| g.elements.iter().filter_map(gained).collect()))?;
    if let Some(cause) = found.ended_by().cloned() {
        found.lacks([VISITS], &cause);
        return Ok(found);
    }
    let call = api.finder(
        op::STATISTICS_OF_PAGE,
        &format!("organizationPageStatistics?q=organization&organization={page}&{days}"),
    );
    let visits: Result<Elements<PageOfDay>, _> = api.ask(call).await;
    settle(&mut found, &[VISITS], visits.map(|v| v.elements.iter().filter_map(visited).collect()))?;
    Ok(found)
}

fn of_day(day: &SharesOfDay) -> Vec<Observation> {
    let Some(window) = day.time_range.and_then(|range| range.window()) else { return Vec::new() };
    let counted = |(metric, value)| Observation { window: Some(window), ..total(metric, value) };
    day.total_share_statistics.given().map(counted).collect()
}

fn gained(day: &Followers) -> Option<Observation> {
    let window = day.time_range?.window()?;
    let gains = day.follower_gains?;
    let value = sum(gains.organic_follower_gain, gains.paid_follower_gain)?;
    Some(Observation { window: Some(window), ..total(GAINS, value) })
}

fn visited(day: &PageOfDay) -> Option<Observation> {
    let window = day.time_range?.window()?;
    let value = day.total_page_statistics.views.all_page_views.page_views?;
    Some(Observation { window: Some(window), ..total(VISITS, value) })
}

/// LinkedIn counts people who came by themselves and by advertising apart; nobody is both.
fn sum(organic: Option<i64>, paid: Option<i64>) -> Option<i64> {
    match (organic, paid) {
        (None, None) => None,
        (organic, paid) => Some(organic.unwrap_or(0).saturating_add(paid.unwrap_or(0))),
    }
}

/// Who follows the page.
pub(super) async fn audience(cx: &Cx<'_>) -> Result<Found, ConnectorError> {
    let mut found = Found::default();
    if let Some(cause) = lacking(cx, op::STATISTICS_OF_FOLLOWERS, NUMBERS_OF_PAGE) {
        found.missing = Missing::all(AUDIENCE, &cause);
        return Ok(found);
    }
    let api = Api::of(cx);
    let page = urn::encoded(&cx.account.remote_id);
    let path =
        format!("organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={page}");
    let answer: Result<Elements<Followers>, _> =
        api.ask(api.finder(op::STATISTICS_OF_FOLLOWERS, &path)).await;
    match answer {
        Ok(answer) => found.observations = answer.elements.iter().flat_map(facets).collect(),
        Err(cause) if single(&cause) => found.missing = Missing::all(AUDIENCE, &cause),
        Err(cause) => return Err(cause),
    }
    Ok(found)
}

fn facets(followers: &Followers) -> Vec<Observation> {
    let facet = |(metric, about): (&Metric, &str)| {
        let list = followers.facets.get(metric.native).and_then(Value::as_array);
        let entries = list.into_iter().flatten().filter_map(|e| serde_json::from_value(e.clone()).ok());
        let counted = |entry: Facet| {
            let value =
                sum(entry.follower_counts.organic_follower_count, entry.follower_counts.paid_follower_count)?;
            let part = entry.of.get(about)?.as_str()?.to_owned();
            Some(Observation { part: Some((metric.by?, part)), ..total(*metric, value) })
        };
        entries.filter_map(counted).collect::<Vec<_>>()
    };
    AUDIENCE.iter().zip(ABOUT).flat_map(facet).collect()
}

/// Posts. One that nobody looked at is not in LinkedIn's answer, and neither is one that does not exist (any more). The
/// [reader](numbers::Numbers) knows from the list that a post is there, and takes its absence for zeros; here it may be either, so that
/// there is no data.
pub(super) async fn posts(cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
    let now = cx.clock.now();
    let api = Api::of(cx);
    let mut answers: BTreeMap<&str, Found> = BTreeMap::new();
    // The outage or limit that ended the asking, and whether there is something to keep then.
    let (mut ended, mut something) = (None::<ConnectorError>, false);
    for shares in [true, false] {
        let mut asked = distinct(posts, now);
        asked.retain(|post| urn::is_share(post.remote_id) == shares);
        if asked.is_empty() {
            continue;
        }
        let ids: Vec<&str> = asked.iter().map(|post| post.remote_id).collect();
        let counted = match lacking(cx, op::STATISTICS, NUMBERS_OF_PAGE).or_else(|| ended.clone()) {
            Some(cause) => Err(cause),
            None => numbers::of_kind(&api, &cx.account.remote_id, shares, &ids).await,
        };
        something |= counted.iter().flat_map(BTreeMap::values).any(|totals| totals.given().next().is_some());
        for post in asked {
            let mut found = Found::default();
            match &counted {
                Ok(all) => {
                    found.observations = all.get(post.remote_id).map(since_published).unwrap_or_default();
                }
                Err(cause) => refused(&mut found, &COUNTED, cause, something)?,
            }
            let over = ended.as_ref().or_else(|| found.ended_by()).cloned();
            match over {
                _ if shares => {}
                Some(cause) => found.lacks(VIDEO, &cause),
                None => {
                    if let Err(cause) = video(cx, &api, &post, &mut found).await {
                        refused(&mut found, &VIDEO, &cause, something)?;
                    }
                }
            }
            something |= !found.observations.is_empty();
            ended = ended.or_else(|| found.ended_by().cloned());
            answers.insert(post.remote_id, found);
        }
    }
    Ok(in_order(posts, &answers))
}

/// A refusal costs these metrics alone, and so does an outage or a limit once something came.
fn refused(
    found: &mut Found,
    metrics: &[Metric],
    cause: &ConnectorError,
    something: bool,
) -> Result<(), ConnectorError> {
    if !(single(cause) || something && passes(cause)) {
        return Err(cause.clone());
    }
    found.lacks(metrics.iter().copied(), cause);
    Ok(())
}

fn since_published(totals: &Totals) -> Vec<Observation> {
    totals.given().map(|(metric, value)| total(metric, value)).collect()
}

/// What LinkedIn tells of the post's video. Only asking tells whether it has one: the URN of a poll looks the same.
/// Views and viewers are kept for less time than the rest.
async fn video(
    cx: &Cx<'_>,
    api: &Api<'_>,
    post: &PostRef<'_>,
    found: &mut Found,
) -> Result<(), ConnectorError> {
    let viewers = viewers_counted(post, cx.clock.now());
    if let Some(cause) = lacking(cx, op::STATISTICS_OF_VIDEOS, VIDEOS_OF_PAGE) {
        found.lacks(VIDEO, &cause);
        return Ok(());
    }
    let entity = urn::encoded(post.remote_id);
    let asked = VIDEO.into_iter().filter(|metric| viewers || metric.name == "watch_time");
    for (n, metric) in asked.enumerate() {
        if let Some(cause) = found.ended_by().cloned() {
            found.lacks([metric], &cause);
            continue;
        }
        let kind = kind(metric);
        let path = format!("videoAnalytics?q=entity&entity={entity}&type={kind}&aggregation=ALL");
        let answer: Result<Elements<OfVideo>, _> = api.ask(api.finder(op::STATISTICS_OF_VIDEOS, &path)).await;
        let answer = answer.map(|a| {
            let value = a.elements.first().and_then(|e| e.value);
            value.map(|value| total(metric, value)).into_iter().collect::<Vec<_>>()
        });
        let no_video = match &answer {
            Ok(observations) => observations.is_empty(),
            Err(cause) => absent(cause),
        };
        if n == 0 && no_video {
            return Ok(());
        }
        settle(found, &[metric], answer)?;
    }
    Ok(())
}
