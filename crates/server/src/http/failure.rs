//! How failures leave the server. Handlers return a [`Failure`]; it travels in the response's extensions to
//! [`render`], which knows whether a machine (problem+json, RFC 9457), htmx (a toast) or a person (a page) is waiting.
//!
//! What operators read (`source`) can't reach a response: no renderer has access to it.

use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::error::{AppError, FieldError};
use serde::Serialize;

use super::context::RequestContext;
use super::headers;
use super::state::App;
use crate::{urls, web};

/// A refused or failed request.
#[derive(Debug, Clone)]
pub struct Failure {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code for machines and for the page's heading.
    pub code: &'static str,
    /// What happened, why, and what to do now.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: Vec<FieldError>,
    /// Seconds to wait before the next try.
    pub retry_after: Option<u64>,
    source: Option<Arc<dyn Error + Send + Sync>>,
    rendered: bool,
}

impl Failure {
    /// A failure without field errors.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            source: None,
            rendered: false,
        }
    }

    /// A defect or an environment failure; the chain is logged, the answer says nothing of it.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        AppError::internal(source).into()
    }

    /// The same, for an answer that was rendered already: [`render`] only logs it then.
    pub(crate) fn rendered(self) -> Self {
        Self { rendered: true, ..self }
    }

    /// The failure that a bare status of the framework stands for.
    fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "This address does not know that method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is larger than allowed here."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "The body has a type that is not understood here.")
            }
            StatusCode::FORBIDDEN => (
                "cross_site",
                "The request came from another site, so it was refused. Open Carillon itself and try again there.",
            ),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => (
                "timeout",
                "This took too long to wait for. Look in a moment whether it had its effect, else try again.",
            ),
            s if s.is_client_error() => ("bad_request", "The request can't be understood."),
            _ => ("internal", "Something went wrong on our side. It has been logged."),
        };
        Self::new(status, code, detail)
    }

    fn problem(&self, request_id: &str) -> Problem {
        Problem {
            r#type: format!("urn:carillon:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail.clone(),
            errors: self.errors.iter().map(FieldProblem::from).collect(),
            request_id: request_id.to_owned(),
        }
    }
}

/// The one mapping from what use cases say to what HTTP says.
impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let text = error.to_string();
        match error {
            AppError::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, "not_found", text),
            AppError::Invalid(errors) => {
                let detail = match errors.as_slice() {
                    [one] => one.message.clone(),
                    _ => text,
                };
                let full = !errors.is_empty() && errors.iter().all(|e| e.code == "cap_exceeded");
                let code = if full { "cap_exceeded" } else { "invalid" };
                Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail) }
            }
            AppError::Unauthenticated => Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", text),
            AppError::Forbidden { .. } => Self::new(StatusCode::FORBIDDEN, "forbidden", text),
            AppError::Conflict { code, .. } => Self::new(StatusCode::CONFLICT, code, text),
            AppError::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", text),
            AppError::TooMany { retry_after_s } => Self {
                retry_after: Some(retry_after_s),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", text)
            },
            AppError::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text),
            AppError::Connector(error) => {
                let status = match (&error.kind, &error.field) {
                    // What somebody typed, the name of a server that is not there for example, is theirs to mend.
                    (ErrorKind::Rejected, _) | (_, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
                    _ => StatusCode::BAD_GATEWAY,
                };
                let detail = format!("{} {}", error.cause, error.action).trim_end().to_owned();
                let mut failure = Self::new(status, "platform_error", detail);
                let field = error.field.clone().unwrap_or_default();
                failure.errors.push(FieldError::new(field, error.code.clone(), error.cause.clone()));
                failure.source = Some(Arc::new(*error));
                failure
            }
            AppError::Internal(source) => Self {
                source: Some(source.into()),
                ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", text)
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// RFC 9457 problem details, with Carillon's members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// URI that names the kind of problem.
    #[schema(example = "urn:carillon:problem:invalid")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code of the problem.
    pub code: String,
    /// What happened, why, and what to do now.
    pub detail: String,
    /// What is wrong with which field.
    pub errors: Vec<FieldProblem>,
    /// Name it when you ask for help: the log has the same.
    pub request_id: String,
}

/// One thing wrong with one field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON path of the field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// What is wrong and what would fix it.
    pub message: String,
    /// The limit that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<serde_json::Value>,
    /// The value that broke it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

impl From<&FieldError> for FieldProblem {
    fn from(error: &FieldError) -> Self {
        Self {
            field: error.field.clone(),
            code: error.code.clone(),
            message: error.message.clone(),
            limit: error.limit.clone(),
            value: error.value.clone(),
        }
    }
}

/// Who waits for the answer.
enum Reader {
    Machine,
    Htmx,
    Person,
}

/// Renders failures, and the bare error statuses of the framework, for whoever waits.
pub async fn render(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let reader = if request.uri().path().starts_with(urls::API_PREFIX) {
        Reader::Machine
    } else if request.headers().contains_key("hx-request") {
        Reader::Htmx
    } else {
        Reader::Person
    };
    let context = request.extensions().get::<RequestContext>().cloned().unwrap_or_default();
    let back = come_back_to(&request);
    let ways = web::errors::Ways::of(&request);
    let mut ui = web::Ui::new(&app, request.headers(), request.uri());
    let language = web::ReaderLanguage::default();
    request.extensions_mut().insert(language.clone());

    let mut response = next.run(request).await;
    ui.t = language.get().unwrap_or(ui.t);
    let t = ui.t;
    let failure = response.extensions_mut().remove::<Failure>().or_else(|| bare(&response));
    let Some(failure) = failure else { return headers::in_language(response, t) };
    log(&failure);
    if failure.rendered {
        return headers::in_language(response, t);
    }

    let mut rendered = match reader {
        Reader::Machine => problem_json(&failure, &context.request_id),
        _ if failure.status == StatusCode::UNAUTHORIZED => {
            web::to_sign_in(back.as_deref(), matches!(reader, Reader::Htmx))
        }
        Reader::Htmx => web::errors::toast(ui.t, &failure),
        Reader::Person => web::errors::page(ui, &failure, ways, &context.request_id),
    };
    // What the framework or a layer said beside the status (`Allow` of a 405) still holds.
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE
            && name != header::CONTENT_LENGTH
            && !rendered.headers().contains_key(name)
        {
            rendered.headers_mut().append(name, value.clone());
        }
    }
    if let Some(seconds) = failure.retry_after {
        rendered.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers::in_language(rendered, t)
}

/// The page to open after signing in: the open one for htmx, this one for a link, for a form that was sent the page that it
/// was on.
fn come_back_to(request: &Request) -> Option<String> {
    if let Some(open) = request.headers().get("hx-current-url") {
        let uri: axum::http::Uri = open.to_str().ok()?.parse().ok()?;
        return uri.path_and_query().map(ToString::to_string);
    }
    if request.method().is_safe() {
        return request.uri().path_and_query().map(ToString::to_string);
    }
    let from: axum::http::Uri = request.headers().get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    from.path_and_query().map(ToString::to_string)
}

/// An error status that no handler of ours gave a body to.
fn bare(response: &Response) -> Option<Failure> {
    let status = response.status();
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t != "text/plain; charset=utf-8");
    let error = status.is_client_error() || status.is_server_error();
    (error && !ours).then(|| Failure::of_status(status))
}

fn log(failure: &Failure) {
    let Some(source) = &failure.source else { return };
    let mut chain = source.to_string();
    let mut cause = source.source();
    while let Some(error) = cause {
        chain = format!("{chain}: {error}");
        cause = error.source();
    }
    if failure.status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(error = chain, "a request failed by a defect or the environment");
    } else {
        tracing::info!(error = chain, code = failure.code, "a network refused or failed");
    }
}

/// The failure for machines.
pub fn problem_json(failure: &Failure, request_id: &str) -> Response {
    let body = serde_json::to_vec(&failure.problem(request_id)).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = failure.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if failure.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_day_has_a_code_of_its_own() {
        let error = |code: &str| FieldError::new("scheduled_at", code, "Choose another day.");
        let code = |codes: &[&str]| {
            let errors = codes.iter().map(|code| error(code)).collect();
            let failure = Failure::from(AppError::Invalid(errors));
            assert_eq!(failure.status, StatusCode::UNPROCESSABLE_ENTITY);
            failure.code
        };
        assert_eq!(code(&["cap_exceeded", "cap_exceeded"]), "cap_exceeded");
        assert_eq!(code(&["cap_exceeded", "too_long"]), "invalid");
    }
}
