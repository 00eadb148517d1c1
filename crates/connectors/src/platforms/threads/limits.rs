//! Threads' limits as data.

use carillon_domain::time::SignedDuration;

use crate::contract::capability::{MediaRules, TextRule, TextUnit};
use crate::kit::graph::video::{self, VideoRule};

/// Longest text; emoji count as their bytes. Source: Threads API - Overview, limitations (September 2025).
pub(super) const TEXT: usize = 500;
/// Longest attached text, characters. Source: Threads API - Text attachments.
pub(super) const ATTACHED_TEXT: usize = 10_000;
/// Most distinct links over text and link attachment. Source: Threads API - Posts, links (since 22 December 2025).
pub(super) const LINKS: usize = 5;
/// Longest topic tag, characters. Source: Threads API - Posts, topic tags.
pub(super) const TOPIC_TAG: usize = 50;
/// Longest alternative text, characters. Source: Threads API - User reference, `alt_text`.
pub(super) const ALT_CHARACTERS: usize = 1000;
/// Fewest and most items of a carousel. Source: Threads API - Posts, carousel posts.
pub(super) const CAROUSEL_ITEMS: (usize, usize) = (2, 20);
/// Fewest and most answers of a poll. Source: Threads API - Polls.
pub(super) const POLL_OPTIONS: (usize, usize) = (2, 4);
/// Longest answer of a poll, characters. Source: the same.
pub(super) const POLL_OPTION: usize = 25;
/// How long a poll runs, minutes: the API takes no duration. Source: the same, `expiration_timestamp` (a day after the post).
pub(super) const POLL_MINUTES: u32 = 1440;

/// Posts of an account within 24 hours, until the account's own number was read; a carousel is one. Source: Threads API -
/// Overview, rate limits; `threads_publishing_limit`.
pub(super) const DAILY_POSTS: u32 = 250;

/// Life of a container. Source: Threads API - Troubleshooting, container status `EXPIRED`.
pub(super) const CONTAINER_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// MIME types of pictures. Source: Threads API - Overview, image specifications.
pub(super) const IMAGE_TYPES: &[&str] = &["image/jpeg", "image/png"];
/// Largest picture, bytes. Source: the same.
pub(super) const IMAGE_BYTES: u64 = 8 * MIB;
/// The longer side of a picture divided by the shorter one. Source: the same.
pub(super) const IMAGE_RATIO: f64 = 10.0;

const MIB: u64 = 1024 * 1024;

/// Source: Threads API - Overview, video specifications. Rate and sound can't be measured by us and are not checked.
pub(super) const VIDEO: VideoRule = VideoRule {
    network: "Threads",
    what: "a post",
    bytes: 1024 * MIB,
    ms: (1, 300_000),
    ratio: (0.01, 10.0),
    frame_rate: (23.0, 60.0),
    width: 1920,
};

/// The media rules, for the capability matrix.
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 20,
    required: false,
    mixed: true,
    image_types: IMAGE_TYPES,
    image_bytes: IMAGE_BYTES,
    video_types: video::TYPES,
    video_bytes: VIDEO.bytes,
    video_ms: Some(VIDEO.ms.1),
    documents: None,
    alt_max: 1000,
};

/// The text's rule, for the capability matrix.
pub(super) const TEXT_RULE: TextRule =
    TextRule { max: 500, unit: TextUnit::EmojiBytes, required_without_media: true };
