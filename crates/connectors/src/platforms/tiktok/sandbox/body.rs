//! JSON bodies, field by field. What is of another type, or not known at all, is refused.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::answer::{Api, Refusal};

/// Longest body that is read, bytes.
pub(super) const LONGEST: usize = 256 * 1024;

/// An object of a body.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    api: Api,
    /// Where it stands, with a dot at its end; empty for the body itself.
    place: String,
    map: Map<String, Value>,
}

impl Fields {
    /// The whole body, with the fields that it may have. JSON must say so, and in which charset ("Content Posting API"
    /// pages: `Content-Type: application/json; charset=UTF-8`).
    pub(super) fn read(api: Api, headers: &HeaderMap, body: &[u8], known: &[&str]) -> Result<Self, Refusal> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.to_ascii_lowercase().replace(' ', "");
        if kind != "application/json;charset=utf-8" {
            return Err(Refusal::parameter(api, "Content-Type must be application/json; charset=UTF-8."));
        }
        if body.len() > LONGEST {
            return Err(Refusal::parameter(api, "The request body is too long."));
        }
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| Refusal::parameter(api, "The request body is not valid JSON."))?;
        let Value::Object(map) = value else {
            return Err(Refusal::parameter(api, "The request body must be a JSON object."));
        };
        Self { api, place: String::new(), map }.only(known)
    }

    fn only(self, known: &[&str]) -> Result<Self, Refusal> {
        match self.map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(strange) => Err(self.wrong(strange, "is not a field of this request")),
            None => Ok(self),
        }
    }

    /// A refusal about a field.
    pub(super) fn wrong(&self, name: &str, why: &str) -> Refusal {
        Refusal::parameter(self.api, format!("{}{name} {why}.", self.place))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| self.wrong(name, "must be a string"))
    }

    /// A text that must be there.
    pub(super) fn need_text(&self, name: &str) -> Result<&str, Refusal> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(name, "is required"))
    }

    /// A text of at most so many UTF-16 units; missing is empty.
    pub(super) fn short_text(&self, name: &str, most: usize) -> Result<String, Refusal> {
        let text = self.text(name)?.unwrap_or_default();
        if text.encode_utf16().count() > most {
            return Err(self.wrong(name, &format!("must have at most {most} UTF-16 units")));
        }
        Ok(text.to_owned())
    }

    /// A switch; missing is off.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let Some(value) = self.get(name) else { return Ok(false) };
        value.as_bool().ok_or_else(|| self.wrong(name, "must be a boolean"))
    }

    /// A whole number that is not negative.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_u64().map(Some).ok_or_else(|| self.wrong(name, "must be a whole number"))
    }

    /// A number that must be there.
    pub(super) fn need_number(&self, name: &str) -> Result<u64, Refusal> {
        self.number(name)?.ok_or_else(|| self.wrong(name, "is required"))
    }

    /// A list of texts; missing is empty.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let list = value.as_array();
        let texts = list.and_then(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        texts.ok_or_else(|| self.wrong(name, "must be a list of strings"))
    }

    /// An object that must be there, with the fields that it may have.
    pub(super) fn need_object(&self, name: &str, known: &[&str]) -> Result<Self, Refusal> {
        match self.get(name) {
            Some(Value::Object(map)) => {
                let place = format!("{}{name}.", self.place);
                Self { api: self.api, place, map: map.clone() }.only(known)
            }
            Some(_) => Err(self.wrong(name, "must be an object")),
            None => Err(self.wrong(name, "is required")),
        }
    }
}
