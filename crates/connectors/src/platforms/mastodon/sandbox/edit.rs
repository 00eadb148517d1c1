//! Changing statuses.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::guard::{self, Caller, Class};
use super::params::{Params, body_params};
use super::servers::Kind;
use super::state::{Network, key};
use super::{PLATFORM, entities, length, reply};
use crate::sandbox::{Site, World};

/// `PUT /api/v1/statuses/{id}`: the whole text again; files that are not named are taken off.
pub(super) async fn edit(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let caller = match guard::enter(&world, &site, &headers, "write:statuses", Class::Plain) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let params = body_params(&headers, &body);
    let response = match change(&world, &site, &caller, &id, &params) {
        Ok(answer) => reply::ok(answer),
        Err(refusal) => *refusal,
    };
    caller.answer(response)
}

fn change(
    world: &World,
    site: &Site,
    caller: &Caller,
    id: &str,
    params: &Params,
) -> Result<serde_json::Value, Box<Response>> {
    let kind = caller.kind;
    let own = world.read(PLATFORM, |network: &Network| {
        entities::find(network, site, id).filter(|s| s.account == caller.account).cloned()
    });
    // Other software has no such call.
    let status = own.filter(|_| kind != Kind::Deviant).ok_or_else(|| Box::new(reply::not_found(kind)))?;
    let media = params.list("media_ids");
    if let Some(strange) = media.iter().find(|id| !status.media.contains(id)) {
        let text = format!("Media {strange} not found or already attached to another post");
        return Err(Box::new(reply::error(kind, StatusCode::UNPROCESSABLE_ENTITY, &text)));
    }
    let text = params.text("status").unwrap_or_default();
    let spoiler = params.text("spoiler_text").unwrap_or_default();
    if text.trim().is_empty() && media.is_empty() {
        return Err(Box::new(reply::invalid(kind, "Text can't be blank")));
    }
    let most = kind.rules().characters;
    if length::characters(&text, &spoiler) > most {
        return Err(Box::new(reply::invalid(kind, &format!("Text character limit of {most} exceeded"))));
    }
    world.ledger().edit(PLATFORM, Some(&site.host), id, &text);
    let now = world.now();
    let answer = world.state(PLATFORM, |network: &mut Network| {
        for gone in status.media.iter().filter(|id| !media.contains(id)) {
            network.media.remove(&key(&site.host, gone));
        }
        let slot = network.statuses.iter_mut().find(|s| s.host == site.host && s.id == id)?;
        (slot.text, slot.spoiler, slot.media, slot.edited_at) = (text, spoiler, media, Some(now));
        // A poll that is not sent again is gone, and so are its votes.
        if params.nested("poll").is_none() {
            slot.poll = None;
        }
        if params.text("sensitive").is_some() {
            slot.sensitive = params.flag("sensitive");
        }
        let status = slot.clone();
        Some(entities::status(world, site, network, &status))
    });
    answer.ok_or_else(|| Box::new(reply::not_found(kind)))
}
