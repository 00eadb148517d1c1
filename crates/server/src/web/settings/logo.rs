//! A workspace's logo: shown, replaced, taken away.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_engine::Actor;
use carillon_engine::media::{LOGO_BYTES, logo_too_large};

use super::{done, workspace};
use crate::http::content::{self, Keep};
use crate::http::extract::DRAIN_BYTES;
use crate::http::{App, Failure};
use crate::urls;
use crate::web::signed_in::Member;

/// Larger forms are not even read to their end. What a logo may have is told by the form itself.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(DRAIN_BYTES)
}

/// Where the logo is, if there is one. The address changes with it, so that no browser shows the one of before.
///
/// # Errors
/// When the database fails.
pub async fn url(app: &App, actor: &Actor) -> Result<Option<String>, Failure> {
    let mark = app.engine.library.logo_mark(actor).await?;
    Ok(mark.map(|mark| format!("{}?{}", urls::logo(actor.workspace), &mark[..mark.len().min(16)])))
}

/// The picture. It is not even read for a browser that has it.
pub async fn show(State(app): State<App>, member: Member, headers: HeaderMap) -> Result<Response, Failure> {
    let (library, actor) = (&app.engine.library, &member.actor);
    let none = || AppError::NotFound { what: "logo" };
    let tag = |sha256: &str| format!("\"{sha256}\"");
    let mark = library.logo_mark(actor).await?.ok_or_else(none)?;
    if let Some(answer) = content::unchanged(&headers, &tag(&mark), Keep::Private) {
        return Ok(answer);
    }
    let logo = library.logo(actor).await?.ok_or_else(none)?;
    Ok(content::png(logo.png, &tag(&logo.sha256), Keep::Private))
}

/// Takes a logo from the form of the settings.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::ManageWorkspace)?;
    let here = urls::workspace_settings(member.actor.workspace);
    let taken = match crate::api::receive_small_file(form, LOGO_BYTES, logo_too_large).await {
        Ok((_, file)) => app.engine.library.put_logo(&member.actor, file).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(()) => Ok(done(&here).into_response()),
        Err(failure) if failure.status.is_client_error() => {
            workspace::with_refused_logo(&app, member, &failure).await
        }
        Err(failure) => Err(failure),
    }
}

/// Takes it away.
pub async fn remove(State(app): State<App>, member: Member) -> Result<Redirect, Failure> {
    app.engine.library.remove_logo(&member.actor).await?;
    Ok(done(&urls::workspace_settings(member.actor.workspace)))
}
