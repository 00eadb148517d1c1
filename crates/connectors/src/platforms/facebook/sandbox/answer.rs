//! Errors in the words and shape of the Graph API, and what its upload host says instead.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{RUPLOAD, WWW, usage};
pub(super) use crate::sandbox::graph::set;
use crate::sandbox::graph::{self, GraphError};
use crate::sandbox::{FaultAnswer, Site, Trouble, World};

/// A Graph error. `subcode` 0 means none.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: i64,
    pub subcode: i64,
    pub message: String,
    /// `error_user_title` and `error_user_msg`.
    pub for_people: Option<(&'static str, String)>,
    pub transient: bool,
    /// `error_data`.
    pub data: Option<Value>,
    /// Minutes until calls are let in again, for rate limits.
    pub regain: Option<i64>,
}

impl Refusal {
    pub(super) fn new(code: i64, subcode: i64, message: impl Into<String>) -> Self {
        let message = format!("(#{code}) {}", message.into());
        Self {
            status: 400,
            code,
            subcode,
            message,
            for_people: None,
            transient: false,
            data: None,
            regain: None,
        }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(100, 0, message)
    }

    pub(super) fn missing(id: &str, method: &str) -> Self {
        Self { message: graph::no_object(id, method), ..Self::new(100, 33, "") }
    }

    pub(super) fn path(path: &str) -> Self {
        Self { message: format!("Unknown path components: /{path}"), ..Self::new(2500, 0, "") }
    }

    /// A permission that writing needs.
    pub(super) fn permission(what: &str) -> Self {
        Self { status: 403, ..Self::new(200, 0, format!("Permissions error: {what} is required")) }
    }

    /// A permission that reading needs.
    pub(super) fn unreadable(scope: &str) -> Self {
        let message = format!(
            "This endpoint requires the '{scope}' permission or the 'Page Public Content Access' feature."
        );
        Self { status: 403, ..Self::new(10, 0, message) }
    }

    pub(super) fn token(subcode: i64, message: &str) -> Self {
        let message = format!("Error validating access token: {message}");
        Self { status: 401, message, ..Self::new(190, subcode, "") }
    }

    /// A user token where a Page's is needed.
    pub(super) fn page_token_needed() -> Self {
        let message =
            "A Page access token is required for this call for the new Pages experience.".to_owned();
        let text = "A Page access token is required.".to_owned();
        Self {
            message,
            for_people: Some(("A Page access token is required", text)),
            ..Self::new(190, 2_069_032, "")
        }
    }

    #[must_use]
    pub(super) fn told(mut self, title: &'static str, text: impl Into<String>) -> Self {
        self.for_people = Some((title, text.into()));
        self
    }

    /// The answer on this host.
    pub(super) fn at(&self, site: &Site, world: &World) -> Response {
        if site.host == RUPLOAD {
            return upload_error(self.status, "ServiceError", &self.message, self.transient);
        }
        let kind = if self.subcode == 33 { "GraphMethodException" } else { "OAuthException" };
        let mut error = GraphError {
            kind,
            code: self.code,
            subcode: self.subcode,
            message: &self.message,
            transient: self.transient,
            for_people: self.for_people.as_ref().map(|(title, text)| (*title, text.as_str())),
        }
        .json(world);
        if let Some(data) = &self.data {
            error["error_data"] = data.clone();
        }
        with_headers(graph::answer(self.status, json!({ "error": error })), world)
    }
}

/// A success, with the headers that all answers have.
pub(super) fn success(body: Value, world: &World) -> Response {
    with_headers(Json(body).into_response(), world)
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
    match fault.trouble {
        Trouble::TokenExpired => expired().at(site, world),
        Trouble::TokenRevoked => removed().at(site, world),
        Trouble::RateLimited { reset_at } => {
            let wait = reset_at.duration_since(world.now()).as_secs();
            let refusal = usage::limited(fault.operation, (wait + 59) / 60);
            usage::with_limit(refusal.at(site, world), &refusal)
        }
        Trouble::Status(status) => scripted(status.as_u16(), fault.operation).at(site, world),
    }
}

fn scripted(status: u16, operation: &str) -> Refusal {
    match (status, operation) {
        (423, _) => ended(459),
        (458 | 459 | 460 | 463 | 464 | 467 | 492, _) => ended(status.into()),
        (403, _) => Refusal::permission("a permission of the Page"),
        (451, _) => Refusal { status: 403, ..Refusal::new(200, 1_404_078, "Permissions error") }.told(
            "Page publishing authorization",
            "Your Page needs publishing authorization before it can post.",
        ),
        (409, _) => duplicate(),
        (400, creates) if creates.ends_with(".create") || creates.ends_with(".finish") => too_fast(),
        (400 | 404, _) => Refusal::missing("0", "get"),
        (501, _) => Refusal {
            status: 500,
            message: "An unknown error occurred".to_owned(),
            ..Refusal::new(1, 99, "")
        },
        (500.., _) => Refusal {
            status,
            transient: true,
            message: "An unexpected error has occurred. Please retry your request later.".to_owned(),
            ..Refusal::new(2, 0, "")
        },
        _ => {
            Refusal { status, message: "An unknown error has occurred.".to_owned(), ..Refusal::new(1, 0, "") }
        }
    }
}

fn ended(subcode: i64) -> Refusal {
    Refusal::token(subcode, &graph::token_ended(subcode, WWW))
}

pub(super) fn expired() -> Refusal {
    ended(463)
}

pub(super) fn removed() -> Refusal {
    ended(458)
}

pub(super) fn duplicate() -> Refusal {
    Refusal::new(506, 0, "Duplicate status message").told(
        "Duplicate status update",
        "This status update is identical to the last one you posted. Try posting something different.",
    )
}

fn too_fast() -> Refusal {
    Refusal::new(368, 1_390_008, "The action attempted has been deemed abusive or is otherwise disallowed")
        .told("You can't post right now", "It looks like you were posting too fast. You can try again later.")
}
