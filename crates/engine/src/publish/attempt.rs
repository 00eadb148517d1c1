//! The journal of one attempt: every remote call, kept for whoever must explain what happened.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use carillon_connectors::contract::cx::{Checkpoint, Credential};
use carillon_connectors::contract::progress::Progress;
use carillon_connectors::kit::http::Http;
use carillon_connectors::kit::journal::{Entry, Journal};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::{AttemptId, Id};
use carillon_store::StoreError;
use carillon_store::repo::attempt::{self, StepRow};
use carillon_store::repo::publication::PublicationRow;

use super::outcome;
use crate::Engine;
use crate::jobs::{JobError, Lease};

/// An open attempt.
pub(super) struct Attempt {
    workspace: carillon_domain::id::WorkspaceId,
    id: AttemptId,
    steps: Arc<Mutex<Vec<StepRow>>>,
    saved: Mutex<Option<(Progress, PublicationRow)>>,
}

impl Attempt {
    /// The attempt that is open, or a new one.
    pub async fn open(engine: &Engine, lease: &Lease, row: &PublicationRow) -> Result<Self, JobError> {
        let new: AttemptId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
        let (workspace, publication, now) = (row.workspace, row.id, engine.clock.now());
        let (job, epoch) = (lease.job, lease.epoch);
        let id = engine
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if !carillon_store::repo::job::fence(tx, job, epoch).await? {
                        return Ok::<_, StoreError>(None);
                    }
                    attempt::open(tx, workspace, publication, new, now).await.map(Some)
                })
            })
            .await?;
        let id = id.ok_or(JobError::LostLease)?;
        Ok(Self { workspace, id, steps: Arc::default(), saved: Mutex::default() })
    }

    /// `http` with this attempt's journal; the account's own secrets stay out of it wherever they stand.
    pub fn journaled(&self, http: &Http, platform: &'static str, credential: &Credential) -> Http {
        let secrets = [Some(credential.access_token.clone()), credential.refresh_token.clone()];
        http.clone()
            .for_platform(platform)
            .with_secrets(secrets.into_iter().flatten())
            .with_journal(Arc::new(Steps(Arc::clone(&self.steps))))
    }

    /// Writes down what was recorded since the last time.
    pub async fn flush(&self, engine: &Engine) -> Result<(), JobError> {
        let steps = std::mem::take(&mut *self.steps.lock().unwrap_or_else(PoisonError::into_inner));
        if steps.is_empty() {
            return Ok(());
        }
        let (workspace, id) = (self.workspace, self.id);
        engine
            .db
            .write(move |tx| Box::pin(async move { attempt::add_steps(tx, workspace, id, &steps).await }))
            .await?;
        Ok(())
    }

    /// Saves progress in the middle of a connector's step.
    pub fn checkpoint<'a>(
        &'a self,
        engine: &'a Engine,
        lease: &'a Lease,
        row: &PublicationRow,
    ) -> FencedCheckpoint<'a> {
        FencedCheckpoint { engine, lease, attempt: self, row: row.clone() }
    }

    /// What the last step saved by itself before it failed.
    pub fn take_saved(&self) -> Option<(Progress, PublicationRow)> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Collects remote calls in memory; they are written down at the next checkpoint.
struct Steps(Arc<Mutex<Vec<StepRow>>>);

impl Journal for Steps {
    fn record(&self, entry: Entry) {
        let note = [entry.request, entry.answer, entry.error.unwrap_or_default()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n---\n");
        let step = StepRow {
            at: entry.at,
            operation: entry.operation,
            method: entry.method,
            url: entry.url,
            status: entry.status.map(i64::from),
            duration_us: i64::try_from(entry.duration_ms.saturating_mul(1000)).unwrap_or(i64::MAX),
            request_id: entry.request_id,
            note: Some(note).filter(|n| !n.is_empty()),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }
}

/// Saves under the worker's fence.
pub(super) struct FencedCheckpoint<'a> {
    engine: &'a Engine,
    lease: &'a Lease,
    attempt: &'a Attempt,
    row: PublicationRow,
}

#[async_trait]
impl Checkpoint for FencedCheckpoint<'_> {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        let mut row = self.row.clone();
        outcome::save_progress(self.engine, self.lease, &mut row, progress).await.map_err(|error| {
            ConnectorError::new(
                ErrorKind::Transient,
                &self.row.platform,
                "checkpoint",
                "not_saved",
                "Progress could not be saved.",
            )
            .with_detail(error.to_string())
        })?;
        *self.attempt.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some((progress.clone(), row));
        Ok(())
    }
}

/// For calls that have nothing to resume, such as deletes.
pub(crate) struct NoCheckpoint;

#[async_trait]
impl Checkpoint for NoCheckpoint {
    async fn save(&self, _progress: &Progress) -> Result<(), ConnectorError> {
        Ok(())
    }
}
