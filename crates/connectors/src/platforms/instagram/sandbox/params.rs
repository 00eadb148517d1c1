//! A request's parameters, as handlers take them.

use std::ops::Deref;

use axum::extract::{FromRequest, Request};
use http::StatusCode;

use crate::sandbox::graph;

/// Parameters in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(graph::Params);

impl Deref for Params {
    type Target = graph::Params;

    fn deref(&self) -> &graph::Params {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (params, _) = graph::Params::take(request).await;
        if params.broken { Err(StatusCode::BAD_REQUEST) } else { Ok(Self(params)) }
    }
}
