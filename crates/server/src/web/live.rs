//! The stream of live events that open pages listen to.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use carillon_domain::permission::Permission;
use serde::Deserialize;

use super::signed_in::Member;
use crate::events;
use crate::http::extract::Query;
use crate::http::{App, Failure};

/// Where a page that comes back was.
#[derive(Debug, Deserialize)]
pub struct Back {
    after: Option<String>,
}

/// The workspace's events from now on, and first what a page that comes back has missed.
pub async fn stream(
    State(app): State<App>,
    member: Member,
    Query(back): Query<Back>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    member.actor.require(Permission::Read)?;
    // A browser that lost the connection says by itself how far it heard, and asks for the same address.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let asked = (member.actor.workspace, last.or(back.after.as_deref()));
    Ok(events::stream(&app.engine.events, asked, app.stopping.clone()))
}
