//! The step machine: uploads and look-ups first, then one `putRecord` per unit at a key that was chosen at the start.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;

use self::commit::{Intent, Seen};
use self::record::POSTS;
use self::state::State;
use super::wire::{DeleteRecord, PutRecord, Written};
use super::xrpc::Xrpc;
use super::{Bluesky, errors, limits};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation, Window};
use crate::kit::http::{CommitPermit, Safety};
use crate::kit::look::unknown;

mod card;
mod check;
mod commit;
mod html;
mod options;
mod prepare;
mod record;
mod state;

const PUT: &str = "putRecord";

#[async_trait]
impl Publisher for Bluesky {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn windows(&self, _: &PlatformSettings) -> &'static [Window] {
        limits::WINDOWS
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        // Servers take posts with nothing in them; nobody wants to have published one.
        let empty = |unit| record::text(&unit).trim().is_empty() && record::media(&unit).is_empty();
        if (0..draft.units()).filter_map(|unit| draft.unit(unit)).any(empty) {
            let cause = "A part of the post has neither text nor media.";
            let error = ConnectorError::new(ErrorKind::Rejected, errors::PLATFORM, "start", "empty", cause);
            return Err(error.with_action("Write something in it, add media, or remove the part."));
        }
        Ok(State::begin(draft.units(), cx.clock, cx.entropy).into_progress())
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        match progress.stage {
            Stage::Preparing { unit } | Stage::Processing { unit, .. } => {
                prepare::prepare(cx, draft, progress, unit).await
            }
            Stage::Ready { .. } | Stage::Committing { .. } | Stage::Done => Ok(progress),
        }
    }

    fn commit_safety(&self, _: &Draft, _: u16) -> CommitSafety {
        CommitSafety::Idempotent
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        // Whether an earlier process sent it, only the notes could tell: nothing is certain without them.
        let intent = Intent::read(&progress)
            .map_err(|error| ConnectorError { kind: ErrorKind::Ambiguous, ..error })?;
        if intent.files_are_old(cx.clock.now()) {
            return Err(commit::files_expired());
        }
        let media = draft.unit(intent.unit).map(|u| record::media(&u).to_vec()).unwrap_or_default();
        let input = PutRecord {
            repo: &cx.account.remote_id,
            collection: POSTS,
            rkey: &intent.rkey,
            record: &intent.record,
            swap_record: (),
        };
        let xrpc = Xrpc::of(cx);
        let mut call = xrpc.procedure(PUT, "com.atproto.repo.putRecord", Safety::Unsafe).json(&input);
        call.cost = limits::PUT_POINTS;
        match xrpc.commit::<Written>(call, permit).await {
            Ok(written) => intent.public(cx, progress, written.uri, written.cid),
            Err(error) => commit::refused(cx, &intent, progress, &media, error).await,
        }
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        _: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        let intent = match Intent::read(progress) {
            Ok(intent) => intent,
            Err(error) => return Ok(unknown(None, error.cause)),
        };
        Ok(match commit::look(cx, &intent).await? {
            Seen::Ours { uri, cid } => {
                Reconciliation::Found(intent.public(cx, progress.clone(), uri, cid)?)
            }
            // The repository itself answers, so nothing lags. Whether a send may still be on its way, the engine knows.
            Seen::Nothing => {
                Reconciliation::absent(progress.clone().at(Stage::Ready { unit: intent.unit }), None)
            }
            Seen::SomethingElse => unknown(
                None,
                format!(
                    "There is a post at the address that was reserved for this one ({}), but with another text.",
                    intent.rkey
                ),
            ),
        })
    }

    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError> {
        let Some((repo, collection, rkey)) = parts_of(remote_id) else {
            return Err(ConnectorError::new(
                ErrorKind::Rejected,
                errors::PLATFORM,
                "deleteRecord",
                "wrong_id",
                "This is not the address of a post on Bluesky.",
            ));
        };
        let xrpc = Xrpc::of(cx);
        let mut call = xrpc
            .procedure("deleteRecord", "com.atproto.repo.deleteRecord", Safety::Unsafe)
            .json(&DeleteRecord { repo, collection, rkey });
        call.cost = limits::DELETE_POINTS;
        xrpc.tell(call).await
    }
}

/// Repository, collection and key of `at://did/collection/rkey`.
fn parts_of(uri: &str) -> Option<(&str, &str, &str)> {
    let mut parts = uri.strip_prefix("at://")?.split('/');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    (parts.next().is_none() && [found.0, found.1, found.2].iter().all(|p| !p.is_empty())).then_some(found)
}
