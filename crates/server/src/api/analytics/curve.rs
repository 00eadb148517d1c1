//! How a post's numbers grew.

use axum::extract::State;
use carillon_domain::id::RemotePostId;
use carillon_domain::insight::curve::{MIN_POSTS, Median, Seen};
use carillon_domain::insight::definition;
use carillon_engine::usecase::analytics::{self, COMPARED, PostCurve};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shapes::Change;
use crate::api::numbers;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::{Path, Query};
use crate::http::failure::{Failure, Problem};

/// A post's number by its age, beside what is usual on its account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnalyticsCurve {
    /// The post, `rpost_…`.
    id: String,
    /// Its account.
    account: String,
    /// The account's network.
    platform: String,
    /// When it became public.
    published_at: String,
    /// The number's name.
    metric: &'static str,
    /// What is counted.
    unit: &'static str,
    /// What it means: name and version.
    definition: String,
    /// The network's fields that it came from, `bluesky:likeCount`.
    sources: Vec<String>,
    /// The numbers that this post has, of which each can be asked for.
    metrics: Vec<&'static str>,
    /// What was seen, youngest first; of looks that are closer together than the ages of the median, the last ones. Between two that
    /// are far apart nothing is known.
    points: Vec<CurvePoint>,
    /// What is usual.
    median: CurveMedian,
    /// The last age at which both are known; null when there is none.
    standing: Option<CurveStanding>,
}

/// A look.
#[derive(Debug, Serialize, ToSchema)]
struct CurvePoint {
    /// Seconds since it was public.
    age_seconds: i64,
    /// When it was looked at.
    t: String,
    /// What was seen.
    value: i64,
}

/// The median of the account's posts by their age.
#[derive(Debug, Serialize, ToSchema)]
struct CurveMedian {
    /// Of how many posts.
    posts: usize,
    /// Those of so many days before this one were asked, the newest hundred.
    days: i64,
    /// Of fewer posts no median is given.
    minimum_posts: usize,
    /// One for each age that is compared.
    points: Vec<MedianPoint>,
}

/// What is usual at an age.
#[derive(Debug, Serialize, ToSchema)]
struct MedianPoint {
    /// Seconds since a post was public.
    age_seconds: i64,
    /// The median of the last look at or before this age; null for too few posts.
    value: Option<i64>,
    /// How many posts were looked at near this age.
    posts: usize,
}

/// How the post stands.
#[derive(Debug, Serialize, ToSchema)]
struct CurveStanding {
    /// At this age, in seconds.
    age_seconds: i64,
    /// What is usual.
    median: i64,
    /// The post's own number.
    value: i64,
    /// From the median to its own.
    change: Change,
}

impl From<&PostCurve> for AnalyticsCurve {
    fn from(curve: &PostCurve) -> Self {
        let (row, platform) = (&curve.found.row, &curve.account.platform);
        let point = |seen: &Seen| CurvePoint {
            age_seconds: seen.age.as_secs(),
            t: row.published_at.checked_add(seen.age).unwrap_or(row.published_at).to_string(),
            value: seen.value,
        };
        let median = |median: &Median| MedianPoint {
            age_seconds: median.age.as_secs(),
            value: median.value,
            posts: median.posts,
        };
        Self {
            id: row.id.to_string(),
            account: row.account.to_string(),
            platform: platform.clone(),
            published_at: row.published_at.to_string(),
            metric: curve.metric,
            unit: definition(curve.metric).map_or("", |d| d.unit),
            definition: numbers::definition(curve.metric),
            sources: curve.natives.iter().map(|native| format!("{platform}:{native}")).collect(),
            metrics: curve.metrics.clone(),
            points: curve.own.seen().iter().map(point).collect(),
            median: CurveMedian {
                posts: curve.posts,
                days: COMPARED.as_hours() / 24,
                minimum_posts: MIN_POSTS,
                points: curve.usual.iter().map(median).collect(),
            },
            standing: curve.standing().map(|(median, change)| CurveStanding {
                age_seconds: median.age.as_secs(),
                median: change.from,
                value: change.to,
                change: change.into(),
            }),
        }
    }
}

/// Which number.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `views`, `engagements`, `reach`, `likes`, `comments`, `shares` or `saves`; the first of them that the post has when not given.
    metric: Option<String>,
    /// Not taken: a post's curve is not known by day. A past day is refused, 422 `not_by_day`.
    known_on: Option<String>,
}

/// A number of a post that was found on an account, by the post's age, beside the median of the posts of the ninety days before it at
/// the same ages. A value at an age is the last look at or before it; where nobody looked near it there is none.
#[utoipa::path(get, path = "/api/v1/analytics/posts/{id}/curve", tag = "analytics", operation_id = "analytics_post_curve",
    params(("id" = String, Path), Which),
    responses((status = 200, body = AnalyticsCurve), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn curve(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<RemotePostId>,
    Query(which): Query<Which>,
) -> Result<axum::Json<AnalyticsCurve>, Failure> {
    analytics::refuse_known_on(which.known_on.as_deref(), "A post's curve")?;
    let found = analytics::curve(&app.engine, &actor, id, which.metric.as_deref()).await?;
    Ok(axum::Json(AnalyticsCurve::from(&found)))
}
