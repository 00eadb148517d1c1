//! The stream of live events that open pages listen to.

use axum::extract::State;
use axum::response::IntoResponse;
use carillon_domain::permission::Permission;

use super::signed_in::Member;
use crate::events;
use crate::http::{App, Failure};

/// The workspace's events from now on.
pub async fn stream(State(app): State<App>, member: Member) -> Result<impl IntoResponse, Failure> {
    member.actor.require(Permission::Read)?;
    Ok(events::stream(&app.engine.events, member.actor.workspace, app.stopping.clone()))
}
