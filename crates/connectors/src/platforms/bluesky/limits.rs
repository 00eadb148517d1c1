//! Bluesky's rules as data. Sources: the lexicons of bluesky-social/atproto (Aug 2026) unless a constant names another.

use crate::contract::connector::{ReadingWindow, Whose};
use crate::contract::publisher::Window;

/// Longest text of a post, extended grapheme clusters. Lexicon `app.bsky.feed.post`, `text`.
pub const TEXT_GRAPHEMES: u32 = 300;
/// Longest text of a post, UTF-8 bytes. Lexicon `app.bsky.feed.post`, `text`.
pub const TEXT_BYTES: u32 = 3000;
/// Most languages of a post. Lexicon `app.bsky.feed.post`, `langs`.
pub const LANGS: u32 = 3;

/// Most images of a post. Lexicon `app.bsky.embed.images`.
pub const IMAGES: u32 = 4;
/// Largest image that every server takes, bytes. Lexicon `app.bsky.embed.images` before 2026; servers that have not been
/// updated still hold to it.
pub const IMAGE_BYTES: u64 = 1_000_000;
/// Largest image on servers that run the lexicons of 2026, bytes. Lexicon `app.bsky.embed.images`.
pub const IMAGE_BYTES_NEW: u64 = 2_000_000;
/// Hosts that Bluesky itself keeps up to date. docs.bsky.app, "Entryway" (Apr 2026).
pub const UP_TO_DATE_HOSTS: &str = ".host.bsky.network";
/// Images that servers and clients of the network understand. Lexicon `app.bsky.embed.images` (`image/*`) and what the
/// web client offers.
pub const IMAGE_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];
/// Longest alternative text that the network's own clients write, extended grapheme clusters. The lexicon has no limit.
pub const ALT_GRAPHEMES: u32 = 2000;

/// Videos. Lexicon `app.bsky.embed.video`.
pub const VIDEO_TYPES: &[&str] = &["video/mp4"];
/// Largest file that a server takes directly, bytes. Default `PDS_BLOB_UPLOAD_LIMIT` of the reference server.
pub const VIDEO_BYTES: u64 = 50 * 1024 * 1024;
/// Longest video, milliseconds. docs.bsky.app, video tutorial (Apr 2026).
pub const VIDEO_MS: u64 = 180_000;

/// Largest thumbnail of a link card, bytes. Lexicon `app.bsky.embed.external`.
pub const THUMB_BYTES: usize = 1_000_000;
/// Images that are taken as thumbnails.
pub const THUMB_TYPES: &[&str] = &["image/jpeg", "image/png", "image/webp"];
/// Most of a page that is searched for its card, bytes. Ours.
pub const PAGE_BYTES: usize = 512 * 1024;
/// Longest title of a card, extended grapheme clusters. Ours; the lexicon has no limit.
pub const CARD_TITLE: usize = 300;
/// Longest description of a card, extended grapheme clusters. Ours; the lexicon has no limit.
pub const CARD_DESCRIPTION: usize = 1000;

/// Most posts of one `getPosts`. Lexicon `app.bsky.feed.getPosts`.
pub const GET_POSTS: usize = 25;

/// Points of one `putRecord` in the budget of 5000 an hour and 35 000 a day. docs.bsky.app, "Rate Limits" (Apr 2026).
pub const PUT_POINTS: u32 = 2;
/// Points of one `deleteRecord` in the same budget.
pub const DELETE_POINTS: u32 = 1;

/// Posts that the points of an account are good for: 5000 an hour and 35 000 a day. docs.bsky.app, "Rate Limits" (Apr 2026).
pub const WINDOWS: &[Window] = &[
    Window { posts: 5_000 / PUT_POINTS, span_s: 3_600 },
    Window { posts: 35_000 / PUT_POINTS, span_s: 86_400 },
];

/// Calls of everybody behind this installation's address. A server takes 3000 in five minutes from an address, in spans that begin with their
/// first call; a third of that stays with publishing. Servers count each for itself, so that this is less than all of them take.
/// docs.bsky.app, "Rate Limits" (Apr 2026).
pub const READING: &[ReadingWindow] =
    &[ReadingWindow { bucket: Some("address"), of: Whose::Installation, calls: 1_000, span_s: 300 }];
