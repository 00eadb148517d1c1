//! A member's numbers: of their own posts, one metric a call. Who saw or followed is not told.

use std::collections::BTreeMap;

use carillon_domain::connector_error::ConnectorError;

use super::wire::{FollowersOfDay, OfMember};
use super::{absent, days, distinct, in_order, lacking, settle, total};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Metric, Missing, Observation, PostRef, Window};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::errors::op;
use crate::platforms::linkedin::flavour::{FOLLOWERS_OF_MEMBER, POSTS_OF_MEMBER};
use crate::platforms::linkedin::urn;
use crate::platforms::linkedin::wire::Elements;

/// New followers. "Member Follower Statistics" (2026): with a range, `memberFollowersCount` is what each day brought; that of
/// everybody is another call, and the profile's.
pub(super) const GAINS: Metric = Metric::of("follows", "memberFollowersCount.memberFollowersCount");

/// How a metric is given in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InWindow {
    Daily,
    /// In one sum: these are not to be had by day. "Member Post Statistics" (2026).
    Whole,
    /// Not at all: what posts brought is a part of something that is counted elsewhere.
    No,
}

/// A query type.
struct Query {
    metric: &'static str,
    kind: &'static str,
    native: &'static str,
    in_window: InWindow,
}

const fn query(metric: &'static str, kind: &'static str, native: &'static str, in_window: InWindow) -> Query {
    Query { metric, kind, native, in_window }
}

/// Query types; those from `POST_SAVE` on since version 202604. `PREMIUM_CTA_CLICKS` is left out: it would cost a call for each
/// post, and few have that button.
const QUERIES: [Query; 10] = [
    query("views", "IMPRESSION", "memberCreatorPostAnalytics.IMPRESSION", InWindow::Daily),
    query("reach", "MEMBERS_REACHED", "memberCreatorPostAnalytics.MEMBERS_REACHED", InWindow::Whole),
    query("likes", "REACTION", "memberCreatorPostAnalytics.REACTION", InWindow::Daily),
    query("comments", "COMMENT", "memberCreatorPostAnalytics.COMMENT", InWindow::Daily),
    query("shares", "RESHARE", "memberCreatorPostAnalytics.RESHARE", InWindow::Daily),
    query("saves", "POST_SAVE", "memberCreatorPostAnalytics.POST_SAVE", InWindow::Daily),
    query("sends", "POST_SEND", "memberCreatorPostAnalytics.POST_SEND", InWindow::Daily),
    query("link_clicks", "LINK_CLICKS", "memberCreatorPostAnalytics.LINK_CLICKS", InWindow::Whole),
    query(
        "follows",
        "FOLLOWER_GAINED_FROM_CONTENT",
        "memberCreatorPostAnalytics.FOLLOWER_GAINED_FROM_CONTENT",
        InWindow::No,
    ),
    query(
        "profile_visits",
        "PROFILE_VIEW_FROM_CONTENT",
        "memberCreatorPostAnalytics.PROFILE_VIEW_FROM_CONTENT",
        InWindow::No,
    ),
];

/// What LinkedIn tells of a video, the one first that tells whether there is one at all.
const VIDEO: [(&str, &str, &str); 3] = [
    ("video_views", "VIDEO_PLAY", "memberCreatorVideoAnalytics.VIDEO_PLAY"),
    ("video_viewers", "VIDEO_VIEWER", "memberCreatorVideoAnalytics.VIDEO_VIEWER"),
    ("watch_time", "VIDEO_WATCH_TIME", "memberCreatorVideoAnalytics.VIDEO_WATCH_TIME"),
];

/// What all posts together got in a window, and new followers.
pub(super) async fn account(cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
    let mut found = Found::default();
    let now = cx.clock.now();
    let Some(days) = days::date_range(window, now) else { return Ok(found) };
    let whole = days::asked(window, now);
    let api = Api::of(cx);
    let asked = || QUERIES.iter().filter(|query| query.in_window != InWindow::No);
    match lacking(cx, op::ANALYTICS_OF_POSTS, POSTS_OF_MEMBER) {
        Some(cause) => {
            found.missing.push(Missing { metrics: asked().map(|query| query.metric).collect(), cause });
        }
        None => {
            for query in asked() {
                let answer = in_window(&api, query, &days, whole).await;
                settle(&mut found, vec![query.metric], answer)?;
            }
        }
    }
    let gains = match lacking(cx, op::ANALYTICS_OF_FOLLOWERS, FOLLOWERS_OF_MEMBER) {
        Some(cause) => Err(cause),
        None => gains(&api, &days).await,
    };
    settle(&mut found, vec![GAINS.name], gains)?;
    Ok(found)
}

async fn in_window(
    api: &Api<'_>,
    query: &Query,
    days: &str,
    whole: Option<Window>,
) -> Result<Vec<Observation>, ConnectorError> {
    // A sum may come without its time, which then is the one that was asked for.
    let unsaid = whole.filter(|_| query.in_window == InWindow::Whole);
    let aggregation = if query.in_window == InWindow::Daily { "DAILY" } else { "TOTAL" };
    let path =
        format!("memberCreatorPostAnalytics?q=me&queryType={}&aggregation={aggregation}&{days}", query.kind);
    let answer: Elements<OfMember> = api.ask(api.finder(op::ANALYTICS_OF_POSTS, &path)).await?;
    let counted = |element: &OfMember| {
        // Without its time a number would look like one of all times.
        let window = Some(element.date_range.and_then(|range| range.window()).or(unsaid)?);
        Some(Observation { window, ..total(query.metric, element.count?, query.native) })
    };
    Ok(answer.elements.iter().filter_map(counted).collect())
}

async fn gains(api: &Api<'_>, days: &str) -> Result<Vec<Observation>, ConnectorError> {
    let path = format!("memberFollowersCount?q=dateRange&{days}");
    let answer: Elements<FollowersOfDay> = api.ask(api.finder(op::ANALYTICS_OF_FOLLOWERS, &path)).await?;
    let gained = |day: &FollowersOfDay| {
        let window = Some(day.date_range?.window()?);
        Some(Observation { window, ..total(GAINS.name, day.member_followers_count?, GAINS.native) })
    };
    Ok(answer.elements.iter().filter_map(gained).collect())
}

/// Posts, one after the other.
pub(super) async fn posts(cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
    let now = cx.clock.now();
    let api = Api::of(cx);
    let mut answers = BTreeMap::new();
    for post in distinct(posts, now) {
        let mut found = Found::default();
        if let Some(cause) = lacking(cx, op::ANALYTICS_OF_POSTS, POSTS_OF_MEMBER) {
            let metrics = QUERIES.iter().map(|query| query.metric).collect();
            found.missing.push(Missing { metrics, cause });
        } else {
            of_post(&api, post.remote_id, &mut found).await?;
            // As long as the post's own numbers. "Member Video Statistics" (2026).
            if !urn::is_share(post.remote_id) {
                video(&api, post.remote_id, &mut found).await?;
            }
        }
        answers.insert(post.remote_id, found);
    }
    Ok(in_order(posts, &answers))
}

/// A post as these finders name it, by the URN that was given out.
fn entity(post: &str) -> String {
    let key = if urn::is_share(post) { "share" } else { "ugc" };
    format!("q=entity&entity=({key}:{})", urn::encoded(post))
}

async fn of_post(api: &Api<'_>, post: &str, found: &mut Found) -> Result<(), ConnectorError> {
    for query in &QUERIES {
        let path =
            format!("memberCreatorPostAnalytics?{}&queryType={}&aggregation=TOTAL", entity(post), query.kind);
        let answer = so_far(api, op::ANALYTICS_OF_POSTS, &path, query.metric, query.native).await;
        if answer.as_ref().is_err_and(|cause| cause.code == "not_found") {
            // LinkedIn does not know the post: more questions would get the same answer.
            return Ok(());
        }
        settle(found, vec![query.metric], answer)?;
    }
    Ok(())
}

/// What LinkedIn tells of the post's video. Only asking tells whether it has one.
async fn video(api: &Api<'_>, post: &str, found: &mut Found) -> Result<(), ConnectorError> {
    for (n, (metric, kind, native)) in VIDEO.into_iter().enumerate() {
        let path = format!("memberCreatorVideoAnalytics?{}&queryType={kind}&aggregation=TOTAL", entity(post));
        let answer = so_far(api, op::ANALYTICS_OF_VIDEOS, &path, metric, native).await;
        let no_video = match &answer {
            Ok(observations) => observations.is_empty(),
            Err(cause) => absent(cause),
        };
        if n == 0 && no_video {
            return Ok(());
        }
        settle(found, vec![metric], answer)?;
    }
    Ok(())
}

async fn so_far(
    api: &Api<'_>,
    operation: &'static str,
    path: &str,
    metric: &'static str,
    native: &'static str,
) -> Result<Vec<Observation>, ConnectorError> {
    let answer: Elements<OfMember> = api.ask(api.finder(operation, path)).await?;
    let count = answer.elements.first().and_then(|element| element.count);
    Ok(count.map(|value| total(metric, value, native)).into_iter().collect())
}
