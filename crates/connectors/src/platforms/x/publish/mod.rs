//! Publishing on X: upload files, note the account's newest post, then one `POST /2/tweets` per part.
//!
//! Invariants: the id in [`State::since_id`](state::State) is older than anything that an attempt can have made public; it is
//! chosen once per unit and never moved. A second send needs a proved absence, and there is no third.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::{Draft, Unit};
use http::Method;

use super::api::Api;
use super::errors::{PLATFORM, op};
use super::options::Options;
use super::wire::{Data, Deleted};
use super::{X, check, plan, read};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation, Window};
use crate::kit::http::{Call, CommitPermit, Safety};

mod commit;
mod reconcile;
mod state;
mod upload;

use state::State;

#[async_trait]
impl Publisher for X {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn daily_cap(&self, settings: &PlatformSettings, _: &AccountIdentity) -> Option<u32> {
        Some(plan::daily_posts(settings))
    }

    fn windows(&self, settings: &PlatformSettings) -> &'static [Window] {
        plan::of(settings).windows
    }

    fn start(&self, _: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        // An option that can't be read would go missing in silence. Everything else X refuses by itself, and it knows better
        // what the account may do by now.
        let (_, wrong) = Options::read(draft);
        let Some(first) = wrong.into_iter().next() else {
            return Ok(Progress::new(state::VERSION, draft.units(), serde_json::Value::Null));
        };
        Err(ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::CREATE, &first.code, first.message)
            .with_action("Correct the post's options, then try again."))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        mut progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        let unit = match progress.stage {
            Stage::Preparing { unit } | Stage::Processing { unit, .. } | Stage::Ready { unit } => unit,
            Stage::Committing { .. } | Stage::Done => return Ok(progress),
        };
        let mut state = State::load(&progress, unit)?;
        let media = match draft.unit(unit) {
            Some(Unit::Part(part)) => part.media.as_slice(),
            _ => &[],
        };
        if let Some(wait) = upload::upload(cx, media, &mut progress, &mut state).await? {
            return Ok(progress.waiting(unit, wait));
        }
        if state.since_id.is_none() {
            state.since_id = Some(older(cx, &progress, unit).await?);
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
        let url = api.url(&format!("/2/tweets/{remote_id}"));
        let call = Call::new(op::DELETE, Safety::Unsafe, Method::DELETE, url);
        match api.ask::<Data<Deleted>>(call).await {
            Ok(answer) if answer.data.deleted => Ok(()),
            Ok(_) => Err(ConnectorError::new(
                ErrorKind::Rejected,
                PLATFORM,
                op::DELETE,
                "not_deleted",
                "X answered that it did not delete the post.",
            )
            .with_action("Delete it by hand on X.")),
            Err(e) if e.code == "not_found" => Ok(()),
            Err(e) => Err(e),
        }
    }
}

/// The parent of a unit: a part answers the part before, the first comment answers the root.
fn parent<'a>(draft: &Draft, progress: &'a Progress, unit: u16) -> Option<&'a str> {
    let index = match draft.unit(unit)? {
        Unit::Part(_) => usize::from(unit).checked_sub(1)?,
        Unit::Comment(_) => 0,
    };
    progress.units.get(index)?.remote_id.as_deref()
}

/// Id of something older than what the unit's first attempt will make public.
///
/// For later units the unit before is just that. For the root it is the account's newest post; where X does not tell, an id made
/// from the time will do, since ids grow with time. A failed read must not keep a post from going out in time.
async fn older(cx: &Cx<'_>, progress: &Progress, unit: u16) -> Result<String, ConnectorError> {
    let before = usize::from(unit).checked_sub(1).and_then(|i| progress.units.get(i));
    if let Some(id) = before.and_then(|u| u.remote_id.clone()) {
        return Ok(id);
    }
    let of_grant = |kind: &ErrorKind| {
        matches!(kind, ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing)
    };
    match read::newest_id(cx).await {
        Ok(Some(id)) => Ok(id),
        Err(e) if of_grant(&e.kind) => Err(e),
        Ok(None) | Err(_) => Ok(state::id_at(cx.clock.now())),
    }
}
