//! Publishing: for each unit a container is made and processed (invisible), then `threads_publish` makes it public with one
//! call. A part of a thread, and the first comment, is a reply to what was published before.
//!
//! What must hold: a container yields at most one post, so after a lost answer the *same* container is looked at, and only when
//! it is certainly unpublished it is published again. `auto_publish_text`, which saves a call for texts, is not used: it leaves no
//! container to look at.
//! Sources: Threads API - Posts, Publishing reference, Create Replies, Troubleshooting (copies of 2025-2026).

mod container;
mod params;
pub(super) mod quota;
mod reconcile;
mod state;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Unit};

use self::container::Work;
use self::state::State;
use super::api::Graph;
use super::{NAME, Threads, check, errors, read, wire};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage, UnitProgress};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

#[async_trait]
impl Publisher for Threads {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn daily_cap(&self, _: &PlatformSettings, account: &AccountIdentity) -> Option<u32> {
        account.meta.get(read::DAILY_POSTS)?.as_u64().and_then(|most| u32::try_from(most).ok())
    }

    fn must_fetch(&self, draft: &Draft, _: &AccountIdentity) -> bool {
        draft.media().next().is_some()
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        params::all_reachable(cx, draft)?;
        let children = content(draft, 0).map_or(0, |content| content.children());
        Ok(State::new(0, children).into_progress(draft.units()))
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
        let Some(content) = content(draft, unit) else { return Err(out_of_turn()) };
        let state = State::load(&progress, unit, content.children())?;
        Work::new(cx, draft, content, progress, state).prepare().await
    }

    fn commit_safety(&self, _draft: &Draft, _unit: u16) -> CommitSafety {
        CommitSafety::Reconcilable
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        _draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        let Stage::Committing { unit, .. } = progress.stage else { return Err(out_of_turn()) };
        // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
        let state = State::open(&progress, unit)
            .map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
        let Some(container) = state.root.clone() else { return Err(out_of_turn()) };
        let graph = Graph::of(cx);
        let params = vec![("creation_id", container.id)];
        match graph.commit("posts.publish", "me/threads_publish", params, permit).await {
            Ok(media) => Ok(progress.committed(unit, media.id, None, cx.clock.now())),
            Err(error) => Err(refused(cx, &graph, state, progress, error).await),
        }
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        let Stage::Committing { unit, since } = progress.stage else { return Err(out_of_turn()) };
        let Some(content) = content(draft, unit) else { return Err(out_of_turn()) };
        reconcile::unit(cx, &content, parent(draft, progress, unit), progress, since).await
    }

    async fn read_back(&self, cx: &Cx<'_>, mut progress: Progress) -> Result<Progress, ConnectorError> {
        let graph = Graph::of(cx);
        for unit in &mut progress.units {
            if let (Some(id), None) = (&unit.remote_id, &unit.remote_url) {
                let fields = vec![("fields", "permalink".to_owned())];
                let link: wire::Permalink = graph.get("media.read", id, fields).await?;
                unit.remote_url = link.permalink;
            }
        }
        Ok(progress)
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let graph = Graph::of(cx);
        match graph.delete("media.delete", remote_id).await {
            Ok(answer) if answer.done() => Ok(()),
            Ok(_) => {
                Err(rejected("not_deleted", "Threads did not delete it.", "Delete it in the Threads app."))
            }
            // “Missing or not visible”: only what the account does not list either is gone.
            Err(error) if errors::not_there(&error) && !quota::lists(&graph, remote_id).await? => Ok(()),
            Err(error) if errors::not_there(&error) => {
                Err(ConnectorError { kind: ErrorKind::Transient, ..error })
            }
            Err(error) => Err(error),
        }
    }
}

/// What a unit consists of.
#[derive(Clone, Copy)]
struct Content<'a> {
    /// Its number.
    unit: u16,
    /// Its text, as written.
    text: &'a str,
    /// Its pictures and videos.
    media: &'a [MediaInfo],
}

impl Content<'_> {
    /// How many containers its carousel's items need.
    fn children(&self) -> usize {
        if self.media.len() > 1 { self.media.len() } else { 0 }
    }
}

fn content(draft: &Draft, unit: u16) -> Option<Content<'_>> {
    let (text, media) = match draft.unit(unit)? {
        Unit::Part(part) => (part.text.as_str(), part.media.as_slice()),
        Unit::Comment(text) => (text, [].as_slice()),
    };
    Some(Content { unit, text, media })
}

/// What a unit replies to: the part before it; the first comment to the root.
fn parent<'a>(draft: &Draft, progress: &'a Progress, unit: u16) -> Option<&'a UnitProgress> {
    let before = match draft.unit(unit)? {
        Unit::Part(_) => unit.checked_sub(1)?,
        Unit::Comment(_) => 0,
    };
    progress.units.get(usize::from(before)).filter(|parent| parent.remote_id.is_some())
}

/// What a refused `threads_publish` leaves behind: a container that is not known yet is looked at anew, and a refusal that may hide
/// a success is remembered, so that once the post is proved absent its cause is told instead of the call being repeated.
async fn refused(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    mut state: State,
    progress: Progress,
    mut error: ConnectorError,
) -> ConnectorError {
    if error.kind == (ErrorKind::RateLimited { until: None }) && error.code == "quota_reached" {
        error.kind = ErrorKind::RateLimited { until: quota::free_at(cx, graph, state.unit > 0).await };
    }
    if error.kind == ErrorKind::NotReady {
        state.came_back();
    } else if errors::final_if_absent(&error) {
        state.refusal = Some(ConnectorError { kind: ErrorKind::Rejected, ..error.clone() });
    } else {
        return error;
    }
    // When the note is lost, the cause is told less well; what the network answered stays ambiguous.
    let _ = cx.checkpoint.save(&state.stored_in(progress)).await;
    error
}

fn rejected(code: &str, cause: &str, action: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, "publish", code, cause).with_action(action)
}

fn out_of_turn() -> ConnectorError {
    rejected(
        "not_prepared",
        "The post was about to be sent before it was prepared.",
        "Try again; if it stays, report it with the technical details.",
    )
}
