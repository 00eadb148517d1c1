//! `POST /api/v1/media`: a file in a form.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_engine::Actor;
use carillon_engine::media::{MediaRow, NewFile};
use utoipa::ToSchema;

use super::Answers;
use super::media::{Media, answer};
use crate::http::actor::Caller;
use crate::http::{App, Failure};
use crate::incoming;

/// A form with one file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, is never made")]
pub struct UploadForm {
    /// The file; its name must fit its content.
    #[schema(format = Binary)]
    file: String,
    /// Description for people who can't see it.
    alt_text: Option<String>,
}

/// Upload a file in one go
///
/// Large files, and lines that break, are better served by the resumable uploads at `/api/v1/media/tus`.
#[utoipa::path(
    post,
    path = "/api/v1/media",
    operation_id = "media_upload",
    tag = "media",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Media), Answers),
)]
pub async fn upload(
    State(app): State<App>,
    Caller(actor): Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    Ok(answer(StatusCode::CREATED, receive(&app, &actor, form).await?))
}

/// Takes the file of a form into the library.
///
/// # Errors
/// For what is no such form, and as the library refuses. Nothing is kept then.
pub async fn receive(
    app: &App,
    actor: &Actor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<MediaRow, Failure> {
    let mut form = form.map_err(|rejection| {
        let detail = "Send a form with Content-Type: multipart/form-data and a part named file.";
        Failure::new(rejection.status(), "not_a_form", detail)
    })?;
    let mut alt = None;
    let mut row: Option<MediaRow> = None;
    while let Some(field) = form.next_field().await.map_err(|_| broken_form())? {
        match field.name() {
            Some("file") if row.is_none() => row = Some(take(app, actor, alt.take(), field).await?),
            Some("alt_text") => alt = Some(field.text().await.map_err(|_| broken_form())?),
            name => {
                let message = format!(
                    "The form has the parts file (once) and alt_text, not {}.",
                    name.map_or_else(|| "one without a name".to_owned(), |name| format!("{name:?}"))
                );
                return undo(app, actor, row, AppError::invalid("form", "unknown_part", message)).await;
            }
        }
    }
    let Some(mut row) = row else {
        return Err(AppError::invalid("file", "required", "The form has no part named file.").into());
    };
    if let Some(alt) = alt {
        // The description came behind the file.
        row = match app.engine.library.set_alt(actor, row.info.id, Some(alt), None).await {
            Ok(row) => row,
            Err(error) => return undo(app, actor, Some(row), error).await,
        };
    }
    Ok(row)
}

/// Takes the file out again: a refused form changes nothing.
async fn undo(app: &App, actor: &Actor, row: Option<MediaRow>, error: AppError) -> Result<MediaRow, Failure> {
    if let Some(row) = row {
        app.engine.library.delete(actor, row.info.id, None).await?;
    }
    Err(error.into())
}

fn broken_form() -> Failure {
    Failure::new(
        StatusCode::BAD_REQUEST,
        "broken_form",
        "The form ended before it was complete. Nothing was kept.",
    )
}

/// Hands the file to the library as it comes. The library works in a task of its own: it ends properly, also when the
/// client goes away and this handler with it.
async fn take(
    app: &App,
    actor: &Actor,
    alt: Option<String>,
    mut field: Field<'_>,
) -> Result<MediaRow, Failure> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let (sender, body) = incoming::channel();
    let (library, actor) = (app.engine.library.clone(), actor.clone());
    let work = tokio::spawn(async move { library.upload(&actor, NewFile { name, alt }, body).await });
    let sent = loop {
        match tokio::time::timeout(incoming::IDLE, field.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                if !sender.send(chunk).await {
                    // The library has heard enough.
                    break Ok(());
                }
            }
            Ok(Ok(None)) => {
                sender.end().await;
                break Ok(());
            }
            Ok(Err(_)) | Err(_) => {
                drop(sender);
                break Err(broken_form());
            }
        }
    };
    let taken = work.await.map_err(Failure::internal)?;
    sent?;
    if taken.is_err() {
        drain(&mut field).await;
    }
    Ok(taken?)
}

/// Reads on for a while, so that a client that is still sending gets to read the refusal.
async fn drain(field: &mut Field<'_>) {
    let mut left: usize = 64 << 20;
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout(Duration::from_secs(5), field.chunk()).await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}
