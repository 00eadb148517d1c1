//! What YouTube Analytics tells the owner of a channel.
//!
//! Analytics counts by days of Los Angeles, and the last two or three have no numbers yet. Days come from a report by day; sums by
//! traffic source, country and device are asked for up to the last of the days that came, so that their windows say what was
//! counted. What everybody can see of a video comes with the [reader](super::read), and is not asked for again.
//!
//! Analytics has a scope of its own. A grant without it loses these numbers alone: all of them are named as missing, which is no
//! error of the account. Sources: developers.google.com, "YouTube Analytics API: Channel reports", "Metrics" and "Dimensions"
//! (2026).

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use self::report::{Answer, Report};
use super::api::Api;
use super::{YouTube, pacific};
use crate::contract::cx::Cx;
use crate::contract::insights::{Found, Insights, Metric, Missing, Observation, Offers, PostRef, Window};

pub(super) mod report;

/// Rows that the report on videos gives at most. "Channel reports", "Top videos" (2026).
const VIDEOS: usize = 200;

/// Days of one question. Reports on traffic sources take 50,000 days and videos multiplied. "Revision history" (18 Nov 2024).
const WINDOW_DAYS: u16 = 90;

/// Days that viewers are described by: shares of few people are kept back.
const AUDIENCE_DAYS: i64 = 90;

/// Days before today that may still be missing. Google says only that the newest days are, in the API's own description (2024).
const LATE_DAYS: i64 = 2;

static OFFERS: Offers = Offers {
    account: &[
        Metric::of("views", "views"),
        Metric::of("engaged_views", "engagedViews"),
        Metric::of("watch_time", "estimatedMinutesWatched"),
        Metric::of("average_watch_time", "averageViewDuration"),
        Metric::of("average_watched", "averageViewPercentage"),
        Metric::of("likes", "likes"),
        Metric::of("dislikes", "dislikes"),
        Metric::of("comments", "comments"),
        Metric::of("shares", "shares"),
        Metric::of("follows", "subscribersGained"),
        Metric::of("unfollows", "subscribersLost"),
        Metric::of("playlist_adds", "videosAddedToPlaylists"),
        Metric::of("playlist_removes", "videosRemovedFromPlaylists"),
        Metric::split("views", "traffic_source", "views"),
        Metric::split("watch_time", "traffic_source", "estimatedMinutesWatched"),
        Metric::split("views", "country", "views"),
        Metric::split("watch_time", "country", "estimatedMinutesWatched"),
        Metric::split("views", "device", "views"),
        Metric::split("watch_time", "device", "estimatedMinutesWatched"),
    ],
    post: &[
        Metric::of("engaged_views", "engagedViews"),
        Metric::of("watch_time", "estimatedMinutesWatched"),
        Metric::of("average_watch_time", "averageViewDuration"),
        Metric::of("average_watched", "averageViewPercentage"),
        Metric::of("dislikes", "dislikes"),
        Metric::of("shares", "shares"),
        Metric::of("follows", "subscribersGained"),
        Metric::of("unfollows", "subscribersLost"),
        Metric::of("playlist_adds", "videosAddedToPlaylists"),
        Metric::of("playlist_removes", "videosRemovedFromPlaylists"),
    ],
    audience: &[
        Metric::split("viewers", "age", "viewerPercentage"),
        Metric::split("viewers", "gender", "viewerPercentage"),
        Metric::split("views", "country", "views"),
    ],
    posts_at_once: VIDEOS,
    window_days: WINDOW_DAYS,
};

/// Our names of the dimensions, and YouTube's.
const DIMENSIONS: [(&str, &str); 5] = [
    ("traffic_source", "insightTrafficSourceType"),
    ("country", "country"),
    ("device", "deviceType"),
    ("age", "ageGroup"),
    ("gender", "gender"),
];

#[async_trait]
impl Insights for YouTube {
    fn offers(&self) -> &'static Offers {
        &OFFERS
    }

    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError> {
        let Some((first, last)) = days_of(window, cx.clock.now()) else { return Ok(Found::default()) };
        let api = Api::of(cx);
        let sums = OFFERS.account.iter().filter(|metric| metric.by.is_none()).copied().collect();
        let daily = Report::new("day", sums, first, last).read(&api).await?;
        if let Some(cause) = no_permission(&daily.missing) {
            return Ok(Found::without(OFFERS.account, cause));
        }
        let mut found = Found { observations: by_day(&daily), missing: daily.missing };
        // Without any day nothing was counted, and there is nothing to split.
        let counted = daily.cells.iter().filter_map(|cell| cell.key.parse().ok()).max();
        if let Some(last) = counted {
            splits(&api, OFFERS.account, (first, last), &mut found).await?;
        }
        Ok(found)
    }

    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError> {
        let ids: Vec<&str> = posts.iter().map(|post| post.remote_id).filter(|id| is_video(id)).collect();
        let first = posts.iter().map(|post| pacific::day(post.published_at)).min();
        let today = pacific::day(cx.clock.now());
        let Some(first) = first.filter(|_| !ids.is_empty()) else {
            return Ok(vec![Found::default(); posts.len()]);
        };
        // Nobody watches a video before it is public, so that the earliest day serves all of them.
        let report = Report::new("video", OFFERS.post.to_vec(), first.min(today), today).of_videos(&ids);
        let answer = report.read(&Api::of(cx)).await?;
        let of = |post: &PostRef<'_>| Found {
            observations: lifetime(&answer, post.remote_id),
            missing: answer.missing.clone(),
        };
        Ok(posts.iter().map(of).collect())
    }

    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError> {
        let mut found = Found::default();
        let last = pacific::day(cx.clock.now()).saturating_sub((LATE_DAYS + 1).days());
        let first = last.saturating_sub((AUDIENCE_DAYS - 1).days());
        splits(&Api::of(cx), OFFERS.audience, (first, last), &mut found).await?;
        Ok(found)
    }
}

/// One report for each dimension of these metrics, summed over the days.
async fn splits(
    api: &Api<'_>,
    offered: &'static [Metric],
    (first, last): (Date, Date),
    found: &mut Found,
) -> Result<(), ConnectorError> {
    let window = window_of(first, last);
    for (by, native) in DIMENSIONS {
        let metrics: Vec<_> = offered.iter().filter(|metric| metric.by == Some(by)).copied().collect();
        if metrics.is_empty() {
            continue;
        }
        // The limit or outage that ended the asking goes for the rest as well.
        if let Some(cause) = found.ended_by().cloned() {
            found.lacks(metrics, &cause);
            continue;
        }
        let answer = match Report::new(native, metrics.clone(), first, last).read(api).await {
            Ok(answer) => answer,
            Err(cause) => {
                found.cut_short(metrics, cause)?;
                continue;
            }
        };
        if let Some(cause) = no_permission(&answer.missing) {
            *found = Found::without(offered, cause);
            return Ok(());
        }
        found.missing.extend(answer.missing);
        found.observations.extend(answer.cells.into_iter().map(|cell| Observation {
            metric: cell.metric.name,
            part: Some((by, cell.key)),
            window,
            value: cell.value,
            native: cell.metric.native,
        }));
    }
    Ok(())
}

/// The days of a window that are over: all that begin in it, so that no day belongs to two windows side by side.
fn days_of(window: Window, now: Timestamp) -> Option<(Date, Date)> {
    if window.from >= window.to {
        return None;
    }
    let last_instant = window.to.checked_sub(Span::new().nanoseconds(1)).ok()?;
    let over = pacific::day(now).yesterday().ok()?;
    let touched = pacific::day(window.from);
    let begins = pacific::midnight(touched)? >= window.from;
    let first = if begins { touched } else { touched.tomorrow().ok()? };
    let last = pacific::day(last_instant).min(over);
    (first <= last).then_some((first, last))
}

/// From the midnight at which the first day begins to that at which the last one ends.
fn window_of(first: Date, last: Date) -> Option<Window> {
    Some(Window { from: pacific::midnight(first)?, to: pacific::midnight(last.tomorrow().ok()?)? })
}

fn by_day(answer: &Answer) -> Vec<Observation> {
    let each = answer.cells.iter().filter_map(|cell| {
        let day: Date = cell.key.parse().ok()?;
        let window = Some(window_of(day, day)?);
        let (metric, native) = (cell.metric.name, cell.metric.native);
        Some(Observation { metric, part: None, window, value: cell.value, native })
    });
    each.collect()
}

fn lifetime(answer: &Answer, video: &str) -> Vec<Observation> {
    let own = answer.cells.iter().filter(|cell| cell.key == video);
    let observation = |metric: Metric, value| Observation {
        metric: metric.name,
        part: None,
        window: None,
        value,
        native: metric.native,
    };
    own.map(|cell| observation(cell.metric, cell.value)).collect()
}

/// Whether an id can be one of a video, and so stand in a list of them.
fn is_video(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The refusal that no other question would escape.
fn no_permission(missing: &[Missing]) -> Option<&ConnectorError> {
    missing.iter().map(|missing| &missing.cause).find(|cause| cause.kind == ErrorKind::PermissionMissing)
}
