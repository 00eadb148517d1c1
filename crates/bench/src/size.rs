//! Size of the program as it is shipped: linked, stripped.

use anyhow::Context;

use crate::Plan;
use crate::report::{Report, mb};

/// Measures.
pub fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let bytes = std::fs::metadata(&plan.carillon).context("the program can't be looked at")?.len();
    report.section("size").tell("release binary", mb(bytes), "MB");
    Ok(())
}
