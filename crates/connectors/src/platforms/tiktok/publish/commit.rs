//! The one call after which TikTok posts: the last part of an upload, or the `init` of what TikTok fetches.
//!
//! TikTok answers that it has taken the post, and works on it for a while. That is not the end: [`super::reconcile`] asks for it.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;

use super::parts::Parts;
use super::state::State;
use super::upload::{self, Answer};
use super::{Way, init, no_files};
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::{CommitPermit, Safety};
use crate::platforms::tiktok::api;
use crate::platforms::tiktok::check::media;
use crate::platforms::tiktok::errors::{self, PLATFORM, op};
use crate::platforms::tiktok::options::Options;
use crate::platforms::tiktok::wire::InitData;

/// How long the last part may take. Whoever takes over after a crash counts on its being over after a minute.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(super) async fn commit(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let state = State::load(&progress).map_err(uncertain)?;
    if state.taken {
        return Err(in_progress());
    }
    match state.way {
        Way::Upload => last_part(cx, draft, progress, state, permit).await,
        Way::Pull | Way::Pictures => fetch(cx, draft, progress, state, permit).await,
    }
}

async fn last_part(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    mut state: State,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let file = media::video(draft).ok_or_else(no_files)?;
    let range = Parts::of(file.bytes).next(state.sent);
    let ready = state.publish_id.is_some() && state.media == Some(file.id) && range.end == file.bytes;
    let Some(link) = state.link(cx).filter(|_| ready) else { return Err(not_there()) };
    let call = upload::put(cx, &link, file, range.clone(), Safety::Unsafe).await?.timeout(TIMEOUT);
    let sent = cx.http.commit(call, permit).await;
    let reply = sent.map_err(|error| errors::unanswered(op::UPLOAD, Safety::Unsafe, error))?;
    let answer = upload::answer(&reply, &range);
    let all = |bytes: u64| bytes >= file.bytes;
    match answer {
        Answer::Complete => state.taken = true,
        Answer::Stored(bytes) | Answer::Elsewhere(Some(bytes)) if all(bytes) => state.taken = true,
        // It lacks bytes that it said to have.
        Answer::Stored(bytes) | Answer::Elsewhere(Some(bytes)) => {
            state.sent = bytes;
            note(cx, &state, progress).await;
            return Err(not_there());
        }
        Answer::Elsewhere(None) | Answer::Gone | Answer::Refused => {
            let mut error = errors::of_reply(op::UPLOAD, Safety::Unsafe, &reply, cx.clock.now());
            // The next prepare steps ask what TikTok has, and begin anew.
            state.link_gone = matches!(error.kind, ErrorKind::NotReady | ErrorKind::Rejected);
            if error.kind == ErrorKind::Rejected {
                // Networks were seen to refuse what they had done. It can be asked, and is told once nothing became of it.
                state.refusal = Some(error.clone());
                error.kind = ErrorKind::Ambiguous;
            }
            note(cx, &state, progress).await;
            return Err(error);
        }
    }
    note(cx, &state, progress).await;
    Err(in_progress())
}

async fn fetch(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    mut state: State,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let (options, _) = Options::read(draft);
    let call = match state.way {
        Way::Pictures => init::pictures(cx, draft, &options, &state)?,
        _ => init::pull(cx, draft, &options, &state)?,
    };
    let operation = call.operation;
    let sent = cx.http.commit(call, permit).await;
    let reply = sent.map_err(|error| errors::unanswered(operation, Safety::Unsafe, error))?;
    let data: InitData = api::data(operation, Safety::Unsafe, &reply, cx.clock.now())?;
    (state.publish_id, state.taken) = (Some(data.publish_id), true);
    note(cx, &state, progress).await;
    Err(in_progress())
}

/// Keeps what TikTok answered. When the note is lost, less is known later; what was answered stays true.
async fn note(cx: &Cx<'_>, state: &State, mut progress: Progress) {
    state.store(&mut progress);
    let _ = cx.checkpoint.save(&progress).await;
}

/// TikTok has everything, and the end is open.
fn in_progress() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Ambiguous,
        PLATFORM,
        op::STATUS,
        "in_progress",
        "TikTok has taken the post and is working on it.",
    )
    .with_action("Nothing to do: Carillon asks how far it is until it is there.")
}

/// Nothing was sent, or TikTok waits for more: the prepare steps go on.
fn not_there() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::NotReady,
        PLATFORM,
        op::UPLOAD,
        "upload_incomplete",
        "TikTok does not have the beginning of the video any more.",
    )
    .with_action("Nothing to do: it is uploaded again.")
}

/// Without its notes nobody can say whether an earlier process sent it.
fn uncertain(error: ConnectorError) -> ConnectorError {
    ConnectorError { kind: ErrorKind::Ambiguous, ..error }
}
