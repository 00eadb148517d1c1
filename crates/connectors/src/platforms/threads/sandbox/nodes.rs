//! Nodes and edges of the API: finds what a call is for.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde_json::Value;

use super::answer::{Refusal, finish};
use super::grant::{self, Caller};
use super::people::{NodeKind, kind_of};
use super::{VERSION, is_graph, usage};
use super::{containers, finding, insights, places, profile, publish, quota, reading, replies};
use crate::sandbox::graph::Params;
use crate::sandbox::{Site, World};

/// One call.
pub(super) struct Call<'a> {
    pub world: &'a World,
    pub site: &'a Site,
    pub params: &'a Params,
    pub caller: Caller,
    pub node: &'a str,
    /// Empty for the node itself.
    pub edge: &'a str,
}

impl Call<'_> {
    /// Refuses parameters that are not known. The network may ignore them, but here misspelt ones are to be found.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let usual = ["access_token", "fields", "locale"];
        match self.params.names().find(|name| !usual.contains(name) && !known.contains(name)) {
            Some(name) => Err(Refusal::parameter(format!("Param {name} is not known"))),
            None => Ok(()),
        }
    }

    /// Refuses a missing or empty parameter.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        let value = self.params.filled(name);
        value.ok_or_else(|| Refusal::parameter(format!("The parameter {name} is required")))
    }

    /// A yes or no; missing is no.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let flag = self.params.flag(name);
        flag.ok_or_else(|| Refusal::parameter(format!("Param {name} must be a boolean")))
    }

    /// A list; missing is empty.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Refusal> {
        if self.params.get(name).is_none() {
            return Ok(Vec::new());
        }
        let list = self.params.list(name);
        list.ok_or_else(|| Refusal::parameter(format!("Param {name} must be an array")))
    }

    /// A JSON value, given as text or as part of a JSON body.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.params.filled(name) else { return Ok(None) };
        let value = serde_json::from_str(text);
        value.map(Some).map_err(|_| Refusal::parameter(format!("Param {name} must be valid JSON")))
    }
}

/// `/{version}/{node}`
pub(super) async fn node(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node)): Path<(String, String)>,
    method: Method,
    params: Params,
) -> Response {
    let (call, used) = match enter(&world, &site, &version, (&node, ""), &params) {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let answer = match (method.as_str(), kind_of(&node), node.as_str()) {
        ("GET", NodeKind::Me | NodeKind::Account, _) => profile::own(&call),
        ("GET", NodeKind::Container, _) => containers::read(&call),
        ("GET", NodeKind::Post, _) => reading::one(&call),
        ("GET", NodeKind::Place, _) => places::read(&call),
        ("DELETE", NodeKind::Post, _) => publish::delete(&call),
        ("GET", _, "profile_lookup") => profile::lookup(&call),
        ("GET", _, "profile_posts") => profile::posts(&call),
        ("GET", _, "keyword_search") => finding::search(&call),
        ("GET", _, "location_search") => places::search(&call),
        (method, _, node) => Err(Refusal::missing(node, &method.to_ascii_lowercase())),
    };
    usage::with_usage(finish(answer, &world), &used)
}

/// `/{version}/{node}/{edge}`
pub(super) async fn edge(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node, edge)): Path<(String, String, String)>,
    method: Method,
    params: Params,
) -> Response {
    let (call, used) = match enter(&world, &site, &version, (&node, &edge), &params) {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let answer = match method.as_str() {
        "GET" => list(&call),
        "POST" => create(&call).await,
        _ => Err(Refusal::path(&edge)),
    };
    usage::with_usage(finish(answer, &world), &used)
}

fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    match (call.edge, kind_of(call.node)) {
        ("replies", NodeKind::Post) | ("conversation" | "pending_replies", _) => replies::list(call),
        ("threads" | "replies" | "mentions", _) => reading::list(call),
        ("insights", _) => insights::of_post(call),
        ("threads_insights", _) => insights::of_account(call),
        ("threads_publishing_limit", _) => quota::read(call),
        (other, _) => Err(Refusal::path(other)),
    }
}

async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    match call.edge {
        "threads" => containers::create(call).await,
        "threads_publish" => publish::publish(call),
        "repost" => publish::repost(call),
        "manage_reply" => replies::hide(call),
        "manage_pending_reply" => replies::decide(call),
        other => Err(Refusal::path(other)),
    }
}

/// What all calls have in common: host, version, token, limit.
fn enter<'a>(
    world: &'a World,
    site: &'a Site,
    version: &str,
    (node, edge): (&'a str, &'a str),
    params: &'a Params,
) -> Result<(Call<'a>, usage::Used), Box<Response>> {
    if !is_graph(site) {
        return Err(Box::new(StatusCode::NOT_FOUND.into_response()));
    }
    let entered = (|| -> Result<(Call<'a>, usage::Used), Refusal> {
        if version != VERSION {
            return Err(Refusal::path(version));
        }
        let caller = grant::of_token(world, params.token())?;
        let used = usage::count(world, &caller.id())?;
        caller.needs(grant::BASIC)?;
        if params.broken {
            return Err(Refusal::parameter("The body could not be read"));
        }
        Ok((Call { world, site, params, caller, node, edge }, used))
    })();
    entered.map_err(|refusal| Box::new(refusal.answer(world)))
}
