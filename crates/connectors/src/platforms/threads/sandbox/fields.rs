//! `fields=a,b{c}`: what is asked for is what is answered, and an unknown field is an error.

use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::params::Params;

/// A requested field, with the fields that are wanted of what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub inner: Vec<Field>,
}

/// The requested fields, or those that come when nothing was asked for.
pub(super) fn requested(params: &Params, otherwise: &[&str]) -> Result<Vec<Field>, Refusal> {
    let Some(text) = params.get("fields") else {
        return Ok(otherwise
            .iter()
            .map(|name| Field { name: (*name).to_owned(), inner: Vec::new() })
            .collect());
    };
    parse(text).ok_or_else(|| Refusal::new(2500, 0, format!("Syntax error in the parameter fields: {text}")))
}

fn parse(text: &str) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, sign) in text.char_indices().chain([(text.len(), ',')]) {
        match sign {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                fields.push(field(text[start..at].trim())?);
                start = at + 1;
            }
            _ => {}
        }
    }
    (depth == 0).then_some(fields)
}

fn field(text: &str) -> Option<Field> {
    let (name, inner) = match text.split_once('{') {
        None => (text, Vec::new()),
        Some((name, rest)) => (name, parse(rest.strip_suffix('}')?)?),
    };
    let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    fine.then(|| Field { name: name.to_owned(), inner })
}

/// The requested ones of a node's fields; `id` comes along always. A field without a value is left out.
pub(super) fn pick(node: &str, wanted: &[Field], all: &[(&str, Value)]) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for field in wanted {
        let Some((name, value)) = all.iter().find(|(name, _)| *name == field.name) else {
            return Err(unknown(&field.name, node));
        };
        let value = narrow(value, field)?;
        if !value.is_null() {
            object.insert((*name).to_owned(), value);
        }
    }
    if let Some((_, id)) = all.iter().find(|(name, _)| *name == "id") {
        object.entry("id").or_insert_with(|| id.clone());
    }
    Ok(Value::Object(object))
}

fn unknown(field: &str, node: &str) -> Refusal {
    Refusal::parameter(format!("Tried accessing nonexisting field ({field}) on node type ({node})"))
}

/// What was asked for of what a field holds. Of the entries of a list that is their id if nothing was said.
fn narrow(value: &Value, field: &Field) -> Result<Value, Refusal> {
    let Value::Object(map) = value else { return Ok(value.clone()) };
    if let Some(Value::Array(entries)) = map.get("data") {
        let id = [Field { name: "id".to_owned(), inner: Vec::new() }];
        let wanted = if field.inner.is_empty() { &id[..] } else { &field.inner[..] };
        let entries = entries.iter().map(|entry| of_object(entry, wanted, &field.name));
        return Ok(json!({ "data": entries.collect::<Result<Vec<_>, _>>()? }));
    }
    if field.inner.is_empty() {
        let kept = map.iter().filter(|(_, value)| !value.is_null());
        return Ok(Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()));
    }
    of_object(value, &field.inner, &field.name)
}

fn of_object(value: &Value, wanted: &[Field], node: &str) -> Result<Value, Refusal> {
    let Value::Object(map) = value else { return Ok(value.clone()) };
    let all: Vec<(&str, Value)> = map.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    pick(node, wanted, &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Option<Vec<(String, usize)>> {
        Some(parse(text)?.into_iter().map(|field| (field.name, field.inner.len())).collect())
    }

    #[test]
    fn fields_are_read_with_what_they_hold() {
        let fields = [("id".to_owned(), 0), ("poll_attachment".to_owned(), 2), ("text".to_owned(), 0)];
        assert_eq!(names("id,poll_attachment{option_a,option_b}, text"), Some(fields.to_vec()));
        for wrong in ["", "id,", "id,,text", "a{b", "a}b{", "a{}", "a b"] {
            assert_eq!(names(wrong), None, "{wrong}");
        }
    }
}
