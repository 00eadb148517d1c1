//! Waiting as an input, so that no test sleeps.

use std::time::Duration;

use async_trait::async_trait;

/// Lets time pass.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns after `length`.
    async fn pause(&self, length: Duration);
}

/// Waits on the runtime's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sleep;

#[async_trait]
impl Pause for Sleep {
    async fn pause(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// Does not wait at all; for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPause;

#[async_trait]
impl Pause for NoPause {
    async fn pause(&self, _: Duration) {}
}
