//! `fields=a,b{c},d.limit(0).summary(true)`: what is asked for is what is answered, and an unknown field is an error.

use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::params::Params;

/// A requested field with what is asked of it: `limit(5)`, `summary(true)`, and fields of what it holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Field {
    pub name: String,
    pub with: Vec<(String, String)>,
    pub inner: Vec<Field>,
}

impl Field {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn argument(&self, name: &str) -> Option<&str> {
        self.with.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The requested fields, or those that come when nothing was asked for.
pub(super) fn requested(params: &Params, otherwise: &[&str]) -> Result<Vec<Field>, Refusal> {
    match params.get("fields") {
        Some(text) => parse(text),
        None => Ok(otherwise.iter().map(|name| Field::named(name)).collect()),
    }
}

fn parse(text: &str) -> Result<Vec<Field>, Refusal> {
    let mut reader = Reader { text, at: 0 };
    let fields = reader.fields().filter(|_| reader.at == text.len());
    fields.ok_or_else(|| Refusal {
        message: format!("Syntax error \"Expected end of string\" at character {}: {text}", reader.at),
        ..Refusal::path("")
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, sign: char) -> bool {
        let hit = self.text[self.at..].starts_with(sign);
        if hit {
            self.at += sign.len_utf8();
        }
        hit
    }

    fn word(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += len;
        (len > 0).then(|| rest[..len].to_owned())
    }

    fn argument(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let len = rest.find(')')?;
        self.at += len + 1;
        Some(rest[..len].to_owned())
    }

    fn fields(&mut self) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            let mut field = Field { name: self.word()?, ..Field::default() };
            while self.take('.') {
                let name = self.word()?;
                if !self.take('(') {
                    return None;
                }
                field.with.push((name, self.argument()?));
            }
            if self.take('{') {
                field.inner = self.fields()?;
                if !self.take('}') {
                    return None;
                }
            }
            fields.push(field);
            if !self.take(',') {
                return Some(fields);
            }
        }
    }
}

/// The requested ones of a node's fields; `id` comes along always. A field without a value is left out.
pub(super) fn pick(node: &str, requested: &[Field], all: &[(&str, Value)]) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for field in requested {
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

/// What was asked for of what a field holds: of an object its fields, of a list the fields of its entries.
fn narrow(value: &Value, field: &Field) -> Result<Value, Refusal> {
    let Value::Object(map) = value else { return Ok(value.clone()) };
    if let Some(Value::Array(data)) = map.get("data") {
        return list(map, data, field);
    }
    if let Some(Value::Object(data)) = map.get("data") {
        return Ok(json!({ "data": chosen(data, &field.inner)? }));
    }
    if !field.with.is_empty() {
        return Err(Refusal::parameter(format!("({}) is no list", field.name)));
    }
    chosen(map, &field.inner)
}

fn list(map: &Map<String, Value>, data: &[Value], field: &Field) -> Result<Value, Refusal> {
    let most = match field.argument("limit") {
        None => 25,
        Some(text) => text.parse().map_err(|_| Refusal::parameter("Param limit must be a number"))?,
    };
    let entries = data.iter().take(most).map(|entry| match entry {
        Value::Object(entry) => chosen(entry, &field.inner),
        other => Ok(other.clone()),
    });
    let mut list = json!({ "data": entries.collect::<Result<Vec<_>, _>>()? });
    if field.argument("summary") == Some("true") {
        list["summary"] = map.get("summary").cloned().unwrap_or_default();
    }
    if let Some(unknown) = field.with.iter().find(|(name, _)| {
        !matches!(name.as_str(), "limit" | "summary" | "filter" | "order" | "type" | "width" | "height")
    }) {
        return Err(Refusal::parameter(format!("unknown modifier {} of {}", unknown.0, field.name)));
    }
    Ok(list)
}

fn chosen(map: &Map<String, Value>, inner: &[Field]) -> Result<Value, Refusal> {
    if inner.is_empty() {
        let kept = map.iter().filter(|(_, value)| !value.is_null());
        return Ok(Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()));
    }
    let mut narrowed = Map::new();
    for field in inner {
        match map.get(&field.name) {
            Some(Value::Null) => {}
            Some(value) => drop(narrowed.insert(field.name.clone(), narrow(value, field)?)),
            None => return Err(unknown(&field.name, "unknown")),
        }
    }
    if let Some(id) = map.get("id") {
        narrowed.entry("id").or_insert_with(|| id.clone());
    }
    Ok(Value::Object(narrowed))
}

/// Whether the answer to a change shall have fields read back.
pub(super) fn read_back(params: &Params) -> bool {
    params.get("fields").is_some()
}
