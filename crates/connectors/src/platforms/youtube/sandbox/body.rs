//! JSON bodies. A property that the resource does not have is refused, as Google's transcoding does.

use serde_json::Value;

use super::answer::Refusal;

/// A property with what may stand below it. `None`: anything.
pub(super) struct Field(pub &'static str, pub Option<&'static [Field]>);

/// A property with a plain value.
pub(super) const fn value(name: &'static str) -> Field {
    Field(name, None)
}

/// A property that is an object of these.
pub(super) const fn object(name: &'static str, fields: &'static [Field]) -> Field {
    Field(name, Some(fields))
}

/// Reads a body as a resource of this shape.
pub(super) fn read(bytes: &[u8], shape: &[Field]) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_slice(bytes).map_err(|error| {
        Refusal::payload("", &format!("Invalid JSON payload received. Unexpected token. {error}"))
    })?;
    known("resource", &body, shape)?;
    Ok(body)
}

fn known(place: &str, value: &Value, fields: &[Field]) -> Result<(), Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::payload(place, &format!("Invalid value at '{place}' (type object), {value}")));
    };
    for (name, below) in map {
        let Some(field) = fields.iter().find(|field| field.0 == name) else {
            let text = format!(
                "Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
            );
            return Err(Refusal::payload(place, &text));
        };
        if let (Some(fields), false) = (field.1, below.is_null()) {
            known(&format!("{place}.{name}"), below, fields)?;
        }
    }
    Ok(())
}

/// A part of a resource whose properties are read one by one.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    name: &'a str,
    value: &'a Value,
}

impl<'a> Section<'a> {
    /// The part with this name; missing is empty.
    pub(super) fn of(body: &'a Value, name: &'a str) -> Self {
        Self { name, value: &body[name] }
    }

    /// A part of this part.
    pub(super) fn inner(self, name: &'a str) -> Self {
        Self { name, value: &self.value[name] }
    }

    /// A property that is there and not null.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    fn wrong(self, name: &str, kind: &str, value: &Value) -> Refusal {
        let place = format!("resource.{}.{name}", self.name);
        Refusal::payload(&place, &format!("Invalid value at '{place}' ({kind}), {value}"))
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| self.wrong(name, "TYPE_STRING", value))
    }

    /// A boolean.
    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.wrong(name, "TYPE_BOOL", value))
    }

    /// A whole number that is not negative.
    pub(super) fn number(self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_u64().map(Some).ok_or_else(|| self.wrong(name, "TYPE_UINT32", value))
    }

    /// One of these words.
    pub(super) fn one_of(self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let word = words.iter().find(|word| **word == text).copied();
        word.map(Some).ok_or_else(|| self.wrong(name, "enum", &Value::from(text)))
    }

    /// A list of texts.
    pub(super) fn texts(self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let texts = value.as_array().map(|all| all.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        texts.flatten().ok_or_else(|| self.wrong(name, "TYPE_STRING", value))
    }
}
