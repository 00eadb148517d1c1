//! Claims due jobs, runs them, keeps their leases alive and writes back what comes next.

mod claim;
mod places;
mod worker;

pub use claim::claim;
pub use worker::{Runner, RunnerConfig};
