//! Threads' side in the sandbox: the login, the API under both of its names, and the public pages.
//!
//! Written from the fact sheet alone (Meta's Threads API documentation, copies of September 2025 to August 2026, and Meta's own
//! sample collection of January 2026). It imports nothing of the connector. Where the documentation is silent this side refuses
//! rather than guesses in our favour: parameters and fields that it does not know are errors.
//!
//! `graph.threads.net` and `graph.threads.com` are the same API. Links in answers lead to the site of the same ending. In the answer to
//! a code the `user_id` is a number at the first and text at the second, since both were seen.
//!
//! A container is FINISHED after seconds (text, pictures) or tens of seconds (videos), and can be published two seconds after
//! that; a post can be replied to two seconds after it became public.
//!
//! Scripted faults answer in the network's words. What `status` means here:
//! | status | operation | answer |
//! |---|---|---|
//! | 400 | `threads.publish`, `threads.create`, `threads.repost` | 4/2207051, "action is blocked": with `when: after` the post is live all the same |
//! | 400 | `containers.create` | 1/2207052, the media could not be fetched |
//! | 400, 404 | else | 100/33, the object is missing |
//! | 409 | any | 24/4279009, published too early, or the container is lost |
//! | 403 | any | code 10, permission missing |
//! | 451 | any | 10/4279013, the user is restricted |
//! | 420, 429 | any | 613/1996; code 17 |
//! | 458, 459, 460, 463, 464, 467 | any | 401 with code 190 and that subcode |
//! | 501, 502 | any | code 1; code -1; both with HTTP 500 |
//! | 5xx | any | code 2, transient: with `when: after` the post is there all the same |
//!
//! `slow_processing` on `containers.create` prolongs the processing, on `threads.visible` it delays how soon a new post is in the
//! lists and can be replied to.

mod answer;
mod asked;
mod attachments;
mod containers;
mod elsewhere;
mod feed;
mod fields;
mod files;
mod finding;
mod grant;
mod insights;
mod login;
mod nodes;
mod paging;
mod people;
mod places;
mod profile;
mod publish;
mod quota;
mod reading;
mod replies;
mod route;
mod show;
mod state;
mod text;
mod tokens;
mod usage;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get};
use http::request::Parts;

#[cfg(test)]
pub(crate) use self::state::State;
use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, Site, SiteHost, World, graph, op, op_by};

const PLATFORM: &str = "threads";
const NETWORK: &str = "Threads";
const COLOR: &str = "#000000";

const GRAPH_NET: &str = "graph.threads.net";
const GRAPH_COM: &str = "graph.threads.com";
const WWW_NET: &str = "www.threads.net";
const WWW_COM: &str = "www.threads.com";
const BARE_NET: &str = "threads.net";
const BARE_COM: &str = "threads.com";

/// The only version.
const VERSION: &str = "v1.0";

/// Threads' side.
pub(crate) fn simulator() -> Threads {
    Threads
}

/// Threads' side.
pub(crate) struct Threads;

impl Simulator for Threads {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        NETWORK
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW_COM, "Threads login and public pages").with_page("/"),
            SiteHost::exact(BARE_COM, "The same without www"),
            SiteHost::exact(WWW_NET, "The same under its older name"),
            SiteHost::exact(BARE_NET, "The same without www"),
            SiteHost::exact(GRAPH_NET, "The Threads API"),
            SiteHost::exact(GRAPH_COM, "The Threads API under its newer name"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        let read = |handler: MethodRouter<Arc<World>>| handler.layer(from_fn(graph::read_params));
        let api = |handler: MethodRouter<Arc<World>>| read(handler.layer(op_by(route::graph_op)));
        let code = || read(any(tokens::access_token).layer(op_by(route::token_op)));
        let exchange = || read(get(tokens::long_token).layer(op("oauth.exchange")));
        let refresh = || read(get(tokens::refresh).layer(op("oauth.refresh")));
        Router::new()
            .route("/oauth/authorize", read(get(login::authorize).post(login::authorize)))
            .route("/oauth/access_token", code())
            .route("/access_token", exchange())
            .route("/refresh_access_token", refresh())
            .route("/{version}/oauth/access_token", code())
            .route("/{version}/access_token", exchange())
            .route("/{version}/refresh_access_token", refresh())
            .route("/{version}/debug_token", read(get(tokens::debug_token).layer(op("oauth.debug_token"))))
            .route("/{version}/oembed", read(get(finding::oembed).layer(op("oembed.read"))))
            .route("/{version}/{node}", api(any(nodes::node)))
            .route("/{version}/{node}/", api(any(nodes::node)))
            .route("/{version}/{node}/{edge}", api(any(nodes::edge)))
            .route("/", get(feed::network))
            .route("/dashboard/webhooks", get(webhooks::dashboard))
            .route("/{handle}", get(feed::account))
            .route("/{handle}/post/{shortcode}", get(feed::post))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        answer::fault(fault)
    }

    fn presented_token(&self, request: &Parts) -> Option<String> {
        let shown = request.extensions.get::<graph::Params>().and_then(graph::Params::token);
        shown.map(str::to_owned).or_else(|| graph::bearer(request))
    }
}

/// Whether this is the API, under either name.
fn is_graph(site: &Site) -> bool {
    matches!(site.host.as_str(), GRAPH_NET | GRAPH_COM)
}

/// Whether this is the site, under any of its names.
fn is_site(site: &Site) -> bool {
    matches!(site.host.as_str(), WWW_NET | WWW_COM | BARE_NET | BARE_COM)
}

/// The site that belongs to a host: with the same ending.
fn site_of(site: &Site) -> &'static str {
    if site.host.ends_with(".com") { WWW_COM } else { WWW_NET }
}
