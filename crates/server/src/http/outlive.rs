//! What changes something runs to its end, also when the client goes away in the middle of it.
//!
//! A connection that breaks drops the future of its request. A change that was dropped with it would leave an
//! `Idempotency-Key` taken without an answer, a login used up without an account, and a network's answer unread. So such a
//! request runs in a task of its own, which a stop of the server waits for.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::failure::Failure;
use super::state::App;
use super::{FORM_BYTES, extract};
use crate::urls;

/// Layer of everything but uploads, whose bodies have no limit.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = FORM_BYTES.max(app.settings.limits.json_bytes);
    up_to(State((app, limit)), request, next).await
}

/// The same for bodies of at most so many bytes.
pub async fn up_to(State((app, limit)): State<(App, usize)>, request: Request, next: Next) -> Response {
    if !changes(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Read while the client is there, so that the task depends on nobody.
    let bytes = match extract::limited(body, limit).await {
        Ok(bytes) => bytes,
        Err(failure) => return failure.into_response(),
    };
    let work = next.run(Request::from_parts(parts, Body::from(bytes)));
    match app.tasks.spawn(work.in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // As if it had happened here, where it is answered.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Failure::internal(error).into_response(),
        },
    }
}

/// Networks redirect browsers back by a GET, which connects an account all the same.
pub(super) fn changes(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    !request.method().is_safe() || route == Some(urls::OAUTH_CALLBACK)
}
