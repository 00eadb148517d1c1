//! `/api/v1/analytics`: what the kept numbers say. Nothing is asked of a network here.

mod audience;
mod best_times;
mod curve;
mod export;
mod posts;
mod shapes;

use axum::extract::State;
use carillon_engine::usecase::analytics::{self, Filter};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::shapes::{Series, Summary};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::Query;
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(summary))
        .routes(routes!(series))
        .routes(routes!(posts::list))
        .routes(routes!(posts::top))
        .routes(routes!(audience::audience))
        .routes(routes!(best_times::best_times))
        .routes(routes!(curve::curve))
        .routes(routes!(export::file))
}

/// Which numbers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// First day (`2026-11-24`, in the workspace's zone) or first instant (RFC 3339); the 30th day before the end when not given.
    from: Option<String>,
    /// Last day, or first instant after the time; today when not given.
    to: Option<String>,
    /// Only this account. Disconnected accounts are left out unless they are named.
    account: Option<String>,
    /// Only accounts on this network.
    platform: Option<String>,
    /// Only accounts of this creator. There are no creators yet, so there is nothing to be told about them.
    creator: Option<String>,
    /// Only posts that were made here with this tag. Followers know no tags.
    tag: Option<String>,
    /// Only posts that were made here for this campaign. Followers know no campaigns.
    campaign: Option<String>,
    /// A past day (`2026-11-24`, in the workspace's zone): only what was known at its end, which stands for now. Nothing that was read, found or
    /// connected later is there. Texts, kinds and links of posts, tags, campaigns and the states of accounts are those of today.
    known_on: Option<String>,
}

impl From<Wanted> for Filter {
    fn from(wanted: Wanted) -> Self {
        let Wanted { from, to, account, platform, creator, tag, campaign, known_on } = wanted;
        Self { from, to, account, platform, creator, tag, campaign, known_on, compare: None }
    }
}

/// What it is compared with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Against {
    /// `previous` (when not given): as many days before; or `year`: the same dates a year earlier.
    compare: Option<String>,
}

/// The numbers that people look at first, each with what it was in the time before, or in the same time a year earlier. Those of posts are of the posts that became
/// public in the time, as last seen.
#[utoipa::path(get, path = "/api/v1/analytics/summary", tag = "analytics", operation_id = "analytics_summary", params(Against, Wanted),
    responses((status = 200, body = Summary), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn summary(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(against): Query<Against>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Summary>, Failure> {
    let filter = Filter { compare: against.compare, ..wanted.into() };
    let found = analytics::summary(&app.engine, &actor, &filter).await?;
    Ok(axum::Json(Summary::new(&found, &actor.timezone)))
}

/// Which series.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Of {
    /// A total of the accounts (`followers`, `following`, `posts`), or a number of posts by the day on which they became public
    /// (`published`, `views`, `reach`, `engagements` and its parts, `engagement_rate_by_views`, `…_followers`, `…_reach`);
    /// `followers` when not given.
    metric: Option<String>,
    /// `day`.
    granularity: Option<String>,
}

/// One number, day by day. A day without a value is a gap, never zero and never guessed.
#[utoipa::path(get, path = "/api/v1/analytics/series", tag = "analytics", operation_id = "analytics_series", params(Of, Wanted),
    responses((status = 200, body = Series), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn series(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(of): Query<Of>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Series>, Failure> {
    let (metric, granularity) = (of.metric.as_deref(), of.granularity.as_deref());
    let found = analytics::series(&app.engine, &actor, &wanted.into(), metric, granularity).await?;
    Ok(axum::Json(Series::from(&found)))
}
