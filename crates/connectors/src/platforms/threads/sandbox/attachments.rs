//! What a text post can carry: a poll, a GIF, a long text with styles, and which of its words are spoilers.

use serde_json::{Map, Value};

use super::answer::Refusal;
use super::nodes::Call;

/// Characters of a poll's option at most.
const LONGEST_OPTION: usize = 25;
/// Characters of an attached text at most.
const LONGEST_ATTACHED: usize = 10_000;
/// Spoilers in a text at most.
const MOST_SPOILERS: usize = 10;
const STYLES: &[&str] = &["bold", "italic", "highlight", "underline", "strikethrough"];

fn invalid(name: &str, why: &str) -> Refusal {
    Refusal::parameter(format!("Param {name} is not valid: {why}"))
}

/// An object in a parameter, with no other keys than these.
fn object(call: &Call<'_>, name: &str, known: &[&str]) -> Result<Option<Map<String, Value>>, Refusal> {
    let map = match call.json(name)? {
        None => return Ok(None),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(invalid(name, "it must be an object")),
    };
    if let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(invalid(name, &format!("{key} is not known")));
    }
    Ok(Some(map))
}

/// The options of `poll_attachment`; none without it.
pub(super) fn poll(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    const NAME: &str = "poll_attachment";
    let keys = ["option_a", "option_b", "option_c", "option_d"];
    let Some(map) = object(call, NAME, &keys)? else { return Ok(Vec::new()) };
    let mut options = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let Some(value) = map.get(*key) else { continue };
        let text = value.as_str().unwrap_or_default();
        if !(1..=LONGEST_OPTION).contains(&text.chars().count()) {
            return Err(invalid(NAME, &format!("{key} must have 1 to {LONGEST_OPTION} characters")));
        }
        if index != options.len() {
            return Err(invalid(NAME, &format!("{key} follows on a missing option")));
        }
        options.push(text.to_owned());
    }
    if options.len() < 2 {
        return Err(invalid(NAME, "option_a and option_b are required"));
    }
    Ok(options)
}

/// The id of `gif_attachment`.
pub(super) fn gif(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    const NAME: &str = "gif_attachment";
    let Some(map) = object(call, NAME, &["gif_id", "provider"])? else { return Ok(None) };
    if map.get("provider").and_then(Value::as_str) != Some("GIPHY") {
        return Err(invalid(NAME, "provider must be GIPHY"));
    }
    let id = map.get("gif_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map(|id| Some(id.to_owned())).ok_or_else(|| invalid(NAME, "gif_id is required"))
}

/// `text_attachment`.
pub(super) fn long_text(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    const NAME: &str = "text_attachment";
    let keys = ["plaintext", "link_attachment_url", "text_with_styling_info"];
    let Some(map) = object(call, NAME, &keys)? else { return Ok(None) };
    let plain = map.get("plaintext").and_then(Value::as_str).unwrap_or_default();
    let length = plain.chars().count();
    if !(1..=LONGEST_ATTACHED).contains(&length) {
        return Err(invalid(NAME, &format!("plaintext must have 1 to {LONGEST_ATTACHED} characters")));
    }
    if let Some(link) = map.get("link_attachment_url") {
        if !link.as_str().is_some_and(is_address) {
            return Err(invalid(NAME, "link_attachment_url must be a URL"));
        }
        if call.params.asks("link_attachment") {
            return Err(Refusal::not_allowed("link_attachment", "with a link in text_attachment"));
        }
    }
    let styles = match map.get("text_with_styling_info") {
        None => Vec::new(),
        Some(Value::Array(styles)) => styles.clone(),
        Some(_) => return Err(invalid(NAME, "text_with_styling_info must be an array")),
    };
    for style in &styles {
        let names = style.get("styling_info").and_then(Value::as_array);
        let known = |name: &Value| name.as_str().is_some_and(|name| STYLES.contains(&name));
        if !names.is_some_and(|names| !names.is_empty() && names.iter().all(known)) {
            return Err(invalid(NAME, "styling_info has an unknown style"));
        }
        if !lies_within(style, length) {
            return Err(invalid(NAME, "a style lies outside of the text"));
        }
    }
    Ok(Some(Value::Object(map)))
}

/// `text_entities`: the spoilers.
pub(super) fn spoilers(call: &Call<'_>, text: &str) -> Result<Vec<Value>, Refusal> {
    const NAME: &str = "text_entities";
    let entities = match call.json(NAME)? {
        None => return Ok(Vec::new()),
        Some(Value::Array(entities)) => entities,
        Some(_) => return Err(invalid(NAME, "it must be an array")),
    };
    if entities.len() > MOST_SPOILERS {
        return Err(invalid(NAME, &format!("it can have at most {MOST_SPOILERS} entities")));
    }
    let length = text.chars().count();
    let spoiler = |entity: &Value| entity.get("entity_type").and_then(Value::as_str) == Some("SPOILER");
    if !entities.iter().all(|entity| spoiler(entity) && lies_within(entity, length)) {
        return Err(invalid(NAME, "an entity is no SPOILER within the text"));
    }
    Ok(entities)
}

/// Whether `offset` and `length` name at least one character of a text of so many.
fn lies_within(part: &Value, whole: usize) -> bool {
    let number = |name: &str| part.get(name).and_then(Value::as_u64);
    let (Some(offset), Some(length)) = (number("offset"), number("length")) else { return false };
    length > 0 && offset.saturating_add(length) <= whole as u64
}

/// Whether a text is an address on the web.
pub(super) fn is_address(text: &str) -> bool {
    let url = url::Url::parse(text);
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}
