//! Where the run of one publication writes everything down: under one lease, in one attempt.
//!
//! A transaction of its own costs more than what is in it. So the calls that were made, and the attempt they belong to, wait for
//! the next save and become durable with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_connectors::contract::cx::Credential;
use carillon_connectors::contract::progress::Progress;
use carillon_connectors::kit::http::Http;
use carillon_domain::id::{Id, PublicationId, WorkspaceId};
use carillon_store::StoreError;
use carillon_store::repo::attempt::{self, StepRow};
use carillon_store::repo::lease::{self, Again};
use carillon_store::repo::publication::PublicationRow;

use super::attempt::{FencedCheckpoint, Steps};
use super::clerk::{Attempt, Ended, Sheet, Then};
use crate::Engine;
use crate::jobs::{JobError, Lease, Next, read_back};
use crate::usecase::notices;

/// The writes of one run.
pub(super) struct Desk<'a> {
    pub engine: &'a Engine,
    pub lease: &'a Lease,
    attempt: Mutex<Attempt>,
    steps: Arc<Mutex<Vec<StepRow>>>,
    saved: Mutex<Option<(Progress, PublicationRow)>>,
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
        http.clone()
            .for_platform(platform)
            .with_secrets(credential.secrets())
            .with_journal(Arc::new(Steps(Arc::clone(&self.steps))))
    }

    /// Keeps what came of looking for a post, beside the calls that it took: the publication says only what was seen last.
    pub fn note_look(&self, evidence: &str) {
        let look = StepRow {
            at: self.engine.clock.now(),
            operation: "look".to_owned(),
            method: String::new(),
            url: String::new(),
            status: None,
            duration_us: 0,
            request_id: None,
            note: Some(evidence.to_owned()),
        };
        lock(&self.steps).push(look);
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
        self.write(row, ended, Then::GoOn).await
    }

    /// The same, and the job is over with it.
    ///
    /// # Errors
    /// As [`Desk::save`].
    pub async fn save_last(&self, row: &mut PublicationRow, ended: Ended) -> Result<(), JobError> {
        self.write(row, Some(ended), Then::Over).await
    }

    /// The same, and the job is given back with it, to run again.
    ///
    /// # Errors
    /// As [`Desk::save`].
    pub async fn save_until(
        &self,
        row: &mut PublicationRow,
        ended: Option<Ended>,
        again: Again,
    ) -> Result<Next, JobError> {
        self.write(row, ended, Then::Again(again)).await?;
        Ok(Next::Over)
    }

    async fn write(
        &self,
        row: &mut PublicationRow,
        ended: Option<Ended>,
        then: Then,
    ) -> Result<(), JobError> {
        row.updated_at = self.engine.clock.now();
        let following = match then {
            Then::Over => read_back::following(self.engine, row),
            Then::GoOn | Then::Again(_) => None,
        };
        let notice =
            ended.as_ref().and_then(|ended| notices::of_publication(self.engine, row, ended.outcome));
        let told = notice.is_some();
        let sheet = Sheet {
            lease: (self.lease.job, self.lease.epoch),
            row: row.clone(),
            attempt: *lock(&self.attempt),
            steps: lock(&self.steps).clone(),
            ended,
            then,
            following,
            notice,
        };
        let written = sheet.steps.len();
        let attempt = self.engine.clerk.write(sheet).await?;
        *lock(&self.attempt) = attempt.ok_or(JobError::LostLease)?;
        lock(&self.steps).drain(..written);
        self.engine.events.publication_changed(row.workspace, row.post, row.id);
        if told {
            self.engine.events.notices_changed(row.workspace);
        }
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
        let (attempt, lease) = (*lock(&self.attempt), (self.lease.job, self.lease.epoch));
        let done = self.engine.db.write(move |tx| {
            Box::pin(async move {
                let open = match attempt {
                    Attempt::Wanted { .. } if lease::fence(tx, &[lease]).await?.is_empty() => {
                        return Ok(attempt);
                    }
                    Attempt::Wanted { new, since } => {
                        let wanted = attempt::Wanted { workspace, publication, new, since };
                        let open = attempt::open(tx, &[wanted]).await?;
                        open.get(&publication).map_or(Attempt::None, |id| Attempt::Open(*id))
                    }
                    known => known,
                };
                if let Attempt::Open(id) = open {
                    attempt::add_steps(tx, &[(workspace, id, steps.as_slice())]).await?;
                }
                Ok::<_, StoreError>(open)
            })
        });
        *lock(&self.attempt) = done.await?;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
