//! Numbers as the API shows them: never without their unit, definition, time and source.

use std::collections::BTreeMap;

use carillon_domain::insight;
use carillon_domain::metric::{self, Observation};
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

/// Name and version of the definition in force.
pub fn definition(name: &str) -> String {
    format!("{name}@{}", insight::definition(name).map_or(0, |d| d.version))
}

/// One metric of what was seen on a network; `None` for a name that has no definition.
pub fn of_observation(platform: &str, seen: Option<&Observation>, name: &str) -> Option<Number> {
    let defined = metric::definition(name)?;
    let reading = seen.and_then(|seen| seen.of(name));
    Some(Number {
        value: reading.map(|r| r.value),
        unit: defined.unit,
        definition: format!("{name}@{}", reading.map_or(defined.version, |r| r.definition)),
        as_of: seen.map(|seen| seen.as_of.to_string()),
        sources: reading.map(|r| format!("{platform}:{}", r.native)).into_iter().collect(),
    })
}

/// The totals of an account, by metric.
pub fn of_account(row: &AccountRow) -> BTreeMap<&'static str, Number> {
    let number =
        |name: &&'static str| Some((*name, of_observation(&row.platform, row.profile.as_ref(), name)?));
    metric::OF_ACCOUNT.iter().filter_map(number).collect()
}
