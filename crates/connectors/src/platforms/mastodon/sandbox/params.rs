//! Parameters of a request, whichever of the three body types they came in.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};

/// The parameters of a request's body; none if it can't be read.
pub(super) fn body_params(headers: &HeaderMap, body: &Bytes) -> Params {
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    Params::body(content_type, body).unwrap_or_default()
}

/// By name; `a[]` is a list, `a[b]` an object.
#[derive(Debug, Default, Clone)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Of a query or a form.
    pub fn form(text: &[u8]) -> Self {
        let mut params = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            params.add(&name, value.into_owned());
        }
        params
    }

    /// Of a body with this content type. `None`: it can't be read.
    pub fn body(content_type: &str, body: &[u8]) -> Option<Self> {
        if content_type.starts_with("application/json") {
            return match serde_json::from_slice(body).ok()? {
                Value::Object(map) => Some(Self(map)),
                _ => None,
            };
        }
        Some(Self::form(body))
    }

    /// Adds a form field.
    pub fn add(&mut self, name: &str, value: String) {
        let (head, rest) = name.split_once('[').map_or((name, None), |(h, r)| (h, Some(r)));
        let Some(rest) = rest else {
            self.0.insert(head.to_owned(), value.into());
            return;
        };
        let slot = self.0.entry(head.to_owned()).or_insert(Value::Null);
        match rest.split_once(']') {
            Some(("", _)) => push(slot, value),
            Some((inner, "[]")) => push(&mut slot[inner], value),
            Some((inner, _)) => slot[inner] = value.into(),
            None => {}
        }
    }

    /// A text; numbers count as text.
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.0.get(name)?)
    }

    /// A list of texts.
    pub fn list(&self, name: &str) -> Vec<String> {
        list(self.0.get(name))
    }

    /// Whether something is true.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(flag)
    }

    /// The parameters of an object.
    pub fn nested(&self, name: &str) -> Option<Self> {
        self.0.get(name).and_then(Value::as_object).cloned().map(Self)
    }

    /// The client's name and secret etc. as pairs, for pages.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.0.iter().filter_map(|(k, v)| Some((k.clone(), text(v)?))).collect()
    }
}

fn push(slot: &mut Value, value: String) {
    match slot {
        Value::Array(list) => list.push(value.into()),
        other => *other = Value::Array(vec![value.into()]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

fn flag(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => !matches!(text.as_str(), "" | "0" | "f" | "false" | "off"),
        Value::Number(number) => number.as_u64() != Some(0),
        _ => false,
    }
}
