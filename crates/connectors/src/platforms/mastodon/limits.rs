//! The rules of one server as data. Every server has its own: what it says is cached with the account, what it does not say
//! is Mastodon's default.
//!
//! Source: docs.joinmastodon.org, "Instance" entity and "instance API methods" (2 July 2026); for the older and other forms
//! that some software answers, the same pages' version history.

use crate::contract::publisher::Window;
use carillon_domain::account::AccountIdentity;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::wire;

/// Characters of a post by default.
pub const CHARACTERS: u32 = 500;
/// Media of a post by default.
pub const MEDIA: u32 = 4;
/// Largest image by default, bytes.
pub const IMAGE_BYTES: u64 = 16_777_216;
/// Largest video by default, bytes.
pub const VIDEO_BYTES: u64 = 103_809_024;
/// Longest description of a file by default, characters ("media API methods": max 1500).
pub const DESCRIPTION: u32 = 1_500;
/// Options of a poll by default.
pub const POLL_OPTIONS: u32 = 4;
/// Longest option of a poll by default, characters.
pub const POLL_OPTION_CHARACTERS: u32 = 50;
/// Shortest poll by default, seconds.
pub const POLL_MIN_S: u64 = 300;
/// Longest poll by default, seconds (a mean month).
pub const POLL_MAX_S: u64 = 2_629_746;
/// Images with more pixels than this are scaled down ("Posting to your profile": 8.3 megapixels).
pub const SCALED_PIXELS: u64 = 8_294_400;

/// MIME types of images by default.
pub const IMAGE_TYPES: &[&str] =
    &["image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif"];
/// MIME types of videos by default.
pub const VIDEO_TYPES: &[&str] = &["video/mp4", "video/webm", "video/quicktime", "video/ogg"];

/// How long cached limits are good for, seconds: servers change them rarely.
const FRESH_S: i64 = 24 * 60 * 60;

/// The limits of one server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Characters of a post, as [`carillon_domain::text::mastodon`] counts.
    pub characters: u32,
    /// What a link counts; 0: in full.
    pub link_length: u32,
    /// Files of a post.
    pub media: u32,
    /// MIME types that are accepted; empty: the server does not say.
    pub types: Vec<String>,
    /// Largest image, bytes.
    pub image_bytes: u64,
    /// Most pixels of an image.
    pub image_pixels: u64,
    /// Largest video, bytes.
    pub video_bytes: u64,
    /// Most pixels of a frame.
    pub video_pixels: u64,
    /// Most frames per second.
    pub frame_rate: u32,
    /// Longest description of a file, characters.
    pub description: u32,
    /// Most options of a poll.
    pub poll_options: u32,
    /// Longest option of a poll, characters.
    pub poll_option_characters: u32,
    /// Shortest poll, seconds.
    pub poll_min_s: u64,
    /// Longest poll, seconds.
    pub poll_max_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            characters: CHARACTERS,
            link_length: carillon_domain::text::mastodon::LINK_LENGTH,
            media: MEDIA,
            types: IMAGE_TYPES.iter().chain(VIDEO_TYPES).map(|t| (*t).to_owned()).collect(),
            image_bytes: IMAGE_BYTES,
            image_pixels: 33_177_600,
            video_bytes: VIDEO_BYTES,
            video_pixels: 8_294_400,
            frame_rate: 120,
            description: DESCRIPTION,
            poll_options: POLL_OPTIONS,
            poll_option_characters: POLL_OPTION_CHARACTERS,
            poll_min_s: POLL_MIN_S,
            poll_max_s: POLL_MAX_S,
        }
    }
}

impl Limits {
    /// What a server said about itself, over the defaults. A limit of zero is a server that does not count (only a link's
    /// length can be zero), so the default stays.
    pub fn of(instance: &wire::Instance) -> Self {
        let mut limits = Self::default();
        let other = (instance.max_toot_chars, instance.upload_limit, instance.description_limit);
        set(&mut limits.characters, other.0);
        set(&mut limits.image_bytes, other.1);
        set(&mut limits.video_bytes, other.1);
        set(&mut limits.description, other.2);
        if let Some(polls) = &instance.poll_limits {
            set(&mut limits.poll_options, polls.max_options);
            set(&mut limits.poll_option_characters, polls.max_option_chars);
            set(&mut limits.poll_min_s, polls.min_expiration);
            set(&mut limits.poll_max_s, polls.max_expiration);
        }
        let said = instance.configuration.clone().unwrap_or_default();
        set(&mut limits.characters, said.statuses.max_characters);
        set(&mut limits.media, said.statuses.max_media_attachments);
        if let Some(length) = said.statuses.characters_reserved_per_url {
            limits.link_length = length;
        }
        let media = said.media_attachments;
        if let Some(types) = media.supported_mime_types {
            limits.types = types;
        }
        set(&mut limits.image_bytes, media.image_size_limit);
        set(&mut limits.image_pixels, media.image_matrix_limit);
        set(&mut limits.video_bytes, media.video_size_limit);
        set(&mut limits.video_pixels, media.video_matrix_limit);
        set(&mut limits.frame_rate, media.video_frame_rate_limit);
        set(&mut limits.description, media.description_limit);
        set(&mut limits.poll_options, said.polls.max_options);
        set(&mut limits.poll_option_characters, said.polls.max_characters_per_option);
        set(&mut limits.poll_min_s, said.polls.min_expiration);
        set(&mut limits.poll_max_s, said.polls.max_expiration);
        limits
    }
}

fn set<T: PartialEq + Default>(slot: &mut T, said: Option<T>) {
    if let Some(value) = said.filter(|v| *v != T::default()) {
        *slot = value;
    }
}

/// What is kept with the account between calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meta {
    /// The server's limits.
    pub limits: Limits,
    /// When they were read; `None`: never, these are the defaults.
    pub limits_read_at: Option<Timestamp>,
    /// What the server calls itself: `4.5.2`, `2.7.2 (compatible; Pleroma 2.6.0)` …
    pub version: Option<String>,
    /// The name behind the `@` of its handles.
    pub domain: Option<String>,
    /// The account's page.
    pub url: Option<String>,
    /// Who sees a post for which nobody chose.
    pub default_visibility: Option<String>,
}

impl Meta {
    /// What is kept with this account; defaults where there is nothing.
    pub fn of(account: &AccountIdentity) -> Self {
        serde_json::from_value(account.meta.clone()).unwrap_or_default()
    }

    /// Whether the limits should be read again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.limits_read_at.is_none_or(|at| now.duration_since(at).as_secs().abs() >= FRESH_S)
    }

    /// As JSON for the account.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Posts of one account that a server takes in three hours. `app/lib/rate_limiter.rb` of mastodon/mastodon, family `statuses`.
pub const WINDOWS: &[Window] = &[Window { posts: 300, span_s: 3 * 3_600 }];
