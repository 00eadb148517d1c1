//! Getting files to the server: upload, wait until it has worked on them, look again when they have been lying for long.
//!
//! Source: docs.joinmastodon.org, "media API methods" (2 July 2026).

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};
use http::StatusCode;

use super::super::api::{Server, segment};
use super::super::options::Options;
use super::super::{NAME, errors, wire};
use super::state::{State, Upload, slot};
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::errors::from_send;
use crate::kit::http::{Reply, Safety};
use crate::kit::multipart::Multipart;
use crate::kit::upload;

/// Unattached files are removed after about a day; before that we upload again.
const LASTS: SignedDuration = SignedDuration::from_hours(20);
/// After this long a file is looked at before it is used.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// How long a server may work on an image, and on anything else.
const IMAGE_BUDGET: SignedDuration = SignedDuration::from_secs(30);
const VIDEO_BUDGET: SignedDuration = SignedDuration::from_mins(10);
/// Waits between questions, seconds; the last one repeats.
const WAITS: [u64; 6] = [1, 2, 3, 5, 8, 10];
/// How often a file that got lost at the server is uploaded again.
const AGAIN: u8 = 2;

/// How far the files of a publication are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// All can be attached.
    Ready,
    /// Ask again after this time.
    Wait(Duration),
}

/// Whether a file of the unit has been lying at the server for too long to be used.
pub fn is_stale(state: &State, unit: u16, count: usize, now: Timestamp) -> bool {
    state.uploads(unit, count).any(|u| now.duration_since(u.at) > LASTS)
}

/// Whether nothing more can be done about files of the unit that the server does not take: they had their time, or
/// were uploaded again already.
pub fn is_hopeless(state: &State, unit: u16, count: usize, now: Timestamp) -> bool {
    state.uploads(unit, count).any(|u| u.again > 0 || now.duration_since(u.at) > VIDEO_BUDGET)
}

/// Brings the files of `unit` and of all units behind it to the server, so that a thread goes out without a pause and
/// nothing becomes public before all its files are accepted. Saves after every upload.
pub async fn bring(
    cx: &Cx<'_>,
    draft: &Draft,
    options: &Options,
    progress: &Progress,
    state: &mut State,
    unit: u16,
) -> Result<Readiness, ConnectorError> {
    let server = Server::of(cx);
    for (slot, media, focus) in files(draft, options, unit) {
        let again = match state.uploads.get(&slot) {
            Some(known) if cx.clock.now().duration_since(known.at) > LASTS => known.again,
            Some(_) => continue,
            None => 0,
        };
        let mut fresh = send(cx, &server, media, focus).await?;
        fresh.again = again;
        state.uploads.insert(slot, fresh);
        cx.checkpoint.save(&state.on(progress.clone())).await?;
    }
    let mut wait = None;
    for (slot, media, focus) in files(draft, options, unit) {
        let Some(mut known) = state.uploads.get(&slot).cloned() else { continue };
        let doubtful = !known.mute && (state.doubt || cx.clock.now().duration_since(known.at) > LOOK_AGAIN);
        if known.ready && !doubtful {
            continue;
        }
        let mut answer = ask(&server, &known, doubtful).await?;
        if matches!(answer, Answer::Gone) {
            known = anew(cx, &server, media, focus, &known).await?;
            answer = ask(&server, &known, false).await?;
        }
        match answer {
            Answer::Ready => known.ready = true,
            Answer::Mute => (known.ready, known.mute) = (true, true),
            Answer::Gone => return Err(lost()),
            Answer::Working => {
                within_budget(&known, media, cx.clock.now())?;
                let step = usize::from(known.polls).min(WAITS.len() - 1);
                wait = wait.max(Some(Duration::from_secs(WAITS[step])));
                known.ready = false;
                known.polls = known.polls.saturating_add(1);
            }
        }
        state.uploads.insert(slot, known);
        cx.checkpoint.save(&state.on(progress.clone())).await?;
    }
    Ok(wait.map_or(Readiness::Ready, Readiness::Wait))
}

/// Uploads a file again that the server no longer has.
async fn anew(
    cx: &Cx<'_>,
    server: &Server<'_>,
    media: &MediaInfo,
    focus: Option<&str>,
    lost_one: &Upload,
) -> Result<Upload, ConnectorError> {
    if lost_one.again >= AGAIN {
        return Err(lost());
    }
    let fresh = send(cx, server, media, focus).await?;
    Ok(Upload { again: lost_one.again + 1, ..fresh })
}

/// The files from `unit` on: where each is remembered, the file, its focus.
fn files<'a>(
    draft: &'a Draft,
    options: &'a Options,
    unit: u16,
) -> impl Iterator<Item = (String, &'a MediaInfo, Option<&'a str>)> {
    let parts = std::iter::once(&draft.root).chain(&draft.parts);
    (0_u16..).zip(parts).skip(usize::from(unit)).flat_map(move |(number, part)| {
        part.media.iter().enumerate().map(move |(index, media)| {
            let focus = if number == 0 { options.focus.get(index).and_then(Option::as_deref) } else { None };
            (slot(number, index), media, focus)
        })
    })
}

/// Uploads one file.
async fn send(
    cx: &Cx<'_>,
    server: &Server<'_>,
    media: &MediaInfo,
    focus: Option<&str>,
) -> Result<Upload, ConnectorError> {
    let mut reply = post(cx, server, media, focus, "/api/v2/media").await?;
    if reply.status == StatusCode::NOT_FOUND {
        // Before 3.1.3 there was only the form that answers when all is done.
        reply = post(cx, server, media, focus, "/api/v1/media").await?;
    }
    if !reply.status.is_success() {
        return Err(errors::from_reply(UPLOAD, Safety::Invisible, &reply, cx.clock.now()));
    }
    let attachment: wire::MediaAttachment =
        reply.json().map_err(|e| errors::unreadable(UPLOAD, Safety::Invisible, &reply, &e.to_string()))?;
    let accepted = reply.status == StatusCode::ACCEPTED;
    let ready = !accepted && attachment.url.is_some();
    let (polls, again) = (0, 0);
    Ok(Upload { id: attachment.id, at: cx.clock.now(), accepted, ready, mute: false, polls, again })
}

const UPLOAD: &str = "media.upload";

async fn post(
    cx: &Cx<'_>,
    server: &Server<'_>,
    media: &MediaInfo,
    focus: Option<&str>,
    path: &str,
) -> Result<Reply, ConnectorError> {
    let body = upload::whole(cx.media, media).await.map_err(unreadable_file)?;
    let mut form = Multipart::new(cx.entropy);
    // Fields before the file, so that the server knows them when it begins to work.
    if let Some(alt) = media.alt.as_deref().filter(|alt| !alt.is_empty()) {
        form = form.text("description", alt);
    }
    if let Some(focus) = focus {
        form = form.text("focus", focus);
    }
    let extension = media.mime.rsplit('/').next().unwrap_or("bin");
    let name = format!("{}.{extension}", media.id);
    let call = server.post(UPLOAD, Safety::Invisible, path).timeout(upload_time(media.bytes));
    let call = form.file("file", &name, &media.mime, body).on(call);
    let reply = cx.http.send(call).await.map_err(|e| from_send(NAME, UPLOAD, Safety::Invisible, e))?;
    if reply.status == StatusCode::NOT_FOUND || reply.status.is_success() {
        return Ok(reply);
    }
    Err(server.refused(UPLOAD, Safety::Invisible, &reply).await)
}

/// A minute, and a second for every 100 kB; at most half an hour.
fn upload_time(bytes: u64) -> Duration {
    Duration::from_secs((60 + bytes / 100_000).min(30 * 60))
}

enum Answer {
    Ready,
    Working,
    Gone,
    /// This server's software does not know the question.
    Mute,
}

/// Asks how far a file is. `doubtful`: it should be ready, but may be gone.
async fn ask(server: &Server<'_>, known: &Upload, doubtful: bool) -> Result<Answer, ConnectorError> {
    const OPERATION: &str = "media.get";
    let call = server.get(OPERATION, &format!("/api/v1/media/{}", segment(&known.id)));
    let reply = server.http.send(call).await.map_err(|e| from_send(NAME, OPERATION, Safety::Read, e))?;
    match reply.status {
        StatusCode::PARTIAL_CONTENT => Ok(Answer::Working),
        StatusCode::OK => {
            // Some software answers 200 all the time and leaves the address out until it is done.
            let attachment = reply.json::<wire::MediaAttachment>().ok();
            let addressed = attachment.is_none_or(|a| a.url.is_some());
            Ok(if addressed { Answer::Ready } else { Answer::Working })
        }
        // A file that was just uploaded is there: this software has answered with 200 when it was done, and that was all.
        StatusCode::NOT_FOUND if !known.accepted && !doubtful => Ok(Answer::Mute),
        StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Answer::Gone),
        StatusCode::UNPROCESSABLE_ENTITY => {
            let refusal = errors::from_reply(OPERATION, Safety::Read, &reply, server.clock.now());
            let cause = "The server could not process the file.";
            Err(ConnectorError::new(ErrorKind::Rejected, NAME, OPERATION, "media_processing_failed", cause)
                .with_action("Convert it to JPEG, PNG or an H.264 MP4 and try again.")
                .with_remote(refusal.remote))
        }
        _ => Err(server.refused(OPERATION, Safety::Read, &reply).await),
    }
}

fn within_budget(known: &Upload, media: &MediaInfo, now: Timestamp) -> Result<(), ConnectorError> {
    let budget = if media.kind == MediaKind::Image { IMAGE_BUDGET } else { VIDEO_BUDGET };
    if now.duration_since(known.at) <= budget {
        return Ok(());
    }
    let cause = format!("The server has been working on a file for more than {} seconds.", budget.as_secs());
    Err(ConnectorError::new(ErrorKind::Transient, NAME, "media.get", "media_processing_slow", cause)
        .with_action("It is looked at again by itself. If it stays so, use a smaller file."))
}

fn lost() -> ConnectorError {
    let cause = "The server lost an uploaded file again and again.";
    ConnectorError::new(ErrorKind::Rejected, NAME, "media.get", "media_lost", cause)
        .with_action("Try again later, or ask the server's admins.")
}

fn unreadable_file(error: std::io::Error) -> ConnectorError {
    let gone = error.kind() == std::io::ErrorKind::NotFound;
    let (kind, cause) = if gone {
        (ErrorKind::Rejected, "A file of this post is no longer in the library.")
    } else {
        (ErrorKind::Transient, "A file of this post can't be read from the library now.")
    };
    ConnectorError::new(kind, NAME, UPLOAD, "media_unreadable", cause)
        .with_action("Check the media of the post, and upload the file again if it is missing.")
        .with_detail(error.to_string())
}
