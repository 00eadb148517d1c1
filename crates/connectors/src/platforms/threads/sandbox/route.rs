//! Which operation a request is.

use http::Method;
use http::request::Parts;

use super::people::{NodeKind, kind_of};
use crate::sandbox::graph::Params;

/// Names a call for tokens.
pub(super) fn token_op(parts: &Parts) -> (&'static str, bool) {
    (if parts.method == Method::GET { "oauth.app_token" } else { "oauth.code" }, false)
}

/// Names a call on a node or edge, and says whether it makes something public.
pub(super) fn graph_op(parts: &Parts) -> (&'static str, bool) {
    let none = Params::default();
    let params = parts.extensions.get::<Params>().unwrap_or(&none);
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').skip(1).collect();
    match (parts.method.as_str(), path.as_slice()) {
        ("GET", [node]) => (read_of(node), false),
        ("DELETE", [_]) => ("threads.delete", false),
        ("GET", [_, edge]) => (list_of(edge), false),
        ("POST", [_, "threads"]) if params.asks("auto_publish_text") => ("threads.create", true),
        ("POST", [_, "threads"]) => ("containers.create", false),
        ("POST", [_, "threads_publish"]) => ("threads.publish", true),
        ("POST", [_, "repost"]) => ("threads.repost", true),
        ("POST", [_, "manage_reply"]) => ("replies.hide", false),
        ("POST", [_, "manage_pending_reply"]) => ("replies.approve", params.asks("approve")),
        _ => ("other", false),
    }
}

fn read_of(node: &str) -> &'static str {
    match (kind_of(node), node) {
        (NodeKind::Me | NodeKind::Account, _) => "profile.read",
        (NodeKind::Container, _) => "containers.read",
        (NodeKind::Post, _) => "threads.read",
        (NodeKind::Place, _) => "places.read",
        (NodeKind::Other, "profile_lookup") => "profile.lookup",
        (NodeKind::Other, "profile_posts") => "profile.posts",
        (NodeKind::Other, "keyword_search") => "threads.search",
        (NodeKind::Other, "location_search") => "places.search",
        _ => "other",
    }
}

fn list_of(edge: &str) -> &'static str {
    match edge {
        "threads" => "threads.list",
        "replies" => "replies.list",
        "conversation" => "conversation.list",
        "pending_replies" => "replies.pending",
        "mentions" => "mentions.list",
        "insights" => "insights.post",
        "threads_insights" => "insights.account",
        "threads_publishing_limit" => "quota.read",
        _ => "other",
    }
}
