//! What a post may say beyond text and files, read from what people and machines send.

use carillon_domain::limits::Violation;
use carillon_domain::post::Draft;
use serde_json::Value;

use super::limits::{MODES, OPTIONS, PRIVACY, TITLE};
use super::text;
use crate::contract::capability::{OptionInput, UNCHOSEN};

/// Who may see a post: its place in [`PRIVACY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Privacy(usize);

impl Privacy {
    /// Everybody.
    pub(super) const PUBLIC: Self = Self(0);
    /// Nobody else.
    pub(super) const PRIVATE: Self = Self(3);

    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..PRIVACY.len()).map(Self)
    }

    /// In our words.
    pub(super) fn name(self) -> &'static str {
        PRIVACY.get(self.0).map_or("", |(name, _)| name)
    }

    /// In TikTok's words.
    pub(super) fn word(self) -> &'static str {
        PRIVACY.get(self.0).map_or("", |(_, word)| word)
    }
}

/// The options of a draft, as far as they make sense.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// It goes to the inbox, and the person publishes it in the app.
    pub inbox: bool,
    /// Who may see it; `None`: nobody has chosen yet.
    pub privacy: Option<Privacy>,
    /// The title of pictures.
    pub title: Option<String>,
    /// People may comment.
    pub allow_comments: bool,
    /// People may make duets.
    pub allow_duet: bool,
    /// People may make stitches.
    pub allow_stitch: bool,
    /// The frame that is the cover of a video, milliseconds from its beginning.
    pub cover_ms: Option<u64>,
    /// The picture that is the cover, from 0.
    pub cover_picture: usize,
    /// TikTok puts music under pictures.
    pub auto_music: bool,
    /// Somebody paid for it.
    pub paid_partnership: bool,
    /// It is for the author's own business.
    pub own_brand: bool,
    /// It was made with AI.
    pub is_ai_generated: bool,
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
}

/// Nothing was said.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

struct Reader {
    found: Vec<Violation>,
}

impl Reader {
    fn one(&mut self, options: &mut Options, name: &str, value: &Value) {
        match name {
            "mode" => options.inbox = self.mode(value),
            "privacy" => options.privacy = self.privacy(value),
            "title" => options.title = self.title(value),
            "allow_comments" => options.allow_comments = self.flag(name, value),
            "allow_duet" => options.allow_duet = self.flag(name, value),
            "allow_stitch" => options.allow_stitch = self.flag(name, value),
            "thumb_offset" => options.cover_ms = self.number(name, value),
            "cover_picture" => {
                let number = self.number(name, value).and_then(|n| usize::try_from(n).ok());
                options.cover_picture = number.unwrap_or(1).saturating_sub(1);
            }
            "auto_music" => options.auto_music = self.flag(name, value),
            "paid_partnership" => options.paid_partnership = self.flag(name, value),
            "own_brand" => options.own_brand = self.flag(name, value),
            "is_ai_generated" => options.is_ai_generated = self.flag(name, value),
            _ => {
                let known: Vec<&str> = OPTIONS.iter().map(|o| o.name).collect();
                let message =
                    format!("TikTok has no option \"{name}\". Its options are {}.", known.join(", "));
                self.wrong(name, "unknown", message);
            }
        }
    }

    fn wrong(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.found.push(Violation::new(format!("options.{name}"), code, message));
    }

    fn flag(&mut self, name: &str, value: &Value) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.wrong(name, "wrong_type", "Say true or false.");
            false
        })
    }

    fn mode(&mut self, value: &Value) -> bool {
        match value.as_str().map(str::trim) {
            Some(mode) if MODES.contains(&mode) => mode == "inbox",
            _ => {
                self.wrong("mode", "unknown_value", format!("Say one of {}.", MODES.join(", ")));
                false
            }
        }
    }

    fn privacy(&mut self, value: &Value) -> Option<Privacy> {
        let said = value.as_str().map(str::trim);
        let known = said.and_then(|said| Privacy::all().find(|p| p.name() == said || p.word() == said));
        if known.is_none() && said != Some(UNCHOSEN) {
            let names: Vec<&str> = Privacy::all().map(Privacy::name).collect();
            self.wrong("privacy", "unknown_value", format!("Say one of {}.", names.join(", ")));
        }
        known
    }

    fn title(&mut self, value: &Value) -> Option<String> {
        let Some(title) = value.as_str().map(str::trim) else {
            self.wrong("title", "wrong_type", "Write it as text.");
            return None;
        };
        let used = text::units(title);
        if used > TITLE {
            let message =
                format!("The title has {used} characters; TikTok takes {TITLE}. Remove {}.", used - TITLE);
            self.found.push(Violation::new("options.title", "too_long", message).with_limit(TITLE, used));
        }
        Some(title.to_owned())
    }

    /// A whole number in the range of the option.
    fn number(&mut self, name: &str, value: &Value) -> Option<u64> {
        let input = OPTIONS.iter().find(|o| o.name == name).map(|o| o.input);
        let Some(OptionInput::Number { range: (least, most) }) = input else { return None };
        let said = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        let number = said.filter(|n| (least..=most).contains(n)).and_then(|n| u64::try_from(n).ok());
        if number.is_none() {
            let message = format!("Say a whole number from {least} to {most}.");
            self.wrong(name, "out_of_range", message);
        }
        number
    }
}
