//! Background work: what kinds there are, and what a run of one may say.
//!
//! A job row commits in the same transaction as the change that needs it; losing a wake-up therefore only delays work. What
//! can be derived again from the tables is found by [`sweep`] and needs no trust in the queue.

use carillon_domain::id::{Id, JobId, WorkspaceId};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::job::{NewJob, Party};
use carillon_store::repo::lease;
use carillon_store::{StoreError, Tx};
use serde::Serialize;

use crate::Engine;
use crate::publish::Known;

pub mod letter;
pub mod read_back;
pub mod rendition;
pub mod report;
pub mod sweep;
pub mod sync;

/// How long a job of another kind lies still after a defect that does not go away.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// The right to work on one job. Every write back names the epoch; a later claim makes it void.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Grows with every claim and with every edit that takes the job away from its worker.
    pub epoch: i64,
    /// The kind, which says who runs it.
    pub kind: String,
    /// Version of the payload.
    pub version: i64,
    /// What it is about. Never contains secrets.
    pub payload: serde_json::Value,
    /// The lane that this lease occupies.
    pub lane: Option<String>,
    /// Nobody waits for it to the second; it takes one of the places for such jobs.
    pub background: bool,
    /// Whose it is.
    pub party: Party,
    /// Runs before this one that ended in an error.
    pub attempt: i64,
    /// The workspace, where there is one.
    pub workspace: Option<WorkspaceId>,
}

/// What comes after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The job is over; its row goes.
    Finished,
    /// The job is over, and its row went with the last write.
    Over,
    /// Again at this time, in this lane.
    At {
        /// When, UTC.
        at: Timestamp,
        /// The lane to occupy then.
        lane: Option<String>,
    },
}

/// Why a run decided nothing.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Another worker, or an edit, took the job over. Nothing was written.
    #[error("the lease was lost")]
    LostLease,
    /// The database failed.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// Something is wrong with our own code or data.
    #[error("defect: {0}")]
    Defect(String),
}

/// Writes in a transaction that checks the lease first.
async fn fenced<T, F>(engine: &Engine, lease: &Lease, write: F) -> Result<T, JobError>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx<'_>) -> futures::future::BoxFuture<'t, Result<T, StoreError>>
        + Send
        + 'static,
{
    let held = (lease.job, lease.epoch);
    let written = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                if lease::fence(tx, &[held]).await?.is_empty() {
                    return Ok::<_, StoreError>(None);
                }
                write(tx).await.map(Some)
            })
        })
        .await?;
    written.ok_or(JobError::LostLease)
}

/// A job that may run at once and that nobody waits for to the second, of nobody in particular; what else there is to say of it stands over
/// this.
fn background(engine: &Engine, kind: &str, unique_key: String, target: &impl Serialize) -> NewJob {
    let now = engine.clock.now();
    NewJob {
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        workspace: None,
        kind: kind.to_owned(),
        version: 1,
        payload: serde_json::json!(target),
        lane: None,
        background: true,
        party: Party::default(),
        run_at: now,
        unique_key,
        subject: None,
        created_at: now,
    }
}

/// Runs one leased job.
///
/// # Errors
/// [`JobError`]; the runner then tries again with growing pauses.
pub async fn run(engine: &Engine, lease: &Lease) -> Result<Next, JobError> {
    run_known(engine, lease, None).await
}

/// The same, with what was read of its publication when it was claimed.
///
/// # Errors
/// As [`run`].
pub(crate) async fn run_known(
    engine: &Engine,
    lease: &Lease,
    known: Option<Known>,
) -> Result<Next, JobError> {
    match lease.kind.as_str() {
        crate::publish::KIND => Box::pin(crate::publish::run(engine, lease, target(lease)?, known)).await,
        read_back::KIND => Box::pin(read_back::run(engine, lease, target(lease)?)).await,
        rendition::KIND => Box::pin(rendition::run(engine, lease, target(lease)?)).await,
        sync::KIND => Box::pin(sync::run(engine, lease, target(lease)?)).await,
        report::KIND => Box::pin(report::run(engine, lease, target(lease)?)).await,
        letter::KIND => letter::run(engine, lease, target(lease)?).await,
        other => Err(JobError::Defect(format!("nobody runs jobs of kind `{other}`"))),
    }
}

/// Ends what a job is about, after a defect that does not go away. A publication ends with the cause; of other jobs the sweep
/// makes new ones where they are needed.
///
/// # Errors
/// [`JobError`]; the lease then runs out, and it is tried again.
pub async fn give_up(engine: &Engine, lease: &Lease, defect: &str) -> Result<Next, JobError> {
    if lease.kind == rendition::KIND {
        return rendition::give_up(engine, target(lease)?).await;
    }
    if lease.kind == report::KIND {
        return report::give_up(engine, lease, target(lease)?).await;
    }
    match (lease.kind.as_str(), target(lease)) {
        (crate::publish::KIND, Ok(target)) => crate::publish::give_up(engine, lease, target, defect).await,
        // A payload that nobody can read; the sweep finds its publication.
        (crate::publish::KIND, Err(_)) => Ok(Next::Finished),
        // What would be learned is worth no more tries.
        (read_back::KIND, _) => Ok(Next::Finished),
        _ => Ok(Next::At { at: engine.clock.now() + PAUSE, lane: None }),
    }
}

/// What a job is about.
pub(crate) fn target<T: serde::de::DeserializeOwned>(lease: &Lease) -> Result<T, JobError> {
    serde_json::from_value(lease.payload.clone())
        .map_err(|e| JobError::Defect(format!("payload of {}: {e}", lease.job)))
}
