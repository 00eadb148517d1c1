//! Where the run of one publication writes everything down: under one lease, in one attempt.
//!
//! A transaction of its own costs more than what is in it. So the calls that were made, and the attempt they belong to, wait for
//! the next save and become durable with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_connectors::contract::cx::Credential;
use carillon_connectors::contract::progress::Progress;
use carillon_connectors::kit::http::Http;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AttemptId, Id, JobId, PublicationId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::repo::attempt::{self, StepRow};
use carillon_store::repo::job;
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::{StoreError, Tx};

use super::attempt::{FencedCheckpoint, Steps};
use crate::Engine;
use crate::jobs::{JobError, Lease};

/// The writes of one run.
pub(super) struct Desk<'a> {
    pub engine: &'a Engine,
    pub lease: &'a Lease,
    attempt: Mutex<Attempt>,
    steps: Arc<Mutex<Vec<StepRow>>>,
    saved: Mutex<Option<(Progress, PublicationRow)>>,
}

/// The attempt that the run belongs to.
#[derive(Clone, Copy)]
enum Attempt {
    /// None: the run can't even begin.
    None,
    /// The one that is open, or else a new one that began then, with the next write.
    Wanted { new: AttemptId, since: Timestamp },
    /// This one.
    Open(AttemptId),
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub outcome: &'static str,
    pub error: Option<ConnectorError>,
}

impl Ended {
    pub fn new(outcome: &'static str, error: Option<&ConnectorError>) -> Self {
        Self { outcome, error: error.cloned() }
    }
}

/// What one write contains.
struct Sheet {
    job: JobId,
    epoch: i64,
    row: PublicationRow,
    attempt: Attempt,
    steps: Vec<StepRow>,
    ended: Option<Ended>,
    over: bool,
}

impl<'a> Desk<'a> {
    /// For a run that has no attempt yet.
    pub fn new(engine: &'a Engine, lease: &'a Lease) -> Self {
        Self {
            engine,
            lease,
            attempt: Mutex::new(Attempt::None),
            steps: Arc::default(),
            saved: Mutex::default(),
        }
    }

    /// From here on something is tried: with the first write an attempt is open.
    pub fn begin_attempt(&self) {
        let new = Id::new(self.engine.clock.as_ref(), self.engine.entropy.as_ref());
        *lock(&self.attempt) = Attempt::Wanted { new, since: self.engine.clock.now() };
    }

    /// `http` with this attempt's journal; the account's own secrets stay out of it wherever they stand.
    pub fn journaled(&self, http: &Http, platform: &'static str, credential: &Credential) -> Http {
        let secrets = [Some(credential.access_token.clone()), credential.refresh_token.clone()];
        http.clone()
            .for_platform(platform)
            .with_secrets(secrets.into_iter().flatten())
            .with_journal(Arc::new(Steps(Arc::clone(&self.steps))))
    }

    /// Saves progress in the middle of a connector's step.
    pub fn checkpoint(&self, row: &PublicationRow) -> FencedCheckpoint<'_> {
        FencedCheckpoint::new(self, row.clone())
    }

    /// What the last step saved by itself before it failed.
    pub fn take_saved(&self) -> Option<(Progress, PublicationRow)> {
        lock(&self.saved).take()
    }

    pub(super) fn note_saved(&self, progress: Progress, row: PublicationRow) {
        *lock(&self.saved) = Some((progress, row));
    }

    /// Saves `row` under the fence with what else waits to be written, and tells who is watching.
    ///
    /// # Errors
    /// [`JobError::LostLease`] when somebody else took over; nothing is written then.
    pub async fn save(&self, row: &mut PublicationRow, ended: Option<Ended>) -> Result<(), JobError> {
        self.write(row, ended, false).await
    }

    /// The same, and the job is over with it.
    ///
    /// # Errors
    /// As [`Desk::save`].
    pub async fn save_last(&self, row: &mut PublicationRow, ended: Ended) -> Result<(), JobError> {
        self.write(row, Some(ended), true).await
    }

    async fn write(
        &self,
        row: &mut PublicationRow,
        ended: Option<Ended>,
        over: bool,
    ) -> Result<(), JobError> {
        row.updated_at = self.engine.clock.now();
        let sheet = Sheet {
            job: self.lease.job,
            epoch: self.lease.epoch,
            row: row.clone(),
            attempt: *lock(&self.attempt),
            steps: lock(&self.steps).clone(),
            ended,
            over,
        };
        let written = sheet.steps.len();
        let attempt = self.engine.db.write(move |tx| Box::pin(sheet.write(tx))).await?;
        *lock(&self.attempt) = attempt.ok_or(JobError::LostLease)?;
        lock(&self.steps).drain(..written);
        self.engine.events.publication_changed(row.workspace, row.post, row.id);
        Ok(())
    }

    /// Writes down the calls that no save took along, also those of a worker that lost its lease over them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn flush(&self, workspace: WorkspaceId, publication: PublicationId) -> Result<(), JobError> {
        let steps = std::mem::take(&mut *lock(&self.steps));
        if steps.is_empty() {
            return Ok(());
        }
        let (attempt, job, epoch) = (*lock(&self.attempt), self.lease.job, self.lease.epoch);
        let done = self.engine.db.write(move |tx| {
            Box::pin(async move {
                if let Attempt::Wanted { .. } = attempt
                    && !job::fence(tx, job, epoch).await?
                {
                    return Ok::<_, StoreError>(attempt);
                }
                let open = attempt.opened(tx, workspace, publication).await?;
                if let Attempt::Open(id) = open {
                    attempt::add_steps(tx, workspace, id, &steps).await?;
                }
                Ok(open)
            })
        });
        *lock(&self.attempt) = done.await?;
        Ok(())
    }
}

impl Attempt {
    /// Makes it if it is wanted and not there.
    async fn opened(
        self,
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        publication: PublicationId,
    ) -> Result<Self, StoreError> {
        match self {
            Self::Wanted { new, since } => {
                attempt::open(tx, workspace, publication, new, since).await.map(Self::Open)
            }
            known => Ok(known),
        }
    }
}

impl Sheet {
    /// `None`: somebody else took over, and nothing was written.
    async fn write(self, tx: &mut Tx<'_>) -> Result<Option<Attempt>, StoreError> {
        let row = &self.row;
        if !job::fence(tx, self.job, self.epoch).await? || !publication::save(tx, row).await? {
            return Ok(None);
        }
        let mut attempt = self.attempt.opened(tx, row.workspace, row.id).await?;
        if let Attempt::Open(id) = attempt
            && !self.steps.is_empty()
        {
            attempt::add_steps(tx, row.workspace, id, &self.steps).await?;
        }
        if let Some(Ended { outcome, error }) = &self.ended {
            attempt::close(tx, row.workspace, row.id, row.updated_at, outcome, error.as_ref()).await?;
            if let Attempt::Open(_) = attempt {
                attempt = Attempt::None;
            }
        }
        if self.over {
            job::finish(tx, self.job, self.epoch).await?;
        }
        Ok(Some(attempt))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
