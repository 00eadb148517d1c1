//! The bytes of a video, through any number of breaks and restarts.
//!
//! What TikTok has is never sent again: after a break, and whenever another process goes on, it is asked first.

use std::ops::Range;
use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use http::Method;
use http::header::CONTENT_RANGE;

use super::parts::Parts;
use super::status::{self, Step};
use super::{Run, init, no_files};
use crate::contract::cx::Cx;
use crate::kit::http::{Call, Reply, Safety};
use crate::kit::upload::{part, pause_after_break};
use crate::platforms::tiktok::check::media;
use crate::platforms::tiktok::errors::{self, later, op};

/// How often an upload that TikTok has forgotten is begun anew in one attempt. TikTok allows six beginnings a minute.
const RESTARTS: u8 = 2;

/// How long one part may take while there is time: 10 MB at a quarter of a megabit a second.
const PART_TIMEOUT: Duration = Duration::from_secs(300);

/// What TikTok answers to bytes.
pub(super) enum Answer {
    /// All are there.
    Complete,
    /// So many are there.
    Stored(u64),
    /// It expects another part: the one after so many bytes, where it says that.
    Elsewhere(Option<u64>),
    /// There is no such upload any more.
    Gone,
    /// Anything else.
    Refused,
}

/// Uploads what is missing but for the last part. Gives how long to wait after a break.
pub(super) async fn upload(run: &mut Run<'_, '_>) -> Result<Option<Duration>, ConnectorError> {
    let draft = run.draft;
    let file = media::video(draft).filter(|file| file.bytes > 0).ok_or_else(no_files)?;
    let parts = Parts::of(file.bytes);
    if run.state.media != Some(file.id) {
        run.state.forget();
        run.state.media = Some(file.id);
    }
    // Whether it is known for certain how much TikTok has.
    let mut sure = false;
    loop {
        let Some(publish_id) = run.state.publish_id.clone() else {
            run.ask_creator().await?;
            init::upload(run, parts).await?;
            sure = true;
            continue;
        };
        if !sure {
            ask(run, &publish_id, parts).await?;
            if run.state.taken {
                return Ok(None);
            }
            sure = true;
        }
        let Some(link) = run.state.link(run.cx) else {
            anew(run, file).await?;
            continue;
        };
        let at = run.state.sent;
        if at >= parts.tail() {
            return Ok(None);
        }
        match send(run, &link, file, parts.next(at)).await? {
            Sent::Up(bytes) => {
                (run.state.sent, run.state.breaks) = (bytes, 0);
                run.save().await?;
            }
            Sent::Ask => sure = false,
            Sent::Broken(error) => return broken(run, *error).await.map(Some),
        }
    }
}

/// Asks how much TikTok has.
async fn ask(run: &mut Run<'_, '_>, publish_id: &str, parts: Parts) -> Result<(), ConnectorError> {
    let status = match status::ask(run.cx, publish_id).await {
        Ok(status) => status,
        // What TikTok does not know, and what was never sent whole, is nothing.
        Err(error) if error.code == "post_not_found" => {
            run.state.link_gone = true;
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if let Step::Failed(reason) = &status.step {
        run.state.forget();
        run.save().await?;
        return Err(errors::of_failure(reason, run.cx.clock.now()));
    }
    if status.has_all(parts.total) {
        run.state.taken = true;
    } else if let Some(bytes) = status.uploaded {
        run.state.sent = parts.beginning(bytes);
    }
    Ok(())
}

/// What became of one part.
enum Sent {
    /// So many bytes are there now, more than before.
    Up(u64),
    /// TikTok must be asked.
    Ask,
    /// It brought nothing forward.
    Broken(Box<ConnectorError>),
}

async fn send(
    run: &mut Run<'_, '_>,
    link: &Secret,
    file: &MediaInfo,
    range: Range<u64>,
) -> Result<Sent, ConnectorError> {
    let call = put(run.cx, link, file, range.clone(), Safety::Invisible).await?.timeout(PART_TIMEOUT);
    let reply = match run.cx.http.send(call).await {
        Ok(reply) => reply,
        Err(error) => {
            let error = errors::unanswered(op::UPLOAD, Safety::Invisible, error);
            return if error.kind == ErrorKind::Transient {
                Ok(Sent::Broken(Box::new(error)))
            } else {
                Err(error)
            };
        }
    };
    let refused = |now: Timestamp| errors::of_reply(op::UPLOAD, Safety::Invisible, &reply, now);
    let now = run.cx.clock.now();
    match answer(&reply, &range) {
        Answer::Stored(bytes) | Answer::Elsewhere(Some(bytes)) if bytes > range.start => {
            Ok(if bytes >= file.bytes { Sent::Ask } else { Sent::Up(bytes) })
        }
        // It has less than it said before.
        Answer::Stored(bytes) | Answer::Elsewhere(Some(bytes)) => {
            run.state.sent = bytes;
            Ok(Sent::Broken(Box::new(standing_still())))
        }
        Answer::Complete => Ok(Sent::Ask),
        Answer::Gone => {
            run.state.link_gone = true;
            run.save().await?;
            Ok(Sent::Ask)
        }
        Answer::Elsewhere(None) => Ok(Sent::Broken(Box::new(refused(now)))),
        Answer::Refused => {
            let error = refused(now);
            match error.kind {
                ErrorKind::Transient => Ok(Sent::Broken(Box::new(error))),
                ErrorKind::Rejected => {
                    run.state.forget();
                    run.save().await?;
                    Err(error)
                }
                _ => Err(error),
            }
        }
    }
}

/// The call that sends the bytes in `range`. It bears no token: the address is the permission.
pub(super) async fn put(
    cx: &Cx<'_>,
    link: &Secret,
    file: &MediaInfo,
    range: Range<u64>,
    safety: Safety,
) -> Result<Call, ConnectorError> {
    let told = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), file.bytes);
    let body = part(cx.media, file.id, range).await.map_err(|error| unreadable_file(&error))?;
    let call = Call::new(op::UPLOAD, safety, Method::PUT, link.expose());
    Ok(call.header(CONTENT_RANGE, &told).body(&file.mime, body))
}

/// What an answer to the bytes in `range` says. developers.tiktok.com, "Media Transfer Guide" (Nov 2026).
pub(super) fn answer(reply: &Reply, range: &Range<u64>) -> Answer {
    match reply.status.as_u16() {
        201 => Answer::Complete,
        206 => Answer::Stored(stored(reply).unwrap_or(range.end)),
        416 => Answer::Elsewhere(stored(reply)),
        403 | 404 | 410 => Answer::Gone,
        _ => Answer::Refused,
    }
}

/// `Content-Range: bytes 0-N/T`: N is the last byte that is there.
fn stored(reply: &Reply) -> Option<u64> {
    let range = reply.header(CONTENT_RANGE.as_str())?.trim().strip_prefix("bytes")?;
    let (_, last) = range.split_once('/').map_or(range, |(range, _)| range).split_once('-')?;
    last.trim().parse::<u64>().ok()?.checked_add(1)
}

/// Begins with nothing. TikTok was asked, and lacks a part of what it had.
async fn anew(run: &mut Run<'_, '_>, file: &MediaInfo) -> Result<(), ConnectorError> {
    let restarts = run.state.restarts + 1;
    run.state.forget();
    run.state.media = Some(file.id);
    if restarts > RESTARTS {
        run.state.restarts = 0;
        run.save().await?;
        return Err(later(
            op::UPLOAD,
            "upload_gone",
            "TikTok has forgotten the upload of the video again and again.",
        ));
    }
    run.state.restarts = restarts;
    run.save().await
}

/// How long to wait before TikTok is asked how much it has.
async fn broken(run: &mut Run<'_, '_>, error: ConnectorError) -> Result<Duration, ConnectorError> {
    let before = run.state.breaks;
    let wait = pause_after_break(before, run.cx.entropy);
    run.state.breaks = wait.map_or(0, |_| before + 1);
    run.save().await?;
    wait.ok_or(error)
}

fn standing_still() -> ConnectorError {
    later(op::UPLOAD, "standing_still", "TikTok takes no more of the video's bytes for now.")
}

fn unreadable_file(error: &std::io::Error) -> ConnectorError {
    later(op::UPLOAD, "media_unreadable", "A file of the library could not be read.")
        .with_action("It is tried again. If it stays, upload the file to the library again.")
        .with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn the_range_of_an_answer_says_how_much_is_there() {
        let of = |text: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(text.map(|text| (CONTENT_RANGE, HeaderValue::from_static(text))));
            stored(&Reply { status: StatusCode::PARTIAL_CONTENT, headers, body: bytes::Bytes::new() })
        };
        for text in
            ["bytes 0-5242879/10485760", "bytes 0-5242879", "bytes=0-5242879/10485760", " bytes 0-5242879/*"]
        {
            assert_eq!(of(Some(text)), Some(5_242_880), "{text}");
        }
        for text in ["bytes */10485760", "5242879", "bytes 0-x/1", ""] {
            assert_eq!(of(Some(text)), None, "{text}");
        }
        assert_eq!(of(None), None);
    }
}
