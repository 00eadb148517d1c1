//! Facebook's side in the sandbox: Pages, their login, the Graph host and its two upload hosts, and the public pages.
//!
//! Written from the fact sheet alone (Meta's Graph API, Pages API, Reels and Stories documentation, copies of 2025-2026). It
//! imports nothing of the connector. Where the documentation is silent this side refuses rather than guesses in our favour:
//! parameters and fields that it does not know are errors.
//!
//! What becomes public by itself, a scheduled post or a video that is still processed, does so with the first call after
//! its time has come; its time is the one that was due.
//!
//! Scripted faults answer in the network's words. What `status` means here:
//! | status | operation | answer |
//! |---|---|---|
//! | 400 | creates | 368/1390008, posting too fast |
//! | 400, 404 | else | 100/33, the object is missing (as a fresh video is for seconds) |
//! | 409 | any | 506, the same as the post before |
//! | 403 | any | code 200, permission missing |
//! | 423 | any | 190/459, checkpoint; 451: 200/1404078, the Page must be authorised to publish |
//! | 458, 459, 460, 463, 464, 467, 492 | any | 401 with code 190 and that subcode |
//! | 501 | any | code 1 subcode 99, with HTTP 500 |
//! | 5xx | any | code 2, transient: with `when: after` the post is there all the same |
//!
//! `slow_processing` on `posts.visible` delays how soon a new post is in the lists.

mod answer;
mod chunked;
mod comments;
mod edit;
mod elsewhere;
mod feed;
mod fields;
mod grant;
mod insights;
mod login;
mod media;
mod nodes;
mod pages;
mod paging;
mod params;
mod people;
mod photos;
mod posts;
mod publish;
mod reading;
mod reels;
mod resumable;
mod route;
mod rupload;
mod state;
mod status;
mod stories;
mod tokens;
mod usage;
mod videos;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{any, get, post};
use http::request::Parts;

#[cfg(test)]
pub(crate) use self::state::State;
use crate::sandbox::{Author, Claim, Elsewhere, FaultAnswer, Simulator, SiteHost, World, op, op_by};

const PLATFORM: &str = "facebook";

const WWW: &str = "www.facebook.com";
const GRAPH: &str = "graph.facebook.com";
const GRAPH_VIDEO: &str = "graph-video.facebook.com";
const RUPLOAD: &str = "rupload.facebook.com";

/// Versions that are alive in November 2026 (Graph API - Changelog, versions).
const VERSIONS: &[&str] = &["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"];

/// Facebook's side.
pub(crate) fn simulator() -> Facebook {
    Facebook
}

/// Facebook's side.
pub(crate) struct Facebook;

impl Simulator for Facebook {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "Facebook"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW, "Facebook login and public Pages").with_page("/"),
            SiteHost::exact(GRAPH, "The Graph API"),
            SiteHost::exact(GRAPH_VIDEO, "The Graph API for large videos"),
            SiteHost::exact(RUPLOAD, "Uploads of reels and stories"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        let tokens = || any(tokens::access_token).layer(op_by(route::token_op)).layer(from_fn(params::read));
        let graph = |handler: axum::routing::MethodRouter<Arc<World>>| {
            handler.layer(op_by(route::graph_op)).layer(from_fn(params::read))
        };
        let dialog = || get(login::dialog).post(login::dialog).layer(from_fn(params::read));
        let debug = get(tokens::debug_token).layer(op("oauth.debug_token")).layer(from_fn(params::read));
        Router::new()
            .route("/dialog/oauth", dialog())
            .route("/{version}/dialog/oauth", dialog())
            .route("/oauth/access_token", tokens())
            .route("/{version}/oauth/access_token", tokens())
            .route("/{version}/debug_token", debug)
            .route("/video-upload/{version}/{video}", post(rupload::receive).layer(op("reels.upload")))
            .route("/{version}/{node}", graph(any(nodes::node)))
            .route("/{version}/{node}/{edge}", graph(any(nodes::edge)))
            .route("/{version}/{node}/{edge}/{name}", graph(any(nodes::named)))
            .route("/", get(feed::network))
            .route("/{handle}", get(feed::handle))
            .route("/{handle}/posts/{post}", get(feed::post))
            .route("/{handle}/videos/{video}/", get(feed::video))
            .route("/reel/{video}/", get(feed::reel))
            .route("/stories/{handle}/{story}/", get(feed::post))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        answer::fault(fault)
    }

    fn presented_token(&self, request: &Parts) -> Option<String> {
        params::token_of(request)
    }

    fn claims(&self, claim: &Claim<'_>) -> bool {
        route::claims(claim)
    }
}
