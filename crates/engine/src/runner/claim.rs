//! Taking a job: one update-returning statement, fenced afterwards by its epoch.

use carillon_store::repo::job::{self, Closed, PlaceKind, Room};

use crate::Engine;
use crate::jobs::{JobError, Lease};

/// How often a lane that another node took at the same moment is passed over before giving up.
const COLLISIONS: usize = 16;

/// Takes the due job that comes first of those that there is `room` for, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn claim(engine: &Engine, node: &str, room: Room) -> Result<Option<Lease>, JobError> {
    first_of(engine, node, Wanted::Any(room)).await
}

/// Takes the due job that comes first of those that a place of this kind is for, and of which no party is `closed`.
pub(super) async fn claim_for(
    engine: &Engine,
    node: &str,
    kind: PlaceKind,
    closed: &Closed,
) -> Result<Option<Lease>, JobError> {
    first_of(engine, node, Wanted::Of(kind, closed)).await
}

enum Wanted<'a> {
    Any(Room),
    Of(PlaceKind, &'a Closed),
}

async fn first_of(engine: &Engine, node: &str, wanted: Wanted<'_>) -> Result<Option<Lease>, JobError> {
    let now = engine.clock.now();
    let until = now + engine.timing.lease_span();
    let mut collisions = 0;
    let row = loop {
        let node = node.to_owned();
        let claimed = match wanted {
            Wanted::Any(room) => {
                let claim = engine
                    .db
                    .write(move |tx| Box::pin(async move { job::claim(tx, &node, now, until, room).await }));
                claim.await
            }
            Wanted::Of(kind, closed) => {
                let closed = closed.clone();
                let claim = engine.db.write(move |tx| {
                    Box::pin(async move { job::claim_for(tx, &node, now, until, kind, &closed).await })
                });
                claim.await
            }
        };
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
        party: row.party,
        attempt: row.attempt,
        workspace: row.workspace,
    }))
}
