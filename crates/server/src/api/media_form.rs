//! `POST /api/v1/media`: a file in a form; `POST /api/v1/media/fetch`: a file at an address.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::permission::Permission;
use carillon_engine::Actor;
use carillon_engine::media::{About, MAX_ALT, MediaRow, NewFile};
use carillon_engine::usecase::fetching;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Answers;
use super::media::{Media, answer};
use crate::http::actor::Caller;
use crate::http::extract::DRAIN_BYTES;
use crate::http::extract::Json;
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

/// Takes the file of a form into the library. The form as a whole has no limit, so whoever may not upload is refused before
/// anything is read, and nothing but the file may be large or slow.
///
/// # Errors
/// For callers without [`Permission::Write`], for what is no such form, and as the library refuses. Nothing is kept then.
pub async fn receive(
    app: &App,
    actor: &Actor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<MediaRow, Failure> {
    actor.require(Permission::Write)?;
    let mut form = form.map_err(no_form)?;
    let mut alt = None;
    let mut row: Option<MediaRow> = None;
    loop {
        let field = match in_time(form.next_field()).await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(failure) => return undo(app, actor, row, failure).await,
        };
        match field.name() {
            Some("file") if row.is_none() => row = Some(take(app, actor, alt.take(), field).await?),
            Some("alt_text") => match description(field).await {
                Ok(text) => alt = Some(text),
                Err(failure) => return undo(app, actor, row, failure).await,
            },
            name => {
                let message = format!(
                    "The form has the parts file (once) and alt_text, not {}.",
                    name.map_or_else(|| "one without a name".to_owned(), |name| format!("{name:?}"))
                );
                let refused = AppError::invalid("form", "unknown_part", message);
                return undo(app, actor, row, refused.into()).await;
            }
        }
    }
    let Some(mut row) = row else {
        return Err(no_file().into());
    };
    if let Some(alt) = alt {
        // The description came behind the file.
        row = match app.engine.library.describe(actor, row.info.id, About::alt(alt), None).await {
            Ok(row) => row,
            Err(error) => return undo(app, actor, Some(row), error.into()).await,
        };
    }
    Ok(row)
}

/// Reads the one file of a form into memory, and what it is called. Of a larger one the rest is read and thrown away, so that the
/// client gets to read the refusal.
///
/// # Errors
/// For what is no form of this one part, and for more than `most` bytes, with `over`.
pub async fn receive_small(
    form: Result<Multipart, MultipartRejection>,
    most: usize,
    over: fn() -> AppError,
) -> Result<(String, Bytes), Failure> {
    let mut form = form.map_err(no_form)?;
    let Some(mut field) = in_time(form.next_field()).await? else { return Err(no_file().into()) };
    if field.name() != Some("file") {
        return Err(file_only().into());
    }
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut bytes = BytesMut::new();
    loop {
        match in_time(field.chunk()).await {
            Ok(Some(chunk)) if bytes.len() <= most => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => {}
            Ok(None) => break,
            // It is too large already, however it ends.
            Err(_) if bytes.len() > most => break,
            Err(failure) => return Err(failure),
        }
    }
    if bytes.len() > most {
        return Err(over().into());
    }
    // There is one part at a time.
    drop(field);
    if in_time(form.next_field()).await?.is_some() {
        return Err(file_only().into());
    }
    Ok((name, bytes.freeze()))
}

fn file_only() -> AppError {
    AppError::invalid("form", "unknown_part", "The form has the part file, once, and no other.")
}

fn no_form(rejection: MultipartRejection) -> Failure {
    let detail = "Send a form with Content-Type: multipart/form-data and a part named file.";
    Failure::new(rejection.status(), "not_a_form", detail)
}

fn no_file() -> AppError {
    AppError::invalid("file", "required", "The form has no part named file.")
}

/// Takes the file out again: a refused form changes nothing.
async fn undo(app: &App, actor: &Actor, row: Option<MediaRow>, why: Failure) -> Result<MediaRow, Failure> {
    if let Some(row) = row {
        app.engine.library.discard(actor, row.info.id).await?;
    }
    Err(why)
}

/// Reads the description, and stops where it can only be too long: no character takes more than four bytes.
async fn description(mut field: Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = in_time(field.chunk()).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > 4 * MAX_ALT {
            let length = String::from_utf8_lossy(&bytes).chars().count();
            let message = format!("A description may have up to {MAX_ALT} characters. Shorten it.");
            let error = FieldError::new("alt_text", "too_long", message).with_limit(MAX_ALT, length);
            return Err(AppError::Invalid(vec![error]).into());
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        AppError::invalid("alt_text", "not_text", "The description is not text in UTF-8. Send it as UTF-8.")
            .into()
    })
}

/// Waits for the client's next piece, but not for ever.
async fn in_time<T>(next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Failure> {
    match tokio::time::timeout(incoming::IDLE, next).await {
        Ok(Ok(piece)) => Ok(piece),
        Ok(Err(_)) | Err(_) => Err(broken_form()),
    }
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
        match in_time(field.chunk()).await {
            Ok(Some(chunk)) => {
                if !sender.send(chunk).await {
                    // The library has heard enough.
                    break Ok(());
                }
            }
            Ok(None) => {
                sender.end().await;
                break Ok(());
            }
            Err(failure) => {
                drop(sender);
                break Err(failure);
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
    let mut left = DRAIN_BYTES;
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout(Duration::from_secs(5), field.chunk()).await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

/// Where a file is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchBody {
    /// Its public https address, not that of a page around it.
    #[schema(example = "https://example.com/quay.jpg")]
    url: String,
    /// Description for people who can't see it.
    #[serde(default)]
    alt_text: Option<String>,
}

/// Fetch a file from a public address
///
/// The answer comes once the whole file is there. Addresses that are not public are refused, also behind redirects.
#[utoipa::path(
    post,
    path = "/api/v1/media/fetch",
    operation_id = "media_fetch",
    tag = "media",
    request_body = FetchBody,
    responses((status = 201, body = Media), Answers),
)]
pub async fn fetch(
    State(app): State<App>,
    Caller(actor): Caller,
    Json(body): Json<FetchBody>,
) -> Result<Response, Failure> {
    let row = fetch_whole(&app, &actor, body.url).await?;
    let row = match body.alt_text {
        Some(alt) => match app.engine.library.describe(&actor, row.info.id, About::alt(alt), None).await {
            Ok(row) => row,
            Err(error) => undo(&app, &actor, Some(row), error.into()).await?,
        },
        None => row,
    };
    Ok(answer(StatusCode::CREATED, row))
}

/// Fetches a file in a task of its own, which ends properly also when the client goes away.
///
/// # Errors
/// As the use case refuses it.
pub async fn fetch_whole(app: &App, actor: &Actor, url: String) -> Result<MediaRow, Failure> {
    let (engine, actor) = (app.engine.clone(), actor.clone());
    let work = tokio::spawn(async move { fetching::fetch(&engine, &actor, &url).await });
    Ok(work.await.map_err(Failure::internal)??)
}
