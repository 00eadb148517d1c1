//! A member's numbers: of their own posts, one metric a call. Who saw or followed is not told.

use carillon_domain::connector_error::ConnectorError;

use super::wire::{FollowersOfDay, OfMember};
use super::{absent, days, distinct, in_order, joined, kind, lacking, settle, total};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Metric, Observation, OneByOne, PostRef, Window};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::errors::op;
use crate::platforms::linkedin::flavour::{FOLLOWERS_OF_MEMBER, POSTS_OF_MEMBER};
use crate::platforms::linkedin::urn;
use crate::platforms::linkedin::wire::Elements;

/// New followers. "Member Follower Statistics" (2026): with a range, `memberFollowersCount` is what each day brought; that of
/// everybody is another call, and the profile's.
pub(super) const GAINS: Metric = Metric::of("follows", "memberFollowersCount.memberFollowersCount");

/// What has a time too; those from `POST_SAVE` on since version 202604. `PREMIUM_CTA_CLICKS` is left out: it would cost a call for
/// each post, and few have that button.
pub(super) const IN_WINDOW: [Metric; 8] = [
    Metric::of("views", "memberCreatorPostAnalytics.IMPRESSION"),
    Metric::of("reach", "memberCreatorPostAnalytics.MEMBERS_REACHED"),
    Metric::of("likes", "memberCreatorPostAnalytics.REACTION"),
    Metric::of("comments", "memberCreatorPostAnalytics.COMMENT"),
    Metric::of("shares", "memberCreatorPostAnalytics.RESHARE"),
    Metric::of("saves", "memberCreatorPostAnalytics.POST_SAVE"),
    Metric::of("sends", "memberCreatorPostAnalytics.POST_SEND"),
    Metric::of("link_clicks", "memberCreatorPostAnalytics.LINK_CLICKS"),
];

/// What posts brought of something that is counted elsewhere, so that it is only asked for of each post.
pub(super) const BROUGHT: [Metric; 2] = [
    Metric::of("follows", "memberCreatorPostAnalytics.FOLLOWER_GAINED_FROM_CONTENT"),
    Metric::of("profile_visits", "memberCreatorPostAnalytics.PROFILE_VIEW_FROM_CONTENT"),
];

/// What every post has.
static OF_POST: [Metric; 10] = joined(&[&IN_WINDOW, &BROUGHT]);

/// Whether a window has it in one sum only, and not by day. "Member Post Statistics" (2026).
fn is_whole(metric: Metric) -> bool {
    matches!(kind(metric), "MEMBERS_REACHED" | "LINK_CLICKS")
}

/// What LinkedIn tells of a video, the one first that tells whether there is one at all.
pub(super) const VIDEO: [Metric; 3] = [
    Metric::of("video_views", "memberCreatorVideoAnalytics.VIDEO_PLAY"),
    Metric::of("video_viewers", "memberCreatorVideoAnalytics.VIDEO_VIEWER"),
    Metric::of("watch_time", "memberCreatorVideoAnalytics.VIDEO_WATCH_TIME"),
];

/// What all posts together got in a window, and new followers.
pub(super) async fn account(cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
    let mut found = Found::default();
    let now = cx.clock.now();
    let Some(days) = days::date_range(window, now) else { return Ok(found) };
    let whole = days::asked(window, now);
    let api = Api::of(cx);
    match lacking(cx, op::ANALYTICS_OF_POSTS, POSTS_OF_MEMBER) {
        Some(cause) => found.lacks(IN_WINDOW, &cause),
        None => {
            for metric in IN_WINDOW {
                let answer = match found.ended_by() {
                    Some(cause) => Err(cause.clone()),
                    None => in_window(&api, metric, &days, whole).await,
                };
                settle(&mut found, &[metric], answer)?;
            }
        }
    }
    let refusal = lacking(cx, op::ANALYTICS_OF_FOLLOWERS, FOLLOWERS_OF_MEMBER);
    let gains = match refusal.or_else(|| found.ended_by().cloned()) {
        Some(cause) => Err(cause),
        None => gains(&api, &days).await,
    };
    settle(&mut found, &[GAINS], gains)?;
    Ok(found)
}

async fn in_window(
    api: &Api<'_>,
    metric: Metric,
    days: &str,
    whole: Option<Window>,
) -> Result<Vec<Observation>, ConnectorError> {
    // A sum may come without its time, which then is the one that was asked for.
    let unsaid = whole.filter(|_| is_whole(metric));
    let aggregation = if is_whole(metric) { "TOTAL" } else { "DAILY" };
    let kind = kind(metric);
    let path = format!("memberCreatorPostAnalytics?q=me&queryType={kind}&aggregation={aggregation}&{days}");
    let answer: Elements<OfMember> = api.ask(api.finder(op::ANALYTICS_OF_POSTS, &path)).await?;
    let counted = |element: &OfMember| {
        // Without its time a number would look like one of all times.
        let window = Some(element.date_range.and_then(|range| range.window()).or(unsaid)?);
        Some(Observation { window, ..total(metric, element.count?) })
    };
    Ok(answer.elements.iter().filter_map(counted).collect())
}

async fn gains(api: &Api<'_>, days: &str) -> Result<Vec<Observation>, ConnectorError> {
    let path = format!("memberFollowersCount?q=dateRange&{days}");
    let answer: Elements<FollowersOfDay> = api.ask(api.finder(op::ANALYTICS_OF_FOLLOWERS, &path)).await?;
    let gained = |day: &FollowersOfDay| {
        let window = Some(day.date_range?.window()?);
        Some(Observation { window, ..total(GAINS, day.member_followers_count?) })
    };
    Ok(answer.elements.iter().filter_map(gained).collect())
}

/// Posts, one after the other.
pub(super) async fn posts(cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
    let now = cx.clock.now();
    let api = Api::of(cx);
    let asked = distinct(posts, now);
    let mut all = OneByOne::new(&OF_POST);
    for post in &asked {
        if !all.goes_on() {
            break;
        }
        all.push(of_one(cx, &api, post).await)?;
    }
    let answers = asked.iter().map(|post| post.remote_id).zip(all.fill(asked.len())).collect();
    Ok(in_order(posts, &answers))
}

async fn of_one(cx: &Cx<'_>, api: &Api<'_>, post: &PostRef<'_>) -> Result<Found, ConnectorError> {
    if let Some(cause) = lacking(cx, op::ANALYTICS_OF_POSTS, POSTS_OF_MEMBER) {
        return Ok(Found::without(&OF_POST, &cause));
    }
    let mut found = Found::default();
    of_post(api, post.remote_id, &mut found).await?;
    // As long as the post's own numbers. "Member Video Statistics" (2026).
    if !urn::is_share(post.remote_id) {
        video(api, post.remote_id, &mut found).await?;
    }
    Ok(found)
}

/// A post as these finders name it, by the URN that was given out.
fn entity(post: &str) -> String {
    let key = if urn::is_share(post) { "share" } else { "ugc" };
    format!("q=entity&entity=({key}:{})", urn::encoded(post))
}

async fn of_post(api: &Api<'_>, post: &str, found: &mut Found) -> Result<(), ConnectorError> {
    for metric in OF_POST {
        if let Some(cause) = found.ended_by().cloned() {
            found.lacks([metric], &cause);
            continue;
        }
        let (entity, kind) = (entity(post), kind(metric));
        let path = format!("memberCreatorPostAnalytics?{entity}&queryType={kind}&aggregation=TOTAL");
        let answer = so_far(api, op::ANALYTICS_OF_POSTS, &path, metric).await;
        if answer.as_ref().is_err_and(|cause| cause.code == "not_found") {
            // LinkedIn does not know the post: more questions would get the same answer.
            return Ok(());
        }
        settle(found, &[metric], answer)?;
    }
    Ok(())
}

/// What LinkedIn tells of the post's video. Only asking tells whether it has one.
async fn video(api: &Api<'_>, post: &str, found: &mut Found) -> Result<(), ConnectorError> {
    for (n, metric) in VIDEO.into_iter().enumerate() {
        if let Some(cause) = found.ended_by().cloned() {
            found.lacks([metric], &cause);
            continue;
        }
        let (entity, kind) = (entity(post), kind(metric));
        let path = format!("memberCreatorVideoAnalytics?{entity}&queryType={kind}&aggregation=TOTAL");
        let answer = so_far(api, op::ANALYTICS_OF_VIDEOS, &path, metric).await;
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

async fn so_far(
    api: &Api<'_>,
    operation: &'static str,
    path: &str,
    metric: Metric,
) -> Result<Vec<Observation>, ConnectorError> {
    let answer: Elements<OfMember> = api.ask(api.finder(operation, path)).await?;
    let count = answer.elements.first().and_then(|element| element.count);
    Ok(count.map(|value| total(metric, value)).into_iter().collect())
}
