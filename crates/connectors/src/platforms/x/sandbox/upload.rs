//! Uploads: initialize, append, finalize, STATUS, metadata.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Problem, ok};
use super::door::{self, APPEND, Caller, FINALIZE, INITIALIZE, METADATA, STATUS};
use super::memory::{Category, Done, Media, Memory, new_id};
use super::{PLATFORM, shown};
use crate::sandbox::World;

const LIFE: Duration = Duration::from_secs(24 * 3600);
/// Largest segment, bytes.
const SEGMENT: u64 = 5 * 1024 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    media_type: String,
    total_bytes: u64,
    media_category: String,
    #[serde(default, rename = "additional_owners")]
    _additional_owners: Vec<String>,
    #[serde(default, rename = "shared")]
    _shared: bool,
}

/// `POST /2/media/upload/initialize`.
pub(super) async fn initialize(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    match door::open(&world, &headers, &INITIALIZE) {
        Ok(caller) => caller.close(begin(&world, &caller, &body)),
        Err(refusal) => refusal,
    }
}

fn begin(world: &World, caller: &Caller, body: &[u8]) -> Result<Response, Problem> {
    let asked: Asked = serde_json::from_slice(body).map_err(|e| Problem::body(&e))?;
    let (category, largest, types): (_, u64, &[&str]) = match asked.media_category.as_str() {
        "tweet_image" => (
            Category::Image,
            5,
            &["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff"],
        ),
        "tweet_gif" => (Category::Gif, 15, &["image/gif"]),
        "tweet_video" => {
            (Category::Video, 512, &["video/mp4", "video/quicktime", "video/webm", "video/mp2t"])
        }
        other => {
            return Err(Problem::says(format!(
                "$.media_category: [{other}] does not have a value in the enumeration"
            )));
        }
    };
    if !types.contains(&asked.media_type.as_str()) {
        return Err(Problem::says(format!(
            "$.media_type: [{}] is not supported for this category",
            asked.media_type
        )));
    }
    if asked.total_bytes == 0 || asked.total_bytes > largest * 1024 * 1024 {
        return Err(Problem::says(format!("File size exceeds {} bytes.", largest * 1024 * 1024)));
    }
    let id = new_id(world);
    let media = Media {
        owner: caller.persona.key.to_owned(),
        media_type: asked.media_type,
        category,
        total_bytes: asked.total_bytes,
        expires_at: world.now() + LIFE,
        segments: BTreeMap::new(),
        done: None,
        alt: None,
    };
    let data =
        json!({ "id": id.to_string(), "media_key": media.key(id), "expires_after_secs": LIFE.as_secs() });
    world.state(PLATFORM, |memory: &mut Memory| memory.media.insert(id, media));
    Ok(ok(StatusCode::OK, json!({ "data": data })))
}

/// The caller's upload that is still good, changed by `change`.
fn with_media<R>(
    world: &World,
    caller: &Caller,
    text: &str,
    change: impl FnOnce(u64, &mut Media) -> Result<R, Problem>,
) -> Result<R, Problem> {
    let id = shown::id(text).ok_or_else(|| shown::not_an_id("id", text))?;
    let now = world.now();
    world.state(PLATFORM, |memory: &mut Memory| {
        let media = memory.media.get_mut(&id).filter(|m| m.owner == caller.persona.key && m.expires_at > now);
        change(id, media.ok_or_else(|| Problem::not_found("media", "id", text))?)
    })
}

/// `POST /2/media/upload/:id/append`.
pub(super) async fn append(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Response {
    match door::open(&world, &headers, &APPEND) {
        Ok(caller) => {
            let answer = match multipart {
                Ok(multipart) => take(&world, &caller, &id, multipart).await,
                Err(rejection) => Err(Problem::says(rejection.to_string())),
            };
            caller.close(answer)
        }
        Err(refusal) => refusal,
    }
}

async fn take(world: &World, caller: &Caller, id: &str, mut form: Multipart) -> Result<Response, Problem> {
    let open = |_: u64, media: &mut Media| match media.done {
        None => Ok(()),
        Some(_) => Err(Problem::says("The upload has been finalized.")),
    };
    with_media(world, caller, id, open)?;
    let broken = |e: &dyn std::fmt::Display| Problem::says(format!("The form can't be read: {e}"));
    let (mut index, mut stored) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|e| broken(&e))? {
        match field.name().unwrap_or_default() {
            "segment_index" => index = Some(field.text().await.map_err(|e| broken(&e))?),
            "media" => stored = Some(world.blobs().store(field).await.map_err(|e| broken(&e))?),
            other => return Err(Problem::says(format!("$.{other}: is not defined in the schema"))),
        }
    }
    let index = index.as_deref().and_then(|i| i.parse::<u32>().ok()).filter(|i| *i <= 999);
    let index = index.ok_or_else(|| Problem::says("$.segment_index: must be between 0 and 999"))?;
    let stored = stored.ok_or_else(|| Problem::says("$.media: is missing but it is required"))?;
    if stored.bytes == 0 || stored.bytes > SEGMENT {
        return Err(Problem::says("$.media: a segment has 1 byte to 5 MB"));
    }
    let segment = (stored.sha256.clone(), stored.bytes);
    let (expires_at, total) = with_media(world, caller, id, |_, media| {
        media.segments.insert(index, segment);
        Ok((media.expires_at.as_second(), media.total_bytes))
    })?;
    world.blobs().take_over(&format!("x/{id}"), total, index as usize, &stored.sha256).await;
    Ok(ok(StatusCode::OK, json!({ "data": { "expires_at": expires_at } })))
}

/// `POST /2/media/upload/:id/finalize`.
pub(super) async fn finalize(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match door::open(&world, &headers, &FINALIZE) {
        Ok(caller) => {
            let answer = finish(&world, &caller, &id).await;
            caller.close(answer)
        }
        Err(refusal) => refusal,
    }
}

async fn finish(world: &World, caller: &Caller, text: &str) -> Result<Response, Problem> {
    let (segments, media) = with_media(world, caller, text, |_, media| {
        let gapless = media.segments.keys().copied().eq(0..u32::try_from(media.segments.len()).unwrap_or(0));
        let total: u64 = media.segments.values().map(|(_, bytes)| bytes).sum();
        if media.done.is_some() {
            return Err(Problem::says("The upload has been finalized."));
        }
        if !gapless || total != media.total_bytes {
            return Err(Problem::says("Segments do not add up to provided total file size."));
        }
        Ok((media.segments.values().map(|(hash, _)| hash.clone()).collect::<Vec<_>>(), media.clone()))
    })?;
    let joined = world.blobs().join(&segments).await;
    let whole = joined.map_err(|e| Problem::says(format!("The segments can't be joined: {e}")))?;
    forget(world, &segments, &whole.sha256).await;
    let broken = whole.mime != media.media_type;
    if broken && media.category == Category::Image {
        return Err(Problem::says("media type unrecognized."));
    }
    let usual = match media.category {
        Category::Image => Duration::ZERO,
        Category::Gif => Duration::from_secs(2),
        Category::Video => Duration::from_secs(4 + whole.bytes / (16 * 1024 * 1024)),
    };
    let wait = if usual.is_zero() { usual } else { world.processing_time(PLATFORM, "media.finalize", usual) };
    let now = world.now();
    let done = Done {
        sha256: whole.sha256,
        bytes: whole.bytes,
        mime: whole.mime,
        since: now,
        until: now + wait,
        broken,
    };
    let data = with_media(world, caller, text, |id, media| {
        media.done = Some(done);
        Ok(state(id, media, now))
    })?;
    Ok(ok(StatusCode::OK, json!({ "data": data })))
}

/// Removes joined segments, as far as no other upload consists of the same bytes.
async fn forget(world: &World, segments: &[String], whole: &str) {
    let used = world.read(PLATFORM, |memory: &Memory| {
        let open = memory.media.values().flat_map(|m| m.segments.values().map(|(hash, _)| hash.clone()));
        let done = memory.media.values().filter_map(|m| m.done.as_ref().map(|d| d.sha256.clone()));
        open.chain(done).collect::<Vec<_>>()
    });
    for part in segments {
        if part != whole && used.iter().filter(|u| *u == part).count() <= 1 {
            world.blobs().remove(part).await;
        }
    }
}

/// An upload as finalize and STATUS show it.
fn state(id: u64, media: &Media, now: Timestamp) -> Value {
    let left = media.expires_at.duration_since(now).as_secs();
    let mut data = json!({ "id": id.to_string(), "media_key": media.key(id), "expires_after_secs": left });
    let Some(done) = &media.done else { return data };
    data["size"] = json!(done.bytes);
    if media.category == Category::Image {
        return data;
    }
    let left = done.until.duration_since(now).as_secs();
    data["processing_info"] = if done.until > now && done.since == now {
        json!({ "state": "pending", "check_after_secs": 1 })
    } else if done.until > now {
        let length = done.until.duration_since(done.since).as_secs().max(1);
        let percent = 100 - 100 * left / length;
        json!({ "state": "in_progress", "check_after_secs": left.clamp(1, 30), "progress_percent": percent.clamp(0, 99) })
    } else if done.broken {
        let error = json!({ "code": 1, "name": "InvalidMedia", "message": "Unsupported video format" });
        json!({ "state": "failed", "progress_percent": 100, "error": error })
    } else {
        json!({ "state": "succeeded", "progress_percent": 100 })
    };
    data
}

/// `GET /2/media/upload?command=STATUS&media_id=`.
pub(super) async fn status(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    match door::open(&world, &headers, &STATUS) {
        Ok(caller) => caller.close(look(&world, &caller, &parameters)),
        Err(refusal) => refusal,
    }
}

fn look(world: &World, caller: &Caller, parameters: &[(String, String)]) -> Result<Response, Problem> {
    let get = |name: &str| parameters.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    if get("command").is_some_and(|c| c != "STATUS") {
        return Err(Problem::says("The `command` query parameter value is not one of [STATUS]"));
    }
    let id =
        get("media_id").ok_or_else(|| Problem::says("The `media_id` query parameter can not be empty"))?;
    let now = world.now();
    let data = with_media(world, caller, id, |id, media| {
        if media.done.is_some() {
            Ok(state(id, media, now))
        } else {
            Err(Problem::says("The upload is not finalized."))
        }
    })?;
    Ok(ok(StatusCode::OK, json!({ "data": data })))
}

#[derive(Debug, Deserialize)]
struct Described {
    id: String,
    metadata: DescribedMetadata,
}

#[derive(Debug, Deserialize)]
struct DescribedMetadata {
    alt_text: Option<DescribedAlt>,
}

#[derive(Debug, Deserialize)]
struct DescribedAlt {
    text: String,
}

/// `POST /2/media/metadata`.
pub(super) async fn metadata(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    match door::open(&world, &headers, &METADATA) {
        Ok(caller) => caller.close(annotate(&world, &caller, &body)),
        Err(refusal) => refusal,
    }
}

fn annotate(world: &World, caller: &Caller, body: &[u8]) -> Result<Response, Problem> {
    let asked: Described = serde_json::from_slice(body).map_err(|e| Problem::body(&e))?;
    let Some(alt) = asked.metadata.alt_text else {
        return Err(Problem::says("$.metadata: has nothing to set"));
    };
    if alt.text.is_empty() || alt.text.chars().count() > 1000 {
        return Err(Problem::says("$.metadata.alt_text.text: must be 1 to 1000 characters long"));
    }
    let text = alt.text.clone();
    with_media(world, caller, &asked.id, |_, media| {
        if media.category == Category::Video {
            return Err(Problem::says("Descriptions are for images and GIFs."));
        }
        media.alt = Some(alt.text);
        Ok(())
    })?;
    let data = json!({ "id": asked.id, "associated_metadata": { "alt_text": { "text": text } } });
    Ok(ok(StatusCode::OK, json!({ "data": data })))
}
