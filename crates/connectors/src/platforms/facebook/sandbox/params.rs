//! A request's parameters: query, form, JSON body or multipart form together, as the Graph API takes them. Files of a
//! multipart form are stored as they arrive.
//!
//! They are read before the operation is named, because only they say whether a call makes something public.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use serde_json::Value;

use super::state::File;
use crate::sandbox::World;

/// Longest body of a call without files.
const MAX_BODY: usize = 1024 * 1024;

/// Parameters in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
    files: Vec<(String, File)>,
    bearer: Option<String>,
    /// The body could not be read to its end.
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

    /// All values of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }

    pub(super) fn is_false(&self, name: &str) -> bool {
        matches!(self.get(name), Some("false" | "0"))
    }

    /// Names of all parameters, files too.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(n, _)| n.as_str()).chain(self.files.iter().map(|(n, _)| n.as_str()))
    }

    /// All parameters.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// An uploaded file.
    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|(key, _)| key == name).map(|(_, file)| file)
    }

    /// The access token, from the header or as a parameter.
    pub(super) fn token(&self) -> Option<&str> {
        self.bearer.as_deref().or_else(|| self.get("access_token"))
    }

    /// A list of objects: one JSON array, or keys `name[0]`, `name[1]` … with an object each.
    pub(super) fn objects(&self, name: &str) -> Option<Option<Vec<Value>>> {
        if let Some(text) = self.get(name) {
            return Some(serde_json::from_str(text).ok());
        }
        let prefix = format!("{name}[");
        let keyed: Vec<_> = self.pairs.iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
        if keyed.is_empty() {
            return None;
        }
        Some(keyed.iter().map(|(_, value)| serde_json::from_str(value).ok()).collect())
    }

    async fn take(request: Request) -> (Self, Request) {
        let (parts, body) = request.into_parts();
        let pairs = decoded(parts.uri.query().unwrap_or_default().as_bytes());
        let mut params = Self { pairs, bearer: header_token(&parts), ..Self::default() };
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            let world = parts.extensions.get::<Arc<World>>().cloned();
            let read = params.read_multipart(Request::from_parts(parts.clone(), body), world).await;
            params.broken = read.is_none();
            return (params, Request::from_parts(parts, Body::empty()));
        }
        let json = kind.starts_with("application/json");
        if !json && !kind.starts_with("application/x-www-form-urlencoded") {
            return (params, Request::from_parts(parts, body));
        }
        match axum::body::to_bytes(body, MAX_BODY).await {
            Ok(bytes) if json => match serde_json::from_slice(&bytes) {
                Ok(Value::Object(map)) => {
                    params.pairs.extend(map.into_iter().map(|(key, value)| (key, plain(&value))));
                }
                _ => params.broken = true,
            },
            Ok(bytes) => params.pairs.extend(decoded(&bytes)),
            Err(_) => params.broken = true,
        }
        (params, Request::from_parts(parts, Body::empty()))
    }

    async fn read_multipart(&mut self, request: Request, world: Option<Arc<World>>) -> Option<()> {
        let world = world?;
        let mut form = Multipart::from_request(request, &()).await.ok()?;
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name()?.to_owned();
            if field.file_name().is_none() {
                self.pairs.push((name, field.text().await.ok()?));
                continue;
            }
            let info = world.blobs().store(field).await.ok()?;
            self.files.push((name, File::of(info)));
        }
        Some(())
    }
}

fn decoded(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn header_token(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("OAuth "))?;
    Some(token.trim().to_owned())
}

/// The token that a request presents, in whatever place.
pub(super) fn token_of(parts: &Parts) -> Option<String> {
    let params = parts.extensions.get::<Params>();
    header_token(parts).or_else(|| params.and_then(|p| p.token()).map(str::to_owned))
}

/// Reads the parameters before anything else looks at the request. Bodies that are no form stay as they are.
pub(super) async fn read(request: Request, next: Next) -> Response {
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
