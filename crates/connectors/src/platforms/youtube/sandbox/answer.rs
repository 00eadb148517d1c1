//! Google's answers: errors in its words and shapes, lists, entity tags.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, ETAG, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::{FaultAnswer, Trouble};

/// A refusal of the Data API.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    status: u16,
    reason: &'static str,
    domain: &'static str,
    message: String,
    /// What is wrong, and whether that is a `parameter`, a `header` or `other`.
    location: Option<(String, &'static str)>,
    /// The code that newer parts of Google add.
    rpc: Option<&'static str>,
    details: Option<Value>,
}

impl Refusal {
    /// With this status, domain, reason and message.
    pub(super) fn new(
        status: u16,
        domain: &'static str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { status, reason, domain, message: message.into(), location: None, rpc: None, details: None }
    }

    /// 400 for a property of the body.
    pub(super) fn body(domain: &'static str, reason: &'static str, place: &str, message: &str) -> Self {
        Self::new(400, domain, reason, message).at(&format!("body.{place}"), "other")
    }

    /// 400 for a parameter.
    pub(super) fn parameter(reason: &'static str, name: &str, message: impl Into<String>) -> Self {
        Self::new(400, "youtube.parameter", reason, message).at(name, "parameter")
    }

    /// 400 for JSON that does not fit the resource.
    pub(super) fn payload(place: &str, description: &str) -> Self {
        let violation = json!({ "field": place, "description": description });
        Self {
            rpc: Some("INVALID_ARGUMENT"),
            details: Some(json!([{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [violation],
            }])),
            ..Self::new(400, "global", "badRequest", description)
        }
    }

    /// 401: an access token that is unknown, has run out or was taken back.
    pub(super) fn credentials() -> Self {
        Self { rpc: Some("UNAUTHENTICATED"), ..Self::new(401, "global", "authError", "Invalid Credentials") }
            .at("Authorization", "header")
    }

    /// 403: the token may not do this.
    pub(super) fn scope() -> Self {
        Self {
            rpc: Some("PERMISSION_DENIED"),
            details: Some(json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": { "service": "youtube.googleapis.com" },
            }])),
            ..Self::new(
                403,
                "global",
                "insufficientPermissions",
                "Request had insufficient authentication scopes.",
            )
        }
    }

    /// 401: the Google account has no channel.
    pub(super) fn no_channel() -> Self {
        Self::new(401, "youtube.header", "youtubeSignupRequired", "Unauthorized")
            .at("Authorization", "header")
    }

    /// 403: nothing is left of today's quota.
    pub(super) fn quota() -> Self {
        Self::new(
            403,
            "youtube.quota",
            "quotaExceeded",
            "The request cannot be completed because you have exceeded your \
             <a href=\"/youtube/v3/getting-started#quota\">quota</a>.",
        )
    }

    /// 404 for a video.
    pub(super) fn no_video(domain: &'static str, parameter: &str) -> Self {
        let text = "The video that you are trying to use cannot be found. Check the value of the request's \
                    <code>id</code> property to ensure that it is correct.";
        Self::new(404, domain, "videoNotFound", text).at(parameter, "parameter")
    }

    /// 5xx.
    pub(super) fn backend(status: u16) -> Self {
        let reason = if status == 500 { "internalError" } else { "backendError" };
        let text = if status == 500 { "Internal error encountered." } else { "Backend Error" };
        Self { rpc: Some("UNAVAILABLE"), ..Self::new(status, "global", reason, text) }
    }

    /// 429.
    pub(super) fn too_fast() -> Self {
        let text = "Resource has been exhausted (e.g. check quota).";
        Self { rpc: Some("RESOURCE_EXHAUSTED"), ..Self::new(429, "usageLimits", "rateLimitExceeded", text) }
    }

    /// With the place of the problem.
    #[must_use]
    pub(super) fn at(mut self, place: &str, kind: &'static str) -> Self {
        self.location = Some((place.to_owned(), kind));
        self
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let mut first =
            json!({ "message": refusal.message, "domain": refusal.domain, "reason": refusal.reason });
        if let Some((place, kind)) = &refusal.location {
            first["location"] = json!(place);
            first["locationType"] = json!(kind);
        }
        let mut error = json!({ "code": refusal.status, "message": refusal.message, "errors": [first] });
        if let Some(rpc) = refusal.rpc {
            error["status"] = json!(rpc);
        }
        if let Some(details) = refusal.details {
            error["details"] = details;
        }
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = with_json(status, &json!({ "error": error }));
        if status == StatusCode::UNAUTHORIZED {
            let value = "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"";
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(value));
        }
        response
    }
}

/// JSON with a status.
pub(super) fn with_json(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string()).into_response()
}

/// A resource with this status; its tag is in the header, too.
pub(super) fn resource(status: StatusCode, body: &Value) -> Response {
    let mut response = with_json(status, body);
    if let Some(tag) = body["etag"].as_str().and_then(|tag| HeaderValue::from_str(tag).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// An answer without a body.
pub(super) fn empty(status: u16, headers: &[(&'static str, String)]) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = status.into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Plain words, as the upload servers answer.
pub(super) fn plain(status: u16, text: impl Into<String>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text.into()).into_response()
}

/// The resource with its entity tag, which changes with what it shows.
pub(super) fn tagged(mut value: Value) -> Value {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(value.to_string()));
    value["etag"] = json!(digest.get(..27));
    value
}

/// An error of the OAuth endpoints.
pub(super) fn oauth_error(status: u16, error: &str, description: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    with_json(status, &json!({ "error": error, "error_description": description }))
}

/// A grant that is over.
pub(super) fn grant_over() -> Response {
    oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let operation = fault.operation;
    if operation.starts_with("oauth.") {
        return match fault.trouble {
            Trouble::TokenExpired | Trouble::TokenRevoked => grant_over(),
            Trouble::RateLimited { .. } => oauth_error(429, "rate_limit_exceeded", "Rate Limit Exceeded"),
            Trouble::Status(status) if status.is_server_error() => {
                oauth_error(status.as_u16(), "internal_failure", "Backend Error")
            }
            Trouble::Status(StatusCode::UNAUTHORIZED) => oauth_error(401, "invalid_client", "Unauthorized"),
            Trouble::Status(status) => oauth_error(status.as_u16(), "invalid_grant", "Bad Request"),
        };
    }
    match fault.trouble {
        Trouble::TokenExpired | Trouble::TokenRevoked => Refusal::credentials().into(),
        Trouble::RateLimited { .. } => Refusal::too_fast().into(),
        Trouble::Status(status) => scripted(status.as_u16(), operation),
    }
}

fn scripted(status: u16, operation: &str) -> Response {
    let refusal = match (status, operation) {
        (404 | 410, "videos.insert.upload" | "videos.insert.query") => {
            return plain(status, if status == 404 { "Not Found" } else { "Gone" });
        }
        (400, "videos.insert.start" | "videos.insert.simple") => super::start::too_many_uploads(),
        (400, "commentThreads.insert") => super::comments::not_now(),
        (401, _) => Refusal::credentials(),
        (403, "thumbnails.set") => super::thumbnails::not_allowed(),
        (403, _) => Refusal::quota(),
        (404, _) => Refusal::new(404, "global", "notFound", "Not Found"),
        (409, "playlistItems.insert") => super::playlist_items::there_already(),
        (409, _) => Refusal::new(409, "global", "conflict", "Conflict"),
        (412, _) => Refusal::new(412, "global", "conditionNotMet", "Precondition Failed"),
        (429, "thumbnails.set") => super::thumbnails::too_many(),
        (429, _) => Refusal::too_fast(),
        (500.., _) => Refusal::backend(status),
        _ => Refusal::new(status, "global", "badRequest", "Bad Request"),
    };
    refusal.into()
}
