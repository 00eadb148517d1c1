//! Facebook's limits as data.

use crate::contract::capability::{MediaRules, TextRule, TextUnit};

/// Longest message, characters. Source: not documented; reported by clients for years (unverified).
pub(super) const MESSAGE_CHARACTERS: usize = 63_206;
/// Comments that are longer are reported to be refused, characters (unverified), so only a warning.
pub(super) const COMMENT_CHARACTERS: usize = 8_000;
/// Most photos of one post. Facebook documents none; ten is what clients are known to publish.
pub(super) const PHOTOS: usize = 10;
/// Largest photo, bytes. Source: the refusal 1366046, which speaks of 4 MB (observed).
pub(super) const PHOTO_BYTES: u64 = 4 * MIB;
/// Largest photo of a story, bytes. Source: Page Stories API (copy of 2026): 10 MB; an older text has 4 MB.
pub(super) const STORY_PHOTO_BYTES: u64 = 10 * MIB;
/// PNGs that are larger may look bad, bytes. Source: Graph API - Page photos (copy of 2026).
pub(super) const PNG_ADVISED_BYTES: u64 = MIB;
/// What photos may be. Source: the same; BMP and TIFF are taken, too, but not by our library.
pub(super) const PHOTO_TYPES: &[&str] = &["image/jpeg", "image/png", "image/gif"];
/// Longest description of a photo for people who can't see it, characters; Facebook documents none.
pub(super) const ALT_CHARACTERS: usize = 1_000;
/// Longest title of a video, characters; Facebook documents none.
pub(super) const TITLE_CHARACTERS: u32 = 255;
/// Longest address of a link, characters; Facebook documents none.
pub(super) const LINK_CHARACTERS: u32 = 2_048;
/// Longest span between `since` and `until` of a Page's insights, days. Source: Graph API - Page Insights, Limitations.
pub(super) const INSIGHTS_DAYS: u16 = 90;

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;
const MINUTE_MS: u64 = 60_000;

/// Rules for one use of a video.
#[derive(Debug, Clone, Copy)]
pub(super) struct VideoRule {
    /// As people call it.
    pub what: &'static str,
    /// Largest file, bytes.
    pub bytes: u64,
    /// Shortest and longest, milliseconds.
    pub ms: (u64, u64),
    /// Frames per second, where they matter.
    pub frame_rate: Option<(f64, f64)>,
    /// Narrowest and lowest picture, pixels, where it matters.
    pub smallest: Option<(u32, u32)>,
    /// Codecs of the picture, where they matter.
    pub video_codecs: Option<&'static [&'static str]>,
    /// Codecs of the sound, where they matter.
    pub audio_codecs: Option<&'static [&'static str]>,
}

/// Width divided by height of any video: 9:16 to 16:9. Source: Video API - Publishing; error 1363040.
pub(super) const VIDEO_RATIO: (f64, f64) = (9.0 / 16.0, 16.0 / 9.0);

/// Source: Video API - Publishing, resumable uploads (copy of 2026): 10 GB, 4 hours.
pub(super) const VIDEO: VideoRule = VideoRule {
    what: "a video",
    bytes: 10 * GIB,
    ms: (0, 240 * MINUTE_MS),
    frame_rate: None,
    smallest: None,
    video_codecs: None,
    audio_codecs: None,
};

/// Source: Reels Publishing, specifications (copy of 2026); errors 1363127, 1363128, 1363129.
pub(super) const REEL: VideoRule = VideoRule {
    what: "a reel",
    bytes: 10 * GIB,
    ms: (3_000, 90_000),
    frame_rate: Some((24.0, 60.0)),
    smallest: Some((540, 960)),
    video_codecs: Some(&["h264", "hevc", "vp9", "av1"]),
    audio_codecs: Some(&["aac"]),
};

/// Source: Page Stories API (copy of 2026): 60 seconds; for the rest as reels, whose way of uploading it has.
pub(super) const STORY: VideoRule = VideoRule { what: "a story", ms: (3_000, 60_000), ..REEL };

/// The media rules, for the capability matrix; what holds for which kind is in the check.
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 10,
    required: false,
    mixed: false,
    image_types: PHOTO_TYPES,
    image_bytes: PHOTO_BYTES,
    video_types: &["video/mp4", "video/quicktime"],
    video_bytes: VIDEO.bytes,
    video_ms: Some(VIDEO.ms.1),
    documents: None,
    alt_max: 1_000,
};

/// The message's rule, for the capability matrix.
pub(super) const TEXT: TextRule =
    TextRule { max: 63_206, unit: TextUnit::Characters, required_without_media: true };
