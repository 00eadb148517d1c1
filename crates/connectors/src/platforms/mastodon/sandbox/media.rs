//! Uploads and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use super::guard::{self, Caller, Class};
use super::servers::{Kind, TYPES};
use super::state::{Media, Network, key, new_id};
use super::{PLATFORM, UPLOAD, entities, reply};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Site, World};

/// How long a server usually works on a video or an animated GIF.
const WORK: Duration = Duration::from_secs(5);

/// `POST /api/v2/media`
pub(super) async fn upload_v2(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    form: Option<Multipart>,
) -> Response {
    upload(&world, &site, &headers, form, true).await
}

/// `POST /api/v1/media`: answers when all is done.
pub(super) async fn upload_v1(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    form: Option<Multipart>,
) -> Response {
    upload(&world, &site, &headers, form, false).await
}

async fn upload(
    world: &World,
    site: &Site,
    headers: &HeaderMap,
    form: Option<Multipart>,
    later: bool,
) -> Response {
    let caller = match guard::enter(world, site, headers, "write:media", Class::Upload) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let response = match form {
        Some(form) => match read(world, form).await {
            Ok(upload) => accept(world, site, &caller, upload, later),
            Err(()) => reply::error(caller.kind, StatusCode::BAD_REQUEST, "Bad Request"),
        },
        None => reply::invalid(caller.kind, "File can't be blank"),
    };
    caller.answer(response)
}

/// What an upload form had in it.
#[derive(Default)]
struct Upload {
    file: Option<(BlobInfo, Option<String>)>,
    description: Option<String>,
    focus: Option<String>,
}

async fn read(world: &World, mut form: Multipart) -> Result<Upload, ()> {
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(|_| ())? {
        match field.name().unwrap_or_default() {
            "file" if field.file_name().is_some() => upload.file = Some(file(world, field).await?),
            "description" => upload.description = Some(field.text().await.map_err(|_| ())?),
            "focus" => upload.focus = Some(field.text().await.map_err(|_| ())?),
            _ => {}
        }
    }
    Ok(upload)
}

async fn file(world: &World, field: Field<'_>) -> Result<(BlobInfo, Option<String>), ()> {
    let said = field.content_type().map(str::to_owned);
    let blob = world.blobs().store(field).await.map_err(|_| ())?;
    Ok((blob, said))
}

fn accept(world: &World, site: &Site, caller: &Caller, upload: Upload, later: bool) -> Response {
    let (kind, rules) = (caller.kind, caller.kind.rules());
    let Some((blob, said)) = upload.file else { return reply::invalid(kind, "File can't be blank") };
    let unknown = blob.mime == "application/octet-stream";
    // A film that can't be recognised fails only when the server works on it.
    let film = said.as_deref().filter(|t| t.starts_with("video/") && unknown && later);
    let mime = film.map_or(blob.mime.clone(), str::to_owned);
    if said.is_none() || !TYPES.contains(&mime.as_str()) {
        return reply::invalid(kind, "File content type is invalid, File is invalid");
    }
    let moving = !mime.starts_with("image/") || mime == "image/gif";
    let most = if mime.starts_with("image/") { rules.image_bytes } else { rules.video_bytes };
    if blob.bytes > most {
        return reply::invalid(kind, &format!("File file size must be less than {} MB", most / 1_048_576));
    }
    if upload.description.as_ref().is_some_and(|d| d.chars().count() > rules.description) {
        let text = format!("Description is too long (maximum is {} characters)", rules.description);
        return reply::invalid(kind, &text);
    }
    let work = if moving && kind != Kind::Deviant && later {
        world.processing_time(PLATFORM, UPLOAD, WORK)
    } else {
        Duration::ZERO
    };
    let now = world.now();
    let media = Media {
        host: site.host.clone(),
        id: new_id(world, site),
        account: caller.account.clone(),
        sha256: blob.sha256,
        bytes: blob.bytes,
        kind: kind_of(&mime).to_owned(),
        mime,
        description: upload.description.filter(|d| !d.is_empty()),
        focus: upload.focus.as_deref().and_then(point),
        uploaded_at: now,
        ready_at: now.checked_add(work).unwrap_or(now),
        broken: film.is_some(),
        attached: false,
    };
    let body = entities::media(world, site, &media);
    let status = if media.is_ready(now) { StatusCode::OK } else { StatusCode::ACCEPTED };
    world.state(PLATFORM, |network: &mut Network| network.media.insert(key(&site.host, &media.id), media));
    (status, axum::Json(body)).into_response()
}

fn kind_of(mime: &str) -> &'static str {
    match mime {
        "image/gif" => "gifv",
        _ if mime.starts_with("image/") => "image",
        _ if mime.starts_with("video/") => "video",
        _ => "audio",
    }
}

fn point(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(',')?;
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| (-1.0..=1.0).contains(n));
    Some((number(x)?, number(y)?))
}

/// `GET /api/v1/media/{id}`
pub(super) async fn get(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let caller = match guard::enter(&world, &site, &headers, "write:media", Class::Plain) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    if caller.kind == Kind::Deviant {
        return reply::not_found(caller.kind);
    }
    let now = world.now();
    let media = world.read(PLATFORM, |network: &Network| network.media.get(&key(&site.host, &id)).cloned());
    let media = media.filter(|m| m.account == caller.account && !m.attached && !m.is_gone(now));
    let response = match media {
        None => reply::not_found(caller.kind),
        Some(media) if media.ready_at > now => {
            let body = entities::media(&world, &site, &media);
            (StatusCode::PARTIAL_CONTENT, axum::Json(body)).into_response()
        }
        Some(media) if media.broken => {
            reply::invalid(caller.kind, "File content type is invalid, File is invalid")
        }
        Some(media) => reply::ok(entities::media(&world, &site, &media)),
    };
    caller.answer(response)
}
