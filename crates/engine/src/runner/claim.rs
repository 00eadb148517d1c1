//! Taking a job: one update-returning statement, fenced afterwards by its epoch.

use carillon_domain::id::JobId;
use carillon_store::StoreError;
use carillon_store::repo::job::{self, ClaimedJob, Room};

use crate::Engine;
use crate::jobs::{JobError, Lease};

/// How often a lane that another node took at the same moment is passed over before giving up.
const COLLISIONS: usize = 16;

/// Takes the due job that comes first of those that there is `room` for, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn claim(engine: &Engine, node: &str, room: Room) -> Result<Option<Lease>, JobError> {
    first_of(engine, node, room).await
}

/// Takes those of these jobs that still wait, all at once, each with what it is given along.
pub(super) async fn claim_these<T: Send + 'static>(
    engine: &Engine,
    node: &str,
    chosen: Vec<(JobId, T)>,
) -> Result<Vec<(Lease, T)>, JobError> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let now = engine.clock.now();
    let (node, until) = (node.to_owned(), now + engine.timing.lease_span());
    let claiming = engine.db.write(move |tx| {
        Box::pin(async move {
            let mut claimed = Vec::with_capacity(chosen.len());
            for (id, with) in chosen {
                if let Some(row) = job::claim_one(tx, &node, now, until, id).await? {
                    claimed.push((lease(row), with));
                }
            }
            Ok::<_, StoreError>(claimed)
        })
    });
    match claiming.await {
        // Another node took a lane in the same instant; the next look sees that.
        Err(error) if error.is_unique_violation() => Ok(Vec::new()),
        claimed => Ok(claimed?),
    }
}

async fn first_of(engine: &Engine, node: &str, room: Room) -> Result<Option<Lease>, JobError> {
    let now = engine.clock.now();
    let until = now + engine.timing.lease_span();
    let mut collisions = 0;
    let row = loop {
        let node = node.to_owned();
        let claim =
            engine.db.write(move |tx| Box::pin(async move { job::claim(tx, &node, now, until, room).await }));
        match claim.await {
            // Another node took the lane in the same instant; now that is visible, and the next job is somebody else's or ours.
            Err(error) if error.is_unique_violation() && collisions < COLLISIONS => collisions += 1,
            claimed => break claimed?,
        }
    };
    Ok(row.map(lease))
}

fn lease(row: ClaimedJob) -> Lease {
    Lease {
        job: row.id,
        epoch: row.lease_epoch,
        kind: row.kind,
        version: row.version,
        payload: row.payload,
        lane: row.lane,
        background: row.background,
        party: row.party,
        attempt: row.attempt,
        workspace: row.workspace,
    }
}
