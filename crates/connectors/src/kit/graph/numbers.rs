//! Numbers and ids as these hosts write them.

use serde_json::Value;

use crate::contract::reader::Count;

/// The counts that are there, each as (our name, the network's name, the value).
pub fn given<const N: usize>(counts: [(&str, &str, Option<i64>); N]) -> Vec<Count> {
    let present = counts.into_iter().filter_map(|(metric, native, value)| {
        Some(Count { metric: metric.to_owned(), value: value?, native: native.to_owned() })
    });
    present.collect()
}

/// Ids are strings for us, whatever the body says.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
