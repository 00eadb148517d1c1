//! Which fields are asked for: what is asked for is what is answered, and an unknown field is an error.

use serde_json::Value;

use super::answer::Refusal;
use super::params::Params;
pub(super) use crate::sandbox::graph::Field;
use crate::sandbox::graph::{self, FieldError};

fn refused(error: FieldError) -> Refusal {
    match error.code {
        100 => Refusal::parameter(error.message),
        code => Refusal::new(code, 0, error.message),
    }
}

/// The requested fields; only `id` when nothing was asked for.
pub(super) fn requested(params: &Params) -> Result<Vec<Field>, Refusal> {
    match params.get("fields") {
        Some(text) => graph::read_fields(text).map_err(refused),
        None => Ok(vec![Field::named("id")]),
    }
}

/// The requested ones of a node's fields.
pub(super) fn pick(node: &str, requested: &[Field], all: &[(&str, Value)]) -> Result<Value, Refusal> {
    graph::pick(node, requested, all).map_err(refused)
}
