//! Saves progress in memory, and dies when told to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use crate::contract::cx::Checkpoint;
use crate::contract::progress::Progress;

/// Where the process dies, once. It goes on from what was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Right after the n-th save (from 0), wherever it happens.
    AfterSave(usize),
    /// After the n-th commit (from 0) was answered, before the answer is saved.
    AfterCommit(usize),
}

/// Saves progress in memory, and dies when told to.
#[derive(Default)]
pub(super) struct Recorder {
    state: Mutex<Recorded>,
}

#[derive(Default)]
struct Recorded {
    saved: Option<Progress>,
    saves: usize,
    commits: usize,
    crash: Option<Crash>,
}

impl Recorder {
    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, progress: &Progress, crash: Option<Crash>) {
        *self.lock() = Recorded { saved: Some(progress.clone()), crash, ..Recorded::default() };
    }

    /// Saves as the database would. `false`: the process died right afterwards.
    pub(super) fn keep(&self, progress: &Progress) -> bool {
        let mut state = self.lock();
        state.saved = Some(progress.clone());
        let dies = state.crash == Some(Crash::AfterSave(state.saves));
        state.saves += 1;
        if dies {
            state.crash = None;
        }
        !dies
    }

    pub(super) fn dies_after_commit(&self) -> bool {
        let mut state = self.lock();
        let dies = state.crash == Some(Crash::AfterCommit(state.commits));
        state.commits += 1;
        if dies {
            state.crash = None;
        }
        dies
    }

    /// Saves and commits since the beginning.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.lock();
        (state.saves, state.commits)
    }

    pub(super) fn saved(&self) -> Option<Progress> {
        self.lock().saved.clone()
    }
}

/// Code of the error after a death.
pub(super) const LEASE_LOST: &str = "lease_lost";

#[async_trait]
impl Checkpoint for Recorder {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        // What can't be written down and read again does not survive a real restart.
        let text = serde_json::to_string(progress).unwrap_or_default();
        let back = serde_json::from_str::<Progress>(&text);
        assert_eq!(back.ok().as_ref(), Some(progress), "this progress does not survive being saved: {text}");
        if self.keep(progress) {
            return Ok(());
        }
        Err(ConnectorError::new(ErrorKind::Transient, "bench", "save", LEASE_LOST, "The process died here."))
    }
}
