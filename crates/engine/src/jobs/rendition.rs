//! Makes copies of videos. An interrupted run leaves nothing that the next one does not replace, so it simply starts over.

use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::time::SignedDuration;
use carillon_store::repo::job::NewJob;
use serde::{Deserialize, Serialize};

use super::{JobError, Lease, Next, background};
use crate::Engine;
use crate::media::rendition::{self, Filmed};

/// The job kind of a rendition.
pub const KIND: &str = "rendition";

/// How long a job waits while this node makes another video.
const BUSY: SignedDuration = SignedDuration::from_secs(2);
/// After so many runs that were ended from outside, another one would be, too.
const MOST_RUNS: i64 = 3;

/// Which rendition a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The file that it becomes.
    pub media: MediaId,
}

/// The job that makes a rendition.
pub(crate) fn new_job(engine: &Engine, target: Target) -> NewJob {
    NewJob {
        workspace: Some(target.workspace),
        subject: Some(target.media.uuid()),
        ..background(engine, KIND, rendition::job_key(target.media), &target)
    }
}

/// Makes it, unless nobody wants it any more.
///
/// # Errors
/// [`JobError::Defect`] when the program was ended from outside or something here failed; it is tried again then.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let last = lease.attempt + 1 >= MOST_RUNS;
    match engine.library.film(target.workspace, target.media, last).await {
        Ok(Filmed::Over) => Ok(Next::Finished),
        Ok(Filmed::Busy) => Ok(Next::At { at: engine.clock.now() + BUSY, lane: None }),
        Ok(Filmed::Again(why)) => Err(JobError::Defect(why)),
        Err(AppError::Internal(source)) => Err(JobError::Defect(format!("{source:?}"))),
        Err(error) => Err(JobError::Defect(error.to_string())),
    }
}

/// Ends a rendition that can't be made, for a reason of ours.
pub(super) async fn give_up(engine: &Engine, target: Target) -> Result<Next, JobError> {
    let why = "Something on this server failed while the copy was made. It has been logged. Try again later.";
    match engine.library.fail_rendition(target.workspace, target.media, why).await {
        Ok(()) => Ok(Next::Finished),
        Err(error) => Err(JobError::Defect(error.to_string())),
    }
}
