//! Work that reads much, on a thread where it may wait.
//!
//! A read of the embedded database happens on a thread for blocking work, because a long list must not keep a post from its second. To
//! go there and back costs more than most reads do. A page reads ten to twenty times, so it goes there once, as a whole.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use crate::sqlite::READERS;
use crate::{Db, StoreError};

/// Pieces of work that are apart at once: as many as there are connections, so that none of them keeps its thread waiting for one.
pub(crate) const MOST: usize = READERS;

/// Longest wait for room. Pages take a few milliseconds; where they don't, because a network is asked, nobody waits for them to end.
const PATIENCE: Duration = Duration::from_millis(20);

thread_local! {
    static MAY_WAIT: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread has nothing else to do than what it is doing.
pub(crate) fn may_wait() -> bool {
    MAY_WAIT.get()
}

/// Until it is dropped, this thread may wait.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        MAY_WAIT.set(true);
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        MAY_WAIT.set(false);
    }
}

/// Room for work that is apart.
pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

impl Room {
    /// Runs it to its end, or until the caller no longer waits for it.
    async fn run<F>(&self, work: F) -> Result<F::Output, StoreError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let Ok(Ok(place)) = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await else {
            return Ok(work.await);
        };
        let (left, runtime) = (CancellationToken::new(), Handle::current());
        let _left = left.clone().drop_guard();
        let work = work.in_current_span().with_current_subscriber();
        let ran = tokio::task::spawn_blocking(move || {
            let _place = place;
            let _waiting = Waiting::begin();
            runtime.block_on(left.run_until_cancelled(work))
        });
        match ran.await {
            Ok(answer) => answer.ok_or(StoreError::Closed),
            Err(error) => match error.try_into_panic() {
                // As if it had happened here.
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Closed),
            },
        }
    }
}

impl Db {
    /// Runs work that reads much where its reads cost least. It is dropped when the caller no longer waits for it.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the program ends meanwhile.
    pub async fn apart<F>(&self, work: F) -> Result<F::Output, StoreError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.room.run(work).await,
            // The server reads, and nobody here waits for it on a thread.
            Self::Postgres(_) => Ok(work.await),
        }
    }
}
