//! The start page, which leads to where the caller belongs.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::preferences;
use super::signed_in::{Member, Person};
use crate::http::{App, Failure};
use crate::urls;

/// The workspace that was open last. Who is not signed in gets there by the sign-in form.
pub async fn start(person: Person) -> Response {
    match person.ui.frame {
        Some(frame) => Redirect::to(&urls::workspace(frame.workspace.id)).into_response(),
        None => Redirect::to(&urls::profile()).into_response(),
    }
}

/// The first page of a workspace; it is the one to start with from now on.
pub async fn workspace(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let id = member.actor.workspace;
    let entries = member.ui.frame.map(|frame| frame.entries()).unwrap_or_default();
    let first = entries.into_iter().next().map_or_else(urls::profile, |entry| entry.url);
    let mut response = Redirect::to(&first).into_response();
    if let Some(cookie) = preferences::remember_workspace(&app, id) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
