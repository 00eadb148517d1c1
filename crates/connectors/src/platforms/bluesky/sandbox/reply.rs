//! Answers in the network's own words.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// An answer, or a refusal that is one.
pub type Answer = Result<Response, Response>;

/// `{"error","message"}` with this status.
pub fn error(status: StatusCode, name: &str, message: &str) -> Response {
    (status, Json(json!({ "error": name, "message": message }))).into_response()
}

/// The same, to be returned with `?`.
pub fn refuse<T>(status: StatusCode, name: &str, message: &str) -> Result<T, Response> {
    Err(error(status, name, message))
}

/// 400 `InvalidRequest`.
pub fn invalid(message: &str) -> Response {
    error(StatusCode::BAD_REQUEST, "InvalidRequest", message)
}

/// A server error says nothing about its cause.
pub fn internal(status: StatusCode) -> Response {
    error(status, "InternalServerError", "Internal Server Error")
}

/// No sign-in at all.
pub fn auth_missing() -> Response {
    error(StatusCode::UNAUTHORIZED, "AuthMissing", "Authentication Required")
}

/// An expired token is a bad request here, not an unauthorized one.
pub fn expired_token() -> Response {
    error(StatusCode::BAD_REQUEST, "ExpiredToken", "Token has expired")
}

/// A token that is of another kind or was never good.
pub fn invalid_token(message: &str) -> Response {
    error(StatusCode::BAD_REQUEST, "InvalidToken", message)
}

/// 200 with a JSON body.
pub fn ok(body: serde_json::Value) -> Answer {
    Ok(Json(body).into_response())
}

/// Largest JSON body of a procedure.
const JSON_BYTES: usize = 1_000_000;

/// Reads a procedure's input.
pub fn input(body: &bytes::Bytes) -> Result<serde_json::Map<String, serde_json::Value>, Response> {
    if body.len() > JSON_BYTES {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeError", "request entity too large");
    }
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(input)) => Ok(input),
        Ok(_) => Err(invalid("Expected object value type at $")),
        Err(e) => refuse(StatusCode::BAD_REQUEST, "SyntaxError", &e.to_string()),
    }
}

/// A required text of a procedure's input.
pub fn text<'a>(
    input: &'a serde_json::Map<String, serde_json::Value>,
    name: &str,
) -> Result<&'a str, Response> {
    input
        .get(name)
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| invalid(&format!("Missing required key \"{name}\" at $")))
}
