//! The upload hosts: chunks in their order, each whole or not at all ("Media Transfer Guide").

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use futures::StreamExt;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

use super::answer::bare;
use super::door::Door;
use super::files::{self, Looked};
use super::finish::{self, Arrived};
use super::memory::{Memory, Piece, Task, Upload, change};
use crate::sandbox::World;
use crate::sandbox::blob::BlobInfo;

const TYPES: [&str; 3] = ["video/mp4", "video/quicktime", "video/webm"];

/// What a request says of itself: first and last byte, and the bytes of the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: u64,
    last: u64,
    total: u64,
}

impl Range {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let (bytes, total) = text(headers, CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = bytes.split_once('-')?;
        let range = Self { first: first.parse().ok()?, last: last.parse().ok()?, total: total.parse().ok()? };
        (range.first <= range.last && range.last < range.total).then_some(range)
    }

    fn is_last(self) -> bool {
        self.last + 1 == self.total
    }
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The task that an address belongs to.
fn find<'a>(memory: &'a Memory, uri: &Uri) -> Option<(&'a Task, &'a Upload)> {
    let query = uri.query().unwrap_or_default();
    let get = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (id, token) = (get("upload_id"), get("upload_token"));
    let mut uploads = memory.tasks.values().filter_map(|task| Some((task, task.upload.as_ref()?)));
    uploads.find(|(_, upload)| upload.id == id && upload.token == token)
}

/// Names the operation of a chunk: the last one of a direct post is all that it waits for.
pub(super) fn operation(parts: &Parts) -> (&'static str, bool) {
    let last = Range::of(&parts.headers).is_some_and(Range::is_last);
    let Some(world) = parts.extensions.get::<Arc<World>>() else { return ("upload", last) };
    let direct = change(world, |memory| find(memory, &parts.uri).is_some_and(|(task, _)| !task.inbox));
    ("upload", last && direct)
}

/// `PUT upload_url`. The work goes on when the client hangs up, so that a file that is complete is posted.
pub(super) async fn put(door: Door, body: Body) -> Response {
    let work = tokio::spawn(async move { take(&door, body).await.unwrap_or_else(|refusal| refusal) });
    work.await.unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR, None))
}

fn bad() -> Response {
    bare(StatusCode::BAD_REQUEST, None)
}

/// 416: what is stored tells where to go on.
fn elsewhere(upload: &Upload) -> Response {
    bare(StatusCode::RANGE_NOT_SATISFIABLE, Some(&stored_range(upload)))
}

fn stored_range(upload: &Upload) -> String {
    match upload.stored().checked_sub(1) {
        Some(last) => format!("bytes 0-{last}/{}", upload.total),
        None => format!("bytes */{}", upload.total),
    }
}

/// Where a request's bytes belong.
struct Place {
    id: String,
    range: Range,
    /// They are there already, and only the file is not made of them.
    again: bool,
}

async fn take(door: &Door, body: Body) -> Result<Response, Response> {
    let place = match place(door) {
        Ok(place) if !place.again => place,
        other => {
            drain(&door.world, body).await;
            return complete(door, &other?.id).await;
        }
    };
    let world = &door.world;
    let broken = |_| bare(StatusCode::INTERNAL_SERVER_ERROR, None);
    let stored = world.blobs().store_body(body).await.map_err(broken)?;
    let Place { id, range, .. } = place;
    if stored.bytes != range.last - range.first + 1 {
        return Err(bad());
    }
    let sha256 = stored.sha256.clone();
    let upload = keep(world, &id, range.first, stored)?;
    let (name, position) = (format!("tiktok/{id}"), upload.pieces.len() - 1);
    world.blobs().take_over(&name, upload.total, position, &sha256).await;
    if upload.stored() == upload.total {
        return complete(door, &id).await;
    }
    Ok(bare(StatusCode::PARTIAL_CONTENT, Some(&stored_range(&upload))))
}

/// Reads what nobody needs: clients look for an answer when they have sent everything.
async fn drain(world: &World, body: Body) {
    let mut stream = body.into_data_stream();
    while let Some(Ok(chunk)) = stream.next().await {
        world.blobs().passed_over(chunk.len() as u64);
    }
}

/// Where the bytes belong, or the answer if they belong nowhere.
fn place(door: &Door) -> Result<Place, Response> {
    let world = &door.world;
    let found = change(world, |memory| {
        find(memory, &door.uri).map(|(task, upload)| (task.id.clone(), task.end.is_some(), upload.clone()))
    });
    let (id, over, upload) = found.ok_or_else(|| bare(StatusCode::NOT_FOUND, None))?;
    if upload.expires_at <= world.now() {
        return Err(bare(StatusCode::FORBIDDEN, None));
    }
    let range = checked(&door.headers, &upload)?;
    if !over && range.first == upload.stored() {
        let whole = range.last == upload.last_of(range.first);
        return if whole { Ok(Place { id, range, again: false }) } else { Err(bad()) };
    }
    let repeated = range.is_last() && range.first == upload.chunk * (upload.count - 1);
    if !over && repeated && upload.stored() == upload.total {
        return Ok(Place { id, range, again: true });
    }
    let strict = change(world, |memory| memory.rules.repeated_is_416);
    if over && repeated && !strict {
        return Err(bare(StatusCode::CREATED, Some(&stored_range(&upload))));
    }
    Err(elsewhere(&upload))
}

/// The headers, as far as they can be wrong by themselves.
fn checked(headers: &HeaderMap, upload: &Upload) -> Result<Range, Response> {
    let range = Range::of(headers).ok_or_else(bad)?;
    let length = text(headers, CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let fits = range.total == upload.total && length == Some(range.last - range.first + 1);
    let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
    if headers.contains_key(AUTHORIZATION) || !TYPES.contains(&kind) || !fits {
        Err(bad())
    } else {
        Ok(range)
    }
}

/// Keeps a chunk, unless another request was faster.
fn keep(world: &World, id: &str, first: u64, stored: BlobInfo) -> Result<Upload, Response> {
    change(world, |memory| {
        let task = memory.tasks.get_mut(id).filter(|task| task.end.is_none());
        let upload = task.and_then(|task| task.upload.as_mut());
        let upload = upload.ok_or_else(|| bare(StatusCode::NOT_FOUND, None))?;
        if upload.stored() != first {
            return Err(elsewhere(upload));
        }
        upload.pieces.push(Piece { sha256: stored.sha256, len: stored.bytes });
        Ok(upload.clone())
    })
}

/// Joins the chunks and decides what becomes of the task.
async fn complete(door: &Door, id: &str) -> Result<Response, Response> {
    let world = &door.world;
    let begun = change(world, |memory| {
        let task = memory.tasks.get_mut(id)?;
        let upload = task.upload.as_mut()?;
        let busy = std::mem::replace(&mut upload.joining, true);
        (!busy).then(|| task.clone())
    });
    let task = begun.ok_or_else(|| bare(StatusCode::SERVICE_UNAVAILABLE, None))?;
    let upload = task.upload.as_ref().ok_or_else(bad)?;
    let Some(whole) = join(world, id, upload).await else {
        change(world, |memory| {
            if let Some(upload) = memory.tasks.get_mut(id).and_then(|task| task.upload.as_mut()) {
                upload.joining = false;
            }
        });
        return Err(bare(StatusCode::INTERNAL_SERVER_ERROR, None));
    };
    let looked = files::video(world, &whole, finish::longest_s(world, &task)).await;
    let (file, failure) = match looked {
        Looked::Good(file) => (Some(file), None),
        Looked::Bad(file, reason) => (Some(file), Some(reason)),
        Looked::Missing(reason) => (None, Some(reason)),
    };
    finish::decide(world, id, Arrived { files: file.into_iter().collect(), failure });
    Ok(bare(StatusCode::CREATED, Some(&stored_range(upload))))
}

/// One file of all chunks, which are removed as far as nothing else consists of the same bytes.
async fn join(world: &World, id: &str, upload: &Upload) -> Option<BlobInfo> {
    let names: Vec<String> = upload.pieces.iter().map(|piece| piece.sha256.clone()).collect();
    let whole = world.blobs().join(&names).await.ok()?;
    let used: Vec<String> = change(world, |memory| {
        let others = memory.tasks.values().filter(|task| task.id != id);
        let pieces = others.filter_map(|task| task.upload.as_ref()).flat_map(|upload| &upload.pieces);
        let files = memory.tasks.values().flat_map(|task| &task.files);
        let pieces = pieces.map(|piece| piece.sha256.clone());
        pieces.chain(files.map(|file| file.sha256.clone())).collect()
    });
    for name in names.iter().filter(|name| **name != whole.sha256 && !used.contains(name)) {
        world.blobs().remove(name).await;
    }
    Some(whole)
}
