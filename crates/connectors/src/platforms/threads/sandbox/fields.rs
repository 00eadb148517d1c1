//! Which fields are asked for: what is asked for is what is answered, and an unknown field is an error.

use serde_json::Value;

use super::answer::Refusal;
use crate::sandbox::graph::{self, Field, FieldError, Params};

fn refused(error: FieldError) -> Refusal {
    match error.code {
        100 => Refusal::parameter(error.message),
        code => Refusal::new(code, 0, error.message),
    }
}

/// The requested fields, or those that come when nothing was asked for. Of the files of a carousel the id is told unless more is
/// asked for.
pub(super) fn requested(params: &Params, otherwise: &[&str]) -> Result<Vec<Field>, Refusal> {
    let Some(text) = params.get("fields") else {
        return Ok(otherwise.iter().map(|name| Field::named(name)).collect());
    };
    let mut fields = graph::read_fields(text).map_err(refused)?;
    for field in fields.iter_mut().filter(|field| field.name == "children" && field.inner.is_empty()) {
        field.inner.push(Field::named("id"));
    }
    Ok(fields)
}

/// The requested ones of a node's fields.
pub(super) fn pick(node: &str, wanted: &[Field], all: &[(&str, Value)]) -> Result<Value, Refusal> {
    graph::pick(node, wanted, all).map_err(refused)
}
