//! What a post may say beyond text and files, read from what people and machines send.

use carillon_domain::limits::Violation;
use carillon_domain::post::Draft;
use carillon_domain::time::Timestamp;
use serde_json::Value;

use super::limits::{
    CATEGORIES, FORBIDDEN, KINDS, LICENCES, OPTIONS, PRIVACY, TAGS_CHARACTERS, TITLE_CHARACTERS,
};
use super::text;

/// The options of a draft, as far as they make sense.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Options {
    /// The title; `None`: the beginning of the text.
    pub title: Option<String>,
    /// `auto`, `video` or `short`.
    pub kind: &'static str,
    /// Who may see it in the end.
    pub privacy: &'static str,
    /// When YouTube itself makes it public.
    pub publish_at: Option<Timestamp>,
    /// The author says that it is made for children.
    pub made_for_kids: bool,
    /// Id of the category.
    pub category: &'static str,
    /// Tags.
    pub tags: Vec<String>,
    /// Id of a playlist of the channel.
    pub playlist: Option<String>,
    /// Whether subscribers are told.
    pub notify_subscribers: bool,
    /// Whether others may embed it.
    pub embeddable: bool,
    /// The licence.
    pub license: &'static str,
    /// The author says that it shows altered or synthetic scenes.
    pub synthetic_media: bool,
    /// The author says that it is paid for.
    pub paid_promotion: bool,
    /// Language of title and description, BCP 47.
    pub language: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: None,
            kind: KINDS[0],
            privacy: PRIVACY[0],
            publish_at: None,
            made_for_kids: false,
            category: CATEGORIES[0],
            tags: Vec::new(),
            playlist: None,
            notify_subscribers: true,
            embeddable: true,
            license: LICENCES[0],
            synthetic_media: false,
            paid_promotion: false,
            language: None,
        }
    }
}

impl Options {
    /// Reads a draft's options; every problem at once.
    pub(super) fn read(draft: &Draft) -> (Self, Vec<Violation>) {
        let mut reader = Reader { found: Vec::new() };
        let mut options = Self::default();
        for (name, value) in draft.options.iter().filter(|(_, value)| !is_blank(value)) {
            reader.one(&mut options, name, value);
        }
        (options, reader.found)
    }

    /// The title that is sent.
    pub(super) fn title_of(&self, draft: &Draft) -> String {
        self.title.clone().unwrap_or_else(|| text::title_from(&draft.root.text))
    }

    /// Whether everybody can see the video as soon as it is published.
    pub(super) fn is_seen_at_once(&self) -> bool {
        self.publish_at.is_none() && self.privacy != "private"
    }
}

/// Nothing was said.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

struct Reader {
    found: Vec<Violation>,
}

impl Reader {
    fn one(&mut self, options: &mut Options, name: &str, value: &Value) {
        match name {
            "title" => options.title = self.title(value),
            "kind" => options.kind = self.choice(name, value, KINDS),
            "privacy" => options.privacy = self.choice(name, value, PRIVACY),
            "publish_at" => options.publish_at = self.publish_at(value),
            "made_for_kids" => options.made_for_kids = self.flag(name, value, false),
            "category" => options.category = self.choice(name, value, CATEGORIES),
            "tags" => options.tags = self.tags(value),
            "playlist" => options.playlist = self.playlist(value),
            "notify_subscribers" => options.notify_subscribers = self.flag(name, value, true),
            "embeddable" => options.embeddable = self.flag(name, value, true),
            "license" => options.license = self.choice(name, value, LICENCES),
            "synthetic_media" => options.synthetic_media = self.flag(name, value, false),
            "paid_promotion" => options.paid_promotion = self.flag(name, value, false),
            "language" => options.language = self.language(value),
            _ => {
                let known: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
                let message =
                    format!("YouTube has no option \"{name}\". Its options are {}.", known.join(", "));
                self.wrong(name, "unknown", message);
            }
        }
    }

    fn wrong(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.found.push(Violation::new(format!("options.{field}"), code, message));
    }

    fn flag(&mut self, name: &str, value: &Value, usual: bool) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.wrong(name, "wrong_type", "Say true or false.");
            usual
        })
    }

    fn choice(&mut self, name: &str, value: &Value, values: &'static [&'static str]) -> &'static str {
        let known = value.as_str().and_then(|v| values.iter().copied().find(|known| *known == v.trim()));
        known.unwrap_or_else(|| {
            self.wrong(name, "unknown_value", format!("Say one of {}.", values.join(", ")));
            values.first().copied().unwrap_or_default()
        })
    }

    fn line<'v>(&mut self, name: &str, value: &'v Value) -> Option<&'v str> {
        let text = value.as_str().map(str::trim);
        if text.is_none() {
            self.wrong(name, "wrong_type", "Write it as text.");
        }
        text
    }

    fn title(&mut self, value: &Value) -> Option<String> {
        let title = self.line("title", value)?;
        let characters = title.chars().count();
        if characters > TITLE_CHARACTERS {
            let message = format!(
                "The title has {characters} characters; YouTube takes {TITLE_CHARACTERS}. Remove {}.",
                characters - TITLE_CHARACTERS
            );
            let violation = Violation::new("options.title", "too_long", message);
            self.found.push(violation.with_limit(TITLE_CHARACTERS, characters));
        }
        if title.contains(FORBIDDEN) {
            self.wrong("title", "invalid_characters", "YouTube takes no < and > in a title. Take them out.");
        }
        if title.contains(char::is_control) {
            self.wrong("title", "invalid_characters", "A title is one line. Take the line breaks out.");
        }
        Some(title.to_owned())
    }

    fn publish_at(&mut self, value: &Value) -> Option<Timestamp> {
        let at = self.line("publish_at", value)?.parse().ok();
        if at.is_none() {
            let message = "Write the time as in 2026-12-24T18:00:00Z, with Z or an offset like +01:00.";
            self.wrong("publish_at", "wrong_format", message);
        }
        at
    }

    fn tags(&mut self, value: &Value) -> Vec<String> {
        let list = value.as_array().map(|list| list.iter().filter_map(Value::as_str).map(str::trim));
        let Some(tags) = list else {
            self.wrong("tags", "wrong_type", "Tags are a list of short texts.");
            return Vec::new();
        };
        let tags: Vec<String> = tags.filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        for (i, tag) in tags.iter().enumerate() {
            if tag.contains(FORBIDDEN) {
                let message = "YouTube takes no < and > in a tag. Take them out.";
                self.wrong(&format!("tags.{i}"), "invalid_characters", message);
            }
            if tag.contains(',') {
                let message = "A comma ends a tag. Make two tags of it.";
                self.wrong(&format!("tags.{i}"), "invalid_characters", message);
            }
        }
        let length = text::tags_length(&tags);
        if length > TAGS_CHARACTERS {
            let message = format!(
                "All tags together have {length} characters, where commas count one and a tag with a space two more; \
                 YouTube takes {TAGS_CHARACTERS}. Leave some out."
            );
            let violation = Violation::new("options.tags", "too_long", message);
            self.found.push(violation.with_limit(TAGS_CHARACTERS, length));
        }
        tags
    }

    /// The id itself, or an address with it.
    fn playlist(&mut self, value: &Value) -> Option<String> {
        let text = self.line("playlist", value)?;
        let listed = text.split_once("list=").map_or(text, |(_, rest)| rest);
        let id = listed.split(['&', '#']).next().unwrap_or_default();
        let fits = id.len() >= 2 && id.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        if !fits {
            let message =
                "Give the playlist's id, or its address: https://www.youtube.com/playlist?list=PL….";
            self.wrong("playlist", "wrong_format", message);
        }
        fits.then(|| id.to_owned())
    }

    fn language(&mut self, value: &Value) -> Option<String> {
        let text = self.line("language", value)?;
        let mut parts = text.split('-');
        let first = parts
            .next()
            .is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic()));
        let rest = parts.all(|p| (2..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
        if !(first && rest) {
            self.wrong("language", "wrong_format", "Write the language as in en, de or pt-BR.");
        }
        (first && rest).then(|| text.to_owned())
    }
}
