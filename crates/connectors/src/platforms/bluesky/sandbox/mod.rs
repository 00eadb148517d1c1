//! The simulated AT Protocol: the entryway bsky.social, a server behind it, any number of servers that people run
//! themselves, the index (AppView), the directory of accounts and the web page.
//!
//! Written from the network's documentation and from what the reference server was seen to answer; it shares no code with
//! the connector.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use http::StatusCode;

use crate::sandbox::{
    Author, Elsewhere, FaultAnswer, Login, Persona, Simulator, Site, SiteHost, Trouble, World, commit, op,
};

mod accounts;
mod appview;
mod blob;
mod budget;
mod cid;
mod directory;
mod elsewhere;
mod lexicon;
mod people;
mod reply;
mod repo;
mod session;
mod state;
mod web;

/// Name in the registry.
const PLATFORM: &str = "bluesky";
/// The network's colour.
const COLOR: &str = "#1185fe";

/// The simulator.
pub fn simulator() -> impl Simulator {
    Bluesky
}

struct Bluesky;

impl Simulator for Bluesky {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "Bluesky"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(accounts::ENTRYWAY, "where most people sign in"),
            SiteHost::exact(accounts::HOSTED, "the server behind bsky.social"),
            SiteHost::family(accounts::SELF_HOSTED, accounts::READY, "servers that people run themselves"),
            SiteHost::exact("public.api.bsky.app", "the index of the network"),
            SiteHost::exact("api.bsky.app", "the index of the network"),
            SiteHost::exact("plc.directory", "the directory of accounts"),
            SiteHost::exact(accounts::WEB, "posts, profiles and app passwords").with_page("/"),
            SiteHost::family("*.bsky.social", &[], "the hosts that handles name"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        accounts::move_in(&world, accounts::HOSTED);
        for label in accounts::READY {
            accounts::move_in(&world, &accounts::SELF_HOSTED.replace('*', label));
        }
        xrpc(world.clone()).merge(web::router()).merge(directory::router()).with_state(world)
    }

    fn login(&self, world: &World, persona: &'static Persona) -> Option<Login> {
        accounts::move_in(world, accounts::HOSTED);
        if Persona::in_crowd(persona.key).is_some() {
            accounts::crowd_in(world);
        }
        let account = accounts::Account { persona, host: accounts::HOSTED.to_owned() };
        Some(Login { server: None, identifier: account.handle(), app_password: account.app_password() })
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        match fault.trouble {
            Trouble::RateLimited { reset_at } => budget::refusal(fault.world.now(), reset_at, 5000, 3600),
            Trouble::TokenExpired => reply::expired_token(),
            Trouble::TokenRevoked => reply::invalid_token("Token could not be verified"),
            // A proxy in front of the server speaks for it while it is away.
            Trouble::Status(status) if (502..=504).contains(&status.as_u16()) => {
                let reason = status.canonical_reason().unwrap_or("Error");
                let page = format!(
                    "<html><head><title>{status}</title></head><body><center><h1>{} {reason}</h1></center></body></html>",
                    status.as_u16()
                );
                (status, Html(page)).into_response()
            }
            Trouble::Status(status) if status.is_server_error() => reply::internal(status),
            Trouble::Status(status) => reply::error(status, "InvalidRequest", "Refused by the fault script"),
        }
    }
}

fn xrpc(world: Arc<World>) -> Router<Arc<World>> {
    let get_op = |name| move |route: axum::routing::MethodRouter<Arc<World>>| route.layer(op(name));
    Router::new()
        .route(
            "/xrpc/com.atproto.server.describeServer",
            get_op("describeServer")(get(session::describe_server)),
        )
        .route("/xrpc/com.atproto.server.createSession", get_op("createSession")(post(session::create)))
        .route("/xrpc/com.atproto.server.refreshSession", get_op("refreshSession")(post(session::refresh)))
        .route("/xrpc/com.atproto.server.deleteSession", get_op("deleteSession")(post(session::delete)))
        .route("/xrpc/com.atproto.server.getSession", get_op("getSession")(get(session::show)))
        .route(
            "/xrpc/com.atproto.server.createAppPassword",
            get_op("createAppPassword")(post(session::add_password)),
        )
        .route(
            "/xrpc/com.atproto.server.revokeAppPassword",
            get_op("revokeAppPassword")(post(session::end_password)),
        )
        .route(
            "/xrpc/com.atproto.server.deactivateAccount",
            get_op("deactivateAccount")(post(session::deactivate)),
        )
        .route(
            "/xrpc/com.atproto.identity.resolveHandle",
            get_op("resolveHandle")(get(directory::resolve_handle)),
        )
        .route("/xrpc/com.atproto.repo.uploadBlob", get_op("uploadBlob")(post(blob::upload)))
        .route("/xrpc/com.atproto.repo.putRecord", post(repo::put).layer(commit("putRecord")))
        .route("/xrpc/com.atproto.repo.createRecord", post(repo::create).layer(commit("createRecord")))
        .route("/xrpc/com.atproto.repo.deleteRecord", get_op("deleteRecord")(post(repo::delete)))
        .route("/xrpc/com.atproto.repo.getRecord", get_op("getRecord")(get(repo::get_record)))
        .route("/xrpc/com.atproto.repo.listRecords", get_op("listRecords")(get(repo::list)))
        .route("/xrpc/com.atproto.repo.describeRepo", get_op("describeRepo")(get(repo::describe)))
        .route("/xrpc/app.bsky.actor.getProfile", get_op("getProfile")(get(appview::profile)))
        .route(
            "/xrpc/app.bsky.actor.searchActorsTypeahead",
            get_op("searchActorsTypeahead")(get(people::typeahead)),
        )
        .route("/xrpc/app.bsky.feed.getAuthorFeed", get_op("getAuthorFeed")(get(appview::author_feed)))
        .route("/xrpc/app.bsky.feed.getPosts", get_op("getPosts")(get(appview::posts)))
        .route("/xrpc/{nsid}", any(unknown_method))
        .method_not_allowed_fallback(wrong_verb)
        .layer(from_fn_with_state(world, arrive))
}

/// What happens to every request: a server of its own comes to life when it is first called, and the address's budget
/// is charged.
async fn arrive(
    axum::extract::State(world): axum::extract::State<Arc<World>>,
    site: Site,
    request: Request,
    next: Next,
) -> Response {
    if accounts::is_self_hosted(&site.host) {
        accounts::move_in(&world, &site.host);
    }
    if !accounts::is_server(&site.host) && !accounts::is_index(&site.host) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let key = format!("address {}", site.host);
    match budget::charge(&world, &[budget::Bucket { key, limit: 3000, window_s: 300, points: 1 }]) {
        Ok(headers) => budget::attach(next.run(request).await, headers),
        Err(refusal) => refusal,
    }
}

async fn unknown_method(headers: http::HeaderMap) -> Response {
    if headers.contains_key(http::header::AUTHORIZATION) {
        reply::error(StatusCode::NOT_IMPLEMENTED, "MethodNotImplemented", "Method Not Implemented")
    } else {
        reply::auth_missing()
    }
}

async fn wrong_verb(method: http::Method) -> Response {
    reply::invalid(&format!("Incorrect HTTP method ({method})"))
}
