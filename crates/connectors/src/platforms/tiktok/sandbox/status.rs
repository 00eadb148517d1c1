//! `status/fetch` ("Get Video Status").

use axum::response::Response;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::door::{Caller, Door, Endpoint};
use super::memory::{Memory, Task, change};

static FETCH: Endpoint = Endpoint {
    name: "status",
    api: Api::Posting,
    scopes: &["video.publish", "video.upload"],
    per_minute: Some(30),
};

/// `POST /v2/post/publish/status/fetch/`.
pub(super) async fn fetch(door: Door, body: Bytes) -> Response {
    door.close(Api::Posting, told(&door, &body))
}

fn told(door: &Door, body: &[u8]) -> Result<Value, Refusal> {
    let caller = door.open(&FETCH)?;
    let body = Fields::read(Api::Posting, &door.headers, body, &["publish_id"])?;
    let id = body.need_text("publish_id")?;
    let now = door.world.now();
    change(&door.world, |memory| own(memory, &caller, id).map(|task| shown(task, now)))
}

/// A task of the token's person and app.
pub(super) fn own<'a>(memory: &'a mut Memory, caller: &Caller, id: &str) -> Result<&'a mut Task, Refusal> {
    let task = memory.tasks.get_mut(id).ok_or_else(Refusal::publish_id)?;
    if task.owner == caller.persona.key && task.client == caller.client {
        return Ok(task);
    }
    let text = "The access token is not authorized for this publish_id.";
    Err(Refusal::new(StatusCode::BAD_REQUEST, "token_not_authorized_for_specified_publish_id", text))
}

fn shown(task: &Task, now: Timestamp) -> Value {
    let over = task.end.as_ref().filter(|end| end.at <= now);
    let mut out = match over {
        Some(end) => match &end.failure {
            Some(reason) => json!({ "status": "FAILED", "fail_reason": reason }),
            None => posted(task, now),
        },
        // The link ended before the file was whole.
        None if task.has_failed(now) => json!({ "status": "FAILED", "fail_reason": "internal" }),
        None if task.upload.is_some() => json!({ "status": "PROCESSING_UPLOAD" }),
        None => json!({ "status": "PROCESSING_DOWNLOAD" }),
    };
    let arrived: u64 = task.files.iter().map(|file| file.bytes).sum();
    match &task.upload {
        Some(upload) => out["uploaded_bytes"] = json!(upload.stored()),
        None => out["downloaded_bytes"] = json!(arrived),
    }
    out
}

fn posted(task: &Task, now: Timestamp) -> Value {
    match task.post(now) {
        None => json!({ "status": "SEND_TO_USER_INBOX" }),
        // The name is misspelled by TikTok; the ids are numbers of 64 bits.
        Some(post) if post.is_available(now) => {
            json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [post.id] })
        }
        Some(_) => json!({ "status": "PUBLISH_COMPLETE" }),
    }
}
