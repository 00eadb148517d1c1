//! Claims due jobs, runs them, keeps their leases alive and writes back what comes next.

mod claim;
mod worker;

pub use claim::claim;
pub use worker::{Runner, RunnerConfig};
