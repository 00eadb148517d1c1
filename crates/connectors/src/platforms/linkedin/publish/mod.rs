//! Publishing on LinkedIn: upload files, then one `POST /rest/posts`.
//!
//! Invariants: a post is one unit. After a send whose effect is unknown, nothing but finding the post, the network's refusal that
//! names it, or the certainty that it is not there ends the question; a refusal of a second send says nothing about the first.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;
use http::Method;

use super::api::{Api, by_method};
use super::errors::{PLATFORM, op};
use super::flavour::Flavour;
use super::options::Options;
use super::{LinkedIn, check, limits, urn};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Editor, Publisher, Reconciliation};
use crate::kit::http::{Call, CommitPermit, Safety};

mod assets;
mod body;
mod commit;
mod edit;
mod reconcile;
mod state;
mod video;

use state::State;

#[async_trait]
impl Publisher for LinkedIn {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn daily_cap(&self, _: &PlatformSettings, account: &AccountIdentity) -> Option<u32> {
        (Flavour::of(account) == Flavour::Member).then_some(limits::DAILY_CALLS)
    }

    fn start(&self, _: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        // An option that can't be read would go missing in silence, and so would parts and comments. The rest LinkedIn refuses by
        // itself.
        let (_, wrong) = Options::read(draft);
        if let Some(first) = wrong.into_iter().next() {
            let error =
                ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::CREATE, &first.code, first.message);
            return Err(error.with_action("Correct the post's options, then try again."));
        }
        if draft.units() > 1 {
            let cause =
                "LinkedIn takes one post at a time, without further parts and without a first comment.";
            let error = ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::CREATE, "unsupported", cause);
            return Err(
                error.with_action("Take the further parts and the first comment out, then try again.")
            );
        }
        Ok(Progress::new(state::VERSION, draft.units(), serde_json::Value::Null))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        mut progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let (unit, again) = match progress.stage {
            Stage::Preparing { unit } => (unit, true),
            Stage::Processing { unit, .. } | Stage::Ready { unit } => (unit, false),
            Stage::Committing { .. } | Stage::Done => return Ok(progress),
        };
        let mut state = State::load(&progress)?;
        if let Some(wait) = assets::upload(cx, &draft.root.media, &mut progress, &mut state, again).await? {
            return Ok(progress.waiting(unit, wait));
        }
        state.store(&mut progress);
        Ok(progress.at(Stage::Ready { unit }))
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
        commit::commit(cx, draft, progress, permit).await
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
        let api = Api::of(cx);
        let url = api.rest(&format!("posts/{}", urn::encoded(remote_id)));
        let call = by_method(Call::new(op::DELETE, Safety::Unsafe, Method::DELETE, url), "DELETE");
        match api.send(call).await {
            Ok(_) => Ok(()),
            Err(e) if e.code == "not_found" => Ok(()),
            Err(e) => Err(e),
        }
    }

    fn editor(&self) -> Option<&dyn Editor> {
        Some(self)
    }
}
