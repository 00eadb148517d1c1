//! `/sandbox/…`: what tests and the curious may see and change.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};

use super::blob::Received;
use super::router::{HostList, Platforms};
use super::{Fault, Persona, World};

pub(super) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/sandbox/ledger", get(ledger))
        .route("/sandbox/tokens", get(tokens))
        .route("/sandbox/hosts", get(hosts))
        .route("/sandbox/faults", get(list_faults).post(add_fault).delete(clear_faults))
        .route("/sandbox/faults/{id}", delete(remove_fault))
        .route("/sandbox/clock", post(move_clock).get(clock))
        .route("/sandbox/received", get(received))
        .route("/sandbox/blobs/{sha256}", get(blob))
        .route("/sandbox/too-large/{sha256}", get(too_large))
        .route("/sandbox/avatars/{file}", get(avatar))
        .route("/sandbox/truth/{persona}", get(truth))
        .fallback(|| async {
            problem(StatusCode::NOT_FOUND, "not_found", "There is no such sandbox endpoint.")
        })
        .with_state(world)
}

async fn ledger(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "items": world.ledger().items() }))
}

async fn tokens(State(world): State<Arc<World>>) -> Json<Value> {
    let items = world.tokens().list().into_iter().map(|(token, state)| {
        json!({
            "platform": token.platform,
            "server": token.server,
            "account": token.account,
            "kind": token.kind,
            "access_token": token.value,
            "state": state,
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
        })
    });
    Json(json!({ "items": items.collect::<Vec<_>>() }))
}

async fn hosts(Extension(HostList(hosts)): Extension<HostList>) -> Json<Value> {
    Json(json!({ "items": hosts }))
}

async fn list_faults(State(world): State<Arc<World>>) -> Json<Value> {
    let items = world.faults().list().into_iter().map(|(id, fault)| {
        let mut line = json!(fault);
        line["id"] = json!(id.to_string());
        line
    });
    Json(json!({ "items": items.collect::<Vec<_>>() }))
}

async fn add_fault(
    State(world): State<Arc<World>>,
    Extension(Platforms(platforms)): Extension<Platforms>,
    body: Bytes,
) -> Response {
    let fault: Fault = match serde_json::from_slice(&body) {
        Ok(fault) => fault,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &error.to_string()),
    };
    if let Some(problem_text) = fault.problem() {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", problem_text);
    }
    if fault.platform != "*" && !platforms.contains(&fault.platform.as_str()) {
        let known = platforms.join("`, `");
        let unknown =
            format!("there is no platform `{}`; there are `{known}`, and `*` for all", fault.platform);
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &unknown);
    }
    let id = world.faults().add(fault);
    (StatusCode::CREATED, Json(json!({ "id": id.to_string() }))).into_response()
}

async fn clear_faults(State(world): State<Arc<World>>) -> StatusCode {
    world.faults().clear();
    StatusCode::NO_CONTENT
}

async fn remove_fault(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    if id.parse().is_ok_and(|id| world.faults().remove(id)) {
        return StatusCode::NO_CONTENT.into_response();
    }
    problem(StatusCode::NOT_FOUND, "not_found", "There is no fault with this id.")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    advance_s: f64,
}

async fn move_clock(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let moved: Result<MoveClock, _> = serde_json::from_slice(&body);
    let by = moved
        .map_err(|e| e.to_string())
        .and_then(|m| Duration::try_from_secs_f64(m.advance_s).map_err(|e| format!("`advance_s`: {e}")));
    match by {
        Ok(by) if world.clock().offset().saturating_add(by) <= FURTHEST => {
            world.advance(by);
            Json(json!({ "now": world.now() })).into_response()
        }
        Ok(_) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "the clock can't be moved more than 100 years",
        ),
        Err(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", &error),
    }
}

/// A century; later times leave the range that timestamps can show.
const FURTHEST: Duration = Duration::from_secs(100 * 366 * 86_400);

async fn clock(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({ "now": world.now(), "offset_s": world.clock().offset().as_secs_f64() }))
}

/// Which network's truth is wanted; all when nothing is said. And as of when; now when nothing is said.
#[derive(Deserialize)]
struct Of {
    platform: Option<String>,
    at: Option<String>,
}

async fn truth(
    State(world): State<Arc<World>>,
    Extension(Platforms(platforms)): Extension<Platforms>,
    Path(persona): Path<String>,
    Query(of): Query<Of>,
) -> Response {
    let Some(persona) = Persona::find(&persona) else {
        return problem(StatusCode::NOT_FOUND, "not_found", "Nobody of this name lives here.");
    };
    if of.platform.as_deref().is_some_and(|wanted| !platforms.contains(&wanted)) {
        return problem(StatusCode::NOT_FOUND, "not_found", "There is no such network.");
    }
    let now = world.now();
    let at = match of.at.as_deref().map(str::parse::<Timestamp>) {
        None => now,
        Some(Ok(at)) if at <= now => at,
        Some(_) => {
            let text = "`at` must be a time like 2026-11-02T09:00:00Z, and not ahead of the virtual clock";
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
        }
    };
    let wanted = platforms.iter().filter(|name| of.platform.as_deref().is_none_or(|wanted| wanted == **name));
    let networks = wanted.map(|platform| {
        let mut truth = persona.audience(platform).truth(at);
        truth["platform"] = json!(platform);
        truth
    });
    Json(json!({
        "persona": persona.key,
        "zone": persona.zone,
        "now": now,
        "at": at,
        "networks": networks.collect::<Vec<_>>(),
    }))
    .into_response()
}

async fn received(State(world): State<Arc<World>>) -> Json<Received> {
    Json(world.blobs().received())
}

async fn too_large(State(world): State<Arc<World>>, Path(sha256): Path<String>) -> Response {
    let Some(info) = world.blobs().info(&sha256).filter(|info| info.beginning_only) else {
        return problem(StatusCode::NOT_FOUND, "not_found", "There is no such file.");
    };
    let text = format!(
        "This file was too large to be kept here (sandbox.keep_at_most). It arrived whole.\n\nType: {}\nSize: {} bytes\nSHA-256: {}\n",
        info.mime, info.bytes, info.sha256
    );
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

async fn blob(State(world): State<Arc<World>>, Path(sha256): Path<String>) -> Response {
    let Some(info) = world.blobs().info(&sha256) else {
        return problem(StatusCode::NOT_FOUND, "not_found", "There is no such file.");
    };
    if info.beginning_only {
        return problem(StatusCode::GONE, "too_large", "This file was too large to be kept.");
    }
    match world.blobs().open(&sha256).await {
        Ok(stream) => {
            let headers = [
                (CONTENT_TYPE, info.mime),
                (CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
                // Uploaded bytes are strangers' bytes: they must never run as a page.
                (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
            ];
            (headers, axum::body::Body::from_stream(stream)).into_response()
        }
        Err(_) => problem(StatusCode::NOT_FOUND, "not_found", "The bytes of this file are gone."),
    }
}

async fn avatar(Path(file): Path<String>) -> Response {
    match file.strip_suffix(".svg").and_then(Persona::find) {
        Some(persona) => ([(CONTENT_TYPE, "image/svg+xml")], persona.avatar_svg()).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_found", "There is no such persona."),
    }
}

pub(super) fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = json!({ "type": "about:blank", "title": status.canonical_reason(), "status": status.as_u16(),
        "code": code, "detail": detail, "errors": [] });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
