//! Logs and metrics of requests.

use std::io::IsTerminal;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::{Instrument, Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::http::App;
use crate::http::context::RequestContext;
use crate::settings::{Log, LogFormat};

/// Upper bounds of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Whether an event may be logged at all, whatever the operator's filter says. Below `info` this library writes down the
/// address of each request as it is, with the single-use link of a set-up or sign-in inside.
fn is_discreet(event: &Metadata<'_>) -> bool {
    *event.level() <= Level::INFO || !event.target().starts_with("tower_http")
}

/// Sends logs to stderr. Stdout belongs to what commands print.
///
/// # Errors
/// When the filter can't be understood; the text says why.
pub fn log_to_stderr(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|e| e.to_string())?;
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let lines = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_target(false).boxed(),
    };
    // A second call, as in tests, keeps the first subscriber.
    let result =
        tracing_subscriber::registry().with(filter).with(filter_fn(is_discreet)).with(lines).try_init();
    if let Err(error) = result {
        tracing::debug!(%error, "logs were already set up");
    }
    Ok(())
}

/// A recorder for this process, and the handle that renders it.
///
/// # Errors
/// When another recorder is installed already; the text says so.
pub fn install_metrics() -> Result<PrometheusHandle, String> {
    let recorder = builder()?.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|e| e.to_string())?;
    Ok(handle)
}

/// A handle without a recorder, for applications inside of tests.
///
/// # Errors
/// When the buckets are wrong, which is a defect.
pub fn detached_metrics() -> Result<PrometheusHandle, String> {
    Ok(builder()?.build_recorder().handle())
}

fn builder() -> Result<PrometheusBuilder, String> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)
        .map_err(|e| e.to_string())
}

/// One span, one log line and the metrics of each request. The route's pattern is used, never the path with its ids, so
/// that numbers can be added up and single-use links stay out of the logs.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let context = request.extensions().get::<RequestContext>().cloned().unwrap_or_default();
    let span = tracing::info_span!("request", id = %context.request_id);
    let started = app.engine.clock.monotonic();
    let response = next.run(request).instrument(span.clone()).await;
    let took = app.engine.clock.monotonic().saturating_sub(started);

    let status = response.status().as_u16();
    let labels = [("method", method.to_string()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("carillon_http_requests_total", &labels).increment(1);
    metrics::histogram!("carillon_http_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if crate::urls::is_quiet(&route) {
            tracing::debug!(%method, route, status, millis, client = %context.client, "answered");
        } else {
            tracing::info!(%method, route, status, millis, client = %context.client, "answered");
        }
    });
    response
}
