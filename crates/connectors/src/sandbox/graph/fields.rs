//! `fields=a,b{c},d.limit(0).summary(true)`: what is asked for is what is answered, and an unknown field is an error.

use serde_json::{Map, Value, json};

/// A requested field with what is asked of it: `limit(5)`, `summary(true)`, and fields of what it holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Modifiers with their arguments.
    pub with: Vec<(String, String)>,
    /// Fields of what it holds; none for all of them.
    pub inner: Vec<Field>,
}

/// Why fields can't be answered: the code and message of the error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// 2500 for a text that can't be read, else 100.
    pub code: i64,
    /// The message, without the code.
    pub message: String,
}

fn refused(message: String) -> FieldError {
    FieldError { code: 100, message }
}

impl Field {
    /// A field without anything asked of it.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn argument(&self, name: &str) -> Option<&str> {
        self.with.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the value of `fields`.
///
/// # Errors
/// When it can't be read.
pub fn read_fields(text: &str) -> Result<Vec<Field>, FieldError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let fields = reader.fields().filter(|_| reader.at == text.len());
    fields.ok_or_else(|| FieldError {
        code: 2500,
        message: format!("Syntax error \"Expected end of string\" at character {}: {text}", reader.at),
    })
}

/// How deep fields may stand in fields. Graph's own limit is not documented; ours keeps a request from using up the stack.
const DEEPEST: usize = 8;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, sign: char) -> bool {
        let hit = self.text[self.at..].starts_with(sign);
        if hit {
            self.at += sign.len_utf8();
        }
        hit
    }

    fn skip_spaces(&mut self) {
        while self.take(' ') {}
    }

    fn word(&mut self) -> Option<String> {
        self.skip_spaces();
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
                if self.depth == DEEPEST {
                    return None;
                }
                self.depth += 1;
                field.inner = self.fields()?;
                self.depth -= 1;
                if !self.take('}') {
                    return None;
                }
            }
            fields.push(field);
            self.skip_spaces();
            if !self.take(',') {
                return Some(fields);
            }
        }
    }
}

/// The requested ones of a node's fields; `id` comes along always. A field without a value is left out.
///
/// # Errors
/// When a field is not among them, or something is asked of it that can't be.
pub fn pick(node: &str, requested: &[Field], all: &[(&str, Value)]) -> Result<Value, FieldError> {
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

fn unknown(field: &str, node: &str) -> FieldError {
    refused(format!("Tried accessing nonexisting field ({field}) on node type ({node})"))
}

/// What was asked for of what a field holds: of an object its fields, of a list the fields of its entries.
fn narrow(value: &Value, field: &Field) -> Result<Value, FieldError> {
    let Value::Object(map) = value else { return Ok(value.clone()) };
    if let Some(Value::Array(data)) = map.get("data") {
        return list(map, data, field);
    }
    if let Some(Value::Object(data)) = map.get("data") {
        return Ok(json!({ "data": chosen(data, &field.inner)? }));
    }
    if !field.with.is_empty() {
        return Err(refused(format!("({}) is no list", field.name)));
    }
    chosen(map, &field.inner)
}

fn list(map: &Map<String, Value>, data: &[Value], field: &Field) -> Result<Value, FieldError> {
    let most = match field.argument("limit") {
        None => 25,
        Some(text) => text.parse().map_err(|_| refused("Param limit must be a number".to_owned()))?,
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
        return Err(refused(format!("unknown modifier {} of {}", unknown.0, field.name)));
    }
    Ok(list)
}

fn chosen(map: &Map<String, Value>, inner: &[Field]) -> Result<Value, FieldError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_what_they_hold() {
        let read = |text: &str| {
            Some(read_fields(text).ok()?.into_iter().map(|f| (f.name, f.with.len(), f.inner.len())))
        };
        let fields: Vec<_> = read("id,poll{a, b}, likes.limit(0).summary(true){x}").unwrap().collect();
        let want = [("id", 0, 0), ("poll", 0, 2), ("likes", 2, 1)];
        assert_eq!(fields, want.map(|(name, with, inner)| (name.to_owned(), with, inner)));
        for wrong in ["", "id,", "id,,text", "a{b", "a}b{", "a{}", "a b", "a.limit", "a.limit(1"] {
            assert_eq!(read_fields(wrong).unwrap_err().code, 2500, "{wrong}");
        }
        let nested = |depth: usize| format!("{}a{}", "a{".repeat(depth), "}".repeat(depth));
        assert!(read_fields(&format!("{},{}", nested(8), nested(8))).is_ok());
        for depth in [9, 100_000] {
            assert_eq!(read_fields(&nested(depth)).unwrap_err().code, 2500, "{depth}");
        }
    }

    #[test]
    fn of_a_node_comes_what_is_asked_for() {
        let poll = json!({ "a": "Yes", "votes": null });
        let list = json!({ "data": [{ "id": "2", "kind": "x" }, { "id": "3", "kind": "y" }] });
        let all = [("id", json!("1")), ("text", Value::Null), ("poll", poll), ("children", list)];
        let asked = |text: &str| pick("Post", &read_fields(text).unwrap(), &all);
        assert_eq!(asked("text,poll"), Ok(json!({ "id": "1", "poll": { "a": "Yes" } })));
        let children = json!({ "id": "1", "children": { "data": [{ "id": "2", "kind": "x" }] } });
        assert_eq!(asked("children.limit(1){kind}"), Ok(children));
        for wrong in ["nothing", "poll{b}", "poll.limit(1)", "children.limit(x)", "children.upside(down)"] {
            assert_eq!(asked(wrong).unwrap_err().code, 100, "{wrong}");
        }
    }
}
