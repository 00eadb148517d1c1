//! Extractors whose rejections are [`Failure`]s, so that wrong input gets the same clear answer everywhere.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use carillon_domain::error::{AppError, FieldError};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::state::App;

/// How much of a refused body is read and thrown away, so that the client gets to read the refusal: a connection that is
/// closed while the client still writes is reset, and the answer is lost.
const DRAIN_BYTES: usize = 64 << 20;

/// A JSON body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let is_json =
            request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| {
                let essence = v.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                essence == "application/json"
                    || (essence.starts_with("application/") && essence.ends_with("+json"))
            });
        if !is_json {
            return Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON, with the header Content-Type: application/json.",
            ));
        }
        let bytes = limited(request.into_body(), app.settings.limits.json_bytes).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads JSON.
///
/// # Errors
/// 400 with line and column for what is not JSON; 422 with the field for JSON that does not fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() { misfit(&field, &inner) } else { malformed(&inner) }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Failure {
    Failure::new(
        StatusCode::BAD_REQUEST,
        "malformed_json",
        format!("The body is not JSON: {error}. Nothing was changed."),
    )
}

fn misfit(field: &str, error: &serde_json::Error) -> Failure {
    let field = if field == "." { "" } else { field };
    AppError::Invalid(vec![FieldError::new(field, "invalid", format!("{error}."))]).into()
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// 413 for a longer one; 400 for one that was cut off.
pub async fn limited(mut body: Body, limit: usize) -> Result<Bytes, Failure> {
    let mut kept = Vec::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Failure::new(StatusCode::BAD_REQUEST, "cut_body", "The body ended before it was complete.")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else {
            kept = Vec::new();
            if seen > DRAIN_BYTES {
                break;
            }
        }
    }
    if seen > limit {
        let mut failure = Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("The body is larger than the {limit} bytes that are allowed here. Nothing was changed."),
        );
        failure.errors.push(
            FieldError::new("", "too_large", "Send less at once; upload files with POST /api/v1/media.")
                .with_limit(limit, seen),
        );
        return Err(failure);
    }
    Ok(kept.into())
}

/// A form of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        match axum::Form::<T>::from_request(request, app).await {
            Ok(axum::Form(form)) => Ok(Self(form)),
            Err(rejection) => Err(Failure::new(rejection.status(), "bad_form", rejection.body_text())),
        }
    }
}

/// Parameters of the query.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer).map(Self).map_err(|error| {
            let field = error.path().to_string();
            let field = if field == "." { String::new() } else { field };
            AppError::Invalid(vec![FieldError::new(field, "invalid", format!("{}.", error.inner()))]).into()
        })
    }
}

/// Parameters of the path. An id that is not one can't name anything, so it is "not found".
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        match axum::extract::Path::<T>::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(AppError::NotFound { what: "thing" }.into()),
        }
    }
}
