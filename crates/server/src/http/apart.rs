//! Pages are made where their reads of the database cost least; see `docs/adr/0062-pages-are-made-apart.md`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::failure::Failure;
use super::outlive;
use super::state::App;

/// Layer of whatever is read. What changes something writes more than it reads, and runs to its end by itself.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    if outlive::changes(&request) {
        return next.run(request).await;
    }
    match app.engine.db.apart(next.run(request)).await {
        Ok(response) => response,
        Err(error) => Failure::internal(error).into_response(),
    }
}
