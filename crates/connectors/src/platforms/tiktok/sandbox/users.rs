//! `user/info` ("Get User Info").

use std::time::Duration;

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::answer::{Api, Refusal};
use super::door::{Caller, Door, Endpoint};
use super::memory::change;
use super::{PLATFORM, WWW, numbers, people};
use crate::sandbox::Persona;

static INFO: Endpoint =
    Endpoint { name: "user.info", api: Api::Display, scopes: &["user.info.basic"], per_minute: Some(600) };

/// The fields that each scope opens.
const FIELDS: [(&str, &[&str]); 3] = [
    (
        "user.info.basic",
        &["open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name"],
    ),
    ("user.info.profile", &["bio_description", "profile_deep_link", "is_verified", "username"]),
    ("user.info.stats", &["follower_count", "following_count", "likes_count", "video_count"]),
];

fn scope_of(field: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(_, fields)| fields.contains(&field)).map(|(scope, _)| *scope)
}

/// `GET /v2/user/info/`.
pub(super) async fn info(door: Door) -> Response {
    door.close(Api::Display, told(&door))
}

/// One field without its scope spoils the whole call.
fn told(door: &Door) -> Result<Value, Refusal> {
    let caller = door.open(&INFO)?;
    let fields = door.fields(|field| scope_of(field).is_some())?;
    for scope in fields.iter().filter_map(|field| scope_of(field)) {
        caller.needs(&door.world, Api::Display, &[scope])?;
    }
    let whole = everything(door, &caller);
    let user: Map<String, Value> = fields
        .into_iter()
        .map(|field| {
            let value = whole[field.as_str()].clone();
            (field, value)
        })
        .collect();
    Ok(json!({ "user": user }))
}

fn everything(door: &Door, caller: &Caller) -> Value {
    let (persona, now) = (caller.persona, door.world.now());
    let (likes, videos) = change(&door.world, |memory| {
        let posts = memory.available(persona, now);
        (posts.iter().map(|(task, post)| numbers::of(task, post, now).likes).sum::<u64>(), posts.len())
    });
    json!({
        "open_id": people::open_id(persona, &caller.client),
        "union_id": people::union_id(persona),
        "avatar_url": avatar(door, persona, 168),
        "avatar_url_100": avatar(door, persona, 100),
        "avatar_large_url": avatar(door, persona, 720),
        "display_name": persona.name,
        "bio_description": persona.bio,
        "profile_deep_link": door.site.url_on(WWW, &format!("/@{}", persona.key)),
        "is_verified": persona.brand,
        "username": persona.key,
        "follower_count": numbers::followers(persona, now),
        "following_count": persona.following(PLATFORM),
        "likes_count": likes,
        "video_count": videos,
    })
}

/// A picture's address. It says that it is good for two hours.
pub(super) fn avatar(door: &Door, persona: &Persona, pixels: u32) -> String {
    let address = door.site.avatar_url(persona.key);
    signed(door, &format!("{address}?size={pixels}"), Duration::from_secs(2 * 3_600))
}

/// An address with an end and a signature, as TikTok's image hosts have them.
pub(super) fn signed(door: &Door, address: &str, life: Duration) -> String {
    let until = (door.world.now() + life).as_second();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}x-expires={until}&x-signature=c2FuZGJveA%3D%3D")
}
