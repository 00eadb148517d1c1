//! What does not fit, in words for whoever sent it: which field, and what is expected there. The parsers' own words stay
//! inside.

use carillon_domain::error::FieldError;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// So many wrong fields are named at once.
const MOST: usize = 20;

/// The field error for what a parser said about the value at `path`.
pub fn at(path: &Path, said: &str) -> FieldError {
    let field = dotted(path);
    match within_ticks(said, "missing field `") {
        Some(missing) => FieldError::new(below(&field, missing), "required", "This field is required."),
        None => FieldError::new(field, "invalid", explained(said)),
    }
}

/// The names of all fields and indexes, with dots: `parts.0.media.1`.
fn dotted(path: &Path) -> String {
    let names = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn below(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// The parser's words as a sentence about what is expected.
fn explained(said: &str) -> String {
    let said = said.rsplit_once(" at line ").map_or(said, |(what, _)| what);
    let (found, expected) = said.split_once(", expected ").unwrap_or((said, ""));
    if found.starts_with("invalid type: ") || found.starts_with("invalid value: ") {
        return format!("{} is expected here, not {}.", wanted(expected), given(found));
    }
    let list = expected.strip_prefix("one of ").unwrap_or(expected);
    if let Some(name) = within_ticks(found, "unknown field `") {
        return format!("There is no field `{name}` here. Known are {list}.");
    }
    if let Some(name) = within_ticks(found, "unknown variant `") {
        return format!("`{name}` is not possible here. Choose one of {list}.");
    }
    if let Some(name) = within_ticks(found, "duplicate field `") {
        return format!("The field `{name}` is there twice. Send it once.");
    }
    match said {
        "invalid digit found in string"
        | "cannot parse integer from empty string"
        | "number too large to fit in target type"
        | "number too small to fit in target type" => {
            "A whole number that is not negative is expected here.".to_owned()
        }
        "provided string was not `true` or `false`" => "`true` or `false` is expected here.".to_owned(),
        // Types of our own say themselves what they expect.
        own => format!("{}.", own.trim_end_matches('.')),
    }
}

fn within_ticks<'a>(said: &'a str, before: &str) -> Option<&'a str> {
    said.strip_prefix(before)?.split('`').next()
}

fn wanted(expected: &str) -> &'static str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "A whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "A whole number",
        "f32" | "f64" => "A number",
        "a boolean" => "`true` or `false`",
        "a sequence" => "A list",
        "a map" | "a JSON object" => "A JSON object",
        text if text.contains("string") || text.contains("variant") => "A text",
        other if other.starts_with("struct") => "A JSON object",
        _ => "Something else",
    }
}

fn given(found: &str) -> &'static str {
    let found = found.split_once(": ").map_or("", |(_, what)| what);
    match found.split(' ').next().unwrap_or_default() {
        "string" | "character" => "a text",
        "integer" => "this number",
        "floating" => "a number with a fraction",
        "boolean" => "true or false",
        "null" | "unit" => "null",
        "sequence" => "a list",
        "map" => "an object",
        _ => "this",
    }
}

/// Refuses control characters in every text of a query or a form, and in the fields' names.
pub fn of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<FieldError> {
    pairs
        .filter_map(|(name, value)| {
            FieldError::control("", name).or_else(|| FieldError::control(name, value))
        })
        .take(MOST)
        .collect()
}

/// The same for every text of a JSON body, however deep.
pub fn of_json(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    walk(value, "", &mut errors);
    errors
}

fn walk(value: &Value, path: &str, errors: &mut Vec<FieldError>) {
    if errors.len() >= MOST {
        return;
    }
    match value {
        Value::String(text) => errors.extend(FieldError::control(path, text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &below(path, &index.to_string()), errors);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                match FieldError::control(path, name) {
                    Some(error) => errors.push(error),
                    None => walk(value, &below(path, name), errors),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_are_put_into_words() {
        let cases = [
            (
                "invalid type: string \"x\", expected u32 at line 1 column 21",
                "A whole number that is not negative is expected here, not a text.",
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "A whole number that is not negative is expected here, not this number.",
            ),
            ("invalid type: null, expected a string", "A text is expected here, not null."),
            ("invalid type: integer `5`, expected a sequence", "A list is expected here, not this number."),
            ("invalid type: sequence, expected a JSON object", "A JSON object is expected here, not a list."),
            (
                "unknown field `txt`, expected one of `text`, `tags` at line 1 column 6",
                "There is no field `txt` here. Known are `text`, `tags`.",
            ),
            (
                "unknown variant `later`, expected one of `draft`, `now`",
                "`later` is not possible here. Choose one of `draft`, `now`.",
            ),
            ("invalid digit found in string", "A whole number that is not negative is expected here."),
            ("provided string was not `true` or `false`", "`true` or `false` is expected here."),
        ];
        for (said, want) in cases {
            assert_eq!(explained(said), want);
        }
    }

    #[test]
    fn control_characters_are_found_wherever_they_hide() {
        let body = serde_json::json!({
            "text": "fine\r\n\tstill fine", "tags": ["a", "b\u{0}"], "parts": [{ "text": "\u{1b}[31m" }], "k\u{7f}": 1
        });
        let errors = of_json(&body);
        let mut fields: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["", "parts.0.text", "tags.1"]);
        assert!(errors.iter().any(|e| e.message.contains("U+0000")));
    }
}
