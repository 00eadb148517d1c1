//! X's answers: problems and the headers that everything carries.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// A refusal in X's words.
#[derive(Debug)]
pub(super) struct Problem {
    pub status: StatusCode,
    pub body: Value,
}

impl Problem {
    /// A problem without a type of its own.
    pub fn plain(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self::about_blank(status, title, title)
    }

    fn about_blank(status: StatusCode, title: &str, detail: &str) -> Self {
        let body =
            json!({ "title": title, "type": "about:blank", "status": status.as_u16(), "detail": detail });
        Self { status, body }
    }

    /// 401.
    pub fn unauthorized() -> Self {
        Self::plain(StatusCode::UNAUTHORIZED)
    }

    /// 403 with this detail.
    pub fn forbidden(detail: &str) -> Self {
        Self::about_blank(StatusCode::FORBIDDEN, "Forbidden", detail)
    }

    /// 403 whose cause X keeps to itself.
    pub fn not_permitted() -> Self {
        Self::forbidden("You are not permitted to perform this action.")
    }

    /// 403 for the token of an app.
    pub fn app_only() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            body: json!({
                "title": "Unsupported Authentication",
                "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported \
                           authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
                "type": "https://api.x.com/2/problems/unsupported-authentication",
                "status": 403,
            }),
        }
    }

    /// 402.
    pub fn no_credits() -> Self {
        Self {
            status: StatusCode::PAYMENT_REQUIRED,
            body: json!({
                "title": "Payment Required",
                "detail": "credits depleted",
                "type": "https://api.x.com/2/problems/credits-depleted",
                "status": 402,
            }),
        }
    }

    /// 400 with a message about these parameters.
    pub fn invalid(parameters: Value, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            body: json!({
                "errors": [{ "parameters": parameters, "message": message.into() }],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": "https://api.x.com/2/problems/invalid-request",
            }),
        }
    }

    /// 400 with a message alone.
    pub fn says(message: impl Into<String>) -> Self {
        Self::invalid(json!({}), message)
    }

    /// 400 for a body that is not as described.
    pub fn body(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let unknown = text.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        Self::says(match unknown {
            Some(name) => format!(
                "$.{name}: is not defined in the schema and the schema does not allow additional properties"
            ),
            None => format!("$: {text}"),
        })
    }

    /// 404.
    pub fn not_found(what: &str, parameter: &str, value: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            body: json!({
                "title": "Not Found Error",
                "detail": format!("Could not find {what} with {parameter}: [{value}]."),
                "type": "https://api.x.com/2/problems/resource-not-found",
                "parameter": parameter,
                "resource_id": value,
                "resource_type": what,
                "value": value,
            }),
        }
    }
}

/// What an answer says of a field that it does not show, beside what it shows.
pub(super) fn field_hidden(id: &str, field: &str) -> Value {
    json!({
        "title": "Field Authorization Error",
        "detail": format!("Sorry, you are not authorized to access '{field}' on the Tweet with id [{id}]."),
        "type": "https://api.x.com/2/problems/not-authorized-for-field",
        "section": "data",
        "field": field,
        "parameter": "ids",
        "resource_type": "tweet",
        "resource_id": id,
        "value": id,
    })
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut response = (problem.status, Json(problem.body)).into_response();
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("application/problem+json"));
        headers.insert("api-version", HeaderValue::from_static("2.166"));
        response
    }
}

/// An answer with a JSON body.
pub(super) fn ok(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert("api-version", HeaderValue::from_static("2.166"));
    response
}
