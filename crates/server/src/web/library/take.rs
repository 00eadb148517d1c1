//! Files on their way in by plain forms; scripts use the API.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::grid::{GridQuery, Kept, page};
use crate::api;
use crate::http::App;
use crate::http::extract::{Form, Query};
use crate::urls;
use crate::web::Failure;
use crate::web::components::Errors;
use crate::web::signed_in::Member;

/// Longest form with addresses, bytes.
const ADDRESSES: usize = 64 * 1024;

/// Forms with addresses are no files.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(ADDRESSES)
}

/// Takes a file from a plain form.
pub async fn upload(
    State(app): State<App>,
    member: Member,
    Query(query): Query<GridQuery>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    match api::receive_file(&app, &member.actor, form).await {
        Ok(row) => {
            let url = urls::library_file(member.actor.workspace, row.info.id);
            Ok(Redirect::to(&url).into_response())
        }
        Err(failure) => refused(&app, member, Kept::on(query), failure).await,
    }
}

/// Addresses, one to a line.
#[derive(Debug, Deserialize)]
pub struct Addresses {
    url: String,
    /// The page with its filter.
    #[serde(default)]
    back: String,
}

/// Fetches files from public addresses, one after the other, up to the first that gives none.
pub async fn fetch(
    State(app): State<App>,
    member: Member,
    Form(form): Form<Addresses>,
) -> Result<Response, Failure> {
    let addresses: Vec<_> = form.url.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for (at, address) in addresses.iter().enumerate() {
        if let Err(mut failure) = api::fetch_file(&app, &member.actor, (*address).to_owned()).await {
            if addresses.len() > 1 {
                failure.detail = format!("{address}: {}", member.ui.t.said_or_english(&failure.detail));
            }
            // Those before it are in the library by now.
            let kept = Kept { addresses: addresses[at..].join("\n"), ..Kept::at(&form.back) };
            return refused(&app, member, kept, failure).await;
        }
    }
    Ok(Redirect::to(&urls::library(member.actor.workspace)).into_response())
}

/// The page with the reason, for what the person can do something about.
async fn refused(app: &App, member: Member, kept: Kept, failure: Failure) -> Result<Response, Failure> {
    if !failure.status.is_client_error() {
        return Err(failure);
    }
    let errors = Errors::general(failure.code, member.ui.t.said_or_english(&failure.detail));
    page(app, member, kept, &errors, failure.status).await
}
