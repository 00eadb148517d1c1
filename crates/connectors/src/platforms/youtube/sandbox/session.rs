//! The bytes of a resumable upload ("Resumable uploads", YouTube Data API, copy of November 2026). What arrived before a
//! connection broke is kept, and the next request goes on from there.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::{Buf, BytesMut};
use futures::StreamExt;
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE};

use super::answer::{self, Refusal, empty, plain};
use super::door::{Door, UPLOAD};
use super::params::Query;
use super::state::{Piece, Session, change};
use super::{finish, shown};
use crate::sandbox::World;

/// Chunks are multiples of this, except the last.
const UNIT: u64 = 262_144;
/// Bytes that are held in memory before they are put away.
const PIECE: usize = 4 * 1024 * 1024;
/// How long a session lives. The documentation only says that it ends; a week is what is reported.
const LIFE_S: i64 = 7 * 86_400;

/// What a request sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Nothing: it asks how much is stored.
    Question { total: Option<u64> },
    /// Bytes from here to there, both included.
    Chunk { from: u64, to: u64, total: Option<u64> },
    /// The whole file.
    Whole { length: Option<u64> },
}

impl Sent {
    /// Reads `Content-Range`; without one the body is the whole file.
    pub(super) fn of(range: Option<&str>, length: Option<u64>) -> Option<Self> {
        let Some(range) = range else { return Some(Self::Whole { length }) };
        let (bytes, total) = range.strip_prefix("bytes ")?.split_once('/')?;
        let total = if total == "*" { None } else { Some(total.parse().ok()?) };
        if bytes == "*" {
            return Some(Self::Question { total });
        }
        let (from, to) = bytes.split_once('-')?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to && total.is_none_or(|total| to < total)).then_some(Self::Chunk { from, to, total })
    }

    fn total(self) -> Option<u64> {
        match self {
            Self::Question { total } | Self::Chunk { total, .. } => total,
            Self::Whole { length } => length,
        }
    }

    /// Whether the file is complete after this, if all of it arrives.
    pub(super) fn is_last(self) -> bool {
        match self {
            Self::Question { .. } => false,
            Self::Chunk { to, total, .. } => total.is_some_and(|total| to + 1 == total),
            Self::Whole { .. } => true,
        }
    }
}

fn sent(headers: &http::HeaderMap) -> Option<Sent> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Sent::of(text(CONTENT_RANGE), text(CONTENT_LENGTH).and_then(|length| length.parse().ok()))
}

/// Whether this request, if it succeeds, lets others see a video.
pub(super) fn makes_public(parts: &http::request::Parts) -> bool {
    let Some(world) = parts.extensions.get::<Arc<World>>() else { return true };
    let query = Query::of(&parts.uri);
    let last = sent(&parts.headers).is_some_and(Sent::is_last);
    let kept = change(world, |memory| {
        let session = memory.sessions.get(query.get("upload_id").unwrap_or_default())?;
        let meta = &session.meta;
        Some(meta.privacy == super::meta::Privacy::Private && meta.publish_at.is_none())
    });
    last && kept == Some(false)
}

/// Whether a request only asks.
pub(super) fn is_question(headers: &http::HeaderMap) -> bool {
    matches!(sent(headers), Some(Sent::Question { .. }))
}

/// `PUT` of the session's address. The work goes on when the client hangs up, so that what has arrived is kept.
pub(super) async fn put(door: Door, body: Body) -> Response {
    let work = tokio::spawn(async move { take(&door, body).await.unwrap_or_else(|refusal| refusal) });
    work.await.unwrap_or_else(|_| Refusal::backend(500).into())
}

/// `DELETE` of the session's address: the upload is given up (general behaviour of Google's uploads; 499).
pub(super) async fn cancel(door: Door) -> Response {
    match find(&door) {
        Ok((id, _)) => {
            change(&door.world, |memory| memory.sessions.remove(&id));
            empty(499, &[("x-guploader-uploadid", id)])
        }
        Err(response) => response,
    }
}

/// The session, as long as it lives. Its address is a secret that suffices; a token that comes along must be good.
fn find(door: &Door) -> Result<(String, Session), Response> {
    let query = Query::of(&door.uri);
    let id = query.get("upload_id").unwrap_or_default().to_owned();
    let session = change(&door.world, |memory| memory.sessions.get(&id).cloned());
    let session = session.ok_or_else(|| plain(404, "Not Found"))?;
    if door.world.now().duration_since(session.created_at).as_secs() >= LIFE_S {
        return Err(plain(410, "Gone"));
    }
    if door.headers.contains_key(AUTHORIZATION) {
        let (caller, _) = door.who(&query, UPLOAD)?;
        if caller.key != session.owner {
            return Err(Refusal::new(403, "youtube.video", "forbidden", "Forbidden").into());
        }
    }
    Ok((id, session))
}

async fn take(door: &Door, body: Body) -> Result<Response, Response> {
    let (id, session) = find(door)?;
    let sent = sent(&door.headers).ok_or_else(|| plain(400, "Failed to parse Content-Range header."))?;
    if session.video.is_some() {
        return finished(door, &session, StatusCode::OK);
    }
    if let (Some(known), Some(said)) = (session.total, sent.total())
        && known != said
    {
        let text = format!("Invalid request. The upload has {known} bytes in all, not {said}.");
        return Err(plain(400, text));
    }
    if let Some(total) = sent.total() {
        set_total(&door.world, &id, total);
    }
    let stored = session.stored();
    let (from, expected) = match sent {
        Sent::Question { .. } => return progress(door, &id).await,
        Sent::Whole { length } => (0, length),
        Sent::Chunk { from, to, .. } => (from, Some(to - from + 1)),
    };
    if from > stored {
        let text = format!(
            "Invalid request. According to the Content-Range header, the upload offset is {from} byte(s), which exceeds \
             already uploaded size of {stored} byte(s)."
        );
        return Err(plain(400, text));
    }
    if let Some(bytes) = expected.filter(|bytes| bytes % UNIT != 0 && !sent.is_last()) {
        let text = format!(
            "Invalid request. The number of bytes uploaded is required to be a multiple of {UNIT}, except for the final \
             request. The received request contained {bytes} bytes, which does not meet this requirement."
        );
        return Err(plain(400, text));
    }
    let arrived = receive(&door.world, &id, from, expected, body).await?;
    if expected.is_none() {
        set_total(&door.world, &id, arrived);
    }
    progress(door, &id).await
}

fn set_total(world: &World, id: &str, total: u64) {
    change(world, |memory| {
        if let Some(session) = memory.sessions.get_mut(id) {
            session.total = Some(total);
        }
    });
}

/// Keeps what arrives, piece by piece, and gives how much arrived.
async fn receive(
    world: &World,
    id: &str,
    from: u64,
    expected: Option<u64>,
    body: Body,
) -> Result<u64, Response> {
    let mut room = change(world, |memory| memory.rules.keeps_at_most).unwrap_or(u64::MAX);
    let (mut stream, mut piece) = (body.into_data_stream(), BytesMut::new());
    let (mut at, mut arrived, mut whole) = (from, 0_u64, true);
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else {
            whole = false;
            break;
        };
        arrived += chunk.len() as u64;
        if expected.is_some_and(|expected| arrived > expected) {
            return Err(plain(
                400,
                "Invalid request. There are more bytes than the Content-Range header says.",
            ));
        }
        let kept = chunk.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        room -= kept as u64;
        piece.extend_from_slice(chunk.get(..kept).unwrap_or_default());
        if piece.len() >= PIECE {
            at = keep(world, id, at, piece.split()).await?;
        }
    }
    keep(world, id, at, piece).await?;
    if whole && expected.is_none_or(|expected| expected == arrived) {
        Ok(arrived)
    } else {
        Err(Refusal::backend(503).into())
    }
}

/// Stores a piece that begins at this offset, without what was there before. Gives the offset after it.
async fn keep(world: &World, id: &str, at: u64, mut piece: BytesMut) -> Result<u64, Response> {
    let stored = |memory: &mut super::state::Memory| memory.sessions.get(id).map(Session::stored);
    let after = at + piece.len() as u64;
    let known = change(world, stored).ok_or_else(|| plain(404, "Not Found"))?;
    let again = usize::try_from(known.saturating_sub(at)).unwrap_or(usize::MAX).min(piece.len());
    piece.advance(again);
    world.blobs().passed_over(again as u64);
    if piece.is_empty() {
        return Ok(after);
    }
    let info = world.blobs().store_bytes(piece.freeze()).await;
    let info = info.map_err(|_| Response::from(Refusal::backend(503)))?;
    let sha256 = info.sha256.clone();
    let accepted = change(world, |memory| {
        let session = memory.sessions.get_mut(id).filter(|session| session.stored() == known)?;
        session.pieces.push(Piece { sha256: info.sha256, len: info.bytes });
        Some((session.pieces.len() - 1, session.total.unwrap_or_default()))
    });
    if let Some((position, total)) = accepted {
        world.blobs().take_over(&format!("youtube/{id}"), total, position, &sha256).await;
    }
    Ok(after)
}

/// Where the upload stands: 308 with what is stored, or the video when everything is there.
async fn progress(door: &Door, id: &str) -> Result<Response, Response> {
    enum Standing {
        Open(u64),
        Complete,
        Busy,
        Done(Box<Session>),
        Gone,
    }
    let standing = change(&door.world, |memory| {
        let Some(session) = memory.sessions.get_mut(id) else { return Standing::Gone };
        if session.video.is_some() {
            return Standing::Done(Box::new(session.clone()));
        }
        let stored = session.stored();
        if session.total != Some(stored) {
            return Standing::Open(stored);
        }
        if std::mem::replace(&mut session.joining, true) { Standing::Busy } else { Standing::Complete }
    });
    match standing {
        Standing::Gone => Err(plain(404, "Not Found")),
        Standing::Busy => Err(Refusal::backend(503).into()),
        Standing::Done(session) => finished(door, &session, StatusCode::OK),
        Standing::Open(stored) => {
            let mut headers = vec![("x-guploader-uploadid", id.to_owned())];
            if let Some(last) = stored.checked_sub(1) {
                headers.push(("range", format!("bytes=0-{last}")));
            }
            Ok(empty(308, &headers))
        }
        Standing::Complete => {
            let session = finish::join(&door.world, id).await;
            finished(door, &session.map_err(Response::from)?, StatusCode::CREATED)
        }
    }
}

/// The video that came of the upload.
fn finished(door: &Door, session: &Session, status: StatusCode) -> Result<Response, Response> {
    let id = session.video.as_deref().unwrap_or_default();
    let body =
        change(&door.world, |memory| shown::own_video(memory, &door.world, &door.site, id, &session.parts));
    body.map(|body| answer::resource(status, &body)).ok_or_else(|| plain(404, "Not Found"))
}
