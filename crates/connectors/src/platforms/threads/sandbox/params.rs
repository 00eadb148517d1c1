//! A request's parameters: query, form and JSON body together, as the API takes them.
//!
//! They are read before the operation is named, because only they say whether a call makes something public.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use serde_json::Value;

use super::answer::Refusal;

/// Longest body. Media are pulled from addresses, so no body is a file.
const MAX_BODY: usize = 1024 * 1024;

/// Parameters in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
    bearer: Option<String>,
    /// The body could not be read, or is of a type that is not taken.
    pub broken: bool,
}

impl Params {
    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same; missing is empty.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The same, if it is not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A yes or no; missing is no.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name) {
            "true" | "1" => Ok(true),
            "" | "false" | "0" => Ok(false),
            _ => Err(Refusal::parameter(format!("Param {name} must be a boolean"))),
        }
    }

    /// Whether it asks for something: there, and not just a no.
    pub(super) fn asks(&self, name: &str) -> bool {
        !matches!(self.text(name), "" | "false" | "0")
    }

    /// A list, separated by commas or as a JSON array.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name);
        match serde_json::from_str::<Vec<Value>>(text) {
            Ok(values) => values.iter().map(plain).collect(),
            Err(_) => text.split(',').map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// A JSON value, given as text or as part of a JSON body.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.filled(name) else { return Ok(None) };
        let value = serde_json::from_str(text);
        value.map(Some).map_err(|_| Refusal::parameter(format!("Param {name} must be valid JSON")))
    }

    /// Names of all parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// All parameters.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The access token, from the header or as a parameter.
    pub(super) fn token(&self) -> Option<&str> {
        self.bearer.as_deref().or_else(|| self.get("access_token"))
    }

    fn add_json(&mut self, bytes: &[u8]) {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => {
                self.pairs.extend(map.into_iter().map(|(key, value)| (key, plain(&value))));
            }
            _ => self.broken = true,
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn decoded(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

fn bearer_of(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    Some(header.strip_prefix("Bearer ")?.trim().to_owned())
}

/// The token that a request presents, in whatever place.
pub(super) fn token_of(parts: &Parts) -> Option<String> {
    let shown = parts.extensions.get::<Params>().and_then(|params| params.token());
    bearer_of(parts).or_else(|| shown.map(str::to_owned))
}

/// Reads the parameters before anything else looks at the request.
pub(super) async fn read(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (json, form) =
        (kind.starts_with("application/json"), kind.starts_with("application/x-www-form-urlencoded"));
    let pairs = decoded(parts.uri.query().unwrap_or_default().as_bytes());
    let mut params = Params { pairs, bearer: bearer_of(&parts), broken: false };
    match axum::body::to_bytes(body, MAX_BODY).await {
        Ok(bytes) if bytes.is_empty() => {}
        Ok(bytes) if json => params.add_json(&bytes),
        Ok(bytes) if form => params.pairs.extend(decoded(&bytes)),
        _ => params.broken = true,
    }
    parts.extensions.insert(params);
    next.run(Request::from_parts(parts, Body::empty())).await
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
