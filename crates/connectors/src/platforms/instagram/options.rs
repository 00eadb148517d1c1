//! What a post may say beyond text and media, read from the draft's options.

use carillon_domain::limits::Violation;
use carillon_domain::media::MediaKind;
use carillon_domain::post::Draft;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{limits, text};
use crate::contract::capability::{OptionField, OptionInput};

/// The options, for forms.
pub(super) const FIELDS: &[OptionField] = &[
    OptionField {
        name: "kind",
        input: OptionInput::Choice { values: &["auto", "image", "carousel", "reel", "story"] },
    },
    OptionField { name: "share_to_feed", input: OptionInput::Bool },
    OptionField { name: "thumb_offset", input: OptionInput::Number { range: (0, 900_000) } },
    OptionField { name: "cover_url", input: OptionInput::Text { max: 2048 } },
    OptionField { name: "collaborators", input: OptionInput::List { max: 3 } },
    OptionField { name: "user_tags", input: OptionInput::List { max: 20 } },
    OptionField { name: "location_id", input: OptionInput::Text { max: 32 } },
    OptionField { name: "is_ai_generated", input: OptionInput::Bool },
];

/// What a post becomes on Instagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// One picture in the feed.
    Image,
    /// 2 to 10 pictures and videos in the feed.
    Carousel,
    /// One video.
    Reel,
    /// One picture or video for a day.
    Story,
}

impl Kind {
    /// The kind that the options ask for, else the one that the media suggest.
    pub(super) fn of(draft: &Draft, options: &Options) -> Self {
        options.kind.unwrap_or(match draft.root.media.as_slice() {
            [one] if one.kind == MediaKind::Video => Self::Reel,
            [] | [_] => Self::Image,
            _ => Self::Carousel,
        })
    }

    /// As people call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Image => "a picture",
            Self::Carousel => "a carousel",
            Self::Reel => "a reel",
            Self::Story => "a story",
        }
    }
}

/// Somebody tagged on a picture or story.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UserTag {
    /// Without `@`.
    pub username: String,
    /// Share of width and height from the top left corner, 0 to 1.
    pub at: Option<(f64, f64)>,
    /// Which item of a carousel, from 1.
    pub item: usize,
}

/// All options, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    pub kind: Option<Kind>,
    pub share_to_feed: Option<bool>,
    /// Milliseconds from the start of the video.
    pub thumb_offset: Option<u64>,
    pub cover_url: Option<Url>,
    pub collaborators: Vec<String>,
    pub user_tags: Vec<UserTag>,
    pub location_id: Option<String>,
    pub is_ai_generated: bool,
}

/// Reads the options. What can't be read is a violation and left out.
pub(super) fn read(map: &Map<String, Value>) -> (Options, Vec<Violation>) {
    let mut options = Options::default();
    let mut violations = Vec::new();
    for (name, value) in map.iter().filter(|(_, v)| !is_blank(v)) {
        let result = match name.as_str() {
            "kind" => kind(value).map(|v| options.kind = v),
            "share_to_feed" => boolean(value).map(|v| options.share_to_feed = Some(v)),
            "thumb_offset" => whole(value).map(|v| options.thumb_offset = Some(v)),
            "cover_url" => cover(value).map(|v| options.cover_url = Some(v)),
            "collaborators" => usernames(value).map(|v| options.collaborators = v),
            "user_tags" => user_tags(value).map(|v| options.user_tags = v),
            "location_id" => location(value).map(|v| options.location_id = Some(v)),
            "is_ai_generated" => boolean(value).map(|v| options.is_ai_generated = v),
            _ => {
                Err(("unknown", format!("Instagram has no option `{name}`. Remove it or correct its name.")))
            }
        };
        if let Err((code, message)) = result {
            violations.push(Violation::new(format!("options.{name}"), code, message));
        }
    }
    if options.collaborators.len() > limits::COLLABORATORS {
        let found = options.collaborators.len();
        let message = format!("A post has at most 3 collaborators; there are {found}. Remove {}.", found - 3);
        violations.push(
            Violation::new("options.collaborators", "too_many", message)
                .with_limit(limits::COLLABORATORS, found),
        );
    }
    if options.user_tags.len() > limits::USER_TAGS {
        let found = options.user_tags.len();
        let message = format!("At most 20 people can be tagged; there are {found}. Remove {}.", found - 20);
        violations.push(
            Violation::new("options.user_tags", "too_many", message).with_limit(limits::USER_TAGS, found),
        );
    }
    (options, violations)
}

type Read<T> = Result<T, (&'static str, String)>;

fn invalid<T>(message: impl Into<String>) -> Read<T> {
    Err(("invalid", message.into()))
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn kind(value: &Value) -> Read<Option<Kind>> {
    match value.as_str() {
        Some("auto") => Ok(None),
        Some("image") => Ok(Some(Kind::Image)),
        Some("carousel") => Ok(Some(Kind::Carousel)),
        Some("reel") => Ok(Some(Kind::Reel)),
        Some("story") => Ok(Some(Kind::Story)),
        _ => invalid(format!("{value} is no kind of post; use auto, image, carousel, reel or story.")),
    }
}

fn boolean(value: &Value) -> Read<bool> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::String(s) if s == "true" => Ok(true),
        Value::String(s) if s == "false" => Ok(false),
        _ => invalid(format!("{value} is neither true nor false.")),
    }
}

fn whole(value: &Value) -> Read<u64> {
    match value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()) {
        Some(number) => Ok(number),
        None => invalid(format!("{value} is not a whole number of milliseconds.")),
    }
}

fn cover(value: &Value) -> Read<Url> {
    let url = value.as_str().and_then(|text| Url::parse(text.trim()).ok());
    match url {
        Some(url) if url.scheme() == "https" && url.host().is_some() && url.username().is_empty() => Ok(url),
        _ => {
            invalid("The cover must be the https address of a JPEG that Instagram can fetch without a login.")
        }
    }
}

fn usernames(value: &Value) -> Read<Vec<String>> {
    let Some(items) = value.as_array() else { return invalid("Give a list of usernames.") };
    items.iter().map(|item| item.as_str().map_or_else(|| username(""), username)).collect()
}

fn username(text: &str) -> Read<String> {
    let name = text.trim().trim_start_matches('@');
    if text::is_username(name) {
        Ok(name.to_owned())
    } else {
        invalid(format!("`{text}` can't be an Instagram username."))
    }
}

fn location(value: &Value) -> Read<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    if (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        invalid("The location is the number of a Facebook Page that has a place.")
    }
}

fn user_tags(value: &Value) -> Read<Vec<UserTag>> {
    let Some(items) = value.as_array() else { return invalid("Give a list of tags.") };
    items.iter().map(user_tag).collect()
}

/// `{"username","x","y","item"}`, or the text `name`, `name 0.5 0.5`, `name 0.5 0.5 2`.
fn user_tag(value: &Value) -> Read<UserTag> {
    let (name, x, y, item) = match value {
        Value::String(line) => {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            let rest: Vec<&str> = words.collect();
            let numbers: Vec<f64> = rest.iter().filter_map(|w| w.parse().ok()).collect();
            if numbers.len() != rest.len() || numbers.len() > 3 || numbers.len() == 1 {
                return invalid(format!(
                    "`{line}` is no tag; write `name`, or `name 0.5 0.5` with its place."
                ));
            }
            (name, numbers.first().copied(), numbers.get(1).copied(), numbers.get(2).copied())
        }
        Value::Object(map) => {
            if let Some(key) = map.keys().find(|k| !matches!(k.as_str(), "username" | "x" | "y" | "item")) {
                return invalid(format!("A tag has no `{key}`; it has username, x, y and item."));
            }
            let number = |key: &str| map.get(key).and_then(Value::as_f64);
            let name = map.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
            (name, number("x"), number("y"), number("item"))
        }
        _ => return invalid("A tag is a username with its place on the picture."),
    };
    let at = match (x, y) {
        (Some(x), Some(y)) if (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) => Some((x, y)),
        (None, None) => None,
        _ => return invalid(format!("The place of `{name}` needs x and y between 0 and 1.")),
    };
    let item = item.unwrap_or(1.0);
    if !(1.0..=10.0).contains(&item) || item.fract() != 0.0 {
        return invalid(format!("The item that `{name}` is tagged on must be a number from 1 to 10."));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked: a whole number from 1 to 10"
    )]
    let item = item as usize;
    Ok(UserTag { username: username(&name)?, at, item })
}
