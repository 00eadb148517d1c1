//! The journal of one attempt: every remote call, kept for whoever must explain what happened.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use carillon_connectors::contract::cx::Checkpoint;
use carillon_connectors::contract::progress::Progress;
use carillon_connectors::kit::journal::{Entry, Journal};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_store::repo::attempt::StepRow;
use carillon_store::repo::publication::PublicationRow;

use super::desk::Desk;
use super::outcome;

/// Collects remote calls in memory; they are written down with the next save.
pub(super) struct Steps(pub Arc<Mutex<Vec<StepRow>>>);

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
    desk: &'a Desk<'a>,
    row: PublicationRow,
}

impl<'a> FencedCheckpoint<'a> {
    pub fn new(desk: &'a Desk<'a>, row: PublicationRow) -> Self {
        Self { desk, row }
    }
}

#[async_trait]
impl Checkpoint for FencedCheckpoint<'_> {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        let mut row = self.row.clone();
        outcome::save_progress(self.desk, &mut row, progress).await.map_err(|error| {
            ConnectorError::new(
                ErrorKind::Transient,
                &self.row.platform,
                "checkpoint",
                "not_saved",
                "Progress could not be saved.",
            )
            .with_detail(error.to_string())
        })?;
        self.desk.note_saved(progress.clone(), row);
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
