//! `fields=a,b{c,d}`: what is asked for is what is answered, and an unknown field is an error.

use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::params::Params;

/// A requested field with the fields asked of what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub inner: Vec<Field>,
}

/// The requested fields; only `id` when nothing was asked for.
pub(super) fn requested(params: &Params) -> Result<Vec<Field>, Refusal> {
    match params.get("fields") {
        Some(text) => parse(text),
        None => Ok(vec![Field { name: "id".to_owned(), inner: Vec::new() }]),
    }
}

fn parse(text: &str) -> Result<Vec<Field>, Refusal> {
    let mut fields = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1).ok_or_else(|| syntax(text))?,
            ',' if depth == 0 => {
                fields.push(field(text[start..at].trim(), text)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth == 0 { Ok(fields) } else { Err(syntax(text)) }
}

fn field(text: &str, all: &str) -> Result<Field, Refusal> {
    let (name, inner) = match text.split_once('{') {
        Some((name, rest)) => (name, parse(rest.strip_suffix('}').ok_or_else(|| syntax(all))?)?),
        None => (text, Vec::new()),
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(syntax(all));
    }
    Ok(Field { name: name.to_owned(), inner })
}

fn syntax(text: &str) -> Refusal {
    Refusal::new(2500, 0, format!("Syntax error \"Expected end of string\" in fields: {text}"))
}

/// The requested ones of a node's fields; `id` comes along always. A field without a value is left out.
pub(super) fn pick(node: &str, requested: &[Field], all: &[(&str, Value)]) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for field in requested {
        let Some((name, value)) = all.iter().find(|(name, _)| *name == field.name) else {
            return Err(Refusal::parameter(format!(
                "Tried accessing nonexisting field ({}) on node type ({node})",
                field.name
            )));
        };
        let value = narrow(value, &field.inner)?;
        if !value.is_null() {
            object.insert((*name).to_owned(), value);
        }
    }
    if let Some((_, id)) = all.iter().find(|(name, _)| *name == "id") {
        object.entry("id").or_insert_with(|| id.clone());
    }
    Ok(Value::Object(object))
}

/// The inner fields that were asked for.
fn narrow(value: &Value, inner: &[Field]) -> Result<Value, Refusal> {
    let Value::Object(map) = value else { return Ok(value.clone()) };
    if inner.is_empty() {
        return Ok(value.clone());
    }
    let mut narrowed = Map::new();
    for field in inner {
        match map.get(&field.name) {
            Some(Value::Null) => {}
            Some(value) => drop(narrowed.insert(field.name.clone(), value.clone())),
            None => {
                return Err(Refusal::parameter(format!(
                    "Tried accessing nonexisting field ({})",
                    field.name
                )));
            }
        }
    }
    if let Some(id) = map.get("id") {
        narrowed.entry("id").or_insert_with(|| json!(id));
    }
    Ok(Value::Object(narrowed))
}
