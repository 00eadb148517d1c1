//! Errors in the words and shapes of Meta's hosts, and the headers that all Graph answers have.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{GRAPH_FACEBOOK, GRAPH_INSTAGRAM, RUPLOAD};
use crate::sandbox::{FaultAnswer, Site, Trouble, World};

/// A Graph error. `subcode` 0 means none.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: i64,
    pub subcode: i64,
    pub message: String,
    pub for_people: Option<String>,
    pub transient: bool,
}

impl Refusal {
    /// A refusal with HTTP 400, as publishing errors have.
    pub(super) fn new(code: i64, subcode: i64, message: impl Into<String>) -> Self {
        Self { status: 400, code, subcode, message: message.into(), for_people: None, transient: false }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(100, 0, format!("(#100) {}", message.into()))
    }

    pub(super) fn missing(id: &str, method: &str) -> Self {
        Self::new(
            100,
            33,
            format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                 permissions, or does not support this operation"
            ),
        )
    }

    pub(super) fn permission(scope: &str) -> Self {
        let message = format!("(#10) Application does not have permission for this action ({scope})");
        Self { status: 403, ..Self::new(10, 0, message) }
    }

    pub(super) fn token(subcode: i64, message: &str) -> Self {
        Self { status: 401, ..Self::new(190, subcode, format!("Error validating access token: {message}")) }
    }

    #[must_use]
    pub(super) fn told(mut self, for_people: impl Into<String>) -> Self {
        self.for_people = Some(for_people.into());
        self
    }

    /// The answer on this host.
    pub(super) fn at(&self, site: &Site, world: &World) -> Response {
        let kind = if site.host == GRAPH_INSTAGRAM { "IGApiException" } else { "OAuthException" };
        let mut error = json!({
            "message": self.message,
            "type": kind,
            "code": self.code,
            "is_transient": self.transient,
            "fbtrace_id": trace(world),
        });
        if self.subcode != 0 {
            error["error_subcode"] = json!(self.subcode);
        }
        if let Some(text) = &self.for_people {
            error["error_user_title"] = json!("Request failed");
            error["error_user_msg"] = json!(text);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        with_headers((status, Json(json!({ "error": error }))).into_response(), world)
    }
}

/// A success on a Graph host, with the usage headers of the account.
pub(super) fn success(body: Value, world: &World, site: &Site, account: Option<&str>) -> Response {
    let mut response = with_headers(Json(body).into_response(), world);
    if let Some(account) = account {
        usage_header(&mut response, account, 1, 0);
        if site.host == GRAPH_FACEBOOK {
            set(&mut response, "x-app-usage", r#"{"call_count":1,"total_time":1,"total_cputime":1}"#);
        }
    }
    response
}

fn usage_header(response: &mut Response, account: &str, percent: u32, minutes: i64) {
    let usage = json!({ account: [{
        "type": "instagram",
        "call_count": percent,
        "total_cputime": percent,
        "total_time": percent,
        "estimated_time_to_regain_access": minutes,
    }] });
    set(response, "x-business-use-case-usage", &usage.to_string());
}

fn with_headers(mut response: Response, world: &World) -> Response {
    set(&mut response, "facebook-api-version", "v26.0");
    set(&mut response, "x-fb-trace-id", &trace(world));
    response
}

fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn trace(world: &World) -> String {
    format!("A{}", world.random_text(22))
}

/// An error of api.instagram.com.
pub(super) fn login_error(message: &str) -> Response {
    let body = json!({ "error_type": "OAuthException", "code": 400, "error_message": message });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// An error of rupload.facebook.com.
pub(super) fn upload_error(status: u16, kind: &str, message: &str, retriable: bool) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({ "debug_info": { "retriable": retriable, "type": kind, "message": message } });
    (status, Json(body)).into_response()
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let (site, world) = (fault.site, fault.world);
    let refusal = match fault.trouble {
        Trouble::TokenExpired => expired(),
        Trouble::TokenRevoked => removed(),
        Trouble::RateLimited { reset_at } => {
            let wait = reset_at.duration_since(world.now()).as_secs();
            let message = "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.";
            let mut response = Refusal::new(80002, 0, message).at(site, world);
            usage_header(&mut response, "17841400000000000", 100, (wait + 59) / 60);
            return response;
        }
        Trouble::Status(status) => scripted(status.as_u16(), fault.operation),
    };
    if site.host == RUPLOAD {
        return upload_error(refusal.status, "ServiceError", &refusal.message, refusal.transient);
    }
    refusal.at(site, world)
}

fn scripted(status: u16, operation: &str) -> Refusal {
    match (status, operation) {
        (458, _) => removed(),
        (459, _) => Refusal::token(
            459,
            "You cannot access the app till you log in and follow the instructions given.",
        ),
        (460, _) => {
            Refusal::token(460, "The session has been invalidated because the user changed their password.")
        }
        (463, _) => expired(),
        (464, _) => Refusal::token(
            464,
            "Sessions for the user are not allowed because the user is not a confirmed user.",
        ),
        (467, _) => Refusal::token(467, "The session is invalid because the user logged out."),
        (492, _) => Refusal::token(492, "The user must be an administrator of the page."),
        (403, _) => Refusal::permission("scripted"),
        (409, _) => not_ready(),
        (400, "media.publish" | "comments.create") => {
            let text = "We restrict certain activity to protect our community. Tell us if you think we made a mistake.";
            Refusal::new(4, 2_207_051, "Application request limit reached").told(text)
        }
        (400, "containers.create") => not_fetched(),
        (400, _) => Refusal::missing("0", "get"),
        (500.., _) => Refusal {
            status,
            transient: true,
            ..Refusal::new(2, 0, "An unexpected error has occurred. Please retry your request later.")
        },
        _ => Refusal { status, ..Refusal::new(1, 0, "An unknown error has occurred.") },
    }
}

pub(super) fn expired() -> Refusal {
    Refusal::token(463, "Session has expired.")
}

pub(super) fn removed() -> Refusal {
    Refusal::token(458, "The user has not authorized the application.")
}

pub(super) fn not_ready() -> Refusal {
    Refusal::new(9007, 2_207_027, "Media ID is not available")
        .told("The media is not ready for publishing, please wait for a moment")
}

pub(super) fn not_fetched() -> Refusal {
    Refusal::new(9004, 2_207_052, "Only photo or video can be accepted as media type.")
        .told("The media could not be fetched from this URI.")
}
