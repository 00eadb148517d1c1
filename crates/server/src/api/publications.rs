//! `/api/v1/publications`: how each post fares on each account, and a person's word where the engine needs one.

use axum::extract::State;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId, PublicationId};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::random_bytes;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::publications::{self, Finding};
use carillon_engine::usecase::remote_edit;
use carillon_store::repo::publication::ListQuery;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::parsed_time;
use super::shapes::{Page, Publication};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::page_size;
use crate::http::extract::{Json, Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(retry))
        .routes(routes!(publish))
        .routes(routes!(resolve))
        .routes(routes!(edit))
        .routes(routes!(tick))
}

/// Which publications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only in this state.
    state: Option<String>,
    /// Only on this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Only of this post.
    #[param(value_type = Option<String>)]
    post: Option<PostId>,
    /// Due at or after; RFC 3339.
    from: Option<String>,
    /// Due before; RFC 3339.
    to: Option<String>,
    /// Where the page before ended.
    #[param(value_type = Option<String>)]
    cursor: Option<PublicationId>,
    /// How many items at most; 1 to 100.
    limit: Option<u32>,
}

/// Lists publications, newest first, without their attempts.
#[utoipa::path(get, path = "/api/v1/publications", tag = "publications", params(Filter),
    responses((status = 200, body = Page<Publication>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<Publication>>, Failure> {
    let state = filter.state.as_deref().map(|text| {
        PublicationState::parse(text).ok_or_else(|| {
            AppError::invalid("state", "unknown", format!("`{text}` is not a state of a publication."))
        })
    });
    let query = ListQuery {
        state: state.transpose()?,
        account: filter.account,
        post: filter.post,
        from: filter.from.as_deref().map(|t| parsed_time("from", t)).transpose()?,
        to: filter.to.as_deref().map(|t| parsed_time("to", t)).transpose()?,
        after: filter.cursor,
        limit: i64::from(page_size(filter.limit)?),
    };
    let (views, next) = publications::list(&app.engine, &actor, query).await?;
    Ok(axum::Json(Page {
        items: views.iter().map(Publication::from).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}

/// One publication with every attempt and remote step.
#[utoipa::path(get, path = "/api/v1/publications/{id}", tag = "publications", params(("id" = String, Path)),
    responses((status = 200, body = Publication), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PublicationId>,
) -> Result<axum::Json<Publication>, Failure> {
    Ok(axum::Json(Publication::from(&publications::get(&app.engine, &actor, id).await?)))
}

/// Tries a failed publication again, or sends the missing parts of an incomplete one.
#[utoipa::path(post, path = "/api/v1/publications/{id}/retry", tag = "publications", params(("id" = String, Path)),
    responses((status = 200, body = Publication), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn retry(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PublicationId>,
) -> Result<axum::Json<Publication>, Failure> {
    Ok(axum::Json(Publication::from(&publications::retry(&app.engine, &actor, id).await?)))
}

/// Publishes a held publication now.
#[utoipa::path(post, path = "/api/v1/publications/{id}/publish", tag = "publications", params(("id" = String, Path)),
    responses((status = 200, body = Publication), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn publish(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PublicationId>,
) -> Result<axum::Json<Publication>, Failure> {
    Ok(axum::Json(Publication::from(&publications::publish(&app.engine, &actor, id).await?)))
}

/// What a person found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// `published` or `not_published`.
    outcome: Outcome,
    /// Where it can be seen, for `published`.
    remote_url: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Published,
    NotPublished,
}

/// Settles an unconfirmed publication by a person's word.
#[utoipa::path(post, path = "/api/v1/publications/{id}/resolve", tag = "publications", params(("id" = String, Path)),
    request_body = Resolution,
    responses((status = 200, body = Publication), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn resolve(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PublicationId>,
    Json(body): Json<Resolution>,
) -> Result<axum::Json<Publication>, Failure> {
    let finding = match body.outcome {
        Outcome::Published => Finding::Published(checked_link(body.remote_url)?),
        Outcome::NotPublished => Finding::NotPublished,
    };
    Ok(axum::Json(Publication::from(&publications::resolve(&app.engine, &actor, id, finding).await?)))
}

/// What it is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewText {
    /// The whole text.
    text: String,
}

/// Gives a published publication another text at its network, where that lets programs do so, and then here. The same text again has
/// no second effect. 409 says in words why it can't be changed, 422 what the network would refuse.
#[utoipa::path(post, path = "/api/v1/publications/{id}/edit", tag = "publications", params(("id" = String, Path)),
    request_body = NewText,
    responses((status = 200, body = Publication), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn edit(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PublicationId>,
    Json(body): Json<NewText>,
) -> Result<axum::Json<Publication>, Failure> {
    Ok(axum::Json(Publication::from(&remote_edit::edit(&app.engine, &actor, id, body.text).await?)))
}

/// A link that people will click must be one to the web.
///
/// # Errors
/// [`AppError::Invalid`] for everything else.
pub fn checked_link(url: Option<String>) -> Result<Option<String>, AppError> {
    let Some(text) = url.filter(|u| !u.trim().is_empty()) else { return Ok(None) };
    match url::Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(Some(url.to_string())),
        _ => Err(AppError::invalid(
            "remote_url",
            "invalid",
            "Give the post's web address, beginning with https://.",
        )),
    }
}

/// How much was done.
#[derive(Debug, Serialize, ToSchema)]
struct Ticked {
    /// Runs of due jobs that have ended.
    ran: usize,
    /// Whether it goes on behind this answer, because there is more than fits in the time of a request.
    more: bool,
}

/// Most runs that one call begins.
const MOST_RUNS: usize = 1_000;

/// Runs what is due; for hosts that put idle processes to sleep. What takes long is answered for in time, and goes on.
#[utoipa::path(post, path = "/api/v1/tick", tag = "publications",
    responses((status = 200, body = Ticked), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn tick(State(app): State<App>, Caller(actor): Caller) -> Result<axum::Json<Ticked>, Failure> {
    actor.require(carillon_domain::permission::Permission::Publish)?;
    let ran = Arc::new(AtomicUsize::new(0));
    let (engine, counter, stop) = (Arc::clone(&app.engine), Arc::clone(&ran), app.stopping.clone());
    // A task of its own, since a commit that is dropped with its request leaves open whether it went out.
    let work = app.tasks.spawn(async move {
        let node = format!("tick-{}", hex::encode(random_bytes::<4>(engine.entropy.as_ref())));
        let runner = Runner::new(engine, RunnerConfig { node, ..RunnerConfig::default() });
        let ended = runner.catch_up(MOST_RUNS, &counter, &stop).await;
        ended.inspect_err(|error| tracing::error!(%error, "a tick could not claim what is due"))
    });
    let patience = Duration::from_secs(app.settings.server.request_timeout_s).mul_f64(2.0 / 3.0);
    let ended = tokio::time::timeout(patience, work).await;
    let more = ended.is_err();
    if let Ok(ended) = ended {
        ended.map_err(Failure::internal)?.map_err(Failure::internal)?;
    }
    Ok(axum::Json(Ticked { ran: ran.load(Ordering::Relaxed), more }))
}
