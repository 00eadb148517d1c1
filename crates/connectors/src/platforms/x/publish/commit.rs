//! The one call that makes a unit public.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::{Draft, Unit};

use super::parent;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::kit::http::{Call, CommitPermit, Safety};
use crate::platforms::x::api::{self, Api};
use crate::platforms::x::errors::{self, PLATFORM, op};
use crate::platforms::x::options::Options;
use crate::platforms::x::read::post_url;
use crate::platforms::x::wire::{CreatePost, Created, Data, PollIn, PostMedia, Reply};

pub(super) async fn commit(
    cx: &Cx<'_>,
    draft: &Draft,
    mut progress: Progress,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let Stage::Committing { unit, .. } = progress.stage else { return Err(out_of_turn()) };
    // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
    let mut state = State::open(&progress, unit)
        .map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
    if state.uploads.iter().any(|u| u.is_expired(cx.clock.now())) {
        return Err(expired());
    }
    let (options, _) = Options::read(draft);
    let Some(body) = body(draft, &progress, &state, &options, unit) else { return Err(out_of_turn()) };
    let api = Api::of(cx);
    let call = Call::post(op::CREATE, Safety::Unsafe, api.url("/2/tweets")).json(&body);
    let sent = cx.http.commit(api.signed(call), permit).await;
    let reply = sent.map_err(|e| errors::unanswered(op::CREATE, e))?;
    if !reply.status.is_success() {
        let mut error = errors::map(op::CREATE, reply.status, &reply.headers, &reply.body);
        if error.code == "duplicate" && (state.resent || state.refused) {
            // The earlier copy is most likely the first send. Noting it is for the evidence; the verdict does without.
            error.kind = ErrorKind::Ambiguous;
            state.repeated = true;
            let _ = state.save(cx, &mut progress).await;
        }
        if error.code == "media_invalid" && state.uploads.iter().any(|u| !u.restarted) {
            // The ids may have run out at X. The look goes on from what is noted here.
            error.kind = ErrorKind::Ambiguous;
            "Nothing to do: the files are uploaded again, once.".clone_into(&mut error.action);
            state.renew = true;
            let _ = state.save(cx, &mut progress).await;
        }
        if error.kind != ErrorKind::Ambiguous && error.code != "duplicate" && !state.refused {
            // What is refused can be live all the same; then the next send is a duplicate, and that must not be the verdict.
            state.refused = true;
            let _ = state.save(cx, &mut progress).await;
        }
        return Err(error);
    }
    let created: Data<Created> =
        api::read(op::CREATE, &reply).map_err(|e| ConnectorError { kind: ErrorKind::Ambiguous, ..e })?;
    let url = post_url(cx, &created.data.id);
    Ok(progress.committed(unit, created.data.id, Some(url), cx.clock.now()))
}

/// The body for a unit; `None` when something that must be there before is not.
fn body<'a>(
    draft: &'a Draft,
    progress: &'a Progress,
    state: &'a State,
    options: &'a Options,
    unit: u16,
) -> Option<CreatePost<'a>> {
    let (text, files, is_part) = match draft.unit(unit)? {
        Unit::Part(part) => (part.text.as_str(), part.media.len(), true),
        Unit::Comment(text) => (text, 0, false),
    };
    let media_ids: Vec<&str> = state.uploads.iter().filter_map(|u| u.id.as_deref()).collect();
    let parent = parent(draft, progress, unit);
    let root = unit == 0;
    if media_ids.len() != files || root != parent.is_none() {
        return None;
    }
    let poll = options.poll.as_ref().filter(|_| root);
    Some(CreatePost {
        text,
        media: (files > 0).then_some(PostMedia { media_ids }),
        poll: poll.map(|p| PollIn { options: &p.options, duration_minutes: p.duration_minutes }),
        reply: parent.map(|id| Reply { in_reply_to_tweet_id: id }),
        reply_settings: options.reply_settings.filter(|_| root),
        made_with_ai: (options.made_with_ai && is_part).then_some(true),
        paid_partnership: (options.paid_partnership && is_part).then_some(true),
    })
}

/// Nothing was sent: going on with the prepare steps uploads the file again.
fn expired() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::NotReady,
        PLATFORM,
        op::CREATE,
        "media_expired",
        "The upload of an attached file has expired at X.",
    )
    .with_action("Nothing to do: it is uploaded again.")
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
