//! Errors in the words and shape of the Threads API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{WWW_COM, usage};
pub(super) use crate::sandbox::graph::code_error as login_error;
use crate::sandbox::graph::{self, GraphError};
use crate::sandbox::{FaultAnswer, Trouble, World};

/// An error. `subcode` 0 means none.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: i64,
    pub subcode: i64,
    pub message: String,
    /// `error_user_title` and `error_user_msg`.
    pub for_people: Option<(&'static str, &'static str)>,
    pub transient: bool,
    /// Minutes until calls are let in again, for limits of calls.
    pub regain: Option<i64>,
}

impl Refusal {
    pub(super) fn new(code: i64, subcode: i64, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code,
            subcode,
            message: message.into(),
            for_people: None,
            transient: false,
            regain: None,
        }
    }

    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new(100, 0, format!("(#100) {}", message.into()))
    }

    /// A parameter that does not go with the others.
    pub(super) fn not_allowed(name: &str, with: &str) -> Self {
        Self::parameter(format!("Param {name} is not allowed {with}"))
    }

    /// There is no such object, or not for this caller.
    pub(super) fn missing(id: &str, method: &str) -> Self {
        Self::new(100, 33, graph::no_object(id, method))
    }

    pub(super) fn path(path: &str) -> Self {
        Self::new(2500, 0, format!("Unknown path components: /{path}"))
    }

    pub(super) fn permission(scope: &str) -> Self {
        let message = format!("(#10) Application does not have permission for this action: {scope}");
        Self { status: 403, ..Self::new(10, 0, message) }
    }

    pub(super) fn token(subcode: i64, message: &str) -> Self {
        Self { status: 401, ..Self::new(190, subcode, format!("Error validating access token: {message}")) }
    }

    #[must_use]
    pub(super) fn told(mut self, title: &'static str, text: &'static str) -> Self {
        self.for_people = Some((title, text));
        self
    }

    /// The answer.
    pub(super) fn answer(&self, world: &World) -> Response {
        let kind = if matches!(self.code, 24 | 100) { "THApiException" } else { "OAuthException" };
        let error = GraphError {
            kind,
            code: self.code,
            subcode: self.subcode,
            message: &self.message,
            transient: self.transient,
            for_people: self.for_people,
        };
        usage::with_limit(graph::answer(self.status, json!({ "error": error.json(world) })), self)
    }
}

/// The answer to a call that needs nothing but this.
pub(super) fn finish(answer: Result<Value, Refusal>, world: &World) -> Response {
    match answer {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => refusal.answer(world),
    }
}

/// What the network says when the fault script strikes.
pub(super) fn fault(fault: &FaultAnswer<'_>) -> Response {
    let refusal = match fault.trouble {
        Trouble::TokenExpired => expired(),
        Trouble::TokenRevoked => removed(),
        Trouble::RateLimited { reset_at } => {
            let wait = reset_at.duration_since(fault.world.now()).as_secs();
            usage::limited((wait + 59) / 60)
        }
        Trouble::Status(status) => scripted(status.as_u16(), fault.operation),
    };
    refusal.answer(fault.world)
}

fn scripted(status: u16, operation: &str) -> Refusal {
    match (status, operation) {
        (400, "threads.publish" | "threads.create" | "threads.repost") => blocked(),
        (400, "containers.create") => not_fetched(),
        (400 | 404, _) => Refusal::missing("0", "get"),
        (403, _) => Refusal::permission("a permission of the app"),
        (409, _) => not_found(),
        (420, _) => Refusal::new(613, 1996, "(#613) Calls to this api have exceeded the rate limit."),
        (429, _) => Refusal::new(17, 0, "(#17) User request limit reached"),
        (451, _) => Refusal { status: 403, ..Refusal::new(10, 4_279_013, "The user is restricted") }
            .told("Account restricted", "This account can't take this action right now."),
        (458 | 459 | 460 | 463 | 464 | 467, _) => ended(status.into()),
        (501, _) => Refusal { status: 500, ..Refusal::new(1, 0, "An unknown error occurred") },
        (502, _) => Refusal { status: 500, ..Refusal::new(-1, 0, "An unknown error occurred") },
        (500.., _) => Refusal {
            status,
            transient: true,
            ..Refusal::new(2, 0, "An unexpected error has occurred. Please retry your request later.")
        },
        _ => Refusal { status, ..Refusal::new(1, 0, "An unknown error has occurred.") },
    }
}

fn ended(subcode: i64) -> Refusal {
    Refusal::token(subcode, &graph::token_ended(subcode, WWW_COM))
}

pub(super) fn expired() -> Refusal {
    ended(463)
}

pub(super) fn removed() -> Refusal {
    ended(458)
}

/// Published too early, or the container is lost, or the post to reply to is not to be seen yet: one answer for all.
pub(super) fn not_found() -> Refusal {
    Refusal::new(24, 4_279_009, "The requested resource does not exist")
        .told("Media Not Found", "The media with this id cannot be found.")
}

pub(super) fn not_fetched() -> Refusal {
    Refusal::new(1, 2_207_052, "The media could not be fetched from this URI.")
        .told("Media download has failed", "The media could not be fetched from this URI.")
}

fn blocked() -> Refusal {
    Refusal::new(4, 2_207_051, "Application request limit reached").told(
        "Action is blocked",
        "We restrict certain activity to protect our community. Tell us if you think we made a mistake.",
    )
}
