//! What a post may say beyond text and media, read from the draft's options.
//! Sources: Threads API - Posts, Create Replies (22 December 2025), Quote, Polls, Spoilers, Ghost posts, Text attachments.

use carillon_domain::limits::Violation;
use serde_json::{Map, Value};
use url::Url;

use super::limits;
use super::text::characters;
use crate::contract::capability::{OptionField, OptionInput};

/// Who may answer; the first one is the network's own default.
const REPLY_CONTROL: &[&str] =
    &["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"];

/// The options, for forms.
pub(super) const FIELDS: &[OptionField] = &[
    OptionField { name: "reply_control", input: OptionInput::Choice { values: REPLY_CONTROL } },
    OptionField { name: "topic_tag", input: OptionInput::Text { max: 50 } },
    OptionField { name: "link_attachment", input: OptionInput::Text { max: 2048 } },
    OptionField { name: "quote_post_id", input: OptionInput::Text { max: 32 } },
    OptionField {
        name: "poll",
        input: OptionInput::Poll {
            options: (2, 4),
            option_chars: 25,
            minutes: (limits::POLL_MINUTES, limits::POLL_MINUTES),
            multiple: false,
        },
    },
    OptionField { name: "gif_id", input: OptionInput::Text { max: 64 } },
    OptionField { name: "text_attachment", input: OptionInput::Text { max: 10_000 } },
    OptionField { name: "is_spoiler_media", input: OptionInput::Bool },
    OptionField { name: "is_ghost_post", input: OptionInput::Bool },
];

/// All options, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    /// `None`: everyone.
    pub reply_control: Option<&'static str>,
    pub topic_tag: Option<String>,
    /// As it was written: the network compares it with the links of the text.
    pub link_attachment: Option<String>,
    pub quote_post_id: Option<String>,
    /// The answers to choose from.
    pub poll: Option<Vec<String>>,
    /// An id at GIPHY.
    pub gif_id: Option<String>,
    pub text_attachment: Option<String>,
    pub is_spoiler_media: bool,
    pub is_ghost_post: bool,
}

/// Reads the options. What can't be read is a violation and left out.
pub(super) fn read(map: &Map<String, Value>) -> (Options, Vec<Violation>) {
    let mut options = Options::default();
    let mut reader = Reader { found: Vec::new() };
    for (name, value) in map.iter().filter(|(_, value)| !is_blank(value)) {
        match name.as_str() {
            "reply_control" => options.reply_control = reader.reply_control(value),
            "topic_tag" => options.topic_tag = reader.topic_tag(value),
            "link_attachment" => options.link_attachment = reader.link(value),
            "quote_post_id" => options.quote_post_id = reader.post_id(value),
            "poll" => options.poll = reader.poll(value),
            "gif_id" => options.gif_id = reader.gif_id(value),
            "text_attachment" => options.text_attachment = reader.text_attachment(value),
            "is_spoiler_media" => options.is_spoiler_media = reader.flag(name, value),
            "is_ghost_post" => options.is_ghost_post = reader.flag(name, value),
            _ => {
                let message = format!("Threads has no option `{name}`. Remove it or correct its name.");
                reader.wrong(name, "unknown", message);
            }
        }
    }
    (options, reader.found)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

struct Reader {
    found: Vec<Violation>,
}

impl Reader {
    fn wrong(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.found.push(Violation::new(format!("options.{name}"), code, message));
    }

    fn limit(&mut self, name: &str, code: &str, message: String, limit: usize, found: usize) {
        let violation = Violation::new(format!("options.{name}"), code, message);
        self.found.push(violation.with_limit(limit, found));
    }

    fn flag(&mut self, name: &str, value: &Value) -> bool {
        match value {
            Value::Bool(given) => *given,
            Value::String(given) if given == "true" => true,
            Value::String(given) if given == "false" => false,
            _ => {
                self.wrong(name, "wrong_type", "Say true or false.");
                false
            }
        }
    }

    fn reply_control(&mut self, value: &Value) -> Option<&'static str> {
        let known = value.as_str().and_then(|v| REPLY_CONTROL.iter().find(|known| **known == v));
        if known.is_none() {
            let message = format!("Say who may answer: {}.", REPLY_CONTROL.join(", "));
            self.wrong("reply_control", "unknown_value", message);
        }
        known.copied().filter(|who| *who != REPLY_CONTROL[0])
    }

    fn topic_tag(&mut self, value: &Value) -> Option<String> {
        let tag = value.as_str().unwrap_or_default().trim().trim_start_matches('#').to_owned();
        let (found, most) = (characters(&tag), limits::TOPIC_TAG);
        if tag.is_empty() {
            self.wrong("topic_tag", "invalid", "The topic is one word or phrase, like `boats`.");
            return None;
        }
        if found > most {
            let message = format!("A topic has at most {most} characters; this one has {found}. Shorten it.");
            self.limit("topic_tag", "too_long", message, most, found);
        }
        if tag.contains(['.', '&']) {
            self.wrong("topic_tag", "invalid", "A topic can't hold `.` or `&`. Remove them.");
        }
        Some(tag)
    }

    fn link(&mut self, value: &Value) -> Option<String> {
        let is_web = |url: Url| matches!(url.scheme(), "http" | "https") && url.host().is_some();
        let link = value.as_str().map(str::trim).filter(|link| Url::parse(link).is_ok_and(is_web));
        if link.is_none() {
            self.wrong("link_attachment", "invalid", "The link must be a whole address, with https://.");
        }
        link.map(str::to_owned)
    }

    fn post_id(&mut self, value: &Value) -> Option<String> {
        let id = match value {
            Value::Number(number) => number.to_string(),
            other => other.as_str().unwrap_or_default().trim().to_owned(),
        };
        let fine = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        if !fine {
            let message = "The quoted post is named by its number in the API, not by its address.";
            self.wrong("quote_post_id", "invalid", message);
        }
        fine.then_some(id)
    }

    fn gif_id(&mut self, value: &Value) -> Option<String> {
        let id = value.as_str().unwrap_or_default().trim().to_owned();
        let fine = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !fine || id.is_empty() {
            self.wrong(
                "gif_id",
                "invalid",
                "Give the GIF's id at GIPHY: the last part of its address there.",
            );
            return None;
        }
        Some(id)
    }

    fn text_attachment(&mut self, value: &Value) -> Option<String> {
        let text = value.as_str().map(str::to_owned);
        let Some(text) = text else {
            self.wrong("text_attachment", "wrong_type", "The attached text is a text.");
            return None;
        };
        let (found, most) = (characters(&text), limits::ATTACHED_TEXT);
        if found > most {
            let message = format!(
                "The attached text has {found} characters; Threads takes {most}. Shorten it by {}.",
                found - most
            );
            self.limit("text_attachment", "too_long", message, most, found);
        }
        Some(text)
    }

    fn poll(&mut self, value: &Value) -> Option<Vec<String>> {
        let Some(fields) = value.as_object() else {
            self.wrong("poll", "wrong_type", "A poll looks like {\"options\":[…]}.");
            return None;
        };
        for (name, value) in fields {
            match name.as_str() {
                "options" => {}
                "duration_minutes"
                    if value.is_null() || value.as_u64() == Some(u64::from(limits::POLL_MINUTES)) => {}
                "duration_minutes" => {
                    let message =
                        "A poll on Threads always runs a day. Leave the duration out, or say 1440 minutes.";
                    let violation = Violation::new("options.poll.duration_minutes", "out_of_range", message);
                    self.found.push(violation.with_limit(limits::POLL_MINUTES, value.clone()));
                }
                "multiple" if matches!(value, Value::Bool(false) | Value::Null) => {}
                "multiple" => {
                    let message = "Threads' polls allow one answer. Set \"multiple\" to false.";
                    self.wrong("poll.multiple", "unsupported", message);
                }
                _ => {
                    self.wrong(&format!("poll.{name}"), "unknown", format!("A poll has no field \"{name}\"."))
                }
            }
        }
        self.poll_options(fields.get("options"))
    }

    fn poll_options(&mut self, value: Option<&Value>) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> = value
            .and_then(Value::as_array)
            .map(|list| list.iter().map(|v| v.as_str().unwrap_or_default().to_owned()).collect());
        let Some(texts) = texts else {
            self.wrong("poll.options", "missing", "Give the answers to choose from, 2 to 4.");
            return None;
        };
        let (fewest, most) = limits::POLL_OPTIONS;
        if !(fewest..=most).contains(&texts.len()) {
            let message =
                format!("A poll on Threads has {fewest} to {most} answers; this one has {}.", texts.len());
            self.limit("poll.options", "wrong_number", message, most, texts.len());
        }
        for (index, text) in texts.iter().enumerate() {
            let (field, found) = (format!("poll.options.{index}"), characters(text));
            if text.trim().is_empty() {
                self.wrong(&field, "missing", "This answer is empty. Write it or take it out.");
            } else if found > limits::POLL_OPTION {
                let most = limits::POLL_OPTION;
                let message =
                    format!("An answer has at most {most} characters on Threads; this one has {found}.");
                self.limit(&field, "too_long", message, most, found);
            } else if texts.iter().take(index).any(|other| other == text) {
                self.wrong(&field, "duplicate", "This answer is there twice. Change one of them.");
            }
        }
        Some(texts)
    }
}
