//! Which operation a request is, and whether a request to a shared host is for this side at all.

use http::Method;
use http::request::Parts;

use super::login::SCOPES;
use super::params::Params;
use super::people::{NodeKind, kind_of};
use super::{GRAPH_VIDEO, PLATFORM, WWW};
use crate::sandbox::Claim;

/// Names a call for tokens.
pub(super) fn token_op(parts: &Parts) -> (&'static str, bool) {
    let grant = parts.extensions.get::<Params>().map_or("", |p| p.text("grant_type"));
    let name = match grant {
        "fb_exchange_token" => "oauth.exchange",
        "client_credentials" => "oauth.app_token",
        _ => "oauth.code",
    };
    (name, false)
}

/// Names a call on a node or edge, and says whether it makes something public, now or at a time that it sets.
pub(super) fn graph_op(parts: &Parts) -> (&'static str, bool) {
    let none = Params::default();
    let params = parts.extensions.get::<Params>().unwrap_or(&none);
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').skip(1).collect();
    let get = parts.method == Method::GET;
    match path.as_slice() {
        [node] if get => (read_of(node), false),
        [node] if parts.method == Method::DELETE => (delete_of(node), false),
        [node] => update_of(node, params),
        [_, "permissions", ..] if parts.method == Method::DELETE => ("oauth.revoke", false),
        [_, "permissions"] => ("oauth.permissions", false),
        ["me", "accounts"] | [_, "owned_pages" | "client_pages"] => ("pages.list", false),
        ["me", "businesses"] => ("businesses.list", false),
        [_, edge] if get => (list_of(edge), false),
        [_, edge] => create_of(edge, params),
        _ => ("other", false),
    }
}

fn read_of(node: &str) -> &'static str {
    match kind_of(node) {
        NodeKind::Post | NodeKind::Story => "posts.read",
        NodeKind::Photo => "photos.read",
        NodeKind::Video => "videos.read",
        NodeKind::Comment => "comments.read",
        NodeKind::Upload => "uploads.read",
        _ => "profile.read",
    }
}

fn delete_of(node: &str) -> &'static str {
    match kind_of(node) {
        NodeKind::Comment => "comments.delete",
        NodeKind::Photo => "photos.delete",
        NodeKind::Video => "videos.delete",
        _ => "posts.delete",
    }
}

fn update_of(node: &str, params: &Params) -> (&'static str, bool) {
    match kind_of(node) {
        NodeKind::Upload => ("uploads.transfer", false),
        NodeKind::Comment => ("comments.update", false),
        NodeKind::Video => ("videos.update", false),
        _ => ("posts.update", params.get("is_published") == Some("true")),
    }
}

fn list_of(edge: &str) -> &'static str {
    match edge {
        "published_posts" | "posts" | "feed" => "posts.list",
        "scheduled_posts" => "posts.scheduled",
        "photos" => "photos.list",
        "videos" => "videos.list",
        "video_reels" => "reels.list",
        "stories" => "stories.list",
        "comments" => "comments.list",
        "insights" | "video_insights" => "insights.read",
        "subscribed_apps" => "subscriptions.read",
        _ => "other",
    }
}

fn create_of(edge: &str, params: &Params) -> (&'static str, bool) {
    let public = !params.is_false("published") || params.get("scheduled_publish_time").is_some();
    let phase = params.text("upload_phase");
    match (edge, phase) {
        ("feed", _) => ("posts.create", public),
        ("photos", _) => ("photos.create", public),
        ("videos", "") => ("videos.create", public),
        ("videos", "start") => ("videos.start", false),
        ("videos", "finish") => ("videos.finish", public),
        ("videos", _) => ("videos.transfer", false),
        ("video_reels", "finish") => ("reels.finish", params.text("video_state") != "DRAFT"),
        ("video_reels", _) => ("reels.start", false),
        ("video_stories", "finish") => ("stories.finish", true),
        ("video_stories", _) => ("stories.start", false),
        ("photo_stories", _) => ("stories.create", true),
        ("comments", _) => ("comments.create", true),
        ("uploads", _) => ("uploads.start", false),
        ("subscribed_apps", _) => ("subscriptions.change", false),
        _ => ("other", false),
    }
}

/// Ours is what shows something that was issued here, the whole of the video host, uploads of ours, and of the site all that is not
/// a login for permissions that we don't know.
pub(super) fn claims(claim: &Claim<'_>) -> bool {
    let path = claim.request.uri.path();
    if claim.shows_something_of(PLATFORM) || claim.host == GRAPH_VIDEO {
        return true;
    }
    if path.ends_with("/dialog/oauth") {
        let asked = claim.params.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value);
        let mut scopes = asked.flat_map(|s| s.split([',', ' '])).filter(|s| !s.is_empty());
        return scopes.all(|s| SCOPES.iter().any(|(known, _)| *known == s));
    }
    claim.host == WWW || path.starts_with("/video-upload/")
}
