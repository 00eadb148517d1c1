//! Finding people by their names. The odd server has no such thing.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::guard::Class;
use super::params::Params;
use super::reading::for_caller;
use super::servers::Kind;
use super::{entities, reply};
use crate::sandbox::persona::everybody;
use crate::sandbox::{Site, World};

/// `GET /api/v1/accounts/search`: by username or display name.
pub(super) async fn search(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::form(query.unwrap_or_default().as_bytes());
    let wanted = params.text("q").unwrap_or_default().trim_start_matches('@').to_lowercase();
    let limit = params.text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(40_usize).min(80);
    for_caller(&world, &site, &headers, "read:accounts", Class::Plain, |caller, network| {
        if caller.kind == Kind::Deviant {
            return reply::error(caller.kind, StatusCode::NOT_FOUND, "Not Found");
        }
        let fits = |text: &str| text.to_lowercase().contains(&wanted);
        let found =
            everybody().filter(|persona| !wanted.is_empty() && (fits(persona.key) || fits(persona.name)));
        let found =
            found.take(limit).map(|persona| entities::account(&world, &site, persona, network, false));
        reply::ok(Value::Array(found.collect()))
    })
}
