//! `videos.insert`: the metadata of an upload, with or without the bytes (Videos: insert; "Resumable uploads").

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::answer::{self, Refusal, empty};
use super::body;
use super::door::{Ask, Door, Endpoint, UPLOAD};
use super::finish;
use super::meta::{Asked, Meta, SHAPE};
use super::params::Query;
use super::quota::Bucket;
use super::shown;
use super::state::Session;

static INSERT: Endpoint = Endpoint {
    bucket: Bucket::Insert,
    cost: 1,
    params: &[
        "part",
        "notifySubscribers",
        "autoLevels",
        "stabilize",
        "onBehalfOfContentOwner",
        "onBehalfOfContentOwnerChannel",
    ],
};

/// Largest file, bytes.
const LARGEST: u64 = 274_877_906_944;
/// Longest metadata, and longest body that is not streamed.
const METADATA: usize = 1024 * 1024;
const MULTIPART: usize = 64 * 1024 * 1024;
/// Uploads of a channel in 24 hours. YouTube publishes no number; up to about 100 were seen.
const DAILY: usize = 100;

/// `POST /upload/youtube/v3/videos`, also at `/resumable/upload/…`.
pub(super) async fn insert(door: Door, body: Body) -> Response {
    let query = Query::of(&door.uri);
    if query.get("upload_id").is_some() {
        return answer::plain(400, "Bytes of a session are sent with PUT.");
    }
    let usual = if door.uri.path().starts_with("/resumable/") { "resumable" } else { "" };
    let result = match query.get("uploadType").unwrap_or(usual) {
        "resumable" => resumable(&door, body).await,
        "multipart" => multipart(&door, body).await,
        "media" => media(&door, body).await,
        _ => Err(Refusal::parameter(
            "missingRequiredParameter",
            "uploadType",
            "Required parameter: uploadType",
        )),
    };
    result.unwrap_or_else(Response::from)
}

/// The channel has uploaded too much; a scripted fault says so, too.
pub(super) fn too_many_uploads() -> Refusal {
    let text = "The user has exceeded the number of videos they may upload.";
    Refusal::new(400, "youtube.video", "uploadLimitExceeded", text)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn no_bytes() -> Refusal {
    Refusal::new(400, "youtube.video", "mediaBodyRequired", "The request does not include the video content.")
}

/// Charges the call, whichever way it goes.
fn charged<T>(ask: &Ask<'_>, result: Result<T, Refusal>) -> Result<T, Refusal> {
    ask.charge(&INSERT, result.is_ok());
    result
}

/// What any kind of insert must fulfil: channel, parameters, and the channel's uploads of the last 24 hours.
fn admit(ask: &Ask<'_>) -> Result<Vec<String>, Refusal> {
    ask.needs_channel()?;
    let parts = ask.query.parts(shown::PARTS)?;
    for name in ["notifySubscribers", "autoLevels", "stabilize"] {
        ask.query.flag(name)?;
    }
    if ask.query.get("onBehalfOfContentOwner").is_some() {
        let text = "The authenticated user is not allowed to act on behalf of the specified Google account.";
        return Err(Refusal::new(403, "youtube.header", "accountDelegationForbidden", text));
    }
    let now = ask.world.now();
    let full = ask.change(|memory| {
        let recent = memory.videos.values().filter(|video| {
            video.owner == ask.caller.key && now.duration_since(video.created_at).as_secs() < 86_400
        });
        recent.count() >= memory.rules.daily_uploads.unwrap_or(DAILY)
    });
    if full { Err(too_many_uploads()) } else { Ok(parts) }
}

/// The metadata in a JSON body.
fn metadata(kind: Option<&str>, bytes: &[u8], parts: &[String]) -> Result<Meta, Refusal> {
    if !bytes.is_empty() && !kind.unwrap_or_default().starts_with("application/json") {
        let text = "Metadata must be application/json.";
        return Err(Refusal::new(400, "global", "badContent", text).at("Content-Type", "header"));
    }
    let empty = Value::Object(serde_json::Map::new());
    let body = if bytes.is_empty() { empty } else { body::read(bytes, SHAPE)? };
    let asked = Asked { body: &body, parts, published: false, update: false };
    asked.onto(Meta::default())
}

fn must_be_video(mime: &str) -> Result<(), Refusal> {
    if mime.starts_with("video/") || mime == "application/octet-stream" {
        return Ok(());
    }
    let text = format!(
        "Media type '{mime}' is not supported. Valid media types: [video/*, application/octet-stream]"
    );
    Err(Refusal::new(400, "global", "badContent", text))
}

/// Step 1 of a resumable upload: gives the address to which the bytes go.
async fn resumable(door: &Door, body: Body) -> Result<Response, Refusal> {
    let bytes =
        to_bytes(body, METADATA).await.map_err(|_| Refusal::payload("", "The metadata is too long."))?;
    let ask = door.open(&INSERT, UPLOAD)?;
    let session = charged(&ask, session(&ask, &bytes))?;
    let parts = session.parts.join(",");
    let id = format!("AAAN{}", door.world.random_text(96));
    ask.change(|memory| memory.sessions.insert(id.clone(), session));
    let path = door.uri.path();
    let address = format!("{path}?uploadType=resumable&part={parts}&upload_id={id}");
    Ok(empty(200, &[("location", door.site.url(&address)), ("x-guploader-uploadid", id)]))
}

fn session(ask: &Ask<'_>, bytes: &Bytes) -> Result<Session, Refusal> {
    let parts = admit(ask)?;
    let meta = metadata(header(ask.headers, CONTENT_TYPE.as_str()), bytes, &parts)?;
    let mime = header(ask.headers, "x-upload-content-type").unwrap_or("application/octet-stream");
    must_be_video(mime)?;
    let total = match header(ask.headers, "x-upload-content-length").map(str::parse::<u64>) {
        None => None,
        Some(Ok(0)) => return Err(no_bytes()),
        Some(Ok(total)) if total > LARGEST => {
            return Err(Refusal::new(413, "global", "uploadTooLarge", "Request Entity Too Large"));
        }
        Some(Ok(total)) => Some(total),
        Some(Err(_)) => {
            let text = "Invalid value for header X-Upload-Content-Length.";
            return Err(Refusal::new(400, "global", "badRequest", text));
        }
    };
    Ok(Session {
        owner: ask.caller.key.to_owned(),
        project: ask.project.clone(),
        meta,
        parts,
        total,
        mime: mime.to_owned(),
        name: header(ask.headers, "slug").unwrap_or("unknown").to_owned(),
        created_at: ask.world.now(),
        pieces: Vec::new(),
        video: None,
        joining: false,
    })
}

/// Everything in one request: the bytes alone.
async fn media(door: &Door, body: Body) -> Result<Response, Refusal> {
    let ask = door.open(&INSERT, UPLOAD)?;
    let parts = charged(&ask, admit(&ask))?;
    must_be_video(header(ask.headers, CONTENT_TYPE.as_str()).unwrap_or_default())?;
    let stored = door.world.blobs().store_body(body).await.map_err(|_| Refusal::backend(503))?;
    if stored.bytes == 0 {
        return Err(no_bytes());
    }
    let film = finish::film(&door.world, &stored, "unknown").await;
    let video = finish::create(&door.world, ask.caller, Meta::default(), film);
    let body = ask.change(|memory| shown::own_video(memory, &door.world, &door.site, &video, &parts));
    Ok(answer::resource(StatusCode::OK, &body.ok_or_else(|| Refusal::backend(500))?))
}

/// Everything in one request: metadata and bytes, one after the other.
async fn multipart(door: &Door, body: Body) -> Result<Response, Refusal> {
    let ask = door.open(&INSERT, UPLOAD)?;
    let too_large = |_| Refusal::new(413, "global", "uploadTooLarge", "Request Entity Too Large");
    let whole = to_bytes(body, MULTIPART).await.map_err(too_large)?;
    let read = || {
        let parts = admit(&ask)?;
        let kind = header(ask.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let malformed = || Refusal::new(400, "global", "badContent", "Malformed multipart body.");
        let [first, second] = two_parts(kind, &whole).ok_or_else(malformed)?;
        let meta = metadata(Some(&first.0), &first.1, &parts)?;
        must_be_video(&second.0)?;
        if second.1.is_empty() { Err(no_bytes()) } else { Ok((parts, meta, second.1)) }
    };
    let (parts, meta, bytes) = charged(&ask, read())?;
    let stored = door.world.blobs().store_bytes(bytes).await.map_err(|_| Refusal::backend(503))?;
    let film = finish::film(&door.world, &stored, "unknown").await;
    let video = finish::create(&door.world, ask.caller, meta, film);
    let body = ask.change(|memory| shown::own_video(memory, &door.world, &door.site, &video, &parts));
    Ok(answer::resource(StatusCode::OK, &body.ok_or_else(|| Refusal::backend(500))?))
}

/// Type and content of the two parts of a `multipart/related` body (RFC 2387).
fn two_parts(kind: &str, whole: &Bytes) -> Option<[(String, Bytes); 2]> {
    let boundary = kind.strip_prefix("multipart/related")?.split("boundary=").nth(1)?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let mark = format!("--{boundary}");
    let find = |from: usize, what: &[u8]| {
        let rest = whole.get(from..)?;
        rest.windows(what.len()).position(|window| window == what).map(|at| from + at)
    };
    let mut at = find(0, mark.as_bytes())? + mark.len();
    let mut part = || {
        let begin = find(at, b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(whole.get(at..begin)?).into_owned();
        let end = find(begin, format!("\r\n{mark}").as_bytes())?;
        at = end + 2 + mark.len();
        let kind = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
        });
        Some((kind.unwrap_or_default(), whole.slice(begin..end)))
    };
    Some([part()?, part()?])
}
