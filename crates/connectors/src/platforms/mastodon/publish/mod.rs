//! Publishing: upload and wait, note the newest status, then one call for each unit.
//!
//! Source: docs.joinmastodon.org, "statuses API methods" (2 July 2026); for the Idempotency-Key the server's source: it is kept for
//! an hour and saved only after success, so it is no lock.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;
use http::{HeaderName, Method};

use super::api::{Server, segment};
use super::options::{self, Options};
use super::read::own_statuses;
use super::{Mastodon, NAME, check, errors, limits, wire};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Editor, Publisher, Reconciliation, Window};
use crate::kit::http::{CommitPermit, Safety};
use media::Readiness;
use state::{Content, Since, State};

mod compare;
mod edit;
mod media;
mod reconcile;
mod state;

const CREATE: &str = "statuses.create";

#[async_trait]
impl Publisher for Mastodon {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn windows(&self, _: &PlatformSettings) -> &'static [Window] {
        limits::WINDOWS
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        let (_, wrong) = options::read(&draft.options);
        if let Some(first) = wrong.first() {
            return Err(rejected(
                "invalid_options",
                first.message.clone(),
                "Correct the options of the post.",
            ));
        }
        Ok(State::new(cx.entropy).begin(draft))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let (Stage::Preparing { unit } | Stage::Processing { unit, .. }) = progress.stage else {
            return Ok(progress);
        };
        let mut state = State::of(&progress)?;
        let (options, _) = options::read(&draft.options);
        let readiness = media::bring(cx, draft, &options, &progress, &mut state, unit).await?;
        if let Readiness::Wait(delay) = readiness {
            return Ok(state.on(progress).waiting(unit, delay));
        }
        if state.since == Since::Unread {
            state.since = newest(cx).await?;
        }
        state.doubt = true;
        Ok(state.on(progress).at(Stage::Ready { unit }))
    }

    fn commit_safety(&self, _: &Draft, _: u16) -> CommitSafety {
        CommitSafety::Reconcilable
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        let (Stage::Committing { unit, .. } | Stage::Ready { unit }) = progress.stage else {
            let cause = "The publication is not at the point where it could be sent.";
            return Err(rejected("wrong_stage", cause, "Report it to Carillon."));
        };
        // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
        let mut state =
            State::of(&progress).map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
        let (options, _) = options::read(&draft.options);
        let content = Content::of(draft, unit, &progress)?;
        let media_ids = state.media_ids(unit, content.media_count());
        let stale = media::is_stale(&state, unit, content.media_count(), cx.clock.now());
        if stale || media_ids.len() != content.media_count() {
            return Err(media_expired());
        }
        let server = Server::of(cx);
        let call = server
            .post(CREATE, Safety::Unsafe, "/api/v1/statuses")
            .header(HeaderName::from_static("idempotency-key"), &state.idempotency_key(unit))
            .json(&new_status(&content, &options, media_ids));
        let status: wire::Status =
            server.commit(call, permit).await.map_err(|e| refused(cx, e, &state, &content))?;
        if status.created_at.is_none() && status.scheduled_at.is_some() {
            let cause = "The server says that it scheduled the post by itself instead of publishing it.";
            return Err(ConnectorError::new(ErrorKind::Ambiguous, NAME, CREATE, "scheduled_instead", cause)
                .with_action("Look at the account's scheduled posts at the server."));
        }
        state.close(unit, Some(&status));
        let url = status.url.or(status.uri);
        Ok(state.on(progress).committed(unit, status.id, url, cx.clock.now()))
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        reconcile::reconcile(cx, draft, progress).await
    }

    async fn read_back(&self, cx: &Cx<'_>, mut progress: Progress) -> Result<Progress, ConnectorError> {
        let server = Server::of(cx);
        for unit in progress.units.iter_mut().filter(|u| u.remote_url.is_none()) {
            let Some(id) = &unit.remote_id else { continue };
            let path = format!("/api/v1/statuses/{}", segment(id));
            let status: wire::Status = server.read(server.get("statuses.get", &path)).await?;
            unit.remote_url = status.url.or(status.uri);
        }
        Ok(progress)
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let server = Server::of(cx);
        // Without the parameter servers since 4.4 keep the files for a while.
        let path = format!("/api/v1/statuses/{}?delete_media=true", segment(remote_id));
        match server.send(server.call("statuses.delete", Safety::Unsafe, Method::DELETE, &path)).await {
            Err(error) if matches!(error.remote.status, Some(404 | 410)) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    fn editor(&self) -> Option<&dyn Editor> {
        Some(self)
    }
}

/// The account's newest status, as the lower end of every later look.
async fn newest(cx: &Cx<'_>) -> Result<Since, ConnectorError> {
    match own_statuses(&Server::of(cx), &cx.account.remote_id, None, 1).await {
        Ok(page) => Ok(page.statuses.first().map_or(Since::Beginning, Since::status)),
        // Publishing works without; only a lost answer could then not be settled.
        Err(error) if error.kind == ErrorKind::Rejected => Ok(Since::Unlistable),
        Err(error) => Err(error),
    }
}

fn new_status<'a>(
    content: &Content<'a>,
    options: &'a Options,
    media_ids: Vec<&'a str>,
) -> wire::NewStatus<'a> {
    let poll = options.poll.as_ref().filter(|_| content.unit == 0).map(|poll| wire::NewPoll {
        options: &poll.options,
        expires_in: poll.seconds,
        multiple: poll.multiple,
        hide_totals: poll.hide_totals,
    });
    wire::NewStatus {
        status: content.text,
        media_ids,
        poll,
        in_reply_to_id: content.parent,
        sensitive: options.sensitive,
        spoiler_text: Some(options.spoiler.as_str()).filter(|s| !s.is_empty()),
        visibility: options.visibility.as_deref(),
        language: options.language.as_deref(),
    }
}

/// What a refusal of the commit means in this place.
fn refused(cx: &Cx<'_>, mut error: ConnectorError, state: &State, content: &Content<'_>) -> ConnectorError {
    if error.kind == ErrorKind::NotReady {
        let hopeless = media::is_hopeless(state, content.unit, content.media_count(), cx.clock.now());
        if error.code == errors::MEDIA_UNAVAILABLE && state.absent > 0 {
            // After an earlier attempt a file in use may be in use by that very attempt.
            error.kind = ErrorKind::Ambiguous;
            "Carillon looks on the server before anything is sent again.".clone_into(&mut error.action);
        } else if hopeless {
            // Tried as often as other trouble is, and not for ever.
            error.kind = ErrorKind::Transient;
        }
    }
    if error.code == errors::NOT_FOUND && content.parent.is_some() {
        "reply_target_gone".clone_into(&mut error.code);
        "The post that this one replies to is no longer there.".clone_into(&mut error.cause);
        "Post the rest by itself, or publish the whole thread again.".clone_into(&mut error.action);
    }
    error
}

fn media_expired() -> ConnectorError {
    let cause = "The uploaded files have been lying at the server for so long that it may have removed them.";
    ConnectorError::new(ErrorKind::NotReady, NAME, CREATE, "media_expired", cause)
        .with_action("They are uploaded again by themselves.")
}

fn rejected(code: &str, cause: impl Into<String>, action: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, "publish", code, cause).with_action(action)
}
