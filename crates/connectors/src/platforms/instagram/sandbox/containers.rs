//! Containers: what they may hold, and what becomes of them.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::asked::{Asked, VIDEO_TIME};
use super::fields::{pick, requested};
use super::files;
use super::grant::Right;
use super::nodes::Call;
use super::people::account_id;
use super::state::{Shape, Status, change};
use super::{PLATFORM, RUPLOAD, state};
use crate::sandbox::World;

/// Containers that an account may make within 24 hours.
const DAILY: usize = 400;

/// `POST /{account}/media`
pub(super) async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Publish)?;
    let account = account_id(call.caller.account(call.node, "post")?);
    let now = call.world.now();
    let today = state::read(call.world, |s| s.containers_of_day(&account, now));
    if today >= DAILY {
        return Err(Refusal::new(
            9,
            2_207_042,
            "The account has created too many containers within 24 hours.",
        ));
    }
    let asked = Asked::read(call)?;
    let mut container = asked.container(call, &account, now)?;
    let resumable = asked.fill(call, &mut container).await?;
    let body = json!({ "id": container.id });
    let uri = call.site.url_on(RUPLOAD, &format!("/ig-api-upload/v26.0/{}", container.id));
    change(call.world, |s| s.containers.insert(container.id.clone(), container));
    Ok(if resumable { json!({ "id": body["id"], "uri": uri }) } else { body })
}

/// What videos of a shape may be.
pub(super) fn limit_of(shape: Shape) -> files::VideoLimit {
    if shape == Shape::Story { files::STORY } else { files::REEL }
}

/// When processing that starts now ends.
pub(super) fn ready_at(world: &World, operation: &str, usual: Duration) -> Timestamp {
    let now = world.now();
    now.checked_add(world.processing_time(PLATFORM, operation, usual)).unwrap_or(now)
}

/// Processing of an upload that is complete.
pub(super) fn processed_at(world: &World) -> Timestamp {
    ready_at(world, "containers.upload", VIDEO_TIME)
}

/// The refusal of everything older than a day.
pub(super) fn expired() -> Refusal {
    Refusal::new(-2, 2_207_020, "The media you are trying to access has expired. Please try to upload again.")
}

/// `GET /{container}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Publish)?;
    let now = call.world.now();
    let container = state::read(call.world, |s| s.containers.get(call.node).cloned());
    let Some(container) = container.filter(|c| call.caller.account(&c.account, "get").is_ok()) else {
        return Err(Refusal::missing(call.node, "get"));
    };
    let (code, text) = match container.status(now) {
        Status::InProgress => ("IN_PROGRESS", "In progress: Media is still being processed.".to_owned()),
        Status::Finished => {
            ("FINISHED", "Finished: Media has been uploaded and it is ready to be published.".to_owned())
        }
        Status::Error(subcode) => {
            ("ERROR", format!("Error: Media upload has failed with error code {subcode}"))
        }
        Status::Expired => ("EXPIRED", "Expired: Media has not been published within 24 hours.".to_owned()),
        Status::Published => ("PUBLISHED", "Published: Media has been successfully published.".to_owned()),
    };
    let video_status = container.upload.as_ref().map_or(Value::Null, |upload| {
        let done = upload.total.is_some_and(|total| upload.received() >= total);
        json!({
            "uploading_phase": {
                "status": if done { "complete" } else { "in_progress" },
                "bytes_transferred": upload.received(),
            },
            "processing_phase": { "status": if code == "FINISHED" { "complete" } else { "not_started" } },
        })
    });
    pick(
        "ShadowIGMediaBuilder",
        &requested(call.params)?,
        &[
            ("id", json!(container.id)),
            ("status_code", json!(code)),
            ("status", json!(text)),
            ("video_status", video_status),
            ("copyright_check_status", Value::Null),
        ],
    )
}
