//! Publishing on YouTube: everything happens to a private video, and one call makes it public.
//!
//! The bytes of a video need minutes or hours, and YouTube then works on them. So it is uploaded as **private**, ahead of time, with
//! thumbnail and playlist, and the one commit is `videos.update` with the privacy that was asked for. Two things speak for that. It is
//! one short call, so that a video appears at its second and not at some time after an upload. And it writes a state at an address that
//! we know: the same call again has no second effect (`CommitSafety::Idempotent`). An upload that is public from its first byte on has
//! neither: when its last answer is lost a second copy may be made. The price is 50 of the 10,000 units of a day.
//!
//! Where people want YouTube itself to publish (`publish_at`), the same call sets that time instead.
//!
//! Invariants: [`session`] is the only place that creates videos, always private ones. The address of an upload session is saved, sealed,
//! before the first byte goes out, and after any break YouTube is asked how much it has. Nothing is uploaded again before the session is
//! gone and, if the last byte was sent, the channel was searched for the video.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;
use http::Method;

use super::api::Api;
use super::errors::{PLATFORM, op, rejected};
use super::options::Options;
use super::{YouTube, check, quota};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::{Call, CommitPermit, Safety};

mod around;
mod commit;
mod lost;
mod processing;
mod reconcile;
mod session;
mod state;
mod upload;

use processing::Look;
use state::State;

/// Ids of videos have this many characters, those of comments more. developers.google.com, "Videos" (2026).
const VIDEO_ID: usize = 11;

/// How often a video that is gone is uploaded anew.
const RESTARTS: u8 = 2;

/// The unit of the video itself; the only other one is its first comment.
const ROOT: u16 = 0;

#[async_trait]
impl Publisher for YouTube {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn daily_cap(&self, settings: &PlatformSettings, _: &AccountIdentity) -> Option<u32> {
        Some(quota::daily_posts(settings))
    }

    fn start(&self, _: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        // What can't be read, or has no place, would go missing in silence. Everything else YouTube refuses by itself.
        let (_, wrong) = Options::read(draft);
        let Some(first) = wrong.into_iter().chain(check::structure(draft)).next() else {
            return Ok(Progress::new(state::VERSION, draft.units(), serde_json::Value::Null));
        };
        Err(rejected(op::INSERT, &first.code, first.message, "Correct the post, then try again."))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let unit = match progress.stage {
            Stage::Preparing { unit } | Stage::Processing { unit, .. } | Stage::Ready { unit } => unit,
            Stage::Committing { .. } | Stage::Done => return Ok(progress),
        };
        let state = State::load(&progress)?;
        if unit == ROOT {
            return prepare(cx, draft, progress, state).await;
        }
        // A comment is one call.
        Ok(progress.at(Stage::Ready { unit }))
    }

    fn commit_safety(&self, _: &Draft, unit: u16) -> CommitSafety {
        if unit == ROOT { CommitSafety::Idempotent } else { CommitSafety::Reconcilable }
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        match progress.stage {
            Stage::Committing { unit: ROOT, .. } => commit::video(cx, draft, progress, permit).await,
            Stage::Committing { unit, .. } => commit::comment(cx, draft, progress, unit, permit).await,
            _ => Err(commit::out_of_turn()),
        }
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        reconcile::reconcile(cx, draft, progress).await
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let (operation, collection) = if remote_id.len() == VIDEO_ID {
            (op::DELETE, "videos")
        } else {
            (op::COMMENT_DELETE, "comments")
        };
        let api = Api::of(cx);
        let call = Call::new(operation, Safety::Unsafe, Method::DELETE, api.url(collection));
        match api.send(call.query([("id", remote_id)])).await {
            Ok(_) => Ok(()),
            Err(e) if ["video_not_found", "comment_not_found", "not_found"].contains(&e.code.as_str()) => {
                Ok(())
            }
            Err(e) => Err(e),
        }
    }
}

/// Brings the video to where one call makes it public.
async fn prepare(
    cx: &Cx<'_>,
    draft: &Draft,
    mut progress: Progress,
    mut state: State,
) -> Result<Progress, ConnectorError> {
    let (options, _) = Options::read(draft);
    let mut run = Run { cx, draft, options: &options, progress: &mut progress, state: &mut state };
    loop {
        if let Some(wait) = upload::upload(&mut run).await? {
            return Ok(progress.waiting(ROOT, wait));
        }
        match processing::look(&run).await? {
            Look::Ready(id) => {
                around::thumbnail(&mut run, &id).await?;
                around::playlist(&mut run, &id).await?;
                break;
            }
            Look::Wait(wait) => return Ok(progress.waiting(ROOT, wait)),
            Look::Gone if run.state.restarts < RESTARTS => {
                let restarts = run.state.restarts + 1;
                *run.state = State { restarts, ..State::default() };
                run.save().await?;
            }
            Look::Gone => return Err(gone()),
        }
    }
    state.store(&mut progress);
    Ok(progress.at(Stage::Ready { unit: ROOT }))
}

/// One run of prepare steps.
struct Run<'a, 'p> {
    cx: &'a Cx<'a>,
    draft: &'a Draft,
    options: &'a Options,
    progress: &'p mut Progress,
    state: &'p mut State,
}

impl Run<'_, '_> {
    /// Makes the notes durable.
    async fn save(&mut self) -> Result<(), ConnectorError> {
        self.state.store(self.progress);
        self.cx.checkpoint.save(self.progress).await
    }
}

fn gone() -> ConnectorError {
    rejected(
        op::VIDEOS,
        "video_not_found",
        "The video was uploaded, but YouTube does not have it any more: somebody deleted it before it was published.",
        "Publish it again as a new post.",
    )
}

fn no_video() -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::INSERT, "missing", "The post has no video.")
        .with_action("Add a video, then try again.")
}
