//! The bytes of a video on their way: in chunks for videos of the feed, in one go for reels and stories. Both go on where they broke off;
//! how much has arrived, only the network knows.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use serde_json::Value;

use super::super::super::api::with_query;
use super::super::super::errors::{Context, NETWORK, object_missing};
use super::super::super::options::Kind;
use super::super::super::{NAME, wire};
use super::super::prepare::Work;
use super::super::state::Video;
use crate::kit::graph::judge::{from_reply, from_send, unreadable};
use crate::kit::graph::upload::{send_from, unreadable_file};
use crate::kit::http::{Call, Reply, Safety};
use crate::kit::multipart::Multipart;
use crate::kit::upload::{part, patience, pause_after_break};

/// How often in a row a refused offset is asked for anew before the retry policy decides.
const TRIES: u8 = 3;

/// Uploads what is missing of the draft's video. Gives how long to wait after a break.
///
/// # Errors
/// As the network answered; what arrived stays there, and the next call goes on from it.
pub(in super::super) async fn upload(work: &mut Work<'_>) -> Result<Option<Duration>, ConnectorError> {
    let Some(media) = work.draft.root.media.first() else { return Ok(None) };
    let mut resume = work.state.video.is_some();
    if work.state.video.is_none() {
        start(work, media).await?;
    }
    let mut tries = 0;
    while work.state.video.as_ref().is_some_and(|video| video.uploaded_at.is_none()) {
        if resume {
            ask_for_offset(work, media).await?;
        }
        match send(work, media).await {
            Ok(()) => (resume, tries) = (false, 0),
            Err(error) => {
                tries += 1;
                if !recoverable(work, &error).await? {
                    return Err(error);
                }
                if error.kind == ErrorKind::Transient {
                    return broken(work, error).await.map(Some);
                }
                if tries >= TRIES {
                    return Err(error);
                }
                resume = true;
            }
        }
    }
    Ok(None)
}

/// How long to wait before the network is asked how much it has.
async fn broken(work: &mut Work<'_>, error: ConnectorError) -> Result<Duration, ConnectorError> {
    let before = work.state.video.as_ref().map_or(0, |video| video.breaks);
    let wait = pause_after_break(before, work.cx.entropy);
    if let Some(video) = &mut work.state.video {
        video.breaks = wait.map_or(0, |_| before + 1);
    }
    work.save().await?;
    wait.ok_or(error)
}

/// Whether the same upload can go on. An upload that the network does not know (any more) is forgotten.
async fn recoverable(work: &mut Work<'_>, error: &ConnectorError) -> Result<bool, ConnectorError> {
    if object_missing(error) {
        work.state.video = None;
        work.save().await?;
        return Ok(false);
    }
    if error.code == "file_unreadable" {
        return Ok(false);
    }
    // A wrong offset of a reel is refused without the right one, which is then asked for.
    let about_offset = matches!(error.code.as_str(), "refused" | "invalid_parameter");
    Ok(error.kind == ErrorKind::Transient || (error.kind == ErrorKind::Rejected && about_offset))
}

async fn start(work: &mut Work<'_>, media: &MediaInfo) -> Result<(), ConnectorError> {
    let page = &work.cx.account.remote_id;
    let size = media.bytes.to_string();
    let (operation, url) = match work.state.kind {
        Kind::Reel => ("reels.start", work.graph.url(&whole_of(page, "video_reels"))),
        Kind::VideoStory => ("stories.start", work.graph.url(&whole_of(page, "video_stories"))),
        _ => {
            let pairs = [("upload_phase", "start"), ("file_size", size.as_str())];
            ("videos.start", work.graph.video_url(&with_query(&format!("{page}/videos"), &pairs)))
        }
    };
    let started: wire::Started = work.graph.client().post(operation, url, Vec::new()).await?;
    let (id, session) = (text(&started.video_id), started.upload_session_id.as_ref().and_then(text));
    let chunked = work.state.kind == Kind::Video;
    let Some(id) = id.filter(|_| session.is_some() || !chunked) else { return Err(unclear(operation)) };
    let next = started.start_offset.as_ref().and_then(number).unwrap_or(0);
    let end = started.end_offset.as_ref().and_then(number).unwrap_or(media.bytes);
    work.state.video = Some(Video {
        id,
        session,
        started_at: work.cx.clock.now(),
        next,
        chunk: end.saturating_sub(next),
        uploaded_at: None,
        looks: 0,
        accepted: false,
        breaks: 0,
        finished: false,
    });
    work.save().await
}

/// Where an upload in one go begins.
fn whole_of(page: &str, edge: &str) -> String {
    with_query(&format!("{page}/{edge}"), &[("upload_phase", "start")])
}

/// Sets the offset to what has arrived.
async fn ask_for_offset(work: &mut Work<'_>, media: &MediaInfo) -> Result<(), ConnectorError> {
    let Some(id) = work.state.video.as_ref().map(|video| video.id.clone()) else { return Ok(()) };
    let fields = vec![("fields", "id,status".to_owned())];
    let found: wire::Video = match work.graph.get("videos.read", &id, fields).await {
        Ok(found) => found,
        // Not visible yet; what we know ourselves has to do.
        Err(error) if object_missing(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    let arrived = found.status.and_then(|s| s.uploading_phase).and_then(|p| p.bytes_transferred).unwrap_or(0);
    if let Some(video) = &mut work.state.video {
        if arrived > video.next {
            video.breaks = 0;
        }
        // Chunks before ours were acknowledged one by one.
        video.next = if video.session.is_some() { video.next.max(arrived) } else { arrived };
    }
    if arrived >= media.bytes {
        arrived_in_full(work).await?;
    }
    Ok(())
}

async fn arrived_in_full(work: &mut Work<'_>) -> Result<(), ConnectorError> {
    let now = work.cx.clock.now();
    if let Some(video) = &mut work.state.video {
        video.uploaded_at = Some(now);
    }
    work.save().await
}

/// Sends the next chunk, or all that is missing.
async fn send(work: &mut Work<'_>, media: &MediaInfo) -> Result<(), ConnectorError> {
    let Some(video) = work.state.video.clone() else { return Ok(()) };
    if video.uploaded_at.is_some() {
        return Ok(());
    }
    let Some(session) = &video.session else {
        let url = work.graph.upload_url(&video.id);
        let operation = if work.state.kind.is_story() { "stories.upload" } else { "reels.upload" };
        send_from(work.graph.client(), work.cx.media, operation, url, media, video.next).await?;
        return arrived_in_full(work).await;
    };
    let wanted = transfer(work, media, &video, session).await?;
    let (Some(next), Some(end)) = (number(&wanted.start_offset), number(&wanted.end_offset)) else {
        return Err(unclear("videos.transfer"));
    };
    if next == end {
        return arrived_in_full(work).await;
    }
    if let Some(video) = &mut work.state.video {
        if next > video.next {
            video.breaks = 0;
        }
        (video.next, video.chunk) = (next, end.saturating_sub(next));
    }
    work.save().await
}

async fn transfer(
    work: &Work<'_>,
    media: &MediaInfo,
    video: &Video,
    session: &str,
) -> Result<wire::Offsets, ConnectorError> {
    const OPERATION: &str = "videos.transfer";
    let cx = work.cx;
    let end = video.next.saturating_add(video.chunk.max(1)).min(media.bytes);
    let chunk = part(cx.media, media.id, video.next..end).await;
    let chunk = chunk.map_err(|e| unreadable_file(NAME, OPERATION, &e))?;
    let offset = video.next.to_string();
    let pairs =
        [("upload_phase", "transfer"), ("upload_session_id", session), ("start_offset", offset.as_str())];
    let path = with_query(&format!("{}/videos", cx.account.remote_id), &pairs);
    let mut form = Multipart::new(cx.entropy);
    for (name, value) in work.graph.client().signed(Vec::new()) {
        form = form.text(name, &value);
    }
    let form = form.file("video_file_chunk", "chunk", "application/octet-stream", chunk);
    let call = Call::post(OPERATION, Safety::Invisible, work.graph.video_url(&path));
    let call = call.timeout(patience(end.saturating_sub(video.next)));
    let client = work.graph.client();
    let context = Context { operation: OPERATION, commit: false, now: cx.clock.now() };
    let reply = cx.http.send(form.on(call).bearer(client.token)).await;
    let reply = reply.map_err(|e| from_send(&NETWORK, context, e))?;
    if !reply.status.is_success() {
        let wanted = wanted_instead(&reply).filter(|wanted| number(&wanted.start_offset) != Some(video.next));
        return wanted.ok_or_else(|| from_reply(&NETWORK, context, &reply));
    }
    reply.json().map_err(|e| unreadable(&NETWORK, context, &reply, e.to_string()))
}

/// A refused offset (1363037) comes with the right one: what was sent before had arrived, though its answer was lost.
fn wanted_instead(reply: &Reply) -> Option<wire::Offsets> {
    let body: Value = reply.json().ok()?;
    serde_json::from_value(body.get("error")?.get("error_data")?.clone()).ok()
}

/// Ids and numbers come as texts or as numbers.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    text(value)?.parse().ok()
}

fn unclear(operation: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        operation,
        "unreadable_answer",
        "Facebook answered in a way that Carillon does not understand.",
    )
    .with_action("If this keeps happening, report it as a fault of Carillon.")
}
