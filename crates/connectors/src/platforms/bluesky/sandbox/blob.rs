//! Uploads. A file is kept apart until a record uses it; what no record uses vanishes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Value, json};

use super::reply::{self, Answer};
use super::state::{self, Blob, Repo};
use super::{PLATFORM, budget, cid, session};
use crate::sandbox::{Site, World};

/// Largest upload.
const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// How long a file without a record is kept.
const UNUSED_LIFE: Duration = Duration::from_secs(6 * 3600);

/// `com.atproto.repo.uploadBlob`
pub async fn upload(State(world): State<Arc<World>>, site: Site, headers: HeaderMap, body: Body) -> Answer {
    let caller = session::writer(&world, &site, &headers)?;
    let did = caller.account.did();
    let limits = budget::charge(&world, &budget::uploads(&did))?;
    let header = |name| headers.get(name).and_then(|v: &http::HeaderValue| v.to_str().ok());
    let Some(declared) = header(CONTENT_TYPE).map(str::to_owned) else {
        return Ok(reply::invalid("Request encoding (Content-Type) required but not provided"));
    };
    let too_large =
        || reply::error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeError", "request entity too large");
    if header(CONTENT_LENGTH).and_then(|v| v.parse::<u64>().ok()).is_some_and(|n| n > MAX_BYTES) {
        return Ok(too_large());
    }
    let Ok(info) = world.blobs().store_body(body).await else {
        return Ok(reply::invalid("Request stream ended early"));
    };
    if info.bytes > MAX_BYTES {
        world.blobs().remove(&info.sha256).await;
        return Ok(too_large());
    }
    // The server looks for itself and believes the client only when it can't tell.
    let mime = if info.mime == "application/octet-stream" { declared } else { info.mime };
    let id = cid::of_blob(&info.sha256);
    let now = world.now();
    world.state(PLATFORM, |s: &mut state::State| {
        let blobs = &mut s.repo(&did).blobs;
        let used = blobs.get(&id).is_some_and(|b| b.used);
        let blob = Blob { sha256: info.sha256, mime: mime.clone(), size: info.bytes, at: now, used };
        blobs.insert(id.clone(), blob);
    });
    let blob = json!({ "$type": "blob", "ref": { "$link": id }, "mimeType": mime, "size": info.bytes });
    Ok(budget::attach(reply::ok(json!({ "blob": blob }))?, limits))
}

/// A refusal of a record for its blobs.
pub struct Refused {
    /// Error name.
    pub name: &'static str,
    /// Message.
    pub message: String,
}

/// Checks that the blobs a record names are there and are what it says; then they are in use.
pub fn use_all(repo: &mut Repo, record: &Value, now: Timestamp) -> Result<(), Refused> {
    let mut named = Vec::new();
    collect(record, &mut named);
    for blob in &named {
        let id = blob.pointer("/ref/$link").and_then(Value::as_str).unwrap_or_default();
        let found =
            repo.blobs.get(id).filter(|b| b.used || now.duration_since(b.at).unsigned_abs() <= UNUSED_LIFE);
        let Some(found) = found else {
            return Err(Refused { name: "BlobNotFound", message: format!("Could not find blob: {id}") });
        };
        let mime = blob.get("mimeType").and_then(Value::as_str).unwrap_or_default();
        if mime != found.mime {
            let message = format!(
                "Referenced Mimetype does not match stored blob. Expected: {}, Got: {mime}",
                found.mime
            );
            return Err(Refused { name: "InvalidMimeType", message });
        }
        let size = blob.get("size").and_then(Value::as_u64).unwrap_or_default();
        if size != found.size {
            let message =
                format!("Referenced Size does not match stored blob. Expected: {}, Got: {size}", found.size);
            return Err(Refused { name: "InvalidSize", message });
        }
    }
    for blob in named {
        let id = blob.pointer("/ref/$link").and_then(Value::as_str).unwrap_or_default();
        if let Some(found) = repo.blobs.get_mut(id) {
            found.used = true;
        }
    }
    Ok(())
}

fn collect<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) if fields.get("$type") == Some(&Value::from("blob")) => into.push(value),
        Value::Object(fields) => fields.values().for_each(|v| collect(v, into)),
        Value::Array(items) => items.iter().for_each(|v| collect(v, into)),
        _ => {}
    }
}
