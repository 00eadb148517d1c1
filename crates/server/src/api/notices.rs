//! `/api/v1/notices`: what needs a person.

use axum::extract::State;
use axum::http::StatusCode;
use carillon_domain::id::NoticeId;
use carillon_engine::usecase::notices;
use carillon_store::repo::notice::NoticeRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::Page;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::page_size;
use crate::http::extract::{Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// Something that needs a person. There is one of a cause, until it is settled.
#[derive(Debug, Serialize, ToSchema)]
struct Notice {
    /// `notice_…`
    id: String,
    /// `signed_out`, `login_ends`, `reading_fails` of an account; `failed`, `unconfirmed`, `held`, `incomplete`, `unscheduled` (of a series) of a publication.
    kind: &'static str,
    /// The account.
    account: String,
    /// The post, where it is about one.
    post: Option<String>,
    /// Why, in plain words.
    cause: Option<String>,
    /// When it happened.
    created_at: String,
    /// When it was settled; null while it needs somebody.
    cleared_at: Option<String>,
    /// When the caller read it; a token reads for itself.
    read_at: Option<String>,
}

impl From<&NoticeRow> for Notice {
    fn from(row: &NoticeRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.as_str(),
            account: row.account.to_string(),
            post: row.post.map(|id| id.to_string()),
            cause: row.cause.clone(),
            created_at: row.created_at.to_string(),
            cleared_at: row.cleared_at.map(|at| at.to_string()),
            read_at: row.read_at.map(|at| at.to_string()),
        }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Where the page before ended.
    #[param(value_type = Option<String>)]
    cursor: Option<NoticeId>,
    /// How many items at most; 1 to 100.
    limit: Option<u32>,
}

/// What needs a person, newest first, and what did. Of accounts those hear who may connect them, of posts those who may publish; for
/// everybody else the list is empty.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "list_notices", params(Filter),
    responses((status = 200, body = Page<Notice>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<Notice>>, Failure> {
    let limit = usize::try_from(page_size(filter.limit)?).unwrap_or(1);
    let (rows, next) = notices::list(&app.engine, &actor, filter.cursor, limit).await?;
    Ok(axum::Json(Page {
        items: rows.iter().map(Notice::from).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}

/// Marks one as read, for the caller alone.
#[utoipa::path(post, path = "/api/v1/notices/{id}/read", tag = "notices", operation_id = "read_notice",
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<NoticeId>,
) -> Result<StatusCode, Failure> {
    notices::read(&app.engine, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
