//! The web interface: server-rendered pages which work without JavaScript for what they are for; htmx makes them quicker.

pub mod errors;
mod preferences;
pub mod ui;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::post;

use crate::http::{App, Failure};
use crate::urls;
pub use preferences::{Preferences, Theme};
pub use ui::Ui;

/// All pages.
pub fn routes() -> Router<App> {
    Router::new().route(urls::THEME, post(preferences::set_theme))
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
    if let Ok(value) = HeaderValue::from_str(&urls::sign_in()) {
        response.headers_mut().insert(HeaderName::from_static("hx-redirect"), value);
    }
    response
}
