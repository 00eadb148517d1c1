//! A request's parameters: query, form, JSON body or multipart form together, as the Graph API takes them. Files of a
//! multipart form are stored as they arrive.
//!
//! They are read before the operation is named, because only they say whether a call makes something public.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde_json::Value;

use super::state::File;
use crate::sandbox::{World, graph};

/// Parameters and files in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    shared: graph::Params,
    files: Vec<(String, File)>,
}

impl Deref for Params {
    type Target = graph::Params;

    fn deref(&self) -> &graph::Params {
        &self.shared
    }
}

impl Params {
    /// All values of a parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs().iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some("true" | "1"))
    }

    pub(super) fn is_false(&self, name: &str) -> bool {
        matches!(self.get(name), Some("false" | "0"))
    }

    /// Names of all parameters, files too.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.shared.names().chain(self.files.iter().map(|(n, _)| n.as_str()))
    }

    /// An uploaded file.
    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|(key, _)| key == name).map(|(_, file)| file)
    }

    /// A list of objects: one JSON array, or keys `name[0]`, `name[1]` … with an object each.
    pub(super) fn objects(&self, name: &str) -> Option<Option<Vec<Value>>> {
        if let Some(text) = self.get(name) {
            return Some(serde_json::from_str(text).ok());
        }
        let prefix = format!("{name}[");
        let keyed: Vec<_> = self.pairs().iter().filter(|(key, _)| key.starts_with(&prefix)).collect();
        if keyed.is_empty() {
            return None;
        }
        Some(keyed.iter().map(|(_, value)| serde_json::from_str(value).ok()).collect())
    }

    async fn take(request: Request) -> (Self, Request) {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let (shared, request) = graph::Params::take(request).await;
            return (Self { shared, ..Self::default() }, request);
        }
        let (parts, body) = request.into_parts();
        let mut params = Self { shared: graph::Params::of_head(&parts), ..Self::default() };
        let world = parts.extensions.get::<Arc<World>>().cloned();
        let read = params.read_multipart(Request::from_parts(parts.clone(), body), world).await;
        params.shared.broken = read.is_none();
        (params, Request::from_parts(parts, axum::body::Body::empty()))
    }

    async fn read_multipart(&mut self, request: Request, world: Option<Arc<World>>) -> Option<()> {
        let world = world?;
        let mut form = Multipart::from_request(request, &()).await.ok()?;
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name()?.to_owned();
            if field.file_name().is_none() {
                self.shared.add(name, field.text().await.ok()?);
                continue;
            }
            let info = world.blobs().store(field).await.ok()?;
            self.files.push((name, File::of(info)));
        }
        Some(())
    }
}

/// The token that a request presents, in whatever place.
pub(super) fn token_of(parts: &Parts) -> Option<String> {
    let params = parts.extensions.get::<Params>();
    graph::bearer(parts).or_else(|| params.and_then(|p| p.token()).map(str::to_owned))
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
