//! X's limits, as data.

use crate::contract::capability::{MediaRules, OptionField, OptionInput, TextRule, TextUnit};
use crate::contract::connector::{ReadingWindow, Whose};
use crate::contract::publisher::Window;

/// docs.x.com, "Create Post" (OpenAPI 2.166, Jul 2026) and "Counting characters" (twitter-text config v3).
pub(super) const TEXT: TextRule = TextRule {
    max: carillon_domain::text::weighted::MAX_WEIGHTED_LENGTH,
    unit: TextUnit::Weighted,
    required_without_media: true,
};

/// Posts within 24 hours of everybody who uses the operator's app, so certainly of one account. docs.x.com, "Rate limits"
/// (2026), `POST /2/tweets`. What older plans allow below that is in `plan`.
pub(super) const DAILY_POSTS: u32 = 10_000;

/// Weighted length for accounts with a subscription. help.x.com, "About X Premium" (2026).
pub(super) const LONG_TEXT: u32 = 25_000;

/// What `subscription_type` says of accounts that may post longer texts and videos. OpenAPI 2.166, schema `User`.
pub(super) const SUBSCRIPTIONS: [&str; 3] = ["Basic", "Premium", "PremiumPlus"];

/// Cashtags per post. docs.x.com, "Changelog" (Apr 2026).
pub(super) const CASHTAGS: usize = 1;

/// docs.x.com, "Media best practices" (2026) and "Create or edit media metadata" (OpenAPI 2.166).
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 4,
    required: false,
    mixed: false,
    image_types: &["image/jpeg", "image/png", "image/webp", "image/gif"],
    image_bytes: 5 * 1024 * 1024,
    video_types: &["video/mp4", "video/quicktime"],
    video_bytes: 512 * 1024 * 1024,
    video_ms: Some(140_000),
    documents: None,
    alt_max: 1000,
};

/// An animated GIF. docs.x.com, "Media best practices" (2026).
pub(super) mod gif {
    /// Bytes.
    pub const BYTES: u64 = 15 * 1024 * 1024;
    /// Pixels: width and height.
    pub const SIDES: (u32, u32) = (1280, 1080);
    /// Frames.
    pub const FRAMES: u32 = 350;
    /// Width × height × frames.
    pub const VOLUME: u64 = 300_000_000;
}

/// A video. docs.x.com, "Media best practices" (2026).
pub(super) mod video {
    /// Shortest, milliseconds.
    pub const MIN_MS: u64 = 500;
    /// Shortest side, pixels.
    pub const MIN_SIDE: u32 = 32;
    /// Longer and shorter side that X promises to take from everybody, pixels.
    pub const SIDES: (u32, u32) = (1280, 1024);
    /// What it takes at most, and from accounts with a subscription for certain.
    pub const SIDES_MOST: (u32, u32) = (1920, 1200);
    /// Narrowest and widest, width ÷ height.
    pub const RATIO: (f64, f64) = (1.0 / 3.0, 3.0);
    /// Frames per second.
    pub const FRAME_RATE: f64 = 60.0;
    /// Codecs.
    pub const VIDEO_CODEC: &str = "h264";
    /// Codecs.
    pub const AUDIO_CODEC: &str = "aac";
}

/// A poll. OpenAPI 2.166, `TweetCreateRequest.poll`.
pub(super) mod poll {
    /// Fewest and most options.
    pub const OPTIONS: (usize, usize) = (2, 4);
    /// Longest option, characters.
    pub const OPTION_CHARS: usize = 25;
    /// Shortest and longest, minutes.
    pub const MINUTES: (u32, u32) = (5, 10_080);
}

/// Bytes of one segment of an upload. Samples of the vendor use 1 to 4 MB; 5 MB is the ceiling that v1.1 had
/// (docs.x.com, "Chunked media upload", 2026).
pub(super) const SEGMENT: u64 = 4 * 1024 * 1024;

/// Who may answer; the first one is the network's default and is not sent. OpenAPI 2.166, `ReplySettings`.
pub(super) const REPLY_SETTINGS: &[&str] =
    &["everyone", "following", "mentionedUsers", "subscribers", "verified"];

/// The options of a post.
pub(super) const OPTIONS: &[OptionField] = &[
    OptionField { name: "reply_settings", input: OptionInput::Choice { values: REPLY_SETTINGS } },
    OptionField {
        name: "poll",
        input: OptionInput::Poll {
            options: (2, 4),
            option_chars: 25,
            minutes: poll::MINUTES,
            multiple: false,
        },
    },
    OptionField { name: "made_with_ai", input: OptionInput::Bool },
    OptionField { name: "paid_partnership", input: OptionInput::Bool },
];

/// Prices under pay-per-use, US dollars. docs.x.com, "Pricing" (Aug 2026).
pub(super) mod price {
    /// A post.
    pub const POST: f64 = 0.015;
    /// A post with a link.
    pub const POST_WITH_LINK: f64 = 0.20;
}

/// Posts of one account within 15 minutes. docs.x.com, "Rate limits" (2026), `POST /2/tweets`, per user.
pub(super) const WINDOWS: &[Window] = &[Window { posts: 100, span_s: 15 * 60 }];

/// Lists of posts for everybody who uses the operator's app: X takes 10,000 in 15 minutes, in spans that begin with their first call, and
/// its headers tell of the user's window only. A quarter stays with publishing. docs.x.com, "Rate limits" (2026),
/// `GET /2/users/:id/tweets`, per app.
pub(super) const READING_LISTS: &[ReadingWindow] =
    &[ReadingWindow { bucket: Some("lists"), of: Whose::Installation, calls: 3_750, span_s: 15 * 60 }];

/// Posts by their ids, likewise: 3,500 in 15 minutes. The same page, `GET /2/tweets`, per app.
pub(super) const READING_POSTS: &[ReadingWindow] =
    &[ReadingWindow { bucket: Some("posts"), of: Whose::Installation, calls: 1_300, span_s: 15 * 60 }];
