//! What a post may carry besides text and media.
//!
//! Source: docs.joinmastodon.org, "statuses API methods" and "media API methods" (2 July 2026).

use carillon_domain::limits::Violation;
use serde_json::{Map, Value};

use super::limits;
use crate::contract::capability::{OptionField, OptionInput};

/// Who can see a post: everybody; everybody but not in public timelines; followers; only who is mentioned.
pub const VISIBILITIES: &[&str] = &["public", "unlisted", "private", "direct"];

const VISIBILITY: &str = "visibility";
const SPOILER: &str = "spoiler_text";
const SENSITIVE: &str = "sensitive";
const LANGUAGE: &str = "language";
const POLL: &str = "poll";
const FOCUS: &str = "focus";

/// Fewest options of a poll.
pub const POLL_OPTIONS_MIN: usize = 2;

/// The options as data, with the default limits.
pub const FIELDS: &[OptionField] = &[
    OptionField { name: VISIBILITY, input: OptionInput::Choice { values: VISIBILITIES } },
    OptionField { name: SPOILER, input: OptionInput::Text { max: limits::CHARACTERS } },
    OptionField { name: SENSITIVE, input: OptionInput::Bool },
    OptionField { name: LANGUAGE, input: OptionInput::Text { max: 8 } },
    OptionField {
        name: POLL,
        input: OptionInput::Poll {
            options: (2, limits::POLL_OPTIONS),
            option_chars: limits::POLL_OPTION_CHARACTERS,
            minutes: (5, 43_829),
            multiple: true,
        },
    },
    OptionField { name: FOCUS, input: OptionInput::List { max: limits::MEDIA } },
];

/// Options that make sense.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Who sees it; `None`: the account's default at the server.
    pub visibility: Option<String>,
    /// The content warning; empty: none.
    pub spoiler: String,
    /// Whether media are hidden until opened.
    pub sensitive: Option<bool>,
    /// ISO 639 code of the text's language.
    pub language: Option<String>,
    /// The poll on the root.
    pub poll: Option<Poll>,
    /// Where the root's media have their centre of interest, `x,y` from -1 to 1.
    pub focus: Vec<Option<String>>,
}

/// A poll.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Poll {
    /// The answers.
    pub options: Vec<String>,
    /// How long it runs, seconds.
    pub seconds: u64,
    /// Whether several answers may be chosen.
    pub multiple: bool,
    /// Whether the votes are hidden until it ends.
    pub hide_totals: bool,
}

/// Reads the options, with everything that is wrong with their form. Empty values count as absent.
pub fn read(map: &Map<String, Value>) -> (Options, Vec<Violation>) {
    let mut options = Options::default();
    let mut wrong = Vec::new();
    for (name, value) in map.iter().filter(|(_, v)| !is_empty(v)) {
        match name.as_str() {
            VISIBILITY => match value.as_str().filter(|v| VISIBILITIES.contains(v)) {
                Some(v) => options.visibility = Some(v.to_owned()),
                None => wrong.push(not(name, "unknown_value", "is one of public, unlisted, private, direct", value)),
            },
            SPOILER => match value.as_str() {
                Some(v) => options.spoiler = v.to_owned(),
                None => wrong.push(not(name, "wrong_type", "is a text: the warning", value)),
            },
            SENSITIVE => match value.as_bool() {
                Some(v) => options.sensitive = Some(v),
                None => wrong.push(not(name, "wrong_type", "is either true or false", value)),
            },
            LANGUAGE => match value.as_str().filter(|v| is_language(v)) {
                Some(v) => options.language = Some(v.to_owned()),
                None => wrong.push(not(name, "wrong_format", "is a language code such as en, el or pt-BR", value)),
            },
            POLL => options.poll = poll(value, &mut wrong),
            FOCUS => options.focus = focus(value, &mut wrong),
            _ => wrong.push(Violation::new(
                format!("options.{name}"),
                "unknown_option",
                format!(
                    "Mastodon has no option `{name}`. It knows visibility, spoiler_text, sensitive, language, poll and focus."
                ),
            )),
        }
    }
    (options, wrong)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// A value that is not what its option takes.
fn not(name: &str, code: &str, what: &str, value: &Value) -> Violation {
    let shown: String = value.to_string().chars().take(60).collect();
    let mut violation = Violation::new(format!("options.{name}"), code, format!("`{name}` {what}."));
    violation.value = Some(shown.into());
    violation
}

/// ISO 639-1 or 639-3, with a region where the server tells variants apart.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let main = parts.next().unwrap_or_default();
    let region = parts.next();
    let letters = |t: &str| t.bytes().all(|b| b.is_ascii_alphabetic());
    (2..=3).contains(&main.len())
        && main.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|r| (2..=4).contains(&r.len()) && letters(r))
        && parts.next().is_none()
}

fn poll(value: &Value, wrong: &mut Vec<Violation>) -> Option<Poll> {
    let Some(fields) = value.as_object() else {
        let what =
            "is an object: {\"options\": [\"…\", \"…\"], \"duration_minutes\": 1440, \"multiple\": false}";
        wrong.push(not(POLL, "wrong_type", what, value));
        return None;
    };
    let before = wrong.len();
    let mut poll = Poll::default();
    let mut minutes = None;
    for (name, value) in fields {
        let field = format!("poll.{name}");
        match name.as_str() {
            "options" => match strings(value) {
                Some(options) => poll.options = options,
                None => wrong.push(not(&field, "wrong_type", "is a list of texts", value)),
            },
            "duration_minutes" => match value.as_u64() {
                Some(n) => minutes = Some(n),
                None => wrong.push(not(&field, "wrong_type", "is a whole number of minutes", value)),
            },
            "multiple" | "hide_totals" => match (value.as_bool(), name.as_str()) {
                (Some(v), "multiple") => poll.multiple = v,
                (Some(v), _) => poll.hide_totals = v,
                (None, _) => wrong.push(not(&field, "wrong_type", "is either true or false", value)),
            },
            _ => wrong.push(Violation::new(
                format!("options.{field}"),
                "unknown_option",
                format!(
                    "A poll has no `{name}`. It knows options, duration_minutes, multiple and hide_totals."
                ),
            )),
        }
    }
    if wrong.len() > before {
        return None;
    }
    let Some(minutes) = minutes else {
        let message = "Say how long the poll runs, for example 1440 minutes for a day.";
        wrong.push(Violation::new("options.poll.duration_minutes", "missing", message));
        return None;
    };
    poll.seconds = minutes.saturating_mul(60);
    Some(poll)
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|v| v.as_str().map(str::to_owned)).collect()
}

fn focus(value: &Value, wrong: &mut Vec<Violation>) -> Vec<Option<String>> {
    let Some(list) = strings(value) else {
        let what =
            "is a list with one `x,y` for each file, from -1,-1 (lower left) to 1,1; empty: the middle";
        wrong.push(not(FOCUS, "wrong_type", what, value));
        return Vec::new();
    };
    let mut points = Vec::with_capacity(list.len());
    for (index, text) in list.iter().enumerate() {
        let point = point(text);
        if point.is_none() && !text.trim().is_empty() {
            let field = format!("options.focus.{index}");
            let message = "This is not a point. Write `x,y` with numbers from -1 to 1, for example 0.0,0.5.";
            wrong.push(
                Violation::new(field, "wrong_format", message).with_limit("-1,-1 to 1,1", text.as_str()),
            );
        }
        points.push(point);
    }
    points
}

/// A point in the one form that is sent.
fn point(text: &str) -> Option<String> {
    let (x, y) = text.split_once(',')?;
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|n| (-1.0..=1.0).contains(n));
    Some(format!("{},{}", number(x)?, number(y)?))
}
