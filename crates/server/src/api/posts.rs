//! `/api/v1/posts`: composing, checking, scheduling, changing and cancelling.

use axum::extract::State;
use axum::http::StatusCode;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::publication::PostStatus;
use carillon_engine::usecase::posts::{self, PostFilter, PostInput, PostPatch, Removal};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{Finding, Page, Post};
use super::{PostBody, cursor, parsed_time};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::{IfMatch, page_size};
use crate::http::extract::{Json, Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check))
        .routes(routes!(split))
        .routes(routes!(get, update, remove))
}

/// Which posts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only with this status.
    status: Option<String>,
    /// Only with a publication on this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Due (drafts: made) at or after; RFC 3339.
    from: Option<String>,
    /// Due (drafts: made) before; RFC 3339.
    to: Option<String>,
    /// Text that the base text contains.
    q: Option<String>,
    /// Where the page before ended, from its `next_cursor`.
    cursor: Option<String>,
    /// How many items at most; 1 to 100, 50 when not given.
    limit: Option<u32>,
}

/// Lists posts, newest first, without attempts.
#[utoipa::path(get, path = "/api/v1/posts", tag = "posts", params(Filter),
    responses((status = 200, body = Page<Post>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<Post>>, Failure> {
    let status = filter.status.as_deref().map(known_status).transpose()?;
    let query = PostFilter {
        status,
        account: filter.account,
        from: filter.from.as_deref().map(|t| parsed_time("from", t)).transpose()?,
        to: filter.to.as_deref().map(|t| parsed_time("to", t)).transpose()?,
        q: filter.q,
        cursor: cursor(filter.cursor.as_deref())?,
        limit: i64::from(page_size(filter.limit)?),
    };
    let (views, next) = posts::list(&app.engine, &actor, &query).await?;
    Ok(axum::Json(Page {
        items: views.iter().map(Post::from).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}

fn known_status(text: &str) -> Result<PostStatus, AppError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| AppError::invalid("status", "unknown", format!("`{text}` is not a status of a post.")))
}

/// Makes a post: a draft, scheduled, or published at once.
#[utoipa::path(post, path = "/api/v1/posts", tag = "posts", request_body = PostBody,
    responses((status = 201, body = Post), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    Json(input): Json<PostInput>,
) -> Result<(StatusCode, axum::Json<Post>), Failure> {
    let view = posts::create(&app.engine, &actor, input).await?;
    Ok((StatusCode::CREATED, axum::Json(Post::from(&view))))
}

/// What a check says about one account.
#[derive(Debug, Serialize, ToSchema)]
struct CheckResult {
    /// The account.
    account: String,
    /// What the network would refuse.
    violations: Vec<Finding>,
    /// What works but is worth knowing.
    warnings: Vec<Finding>,
    /// How it would go out.
    preview: Preview,
}

/// How a post would go out on one account.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// The text of the root.
    text: String,
    /// The texts of the thread's further parts.
    parts: Vec<String>,
    /// The first comment.
    first_comment: Option<String>,
    /// Media of the root, in order.
    media: Vec<String>,
    /// Text counters in the network's own unit.
    counts: Vec<Count>,
}

/// A text counter.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    /// Path of the text.
    field: String,
    /// Units used.
    used: u64,
    /// Units allowed.
    limit: u64,
}

/// The results of a check.
#[derive(Debug, Serialize, ToSchema)]
struct CheckResults {
    /// One per account.
    results: Vec<CheckResult>,
}

/// The parts of a thread.
#[derive(Debug, Serialize, ToSchema)]
struct SplitText {
    /// In order; the first is the post itself, the others belong into `parts`.
    parts: Vec<String>,
}

/// Splits the text of a post into a thread: parts that every chosen account takes whose network has threads. Nothing is saved.
#[utoipa::path(post, path = "/api/v1/posts/split", tag = "posts", request_body = PostBody,
    responses((status = 200, body = SplitText), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn split(
    State(app): State<App>,
    Caller(actor): Caller,
    Json(input): Json<PostInput>,
) -> Result<axum::Json<SplitText>, Failure> {
    Ok(axum::Json(SplitText { parts: posts::split(&app.engine, &actor, &input).await? }))
}

/// Checks a post against every rule of its accounts' networks, without saving anything.
#[utoipa::path(post, path = "/api/v1/posts/check", tag = "posts", request_body = PostBody,
    responses((status = 200, body = CheckResults), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(
    State(app): State<App>,
    Caller(actor): Caller,
    Json(input): Json<PostInput>,
) -> Result<axum::Json<CheckResults>, Failure> {
    let checks = posts::check(&app.engine, &actor, &input, None).await?;
    let results = checks
        .into_iter()
        .map(|c| CheckResult {
            account: c.account.id.to_string(),
            violations: c.report.violations.iter().map(Finding::from).collect(),
            warnings: c.report.warnings.iter().map(Finding::from).collect(),
            preview: Preview {
                text: c.draft.root.text,
                parts: c.draft.parts.into_iter().map(|p| p.text).collect(),
                first_comment: c.draft.first_comment,
                media: c.draft.root.media.iter().map(|m| m.id.to_string()).collect(),
                counts: c
                    .report
                    .counts
                    .into_iter()
                    .map(|c| Count { field: c.field, used: c.used, limit: c.limit })
                    .collect(),
            },
        })
        .collect();
    Ok(axum::Json(CheckResults { results }))
}

/// One post, with the attempts of its publications.
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "posts", params(("id" = String, Path)),
    responses((status = 200, body = Post), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PostId>,
) -> Result<axum::Json<Post>, Failure> {
    let view = posts::get_with_attempts(&app.engine, &actor, id).await?;
    Ok(axum::Json(Post::from(&view)))
}

/// Changes a post: content, accounts, time, or whether it goes out. Refused once something of it may have been sent.
#[utoipa::path(patch, path = "/api/v1/posts/{id}", tag = "posts", params(("id" = String, Path)), request_body = PostBody,
    responses((status = 200, body = Post), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn update(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PostId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<PostPatch>,
) -> Result<axum::Json<Post>, Failure> {
    let view = posts::update(&app.engine, &actor, id, patch, version).await?;
    Ok(axum::Json(Post::from(&view)))
}

/// How to remove a post.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RemoveQuery {
    /// Also delete what is public, where the platform can.
    #[serde(default)]
    remote: bool,
}

/// Cancels a post; a draft goes to the trash. With `remote`, what is public is deleted at the networks as well, as far as they
/// let programs do that: each publication says with `deleted_at` and `warnings` what became of it.
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "posts", params(("id" = String, Path), RemoveQuery),
    responses((status = 200, body = Post), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PostId>,
    IfMatch(if_match): IfMatch,
    Query(query): Query<RemoveQuery>,
) -> Result<axum::Json<Post>, Failure> {
    let removal = Removal { if_match, remote: query.remote, ..Removal::default() };
    Ok(axum::Json(Post::from(&posts::remove(&app.engine, &actor, id, removal).await?)))
}
