//! The one call that makes a unit public.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::{Draft, Unit};
use http::Method;

use super::ROOT;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::{Call, CommitPermit, Safety};
use crate::platforms::youtube::api::Api;
use crate::platforms::youtube::check::media;
use crate::platforms::youtube::errors::{self, PLATFORM, op, rejected};
use crate::platforms::youtube::options::Options;
use crate::platforms::youtube::read;
use crate::platforms::youtube::wire::{
    CommentIn, CommentTextIn, Status, StatusIn, Thread, ThreadIn, ThreadSnippetIn, Video, VideoIn,
};

/// So often a comment may come too early until it is given up.
const TOO_EARLY: u8 = 3;

/// Gives the video the privacy that was asked for.
pub(super) async fn video(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let state = State::load(&progress).map_err(uncertain)?;
    let Some(id) = state.video_id() else { return Err(out_of_turn()) };
    let (options, _) = Options::read(draft);
    let body = VideoIn {
        id: Some(id),
        snippet: None,
        status: wanted(&options),
        paid_product_placement_details: None,
    };
    let api = Api::of(cx);
    let call = Call::new(op::UPDATE, Safety::Unsafe, Method::PUT, api.url("videos"));
    let call = call.query([("part", "status")]).json(&body);
    let answered: Video = match send(cx, &api, call, permit).await {
        Ok(video) => video,
        Err(error) => return Err(refused(cx, &progress, prepared_is_gone(error)).await),
    };
    let Some(status) = answered.status else {
        return Err(errors::unreadable(op::UPDATE, "the answer has no status"));
    };
    if !is_as_wanted(&options, &status) {
        return Err(kept_back(&status));
    }
    let url = url(cx, draft, id);
    let id = id.to_owned();
    Ok(progress.committed(ROOT, id, Some(url), cx.clock.now()))
}

/// Writes the first comment.
pub(super) async fn comment(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let Some(Unit::Comment(text)) = draft.unit(unit) else { return Err(out_of_turn()) };
    let Some(video) = progress.root_remote_id() else { return Err(out_of_turn()) };
    let top_level_comment = CommentIn { snippet: CommentTextIn { text_original: text } };
    let snippet = ThreadSnippetIn { channel_id: &cx.account.remote_id, video_id: video, top_level_comment };
    let api = Api::of(cx);
    let call = Call::post(op::COMMENT, Safety::Unsafe, api.url("commentThreads"));
    let call = call.query([("part", "snippet")]).json(&ThreadIn { snippet });
    let thread: Thread = match send(cx, &api, call, permit).await {
        Ok(thread) => thread,
        Err(error) => return Err(refused(cx, &progress, error).await),
    };
    let url = comment_url(cx, video, &thread.id);
    Ok(progress.committed(unit, thread.id, Some(url), cx.clock.now()))
}

async fn send<T: serde::de::DeserializeOwned>(
    cx: &Cx<'_>,
    api: &Api<'_>,
    call: Call,
    permit: CommitPermit,
) -> Result<T, ConnectorError> {
    let operation = call.operation;
    let sent = cx.http.commit(api.signed(call), permit).await;
    let reply = sent.map_err(|e| errors::unanswered(operation, e))?;
    if !reply.status.is_success() {
        return Err(api.refusal(operation, &reply).await);
    }
    reply.json().map_err(|error| errors::unreadable(operation, error))
}

/// Networks were seen to refuse what they had done, so that a refusal is looked after before it is told: it costs one unit of quota, and
/// only then is it certain that nothing became public.
async fn refused(cx: &Cx<'_>, progress: &Progress, mut error: ConnectorError) -> ConnectorError {
    let answered = error.remote.status.is_some_and(|status| (400..500).contains(&status));
    if !answered || !matches!(error.kind, ErrorKind::Rejected | ErrorKind::Transient) {
        return error;
    }
    let mut progress = progress.clone();
    if let Ok(mut state) = State::load(&progress) {
        if error.kind == ErrorKind::Transient {
            state.early += 1;
        }
        let last = state.early >= TOO_EARLY;
        let kind = if last { ErrorKind::Rejected } else { error.kind.clone() };
        state.early %= TOO_EARLY;
        state.refusal = Some(ConnectorError { kind, ..error.clone() });
        state.store(&mut progress);
        // When the note is lost, the cause is told less well; what YouTube answered stays ambiguous.
        let _ = cx.checkpoint.save(&progress).await;
    }
    error.kind = ErrorKind::Ambiguous;
    error
}

/// The state that the video is to have.
fn wanted(options: &Options) -> StatusIn<'_> {
    match options.publish_at {
        Some(at) => StatusIn { publish_at: Some(at.to_string()), ..StatusIn::of(options, "private") },
        None => StatusIn::of(options, options.privacy),
    }
}

/// Whether the video has the state that was asked for.
pub(super) fn is_as_wanted(options: &Options, status: &Status) -> bool {
    let privacy = status.privacy_status.as_deref();
    let Some(at) = options.publish_at else { return privacy == Some(options.privacy) };
    let set = status.publish_at.as_deref().and_then(|at| at.parse::<carillon_domain::time::Timestamp>().ok());
    // A time in the past publishes at once.
    privacy == Some("public") || set.is_some_and(|set| set.as_second() == at.as_second())
}

/// Where people see the video.
pub(super) fn url(cx: &Cx<'_>, draft: &Draft, id: &str) -> String {
    let short = media::video(draft).is_some_and(media::is_short);
    if short { read::short_url(cx, id) } else { read::watch_url(cx, id) }
}

/// Where people see a comment.
pub(super) fn comment_url(cx: &Cx<'_>, video: &str, thread: &str) -> String {
    format!("{}&lc={thread}", read::watch_url(cx, video))
}

/// Somebody deleted the private video: the next prepare step finds that out, and uploads it again.
fn prepared_is_gone(error: ConnectorError) -> ConnectorError {
    if error.code != "video_not_found" {
        return error;
    }
    let action = "Nothing to do: the video is uploaded again.".to_owned();
    ConnectorError { kind: ErrorKind::NotReady, action, ..error }
}

/// Without its notes nobody can say whether an earlier process sent it.
fn uncertain(error: ConnectorError) -> ConnectorError {
    ConnectorError { kind: ErrorKind::Ambiguous, ..error }
}

/// YouTube took the call and left the video as it was. Until Nov 2026 it did so with uploads of unaudited apps.
fn kept_back(status: &Status) -> ConnectorError {
    let kept = status.privacy_status.as_deref().unwrap_or("unknown");
    rejected(
        op::UPDATE,
        "kept_private",
        format!("YouTube took the video, but leaves it {kept}."),
        "Look in YouTube Studio what is asked of the video, and publish it there.",
    )
}

pub(super) fn out_of_turn() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        op::UPDATE,
        "not_prepared",
        "The post was about to be sent before it was prepared.",
    )
    .with_action("Try again; if it stays, report it with the technical details.")
}
