//! The one call that makes a post public.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::body;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::kit::http::{Call, CommitPermit, Safety};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::errors::{self, PLATFORM, op};
use crate::platforms::linkedin::options::Options;
use crate::platforms::linkedin::read::post_url;
use crate::platforms::linkedin::urn;

/// Clocks may differ by so much.
pub(super) const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// LinkedIn's memory of what was posted, as far as anybody reported: 48 hours, and a margin. A number of a post that tells an
/// older time is no time at all.
const OLDEST_MEMORY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How often a post is sent while LinkedIn says that a file is not ready.
const MOST_NOT_READY: u16 = 60;

pub(super) async fn commit(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: Progress,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let Stage::Committing { unit, .. } = progress.stage else { return Err(out_of_turn()) };
    // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
    let state = State::load(&progress).map_err(|e| ConnectorError { kind: ErrorKind::Ambiguous, ..e })?;
    match send(cx, draft, &state, permit).await {
        Ok(urn) => Ok(public(cx, progress, unit, urn, None)),
        Err(refusal) => refused(cx, progress, state, unit, refusal).await,
    }
}

/// A send without success, and the post that its answer names.
struct Refusal {
    error: ConnectorError,
    names: Option<String>,
}

impl From<ConnectorError> for Refusal {
    fn from(error: ConnectorError) -> Self {
        Self { error, names: None }
    }
}

async fn send(cx: &Cx<'_>, draft: &Draft, state: &State, permit: CommitPermit) -> Result<String, Refusal> {
    let (options, _) = Options::read(draft);
    let body = body::of(&cx.account.remote_id, draft, &options, state).ok_or_else(out_of_turn)?;
    let api = Api::of(cx);
    let call = Call::post(op::CREATE, Safety::Unsafe, api.rest("posts")).json(&body);
    let sent = cx.http.commit(api.versioned(call), permit).await;
    let reply = sent.map_err(|e| errors::unanswered(op::CREATE, e))?;
    if !reply.status.is_success() {
        let names = urn::post_in(&reply.snippet(4_000));
        return Err(Refusal { error: errors::map(op::CREATE, &reply, cx.clock.now()), names });
    }
    let id = reply.header("x-restli-id").filter(|id| id.starts_with("urn:li:")).map(str::to_owned);
    Ok(id.ok_or_else(|| errors::unreadable(op::CREATE, &reply, "no x-restli-id"))?)
}

/// What a refusal means: something else after a send whose effect nobody knows.
async fn refused(
    cx: &Cx<'_>,
    mut progress: Progress,
    mut state: State,
    unit: u16,
    refusal: Refusal,
) -> Result<Progress, ConnectorError> {
    let Refusal { mut error, names } = refusal;
    let in_doubt = state.first_sent.is_some() && !state.proved_absent;
    if let Some(first) = state.first_sent.filter(|_| error.code == "duplicate") {
        match names {
            Some(urn) if is_ours(&state, first, &urn) => {
                return Ok(public(cx, progress, unit, urn, Some(first)));
            }
            names => {
                // It refuses us for something else, and does not say what became of our own.
                state.copy_of = Some(names.unwrap_or_else(|| "an earlier post".to_owned()));
                error.kind = ErrorKind::Ambiguous;
                let _ = state.save(cx, &mut progress).await;
                return Err(error);
            }
        }
    }
    if in_doubt {
        // It says nothing about the first send, which may be public.
        error.kind = ErrorKind::Ambiguous;
        return Err(error);
    }
    let forgotten = matches!(error.code.as_str(), "media_failed" | "media_invalid" | "upload_expired");
    if forgotten && !state.renewed {
        state.renewed = true;
        state.uploads.iter_mut().for_each(|upload| *upload = upload.anew());
        error.kind = ErrorKind::NotReady;
        "Nothing to do: the files are uploaded again, once.".clone_into(&mut error.action);
    } else if error.kind == ErrorKind::NotReady {
        state.not_ready += 1;
        if state.not_ready > MOST_NOT_READY {
            error.kind = ErrorKind::Rejected;
            "Try again later. If it stays, convert the file.".clone_into(&mut error.action);
        }
    } else {
        return Err(error);
    }
    // The next send goes on from these notes. That they could not be kept is found out by whoever saves next.
    let _ = state.save(cx, &mut progress).await;
    Err(error)
}

/// Whether the post that LinkedIn names can be the one that was sent at `first`.
fn is_ours(state: &State, first: Timestamp, urn: &str) -> bool {
    let before = first - MARGIN;
    let is_earlier = |at: Timestamp| at < before && at > first - OLDEST_MEMORY;
    !state.older.iter().any(|older| older == urn) && !urn::made_at(urn).is_some_and(is_earlier)
}

fn public(cx: &Cx<'_>, progress: Progress, unit: u16, urn: String, first: Option<Timestamp>) -> Progress {
    let now = cx.clock.now();
    let known = first.and_then(|first| urn::made_at(&urn).filter(|at| *at >= first - MARGIN && *at <= now));
    let url = post_url(cx, &urn);
    progress.committed(unit, urn, Some(url), known.unwrap_or(now))
}

fn out_of_turn() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        op::CREATE,
        "not_prepared",
        "The post was about to be sent before it was prepared.",
    )
    .with_action("Try again; if it stays, report it with the technical details.")
}
