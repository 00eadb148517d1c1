//! The web interface: server-rendered pages which work without JavaScript for what they are for; htmx makes them quicker.

pub(crate) mod account;
mod calendar;
mod chart;
pub mod components;
mod connections;
mod curve;
mod definitions;
mod device;
mod downloads;
pub mod errors;
mod find;
pub mod frame;
mod home;
mod insights;
pub mod library;
mod live;
mod media;
mod notices;
mod overview;
pub(crate) mod posts;
mod preferences;
pub mod said;
mod settings;
mod setup;
mod sign_in;
pub mod signed_in;
mod standing;
pub mod time;
mod trash;
pub mod ui;
pub mod webhooks;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::http::{App, Failure};
use crate::urls;
pub use preferences::{Preferences, ReaderLanguage, Theme};
pub use ui::Ui;

/// All pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route(urls::HOME, get(home::start))
        .route(urls::THEME, post(preferences::set_theme))
        .route(urls::SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route(urls::SIGN_IN_LINK, get(sign_in::by_link))
        .route(urls::SIGN_OUT, post(sign_in::sign_out))
        .route(urls::SETUP, get(setup::show).post(setup::submit))
        .route(urls::PROFILE, get(settings::profile::show).post(settings::profile::submit))
        .route(urls::PASSWORD, post(settings::profile::change_password))
        .route(urls::SINGLE_KEYS, post(settings::profile::want_single_keys))
        .route(urls::MAIL, post(settings::profile::want_mail))
        .route(urls::SESSIONS, get(settings::sessions::show))
        .route(urls::REVOKE_SESSION, post(settings::sessions::revoke))
        .route(urls::REVOKE_OTHER_SESSIONS, post(settings::sessions::revoke_others))
        .route(urls::WORKSPACE, get(home::workspace))
        .route(urls::WORKSPACE_SETTINGS, get(settings::workspace::show).post(settings::workspace::submit))
        .route(urls::REMOVE_LOGO, post(settings::logo::remove))
        .route(urls::REPORT_SCHEDULES, get(settings::reports::show).post(settings::reports::submit))
        .route(urls::REMOVE_REPORT_SCHEDULE, post(settings::reports::remove))
        .route(urls::SENT_REPORT, get(settings::reports::file))
        .route(urls::MEMBERS, get(settings::members::show))
        .route(urls::FEED_SETTINGS, get(settings::feed::show).post(settings::feed::submit))
        .route(urls::REVOKE_FEED, post(settings::feed::revoke))
        .route(urls::FEED, get(settings::feed::calendar))
        .route(urls::TEXTS, get(settings::texts::show).post(settings::texts::submit))
        .route(urls::NOTICE_WISHES, get(settings::notices::show).post(settings::notices::submit))
        .route(urls::TOKENS, get(settings::tokens::show).post(settings::tokens::submit))
        .route(urls::REVOKE_TOKEN, post(settings::tokens::revoke))
        .route(urls::MEDIA_FILE, get(media::file))
        .route(urls::LIBRARY_PICK, get(library::pick))
        .route(urls::LIBRARY_TAG, post(library::tag))
        .route(
            urls::LIBRARY_PUBLISH,
            get(posts::compose::publish::show).post(posts::compose::publish::submit),
        )
        .route(urls::LIBRARY_PUBLISH_CHECK, post(posts::compose::publish::check))
        .route(urls::POST_PROGRESS, get(posts::progress::show))
        .route(urls::LIBRARY_FILE, get(library::one))
        .route(urls::LIBRARY_TILE, get(library::tile))
        .route(urls::LIBRARY_ALT, post(library::describe))
        .route(urls::LIBRARY_EDIT, post(library::edit))
        .route(urls::LIBRARY_FRAME, post(library::frame))
        .route(urls::LIBRARY_FIT, post(library::fit))
        .route(urls::LIBRARY_DELETE, post(library::delete))
        .route(urls::OVERVIEW, get(overview::show))
        .route(urls::CLOSE_GUIDE, post(overview::guide::close))
        .route(urls::EXPORT, get(downloads::table))
        .route(urls::REPORT, get(downloads::report))
        .route(urls::DEFINITIONS, get(definitions::show))
        .route(urls::NETWORKS, get(standing::show))
        .route(urls::NOTICES, get(notices::show))
        .route(urls::BELL, get(notices::bell))
        .route(urls::READ_NOTICE, post(notices::read))
        .route(urls::READ_NOTICES, post(notices::read_all))
        .route(urls::SEARCH, get(find::page::show))
        .route(urls::PALETTE, get(find::palette::show))
        .route(urls::CALENDAR, get(calendar::show))
        .route(urls::MOVE_POST, post(calendar::move_post))
        .route(urls::NOTES, get(calendar::notes::show).post(calendar::notes::submit))
        .route(urls::NOTE, get(calendar::notes::one).post(calendar::notes::change))
        .route(urls::REMOVE_NOTE, post(calendar::notes::remove))
        .route(urls::REMOVE_HOLIDAYS, post(calendar::holidays::remove))
        .route(urls::POSTS, get(posts::list::show))
        .route(urls::PUBLISH_OVERDUE, post(posts::overdue::publish))
        .route(urls::IMPORT_EXAMPLE, get(posts::import::example))
        .route(urls::POST_IMPORT, get(posts::import::one::show).post(posts::import::one::submit))
        .route(urls::DISCARD_IMPORT, post(posts::import::one::discard))
        .route(urls::EXPORT_POSTS, get(posts::export::file))
        .route(urls::POST, get(posts::one::show))
        .route(urls::CANCEL_POST, post(posts::one::cancel))
        .route(urls::CANCEL_SERIES, post(posts::series::cancel))
        .route(urls::RESUME_SERIES, post(posts::series::resume))
        .route(urls::DELETE_POST, post(posts::delete::submit))
        .route(urls::TRASH, get(trash::show))
        .route(urls::TRASH_POST, post(trash::posts::throw_away))
        .route(urls::RESTORE_POST, post(trash::posts::restore))
        .route(urls::ERASE_POST, post(trash::posts::erase))
        .route(urls::PLAN_AGAIN, post(trash::posts::plan_again))
        .route(urls::RESTORE_FILE, post(trash::files::restore))
        .route(urls::ERASE_FILE, post(trash::files::erase))
        .route(urls::RETRY_PUBLICATION, post(posts::one::retry))
        .route(urls::PUBLISH_PUBLICATION, post(posts::one::publish))
        .route(urls::RESOLVE_PUBLICATION, post(posts::one::resolve))
        .route(urls::EDIT_PUBLICATION, post(posts::edit::submit))
        .route(urls::COMPOSE, get(posts::compose::show).post(posts::compose::submit))
        .route(urls::COMPOSE_CHECK, post(posts::compose::check))
        .route(urls::COMPOSE_SLOTS, get(posts::compose::slots))
        .route(urls::COMPOSE_HASHTAGS, get(posts::compose::hashtags))
        .route(urls::COMPOSE_EMOJI, get(posts::compose::emoji))
        .route(urls::COMPOSE_MENTIONS, get(posts::compose::mentions))
        .route(urls::COMPOSE_CARD, get(posts::compose::link_card::card))
        .route(urls::COMPOSE_CARD_PICTURE, get(posts::compose::link_card::picture))
        .route(urls::COMPOSE_KEEP, post(posts::compose::unsaved::keep))
        .route(urls::COMPOSE_LET_GO, post(posts::compose::unsaved::let_go))
        .route(urls::CONNECTIONS, get(connections::show))
        .route(urls::CONNECT, post(connections::begin))
        .route(urls::ACCOUNT, get(account::one::show))
        .route(urls::ACCOUNT_BEST, get(account::best::few))
        .route(urls::ACCOUNT_QUEUE, get(account::queue::show).post(account::queue::add))
        .route(urls::ACCOUNT_QUEUE_MOVE, post(account::queue::shift))
        .route(urls::ACCOUNT_SLOT_REMOVE, post(account::queue::remove))
        .route(urls::ACCOUNT_SLOTS_COPY, post(account::queue::copy))
        .route(urls::FOUND_POST, get(curve::found::show))
        .route(urls::ACCOUNT_INSIGHTS, get(insights::account))
        .route(urls::PUBLICATION_INSIGHTS, get(insights::publication))
        .route(urls::SYNC, post(account::one::sync_now))
        .route(urls::DISCONNECT, post(connections::disconnect))
        .route(urls::CHOOSE, get(connections::choose).post(connections::chosen))
        .route(urls::OAUTH_CALLBACK, get(connections::callback))
        .route(urls::DELETION, get(webhooks::deletion))
        .layer(middleware::map_response(never_stored))
}

/// Pages that take files, which may be large and slow.
pub fn upload_routes() -> Router<App> {
    Router::new()
        .route(urls::LIBRARY, get(library::show).post(library::upload))
        .route(urls::LIBRARY_FETCH, post(library::fetch).layer(library::limit()))
        .route(
            urls::LOGO,
            get(settings::logo::show).post(settings::logo::submit).layer(settings::logo::limit()),
        )
        .route(urls::HOLIDAYS, post(calendar::holidays::submit).layer(settings::logo::limit()))
        .route(
            urls::IMPORT_POSTS,
            get(posts::import::show).post(posts::import::submit).layer(settings::logo::limit()),
        )
        .layer(middleware::map_response(never_stored))
}

/// Files that networks fetch, by signed addresses.
pub fn public_media_routes() -> Router<App> {
    Router::new().route(urls::MEDIA_PUBLIC, get(media::public))
}

/// Pages whose answer goes on until the page is closed, so no time limit may cut them.
pub fn endless_routes() -> Router<App> {
    Router::new().route(urls::EVENTS, get(live::stream))
}

/// Pages show what belongs to one person; no cache keeps them, also not the browser's after signing out.
async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A rendered page or part of one.
///
/// # Errors
/// A template that can't be rendered is a defect.
pub fn html(template: &impl askama::Template) -> Result<Html<String>, Failure> {
    template.render().map(Html).map_err(Failure::internal)
}

/// Leads to the sign-in form, and back to `path` afterwards.
pub fn to_sign_in(path: Option<&str>, htmx: bool) -> Response {
    let target = urls::sign_in_and_return(path);
    if !htmx {
        return Redirect::to(&target).into_response();
    }
    // htmx would follow a redirect and put the sign-in page into the middle of the open one.
    let mut response = StatusCode::OK.into_response();
    if let Ok(value) = HeaderValue::from_str(&target) {
        response.headers_mut().insert(HeaderName::from_static("hx-redirect"), value);
    }
    response
}
