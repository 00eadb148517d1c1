//! `DELETE /2/tweets/:id`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::answer::{Problem, ok};
use super::door::{self, DELETE};
use super::memory::Memory;
use super::{PLATFORM, shown};
use crate::sandbox::{Persona, World};

/// `DELETE /2/tweets/:id`.
pub(super) async fn delete(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match door::open(&world, &headers, &DELETE) {
        Ok(caller) => caller.close(take_back(&world, caller.persona, &id)),
        Err(refusal) => refusal,
    }
}

fn take_back(world: &World, persona: &Persona, text: &str) -> Result<Response, Problem> {
    let id = shown::id(text).ok_or_else(|| shown::not_an_id("id", text))?;
    let now = world.now();
    world.state(PLATFORM, |memory: &mut Memory| {
        let post = memory.posts.get_mut(&id).filter(|p| p.deleted_at.is_none());
        let post = post.ok_or_else(|| Problem::not_found("tweet", "id", text))?;
        if post.author != persona.key {
            return Err(Problem::not_permitted());
        }
        post.deleted_at = Some(now);
        Ok(())
    })?;
    world.ledger().delete(PLATFORM, None, text);
    Ok(ok(StatusCode::OK, json!({ "data": { "deleted": true } })))
}
