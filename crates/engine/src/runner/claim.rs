//! Taking a job: one update-returning statement, fenced afterwards by its epoch.

use carillon_store::repo::job::{self, Room};

use crate::Engine;
use crate::jobs::{JobError, Lease};

/// How often a lane that another node took at the same moment is passed over before giving up.
const COLLISIONS: usize = 16;

/// Takes the due job that comes first of those that there is `room` for, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn claim(engine: &Engine, node: &str, room: Room) -> Result<Option<Lease>, JobError> {
    let now = engine.clock.now();
    let until = now + engine.timing.lease_span();
    let mut collisions = 0;
    let row = loop {
        let node = node.to_owned();
        let claimed = engine
            .db
            .write(move |tx| Box::pin(async move { job::claim(tx, &node, now, until, room).await }))
            .await;
        match claimed {
            // Another node took the lane in the same instant; now that is visible, and the next job is somebody else's or ours.
            Err(error) if error.is_unique_violation() && collisions < COLLISIONS => collisions += 1,
            claimed => break claimed?,
        }
    };
    Ok(row.map(|row| Lease {
        job: row.id,
        epoch: row.lease_epoch,
        kind: row.kind,
        version: row.version,
        payload: row.payload,
        lane: row.lane,
        background: row.background,
        attempt: row.attempt,
        workspace: row.workspace,
    }))
}
