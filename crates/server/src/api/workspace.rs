//! `GET` and `PATCH /api/v1/workspace`

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use carillon_engine::people::{WorkspacePatch, WorkspaceRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answers;
use crate::http::actor::Caller;
use crate::http::conditions::IfMatch;
use crate::http::extract::Json;
use crate::http::{App, Failure};

/// The caller's workspace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workspace {
    /// Id.
    #[schema(example = "ws_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// Grows with every change.
    pub version: i64,
    /// Name.
    pub name: String,
    /// IANA time zone of the calendar and of times without an offset.
    #[schema(example = "Europe/Athens")]
    pub timezone: String,
    /// How many seconds late a publication may go out without a person.
    pub grace_s: i64,
    /// For how many days every snapshot of numbers is kept, before each day's last one is enough; 0: for ever.
    pub snapshot_days: i64,
}

impl IntoResponse for Workspace {
    fn into_response(self) -> Response {
        let tag = format!("\"{}\"", self.version);
        ([(header::ETAG, tag)], axum::Json(self)).into_response()
    }
}

impl From<WorkspaceRow> for Workspace {
    fn from(row: WorkspaceRow) -> Self {
        Self {
            id: row.id.to_string(),
            version: row.version,
            name: row.name,
            timezone: row.timezone,
            grace_s: row.grace_s,
            snapshot_days: row.snapshot_days,
        }
    }
}

/// What to change; what is not there stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    /// Name.
    pub name: Option<String>,
    /// IANA time zone.
    pub timezone: Option<String>,
    /// Seconds that a publication may be late and still go out without a person: from 60 to 604800 (a week).
    #[schema(minimum = 60, maximum = 604_800)]
    pub grace_s: Option<i64>,
    /// For how many days every snapshot of numbers is kept, from 30 to 3650, or 0: for ever. What was thinned does not come back.
    pub snapshot_days: Option<i64>,
}

/// The workspace
#[utoipa::path(get, path = "/api/v1/workspace", tag = "workspace", responses((status = 200, body = Workspace), Answers))]
pub async fn get(State(app): State<App>, Caller(actor): Caller) -> Result<Workspace, Failure> {
    Ok(app.people.workspace(&actor).await?.into())
}

/// Change the workspace
#[utoipa::path(
    patch,
    path = "/api/v1/workspace",
    tag = "workspace",
    params(("If-Match" = Option<String>, Header, description = "The version that is to be changed, in quotes.")),
    request_body = WorkspaceChange,
    responses((status = 200, body = Workspace), Answers),
)]
pub async fn patch(
    State(app): State<App>,
    Caller(actor): Caller,
    IfMatch(version): IfMatch,
    Json(change): Json<WorkspaceChange>,
) -> Result<Workspace, Failure> {
    let patch = WorkspacePatch {
        name: change.name,
        timezone: change.timezone,
        grace_s: change.grace_s,
        snapshot_days: change.snapshot_days,
    };
    Ok(app.people.update_workspace(&actor, patch, version).await?.into())
}
