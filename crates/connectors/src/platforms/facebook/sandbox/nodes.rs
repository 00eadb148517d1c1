//! Nodes and edges of the Graph: finds what a call is for.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::answer::{Refusal, success};
use super::grant::{Caller, Kind, Right, caller};
use super::params::Params;
use super::people::{NodeKind, Page, kind_of};
use super::{GRAPH, GRAPH_VIDEO};
use super::{
    chunked, comments, edit, insights, pages, photos, posts, publish, reading, reels, resumable, status,
    stories, tokens, usage, videos,
};
use crate::sandbox::{Site, World};

/// One call on the Graph.
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
    /// The Page that the node names, if the token is its own and allows this.
    pub(super) fn own_page(&self, right: Right, method: &str) -> Result<Page, Refusal> {
        let page = self.caller.page(right)?;
        if self.node == "me" || page.id() == self.node {
            return Ok(page);
        }
        Err(Refusal::missing(self.node, &method.to_ascii_lowercase()))
    }
}

/// The Page that the node names; `me` with a Page token is that Page.
pub(super) fn page_node(call: &Call<'_>) -> String {
    if call.node == "me" && call.caller.kind == Kind::Page {
        return call.caller.token.account.clone().unwrap_or_default();
    }
    call.node.to_owned()
}

/// `/{version}/{node}`
pub(super) async fn node(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    params: Params,
    body: Body,
) -> Response {
    if kind_of(&node) == NodeKind::Upload {
        return resumable::transfer(&world, &site, &node, &method, &headers, &params, body).await;
    }
    let (call, used) = match enter(&world, &site, &version, (&node, ""), &params) {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let call = &call;
    let answer = match (method.as_str(), kind_of(call.node)) {
        ("GET", NodeKind::Me | NodeKind::User) => pages::user(call),
        ("GET", NodeKind::Page) => pages::page(call),
        ("GET", NodeKind::Post) => reading::post(call),
        ("GET", NodeKind::Photo) => photos::read(call),
        ("GET", NodeKind::Video) => status::read(call),
        ("GET", NodeKind::Comment) => comments::read(call),
        ("POST", NodeKind::Post) => edit::post(call),
        ("POST", NodeKind::Video) => edit::video(call),
        ("POST", NodeKind::Comment) => comments::update(call),
        ("DELETE", NodeKind::Post) => edit::delete_post(call),
        ("DELETE", NodeKind::Photo) => edit::delete_photo(call),
        ("DELETE", NodeKind::Video) => edit::delete_video(call),
        ("DELETE", NodeKind::Comment) => comments::delete(call),
        (method, _) => Err(Refusal::missing(call.node, &method.to_ascii_lowercase())),
    };
    leave(call, answer, &used)
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
        "DELETE" if edge == "permissions" => pages::revoke(&call, None),
        "DELETE" if edge == "subscribed_apps" => pages::subscribed(&call, "DELETE"),
        "DELETE" if edge == "likes" => comments::like(&call, false),
        _ => Err(Refusal::path(&edge)),
    };
    leave(&call, answer, &used)
}

fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    match call.edge {
        "accounts" => pages::accounts(call),
        "businesses" => pages::businesses(call),
        "owned_pages" | "client_pages" => pages::of_business(call),
        "permissions" => pages::permissions(call),
        "published_posts" | "posts" | "feed" | "scheduled_posts" | "visitor_posts" | "tagged" => {
            reading::posts(call)
        }
        "photos" => photos::list(call),
        "videos" | "video_reels" => status::list(call),
        "stories" => stories::list(call),
        "comments" => comments::list(call),
        "attachments" => reading::attachments(call),
        "insights" | "video_insights" => insights::read(call),
        "subscribed_apps" => pages::subscribed(call, "GET"),
        other => Err(Refusal::path(other)),
    }
}

async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    match call.edge {
        "feed" => posts::create(call),
        "photos" => photos::create(call).await,
        "videos" if call.params.get("upload_phase").is_some() => chunked::phase(call).await,
        "videos" => videos::create(call).await,
        "video_reels" | "video_stories" => reels::phase(call),
        "photo_stories" => stories::photo(call),
        "thumbnails" => videos::thumbnail(call),
        "comments" => comments::create(call).await,
        "likes" => comments::like(call, true),
        "uploads" => resumable::start(call),
        "subscribed_apps" => pages::subscribed(call, "POST"),
        other => Err(Refusal::path(other)),
    }
}

/// `/{version}/{user}/permissions/{name}`, and single metrics.
pub(super) async fn named(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((version, node, edge, name)): Path<(String, String, String, String)>,
    method: Method,
    params: Params,
) -> Response {
    let (call, used) = match enter(&world, &site, &version, (&node, &edge), &params) {
        Ok(entered) => entered,
        Err(response) => return *response,
    };
    let answer = match (method.as_str(), call.edge) {
        ("DELETE", "permissions") => pages::revoke(&call, Some(&name)),
        ("GET", "insights" | "video_insights") => insights::one(&call, &name),
        _ => Err(Refusal::path(&format!("{edge}/{name}"))),
    };
    leave(&call, answer, &used)
}

/// What all calls have in common: host, version, token, proof, limit, and what has become due until now.
fn enter<'a>(
    world: &'a World,
    site: &'a Site,
    version: &str,
    (node, edge): (&'a str, &'a str),
    params: &'a Params,
) -> Result<(Call<'a>, usage::Used), Box<Response>> {
    if site.host != GRAPH && !(site.host == GRAPH_VIDEO && edge == "videos") {
        return Err(Box::new(StatusCode::NOT_FOUND.into_response()));
    }
    publish::settle(world);
    let entered = (|| {
        tokens::alive(version)?;
        let caller = caller(world, params)?;
        let used = usage::count(world, &caller)?;
        if params.broken {
            return Err(Refusal::parameter("The body could not be read"));
        }
        Ok((Call { world, site, params, caller, node, edge }, used))
    })();
    entered.map_err(|refusal: Refusal| Box::new(refused(site, world, &refusal)))
}

fn leave(call: &Call<'_>, answer: Result<Value, Refusal>, used: &usage::Used) -> Response {
    let response = match answer {
        Ok(body) => success(body, call.world),
        Err(refusal) => refused(call.site, call.world, &refusal),
    };
    usage::with_usage(response, used)
}

fn refused(site: &Site, world: &World, refusal: &Refusal) -> Response {
    usage::with_limit(refusal.at(site, world), refusal)
}
