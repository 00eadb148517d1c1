//! Answers in LinkedIn's words: error bodies, trace headers, gateway pages.

use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::tokens;
use crate::sandbox::{FaultAnswer, Trouble, World};

/// A refusal with its body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
}

/// What a request ends with.
pub(super) type Answer = Result<Response, Refusal>;

impl Refusal {
    /// With a code of its own ("API Error Handling").
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let body = json!({ "status": status.as_u16(), "code": code, "message": message.into() });
        Self { status, body }
    }

    fn numbered(status: StatusCode, number: u32, code: &str, message: &str) -> Self {
        let mut refusal = Self::new(status, code, message);
        refusal.body["serviceErrorCode"] = json!(number);
        refusal
    }

    /// 400 about one field of the body, with the details that the Posts API adds.
    pub fn field(code: &str, path: &str, description: impl Into<String>) -> Self {
        let description = description.into();
        let mut refusal =
            Self::new(StatusCode::BAD_REQUEST, code, format!("ERROR :: {path} :: {description}"));
        refusal.body["errorDetailType"] = json!("com.linkedin.common.error.BadRequest");
        refusal.body["errorDetails"] = json!({ "inputErrors": [{
            "description": description,
            "input": { "inputPath": { "fieldPath": path.trim_start_matches('/') } },
            "code": code,
        }] });
        refusal
    }

    /// 400 for a field that is not there.
    pub fn missing(path: &str) -> Self {
        Self::field("MISSING_FIELD", path, "field is required but not found and has no default value")
    }

    /// 400 for a value that the field does not take.
    pub fn invalid(path: &str, description: impl Into<String>) -> Self {
        Self::field("INVALID_VALUE_FOR_FIELD", path, description)
    }

    /// 422 for a field that the schema does not have.
    pub fn unknown_field(path: &str) -> Self {
        let message = format!("ERROR :: {path} :: unrecognized field found but not allowed");
        let body = json!({ "status": 422, "message": message });
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body }
    }

    /// 422 for the same content a second time. The code stands in the details only.
    pub fn duplicate(earlier: &str) -> Self {
        let body = json!({
            "status": 422,
            "message": format!("Content is a duplicate of {earlier}"),
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "errorDetails": { "inputErrors": [{
                "description": "Duplicate post is detected",
                "input": {},
                "code": "DUPLICATE_POST",
            }] },
        });
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body }
    }

    /// 400 for a query that can't be read.
    pub fn query() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ILLEGAL_ARGUMENT", "Invalid query parameters passed to request")
    }

    /// 403 for a query parameter that the resource does not have.
    pub fn parameter(name: &str) -> Self {
        let message = format!(
            "Unpermitted fields present in PARAMETER: Data Processing Exception while processing fields [/{name}]"
        );
        Self::numbered(StatusCode::FORBIDDEN, 100, "ACCESS_DENIED", &message)
    }

    /// 403; `what` is `resource.METHOD.version`.
    pub fn denied(what: &str) -> Self {
        let message = format!("Not enough permissions to access: {what}");
        Self::numbered(StatusCode::FORBIDDEN, 100, "ACCESS_DENIED", &message)
    }

    /// 404.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("{what} not found"))
    }

    /// 404 for a comment on a post that has not spread yet.
    pub fn too_early(urn: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("Unable to obtain activity for {urn}"))
    }

    /// 401 without a token.
    pub fn no_token() -> Self {
        Self::numbered(StatusCode::UNAUTHORIZED, 65_604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token")
    }

    /// 401 for a token that was never issued.
    pub fn bad_token() -> Self {
        Self::numbered(StatusCode::UNAUTHORIZED, 65_600, "INVALID_ACCESS_TOKEN", "Invalid access token")
    }

    /// 401 for a token that has run out.
    pub fn expired() -> Self {
        let message = "The token used in the request has expired";
        Self::numbered(StatusCode::UNAUTHORIZED, 65_602, "EXPIRED_ACCESS_TOKEN", message)
    }

    /// 401 for a token that was taken back.
    pub fn revoked() -> Self {
        let message = "The token used in the request has been revoked by the user";
        Self::numbered(StatusCode::UNAUTHORIZED, 65_601, "REVOKED_ACCESS_TOKEN", message)
    }

    /// 429; `whose` is `APPLICATION` or `MEMBER`. There is no `Retry-After` and no other header about it.
    pub fn throttled(whose: &str) -> Self {
        let message =
            format!("Resource level throttle {whose} DAY limit for calls to this resource is reached.");
        Self::numbered(StatusCode::TOO_MANY_REQUESTS, 101, "TOO_MANY_REQUESTS", &message)
    }

    /// 400 at an upload address whose time is over.
    pub fn upload_expired() -> Self {
        let message = "The upload URL has expired. Initialize the upload again.";
        Self::new(StatusCode::BAD_REQUEST, "EXPIRED_UPLOAD_URL", message)
    }

    /// The answer, with the trace headers that everything has.
    pub fn answer(self, world: &World) -> Response {
        traced(world, (self.status, Json(self.body)).into_response())
    }
}

/// An answer with the trace headers.
pub(super) fn close(world: &World, answer: Answer) -> Response {
    match answer {
        Ok(response) => traced(world, response),
        Err(refusal) => refusal.answer(world),
    }
}

/// 200 with a JSON body.
pub(super) fn ok(body: Value) -> Response {
    Json(body).into_response()
}

/// 201 for something new, named in a header.
pub(super) fn created(id: &str, body: Option<Value>) -> Response {
    let mut response = match body {
        Some(body) => (StatusCode::CREATED, Json(body)).into_response(),
        None => StatusCode::CREATED.into_response(),
    };
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert(HeaderName::from_static("x-restli-id"), id);
    }
    response
}

fn traced(world: &World, mut response: Response) -> Response {
    let trace = world.random_text(22);
    let headers = [("x-li-uuid", format!("AAY{trace}==")), ("x-li-fabric", "prod-lor1".to_owned())];
    for (name, value) in headers.into_iter().chain([("x-li-request-id", trace)]) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let world = fault.world;
    let signing_in = fault.operation.starts_with("oauth.");
    let refusal = match fault.trouble {
        Trouble::TokenExpired | Trouble::TokenRevoked if signing_in => return tokens::spent(),
        Trouble::TokenExpired => Refusal::expired(),
        Trouble::TokenRevoked => Refusal::revoked(),
        Trouble::RateLimited { .. } => Refusal::throttled("MEMBER"),
        Trouble::Status(status) => match scripted(status, fault.operation) {
            Some(refusal) => refusal,
            None => return gateway(world, status),
        },
    };
    refusal.answer(world)
}

/// `None`: the gateway answers, not the API.
fn scripted(status: StatusCode, operation: &str) -> Option<Refusal> {
    Some(match (status.as_u16(), operation) {
        (400, "posts.create") => waiting_upload("/content"),
        (400, operation) if operation.ends_with(".upload") => Refusal::upload_expired(),
        (401, _) => Refusal::bad_token(),
        (403, _) => Refusal::denied("scripted"),
        (404, "comments.create") => Refusal::too_early("urn:li:activity:0"),
        (404, _) => Refusal::not_found("entity"),
        (409, _) => Refusal::new(status, "CONFLICT", "write conflict"),
        (429, _) => Refusal::throttled("APPLICATION"),
        (500, _) => Refusal::new(status, "INTERNAL_SERVER_ERROR", "Internal Server Error"),
        (501.., _) => return None,
        _ => Refusal::new(status, "UNKNOWN", "An unknown error has occurred"),
    })
}

fn gateway(world: &World, status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let page = format!("<html><head><title>{reason}</title></head><body><h1>{reason}</h1></body></html>");
    traced(world, (status, Html(page)).into_response())
}

/// 400 for media that has not arrived, or is still worked on.
pub(super) fn waiting_upload(path: &str) -> Refusal {
    Refusal::field(
        "MEDIA_ASSET_WAITING_UPLOAD",
        path,
        "Media asset is waiting for its upload to be completed",
    )
}
