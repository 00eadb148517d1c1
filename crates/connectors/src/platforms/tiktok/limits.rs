//! TikTok's limits, as data. Pages are those of developers.tiktok.com.

use carillon_domain::time::SignedDuration;

use crate::contract::capability::{MediaRules, OptionField, OptionInput, TextRule, TextUnit, UNCHOSEN};
use crate::contract::connector::{ReadingWindow, Whose};

/// Longest caption of a video, UTF-16 units. "Content Posting API: Direct Post" (Nov 2026), `post_info.title`.
pub(super) const CAPTION: usize = 2200;

/// Longest description of pictures, UTF-16 units. "Content Posting API: Photo Post" (Nov 2026), `post_info.description`.
pub(super) const DESCRIPTION: usize = 4000;

/// Longest title of pictures, UTF-16 units. The same page, `post_info.title`.
pub(super) const TITLE: usize = 90;

/// The rule for captions of videos, for the capability matrix. Pictures have [`DESCRIPTION`] and [`TITLE`].
pub(super) const TEXT: TextRule = TextRule {
    max: 2200,
    unit: TextUnit::Utf16,
    // There is no post without a file.
    required_without_media: true,
};

/// One video or up to 35 pictures. "Media Transfer Guide" and "Photo Post" (Nov 2026).
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 35,
    required: true,
    mixed: false,
    image_types: &["image/jpeg", "image/webp"],
    // "20 MB"; whether of 1000 or 1024 is not said.
    image_bytes: 20_000_000,
    video_types: &["video/mp4", "video/quicktime", "video/webm"],
    // "4 GB", likewise; the larger reading is used by TikTok's own example.
    video_bytes: 4_294_967_296,
    video_ms: Some(LONGEST_MS),
    documents: None,
    alt_max: 0,
};

/// Longest video of any account, milliseconds; each has its own limit below. "Media Transfer Guide" (Nov 2026).
pub(super) const LONGEST_MS: u64 = 10 * 60 * 1000;

/// Shorter videos are reported to be refused, milliseconds. TikTok publishes no number.
pub(super) const SHORTEST_MS: u64 = 3000;

/// Codecs of a video, as files name them. "Media Transfer Guide" (Nov 2026): H.264, H.265, VP8, VP9.
pub(super) const CODECS: &[&str] = &["h264", "hevc", "h265", "vp8", "vp9"];

/// Fewest and most frames a second. The same page.
pub(super) const FRAME_RATE: (f64, f64) = (23.0, 60.0);

/// Shortest and longest side of a video, pixels. The same page.
pub(super) const SIDES: (u32, u32) = (360, 4096);

/// Longest short and long side of a picture, pixels: "1080p". "Photo Post" (Nov 2026).
pub(super) const PICTURE_SIDES: (u32, u32) = (1080, 1920);

/// Smallest part of an upload but a video that is smaller itself, bytes: "5 MB", whichever megabyte is meant. "Media Transfer Guide"
/// (Nov 2026).
pub(super) const PART: u64 = 5 * 1024 * 1024;

/// Most parts of an upload. The same page.
pub(super) const PARTS: u64 = 1000;

/// How long the address of an upload is good. The same page: an hour. What is left of it must do for the last part.
pub(super) const LINK_LIFE: SignedDuration = SignedDuration::from_mins(55);

/// How long one waits after "too fast". TikTok counts calls by the minute, and sends no headers about it. "API Rate Limits" (Nov 2026).
pub(super) const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// How long one waits after a limit of a day: TikTok counts the last 24 hours. "Content Sharing Guidelines" (Nov 2026).
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Posts that one account may make by programs within 24 hours: "about 15". "Content Sharing Guidelines" (Nov 2026).
pub(super) const DAILY_POSTS: u32 = 15;

/// How posts reach TikTok; the first one is the default.
pub(super) const MODES: &[&str] = &["direct", "inbox"];

/// Who may see a post, in our words and in TikTok's. TikTok's guidelines forbid a default. "Query Creator Info" (Nov 2026),
/// `privacy_level_options`.
pub(super) const PRIVACY: &[(&str, &str)] = &[
    ("public", "PUBLIC_TO_EVERYONE"),
    ("followers", "FOLLOWER_OF_CREATOR"),
    ("friends", "MUTUAL_FOLLOW_FRIENDS"),
    ("private", "SELF_ONLY"),
];

const PRIVACY_VALUES: &[&str] = &[UNCHOSEN, PRIVACY[0].0, PRIVACY[1].0, PRIVACY[2].0, PRIVACY[3].0];

/// The options of a post.
pub(super) const OPTIONS: &[OptionField] = &[
    OptionField { name: "mode", input: OptionInput::Choice { values: MODES } },
    OptionField { name: "privacy", input: OptionInput::Choice { values: PRIVACY_VALUES } },
    OptionField { name: "title", input: OptionInput::Text { max: 90 } },
    OptionField { name: "allow_comments", input: OptionInput::Bool },
    OptionField { name: "allow_duet", input: OptionInput::Bool },
    OptionField { name: "allow_stitch", input: OptionInput::Bool },
    OptionField { name: "thumb_offset", input: OptionInput::Number { range: (0, 600_000) } },
    OptionField { name: "cover_picture", input: OptionInput::Number { range: (1, 35) } },
    OptionField { name: "auto_music", input: OptionInput::Bool },
    OptionField { name: "paid_partnership", input: OptionInput::Bool },
    OptionField { name: "own_brand", input: OptionInput::Bool },
    OptionField { name: "is_ai_generated", input: OptionInput::Bool },
];

/// Calls of one endpoint for an account: TikTok takes 600 within any minute, without headers. "API Rate Limits" (Nov 2026). A quarter stays
/// with those who look how a post is doing.
pub(super) const READING: &[ReadingWindow] =
    &[ReadingWindow { bucket: None, of: Whose::Account, calls: 225, span_s: 60 }];
