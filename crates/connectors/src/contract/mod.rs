//! What a connector is. Every trait is object-safe and stateless; an ability that a platform lacks is `None`, never a
//! default that pretends.
//!
//! - A connector MUST talk to the network only through [`Cx::http`](cx::Cx::http).
//! - A connector MUST NOT send an unsafe call outside [`Publisher::commit`](publisher::Publisher::commit), deletes aside.
//! - A connector MUST keep everything that it needs to resume in [`Progress`](progress::Progress).
//! - A connector SHOULD report every broken rule in `check`, not only the first.

pub mod authorizer;
pub mod capability;
pub mod connector;
pub mod cx;
pub mod display;
pub mod errand;
pub mod insights;
pub mod people;
pub mod progress;
pub mod publisher;
pub mod reader;
pub mod webhooks;
