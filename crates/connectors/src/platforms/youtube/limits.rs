//! YouTube's limits, as data.

use carillon_domain::time::SignedDuration;

use crate::contract::capability::{MediaRules, OptionField, OptionInput, TextRule, TextUnit};

/// Longest title, characters. developers.google.com, "Videos" (2026), `snippet.title`.
pub(super) const TITLE_CHARACTERS: usize = 100;

/// Longest description, bytes of UTF-8. developers.google.com, "Videos" (2026), `snippet.description`.
pub(super) const DESCRIPTION_BYTES: usize = 5000;

/// All tags together, characters: commas between them count, and a tag with a space counts two more for its quotes.
/// developers.google.com, "Videos" (2026), `snippet.tags[]`.
pub(super) const TAGS_CHARACTERS: usize = 500;

/// With more hashtags than this YouTube ignores all of them. support.google.com, "Use hashtags" (2026).
pub(super) const HASHTAGS: usize = 60;

/// What title and description may not hold. developers.google.com, "Videos" (2026).
pub(super) const FORBIDDEN: [char; 2] = ['<', '>'];

/// The description's rule, for the capability matrix. The title has its own, [`TITLE_CHARACTERS`].
pub(super) const TEXT: TextRule = TextRule {
    max: 5000,
    unit: TextUnit::Bytes,
    // There is no post without a video.
    required_without_media: true,
};

/// One video, and beside it one picture as its thumbnail. developers.google.com, "Videos: insert" and "Thumbnails: set" (2026).
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 2,
    required: true,
    mixed: true,
    image_types: &["image/jpeg", "image/png"],
    image_bytes: THUMBNAIL_BYTES,
    // It takes `video/*`; these are the containers that its help names.
    video_types: &[
        "video/mp4",
        "video/quicktime",
        "video/webm",
        "video/x-matroska",
        "video/mpeg",
        "video/x-msvideo",
        "video/x-ms-wmv",
        "video/x-flv",
        "video/3gpp",
    ],
    video_bytes: 256 * 1024 * 1024 * 1024,
    video_ms: Some(LONGEST_MS),
    documents: None,
    alt_max: 0,
};

/// Largest thumbnail, bytes, since 14 Sep 2026. developers.google.com, "Thumbnails: set" (2026).
pub(super) const THUMBNAIL_BYTES: u64 = 52_428_800;

/// Smallest thumbnail that looks good, pixels. support.google.com, "Add video thumbnails" (2026).
pub(super) const THUMBNAIL_SIZE: (u32, u32) = (1280, 720);

/// Longest video of an account whose phone number is verified, milliseconds. support.google.com, "Upload videos longer than 15 minutes" (2026).
pub(super) const LONGEST_MS: u64 = 12 * 60 * 60 * 1000;

/// Longest video of any other account, milliseconds. The same page.
pub(super) const UNVERIFIED_MS: u64 = 15 * 60 * 1000;

/// Longest Short, milliseconds; a Short is square or higher than wide. support.google.com, "Three-minute Shorts" (2026).
pub(super) const SHORT_MS: u64 = 3 * 60 * 1000;

/// What every part of an upload but the last is a multiple of, bytes. developers.google.com, "Resumable Uploads" (2026).
pub(super) const UPLOAD_UNIT: u64 = 262_144;

/// Bytes of one part of an upload: what a broken connection costs at most.
pub(super) const CHUNK: u64 = 32 * UPLOAD_UNIT;

/// How long a channel waits that has reached its own limit of uploads. YouTube publishes neither number nor time; reported is a day.
pub(super) const UPLOADS_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// How long after too many thumbnails the next one is tried. YouTube publishes no time.
pub(super) const THUMBNAILS_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// Who may see a video in the end; the first one is the default. developers.google.com, "Videos" (2026), `status.privacyStatus`.
pub(super) const PRIVACY: &[&str] = &["public", "unlisted", "private"];

/// Kinds that a person may insist on. YouTube has no such field: the file decides.
pub(super) const KINDS: &[&str] = &["auto", "video", "short"];

/// Licences; the first one is the default. developers.google.com, "Videos" (2026), `status.license`.
pub(super) const LICENCES: &[&str] = &["youtube", "creativeCommon"];

/// Categories that channels may choose, "People & Blogs" first. developers.google.com, "VideoCategories: list" (2026): those that are
/// assignable in every region.
pub(super) const CATEGORIES: &[&str] =
    &["22", "1", "2", "10", "15", "17", "19", "20", "23", "24", "25", "26", "27", "28", "29"];

/// The options of a post.
pub(super) const OPTIONS: &[OptionField] = &[
    OptionField { name: "title", input: OptionInput::Text { max: 100 } },
    OptionField { name: "kind", input: OptionInput::Choice { values: KINDS } },
    OptionField { name: "privacy", input: OptionInput::Choice { values: PRIVACY } },
    OptionField { name: "publish_at", input: OptionInput::Text { max: 40 } },
    OptionField { name: "made_for_kids", input: OptionInput::Bool },
    OptionField { name: "category", input: OptionInput::Choice { values: CATEGORIES } },
    OptionField { name: "tags", input: OptionInput::List { max: 100 } },
    OptionField { name: "playlist", input: OptionInput::Text { max: 200 } },
    OptionField { name: "notify_subscribers", input: OptionInput::Bool },
    OptionField { name: "embeddable", input: OptionInput::Bool },
    OptionField { name: "license", input: OptionInput::Choice { values: LICENCES } },
    OptionField { name: "synthetic_media", input: OptionInput::Bool },
    OptionField { name: "paid_promotion", input: OptionInput::Bool },
    OptionField { name: "language", input: OptionInput::Text { max: 20 } },
];
