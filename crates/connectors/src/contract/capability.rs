//! What a platform can do, as data. The UI, the API's capability matrix and the conformance suite read it.

use serde::Serialize;

/// The abilities and rules of one platform.
#[derive(Debug, Serialize)]
pub struct Capabilities {
    /// How accounts are connected.
    pub connect: Connect,
    /// Kinds of posts; the first one is the default.
    pub kinds: &'static [PostKind],
    /// How long the text of one part may be by default, and in which unit.
    pub text: TextRule,
    /// Media rules by default (a server may say otherwise).
    pub media: MediaRules,
    /// Threads of several parts.
    pub threads: bool,
    /// Polls.
    pub polls: bool,
    /// A first comment after the post.
    pub first_comment: bool,
    /// Alternative text for images.
    pub alt_text: bool,
    /// Published posts can be deleted, at least with one of the ways to connect. What is true of an account says
    /// [`Publisher::can_delete`](super::publisher::Publisher::can_delete).
    pub delete: bool,
    /// The text of a published post can be changed. The same as an [editor](super::publisher::Publisher::editor).
    pub edit: bool,
    /// Options that a post may carry.
    pub options: &'static [OptionField],
    /// How sure a repeated commit is.
    pub commit_safety: super::publisher::CommitSafety,
    /// Most publications of one account a day, where the network names a number. An account may have its own:
    /// [`Publisher::daily_cap`](super::publisher::Publisher::daily_cap).
    pub daily_cap: Option<u32>,
    /// How far ahead of the due time prepare steps may start, in seconds (containers expire).
    pub prepare_ahead_s: u32,
}

impl Capabilities {
    /// Whether every post is a video, so that neither a text nor a picture alone is one.
    pub fn videos_only(&self) -> bool {
        self.kinds.iter().all(|kind| matches!(kind, PostKind::Video | PostKind::Reel))
    }

    /// What a person must choose before a post goes out: such options, each with the values to choose from.
    pub fn to_choose(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        self.options.iter().filter_map(|option| match option.input {
            OptionInput::Choice { values: [UNCHOSEN, values @ ..] } => Some((option.name, values)),
            _ => None,
        })
    }
}

/// How accounts are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "method")]
pub enum Connect {
    /// Redirect to the network with the operator's app.
    Oauth {
        /// Login flavours to choose from; the first one is the default. Never empty.
        flavours: &'static [&'static str],
    },
    /// Redirect to a server that the user names; the app registers itself there.
    OauthPerServer,
    /// The user gives an identifier and an app password.
    AppPassword {
        /// Server that is used when the user names none.
        default_server: &'static str,
    },
}

/// A kind of post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// Text with or without media.
    Post,
    /// One picture.
    Image,
    /// Several media that are swiped through.
    Carousel,
    /// A short vertical video.
    Reel,
    /// Gone after a day.
    Story,
    /// One video of any shape; a picture beside it is its thumbnail.
    Video,
}

/// How text is limited.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TextRule {
    /// Units allowed.
    pub max: u32,
    /// The unit that the network counts.
    pub unit: TextUnit,
    /// Whether a post without media needs text, and one with media may do without.
    pub required_without_media: bool,
}

/// The unit of a text limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// Extended grapheme clusters.
    Graphemes,
    /// Unicode scalar values.
    Characters,
    /// UTF-16 code units.
    Utf16,
    /// X's weights: 1 or 2 per character, 23 per link.
    Weighted,
    /// Bytes of UTF-8.
    Bytes,
    /// Graphemes, where a link counts 23 and a remote mention only its local part.
    MastodonCharacters,
    /// Unicode scalar values, where each of an emoji counts as its bytes of UTF-8.
    EmojiBytes,
}

/// Rules for attached media.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct MediaRules {
    /// Most items on one part.
    pub max_items: u32,
    /// Whether a post needs media.
    pub required: bool,
    /// Whether images and videos may be mixed.
    pub mixed: bool,
    /// MIME types of images.
    pub image_types: &'static [&'static str],
    /// Largest image, bytes.
    pub image_bytes: u64,
    /// MIME types of videos.
    pub video_types: &'static [&'static str],
    /// Largest video, bytes.
    pub video_bytes: u64,
    /// Longest video, milliseconds.
    pub video_ms: Option<u64>,
    /// Documents; `None`: a network that takes none.
    pub documents: Option<DocumentRules>,
    /// Longest alternative text, characters.
    pub alt_max: u32,
}

/// Rules for documents. They never stand beside pictures or videos.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DocumentRules {
    /// Most documents of a post.
    pub max_items: u32,
    /// MIME types.
    pub types: &'static [&'static str],
    /// Largest document, bytes.
    pub bytes: u64,
    /// Most pages.
    pub pages: u32,
    /// The option that must hold the document's title, where the network shows one.
    pub title_option: Option<&'static str>,
}

/// The first value of a choice that has no default: some networks let no program choose for a person. Posts with it do not pass the
/// check.
pub const UNCHOSEN: &str = "choose";

/// One option of a post, described so that a form can be drawn without knowing the platform.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OptionField {
    /// Name in `options`; its label is the Fluent message `option-<name>` with dashes for underscores.
    pub name: &'static str,
    /// What may be entered.
    pub input: OptionInput,
}

/// What may be entered for an option.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum OptionInput {
    /// On or off.
    Bool,
    /// One line of text.
    Text {
        /// Most characters.
        max: u32,
    },
    /// One of several values; the first one is the default. Where that is [`UNCHOSEN`], a person must choose another one.
    Choice {
        /// The values.
        values: &'static [&'static str],
    },
    /// A list of short texts.
    List {
        /// Most entries.
        max: u32,
    },
    /// A poll: `{"options":["…"],"duration_minutes":n,"multiple":false}`.
    Poll {
        /// Fewest and most options.
        options: (u32, u32),
        /// Longest option, characters.
        option_chars: u32,
        /// Shortest and longest duration, minutes.
        minutes: (u32, u32),
        /// Whether several answers can be allowed.
        multiple: bool,
    },
    /// A whole number.
    Number {
        /// Smallest and largest.
        range: (i64, i64),
    },
}
