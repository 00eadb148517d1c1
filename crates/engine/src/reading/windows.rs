//! What reading takes care of itself, because no header tells of it in time: calls of an account, and of all accounts of this
//! installation, in a span of time. All nodes count in the same rows.

use carillon_connectors::contract::connector::{ReadingWindow, Whose};
use carillon_domain::id::AccountId;
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::shared_quota::{self, Bucket};

use crate::Engine;

/// Why nothing was taken.
enum Nothing {
    /// A window is empty until then.
    Empty(Timestamp),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Nothing {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Takes a call from every window of its operation, or from none.
///
/// # Errors
/// When one of them is empty: the end of its span.
pub(super) async fn take(
    engine: &Engine,
    (platform, account): (&str, AccountId),
    operation: &str,
) -> Result<(), Timestamp> {
    let windows = engine.networks.connector(platform).map(|c| c.reading_windows(operation));
    let Some(windows) = windows.filter(|windows| !windows.is_empty()) else { return Ok(()) };
    let now = engine.clock.now();
    let places: Vec<_> =
        windows.iter().map(|w| (name(w, account, operation), w.ends(now), w.calls)).collect();
    let platform_name = platform.to_owned();
    let taken: Result<(), Nothing> = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (name, reset_at, calls) in &places {
                    let bucket = Bucket { platform: &platform_name, name, reset_at: *reset_at };
                    if !shared_quota::take(tx, bucket, 1, *calls).await? {
                        return Err(Nothing::Empty(*reset_at));
                    }
                }
                Ok(())
            })
        })
        .await;
    match taken {
        Ok(()) => Ok(()),
        Err(Nothing::Empty(until)) => Err(until),
        Err(Nothing::Store(error)) => {
            // The network counts itself; numbers must not stop for our own count of it.
            tracing::warn!(platform, %error, "a call could not be counted");
            Ok(())
        }
    }
}

fn name(window: &ReadingWindow, account: AccountId, operation: &str) -> String {
    let what = window.bucket.unwrap_or(operation);
    match window.of {
        Whose::Account => format!("calls/{what}/{account}"),
        Whose::Installation => format!("calls/{what}"),
    }
}
