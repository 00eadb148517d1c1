//! The simulated network of many servers: any name below `mastodon.localhost` is one.
//!
//! An independent reading of docs.joinmastodon.org (2 July 2026) and of what a snac2 2.75 was seen to do. `social` is a usual
//! server; `roomy` has other limits; `vintage` is older than 4.0; `odd` is other software with the same API. Two more are no
//! servers at all, for people who mistype: `blog` is a web site, `elsewhere` sends everybody to `social`.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, delete, get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, Site, SiteHost, Trouble, World, commit, op};
use reply::Limit;
use servers::Kind;

mod apps;
mod edit;
mod elsewhere;
mod entities;
mod guard;
mod length;
mod media;
mod oauth;
mod pages;
mod params;
mod people;
mod reading;
mod reply;
mod servers;
mod state;
mod statuses;

const PLATFORM: &str = "mastodon";
const TITLE: &str = "Mastodon";
const COLOR: &str = "#6364ff";
const UPLOAD: &str = "media.upload";

/// The simulated network.
#[derive(Debug)]
pub struct Servers;

/// The simulated network.
pub fn simulator() -> Servers {
    Servers
}

impl Simulator for Servers {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn hosts(&self) -> Vec<SiteHost> {
        const READY: &[&str] = &["social", "roomy", "vintage", "odd"];
        const ABOUT: &str = "servers: social (usual), roomy (5000 characters, 8 files), vintage (before 4.0), odd (other software)";
        vec![SiteHost::family("*.mastodon.localhost", READY, ABOUT).with_page("/")]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .route("/api/v1/apps", post(apps::create_app).layer(op("apps.create")))
            .route("/api/v1/apps/verify_credentials", get(apps::verify_app).layer(op("apps.verify")))
            .route("/.well-known/oauth-authorization-server", get(apps::metadata).layer(op("oauth.metadata")))
            .route("/oauth/authorize", get(oauth::authorize_get).post(oauth::authorize_post))
            .route("/oauth/token", post(oauth::token).layer(op("oauth.token")))
            .route("/oauth/revoke", post(oauth::revoke).layer(op("oauth.revoke")))
            .route("/api/v2/instance", get(reading::instance_v2).layer(op("instance.get")))
            .route("/api/v1/instance", get(reading::instance_v1).layer(op("instance.get")))
            .route("/api/v1/accounts/verify_credentials", get(reading::verify).layer(op("accounts.verify")))
            .route("/api/v1/accounts/search", get(people::search).layer(op("accounts.search")))
            .route("/api/v1/accounts/{id}", get(reading::account).layer(op("accounts.get")))
            .route("/api/v1/accounts/{id}/statuses", get(reading::statuses).layer(op("accounts.statuses")))
            .route("/api/v2/media", post(media::upload_v2).layer(op(UPLOAD)))
            .route("/api/v1/media", post(media::upload_v1).layer(op(UPLOAD)))
            .route("/api/v1/media/{id}", get(media::get).layer(op("media.get")))
            .route("/api/v1/statuses", post(statuses::create).layer(commit("statuses.create")))
            .route("/api/v1/statuses/{id}", get(reading::status).layer(op("statuses.get")))
            .route("/api/v1/statuses/{id}", put(edit::edit).layer(op("statuses.edit")))
            .route("/api/v1/statuses/{id}", delete(reading::delete).layer(op("statuses.delete")))
            .route("/api/v1/statuses/{id}/source", get(reading::source).layer(op("statuses.source")))
            .route("/api/v1/statuses/{id}/context", get(reading::context).layer(op("statuses.context")))
            .route("/api/{*rest}", any(reading::nothing))
            .route("/", get(pages::timeline))
            .route("/@{name}", get(pages::profile))
            .route("/@{name}/{id}", get(pages::single))
            .layer(from_fn(mistyped))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        let kind = Kind::of(fault.site);
        match fault.trouble {
            Trouble::Status(status) => reply::error(kind, status, words(status)),
            Trouble::RateLimited { reset_at } if kind == Kind::Deviant => {
                (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds_until(fault, reset_at))])
                    .into_response()
            }
            Trouble::RateLimited { reset_at } => {
                reply::too_many(kind, Limit { limit: 300, remaining: 0, reset: reset_at })
            }
            Trouble::TokenExpired => {
                guard::refuse(kind, StatusCode::UNAUTHORIZED, "The access token expired")
            }
            Trouble::TokenRevoked => {
                guard::refuse(kind, StatusCode::UNAUTHORIZED, "The access token was revoked")
            }
        }
    }
}

fn seconds_until(fault: &FaultAnswer<'_>, at: carillon_domain::time::Timestamp) -> String {
    at.duration_since(fault.world.now()).as_secs().max(0).to_string()
}

fn words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "The access token is invalid",
        403 => "Your login is currently disabled",
        404 => "Record not found",
        422 => "Validation failed: File content type is invalid, File is invalid",
        500 => "Error processing thumbnail for uploaded media",
        503 => "There was a temporary problem serving your request, please try again",
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

/// Addresses that are no servers, and servers that send callers elsewhere.
async fn mistyped(site: Site, request: Request, next: Next) -> Response {
    match site.host.split('.').next().unwrap_or_default() {
        "blog" => Html("<!doctype html><title>A blog</title><h1>Bread, slowly</h1>").into_response(),
        "elsewhere" => {
            let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
            let target = site.url_on("social.mastodon.localhost", path);
            (StatusCode::MOVED_PERMANENTLY, [("location", target)], Json(json!({}))).into_response()
        }
        _ => next.run(request).await,
    }
}
