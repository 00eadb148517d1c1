//! Keeps the leases of a node alive, all of them with one statement per beat: thousands of posts that wait for the same second, each
//! with a beat of its own, would be thousands of small transactions in the seconds that matter most.
//!
//! A lease that turns out to be somebody else's is reported to whoever works under it. Nothing depends on that arriving: what is
//! written without a valid lease is refused by its epoch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_store::StoreError;
use carillon_store::repo::lease::{self, Held};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::Engine;
use crate::jobs::Lease;

/// Most leases that are extended in one transaction; others wait for it on SQLite.
const AT_ONCE: usize = 512;

/// The leases under which a node works now.
#[derive(Debug, Default)]
pub struct Heart {
    held: Mutex<HashMap<Held, Work>>,
}

/// Work under a lease.
#[derive(Debug)]
struct Work {
    lost: CancellationToken,
    /// There was no beat since it was claimed.
    young: bool,
}

/// A lease that is kept alive until this is dropped.
#[derive(Debug)]
pub struct Kept<'a> {
    heart: &'a Heart,
    key: Held,
    lost: CancellationToken,
}

impl Heart {
    /// Keeps a lease alive from now on.
    pub fn keep(&self, lease: &Lease) -> Kept<'_> {
        let (key, lost) = ((lease.job, lease.epoch), CancellationToken::new());
        self.held().insert(key, Work { lost: lost.clone(), young: true });
        Kept { heart: self, key, lost }
    }

    /// Extends all leases but those that were claimed since the last beat: most work is over by the next one.
    ///
    /// # Errors
    /// [`StoreError`]. What was not extended yet is tried again by the next beat.
    pub async fn beat(&self, engine: &Engine) -> Result<(), StoreError> {
        let due: Vec<Held> = self
            .held()
            .iter_mut()
            .filter_map(|(key, work)| (!std::mem::take(&mut work.young)).then_some(*key))
            .collect();
        for some in due.chunks(AT_ONCE) {
            let (keys, until) = (some.to_vec(), engine.clock.now() + engine.timing.lease_span());
            let kept =
                engine.db.write(move |tx| Box::pin(async move { lease::extend(tx, &keys, until).await }));
            let kept = kept.await?;
            let held = self.held();
            for lost in some.iter().filter(|key| !kept.contains(key)).filter_map(|key| held.get(key)) {
                lost.lost.cancel();
            }
        }
        Ok(())
    }

    /// Beats four times in the life of a lease, until the handle is dropped.
    pub(super) fn start(self: &Arc<Self>, engine: &Arc<Engine>) -> AbortOnDropHandle<()> {
        let (heart, engine) = (Arc::clone(self), Arc::clone(engine));
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                tokio::time::sleep(engine.timing.lease / 4).await;
                if let Err(error) = heart.beat(&engine).await {
                    tracing::warn!(%error, "a heartbeat failed; the next one tries again");
                }
            }
        }))
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Held, Work>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept<'_> {
    /// Returns when the lease turns out to be lost.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.heart.held().remove(&self.key);
    }
}
