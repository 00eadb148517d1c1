//! Numbers as these hosts give them.

use crate::contract::reader::Count;

/// The counts that are there, each as (our name, the network's name, the value).
pub fn given<const N: usize>(counts: [(&str, &str, Option<i64>); N]) -> Vec<Count> {
    let present = counts.into_iter().filter_map(|(metric, native, value)| {
        Some(Count { metric: metric.to_owned(), value: value?, native: native.to_owned() })
    });
    present.collect()
}
