//! `creator_info/query`: what the creator can choose from, asked before each direct post ("Query Creator Info").

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::door::{Door, Endpoint};
use super::memory::change;
use super::post_info::Privacy;
use super::{caps, people, users};

static QUERY: Endpoint =
    Endpoint { name: "creator_info", api: Api::Posting, scopes: &["video.publish"], per_minute: Some(20) };

/// `POST /v2/post/publish/creator_info/query/`.
pub(super) async fn query(door: Door, body: Bytes) -> Response {
    door.close(Api::Posting, info(&door, &body))
}

fn info(door: &Door, body: &[u8]) -> Result<Value, Refusal> {
    let caller = door.open(&QUERY)?;
    if !body.is_empty() {
        Fields::read(Api::Posting, &door.headers, body, &[])?;
    }
    let now = door.world.now();
    let settings = change(&door.world, |memory| {
        caps::may_post(memory, &caller, now).map(|()| people::settings(memory, caller.persona))
    })?;
    let options = Privacy::options(settings.private).map(Privacy::name);
    Ok(json!({
        "creator_avatar_url": users::avatar(door, caller.persona, 168),
        "creator_username": caller.persona.key,
        "creator_nickname": caller.persona.name,
        "privacy_level_options": options,
        "comment_disabled": settings.no_comment,
        "duet_disabled": settings.no_duet,
        "stitch_disabled": settings.no_stitch,
        "max_video_post_duration_sec": settings.longest_s,
    }))
}
