//! `/api/v1/media/tus`: resumable uploads by the tus protocol 1.0.0 (tus.io, 2016-03-25), with creation, creation with
//! upload, termination and expiration.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::options;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_domain::time::Timestamp;
use carillon_engine::Actor;
use carillon_engine::media::{NewFile, UploadState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answers;
use crate::http::actor::Caller;
use crate::http::extract::Path;
use crate::http::{App, Failure};
use crate::{incoming, urls};

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,termination,expiration");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const CHUNK: &str = "application/offset+octet-stream";

/// The protocol's routes. Every answer says its version.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(state, append, terminate))
        .route(urls::MEDIA_TUS, options(describe))
        .layer(map_response(|mut response: Response| async {
            response.headers_mut().insert(TUS_RESUMABLE, VERSION);
            response
        }))
}

/// Refuses clients that speak another version.
pub struct Protocol;

impl FromRequestParts<App> for Protocol {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Response> {
        if parts.headers.get(TUS_RESUMABLE) == Some(&VERSION) {
            return Ok(Self);
        }
        let detail = "Send the header Tus-Resumable: 1.0.0; this is the version spoken here.";
        let mut response =
            Failure::new(StatusCode::PRECONDITION_FAILED, "unsupported_version", detail).into_response();
        response.headers_mut().insert(TUS_VERSION, VERSION);
        Err(response)
    }
}

/// What is spoken here; for anybody, since clients ask before they sign in.
async fn describe(State(app): State<App>) -> Response {
    let largest = HeaderValue::from(app.engine.library.limits().largest());
    let headers = [(TUS_VERSION, VERSION), (TUS_EXTENSION, EXTENSIONS), (TUS_MAX_SIZE, largest)];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begin a resumable upload
///
/// tus 1.0.0 (tus.io). `Upload-Metadata` takes `filename` and `alt_text`. The file will have the id in `Location`.
#[utoipa::path(
    post,
    path = "/api/v1/media/tus",
    operation_id = "media_tus_create",
    tag = "media",
    params(
        ("tus-resumable" = String, Header, example = "1.0.0"),
        ("upload-length" = u64, Header),
        ("upload-metadata" = Option<String>, Header),
    ),
    responses(
        (status = 201, headers(("location" = String), ("upload-offset" = u64), ("upload-expires" = String))),
        Answers,
    ),
)]
pub async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Protocol,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let length = number(&headers, UPLOAD_LENGTH)?;
    let file = metadata(&headers)?;
    let mut upload = app.engine.library.begin(&actor, file, length).await.map_err(too_large)?;
    if is_chunk(&headers) {
        upload = take(&app, &actor, upload.id, 0, body).await?;
    }
    let mut response = progress(StatusCode::CREATED, &upload);
    if let Ok(place) = HeaderValue::from_str(&urls::media_upload(upload.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Ask how far a resumable upload is
#[utoipa::path(
    head,
    path = "/api/v1/media/tus/{media}",
    operation_id = "media_tus_state",
    tag = "media",
    params(("media" = String, Path), ("tus-resumable" = String, Header, example = "1.0.0")),
    responses(
        (status = 200, headers(("upload-offset" = u64), ("upload-length" = u64), ("upload-expires" = String))),
        Answers,
    ),
)]
pub async fn state(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Protocol,
    Path(media): Path<MediaId>,
) -> Result<Response, Failure> {
    let upload = app.engine.library.upload_state(&actor, media).await?;
    let mut response = progress(StatusCode::OK, &upload);
    let headers = response.headers_mut();
    if let Some(length) = upload.length {
        headers.insert(UPLOAD_LENGTH, length.into());
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Send the next bytes of a resumable upload
///
/// With the last byte the file is in the library, or refused with the reason, and then the upload is gone.
#[utoipa::path(
    patch,
    path = "/api/v1/media/tus/{media}",
    operation_id = "media_tus_append",
    tag = "media",
    params(
        ("media" = String, Path),
        ("tus-resumable" = String, Header, example = "1.0.0"),
        ("upload-offset" = u64, Header),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, headers(("upload-offset" = u64), ("upload-expires" = String))), Answers),
)]
pub async fn append(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Protocol,
    Path(media): Path<MediaId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    if !is_chunk(&headers) {
        let detail = format!("Send the bytes with Content-Type: {CHUNK}.");
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    let offset = number(&headers, UPLOAD_OFFSET)?;
    let upload = take(&app, &actor, media, offset, body).await?;
    Ok(progress(StatusCode::NO_CONTENT, &upload))
}

/// Give a resumable upload up
#[utoipa::path(
    delete,
    path = "/api/v1/media/tus/{media}",
    operation_id = "media_tus_terminate",
    tag = "media",
    params(("media" = String, Path), ("tus-resumable" = String, Header, example = "1.0.0")),
    responses((status = 204), Answers),
)]
pub async fn terminate(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Protocol,
    Path(media): Path<MediaId>,
) -> Result<StatusCode, Failure> {
    app.engine.library.terminate(&actor, media).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Appends in a task of its own, so that what arrived is kept also when the client goes away and the handler with it.
async fn take(
    app: &App,
    actor: &Actor,
    media: MediaId,
    offset: u64,
    body: Body,
) -> Result<UploadState, Failure> {
    let (library, actor, body) = (app.engine.library.clone(), actor.clone(), incoming::body(body));
    let work = tokio::spawn(async move { library.append(&actor, media, offset, body).await });
    work.await.map_err(Failure::internal)?.map_err(too_large)
}

/// The protocol has a status of its own for what is too large.
fn too_large(error: AppError) -> Failure {
    let too_large =
        matches!(&error, AppError::Invalid(errors) if errors.iter().any(|e| e.code == "too_large"));
    let mut failure = Failure::from(error);
    if too_large {
        failure.status = StatusCode::PAYLOAD_TOO_LARGE;
    }
    failure
}

fn progress(status: StatusCode, upload: &UploadState) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(UPLOAD_OFFSET, upload.received.into());
    if let Ok(date) = HeaderValue::from_str(&http_date(upload.expires_at)) {
        headers.insert(UPLOAD_EXPIRES, date);
    }
    response
}

/// RFC 9110, section 5.6.7.
fn http_date(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn is_chunk(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| v.trim() == CHUNK)
}

fn number(headers: &HeaderMap, name: HeaderName) -> Result<u64, Failure> {
    let value = headers.get(&name).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse().ok());
    value.ok_or_else(|| {
        let detail = format!("Send the header {name} with a number of bytes.");
        Failure::new(StatusCode::BAD_REQUEST, "bad_header", detail)
    })
}

/// Reads `key base64,key base64,…`.
fn metadata(headers: &HeaderMap) -> Result<NewFile, Failure> {
    let bad = || {
        let detail = "Write Upload-Metadata as pairs of a key and its value in Base64, separated by commas.";
        Failure::new(StatusCode::BAD_REQUEST, "bad_header", detail)
    };
    let mut file = NewFile::default();
    let Some(value) = headers.get(UPLOAD_METADATA) else { return Ok(file) };
    for pair in value.to_str().map_err(|_| bad())?.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).map_err(|_| bad())?;
        let value = String::from_utf8(value).map_err(|_| bad())?;
        match key {
            // The second is what some clients call it.
            "filename" | "name" => file.name = value,
            "alt_text" => file.alt = Some(value),
            // Clients send what they please (`filetype`, `relativePath`); the content says what it is.
            _ => {}
        }
    }
    Ok(file)
}
