//! LinkedIn's side in the sandbox: sign-in, the versioned API, its upload host and the public pages.
//!
//! Written from the fact sheet alone (LinkedIn Marketing API pages at learn.microsoft.com, versions to 202609; Consumer pages on
//! authorization and refresh tokens). It imports nothing of the connector. Where the documentation is silent this side refuses
//! rather than guesses in our favour.
//!
//! Scripted faults answer in the network's words. What `status` means here:
//! | status | operation | answer |
//! |---|---|---|
//! | 400 | `posts.create` | MEDIA_ASSET_WAITING_UPLOAD |
//! | 400 | uploads | EXPIRED_UPLOAD_URL |
//! | 401 | any | 65600, the token is invalid |
//! | 403 | any | ACCESS_DENIED |
//! | 404 | `comments.create` | "Unable to obtain activity": the comment came too early |
//! | 409 | any | CONFLICT |
//! | 502, 503, 504 | any | a page of the gateway, no JSON; with `when: after` the post is live all the same |

mod analytics;
mod answer;
mod asset;
mod assets;
mod check;
mod comments;
mod content;
mod create;
mod dispatch;
mod door;
mod elsewhere;
mod feed;
mod files;
mod identity;
mod login;
mod memory;
mod numbers;
mod organizations;
mod people;
mod posts;
mod products;
mod restli;
mod routes;
mod shown;
mod social;
mod statistics;
mod text;
mod tokens;
mod upload;
mod videos;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{any, get, post, put};

#[cfg(test)]
pub(crate) use self::memory::Memory;
use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, SiteHost, World, op, op_by};

const PLATFORM: &str = "linkedin";
/// The API's host.
const API: &str = "api.linkedin.com";
/// The host that people see; tokens and uploads are there, too.
const WWW: &str = "www.linkedin.com";
/// The network's colour.
const COLOR: &str = "#0a66c2";

/// LinkedIn's side.
pub(crate) fn simulator() -> impl Simulator {
    LinkedInSandbox
}

struct LinkedInSandbox;

impl Simulator for LinkedInSandbox {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "LinkedIn"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW, "Sign-in, tokens, uploads and public pages").with_page("/feed/"),
            SiteHost::exact(API, "Versioned API"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/oauth/v2/authorization", get(login::page).post(login::decide))
            .route("/oauth/v2/accessToken", post(tokens::exchange).layer(op("oauth.token")))
            .route("/oauth/v2/introspectToken", post(tokens::introspect).layer(op("oauth.introspect")))
            .route(
                "/dms-uploads/{ticket}/{what}/{part}",
                put(upload::receive).layer(op_by(upload::operation)),
            )
            .route("/v2/userinfo", get(identity::userinfo).layer(op("userinfo")))
            .route("/v2/me", get(identity::me).layer(op("me")))
            .route("/rest/{*path}", any(dispatch::rest).layer(op_by(routes::operation)))
            .route("/feed/", get(feed::network))
            .route("/feed/update/{urn}", get(feed::post))
            .route("/feed/update/{urn}/", get(feed::post))
            .route("/in/{name}", get(feed::member))
            .route("/in/{name}/", get(feed::member))
            .route("/company/{name}", get(feed::organization))
            .route("/company/{name}/", get(feed::organization))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        answer::fault(fault)
    }
}
