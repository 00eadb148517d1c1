//! `GET /api/v1/me`

use axum::Json;
use carillon_engine::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::Answers;
use crate::http::actor::Caller;

/// On whose behalf requests with this token are done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The workspace.
    #[schema(example = "ws_01h455vb4pex5vsknk084sn02q")]
    pub workspace: String,
    /// The role in it.
    #[schema(example = "editor")]
    pub role: String,
    /// The token; null for a signed-in browser.
    pub token: Option<String>,
    /// The person; null for a token.
    pub user: Option<String>,
    /// The workspace's IANA time zone.
    #[schema(example = "Europe/Athens")]
    pub timezone: String,
}

impl From<Actor> for Me {
    fn from(actor: Actor) -> Self {
        Self {
            workspace: actor.workspace.to_string(),
            role: actor.role.as_str().to_owned(),
            token: actor.token.map(|id| id.to_string()),
            user: actor.user.map(|id| id.to_string()),
            timezone: actor.timezone,
        }
    }
}

/// Who am I
///
/// The workspace and role of the caller.
#[utoipa::path(get, path = "/api/v1/me", tag = "workspace", responses((status = 200, body = Me), Answers))]
pub async fn get(Caller(actor): Caller) -> Json<Me> {
    Json(actor.into())
}
