//! What a post may say beyond text and media, read from the draft's options.

use carillon_domain::limits::Violation;
use carillon_domain::media::MediaKind;
use carillon_domain::post::Draft;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::limits;
use crate::contract::capability::{OptionField, OptionInput};

/// The options, for forms.
pub(super) const FIELDS: &[OptionField] = &[
    OptionField { name: "kind", input: OptionInput::Choice { values: &["auto", "post", "reel", "story"] } },
    OptionField { name: "link", input: OptionInput::Text { max: limits::LINK_CHARACTERS } },
    OptionField { name: "video_title", input: OptionInput::Text { max: limits::TITLE_CHARACTERS } },
    OptionField { name: "location_id", input: OptionInput::Text { max: 32 } },
    OptionField { name: "is_ai_generated", input: OptionInput::Bool },
];

/// What a post becomes on Facebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Text, perhaps with the preview of a link.
    Text,
    /// One or several photos.
    Photos,
    /// One video in the feed.
    Video,
    /// One short upright video.
    Reel,
    /// One photo that is gone after a day.
    PhotoStory,
    /// One video that is gone after a day.
    VideoStory,
}

impl Kind {
    /// What the media make of it, and what was asked for.
    pub(super) fn of(draft: &Draft, options: &Options) -> Self {
        let video = draft.root.media.iter().any(|m| m.kind == MediaKind::Video);
        match draft.root.media.as_slice() {
            _ if options.asked == Some(Asked::Reel) => Self::Reel,
            _ if options.asked == Some(Asked::Story) && video => Self::VideoStory,
            _ if options.asked == Some(Asked::Story) => Self::PhotoStory,
            [] => Self::Text,
            _ if video => Self::Video,
            _ => Self::Photos,
        }
    }

    /// As people call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Photos => "a post with photos",
            Self::Video => "a video",
            Self::Reel => "a reel",
            Self::PhotoStory | Self::VideoStory => "a story",
        }
    }

    /// Whether it goes out as one video.
    pub(super) fn is_video(self) -> bool {
        matches!(self, Self::Video | Self::Reel | Self::VideoStory)
    }

    /// Whether it is gone after a day, and stands in the list of stories instead of that of posts.
    pub(super) fn is_story(self) -> bool {
        matches!(self, Self::PhotoStory | Self::VideoStory)
    }
}

/// A kind that the media alone don't tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Reel,
    Story,
}

/// All options, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    pub asked: Option<Asked>,
    pub link: Option<Url>,
    pub video_title: Option<String>,
    /// The id of a Page that has a place.
    pub location_id: Option<String>,
    pub is_ai_generated: bool,
}

/// Reads the options. What can't be read is a violation and left out.
pub(super) fn read(map: &Map<String, Value>) -> (Options, Vec<Violation>) {
    let mut options = Options::default();
    let mut violations = Vec::new();
    for (name, value) in map.iter().filter(|(_, v)| !is_blank(v)) {
        let result = match name.as_str() {
            "kind" => kind(value).map(|v| options.asked = v),
            "link" => link(value).map(|v| options.link = Some(v)),
            "video_title" => title(value).map(|v| options.video_title = Some(v)),
            "location_id" => location(value).map(|v| options.location_id = Some(v)),
            "is_ai_generated" => boolean(value).map(|v| options.is_ai_generated = v),
            _ => Err(("unknown", format!("Facebook has no option `{name}`. Remove it or correct its name."))),
        };
        if let Err((code, message)) = result {
            violations.push(Violation::new(format!("options.{name}"), code, message));
        }
    }
    (options, violations)
}

type Read<T> = Result<T, (&'static str, String)>;

fn invalid<T>(message: impl Into<String>) -> Read<T> {
    Err(("invalid", message.into()))
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn kind(value: &Value) -> Read<Option<Asked>> {
    match value.as_str() {
        Some("auto" | "post") => Ok(None),
        Some("reel") => Ok(Some(Asked::Reel)),
        Some("story") => Ok(Some(Asked::Story)),
        _ => invalid(format!("{value} is no kind of post; use auto, post, reel or story.")),
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

/// A web address that Facebook can show; its own pages are refused (1609008).
fn link(value: &Value) -> Read<Url> {
    let text = value.as_str().unwrap_or_default().trim();
    let url = Url::parse(text).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
    let Some(url) = url.filter(|u| u.username().is_empty() && u.password().is_none()) else {
        return invalid("The link must be a web address that begins with https:// or http://.");
    };
    let own = ["facebook.com", "fb.com", "fb.me"];
    let host = url.host_str().unwrap_or_default();
    if own.iter().any(|h| host == *h || host.ends_with(&format!(".{h}"))) {
        return Err((
            "unsupported",
            "Facebook refuses links to its own pages. Write the address into the text, or leave it out."
                .to_owned(),
        ));
    }
    if text.chars().count() > limits::LINK_CHARACTERS as usize {
        return Err(("too_long", "The link is longer than 2048 characters. Use a shorter one.".to_owned()));
    }
    Ok(url)
}

fn title(value: &Value) -> Read<String> {
    let Some(text) = value.as_str().map(str::trim) else { return invalid("The title must be a text.") };
    let found = text.chars().count();
    let limit = limits::TITLE_CHARACTERS as usize;
    if found > limit {
        let message =
            format!("The title has {found} characters; {limit} fit. Shorten it by {}.", found - limit);
        return Err(("too_long", message));
    }
    Ok(text.to_owned())
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
