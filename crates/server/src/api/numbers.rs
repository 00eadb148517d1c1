//! Numbers as the API shows them: never without their unit, definition, time and source.

use std::collections::BTreeMap;

use carillon_domain::metric;
use carillon_store::repo::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A number.
#[derive(Debug, Serialize, ToSchema)]
pub struct Number {
    /// The value; null when the network did not give it, which is not zero.
    pub value: Option<i64>,
    /// What is counted.
    pub unit: &'static str,
    /// What it means: name and version, `followers@1`.
    pub definition: String,
    /// When the network said so; null when it was never read.
    pub as_of: Option<String>,
    /// Network and field that it came from, `x:public_metrics.followers_count`.
    pub sources: Vec<String>,
}

/// The totals of an account, by metric.
pub fn of_account(row: &AccountRow) -> BTreeMap<&'static str, Number> {
    let seen = row.profile.as_ref();
    let number = |name: &&'static str| {
        let defined = metric::definition(name)?;
        let reading = seen.and_then(|seen| seen.of(name));
        let number = Number {
            value: reading.map(|r| r.value),
            unit: defined.unit,
            definition: format!("{name}@{}", reading.map_or(defined.version, |r| r.definition)),
            as_of: seen.map(|seen| seen.as_of.to_string()),
            sources: reading.map(|r| format!("{}:{}", row.platform, r.native)).into_iter().collect(),
        };
        Some((*name, number))
    };
    metric::OF_ACCOUNT.iter().filter_map(number).collect()
}
