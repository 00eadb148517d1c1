//! For the machines that watch the server.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use subtle::ConstantTimeEq;

use super::failure::Failure;
use super::state::App;
use crate::urls;

/// Routes of the main listener.
pub fn routes() -> Router<App> {
    Router::new().route(urls::HEALTHZ, get(healthz)).route(urls::METRICS, get(metrics))
}

/// Routes of the metrics listener.
pub fn metrics_only() -> Router<App> {
    Router::new().route(urls::METRICS, get(|State(app): State<App>| async move { numbers(&app) }))
}

async fn healthz() -> &'static str {
    "ok"
}

/// On the main listener the numbers want the token of the settings; without one they are not there.
async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let wanted = app.settings.metrics.token.expose();
    if wanted.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let given = given.and_then(|v| v.strip_prefix("Bearer ")).unwrap_or_default();
    if bool::from(given.as_bytes().ct_eq(wanted.as_bytes())) {
        numbers(&app)
    } else {
        Failure::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Metrics want the token of the setting `metrics.token`.",
        )
        .into_response()
    }
}

fn numbers(app: &App) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.render()).into_response()
}
