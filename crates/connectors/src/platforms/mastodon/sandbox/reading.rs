//! Reading and deleting.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::guard::{self, Caller, Class};
use super::params::Params;
use super::servers::{self, Kind};
use super::state::{Network, Status, persona_of};
use super::{PLATFORM, entities, reply};
use crate::sandbox::{Site, World};

/// `GET /api/v2/instance`
pub(super) async fn instance_v2(State(world): State<Arc<World>>, site: Site) -> Response {
    let kind = Kind::of(&site);
    if matches!(kind, Kind::Vintage | Kind::Deviant) {
        return reply::error(kind, StatusCode::NOT_FOUND, "Not Found");
    }
    open(&world, &site, servers::instance_v2(&site))
}

/// `GET /api/v1/instance`
pub(super) async fn instance_v1(State(world): State<Arc<World>>, site: Site) -> Response {
    open(&world, &site, servers::instance_v1(&site))
}

fn open(world: &World, site: &Site, body: Value) -> Response {
    match guard::anonymous(world, site) {
        Ok(limit) => {
            let mut response = reply::ok(body);
            if let Some(limit) = limit {
                reply::limited(response.headers_mut(), limit);
            }
            response
        }
        Err(refusal) => *refusal,
    }
}

/// Runs `look` for a caller who may.
pub(super) fn for_caller(
    world: &World,
    site: &Site,
    headers: &HeaderMap,
    scope: &str,
    class: Class,
    look: impl FnOnce(&Caller, &Network) -> Response,
) -> Response {
    match guard::enter(world, site, headers, scope, class) {
        Ok(caller) => {
            let response = world.read(PLATFORM, |network: &Network| look(&caller, network));
            caller.answer(response)
        }
        Err(refusal) => *refusal,
    }
}

/// `GET /api/v1/accounts/verify_credentials`
pub(super) async fn verify(State(world): State<Arc<World>>, site: Site, headers: HeaderMap) -> Response {
    for_caller(&world, &site, &headers, "read:accounts", Class::Plain, |caller, network| {
        reply::ok(entities::account(&world, &site, caller.persona, network, true))
    })
}

/// `GET /api/v1/accounts/{id}`
pub(super) async fn account(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    for_caller(&world, &site, &headers, "read:accounts", Class::Plain, |caller, network| {
        match persona_of(&site, &id) {
            Some(persona) => reply::ok(entities::account(&world, &site, persona, network, false)),
            None => reply::not_found(caller.kind),
        }
    })
}

/// `GET /api/v1/statuses/{id}`
pub(super) async fn status(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    for_caller(&world, &site, &headers, "read:statuses", Class::Plain, |caller, network| {
        match visible(network, &site, caller, &id) {
            Some(status) => reply::ok(entities::status(&world, &site, network, status)),
            None => reply::not_found(caller.kind),
        }
    })
}

/// `GET /api/v1/statuses/{id}/source`
pub(super) async fn source(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    for_caller(&world, &site, &headers, "read:statuses", Class::Plain, |caller, network| {
        let own = visible(network, &site, caller, &id).filter(|s| s.account == caller.account);
        match own.filter(|_| caller.kind != Kind::Deviant) {
            Some(s) => reply::ok(json!({ "id": s.id, "text": s.text, "spoiler_text": s.spoiler })),
            None => reply::not_found(caller.kind),
        }
    })
}

/// `GET /api/v1/statuses/{id}/context`
pub(super) async fn context(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    for_caller(&world, &site, &headers, "read:statuses", Class::Plain, |caller, network| {
        let Some(status) = visible(network, &site, caller, &id) else { return reply::not_found(caller.kind) };
        let mut ancestors = Vec::new();
        let mut at = status;
        while let Some(parent) = at.parent.as_deref().and_then(|p| visible(network, &site, caller, p)) {
            ancestors.insert(0, entities::status(&world, &site, network, parent));
            at = parent;
        }
        let mut thread = vec![status.id.clone()];
        let mut descendants = Vec::new();
        for below in network.statuses.iter().filter(|s| s.host == site.host) {
            if below.parent.as_ref().is_some_and(|p| thread.contains(p))
                && below.is_visible_to(Some(&caller.account))
            {
                thread.push(below.id.clone());
                descendants.push(entities::status(&world, &site, network, below));
            }
        }
        reply::ok(json!({ "ancestors": ancestors, "descendants": descendants }))
    })
}

/// `DELETE /api/v1/statuses/{id}`
pub(super) async fn delete(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let caller = match guard::enter(&world, &site, &headers, "write:statuses", Class::Delete) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let deleted = world.state(PLATFORM, |network: &mut Network| {
        let at = network
            .statuses
            .iter()
            .position(|s| s.host == site.host && s.id == id && s.account == caller.account)?;
        let mut body = entities::status(&world, &site, network, &network.statuses[at]);
        let status = network.statuses.remove(at);
        body["text"] = status.text.into();
        for below in network.statuses.iter_mut().filter(|s| s.host == site.host) {
            if below.parent.as_deref() == Some(id.as_str()) {
                below.parent = None;
            }
        }
        Some(body)
    });
    let response = match deleted {
        Some(body) => {
            world.ledger().delete(PLATFORM, Some(&site.host), &id);
            reply::ok(body)
        }
        None => reply::not_found(caller.kind),
    };
    caller.answer(response)
}

fn visible<'a>(network: &'a Network, site: &Site, caller: &Caller, id: &str) -> Option<&'a Status> {
    entities::find(network, site, id).filter(|s| s.is_visible_to(Some(&caller.account)))
}

/// `GET /api/v1/accounts/{id}/statuses`
pub(super) async fn statuses(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::form(query.unwrap_or_default().as_bytes());
    let bounds = ["max_id", "since_id", "min_id"].map(|name| params.text(name));
    let class = if bounds.iter().any(Option::is_some) { Class::Paging } else { Class::Plain };
    for_caller(&world, &site, &headers, "read:statuses", class, |caller, network| {
        if persona_of(&site, &id).is_none() {
            return reply::not_found(caller.kind);
        }
        let page = page(network, &site, caller, &id, &params, &bounds);
        let body = page.iter().map(|s| entities::status(&world, &site, network, s)).collect();
        let mut response = reply::ok(Value::Array(body));
        if let (Some(newest), Some(oldest)) = (page.first(), page.last())
            && caller.kind != Kind::Deviant
        {
            let full = page.len() == limit(&params);
            let link = links(&site, &id, &params, newest, full.then_some(oldest));
            if let Ok(value) = link.parse() {
                response.headers_mut().insert(header::LINK, value);
            }
        }
        response
    })
}

/// Newest first; with `min_id` the page right behind it.
fn page<'a>(
    network: &'a Network,
    site: &Site,
    caller: &Caller,
    account: &str,
    params: &Params,
    [max, since, min]: &[Option<String>; 3],
) -> Vec<&'a Status> {
    let limit = limit(params);
    let all: Vec<&Status> = network
        .statuses
        .iter()
        .filter(|s| s.host == site.host && s.account == account && s.is_visible_to(Some(&caller.account)))
        .filter(|s| !params.flag("only_media") || !s.media.is_empty())
        .filter(|s| !params.flag("exclude_replies") || !answers_others(network, site, s))
        .collect();
    // Where a status with this id is or would be: ids of Mastodon grow with time, other software's list is in order.
    let exact = |id: &str| all.iter().position(|s| s.id == id);
    let place = |id: &str| match exact(id) {
        Some(at) => at,
        None if caller.kind == Kind::Deviant => all.len(),
        None => all.partition_point(|s| is_older(s, id)),
    };
    let after = min.as_deref().or(since.as_deref()).map(|id| place(id) + usize::from(exact(id).is_some()));
    let from = after.unwrap_or(0);
    let to = max.as_deref().map_or(all.len(), place).max(from);
    let mut page: Vec<&Status> = if min.is_some() {
        all[from..to].iter().take(limit).copied().collect()
    } else {
        all[from..to].iter().rev().take(limit).rev().copied().collect()
    };
    page.reverse();
    page
}

fn limit(params: &Params) -> usize {
    params.text("limit").and_then(|l| l.parse().ok()).unwrap_or(20_usize).min(40)
}

/// Longer ids are newer.
fn is_older(status: &Status, id: &str) -> bool {
    (status.id.len(), status.id.as_str()) < (id.len(), id)
}

fn answers_others(network: &Network, site: &Site, status: &Status) -> bool {
    let parent = status.parent.as_deref().and_then(|id| entities::find(network, site, id));
    parent.is_some_and(|p| p.account != status.account)
}

fn links(site: &Site, account: &str, params: &Params, newest: &Status, oldest: Option<&Status>) -> String {
    let kept: Vec<(String, String)> = params
        .pairs()
        .into_iter()
        .filter(|(name, _)| !matches!(name.as_str(), "max_id" | "since_id" | "min_id"))
        .collect();
    let to = |name: &str, id: &str| {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&kept)
            .append_pair(name, id)
            .finish();
        site.url(&format!("/api/v1/accounts/{account}/statuses?{query}"))
    };
    let previous = format!("<{}>; rel=\"prev\"", to("min_id", &newest.id));
    match oldest {
        Some(oldest) => format!("<{}>; rel=\"next\", {previous}", to("max_id", &oldest.id)),
        None => previous,
    }
}

/// Everything else below `/api`.
pub(super) async fn nothing(site: Site) -> Response {
    reply::error(Kind::of(&site), StatusCode::NOT_FOUND, "Not Found").into_response()
}
