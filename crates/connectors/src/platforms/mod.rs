//! One folder per platform. Each exports `CONNECTOR` and `sandbox::simulator()`.

pub mod bluesky;
pub mod facebook;
pub mod instagram;
pub mod linkedin;
pub mod mastodon;
pub mod threads;
pub mod tiktok;
pub mod x;
pub mod youtube;

/// What `cargo xtask new-platform` begins with. Compiled and tested here, so that it does not fall behind.
#[cfg(test)]
#[path = "../../../../xtask/platform/mod.rs"]
pub(crate) mod newnet;
