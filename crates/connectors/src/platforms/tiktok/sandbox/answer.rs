//! TikTok's answers in their three shapes: the envelope of the APIs, the flat errors of the token endpoints, and the bare
//! statuses of the upload hosts.

use axum::response::{Html, IntoResponse, Response};
use http::header::{CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::sandbox::{FaultAnswer, Trouble, World};

/// Which of the two APIs refuses; they have different words for a wrong parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// `/v2/user/` and `/v2/video/`.
    Display,
    /// `/v2/post/publish/`.
    Posting,
}

/// A refusal of the APIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400 for something that is wrong in the request.
    pub(super) fn parameter(api: Api, message: impl Into<String>) -> Self {
        let code = match api {
            Api::Display => "invalid_params",
            Api::Posting => "invalid_param",
        };
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401 for a token that is missing, unknown, too old or taken back: all the same to TikTok.
    pub(super) fn token() -> Self {
        let text = "The access token is invalid or not found in the request.";
        Self::new(StatusCode::UNAUTHORIZED, "access_token_invalid", text)
    }

    /// 401 for a scope that the person did not grant.
    pub(super) fn scope(scope: &str) -> Self {
        let text =
            format!("The user did not authorize the scope required for completing this request: {scope}.");
        Self::new(StatusCode::UNAUTHORIZED, "scope_not_authorized", text)
    }

    /// 400 for a scope that the app itself does not have.
    pub(super) fn app_scope(scope: &str) -> Self {
        let text = format!("Additional scope permission is required: {scope}.");
        Self::new(StatusCode::BAD_REQUEST, "scope_permission_missed", text)
    }

    /// 403 of the rules about posting.
    pub(super) fn forbidden(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 400 for an id that was never given out.
    pub(super) fn publish_id() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_publish_id", "The publish_id does not exist.")
    }

    /// 429. There is no header that says when it is over.
    pub(super) fn too_fast() -> Self {
        let text = "The API rate limit was exceeded. Please try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", text)
    }

    /// 5xx.
    pub(super) fn internal(status: StatusCode) -> Self {
        Self::new(status, "internal_error", "Internal error. Please try again later.")
    }

    /// As some refusals are reported to arrive: with status 200, the code alone tells.
    #[must_use]
    pub(super) fn in_disguise(mut self) -> Self {
        if self.status.is_client_error() {
            self.status = StatusCode::OK;
        }
        self
    }

    /// The answer.
    pub(super) fn answer(&self, world: &World) -> Response {
        enveloped(world, self.status, json!({}), self.code, &self.message)
    }
}

/// 200 with data.
pub(super) fn ok(world: &World, data: Value) -> Response {
    enveloped(world, StatusCode::OK, data, "ok", "")
}

fn enveloped(world: &World, status: StatusCode, data: Value, code: &str, message: &str) -> Response {
    let error = json!({ "code": code, "message": message, "log_id": log_id(world) });
    with_json(status, &json!({ "data": data, "error": error }))
}

/// JSON with a status.
pub(super) fn with_json(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// Names one request in TikTok's logs: the time and 20 characters.
fn log_id(world: &World) -> String {
    let time = world.now().strftime("%Y%m%d%H%M%S").to_string();
    format!("{time}{}", world.random_text(20).to_ascii_uppercase())
}

/// An error of the token endpoints.
pub(super) fn oauth_error(world: &World, status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description, "log_id": log_id(world) });
    with_json(status, &body)
}

/// Plain words.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

/// What an upload host answers. `range` is the value of `Content-Range`.
pub(super) fn bare(status: StatusCode, range: Option<&str>) -> Response {
    let mut response = status.into_response();
    if let Some(range) = range.and_then(|range| HeaderValue::from_str(range).ok()) {
        response.headers_mut().insert(CONTENT_RANGE, range);
    }
    response
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let (world, operation) = (fault.world, fault.operation);
    if operation == "upload" {
        return upload_fault(fault.trouble);
    }
    if operation.starts_with("oauth.") {
        return oauth_fault(world, fault.trouble);
    }
    match fault.trouble {
        Trouble::TokenExpired | Trouble::TokenRevoked => Refusal::token().answer(world),
        Trouble::RateLimited { .. } => Refusal::too_fast().answer(world),
        Trouble::Status(status @ (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)) => gateway(status),
        Trouble::Status(status) => scripted(status, operation).answer(world),
    }
}

/// Upload hosts know no tokens and no rate limit: a link is too old, or they are busy.
fn upload_fault(trouble: Trouble) -> Response {
    match trouble {
        Trouble::TokenExpired | Trouble::TokenRevoked => bare(StatusCode::FORBIDDEN, None),
        Trouble::RateLimited { .. } => bare(StatusCode::SERVICE_UNAVAILABLE, None),
        Trouble::Status(status) => bare(status, None),
    }
}

fn oauth_fault(world: &World, trouble: Trouble) -> Response {
    let dead = || {
        oauth_error(world, StatusCode::BAD_REQUEST, "invalid_grant", "Refresh token is invalid or expired.")
    };
    let busy =
        || oauth_error(world, StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", "Too many requests.");
    match trouble {
        Trouble::TokenExpired | Trouble::TokenRevoked | Trouble::Status(StatusCode::BAD_REQUEST) => dead(),
        Trouble::RateLimited { .. } | Trouble::Status(StatusCode::TOO_MANY_REQUESTS) => busy(),
        Trouble::Status(status @ (StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)) => gateway(status),
        Trouble::Status(status) if status.is_server_error() => {
            oauth_error(world, status, "server_error", "Something went wrong. Please try again later.")
        }
        Trouble::Status(StatusCode::UNAUTHORIZED) => invalid_client(world),
        Trouble::Status(status @ StatusCode::FORBIDDEN) => {
            oauth_error(world, status, "access_denied", "The user denied access.")
        }
        Trouble::Status(status) => oauth_error(world, status, "invalid_request", "The request is not valid."),
    }
}

/// 401 for a client that is unknown, or whose secret is another one.
pub(super) fn invalid_client(world: &World) -> Response {
    let text = "Client key or secret is incorrect.";
    oauth_error(world, StatusCode::UNAUTHORIZED, "invalid_client", text)
}

fn gateway(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let page = format!("<html><head><title>{reason}</title></head><body><h1>{reason}</h1></body></html>");
    (status, Html(page)).into_response()
}

fn scripted(status: StatusCode, operation: &str) -> Refusal {
    let display = ["user.info", "video.list", "video.query"].contains(&operation);
    let api = if display { Api::Display } else { Api::Posting };
    match (status.as_u16(), operation) {
        (400, "video.init" | "content.init") => Refusal::new(
            status,
            "invalid_file_upload",
            "The uploaded file does not meet our API specifications.",
        ),
        (400, "inbox.init") => super::caps::app_too_old(),
        (400 | 404, "status" | "cancel") => {
            Refusal::new(status, "invalid_publish_id", "The publish_id does not exist.")
        }
        (401, _) => Refusal::token(),
        (403, "creator_info" | "video.init" | "content.init") => super::caps::too_many_posts(),
        (403, "inbox.init") => super::caps::too_many_drafts(),
        (403, _) => Refusal::new(status, "scope_not_authorized", "The user did not authorize this."),
        (429, _) => Refusal::too_fast(),
        (500.., _) => Refusal::internal(status),
        _ => Refusal { status, ..Refusal::parameter(api, "The request is not valid.") },
    }
}
