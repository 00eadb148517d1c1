//! The hook by which the engine keeps to what a network allows.

use async_trait::async_trait;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

/// The calls that one account (or one app, while nobody is signed in) may still make. Made by the engine for its scope.
#[async_trait]
pub trait Budget: Send + Sync {
    /// Takes `cost` units for one try of `operation`. Called before every try, repetitions of reads included.
    ///
    /// # Errors
    /// When nothing is left: the time from which a call is allowed again, where that is known.
    async fn reserve(&self, operation: &str, cost: u32) -> Result<(), Option<Timestamp>>;

    /// Learns from an answer: its rate-limit headers, or that it was a 429.
    async fn observe(&self, operation: &str, status: StatusCode, headers: &HeaderMap);

    /// Learns what only the body of an answer told: that nothing is left for `operation` until then.
    async fn used_up(&self, operation: &str, until: Timestamp) {
        let _ = (operation, until);
    }
}
