//! The options of a post, read from what people and machines send.

use carillon_domain::limits::Violation;
use carillon_domain::post::Draft;
use serde_json::{Map, Value};
use url::Url;

use super::limits::{OPTIONS, VISIBILITY, card, poll};
use super::text;

/// The options of a draft, as far as they make sense.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Options {
    /// Who may see it, in LinkedIn's words; `None`: everybody.
    pub visibility: Option<&'static str>,
    /// Others may not share it.
    pub no_reshare: bool,
    /// A link card.
    pub card: Option<Card>,
    /// Title of a video or document.
    pub media_title: Option<String>,
    /// A poll.
    pub poll: Option<Poll>,
}

/// A link card. LinkedIn looks nothing up: what it shows must be given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Card {
    pub source: String,
    pub title: String,
    pub description: Option<String>,
}

/// A poll.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Poll {
    pub question: String,
    pub options: Vec<String>,
    /// LinkedIn's word for how long it runs.
    pub duration: &'static str,
}

impl Options {
    /// Reads a draft's options; every problem at once.
    pub(super) fn read(draft: &Draft) -> (Self, Vec<Violation>) {
        let mut reader = Reader { found: Vec::new() };
        let mut options = Self::default();
        let (mut given, mut poll) = (Given::default(), None);
        for (name, value) in draft.options.iter().filter(|(_, value)| !value.is_null()) {
            match name.as_str() {
                "visibility" => options.visibility = reader.visibility(value),
                "no_reshare" => options.no_reshare = reader.flag(name, value),
                "link" => given.link = reader.text(name, value, card::URL_BYTES),
                "link_title" => given.title = reader.text(name, value, card::TITLE_CHARS),
                "link_description" => given.description = reader.text(name, value, card::DESCRIPTION_CHARS),
                "media_title" => options.media_title = reader.text(name, value, card::TITLE_CHARS),
                "poll" => poll = reader.poll(value),
                "poll_question" => given.question = reader.text(name, value, poll::QUESTION_CHARS),
                _ => reader.unknown(name),
            }
        }
        if let Some((options_of_poll, duration)) = poll {
            let question = reader.question(given.question.take(), &draft.root.text);
            options.poll = question.map(|question| Poll { question, options: options_of_poll, duration });
        } else if given.question.is_some() && !draft.options.contains_key("poll") {
            reader.wrong("poll_question", "exclusive", "A question needs a poll with answers. Add the poll.");
        }
        options.card = reader.card(given);
        (options, reader.found)
    }
}

/// Texts that belong together.
#[derive(Default)]
struct Given {
    link: Option<String>,
    title: Option<String>,
    description: Option<String>,
    question: Option<String>,
}

struct Reader {
    found: Vec<Violation>,
}

impl Reader {
    fn wrong(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.found.push(Violation::new(format!("options.{field}"), code, message));
    }

    fn over(&mut self, field: &str, code: &str, message: String, limit: usize, value: impl Into<Value>) {
        self.found.push(Violation::new(format!("options.{field}"), code, message).with_limit(limit, value));
    }

    fn unknown(&mut self, name: &str) {
        let known: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
        let message = format!("LinkedIn has no option \"{name}\". Its options are {}.", known.join(", "));
        self.wrong(name, "unknown", message);
    }

    fn flag(&mut self, name: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.wrong(name, "wrong_type", "Say true or false.");
            false
        })
    }

    /// A text; an empty one is none.
    fn text(&mut self, name: &str, value: &Value, most: usize) -> Option<String> {
        let Some(text) = value.as_str().map(str::trim) else {
            self.wrong(name, "wrong_type", "This is a text.");
            return None;
        };
        let length = text::length(text);
        if length > most {
            self.over(
                name,
                "too_long",
                format!("It has at most {most} characters. Shorten it."),
                most,
                length,
            );
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn visibility(&mut self, value: &Value) -> Option<&'static str> {
        let known = value.as_str().and_then(|v| VISIBILITY.iter().find(|(ours, _)| *ours == v));
        if known.is_none() {
            let names = VISIBILITY.map(|(ours, _)| ours).join(", ");
            self.wrong("visibility", "unknown_value", format!("Say who can see it: {names}."));
        }
        known.map(|(_, theirs)| *theirs)
    }

    fn card(&mut self, given: Given) -> Option<Card> {
        let Some(source) = given.link else {
            for (name, text) in [("link_title", given.title), ("link_description", given.description)] {
                if text.is_some() {
                    self.wrong(name, "exclusive", "This belongs to a link card. Give its link, too.");
                }
            }
            return None;
        };
        let web = Url::parse(&source).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !web {
            let message = "A link card needs an address that begins with https:// or http://. Correct it.";
            self.wrong("link", "invalid", message);
        }
        let Some(title) = given.title else {
            let message = "LinkedIn looks nothing up: write the title that the link card shows.";
            self.wrong("link_title", "missing", message);
            return None;
        };
        web.then_some(Card { source, title, description: given.description })
    }

    fn question(&mut self, given: Option<String>, text: &str) -> Option<String> {
        let question = given.unwrap_or_else(|| text.trim().to_owned());
        let length = text::length(&question);
        if question.is_empty() {
            self.wrong("poll_question", "missing", "A poll asks something: write its question.");
        } else if length > poll::QUESTION_CHARS {
            let message = format!(
                "The text is too long to be the poll's question, which has at most {} characters. Write a question of its own.",
                poll::QUESTION_CHARS
            );
            self.over("poll_question", "missing", message, poll::QUESTION_CHARS, length);
        }
        (!question.is_empty()).then_some(question)
    }

    fn poll(&mut self, value: &Value) -> Option<(Vec<String>, &'static str)> {
        let Some(fields) = value.as_object() else {
            let message = "A poll looks like {\"options\":[…],\"duration_minutes\":1440}.";
            self.wrong("poll", "wrong_type", message);
            return None;
        };
        self.poll_fields(fields);
        let options = self.poll_options(fields.get("options"));
        let duration = self.poll_duration(fields.get("duration_minutes"));
        Some((options?, duration?))
    }

    fn poll_fields(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            let field = format!("poll.{name}");
            match name.as_str() {
                "options" | "duration_minutes" => {}
                "multiple" if matches!(value, Value::Bool(false) | Value::Null) => {}
                "multiple" => {
                    let message = "LinkedIn's polls allow one answer. Set \"multiple\" to false.";
                    self.wrong(&field, "unsupported", message);
                }
                _ => self.wrong(&field, "unknown", format!("A poll has no field \"{name}\".")),
            }
        }
    }

    fn poll_options(&mut self, value: Option<&Value>) -> Option<Vec<String>> {
        let list = value.and_then(Value::as_array);
        let texts: Option<Vec<String>> =
            list.and_then(|list| list.iter().map(|v| v.as_str().map(|t| t.trim().to_owned())).collect());
        let Some(texts) = texts else {
            self.wrong("poll.options", "missing", "Give the answers to choose from, 2 to 4.");
            return None;
        };
        let (fewest, most) = poll::OPTIONS;
        if !(fewest..=most).contains(&texts.len()) {
            let message = format!("A poll on LinkedIn has {fewest} to {most} answers.");
            self.over("poll.options", "wrong_number", message, most, texts.len());
        }
        for (i, text) in texts.iter().enumerate() {
            let (field, length) = (format!("poll.options.{i}"), text::length(text));
            if text.is_empty() {
                self.wrong(&field, "missing", "This answer is empty. Write it or take it out.");
            } else if length > poll::OPTION_CHARS {
                let message = format!("An answer has at most {} characters. Shorten it.", poll::OPTION_CHARS);
                self.over(&field, "too_long", message, poll::OPTION_CHARS, length);
            } else if texts.iter().take(i).any(|other| other == text) {
                self.wrong(&field, "duplicate", "This answer is there twice. Change one of them.");
            }
        }
        Some(texts)
    }

    fn poll_duration(&mut self, value: Option<&Value>) -> Option<&'static str> {
        let minutes = value.and_then(Value::as_u64);
        let known = poll::DURATIONS.iter().find(|(ours, _)| minutes == Some(u64::from(*ours)));
        if known.is_none() {
            let all: Vec<u32> = poll::DURATIONS.iter().map(|(ours, _)| *ours).collect();
            let message = "A poll on LinkedIn runs 1, 3, 7 or 14 days: 1440, 4320, 10080 or 20160 minutes.";
            let violation = Violation::new("options.poll.duration_minutes", "out_of_range", message);
            self.found.push(violation.with_limit(all, value.cloned().unwrap_or(Value::Null)));
        }
        known.map(|(_, theirs)| *theirs)
    }
}
