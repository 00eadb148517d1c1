//! Publishing: photos are uploaded unpublished and videos without their last phase (all invisible), then one call makes the
//! post public, then the first comment is written with another.
//!
//! What must hold: a create was seen to work although its answer was an error 500, and automatic repetitions made seven copies
//! of one post (report of August 2025). So nothing visible is ever sent again before the Page was looked at: a video is asked
//! for by its id, a post is looked for by its text and its photos among those that were not there before, a story by what it was
//! made of.
//! Source: Pages API - Posts; Video API - Publishing; Reels Publishing; Page Stories API (copies of 2025-2026).

mod comment;
mod edit;
mod feed;
mod likeness;
mod params;
mod photos;
mod prepare;
mod reconcile;
mod state;
mod story;
mod video;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::{Draft, Unit};
use serde::Deserialize;

use self::prepare::Work;
use self::state::State;
use super::api::{self, Graph};
use super::options::{self, Kind};
use super::{DESCRIPTOR, Facebook, NAME, auth, check, errors, wire};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Editor, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

#[async_trait]
impl Publisher for Facebook {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        may_publish(cx)?;
        if let Some(broken) = check::check(draft, cx.account).violations.first() {
            return Err(rejected("not_publishable", &broken.message, "Change the post and try again."));
        }
        let (options, _) = options::read(&draft.options);
        let kind = Kind::of(draft, &options);
        let photos = match kind {
            Kind::Photos | Kind::PhotoStory => draft.root.media.len(),
            _ => 0,
        };
        Ok(State::new(kind, photos).into_progress(draft.units()))
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
        let state = State::of(&progress)?;
        match draft.unit(unit) {
            Some(Unit::Comment(_)) => Ok(progress.at(Stage::Ready { unit })),
            _ => {
                let token = api::page_token(cx)?;
                Work::new(cx, draft, &token, progress, state).prepare(unit).await
            }
        }
    }

    fn commit_safety(&self, _draft: &Draft, _unit: u16) -> CommitSafety {
        CommitSafety::Reconcilable
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        let Stage::Committing { unit, .. } = progress.stage else {
            let cause = "This publication is not at its commit.";
            return Err(rejected("not_ready", cause, "Report this as a fault."));
        };
        let token = api::page_token(cx)?;
        let graph = Graph::of(cx, &token);
        if let Some(Unit::Comment(text)) = draft.unit(unit) {
            return comment::commit(cx, &graph, text, progress, unit, permit).await;
        }
        // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
        let state =
            State::of(&progress).map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
        if state.kind.is_story() {
            story::commit(cx, &graph, state, progress, unit, permit).await
        } else if state.kind.is_video() {
            video::commit(cx, &graph, draft, state, progress, unit, permit).await
        } else {
            feed::commit(cx, &graph, draft, state, progress, unit, permit).await
        }
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        let Stage::Committing { unit, since } = progress.stage else {
            return Err(rejected("not_committing", "No commit is open.", "Report this as a fault."));
        };
        let token = api::page_token(cx)?;
        let graph = Graph::of(cx, &token);
        match draft.unit(unit) {
            Some(Unit::Comment(text)) => comment::reconcile(cx, &graph, text, progress, unit, since).await,
            _ => reconcile::root(cx, &graph, draft, progress, since).await,
        }
    }

    async fn read_back(&self, cx: &Cx<'_>, mut progress: Progress) -> Result<Progress, ConnectorError> {
        let token = api::page_token(cx)?;
        let graph = Graph::of(cx, &token);
        let is_story = State::of(&progress).is_ok_and(|state| state.kind.is_story());
        for unit in &mut progress.units {
            let (Some(id), None) = (&unit.remote_id, &unit.remote_url) else { continue };
            if is_story {
                let listed = story::listed(cx, &graph, id).await.ok().flatten();
                unit.remote_url = listed.and_then(|story| story.url).map(|link| address(cx, &link));
                continue;
            }
            let fields = vec![("fields", "permalink_url".to_owned())];
            let found = graph.get::<Permalink>("posts.read", id, fields).await.ok();
            let link = found.and_then(|found| found.permalink_url);
            unit.remote_url = Some(address(cx, &link.unwrap_or_else(|| format!("/{id}"))));
        }
        Ok(progress)
    }

    /// The list of stories, which alone tells a story's address, may lag.
    fn awaits(&self, progress: &Progress) -> bool {
        let unaddressed =
            progress.units.iter().any(|unit| unit.remote_id.is_some() && unit.remote_url.is_none());
        unaddressed && State::of(progress).is_ok_and(|state| state.kind.is_story())
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let token = api::page_token(cx)?;
        let graph = Graph::of(cx, &token);
        let fields = vec![("fields", "id".to_owned())];
        match graph.get::<wire::Id>("posts.find", remote_id, fields).await {
            // Stories are found in their list only, and are not there for this call.
            Err(error) if errors::object_missing(&error) => {
                return match story::listed(cx, &graph, remote_id).await? {
                    None => Ok(()),
                    Some(_) => Err(rejected(
                        "story_stays",
                        "Facebook lets no program delete stories.",
                        "Delete it in the Facebook app; by itself it is gone a day after it was published.",
                    )),
                };
            }
            found => found?,
        };
        // The code of a missing object is also that of one that may not be deleted; it was there a moment ago.
        match graph.delete("posts.delete", remote_id).await {
            Ok(answer) if answer.done() => Ok(()),
            Err(error) if !errors::object_missing(&error) => Err(error),
            _ => Err(rejected("not_deleted", "Facebook did not delete it.", "Delete it on the Page itself.")),
        }
    }

    fn editor(&self) -> Option<&dyn Editor> {
        Some(self)
    }
}

#[derive(Deserialize)]
struct Permalink {
    permalink_url: Option<String>,
}

/// Links of videos come without the host.
pub(super) fn address(cx: &Cx<'_>, link: &str) -> String {
    if link.starts_with('/') {
        format!("{}{link}", cx.settings.endpoint(&DESCRIPTOR, "www_base_url"))
    } else {
        link.to_owned()
    }
}

/// What a refused commit leaves behind. That it was sent is remembered, whatever the answer says: the next run looks before it
/// sends again. And a refusal that may hide a success is remembered, so that once the post is proved absent its cause is told
/// instead of the call being repeated.
async fn refused(cx: &Cx<'_>, mut state: State, progress: Progress, error: ConnectorError) -> ConnectorError {
    if let Stage::Committing { unit: 0, since } = progress.stage {
        state.note_sent(since, error.kind == ErrorKind::Ambiguous);
    }
    if errors::final_if_absent(&error) {
        state.refusal = Some(ConnectorError { kind: ErrorKind::Rejected, ..error.clone() });
    }
    // When the note is lost, the cause is told less well; what the network answered stays what it is.
    let _ = cx.checkpoint.save(&state.stored_in(progress)).await;
    error
}

/// Publishing without the permission would be refused after everything was uploaded.
fn may_publish(cx: &Cx<'_>) -> Result<(), ConnectorError> {
    let scopes = &cx.credential.scopes;
    if scopes.is_empty() || scopes.iter().any(|s| s == auth::POST) {
        return api::page_token(cx).map(|_| ());
    }
    Err(ConnectorError::new(
        ErrorKind::PermissionMissing,
        NAME,
        "publish.start",
        "permission_missing",
        "Carillon was not given the permission to publish on this Page.",
    )
    .with_action("Connect the Page again and allow publishing."))
}

fn rejected(code: &str, cause: &str, action: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, "publish", code, cause).with_action(action)
}
