//! Claims due jobs, runs them, keeps their leases alive and writes back what comes next.

mod claim;
mod heart;
mod places;
mod worker;

pub use claim::claim;
pub use heart::{Heart, Kept};
pub use worker::{Runner, RunnerConfig};
