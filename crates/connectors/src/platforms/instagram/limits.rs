//! Instagram's limits as data.

use crate::contract::capability::{MediaRules, TextRule, TextUnit};
use crate::contract::connector::{ReadingWindow, Whose};
use crate::kit::graph::video::{self, VideoRule};

/// Longest caption, characters. Source: Instagram Platform - IG User media (copy of 2026), `caption`.
pub(super) const CAPTION_CHARACTERS: usize = 2200;
/// Most hashtags in a caption. Source: the same.
pub(super) const HASHTAGS: usize = 30;
/// Most mentions in a caption. Source: the same.
pub(super) const MENTIONS: usize = 20;
/// Longest alternative text, characters. Source: Instagram Platform - Changelog, 24 March 2025.
pub(super) const ALT_CHARACTERS: usize = 1000;
/// Fewest and most items of a carousel. Source: Instagram Platform - Publish Content, carousel posts; error 2207028.
pub(super) const CAROUSEL_ITEMS: (usize, usize) = (2, 10);
/// Most collaborators. Source: Instagram Platform - IG User media, `collaborators`.
pub(super) const COLLABORATORS: usize = 3;
/// Most tagged people. Source: Instagram Platform - Error Codes, 2207040.
pub(super) const USER_TAGS: usize = 20;
/// Largest picture or cover, bytes. Source: Instagram Platform - IG User media, image specifications; error 2207004.
pub(super) const IMAGE_BYTES: u64 = 8 * MIB;
/// Width divided by height of a feed picture. Source: the same; error 2207009.
pub(super) const IMAGE_RATIO: (f64, f64) = (0.8, 1.91);
/// Longest video that a carousel is known to take, milliseconds; not documented, so only a warning.
pub(super) const CAROUSEL_VIDEO_MS: u64 = 60_000;

/// Posts of an account within 24 hours, until the account's own number was read; a carousel is one. Source: Instagram Platform -
/// Content Publishing Limit (copy of 2026), `config.quota_total`; the guide's 100 is not what the reference answers.
pub(super) const DAILY_POSTS: u32 = 50;

const MIB: u64 = 1024 * 1024;

/// Source: Instagram Platform - IG User media, reel specifications (copy of 2026).
pub(super) const REEL: VideoRule = VideoRule {
    network: "Instagram",
    what: "a reel",
    bytes: 300 * MIB,
    ms: (3_000, 900_000),
    ratio: (0.01, 10.0),
    frame_rate: (23.0, 60.0),
    width: 1920,
};

/// Source: Instagram Platform - IG User media, story video specifications (copy of 2026).
pub(super) const STORY_VIDEO: VideoRule = VideoRule {
    network: "Instagram",
    what: "a story",
    bytes: 100 * MIB,
    ms: (3_000, 60_000),
    ratio: (0.1, 10.0),
    frame_rate: (23.0, 60.0),
    width: 1920,
};

/// The default media rules, for the capability matrix; what holds for which kind is in the check.
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 10,
    required: true,
    mixed: true,
    image_types: &["image/jpeg"],
    image_bytes: IMAGE_BYTES,
    video_types: video::TYPES,
    video_bytes: REEL.bytes,
    video_ms: Some(REEL.ms.1),
    documents: None,
    alt_max: 1000,
};

/// The caption's rule, for the capability matrix.
pub(super) const TEXT: TextRule =
    TextRule { max: 2200, unit: TextUnit::Characters, required_without_media: false };

/// Longest span between `since` and `until` of an account's insights, days. Source: as clients report (unverified).
pub(super) const INSIGHTS_DAYS: u16 = 30;
/// How long an account's insights are kept, days. Source: Instagram Platform - Insights (copy of 2026).
pub(super) const INSIGHTS_KEPT_DAYS: i64 = 90;
/// How long a story has insights, hours. Source: the same.
pub(super) const STORY_HOURS: i64 = 24;

/// Our own bound: 200 calls of an account in an hour of the clock, so that the app never looks like one that collects. What Instagram itself
/// takes follows from the account's impressions and is more; its headers tell how much of that is used.
pub(super) const READING: &[ReadingWindow] =
    &[ReadingWindow { bucket: Some("hour"), of: Whose::Account, calls: 200, span_s: 3_600 }];
