//! `/api/v1/accounts/{id}/sync` and `/api/v1/sync-runs`: reading accounts, and the log of it.

use axum::extract::State;
use axum::http::StatusCode;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, SyncRunId};
use carillon_domain::sync::SyncState;
use carillon_engine::usecase::sync;
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{Page, RemoteError};
use crate::http::actor::Caller;
use crate::http::conditions::page_size;
use crate::http::extract::{Path, Query};
use crate::http::failure::{Failure, Problem};
use crate::http::{App, Sensitive};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request)).routes(routes!(list))
}

/// One fetch of numbers from a network.
#[derive(Debug, Serialize, ToSchema)]
struct SyncRun {
    /// `sync_…`
    id: String,
    /// The account.
    account: String,
    /// Its platform.
    platform: String,
    /// Always the profile with its totals, then posts with theirs: `basic` those of 30 days and the network's first page whole, `day`,
    /// `week` and `month` those of a day, seven and 30 days, `full` all of them.
    kind: &'static str,
    /// `connected`, `requested`, `told` by the network, `scheduled`, `opened` with a page of its numbers, or `continued`.
    reason: &'static str,
    /// The user or token that asked; null when nobody did.
    requested_by: Option<String>,
    /// `queued`, `running`, `done`, `partial` or `failed`.
    state: &'static str,
    /// When it was asked for.
    created_at: String,
    /// When it began.
    started_at: Option<String>,
    /// When it ended.
    ended_at: Option<String>,
    /// When a waiting run is tried.
    next_at: Option<String>,
    /// Posts that were read.
    items: u32,
    /// Calls to the network.
    calls: u32,
    /// The network asked to wait until then.
    limited_until: Option<String>,
    /// The run that stopped where this one goes on.
    continues: Option<String>,
    /// The last thing that went wrong.
    error: Option<RemoteError>,
}

impl From<&SyncRunRow> for SyncRun {
    fn from(row: &SyncRunRow) -> Self {
        let user = row.user.map(|id| id.to_string());
        Self {
            id: row.id.to_string(),
            account: row.account.to_string(),
            platform: row.platform.clone(),
            kind: row.kind.as_str(),
            reason: row.reason.as_str(),
            requested_by: user.or_else(|| row.token.map(|id| id.to_string())),
            state: row.state.as_str(),
            created_at: row.created_at.to_string(),
            started_at: row.started_at.map(|at| at.to_string()),
            ended_at: row.ended_at.map(|at| at.to_string()),
            next_at: row.next_at.map(|at| at.to_string()),
            items: row.items,
            calls: row.calls,
            limited_until: row.limited_until.map(|at| at.to_string()),
            continues: row.continues.map(|id| id.to_string()),
            error: row.error.as_ref().map(RemoteError::from),
        }
    }
}

/// Reads an account now: its profile with totals, then its recent posts with theirs. While it is being read, the answer is the
/// run that is under way.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/sync", tag = "accounts", operation_id = "sync_account",
    params(("id" = String, Path)),
    responses((status = 202, body = SyncRun), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn request(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Sensitive,
    Path(id): Path<AccountId>,
) -> Result<(StatusCode, axum::Json<SyncRun>), Failure> {
    let run = sync::request(&app.engine, &actor, id).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(SyncRun::from(&run))))
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only of this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Only in this state.
    state: Option<String>,
    /// Where the page before ended.
    #[param(value_type = Option<String>)]
    cursor: Option<SyncRunId>,
    /// How many items at most; 1 to 100.
    limit: Option<u32>,
}

/// The sync log, newest first.
#[utoipa::path(get, path = "/api/v1/sync-runs", tag = "accounts", operation_id = "list_sync_runs", params(Filter),
    responses((status = 200, body = Page<SyncRun>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<SyncRun>>, Failure> {
    let state = filter.state.as_deref().map(|text| {
        SyncState::parse(text).ok_or_else(|| {
            AppError::invalid("state", "unknown", format!("`{text}` is not a state of a sync run."))
        })
    });
    let query = ListQuery {
        account: filter.account,
        state: state.transpose()?,
        after: filter.cursor,
        limit: i64::from(page_size(filter.limit)?),
    };
    let (rows, next) = sync::list(&app.engine, &actor, query).await?;
    Ok(axum::Json(Page {
        items: rows.iter().map(SyncRun::from).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}
