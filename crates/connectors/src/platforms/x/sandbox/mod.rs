//! X as the fact sheet describes it: `api.x.com` and the pages of `x.com`.
//!
//! Written from the network's documentation, not from the connector. As strict as X is known to be: unknown properties,
//! wrong tokens, used-up windows and repeated texts are refused in X's own words.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::StatusCode;

use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, SiteHost, Trouble, World, commit, op};

mod answer;
mod create;
mod door;
mod elsewhere;
mod lookup;
mod memory;
mod oauth;
mod pages;
mod posts;
mod reading;
mod shown;
mod upload;

#[cfg(test)]
pub(super) use memory::{Families, Memory};

use answer::Problem;

/// Name in the registry.
const PLATFORM: &str = "x";
/// The API's host.
const API: &str = "api.x.com";
/// The host that people see.
const WEB: &str = "x.com";

/// The simulated side of X.
pub(crate) fn simulator() -> impl Simulator {
    XSandbox
}

struct XSandbox;

impl Simulator for XSandbox {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "X"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(API, "API v2"),
            SiteHost::exact(WEB, "Sign-in, profiles and posts").with_page("/home"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/2/oauth2/token", post(oauth::token).layer(op("oauth2.token")))
            .route("/2/oauth2/revoke", post(oauth::revoke).layer(op("oauth2.revoke")))
            .route("/oauth2/token", post(oauth::app_token).layer(op("oauth2.app_token")))
            .route("/2/users/me", get(reading::me).layer(op("users.me")))
            .route("/2/users/{id}/tweets", get(reading::timeline).layer(op("users.tweets")))
            .route("/2/tweets", post(create::create).layer(commit("tweets.create")))
            .route("/2/tweets", get(lookup::lookup).layer(op("tweets.lookup")))
            .route("/2/tweets/{id}", delete(posts::delete).layer(op("tweets.delete")))
            .route("/2/media/upload", get(upload::status).layer(op("media.status")))
            .route("/2/media/upload/initialize", post(upload::initialize).layer(op("media.initialize")))
            .route("/2/media/upload/{id}/append", post(upload::append).layer(op("media.append")))
            .route("/2/media/upload/{id}/finalize", post(upload::finalize).layer(op("media.finalize")))
            .route("/2/media/metadata", post(upload::metadata).layer(op("media.metadata")))
            .route("/i/oauth2/authorize", get(oauth::authorize_get).post(oauth::authorize_post))
            .route("/home", get(pages::home))
            .route("/i/web/status/{id}", get(pages::post_by_id))
            .route("/{handle}", get(pages::profile))
            .route("/{handle}/status/{id}", get(pages::post))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        let signing_in = fault.operation.starts_with("oauth2.");
        match fault.trouble {
            Trouble::TokenExpired | Trouble::TokenRevoked if signing_in => oauth::spent().into(),
            Trouble::TokenExpired | Trouble::TokenRevoked => Problem::unauthorized().into(),
            Trouble::RateLimited { reset_at } => door::limited(fault.world, fault.operation, reset_at),
            Trouble::Status(StatusCode::TOO_MANY_REQUESTS) => {
                let soon = fault.world.now() + std::time::Duration::from_secs(60);
                door::limited(fault.world, fault.operation, soon)
            }
            Trouble::Status(status) => Problem::plain(status).into(),
        }
    }
}
