//! Errors in the words and shapes of Meta's hosts, and the headers that all Graph answers have.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{GRAPH_FACEBOOK, GRAPH_INSTAGRAM, RUPLOAD, WWW_INSTAGRAM, usage};
pub(super) use crate::sandbox::graph::code_error as login_error;
use crate::sandbox::graph::{self, GraphError, set};
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
    /// Minutes until calls are let in again, for rate limits.
    pub regain: Option<i64>,
}

impl Refusal {
    /// A refusal with HTTP 400, as publishing errors have.
    pub(super) fn new(code: i64, subcode: i64, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status: 400, code, subcode, message, for_people: None, transient: false, regain: None }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(100, 0, format!("(#100) {}", message.into()))
    }

    pub(super) fn missing(id: &str, method: &str) -> Self {
        Self::new(100, 33, graph::no_object(id, method))
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
        let mut error = GraphError {
            kind,
            code: self.code,
            subcode: self.subcode,
            message: &self.message,
            transient: self.transient,
            for_people: self.for_people.as_deref().map(|text| ("Request failed", text)),
        }
        .json(world);
        error["is_transient"] = json!(self.transient);
        let mut response = with_headers(graph::answer(self.status, json!({ "error": error })), world);
        if let Some(minutes) = self.regain {
            usage::with_limit(&mut response, minutes);
        }
        response
    }
}

/// A success on a Graph host; with the account and how many percent of its limit are used, also with the usage headers.
pub(super) fn success(body: Value, world: &World, site: &Site, used: Option<(&str, u64)>) -> Response {
    let mut response = with_headers(Json(body).into_response(), world);
    if let Some((account, percent)) = used {
        graph::say_usage(&mut response, "instagram", account, percent, 0);
        if site.host == GRAPH_FACEBOOK {
            set(&mut response, "x-app-usage", r#"{"call_count":1,"total_time":1,"total_cputime":1}"#);
        }
    }
    response
}

fn with_headers(mut response: Response, world: &World) -> Response {
    set(&mut response, "facebook-api-version", "v26.0");
    set(&mut response, "x-fb-trace-id", &graph::trace(world));
    response
}

/// An error of rupload.facebook.com.
pub(super) fn upload_error(status: u16, kind: &str, message: &str, retriable: bool) -> Response {
    graph::answer(
        status,
        json!({ "debug_info": { "retriable": retriable, "type": kind, "message": message } }),
    )
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let (site, world) = (fault.site, fault.world);
    let refusal = match fault.trouble {
        Trouble::TokenExpired => expired(),
        Trouble::TokenRevoked => removed(),
        Trouble::RateLimited { reset_at } => {
            let wait = reset_at.duration_since(world.now()).as_secs();
            return usage::limited((wait + 59) / 60).at(site, world);
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
        (458 | 459 | 460 | 463 | 464 | 467 | 492, _) => ended(status.into()),
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

fn ended(subcode: i64) -> Refusal {
    Refusal::token(subcode, &graph::token_ended(subcode, WWW_INSTAGRAM))
}

pub(super) fn expired() -> Refusal {
    ended(463)
}

pub(super) fn removed() -> Refusal {
    ended(458)
}

pub(super) fn not_ready() -> Refusal {
    Refusal::new(9007, 2_207_027, "Media ID is not available")
        .told("The media is not ready for publishing, please wait for a moment")
}

pub(super) fn not_fetched() -> Refusal {
    Refusal::new(9004, 2_207_052, "Only photo or video can be accepted as media type.")
        .told("The media could not be fetched from this URI.")
}
