//! HTTP: the router's assembly, and the layers that hold for every route.
//!
//! Order, from the outside: request id and client address → span, log line and metrics → security headers → compression →
//! rendering of failures → panics → cross-site check → inbound limits → a thread that may wait, for what only reads → time
//! limit. Rendering sits outside of everything that can refuse a request, so that a refusal looks the same wherever it comes
//! from. Below the time limit a change runs on by itself: who waited for it may go away.

pub mod actor;
pub mod apart;
pub mod conditions;
pub mod content;
pub mod context;
pub mod cookies;
pub mod extract;
pub mod failure;
pub mod headers;
mod health;
mod idempotency;
mod limit;
pub mod listen;
pub mod misfit;
pub mod outlive;
pub mod state;
mod strict;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{api, assets, telemetry, web};
pub use failure::Failure;
pub use limit::{Limiter, Refused, Sensitive};
pub use state::{App, Parts};

/// Largest form of a page, in bytes. Uploads have routes and limits of their own.
const FORM_BYTES: usize = 1 << 20;

/// The whole application.
pub fn router(app: &App) -> Router {
    let api = api::routes();
    let timeout = Duration::from_secs(app.settings.server.request_timeout_s);
    let bounded = Router::new()
        .merge(web::routes())
        .merge(api.timed.layer(from_fn_with_state(app.clone(), idempotency::layer)))
        .merge(api::document_route(&api.document))
        .layer(from_fn_with_state(app.clone(), outlive::layer))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout));
    let bounded_webhooks = web::webhooks::routes(app)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout));
    let counted = bounded
        .merge(web::endless_routes())
        .merge(api.uploads)
        .merge(web::upload_routes().layer(DefaultBodyLimit::disable()))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn_with_state(app.clone(), apart::layer))
        .layer(from_fn_with_state(app.clone(), limit::ordinary))
        .layer(cross_site(app));
    Router::new()
        .merge(counted)
        .merge(assets::routes())
        .merge(web::public_media_routes())
        .merge(bounded_webhooks)
        .merge(health::routes())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), failure::render))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), telemetry::observe))
        .layer(from_fn_with_state(app.clone(), context::establish))
        .with_state(app.clone())
}

/// Texts. Media are compressed already, and a compressed answer has no ranges.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("video/"))
}

/// The router of the metrics listener, which answers nothing else.
pub fn metrics_router(app: &App) -> Router {
    health::metrics_only().with_state(app.clone())
}

/// Refuses unsafe requests that a browser says come from another site. API clients send neither `Origin` nor
/// `Sec-Fetch-Site`, so they pass. The public address is trusted by name, for proxies that rewrite `Host`.
fn cross_site(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    match layer.clone().add_trusted_origin(app.settings.public_url()) {
        Ok(layer) => layer,
        Err(error) => {
            tracing::warn!(%error, "the public address can't be an origin, so a proxy must keep the Host header");
            layer
        }
    }
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Failure::internal(format!("a handler panicked: {text}")).into_response()
}
