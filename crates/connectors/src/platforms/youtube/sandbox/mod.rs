//! YouTube's side in the sandbox: Google's login, the Data API with its uploads, Analytics, and the
//! pages that viewers see.
//!
//! Written from the fact sheet and the discovery descriptions alone (Data API revision 20261104, Analytics 20240707). It imports
//! nothing of the connector. Where the documentation is silent this side refuses rather than guesses in our favour: parameters,
//! parts and properties that it does not know are errors.
//!
//! A video is public, and stands in the ledger, from the moment at which it is not private: with the last byte of its upload,
//! with the `videos.update` that says so, or at its `publishAt`. Its text there is the description, or the title of a video
//! without one. A file whose processing will fail never becomes public. The network looks at its clock when somebody calls it,
//! so a scheduled video reaches the ledger, dated at its time, with the next call or page after that.
//!
//! Scripted faults answer in the network's words. Requests that can make something public (`commit`) are the last one of an
//! upload that is not private or has a `publishAt`, uploads in one request, `videos.update` with the part `status`, and
//! comments. What `status` means here:
//!
//! | status | operation | answer |
//! |---|---|---|
//! | 400 | `videos.insert.start` | `uploadLimitExceeded` |
//! | 400 | `commentThreads.insert` | `processingFailure` |
//! | 401 | any | `authError` |
//! | 403 | `thumbnails.set` | `forbidden`: no pictures of its own for this channel |
//! | 403 | any | `quotaExceeded` |
//! | 404, 410 | `videos.insert.upload`, `videos.insert.query` | the session is gone |
//! | 409 | `playlistItems.insert` | `videoAlreadyInPlaylist` |
//! | 429 | `thumbnails.set` | `uploadRateLimitExceeded` |
//! | 429 | any | `rateLimitExceeded` |
//! | 5xx | any | `internalError` or `backendError` |

mod analytics;
mod answer;
mod body;
mod categories;
mod channels;
mod comments;
mod counters;
mod door;
mod elsewhere;
mod figures;
mod film;
mod finish;
mod login;
mod meta;
mod pages;
mod params;
mod people;
mod playlist_items;
mod playlists;
mod quota;
mod reports;
mod search;
mod session;
mod shown;
mod start;
mod state;
mod thumbnails;
mod tokens;
mod videos;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use http::request::Parts;

#[cfg(test)]
pub(super) use self::state::{Memory, Verdict};
use crate::sandbox::{Author, Elsewhere, FaultAnswer, Simulator, Site, SiteHost, World, commit, op, op_by};

const PLATFORM: &str = "youtube";

const ACCOUNTS: &str = "accounts.google.com";
const OAUTH: &str = "oauth2.googleapis.com";
const API: &str = "youtube.googleapis.com";
const OLD_API: &str = "www.googleapis.com";
const ANALYTICS: &str = "youtubeanalytics.googleapis.com";
const WWW: &str = "www.youtube.com";

/// YouTube's side.
pub(crate) fn simulator() -> YoutubeNetwork {
    YoutubeNetwork
}

/// YouTube's side.
pub(crate) struct YoutubeNetwork;

impl Simulator for YoutubeNetwork {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn title(&self) -> &'static str {
        "YouTube"
    }

    fn hosts(&self) -> Vec<SiteHost> {
        vec![
            SiteHost::exact(WWW, "Channels and videos").with_page("/"),
            SiteHost::exact(ACCOUNTS, "Google sign-in"),
            SiteHost::exact(OAUTH, "Tokens"),
            SiteHost::exact(API, "Data API v3"),
            SiteHost::exact(OLD_API, "Data API v3 and uploads"),
            SiteHost::exact(ANALYTICS, "Analytics API v2"),
        ]
    }

    fn router(&self, world: Arc<World>) -> Router {
        Router::new()
            .merge(signing_in())
            .merge(uploading())
            .merge(data())
            .merge(website())
            .route("/v2/reports", get(analytics::query).layer(op("reports.query")))
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
        .route("/token", post(tokens::token).layer(op("oauth.token")))
        .route("/revoke", post(tokens::revoke).layer(op("oauth.revoke")))
        .route("/tokeninfo", get(tokens::tokeninfo).layer(op("oauth.tokeninfo")))
}

fn uploading() -> Routes {
    let mut routes = Router::new();
    for start in ["/upload", "/resumable/upload"] {
        let videos = format!("{start}/youtube/v3/videos");
        routes = routes
            .route(&videos, post(start::insert).layer(op_by(insert_op)))
            .route(&videos, put(session::put).layer(op_by(upload_op)))
            .route(&videos, delete(session::cancel).layer(op("videos.insert.cancel")))
            .route(
                &format!("{start}/youtube/v3/thumbnails/set"),
                post(thumbnails::set).layer(op("thumbnails.set")),
            );
    }
    routes
}

fn data() -> Routes {
    let v3 = Router::new()
        .route("/channels", get(channels::list).layer(op("channels.list")))
        .route("/videos", get(videos::list).layer(op("videos.list")))
        .route("/videos", put(videos::update).layer(op_by(update_op)))
        .route("/videos", delete(videos::delete).layer(op("videos.delete")))
        .route("/videos:batchGetStats", get(videos::batch_get_stats).layer(op("videos.batchGetStats")))
        .route("/videoCategories", get(categories::list).layer(op("videoCategories.list")))
        .route("/playlists", get(playlists::list).layer(op("playlists.list")))
        .route("/playlists", post(playlists::insert).layer(op("playlists.insert")))
        .route("/playlists", put(playlists::update).layer(op("playlists.update")))
        .route("/playlists", delete(playlists::delete).layer(op("playlists.delete")))
        .route("/playlistItems", get(playlist_items::list).layer(op("playlistItems.list")))
        .route("/playlistItems", post(playlist_items::insert).layer(op("playlistItems.insert")))
        .route("/playlistItems", delete(playlist_items::delete).layer(op("playlistItems.delete")))
        .route("/commentThreads", get(comments::list).layer(op("commentThreads.list")))
        .route("/commentThreads", post(comments::insert).layer(commit("commentThreads.insert")))
        .route("/comments", delete(comments::delete).layer(op("comments.delete")))
        .route("/search", get(search::list).layer(op("search.list")));
    Router::new().nest("/youtube/v3", v3)
}

fn website() -> Routes {
    Router::new()
        .route("/", get(pages::home))
        .route("/watch", get(pages::watch))
        .route("/playlist", get(pages::playlist))
        .route("/shorts/{id}", get(pages::shorts))
        .route("/channel/{id}", get(pages::channel))
        .route("/feeds/videos.xml", get(pages::atom))
        .route("/xml/feeds/videos.xml", get(pages::atom))
        .route("/{handle}", get(pages::handle))
}

/// The first request of an upload: a session, or everything at once.
fn insert_op(parts: &Parts) -> (&'static str, bool) {
    let query = parts.uri.query().unwrap_or_default();
    if query.contains("uploadType=multipart") || query.contains("uploadType=media") {
        ("videos.insert.simple", true)
    } else {
        ("videos.insert.start", false)
    }
}

/// Bytes, or a question how many are there.
fn upload_op(parts: &Parts) -> (&'static str, bool) {
    if session::is_question(&parts.headers) {
        ("videos.insert.query", false)
    } else {
        ("videos.insert.upload", session::makes_public(parts))
    }
}

/// An update of the status can make a video public.
fn update_op(parts: &Parts) -> (&'static str, bool) {
    let of_status = params::Query::of(&parts.uri).list("part").iter().any(|part| part == "status");
    ("videos.update", of_status)
}

/// Each path belongs to one host or two; elsewhere it is not found.
async fn at_home(site: Site, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let under = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let apis = ["/youtube/v3/", "/upload/youtube/v3/", "/resumable/upload/youtube/v3/"];
    let others = ["/o/oauth2/", "/token", "/revoke", "/v2/"];
    let fits = match site.host.as_str() {
        ACCOUNTS => under(&["/o/oauth2/"]),
        OAUTH => under(&["/token", "/revoke"]),
        API | OLD_API => under(&apis),
        ANALYTICS => under(&["/v2/"]),
        _ => !under(&apis) && !under(&others),
    };
    if fits { next.run(request).await } else { answer::plain(404, "Not Found") }
}
