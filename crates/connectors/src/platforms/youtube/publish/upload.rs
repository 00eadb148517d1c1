//! The bytes of a video, through any number of breaks and restarts.
//!
//! What YouTube has is never sent again: after a break, and whenever another process goes on, it is asked first.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use carillon_domain::time::SignedDuration;

use super::session::{self, Answer};
use super::state::{State, Uploaded};
use super::{RESTARTS, Run, lost, no_video};
use crate::kit::upload::{part, pause_after_break};
use crate::platforms::youtube::check::media;
use crate::platforms::youtube::errors::{PLATFORM, op};
use crate::platforms::youtube::limits::CHUNK;

/// How late a new video may appear in the list of uploads.
const LIST_LAG: SignedDuration = SignedDuration::from_mins(3);

/// Uploads what is missing. Gives how long to wait after a break.
pub(super) async fn upload(run: &mut Run<'_, '_>) -> Result<Option<Duration>, ConnectorError> {
    let draft = run.draft;
    let file = media::video(draft).ok_or_else(no_video)?;
    if run.state.media != Some(file.id) {
        *run.state = State { media: Some(file.id), restarts: run.state.restarts, ..State::default() };
    }
    // Where the next byte goes, if that is certain.
    let mut at = None;
    while run.state.video.is_none() {
        let kept = run.state.session(run.cx);
        let answer = match (kept, at) {
            (None, _) => {
                begin(run, file).await?;
                at = Some(0);
                continue;
            }
            // Sealed with a grant that is no more.
            (Some(None), _) => Answer::Gone,
            (Some(Some(session)), Some(from)) => send(run, file, &session, from).await?,
            (Some(Some(session)), None) => told(run, session::ask(run.cx, &session, file).await).await?,
        };
        at = match answer {
            Answer::Complete(id) => {
                arrived(run, id).await?;
                None
            }
            Answer::Stored(bytes) => match stored(run, file, at, bytes).await? {
                Some(wait) => return Ok(Some(wait)),
                None => Some(bytes),
            },
            Answer::Gone => match anew(run, file).await? {
                Some(wait) => return Ok(Some(wait)),
                None => None,
            },
            Answer::Broken(error) => return broken(run, *error).await.map(Some),
        };
    }
    Ok(None)
}

async fn begin(run: &mut Run<'_, '_>, file: &MediaInfo) -> Result<(), ConnectorError> {
    if file.bytes == 0 {
        return Err(no_video());
    }
    let session = session::begin(run, file).await?;
    let state = &mut run.state;
    state.keep_session(run.cx, &session);
    state.begun_at = state.begun_at.or_else(|| Some(run.cx.clock.now()));
    (state.sent, state.tail_at) = (0, None);
    run.save().await
}

/// Sends the next part.
async fn send(
    run: &mut Run<'_, '_>,
    file: &MediaInfo,
    session: &Secret,
    from: u64,
) -> Result<Answer, ConnectorError> {
    let range = from..file.bytes.min(from.saturating_add(CHUNK));
    if range.end == file.bytes && run.state.tail_at.is_none() {
        run.state.tail_at = Some(run.cx.clock.now());
        run.save().await?;
    }
    let body = part(run.cx.media, file.id, range.clone()).await.map_err(|e| unreadable_file(&e))?;
    told(run, session::put(run.cx, session, body, file, range).await).await
}

/// After a plain refusal the session is of no use any more.
async fn told(
    run: &mut Run<'_, '_>,
    answer: Result<Answer, ConnectorError>,
) -> Result<Answer, ConnectorError> {
    if answer.as_ref().is_err_and(|error| error.kind == ErrorKind::Rejected) {
        (run.state.session, run.state.sent, run.state.tail_at) = (None, 0, None);
        run.save().await?;
    }
    answer
}

/// All bytes are there.
async fn arrived(run: &mut Run<'_, '_>, id: String) -> Result<(), ConnectorError> {
    run.state.video = Some(Uploaded { id, at: run.cx.clock.now() });
    (run.state.session, run.state.breaks) = (None, 0);
    run.save().await
}

/// Notes how much is there. Where a send brought nothing forward it waits, as after a break.
async fn stored(
    run: &mut Run<'_, '_>,
    file: &MediaInfo,
    sent_from: Option<u64>,
    bytes: u64,
) -> Result<Option<Duration>, ConnectorError> {
    if bytes > run.state.sent {
        run.state.breaks = 0;
    }
    run.state.sent = bytes;
    let stuck = sent_from.is_some_and(|from| bytes <= from) || bytes >= file.bytes;
    if stuck {
        return broken(run, standing_still()).await.map(Some);
    }
    run.save().await?;
    Ok(None)
}

/// The session is gone. If the last byte was sent, the video may be there all the same.
async fn anew(run: &mut Run<'_, '_>, file: &MediaInfo) -> Result<Option<Duration>, ConnectorError> {
    if let Some(tail) = run.state.tail_at {
        if let Some(id) = lost::find(run, file).await? {
            arrived(run, id).await?;
            return Ok(None);
        }
        let listed = tail.checked_add(LIST_LAG).unwrap_or(tail);
        let left = listed.duration_since(run.cx.clock.now());
        if left.is_positive() {
            return Ok(Some(Duration::try_from(left).unwrap_or_default()));
        }
    }
    if run.state.restarts >= RESTARTS {
        return Err(given_up());
    }
    run.state.restarts += 1;
    (run.state.session, run.state.sent, run.state.tail_at) = (None, 0, None);
    run.save().await?;
    Ok(None)
}

/// How long to wait before YouTube is asked how much it has.
async fn broken(run: &mut Run<'_, '_>, error: ConnectorError) -> Result<Duration, ConnectorError> {
    let before = run.state.breaks;
    let wait = pause_after_break(before, run.cx.entropy);
    run.state.breaks = wait.map_or(0, |_| before + 1);
    run.save().await?;
    wait.ok_or(error)
}

fn standing_still() -> ConnectorError {
    later("standing_still", "YouTube takes no more of the video's bytes for now.")
}

fn given_up() -> ConnectorError {
    later("session_lost", "YouTube has forgotten the upload of the video again and again.")
}

fn later(code: &str, cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Transient, PLATFORM, op::UPLOAD, code, cause)
        .with_action("Nothing to do: it is tried again.")
}

fn unreadable_file(error: &std::io::Error) -> ConnectorError {
    later("media_unreadable", "A file of the library could not be read.")
        .with_action("If it stays, upload the file to the library again.")
        .with_detail(error.to_string())
}
