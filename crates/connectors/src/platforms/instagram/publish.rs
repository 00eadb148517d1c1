//! Publishing: containers are made, filled and processed (all invisible), then `media_publish` makes the post public with
//! one call, then the first comment is written with another.
//!
//! What must hold: a container yields at most one post, so after a lost answer the *same* container is looked at, and only
//! when it is certainly unpublished it is published again. A second container is never made while the fate of the first is
//! open; that is what turned lost answers into double posts elsewhere (reports of July 2026).
//! Source: Instagram Platform - Publish Content, IG Container, IG User media_publish, Content Publishing Limit (2026).

mod comment;
mod container;
mod params;
pub(super) mod quota;
mod reconcile;
mod state;
mod upload;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::{Draft, Unit};
use serde::Deserialize;

use self::container::Work;
use self::state::State;
use super::api::{Flavour, Graph};
use super::options::{self, Kind};
use super::{Instagram, NAME, check, errors, read, wire};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

#[async_trait]
impl Publisher for Instagram {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn daily_cap(&self, _: &PlatformSettings, account: &AccountIdentity) -> Option<u32> {
        account.meta.get(read::DAILY_POSTS)?.as_u64().and_then(|most| u32::try_from(most).ok())
    }

    fn must_fetch(&self, draft: &Draft, account: &AccountIdentity) -> bool {
        let flavour = Flavour::of_account(account);
        draft.root.media.iter().any(|media| params::is_fetched(flavour, media))
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        let (options, _) = options::read(&draft.options);
        let kind = Kind::of(draft, &options);
        may_publish(cx)?;
        if draft.root.media.is_empty() || !draft.parts.is_empty() {
            let cause = "Instagram publishes one post with at least one picture or video, and no threads.";
            return Err(rejected("unsupported", cause, "Change the post."));
        }
        params::all_reachable(cx, draft)?;
        let children = if kind == Kind::Carousel { draft.root.media.len() } else { 0 };
        Ok(State::new(kind, children).into_progress(draft.units()))
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
            _ => Work::new(cx, draft, progress, state).prepare(unit).await,
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
            return Err(rejected(
                "not_ready",
                "This publication is not at its commit.",
                "Report this as a fault.",
            ));
        };
        if let Some(Unit::Comment(text)) = draft.unit(unit) {
            return comment::commit(cx, text, progress, unit, permit).await;
        }
        // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
        let state =
            State::of(&progress).map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
        let Some(container) = state.root.clone() else {
            return Err(rejected(
                "no_container",
                "Nothing is prepared to be published.",
                "Report this as a fault.",
            ));
        };
        let graph = Graph::of(cx);
        let path = format!("{}/media_publish", cx.account.remote_id);
        let params = vec![("creation_id", container.id)];
        match graph.commit("media.publish", &path, params, permit).await {
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
        let Stage::Committing { unit, since } = progress.stage else {
            return Err(rejected("not_committing", "No commit is open.", "Report this as a fault."));
        };
        match draft.unit(unit) {
            Some(Unit::Comment(text)) => comment::reconcile(cx, text, progress, unit, since).await,
            _ => reconcile::root(cx, draft, progress, since).await,
        }
    }

    async fn read_back(&self, cx: &Cx<'_>, mut progress: Progress) -> Result<Progress, ConnectorError> {
        let Some(root) = progress.units.first_mut() else { return Ok(progress) };
        if let (Some(id), None) = (&root.remote_id, &root.remote_url) {
            let fields = vec![("fields", "permalink".to_owned())];
            let link: Permalink = Graph::of(cx).get("media.read", id, fields).await?;
            root.remote_url = link.permalink;
        }
        Ok(progress)
    }

    fn can_delete(&self, account: &AccountIdentity) -> bool {
        Flavour::of_account(account) == Flavour::Facebook
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let graph = Graph::of(cx);
        let fields = vec![("fields", "id".to_owned())];
        match graph.get::<wire::Id>("media.read", remote_id, fields).await {
            // “Missing or not visible”: only what the account does not list either is gone.
            Err(error) if errors::object_missing(&error) => {
                return match lists(&graph, &cx.account.remote_id, remote_id).await? {
                    false => Ok(()),
                    true => Err(ConnectorError { kind: ErrorKind::Transient, ..error }),
                };
            }
            found => found?,
        };
        if graph.flavour() == Flavour::Instagram {
            return Err(rejected(
                "unsupported",
                "Instagram lets apps delete posts only of accounts that are connected through Facebook.",
                "Delete it in the Instagram app.",
            ));
        }
        match graph.delete("media.delete", remote_id).await {
            Ok(answer) if answer.done() => Ok(()),
            Ok(_) => Err(rejected(
                "not_deleted",
                "Instagram did not delete it.",
                "Delete it in the Instagram app.",
            )),
            Err(error) if errors::object_missing(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Whether a post is among the account's newest.
async fn lists(graph: &Graph<'_>, account: &str, remote_id: &str) -> Result<bool, ConnectorError> {
    let params = vec![("fields", "id".to_owned()), ("limit", "100".to_owned())];
    let page: wire::Page<wire::Id> = graph.get("media.list", &format!("{account}/media"), params).await?;
    Ok(page.data.iter().any(|listed| listed.id == remote_id))
}

#[derive(Deserialize)]
struct Permalink {
    permalink: Option<String>,
}

/// What a refused `media_publish` leaves behind: a refusal that may hide a success is remembered, so that once the post is
/// proved absent its cause is told instead of the call being repeated.
async fn refused(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    mut state: State,
    progress: Progress,
    mut error: ConnectorError,
) -> ConnectorError {
    if error.kind == (ErrorKind::RateLimited { until: None }) && error.code == "quota_reached" {
        error.kind = ErrorKind::RateLimited { until: quota::free_at(cx, graph).await };
    }
    if !final_if_absent(&error) {
        return error;
    }
    state.refusal = Some(ConnectorError { kind: ErrorKind::Rejected, ..error.clone() });
    // When the note is lost, the cause is told less well; what the network answered stays ambiguous.
    let _ = cx.checkpoint.save(&state.stored_in(progress)).await;
    error
}

/// Whether an ambiguous refusal should not be tried again by itself, once the content is proved to be absent.
fn final_if_absent(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Ambiguous
        && error.remote.status.is_some_and(|s| (400..500).contains(&s))
        && matches!(error.code.as_str(), "refused" | "action_blocked" | "blocked")
}

/// Publishing without the scope would be refused after everything was uploaded.
fn may_publish(cx: &Cx<'_>) -> Result<(), ConnectorError> {
    let scopes = &cx.credential.scopes;
    let wanted = ["instagram_business_content_publish", "instagram_content_publish"];
    if scopes.is_empty() || scopes.iter().any(|s| wanted.contains(&s.as_str())) {
        return Ok(());
    }
    Err(ConnectorError::new(
        ErrorKind::PermissionMissing,
        NAME,
        "publish.start",
        "permission_missing",
        "The account did not give Carillon the permission to publish.",
    )
    .with_action("Connect the account again and allow publishing."))
}

fn rejected(code: &str, cause: &str, action: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, NAME, "publish", code, cause).with_action(action)
}
