//! Instagram's side in the sandbox: both Graph hosts, both logins, the upload host and the public pages.
//!
//! Written from the fact sheet alone (Meta's Instagram Platform and Graph API documentation, copies of 2025-2026). It imports
//! nothing of the connector. Where the documentation is silent this side refuses rather than guesses in our favour:
//! parameters and fields that it does not know are errors.
//!
//! Scripted faults answer in the network's words. What `status` means here:
//! | status | operation | answer |
//! |---|---|---|
//! | 400 | `media.publish` | 4/2207051, "action is blocked": with `when: after` the post is live all the same |
//! | 400 | `containers.create` | 9004/2207052, the media could not be fetched |
//! | 400 | reads | 100/33, the object is missing |
//! | 409 | any | 9007/2207027, the container is not ready |
//! | 458, 459, 460, 463, 464, 467, 492 | any | 401 with code 190 and that subcode |
//! | 403 | any | code 10, permission missing |
//! | 5xx | any | code 2, temporarily unavailable |

mod answer;
mod asked;
mod comments;
mod containers;
mod elsewhere;
mod feed;
mod fields;
mod files;
mod grant;
mod insights;
mod login;
mod nodes;
mod pages;
mod params;
mod people;
mod publishing;
mod state;
mod tokens;
mod upload;
mod usage;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{any, get, post};
use http::Method;
use http::request::Parts;

use self::people::NodeKind;
#[cfg(test)]
pub(crate) use self::state::State;
use crate::sandbox::{Author, Claim, Elsewhere, FaultAnswer, Simulator, Site, SiteHost, World, op, op_by};

const PLATFORM: &str = "instagram";

const GRAPH_INSTAGRAM: &str = "graph.instagram.com";
const API_INSTAGRAM: &str = "api.instagram.com";
const WWW_INSTAGRAM: &str = "www.instagram.com";
const GRAPH_FACEBOOK: &str = "graph.facebook.com";
const WWW_FACEBOOK: &str = "www.facebook.com";
const RUPLOAD: &str = "rupload.facebook.com";

/// Versions that are alive in November 2026 (Graph API - Changelog, versions).
const VERSIONS: &[&str] = &["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"];

/// Instagram's side.
pub(crate) fn simulator() -> Instagram {
    Instagram
}

/// Instagram's side.
pub(crate) struct Instagram;

impl Simulator for Instagram {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "Instagram"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW_INSTAGRAM, "Instagram login and public pages").with_page("/"),
            SiteHost::exact(GRAPH_INSTAGRAM, "API for the Instagram login"),
            SiteHost::exact(API_INSTAGRAM, "Tokens of the Instagram login"),
            SiteHost::exact(WWW_FACEBOOK, "Facebook login"),
            SiteHost::exact(GRAPH_FACEBOOK, "API for the Facebook login"),
            SiteHost::exact(RUPLOAD, "Resumable uploads"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/oauth/authorize", get(login::page).post(login::decide))
            .route("/{version}/dialog/oauth", get(login::page).post(login::decide))
            .route("/oauth/access_token", post(tokens::short_token).layer(op("oauth.code")))
            .route("/access_token", get(tokens::long_token).layer(op("oauth.exchange")))
            .route("/refresh_access_token", get(tokens::refresh).layer(op("oauth.refresh")))
            .route(
                "/{version}/oauth/access_token",
                any(tokens::facebook_token).layer(op_by(facebook_token_op)),
            )
            .route("/{version}/debug_token", get(tokens::debug_token).layer(op("oauth.debug_token")))
            .route(
                "/ig-api-upload/{version}/{container}",
                post(upload::receive).layer(op("containers.upload")),
            )
            .route("/{version}/{node}", any(nodes::node).layer(op_by(graph_op)))
            .route("/{version}/{node}/{edge}", any(nodes::edge).layer(op_by(graph_op)))
            .route("/", get(feed::network))
            .route("/{handle}", get(feed::account))
            .route("/p/{shortcode}", get(feed::post))
            .route("/p/{shortcode}/", get(feed::post))
            .route("/reel/{shortcode}/", get(feed::post))
            .route("/stories/{handle}/{id}/", get(feed::story))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        answer::fault(fault)
    }

    /// Of the hosts of Facebook, which are not only ours: what was issued here, logins that ask for Instagram's permissions,
    /// and our uploads.
    fn claims(&self, claim: &Claim<'_>) -> bool {
        let path = claim.request.uri.path();
        let asks = |name: &str, value: &str| name == "scope" && value.contains("instagram_");
        claim.shows_something_of(PLATFORM)
            || (path.ends_with("/dialog/oauth") && claim.params.iter().any(|(name, value)| asks(name, value)))
            || path.starts_with("/ig-api-upload/")
    }
}

fn facebook_token_op(parts: &Parts) -> (&'static str, bool) {
    let exchange = parts.uri.query().is_some_and(|q| q.contains("grant_type=fb_exchange_token"));
    (if exchange { "oauth.exchange" } else { "oauth.code" }, false)
}

/// Names the operation of a call on a node or edge.
fn graph_op(parts: &Parts) -> (&'static str, bool) {
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').skip(1).collect();
    match (&parts.method, path.as_slice()) {
        (&Method::DELETE, ["me", "permissions"]) => ("oauth.revoke", false),
        (&Method::GET, ["me", "accounts"] | [_, "owned_pages" | "client_pages"]) => ("pages.list", false),
        (&Method::GET, ["me", "businesses"]) => ("businesses.list", false),
        (&Method::GET, [_, "media"]) => ("media.list", false),
        (&Method::GET, [_, "stories"]) => ("stories.list", false),
        (&Method::GET, [_, "comments"]) => ("comments.list", false),
        (&Method::GET, [_, "insights"]) => ("insights.read", false),
        (&Method::GET, [_, "content_publishing_limit"]) => ("quota.read", false),
        (&Method::POST, [_, "media"]) => ("containers.create", false),
        (&Method::POST, [_, "media_publish"]) => ("media.publish", true),
        (&Method::POST, [_, "comments"]) => ("comments.create", true),
        (&Method::DELETE, [_]) => ("media.delete", false),
        (&Method::GET, [node]) => match people::kind_of(node) {
            NodeKind::Container => ("containers.read", false),
            NodeKind::Media => ("media.read", false),
            NodeKind::Comment => ("comments.read", false),
            _ => ("profile.read", false),
        },
        _ => ("other", false),
    }
}

/// Whether this is one of the two Graph hosts.
fn is_graph(site: &Site) -> bool {
    matches!(site.host.as_str(), GRAPH_INSTAGRAM | GRAPH_FACEBOOK)
}

/// What an id is the id of, for tests that check requests.
#[cfg(test)]
pub(crate) fn kind_of_id(id: &str) -> &'static str {
    match people::kind_of(id) {
        NodeKind::Account => "account",
        NodeKind::Container => "container",
        NodeKind::Media => "media",
        NodeKind::Comment => "comment",
        NodeKind::Other => "other",
    }
}
