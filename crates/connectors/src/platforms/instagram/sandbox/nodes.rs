//! Nodes and edges of both Graph hosts.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::{Refusal, success};
use super::fields::{pick, requested};
use super::grant::{Caller, Kind, Right, caller};
use super::params::Params;
use super::people::{self, NodeKind, kind_of};
use super::{comments, containers, insights, is_graph, pages, publishing, state, tokens, usage};
pub(super) use crate::sandbox::graph::written;
use crate::sandbox::{Persona, Site, World};

/// One call on the Graph.
pub(super) struct Call<'a> {
    pub world: &'a World,
    pub site: &'a Site,
    pub params: &'a Params,
    pub caller: Caller,
    pub node: &'a str,
}

/// `/{version}/{node}`
pub(super) async fn node(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node)): Path<(String, String)>,
    method: Method,
    params: Params,
) -> Response {
    if !is_graph(&site) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let answer = (|| {
        tokens::alive(&version)?;
        let (caller, used) = enter(&world, &site, &params)?;
        let call = Call { world: &world, site: &site, params: &params, caller, node: &node };
        let body = match (method.as_str(), kind_of(&node)) {
            ("GET", NodeKind::Container) => containers::read(&call),
            ("GET", NodeKind::Media) => publishing::read(&call),
            ("GET", NodeKind::Comment) => comments::read(&call),
            ("DELETE", NodeKind::Media) => publishing::delete(&call),
            ("DELETE", NodeKind::Comment) => comments::delete(&call),
            ("GET", _) => profile(&call),
            (method, _) => Err(Refusal::missing(&node, &method.to_ascii_lowercase())),
        };
        body.map(|body| (body, used))
    })();
    finish(answer, &world, &site, &node)
}

/// The caller, counted.
fn enter(world: &World, site: &Site, params: &Params) -> Result<(Caller, u64), Refusal> {
    let caller = caller(world, site, params)?;
    let used = usage::count(world, &caller)?;
    Ok((caller, used))
}

/// `/{version}/{node}/{edge}`
pub(super) async fn edge(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node, edge)): Path<(String, String, String)>,
    method: Method,
    params: Params,
) -> Response {
    if !is_graph(&site) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let entered = tokens::alive(&version).and_then(|()| enter(&world, &site, &params));
    let answer = match entered {
        Err(refusal) => Err(refusal),
        Ok((caller, used)) => {
            let call = Call { world: &world, site: &site, params: &params, caller, node: &node };
            let body = match (method.as_str(), edge.as_str()) {
                ("POST", "media") => containers::create(&call).await,
                ("POST", "media_publish") => publishing::publish(&call),
                ("POST", "comments") => comments::create(&call),
                ("GET", "media") => publishing::list(&call),
                ("GET", "stories") => publishing::stories(&call),
                ("GET", "comments") => comments::list(&call),
                ("GET", "insights") if kind_of(&node) == NodeKind::Media => insights::of_media(&call),
                ("GET", "insights") => insights::of_account(&call),
                ("GET", "content_publishing_limit") => publishing::quota(&call),
                ("GET", "accounts" | "businesses" | "owned_pages" | "client_pages") => {
                    pages::list(&call, &edge)
                }
                ("DELETE", "permissions") => pages::deauthorise(&call),
                _ => Err(Refusal::new(2500, 0, format!("Unknown path components: /{edge}"))),
            };
            body.map(|body| (body, used))
        }
    };
    finish(answer, &world, &site, &node)
}

fn finish(answer: Result<(Value, u64), Refusal>, world: &World, site: &Site, account: &str) -> Response {
    match answer {
        Ok((body, used)) => success(body, world, site, Some((account, used))),
        Err(refusal) => refusal.at(site, world),
    }
}

/// The account's own fields; they differ between the two hosts.
fn profile(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.caller.facebook() && call.node == "me" {
        let persona = call.caller.persona;
        let id =
            if call.caller.kind == Kind::Page { people::page_id(persona) } else { people::user_id(persona) };
        return pick("User", &requested(call.params)?, &[("id", json!(id)), ("name", json!(persona.name))]);
    }
    call.caller.needs(Right::Basic)?;
    let owner = call.caller.account(call.node, "get")?;
    let mut all = common_fields(call, owner);
    if call.caller.facebook() {
        all.push(("id", json!(people::account_id(owner))));
        all.push(("ig_id", json!(owner.number("instagram", "ig_id") % 10_000_000_000)));
        return pick("IGUser", &requested(call.params)?, &all);
    }
    all.push(("id", json!(people::scoped_id(owner))));
    all.push(("user_id", json!(people::account_id(owner))));
    all.push(("account_type", json!(people::account_type(owner))));
    pick("User", &requested(call.params)?, &all)
}

fn common_fields(call: &Call<'_>, owner: &'static Persona) -> Vec<(&'static str, Value)> {
    let account = people::account_id(owner);
    let posts = state::read(call.world, |s| {
        s.media.iter().filter(|m| m.account == account && !m.deleted && m.product != "STORY").count()
    });
    vec![
        ("username", json!(owner.key)),
        ("name", json!(owner.name)),
        ("biography", json!(owner.bio)),
        ("website", json!(format!("https://{}.example.com/", owner.key))),
        ("profile_picture_url", json!(call.site.avatar_url(owner.key))),
        ("followers_count", json!(owner.followers_at("instagram", call.world.now()))),
        ("follows_count", json!(owner.following("instagram"))),
        ("media_count", json!(posts)),
    ]
}

/// One page of a list. Entries that are gone keep their place, so pages can be short or empty although there is a next one.
pub(super) fn page_of(
    call: &Call<'_>,
    edge: &str,
    entries: Vec<(String, Option<Value>)>,
    max: usize,
) -> Result<Value, Refusal> {
    let limit = match call.params.get("limit") {
        None => 25,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| Refusal::parameter("Param limit must be a positive number"))?,
    };
    let limit = limit.min(max);
    let start = match call.params.get("after") {
        None => 0,
        Some(cursor) => {
            let at = entries.iter().position(|(id, _)| encode(id) == cursor);
            at.ok_or_else(|| Refusal::parameter("Invalid cursor"))? + 1
        }
    };
    let end = (start + limit).min(entries.len());
    let window = entries.get(start..end).unwrap_or_default();
    let data: Vec<&Value> = window.iter().filter_map(|(_, value)| value.as_ref()).collect();
    let mut body = json!({ "data": data });
    if let (Some((first, _)), Some((last, _))) = (window.first(), window.last()) {
        body["paging"] = json!({ "cursors": { "before": encode(first), "after": encode(last) } });
        if end < entries.len() {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("access_token", call.params.token().unwrap_or_default())
                .append_pair("fields", call.params.text("fields"))
                .append_pair("limit", &limit.to_string())
                .append_pair("after", &encode(last))
                .finish();
            body["paging"]["next"] = json!(call.site.url(&format!("/v26.0/{}/{edge}?{query}", call.node)));
        }
    }
    Ok(body)
}

fn encode(id: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id)
}
