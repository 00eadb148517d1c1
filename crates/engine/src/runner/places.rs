//! Who may run beside whom on one node.

use std::sync::Arc;

use carillon_store::repo::job::Room;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::RunnerConfig;
use crate::jobs::Lease;

/// The places of one node. Commits have their own; of the others, some are closed to the background.
pub(super) struct Places {
    commits: Arc<Semaphore>,
    others: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

/// What is free now, reserved until the next job is known.
pub(super) struct Seats {
    commit: Option<OwnedSemaphorePermit>,
    other: Option<OwnedSemaphorePermit>,
    background: Option<OwnedSemaphorePermit>,
}

/// The place of one running job; free again when dropped.
pub(super) struct Seat {
    _permits: [Option<OwnedSemaphorePermit>; 2],
}

impl Places {
    pub(super) fn new(config: &RunnerConfig) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            commits: places(config.commits),
            others: places(config.concurrency),
            background: places(config.background),
        }
    }

    /// Reserves one place of each kind that is free; waits while there is none.
    pub(super) async fn some(&self) -> Seats {
        let (commit, other) = match (free(&self.commits), free(&self.others)) {
            (None, None) => tokio::select! {
                commit = Arc::clone(&self.commits).acquire_owned() => (commit.ok(), None),
                other = Arc::clone(&self.others).acquire_owned() => (None, other.ok()),
            },
            some => some,
        };
        let background = other.as_ref().and_then(|_| free(&self.background));
        Seats { commit, other, background }
    }
}

fn free(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).try_acquire_owned().ok()
}

impl Seats {
    /// The jobs that these places are for.
    pub(super) fn room(&self) -> Room {
        Room {
            lanes: self.commit.is_some(),
            foreground: self.other.is_some(),
            background: self.background.is_some(),
        }
    }

    /// The place for this job; the rest is free again.
    pub(super) fn take(self, lease: &Lease) -> Seat {
        let permits = match (lease.lane.is_some(), lease.background) {
            (true, _) => [self.commit, None],
            (false, true) => [self.other, self.background],
            (false, false) => [self.other, None],
        };
        Seat { _permits: permits }
    }
}
