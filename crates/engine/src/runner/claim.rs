//! Taking jobs: one at a time, or all for which there are places with what is known of them; fenced afterwards by their epochs.

use std::collections::HashMap;

use carillon_domain::id::JobId;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::job::{self, ClaimedJob, PlaceKind, Room};
use carillon_store::repo::lease::{self, Due};

use crate::Engine;
use crate::jobs::{JobError, Lease, target};
use crate::publish::{self, Known, Target};

/// How often a lane that another node took at the same moment is passed over before giving up.
const COLLISIONS: usize = 16;

/// Takes the due job that comes first of those that there is `room` for, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn claim(engine: &Engine, node: &str, room: Room) -> Result<Option<Lease>, JobError> {
    first_of(engine, node, room).await
}

/// A job that was claimed with others.
pub(super) struct Claimed<T> {
    pub lease: Lease,
    /// What was read of its publication, if it is about one.
    pub known: Option<Known>,
    /// What was given along.
    pub with: T,
}

/// Takes those of these jobs that still wait, all at once, each with what it is given along.
pub(super) async fn claim_these<T: Send + 'static>(
    engine: &Engine,
    node: &str,
    chosen: Vec<(JobId, T)>,
    until: Timestamp,
) -> Result<Vec<Claimed<T>>, JobError> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let lease_until = engine.clock.now() + engine.timing.lease_span();
    let node = node.to_owned();
    let networks = engine.networks.clone();
    let claiming = engine.db.write(move |tx| {
        Box::pin(async move {
            let (ids, mut with): (Vec<_>, HashMap<_, _>) =
                chosen.into_iter().map(|(id, w)| (id, (id, w))).unzip();
            let rows = lease::claim(tx, &node, until, lease_until, &ids).await?;
            let mut leases: HashMap<JobId, Lease> =
                rows.into_iter().map(|row| (row.id, lease_of(row))).collect();
            let targets: HashMap<JobId, Target> = leases.values().filter_map(target_of).collect();
            let mut known =
                Known::read(tx, &networks, &targets.values().copied().collect::<Vec<_>>()).await?;
            // In the order in which they were chosen.
            let claimed = ids.iter().filter_map(|id| {
                let lease = leases.remove(id)?;
                let known = targets.get(id).and_then(|target| known.remove(&target.publication));
                Some(Claimed { lease, known, with: with.remove(id)? })
            });
            Ok::<_, StoreError>(claimed.collect())
        })
    });
    match claiming.await {
        // Another node took a lane in the same instant; the next look sees that.
        Err(error) if error.is_unique_violation() => Ok(Vec::new()),
        claimed => Ok(claimed?),
    }
}

/// What is late by more than this was missed: nobody was there when it was due.
const MISSED: SignedDuration = SignedDuration::from_secs(10);

/// Which jobs of a kind are due: commits a little ahead, so that only the call itself remains for their second. When a node
/// `catches_up`, what was missed goes out in order.
pub(super) fn due(engine: &Engine, kind: PlaceKind, catches_up: bool) -> Due {
    let now = engine.clock.now();
    let missed = if catches_up { now - MISSED } else { Timestamp::UNIX_EPOCH };
    let until = match kind {
        PlaceKind::Commit => now + engine.timing.intent_ahead,
        PlaceKind::Foreground | PlaceKind::Background => now,
    };
    Due { now, until, missed }
}

fn target_of(lease: &Lease) -> Option<(JobId, Target)> {
    if lease.kind != publish::KIND {
        return None;
    }
    Some((lease.job, target(lease).ok()?))
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
    Ok(row.map(lease_of))
}

fn lease_of(row: ClaimedJob) -> Lease {
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
