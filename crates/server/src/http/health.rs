//! For the machines that watch the server.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use carillon_domain::publication::PublicationState;
use carillon_engine::breaker::{Breakers, OpenCount};
use carillon_store::repo::waiting;
use carillon_store::{StoreError, migrate};
use serde::Serialize;
use subtle::ConstantTimeEq;

use super::failure::Failure;
use super::state::App;
use crate::urls;

/// Routes of the main listener.
pub fn routes() -> Router<App> {
    Router::new()
        .route(urls::HEALTHZ, get(healthz))
        .route(urls::READYZ, get(readyz))
        .route(urls::METRICS, get(metrics))
}

/// Routes of the metrics listener.
pub fn metrics_only() -> Router<App> {
    Router::new().route(urls::METRICS, get(|State(app): State<App>| async move { numbers(&app).await }))
}

async fn healthz() -> &'static str {
    "ok"
}

/// What a load balancer or a monitor wants to know.
#[derive(Debug, Serialize)]
struct Readiness {
    /// `ok` or `unavailable`; with the HTTP status 200 or 503.
    status: &'static str,
    /// `ok` or `unreachable`.
    database: &'static str,
    migrations: Option<Migrations>,
    /// How long the oldest publication has been due without being sent; 0 when none is. A number that grows means that
    /// no worker works.
    oldest_overdue_seconds: Option<i64>,
    /// Publications that wait for a person or a reconnection.
    held: Option<i64>,
    /// Publications of which a person must say whether they are public.
    unconfirmed: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Migrations {
    /// The newest step that this program knows.
    known: i64,
    /// The newest step that the database has.
    applied: i64,
    current: bool,
}

async fn readyz(State(app): State<App>) -> Response {
    let (status, readiness) = match readiness(&app).await {
        Ok(readiness) if readiness.migrations.as_ref().is_some_and(|m| m.current) => {
            (StatusCode::OK, readiness)
        }
        Ok(readiness) => (StatusCode::SERVICE_UNAVAILABLE, Readiness { status: "unavailable", ..readiness }),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            let nothing = Readiness {
                status: "unavailable",
                database: "unreachable",
                migrations: None,
                oldest_overdue_seconds: None,
                held: None,
                unconfirmed: None,
            };
            (StatusCode::SERVICE_UNAVAILABLE, nothing)
        }
    };
    (status, Json(readiness)).into_response()
}

async fn readiness(app: &App) -> Result<Readiness, StoreError> {
    app.engine.db.ping().await?;
    let (known, applied) = migrate::versions(&app.engine.db).await?;
    let waiting = Waiting::count(app).await?;
    Ok(Readiness {
        status: "ok",
        database: "ok",
        migrations: Some(Migrations { known, applied, current: migrate::fits(known, applied) }),
        oldest_overdue_seconds: Some(waiting.oldest_overdue_s),
        held: Some(waiting.held),
        unconfirmed: Some(waiting.unconfirmed),
    })
}

/// What waits for a worker or for a person, over all workspaces.
struct Waiting {
    oldest_overdue_s: i64,
    held: i64,
    unconfirmed: i64,
}

impl Waiting {
    async fn count(app: &App) -> Result<Self, StoreError> {
        let (db, now) = (&app.engine.db, app.engine.clock.now());
        let oldest = waiting::oldest_overdue(db, now).await?;
        Ok(Self {
            oldest_overdue_s: oldest.map_or(0, |due| now.duration_since(due).as_secs().max(0)),
            held: waiting::count_in(db, PublicationState::Held).await?,
            unconfirmed: waiting::count_in(db, PublicationState::Unconfirmed).await?,
        })
    }

    /// In the text format of Prometheus. They come from the database when somebody asks, so every node says the same.
    fn render(&self) -> String {
        [
            ("carillon_oldest_overdue_seconds", self.oldest_overdue_s),
            ("carillon_publications_held", self.held),
            ("carillon_publications_unconfirmed", self.unconfirmed),
        ]
        .iter()
        .map(|(name, value)| format!("# TYPE {name} gauge\n{name} {value}\n"))
        .collect()
    }
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
        numbers(&app).await
    } else {
        Failure::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Metrics want the token of the setting `metrics.token`.",
        )
        .into_response()
    }
}

/// Which networks this node leaves alone because they fail.
fn left_alone(breakers: &Breakers, now: Duration) -> String {
    let mut text = "# TYPE carillon_breaker_open gauge\n".to_owned();
    for OpenCount { platform, operation, servers } in breakers.open(now) {
        let labels = format!("platform=\"{platform}\",operation=\"{operation}\"");
        text.push_str(&format!("carillon_breaker_open{{{labels}}} {servers}\n"));
    }
    text
}

async fn numbers(app: &App) -> Response {
    let mut text = app.metrics.render();
    match Waiting::count(app).await {
        Ok(waiting) => text.push_str(&waiting.render()),
        // The process has numbers of its own all the same; those of the database are missing, not zero.
        Err(error) => tracing::error!(%error, "what waits could not be counted"),
    }
    text.push_str(&left_alone(&app.engine.networks.breakers, app.engine.clock.monotonic()));
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
