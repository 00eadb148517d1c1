//! What the APIs of Facebook, Instagram and Threads have in common, on the networks' side: parameters, fields, errors, usage.
//!
//! Read from the same fact sheets as the connectors, but apart from them: nothing here comes from
//! [`kit::graph`](crate::kit::graph).

pub mod day;
mod fields;
mod params;

use axum::Json;
use axum::response::{IntoResponse, Response};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

pub use fields::{Field, FieldError, pick, read_fields};
pub use params::{Params, bearer, read_params};

use super::World;
use crate::kit::signature;

/// An error as the APIs write it.
#[derive(Debug, Clone, Copy)]
pub struct GraphError<'a> {
    /// `type`, for example `OAuthException`.
    pub kind: &'a str,
    /// `code`.
    pub code: i64,
    /// `error_subcode`; 0 means none.
    pub subcode: i64,
    /// `message`.
    pub message: &'a str,
    /// `is_transient`, which comes where it is true, and where there are words for people.
    pub transient: bool,
    /// `error_user_title` and `error_user_msg`.
    pub for_people: Option<(&'a str, &'a str)>,
}

impl GraphError<'_> {
    /// The value of `error` in the answer.
    pub fn json(&self, world: &World) -> Value {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": trace(world),
        });
        if self.subcode != 0 {
            error["error_subcode"] = json!(self.subcode);
        }
        if self.transient || self.for_people.is_some() {
            error["is_transient"] = json!(self.transient);
        }
        if let Some((title, text)) = self.for_people {
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(text);
        }
        error
    }
}

/// An answer with this status, a number that comes from a script; 400 if it is none.
pub fn answer(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), Json(body)).into_response()
}

/// An error of the exchange of codes at Instagram and Threads.
pub fn code_error(message: &str) -> Response {
    answer(400, json!({ "error_type": "OAuthException", "code": 400, "error_message": message }))
}

/// What is said of an object (code 100, subcode 33) that is not there or not for the caller.
pub fn no_object(id: &str, method: &str) -> String {
    format!(
        "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
         permissions, or does not support this operation"
    )
}

/// What is said of a token (code 190) that has ended, by its subcode. `site` is where its owner signs in.
pub fn token_ended(subcode: i64, site: &str) -> String {
    match subcode {
        458 => "The user has not authorized the application.".to_owned(),
        459 => {
            format!("You cannot access the app till you log in to {site} and follow the instructions given.")
        }
        460 => "The session has been invalidated because the user changed their password or the session was changed for \
                security reasons."
            .to_owned(),
        464 => "Sessions for the user are not allowed because the user is not a confirmed user.".to_owned(),
        467 => "The session is invalid because the user logged out.".to_owned(),
        492 => "The user must be an administrator, editor, or moderator of the page in order to impersonate it."
            .to_owned(),
        _ => "Session has expired.".to_owned(),
    }
}

/// Sets the header that says how much of an account's limit is used: percent of it, and minutes until calls are let in again.
pub fn say_usage(response: &mut Response, kind: &str, account: &str, percent: u64, minutes: i64) {
    let usage = json!({ account: [{
        "type": kind,
        "call_count": percent,
        "total_cputime": percent,
        "total_time": percent,
        "estimated_time_to_regain_access": minutes,
    }] });
    set(response, "x-business-use-case-usage", &usage.to_string());
}

/// Sets a header.
pub fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A new trace id.
pub fn trace(world: &World) -> String {
    format!("A{}", world.random_text(22))
}

/// A time as the APIs write it.
pub fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// HMAC-SHA256 of a text under the app's secret, as hex: the proof of the secret, and the signature of webhooks.
pub fn signed(secret: &str, text: &str) -> String {
    hex::encode(signature::sha256(&Secret::new(secret), &[text.as_bytes()]))
}
