//! One folder per platform. Each exports `CONNECTOR` and `sandbox::simulator()`.

pub mod bluesky;
pub mod instagram;
pub mod mastodon;
pub mod x;
