//! `/api/v1/posts/{id}/series`: the series that a post belongs to. A series begins with `repeat` on a new post.

use axum::extract::State;
use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_engine::usecase::posts;
use carillon_engine::usecase::series::{self, Scope, SeriesView};
use carillon_store::repo::series::Occurrence;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::{Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, cancel))
}

/// Posts that come again and again.
#[derive(Debug, Serialize, ToSchema)]
struct PostSeries {
    /// `series_…`
    id: String,
    /// The rule, as in RFC 5545.
    rule: String,
    /// The wall-clock time at which it begins.
    begins: String,
    /// The zone on whose clock it is.
    timezone: String,
    /// Why no more posts are made, where it had to stop.
    problem: Option<String>,
    /// What comes next, as far as it is made, without what was canceled or thrown away: at most twelve.
    next: Vec<SeriesPost>,
}

/// A post of a series.
#[derive(Debug, Serialize, ToSchema)]
struct SeriesPost {
    /// The post.
    post: String,
    /// When the rule has it.
    at: String,
    /// It was changed alone, and follows the series no more.
    detached: bool,
    /// Why it could not be scheduled and is a draft.
    problem: Option<String>,
}

impl From<&Occurrence> for SeriesPost {
    fn from(one: &Occurrence) -> Self {
        let (post, at) = (one.post.to_string(), one.at.to_string());
        Self { post, at, detached: one.detached, problem: one.problem.clone() }
    }
}

impl From<SeriesView> for PostSeries {
    fn from(view: SeriesView) -> Self {
        Self {
            id: view.row.id.to_string(),
            rule: view.row.rule,
            begins: view.row.first_wall,
            timezone: view.row.timezone,
            problem: view.row.problem,
            next: view.next.iter().map(SeriesPost::from).collect(),
        }
    }
}

/// The series that a post belongs to.
#[utoipa::path(get, path = "/api/v1/posts/{id}/series", tag = "posts", operation_id = "get_series",
    params(("id" = String, Path)),
    responses((status = 200, body = PostSeries), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PostId>,
) -> Result<axum::Json<PostSeries>, Failure> {
    posts::get(&app.engine, &actor, id).await?;
    let found = series::of_post(&app.engine, &actor, id).await?;
    Ok(axum::Json(found.ok_or(AppError::NotFound { what: "series" })?.into()))
}

/// How much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CancelQuery {
    /// `all`: what has not gone out (when not given); `following`: this post and all that follow.
    scope: Option<String>,
}

/// What was cancelled.
#[derive(Debug, Serialize, ToSchema)]
struct Canceled {
    /// How many posts.
    canceled: usize,
}

/// Ends a series: cancels this post and all that follow, or all that have not gone out. What was changed alone stays.
#[utoipa::path(delete, path = "/api/v1/posts/{id}/series", tag = "posts", operation_id = "cancel_series",
    params(("id" = String, Path), CancelQuery),
    responses((status = 200, body = Canceled), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PostId>,
    Query(query): Query<CancelQuery>,
) -> Result<axum::Json<Canceled>, Failure> {
    let unknown = || AppError::invalid("scope", "unknown", "Say `all` or `following`.");
    let scope = Scope::parse(query.scope.as_deref().unwrap_or("all")).ok_or_else(unknown)?;
    let canceled = series::cancel(&app.engine, &actor, id, scope).await?;
    Ok(axum::Json(Canceled { canceled }))
}
