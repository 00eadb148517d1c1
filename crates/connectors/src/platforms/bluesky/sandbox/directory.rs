//! Handles and DIDs: the directory, and the well-known addresses of servers and handles.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::{self, Account};
use super::reply::{self, Answer};
use crate::sandbox::{Site, World, op};

/// Everything outside `/xrpc`.
pub fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/{did}", get(did).layer(op("didDocument")))
        .route("/.well-known/atproto-did", get(well_known_did).layer(op("wellKnownDid")))
        .route(
            "/.well-known/oauth-protected-resource",
            get(protected_resource).layer(op("protectedResource")),
        )
}

/// An account's DID document, with the server's address in the form in which the client reached us.
pub fn document(site: &Site, account: &Account) -> Value {
    let did = account.did();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "alsoKnownAs": [format!("at://{}", account.handle())],
        "verificationMethod": [],
        "service": [{
            "id": "#atproto_pds",
            "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": site.base_of(&account.host),
        }],
    })
}

async fn did(State(world): State<Arc<World>>, site: Site, Path(did): Path<String>) -> Response {
    if site.host != "plc.directory" {
        return StatusCode::NOT_FOUND.into_response();
    }
    match accounts::find(&world, &did).filter(|a| a.did() == did) {
        Some(account) => ([(CONTENT_TYPE, "application/did+ld+json")], document(&site, &account).to_string())
            .into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "message": format!("DID not registered: {did}") })))
            .into_response(),
    }
}

/// On the host that a handle names.
async fn well_known_did(State(world): State<Arc<World>>, site: Site) -> Response {
    match accounts::find(&world, &site.host) {
        Some(account) => account.did().into_response(),
        None => (StatusCode::NOT_FOUND, "User not found").into_response(),
    }
}

/// Servers behind the entryway name it as the place where one signs in; others name themselves.
async fn protected_resource(site: Site) -> Response {
    if !accounts::is_server(&site.host) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let issuer = if site.host == accounts::HOSTED { site.base_of(accounts::ENTRYWAY) } else { site.base() };
    Json(json!({
        "resource": site.base(),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
    }))
    .into_response()
}

/// Parameters of `resolveHandle`.
#[derive(Deserialize)]
pub struct Ask {
    handle: Option<String>,
}

/// `com.atproto.identity.resolveHandle`, on any server and on the index.
pub async fn resolve_handle(State(world): State<Arc<World>>, Query(ask): Query<Ask>) -> Answer {
    let Some(handle) = ask.handle.filter(|h| h.contains('.')) else {
        return Ok(reply::internal(StatusCode::INTERNAL_SERVER_ERROR));
    };
    match accounts::find(&world, &handle).filter(|a| a.handle() == handle.to_ascii_lowercase()) {
        Some(account) => reply::ok(json!({ "did": account.did() })),
        None => Ok(reply::invalid("Unable to resolve handle")),
    }
}
