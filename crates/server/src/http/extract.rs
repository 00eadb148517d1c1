//! Extractors whose rejections are [`Failure`]s, so that wrong input gets the same clear answer everywhere.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use carillon_domain::error::{AppError, FieldError};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::misfit;
use super::state::App;
use super::strict::Strict;

/// How much of a refused body is read and thrown away, so that the client gets to read the refusal: a connection that is
/// closed while the client still writes is reset, and the answer is lost.
pub const DRAIN_BYTES: usize = 64 << 20;

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
        object(&bytes).map(Self)
    }
}

/// Reads a JSON object.
///
/// # Errors
/// 400 with line and column for what is not JSON; 422 with the field for JSON that does not fit.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
    if !value.is_object() {
        return Err(AppError::invalid("", "invalid", "A JSON object is expected as the body: {…}.").into());
    }
    let strange = misfit::of_json(&value);
    if !strange.is_empty() {
        return Err(AppError::Invalid(strange).into());
    }
    serde_path_to_error::deserialize::<_, T>(Strict(&value)).map_err(misfits)?;
    // Once more from the bytes: a field that is there twice does not show in the value.
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).map_err(misfits)
}

fn malformed(error: &serde_json::Error) -> Failure {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        _ => "there is a mistake",
    };
    let detail = format!(
        "The body is not JSON: {what}, at line {}, column {}. Nothing was changed.",
        error.line(),
        error.column()
    );
    Failure::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
}

fn misfits<E: std::fmt::Display>(error: serde_path_to_error::Error<E>) -> Failure {
    AppError::Invalid(vec![misfit::at(error.path(), &error.inner().to_string())]).into()
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
        let bytes = form_bytes(request, app).await?;
        pairs(&bytes).map(Self)
    }
}

/// The pairs of a form as they were typed, for a page that shows all of them again when something is wrong with them. Whoever
/// saves them asks [`misfit::of_pairs`].
#[derive(Debug, Clone, Default)]
pub struct Typed(pub Vec<(String, String)>);

impl FromRequest<App> for Typed {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let bytes = form_bytes(request, app).await?;
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}

async fn form_bytes(request: Request, app: &App) -> Result<Bytes, Failure> {
    match axum::extract::RawForm::from_request(request, app).await {
        Ok(axum::extract::RawForm(bytes)) => Ok(bytes),
        Err(rejection) => Err(Failure::new(rejection.status(), "bad_form", rejection.body_text())),
    }
}

/// Reads what a query or a form says.
///
/// # Errors
/// 422 for what does not fit, and for marks that no text has.
pub fn pairs<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let said: Vec<_> = form_urlencoded::parse(bytes).collect();
    let strange = misfit::of_pairs(said.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    if !strange.is_empty() {
        return Err(AppError::Invalid(strange).into());
    }
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(bytes));
    serde_path_to_error::deserialize(deserializer).map_err(misfits)
}

/// Parameters of the query.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        pairs(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

/// Parameters of the path. An id that is not one can't name anything, so it is "not found".
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let decoded = percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8_lossy();
        if FieldError::control("", &decoded).is_some() {
            return Err(AppError::NotFound { what: "thing" }.into());
        }
        match axum::extract::Path::<T>::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(AppError::NotFound { what: "thing" }.into()),
        }
    }
}
