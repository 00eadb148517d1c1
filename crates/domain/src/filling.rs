//! What differs by account inside one text: variables such as `{account.name}`, and parameters that tell a website where its visitors come
//! from.
//!
//! Everything here is frozen when a post is saved ([`Filled`]): what goes out is what was checked, also when an account is renamed in
//! between. Else a lost answer could not be told from another post.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::error::FieldError;
use crate::post::Draft;
use crate::text::facets::{self, Feature, Links, Marks, Mentions, Tags};

/// What stands for something in a text, in the parameters of links, or in both.
pub const VARIABLES: &[&str] = &["account.name", "account.handle", "network", "campaign", "date", "year"];

/// Most parameters of links.
pub const MOST_PARAMETERS: usize = 10;
/// Longest name and longest value of one, characters.
const PARAMETER_CHARS: (usize, usize) = (40, 200);

/// What one account's content is filled in with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Values of variables in texts, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Parameters of links, in order, with their values filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
    /// The option that holds a link, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_option: Option<String>,
}

impl Filled {
    /// Whether nothing is filled in.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.parameters.is_empty()
    }

    /// A text, filled in.
    pub fn text(&self, text: &str) -> String {
        tag(&fill(text, &self.words), &self.parameters)
    }

    /// Fills in all texts and links of a draft.
    pub fn apply(&self, draft: &mut Draft) {
        let one = |text: &mut String| *text = self.text(text);
        one(&mut draft.root.text);
        draft.parts.iter_mut().for_each(|part| one(&mut part.text));
        draft.first_comment.iter_mut().for_each(one);
        if let Some(name) = &self.link_option
            && let Some(Value::String(link)) = draft.options.get_mut(name)
        {
            *link = tag(link, &self.parameters);
        }
    }
}

/// The text with every variable that has a value replaced by it. Anything else in braces stays as it is.
pub fn fill(text: &str, words: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_variable(rest) {
        filled.push_str(before);
        match words.get(name) {
            Some(value) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// What stands in braces as variables do, in order, whether it is one or not.
pub fn variables(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next_variable(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// The text before the next variable, its name, and the text behind it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find('{')?;
        let inside = &text[open + 1..];
        let length = inside.find(|c: char| !c.is_ascii_lowercase() && c != '.').unwrap_or(inside.len());
        if length > 0 && inside[length..].starts_with('}') {
            return Some((&text[..open], &inside[..length], &inside[length + 1..]));
        }
        from = open + 1;
    }
}

/// The text with these parameters on each of its web addresses that has its scheme. Parameters that an address has already stay as they are,
/// as do its fragment and everything that is no address.
pub fn tag(text: &str, parameters: &[(String, String)]) -> String {
    if parameters.is_empty() {
        return text.to_owned();
    }
    let marks = Marks { links: Links::Full, mentions: Mentions::No, tags: Tags::No };
    let mut tagged = String::with_capacity(text.len());
    let mut at = 0;
    for facet in facets::find(text, marks) {
        if let Feature::Link(url) = facet.feature {
            tagged.push_str(&text[at..facet.bytes.start]);
            tagged.push_str(&tag_one(&url, parameters));
            at = facet.bytes.end;
        }
    }
    tagged.push_str(&text[at..]);
    tagged
}

fn tag_one(address: &str, parameters: &[(String, String)]) -> String {
    let Ok(url) = address.parse::<Url>() else { return address.to_owned() };
    let has: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let new: Vec<String> = parameters
        .iter()
        .filter(|(name, value)| !value.is_empty() && !has.contains(name))
        .map(|pair| form_urlencoded::Serializer::new(String::new()).extend_pairs([pair]).finish())
        .collect();
    if new.is_empty() {
        return address.to_owned();
    }
    let (before, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
    let joint = match before.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{before}{joint}{}{fragment}", new.join("&"))
}

/// What is wrong with parameters of links, as `link_parameters.<name>`.
pub fn problems(parameters: &BTreeMap<String, String>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if parameters.len() > MOST_PARAMETERS {
        let message =
            format!("At most {MOST_PARAMETERS} parameters are possible; these are {}.", parameters.len());
        let error = FieldError::new("link_parameters", "too_many", message);
        errors.push(error.with_limit(MOST_PARAMETERS, parameters.len()));
        return errors;
    }
    for (name, value) in parameters {
        let field = format!("link_parameters.{name}");
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.len() > PARAMETER_CHARS.0 || !name.chars().all(is_name) {
            let message = "The name of a parameter has at most 40 letters, digits, `_`, `-` and `.`.";
            errors.push(FieldError::new(field.clone(), "wrong_format", message));
        }
        let length = value.chars().count();
        if length > PARAMETER_CHARS.1 {
            let message =
                format!("At most {} characters are possible; these are {length}.", PARAMETER_CHARS.1);
            let error = FieldError::new(field.clone(), "too_long", message);
            errors.push(error.with_limit(PARAMETER_CHARS.1, length));
        }
        errors.extend(unknown(&field, value));
    }
    errors
}

/// What is wrong with a text in which only known variables may stand.
pub fn unknown(field: &str, text: &str) -> Option<FieldError> {
    let name = variables(text).into_iter().find(|name| !VARIABLES.contains(name))?;
    let known: Vec<String> = VARIABLES.iter().map(|name| format!("{{{name}}}")).collect();
    let message = format!("There is no variable {{{name}}}. There are {}.", known.join(", "));
    Some(FieldError::new(field, "unknown_variable", message))
}

/// Parameters as the query of an address, in which braces are readable.
pub fn to_query(parameters: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// Parameters of a query; those without a value are none.
pub fn from_query(query: &str) -> BTreeMap<String, String> {
    let pairs = form_urlencoded::parse(query.trim().as_bytes());
    pairs
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
