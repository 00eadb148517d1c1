//! TikTok's side in the sandbox: sign-in, tokens, the Display and Content Posting APIs, the upload hosts, and the pages that
//! viewers see.
//!
//! Written from the fact sheet alone (TikTok for Developers, pages as of November 2026). It imports nothing of the connector.
//! Where the documentation is silent this side refuses rather than guesses in our favour: fields that it does not know,
//! JSON without a charset and paths without their last slash are errors.
//!
//! A direct post stands in the ledger from the moment at which nothing but time is missing: with the last byte of its upload,
//! or with the init that names addresses to pull from. It is dated at the end of its processing. A file that will fail its
//! checks never stands there, nor does what only its creator can see (`SELF_ONLY`), nor a draft in somebody's inbox. A pull
//! that is cancelled in time is marked as deleted. The text of a post is its description, or its title where it has none.
//!
//! Requests that make a post (`commit`) are the `PUT` that completes a direct post's file, `video.init` of a direct post with
//! `PULL_FROM_URL`, and `content.init` with `DIRECT_POST`. Slow work is `publish.process` (until a task is complete),
//! `publish.moderate` (until a public post has an id that is told) and `inbox.post` (until a person posts a draft; nobody does while no
//! fault says when).
//!
//! Two things are laxer than TikTok, so that the demo can live on one machine: loopback addresses may be redirect addresses
//! and pulled from over plain http, and they count as verified. `carillon.example` with all names below it is verified, too.
//!
//! Scripted faults answer in the network's words. What `status` means here:
//!
//! | status | operation | answer |
//! |---|---|---|
//! | any | `upload` | the bare status; a token's end is 403 there, a rate limit 503 |
//! | 400, 401, 403 | `oauth.token`, `oauth.revoke` | `invalid_grant`, `invalid_client`, `access_denied` |
//! | 400 | `video.init`, `content.init` | `invalid_file_upload` |
//! | 400 | `inbox.init` | `app_version_check_failed` |
//! | 400, 404 | `status`, `cancel` | `invalid_publish_id` |
//! | 400 | other | `invalid_params`, or `invalid_param` where posts are made |
//! | 401 | any | `access_token_invalid` |
//! | 403 | `creator_info`, `video.init`, `content.init` | `spam_risk_too_many_posts` |
//! | 403 | `inbox.init` | `spam_risk_too_many_pending_share` |
//! | 403 | other | `scope_not_authorized` |
//! | 429 | any | `rate_limit_exceeded`, without a word about when |
//! | 502, 504 | any | a page of the gateway, no JSON |
//! | other 5xx | any | `internal_error`; `server_error` of the token endpoints |

mod answer;
mod body;
mod cancel;
mod caps;
mod creator;
mod door;
mod elsewhere;
mod feed;
mod files;
mod finish;
mod glance;
mod init;
mod login;
mod memory;
mod movie;
mod numbers;
mod people;
mod post_info;
mod pull;
mod source;
mod status;
mod tokens;
mod upload;
mod users;
mod videos;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post, put};
use http::StatusCode;

#[cfg(test)]
pub(super) use self::memory::Memory;
use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, Site, SiteHost, World, op, op_by};

const PLATFORM: &str = "tiktok";
/// The host that people see; it also asks for consent.
const WWW: &str = "www.tiktok.com";
/// The API's host.
const API: &str = "open.tiktokapis.com";
/// Hosts that take bytes. Uploads take turns, so that nobody gets away with building their addresses.
const UPLOADS: [&str; 2] = ["open-upload.tiktokapis.com", "upload.us.tiktokapis.com"];
/// The network's colour.
const COLOR: &str = "#fe2c55";

/// TikTok's side.
pub(crate) fn simulator() -> TiktokNetwork {
    TiktokNetwork
}

/// TikTok's side.
pub(crate) struct TiktokNetwork;

impl Simulator for TiktokNetwork {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "TikTok"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW, "Sign-in, profiles and posts").with_page("/"),
            SiteHost::exact(API, "Display and Content Posting APIs, tokens"),
            SiteHost::exact(UPLOADS[0], "Uploads"),
            SiteHost::exact(UPLOADS[1], "Uploads"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .merge(signing_in())
            .merge(reading())
            .merge(publishing())
            .merge(website())
            .route("/video/", put(upload::put).layer(op_by(upload::operation)))
            .fallback(|| async { answer::plain(StatusCode::NOT_FOUND, "404 page not found") })
            .layer(from_fn(glance::look))
            .layer(from_fn(at_home))
            .with_state(world)
    }

    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        elsewhere::post(world, author, what)
    }

    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response {
        answer::fault(fault)
    }
}

type Routes = Router<Arc<World>>;

fn signing_in() -> Routes {
    Router::new()
        .route(login::PATH, get(login::page).post(login::decide))
        .route("/v2/oauth/token/", post(tokens::token).layer(op("oauth.token")))
        .route("/v2/oauth/revoke/", post(tokens::revoke).layer(op("oauth.revoke")))
}

fn reading() -> Routes {
    Router::new()
        .route("/v2/user/info/", get(users::info).layer(op("user.info")))
        .route("/v2/video/list/", post(videos::list).layer(op("video.list")))
        .route("/v2/video/query/", post(videos::query).layer(op("video.query")))
}

fn publishing() -> Routes {
    Router::new()
        .route("/v2/post/publish/creator_info/query/", post(creator::query).layer(op("creator_info")))
        .route("/v2/post/publish/video/init/", post(init::video).layer(op_by(glance::video_init)))
        .route("/v2/post/publish/inbox/video/init/", post(init::inbox).layer(op("inbox.init")))
        .route("/v2/post/publish/content/init/", post(init::content).layer(op_by(glance::content_init)))
        .route("/v2/post/publish/status/fetch/", post(status::fetch).layer(op("status")))
        .route("/v2/post/publish/cancel/", post(cancel::cancel).layer(op("cancel")))
}

fn website() -> Routes {
    Router::new()
        .route("/", get(feed::home))
        .route("/dashboard/webhooks", get(webhooks::due).post(webhooks::answered))
        .route("/{handle}", get(feed::profile))
        .route("/{handle}/video/{id}", get(feed::post))
        .route("/{handle}/photo/{id}", get(feed::post))
        .route("/embed/v3/{id}", get(feed::embed))
}

/// Each path belongs to one kind of host; elsewhere it is not found.
async fn at_home(site: Site, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let fits = match site.host.as_str() {
        API => path.starts_with("/v2/") && !path.starts_with("/v2/auth/"),
        WWW => path != "/video/" && (!path.starts_with("/v2/") || path.starts_with("/v2/auth/")),
        _ => path == "/video/",
    };
    if fits { next.run(request).await } else { answer::plain(StatusCode::NOT_FOUND, "404 page not found") }
}
