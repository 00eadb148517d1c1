//! The options of a post, read from what people and machines send.

use carillon_domain::limits::Violation;
use carillon_domain::post::Draft;
use serde_json::{Map, Value};

use super::limits::{OPTIONS, REPLY_SETTINGS, poll};

/// The options of a draft, as far as they make sense.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Options {
    /// Who may answer; `None`: everyone.
    pub reply_settings: Option<&'static str>,
    /// A poll on the root.
    pub poll: Option<Poll>,
    /// The author says that it was made with AI.
    pub made_with_ai: bool,
    /// The author says that it is paid for.
    pub paid_partnership: bool,
}

/// A poll.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Poll {
    /// The answers to choose from.
    pub options: Vec<String>,
    /// How long it runs, minutes.
    pub duration_minutes: u32,
}

impl Options {
    /// Reads a draft's options; every problem at once.
    pub(super) fn read(draft: &Draft) -> (Self, Vec<Violation>) {
        let mut reader = Reader { found: Vec::new() };
        let mut options = Self::default();
        for (name, value) in draft.options.iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "reply_settings" => options.reply_settings = reader.reply_settings(value),
                "poll" => options.poll = reader.poll(value),
                "made_with_ai" => options.made_with_ai = reader.flag(name, value),
                "paid_partnership" => options.paid_partnership = reader.flag(name, value),
                _ => reader.unknown(name),
            }
        }
        (options, reader.found)
    }
}

struct Reader {
    found: Vec<Violation>,
}

impl Reader {
    fn wrong(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.found.push(Violation::new(format!("options.{field}"), code, message));
    }

    fn unknown(&mut self, name: &str) {
        let known: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
        let message = format!("X has no option \"{name}\". Its options are {}.", known.join(", "));
        self.wrong(name, "unknown", message);
    }

    fn flag(&mut self, name: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.wrong(name, "wrong_type", "Say true or false.");
            false
        })
    }

    fn reply_settings(&mut self, value: &Value) -> Option<&'static str> {
        let known = value.as_str().and_then(|v| REPLY_SETTINGS.iter().find(|known| **known == v));
        match known {
            Some(known) => (*known != REPLY_SETTINGS[0]).then_some(*known),
            None => {
                let message = format!("Say who may answer: {}.", REPLY_SETTINGS.join(", "));
                self.wrong("reply_settings", "unknown_value", message);
                None
            }
        }
    }

    fn poll(&mut self, value: &Value) -> Option<Poll> {
        let Some(fields) = value.as_object() else {
            self.wrong(
                "poll",
                "wrong_type",
                "A poll looks like {\"options\":[…],\"duration_minutes\":1440}.",
            );
            return None;
        };
        self.poll_fields(fields);
        let options = self.poll_options(fields.get("options"));
        let duration_minutes = self.poll_duration(fields.get("duration_minutes"))?;
        Some(Poll { options: options?, duration_minutes })
    }

    fn poll_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            match name.as_str() {
                "options" | "duration_minutes" => {}
                "multiple" if matches!(value, Value::Bool(false) | Value::Null) => {}
                "multiple" => self.wrong(
                    "poll.multiple",
                    "unsupported",
                    "X's polls allow one answer. Set \"multiple\" to false.",
                ),
                _ => {
                    self.wrong(&format!("poll.{name}"), "unknown", format!("A poll has no field \"{name}\"."))
                }
            }
        }
    }

    fn poll_options(&mut self, value: Option<&Value>) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> = value
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect());
        let Some(texts) = texts else {
            self.wrong("poll.options", "missing", "Give the answers to choose from, 2 to 4.");
            return None;
        };
        let (fewest, most) = poll::OPTIONS;
        if !(fewest..=most).contains(&texts.len()) {
            let message = format!("A poll on X has {fewest} to {most} answers.");
            let violation = Violation::new("options.poll.options", "wrong_number", message);
            self.found.push(violation.with_limit(most, texts.len()));
        }
        for (i, text) in texts.iter().enumerate() {
            let chars = text.chars().count();
            let field = format!("options.poll.options.{i}");
            if text.trim().is_empty() {
                self.found.push(Violation::new(
                    field,
                    "missing",
                    "This answer is empty. Write it or take it out.",
                ));
            } else if chars > poll::OPTION_CHARS {
                let message =
                    format!("An answer has at most {} characters on X. Shorten it.", poll::OPTION_CHARS);
                let violation = Violation::new(field, "too_long", message);
                self.found.push(violation.with_limit(poll::OPTION_CHARS, chars));
            } else if texts.iter().take(i).any(|other| other == text) {
                self.found.push(Violation::new(
                    field,
                    "duplicate",
                    "This answer is there twice. Change one of them.",
                ));
            }
        }
        Some(texts)
    }

    fn poll_duration(&mut self, value: Option<&Value>) -> Option<u32> {
        let (shortest, longest) = poll::MINUTES;
        let minutes = value.and_then(Value::as_u64);
        match minutes.and_then(|m| u32::try_from(m).ok()).filter(|m| (shortest..=longest).contains(m)) {
            Some(minutes) => Some(minutes),
            None => {
                let message = format!("A poll on X runs {shortest} to {longest} minutes (seven days).");
                let violation = Violation::new("options.poll.duration_minutes", "out_of_range", message);
                self.found.push(violation.with_limit(longest, value.cloned().unwrap_or(Value::Null)));
                None
            }
        }
    }
}
