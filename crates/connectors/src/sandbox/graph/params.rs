//! A request's parameters: query, form and JSON body together, as the APIs take them.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use serde_json::Value;

/// Longest body of a call without files.
const MAX_BODY: usize = 1024 * 1024;

/// Parameters in order of arrival, and the token of the header.
#[derive(Debug, Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    bearer: Option<String>,
    /// The body could not be read to its end.
    pub broken: bool,
}

impl Params {
    /// What query and header say.
    pub fn of_head(parts: &Parts) -> Self {
        let pairs = decoded(parts.uri.query().unwrap_or_default().as_bytes());
        Self { pairs, bearer: bearer(parts), broken: false }
    }

    /// The parameters of a request. Its body is read if it is a form or JSON, else it is left as it was.
    pub async fn take(request: Request) -> (Self, Request) {
        let (parts, body) = request.into_parts();
        let mut params = Self::of_head(&parts);
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let json = kind.starts_with("application/json");
        if !json && !kind.starts_with("application/x-www-form-urlencoded") {
            return (params, Request::from_parts(parts, body));
        }
        match axum::body::to_bytes(body, MAX_BODY).await {
            Ok(bytes) if json => match serde_json::from_slice(&bytes) {
                Ok(Value::Object(map)) => {
                    params.pairs.extend(map.into_iter().map(|(key, value)| (key, plain(&value))));
                }
                _ => params.broken = !bytes.is_empty(),
            },
            Ok(bytes) => params.pairs.extend(decoded(&bytes)),
            Err(_) => params.broken = true,
        }
        (params, Request::from_parts(parts, Body::empty()))
    }

    /// Adds one, for example out of a multipart form.
    pub fn add(&mut self, name: String, value: String) {
        self.pairs.push((name, value));
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same; missing is empty.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The same, if it is not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Yes or no, missing is no; nothing when it is neither.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.text(name) {
            "true" | "1" => Some(true),
            "" | "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// Whether it asks for something: it is there, and not just a no.
    pub fn asks(&self, name: &str) -> bool {
        self.flag(name) != Some(false)
    }

    /// A list: a JSON array, or separated by commas. Nothing when it is missing, or begins like an array and is none.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let text = self.get(name)?.trim();
        if text.starts_with('[') {
            let items: Vec<Value> = serde_json::from_str(text).ok()?;
            return Some(items.iter().map(plain).collect());
        }
        Some(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }

    /// Names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }

    /// All parameters.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The access token, from the header or as a parameter.
    pub fn token(&self) -> Option<&str> {
        self.bearer.as_deref().or_else(|| self.get("access_token"))
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn decoded(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// The token in a request's header.
pub fn bearer(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("OAuth "))?;
    Some(token.trim().to_owned())
}

/// Reads the parameters before anything else looks at the request, because they can say which operation it is.
pub async fn read_params(request: Request, next: Next) -> Response {
    let (params, mut request) = Params::take(request).await;
    request.extensions_mut().insert(params);
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
