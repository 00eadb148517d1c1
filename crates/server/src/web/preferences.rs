//! What is known about a reader: language, and the light or dark look.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::WorkspaceId;
use serde::Deserialize;

use crate::http::extract::Form;
use crate::http::{App, cookies};
use crate::i18n::Tr;
use crate::urls;

const WORKSPACE_COOKIE: &str = "carillon_workspace";
const THEME_COOKIE: &str = "carillon_theme";
const A_YEAR_S: u64 = 365 * 24 * 3600;

/// The look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The name used in the cookie and in `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What the server can say of the look before any script ran.
    pub const fn rendered(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Auto | Self::Light => "light",
        }
    }
}

/// What is known of the reader without knowing who it is.
#[derive(Clone, Copy)]
pub struct Preferences {
    /// Texts in the reader's language.
    pub t: Tr,
    /// The look.
    pub theme: Theme,
}

impl Preferences {
    /// Reads cookies and headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let theme = match cookies::get(headers, THEME_COOKIE) {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::Auto,
        };
        Self { t: texts(None, headers), theme }
    }
}

/// Texts in the language that the reader chose, else in one that the browser asks for.
pub fn texts(chosen: Option<&str>, headers: &HeaderMap) -> Tr {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    Tr::negotiate(chosen, accept)
}

/// The language of whoever sent a request, once a session said who it is. It travels with the request, so that a failure is told in
/// the same language as the page would have been.
#[derive(Clone, Default)]
pub struct ReaderLanguage(Arc<OnceLock<Tr>>);

impl ReaderLanguage {
    /// Notes it for the request that these extensions belong to.
    pub fn note(extensions: &Extensions, t: Tr) {
        if let Some(language) = extensions.get::<Self>() {
            // Who sent a request does not change while it is answered.
            language.0.get_or_init(|| t);
        }
    }

    /// What was noted.
    pub fn get(&self) -> Option<Tr> {
        self.0.get().copied()
    }
}

/// The workspace that was open last.
pub fn last_workspace(headers: &HeaderMap) -> Option<WorkspaceId> {
    cookies::get(headers, WORKSPACE_COOKIE)?.parse().ok()
}

/// A `Set-Cookie` value that makes it the workspace to start with.
pub fn remember_workspace(app: &App, workspace: WorkspaceId) -> Option<HeaderValue> {
    let rules = cookies::Rules { max_age_s: A_YEAR_S, http_only: true, secure: app.settings.is_https() };
    cookies::set(WORKSPACE_COOKIE, &workspace.to_string(), rules)
}

/// The form of the look.
#[derive(Debug, Deserialize)]
pub struct ThemeForm {
    theme: Theme,
    #[serde(default)]
    back: String,
}

/// Keeps the look, and goes back to where it was changed.
pub async fn set_theme(State(app): State<App>, Form(form): Form<ThemeForm>) -> Response {
    let rules = cookies::Rules { max_age_s: A_YEAR_S, http_only: false, secure: app.settings.is_https() };
    let mut response = Redirect::to(urls::local(&form.back)).into_response();
    if let Some(cookie) = cookies::set(THEME_COOKIE, form.theme.as_str(), rules) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
