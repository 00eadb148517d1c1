//! Combinations of dimensions, filters and metrics against the table of those in use.
//!
//! The table is older than two facts, which are let through: `engagedViews` (revision history, March 2025), and videos as filter
//! beside videos as dimension, which is in wide use.

use serde_json::Value;

use super::wire::Exchange;
use crate::specs;

/// The table of reports.
pub(super) struct Reports(Value);

impl Reports {
    pub(super) fn of(table: Value) -> Self {
        Self(table)
    }

    /// For a test, which is skipped without the table.
    pub(super) fn needed(test: &str) -> Option<Self> {
        specs::needed(test, "google/analytics_reports.json").map(Self::of)
    }

    /// Whether a report has this combination.
    pub(super) fn has(&self, exchange: &Exchange) -> bool {
        let list = |name: &str| {
            let text = exchange.get(name).unwrap_or_default();
            text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let (dimensions, mut metrics) = (list("dimensions"), list("metrics"));
        metrics.retain(|metric| metric != "engagedViews");
        let filters = exchange.get("filters").unwrap_or_default();
        let mut filters: Vec<_> =
            filters.split(';').filter_map(|filter| Some(filter.split_once("==")?.0.to_owned())).collect();
        if dimensions.iter().any(|dimension| dimension == "video") {
            filters.retain(|filter| filter != "video");
        }
        let sort: Vec<_> = list("sort").iter().map(|by| by.trim_start_matches('-').to_owned()).collect();
        let rows = exchange.get("maxResults").and_then(|rows| rows.parse::<u64>().ok());
        self.0["reports"].as_array().unwrap().iter().any(|report| {
            let most = report["max_results"].as_u64();
            fits(&dimensions, &report["dimensions"])
                && fits(&filters, &report["filters"])
                && metrics.iter().all(|metric| among(&report["metrics"], metric))
                && (most.is_none() || sort.iter().all(|by| among(&report["sort"], by)))
                && most.is_none_or(|most| !sort.is_empty() && rows.is_some_and(|rows| rows <= most))
        })
    }

    /// Every dimension that there is.
    pub(super) fn names(&self, of: &str) -> Vec<String> {
        self.0[of].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }
}

fn among(names: &Value, name: &str) -> bool {
    names.as_array().unwrap().iter().any(|known| known == name)
}

fn fits(given: &[String], rules: &Value) -> bool {
    let rules = rules.as_array().unwrap();
    let counted: Vec<_> = rules
        .iter()
        .map(|rule| (rule, given.iter().filter(|name| among(&rule["of"], name)).count()))
        .collect();
    let named = counted.iter().map(|(_, count)| count).sum::<usize>() == given.len();
    named
        && counted.iter().all(|(rule, count)| match rule["rule"].as_str().unwrap() {
            "Required" => *count == rule["of"].as_array().unwrap().len(),
            "ExactlyOne" => *count == 1,
            "OneOrMore" => *count >= 1,
            "ZeroOrOne" => *count <= 1,
            "ZeroOrMore" | "Optional" => true,
            other => panic!("unknown rule {other}"),
        })
}
