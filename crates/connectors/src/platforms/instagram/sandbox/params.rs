//! A request's parameters: query, form and JSON body together, as the Graph API takes them.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use serde_json::Value;

/// Longest body of a call without media.
const MAX_BODY: usize = 1024 * 1024;

/// Parameters in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
    bearer: Option<String>,
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

    /// A list: JSON array or comma list.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let text = self.get(name)?.trim();
        if text.starts_with('[') {
            let items: Vec<Value> = serde_json::from_str(text).ok()?;
            return Some(items.iter().map(plain).collect());
        }
        Some(text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect())
    }

    fn read(&mut self, parts: &Parts, body: &[u8]) {
        let decode = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect::<Vec<_>>();
        self.pairs = decode(parts.uri.query().unwrap_or_default().as_bytes());
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            if let Ok(Value::Object(map)) = serde_json::from_slice(body) {
                self.pairs.extend(map.into_iter().map(|(key, value)| (key, plain(&value))));
            }
        } else {
            self.pairs.extend(decode(body));
        }
        let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ").or_else(|| h.strip_prefix("OAuth ")));
        self.bearer = token.map(|t| t.trim().to_owned());
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = http::StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body): (Parts, Body) = request.into_parts();
        let body =
            axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| http::StatusCode::PAYLOAD_TOO_LARGE)?;
        let mut params = Self::default();
        params.read(&parts, &body);
        Ok(params)
    }
}
