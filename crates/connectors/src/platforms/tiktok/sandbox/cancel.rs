//! `cancel`: stops a pull that is not over ("Media Transfer Guide").

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::door::{Door, Endpoint};
use super::memory::change;
use super::status::own;

static CANCEL: Endpoint = Endpoint {
    name: "cancel",
    api: Api::Posting,
    scopes: &["video.publish", "video.upload"],
    per_minute: None,
};

/// `POST /v2/post/publish/cancel/`.
pub(super) async fn cancel(door: Door, body: Bytes) -> Response {
    door.close(Api::Posting, stopped(&door, &body))
}

/// It is tried at best: a task that is over, or that waits for its bytes, goes on as it is.
fn stopped(door: &Door, body: &[u8]) -> Result<Value, Refusal> {
    let caller = door.open(&CANCEL)?;
    let body = Fields::read(Api::Posting, &door.headers, body, &["publish_id"])?;
    let id = body.need_text("publish_id")?;
    let now = door.world.now();
    change(&door.world, |memory| {
        own(memory, &caller, id).map(|task| {
            let pulled = task.upload.is_none();
            if let Some(end) = task.end.as_mut().filter(|end| pulled && now < end.at) {
                end.failure = Some("publish_cancelled".to_owned());
                end.at = now;
            }
            json!({})
        })
    })
}
