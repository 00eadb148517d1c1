//! `video/list` and `video/query` ("List Videos", "Query Videos"): what everybody can see of a person's posts.

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::door::{Door, Endpoint};
use super::memory::{Kind, Post, Task, change};
use super::users::signed;
use super::{WWW, numbers};
use crate::sandbox::Site;
use crate::sandbox::page::escape;

static LIST: Endpoint =
    Endpoint { name: "video.list", api: Api::Display, scopes: &["video.list"], per_minute: Some(600) };
static QUERY: Endpoint =
    Endpoint { name: "video.query", api: Api::Display, scopes: &["video.list"], per_minute: Some(600) };

const FIELDS: [&str; 15] = [
    "id",
    "create_time",
    "cover_image_url",
    "share_url",
    "video_description",
    "duration",
    "height",
    "width",
    "title",
    "embed_html",
    "embed_link",
    "like_count",
    "comment_count",
    "share_count",
    "view_count",
];
/// Most videos of an answer, and how many unless asked.
const MOST: u64 = 20;
const USUAL: u64 = 10;
/// How long a cover's address lives.
const COVER: Duration = Duration::from_secs(6 * 3_600);
/// What a film is taken for that does not say: ten seconds, upright.
const USUAL_MS: u64 = 10_000;
const USUAL_SIZE: (u32, u32) = (576, 1_024);

/// `POST /v2/video/list/`.
pub(super) async fn list(door: Door, body: Bytes) -> Response {
    door.close(Api::Display, page(&door, &body))
}

fn page(door: &Door, body: &[u8]) -> Result<Value, Refusal> {
    let caller = door.open(&LIST)?;
    let fields = door.fields(|field| FIELDS.contains(&field))?;
    let body = Fields::read(Api::Display, &door.headers, body, &["cursor", "max_count"])?;
    let most = body.number("max_count")?.unwrap_or(USUAL);
    if !(1..=MOST).contains(&most) {
        return Err(body.wrong("max_count", "must be between 1 and 20"));
    }
    let now = door.world.now();
    let start = i64::try_from(body.number("cursor")?.unwrap_or(u64::MAX)).unwrap_or(i64::MAX);
    Ok(change(&door.world, |memory| {
        let mut older = memory.available(caller.persona, now);
        older.retain(|(_, post)| post.at.as_millisecond() < start);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let has_more = older.len() > most;
        older.truncate(most);
        let last = older.last().map(|(_, post)| post.at.as_millisecond());
        let videos: Vec<Value> = older.iter().map(|(task, post)| some(door, task, post, &fields)).collect();
        let cursor = last.unwrap_or_else(|| start.min(now.as_millisecond()));
        json!({ "videos": videos, "cursor": cursor, "has_more": has_more })
    }))
}

/// `POST /v2/video/query/`. Ids of others, of what nobody sees, and unknown ones are left out.
pub(super) async fn query(door: Door, body: Bytes) -> Response {
    door.close(Api::Display, named(&door, &body))
}

fn named(door: &Door, body: &[u8]) -> Result<Value, Refusal> {
    let caller = door.open(&QUERY)?;
    let fields = door.fields(|field| FIELDS.contains(&field))?;
    let body = Fields::read(Api::Display, &door.headers, body, &["filters"])?;
    let filters = body.need_object("filters", &["video_ids"])?;
    let ids = filters.texts("video_ids")?;
    if ids.is_empty() || ids.len() as u64 > MOST {
        return Err(filters.wrong("video_ids", "must have 1 to 20 ids"));
    }
    let now = door.world.now();
    Ok(change(&door.world, |memory| {
        let mut found = memory.available(caller.persona, now);
        found.retain(|(_, post)| ids.contains(&post.id.to_string()));
        let videos: Vec<Value> = found.iter().map(|(task, post)| some(door, task, post, &fields)).collect();
        json!({ "videos": videos })
    }))
}

/// The fields that were asked for.
fn some(door: &Door, task: &Task, post: &Post, fields: &[String]) -> Value {
    let whole = everything(door, task, post);
    let named = fields.iter().map(|field| (field.clone(), whole[field.as_str()].clone()));
    Value::Object(named.collect::<Map<_, _>>())
}

fn everything(door: &Door, task: &Task, post: &Post) -> Value {
    let numbers = numbers::of(task, post, door.world.now());
    let file = task.files.first();
    let (width, height) = file.and_then(|file| file.size).unwrap_or(USUAL_SIZE);
    let milliseconds = match task.kind {
        Kind::Video => file.and_then(|file| file.milliseconds).unwrap_or(USUAL_MS),
        Kind::Photo => 0,
    };
    let cover = match (task.kind, file) {
        (Kind::Photo, Some(file)) => door.site.blob_url(&file.sha256),
        _ => door.site.avatar_url(&task.owner),
    };
    let share = address(&door.site, task, post);
    let embed = door.site.url_on(WWW, &format!("/embed/v3/{}", post.id));
    json!({
        "id": post.id.to_string(),
        "create_time": post.at.as_second(),
        "cover_image_url": signed(door, &cover, COVER),
        "share_url": format!("{share}?utm_campaign=tt4d_open_api&utm_source={}", task.client),
        "video_description": task.text(),
        "duration": milliseconds / 1_000,
        "height": height,
        "width": width,
        "title": task.info.title,
        "embed_html": format!(
            "<blockquote class=\"tiktok-embed\" cite=\"{}\" data-video-id=\"{}\"><section></section></blockquote>",
            escape(&share),
            post.id,
        ),
        "embed_link": embed,
        "like_count": numbers.likes,
        "comment_count": numbers.comments,
        "share_count": numbers.shares,
        "view_count": numbers.views,
    })
}

/// Where people see a post.
pub(super) fn address(site: &Site, task: &Task, post: &Post) -> String {
    let kind = match task.kind {
        Kind::Video => "video",
        Kind::Photo => "photo",
    };
    site.url_on(WWW, &format!("/@{}/{kind}/{}", task.owner, post.id))
}
