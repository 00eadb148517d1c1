//! Reading bodies field by field, with the network's complaint about each.

use serde_json::{Map, Value};

use super::answer::Refusal;

/// An object of a body and where it stands.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The body itself.
    pub fn of(body: &'a Value, known: &[&str]) -> Result<Self, Refusal> {
        Self::at(body, String::new(), known)
    }

    /// An object at a path. Fields that are not known are refused.
    pub fn at(value: &'a Value, path: String, known: &[&str]) -> Result<Self, Refusal> {
        let map = value.as_object().ok_or_else(|| Refusal::invalid(&path, "not an object"))?;
        match map.keys().find(|k| !known.contains(&k.as_str())) {
            Some(name) => Err(Refusal::unknown_field(&format!("{path}/{name}"))),
            None => Ok(Self { map, path }),
        }
    }

    /// The path of a field.
    pub fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// A field of any kind.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name)
    }

    /// An object that must be there.
    pub fn object(&self, name: &str, known: &[&str]) -> Result<Self, Refusal> {
        let value = self.get(name).ok_or_else(|| Refusal::missing(&self.path(name)))?;
        Self::at(value, self.path(name), known)
    }

    /// A text, if it is there.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| Refusal::invalid(&self.path(name), "not a string"))
    }

    /// A text that must be there.
    pub fn need(&self, name: &str) -> Result<&'a str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(&self.path(name)))
    }

    /// A text that must be there, with something in it, no longer than so many characters.
    pub fn line(&self, name: &str, most: usize) -> Result<&'a str, Refusal> {
        let text = self.need(name)?;
        if text.trim().is_empty() {
            return Err(Refusal::field("INVALID_VALUE_BLANK_FIELD", &self.path(name), "field is blank"));
        }
        self.short(name, text, most)
    }

    /// A text, if it is there, no longer than so many characters.
    pub fn at_most(&self, name: &str, most: usize) -> Result<Option<&'a str>, Refusal> {
        self.text(name)?.map(|text| self.short(name, text, most)).transpose()
    }

    fn short(&self, name: &str, text: &'a str, most: usize) -> Result<&'a str, Refusal> {
        if text.chars().count() <= most {
            return Ok(text);
        }
        let description = format!("The length exceeds the maximum of {most} characters");
        Err(Refusal::field("FIELD_LENGTH_TOO_LONG", &self.path(name), description))
    }

    /// One of several words, if it is there.
    pub fn word(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.text(name)? {
            Some(text) if !words.contains(&text) => {
                let description = format!("\"{text}\" is not an enum symbol");
                Err(Refusal::invalid(&self.path(name), description))
            }
            other => Ok(other),
        }
    }

    /// One of several words that must be there.
    pub fn need_word(&self, name: &str, words: &[&str]) -> Result<&'a str, Refusal> {
        self.word(name, words)?.ok_or_else(|| Refusal::missing(&self.path(name)))
    }

    /// A list that must be there.
    pub fn list(&self, name: &str) -> Result<&'a [Value], Refusal> {
        let value = self.get(name).ok_or_else(|| Refusal::missing(&self.path(name)))?;
        let list = value.as_array().ok_or_else(|| Refusal::invalid(&self.path(name), "not an array"))?;
        Ok(list)
    }

    /// A list of texts that must be there.
    pub fn texts(&self, name: &str) -> Result<Vec<&'a str>, Refusal> {
        let text =
            |v: &'a Value| v.as_str().ok_or_else(|| Refusal::invalid(&self.path(name), "not a string"));
        self.list(name)?.iter().map(text).collect()
    }

    /// A truth value; `false` when it is not there.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        let Some(value) = self.get(name) else { return Ok(false) };
        value.as_bool().ok_or_else(|| Refusal::invalid(&self.path(name), "not a boolean"))
    }
}
