//! LinkedIn's limits, as data. Pages of learn.microsoft.com, "LinkedIn Marketing API" (2026), where nothing else is said.

use crate::contract::capability::{DocumentRules, MediaRules, OptionField, OptionInput, TextRule, TextUnit};
use crate::contract::connector::{ReadingWindow, Whose};

/// "Posts API". Which unit is counted LinkedIn does not say; UTF-16 units are never fewer than what people count.
pub(super) const TEXT: TextRule =
    TextRule { max: 3_000, unit: TextUnit::Utf16, required_without_media: true };

/// "Images API", "Videos API", "MultiImage API". For bytes of an image LinkedIn names no limit to programs; 5 MB is what its
/// help tells people, and more is warned of only.
pub(super) const MEDIA: MediaRules = MediaRules {
    max_items: 20,
    required: false,
    mixed: false,
    image_types: &["image/jpeg", "image/png", "image/gif"],
    image_bytes: 5_000_000,
    video_types: &["video/mp4"],
    video_bytes: 500_000_000,
    video_ms: Some(30 * 60 * 1_000),
    documents: Some(DOCUMENTS),
    alt_max: 4_086,
};

/// How long numbers of pages and members may be kept, days. "Data Storage Requirements" (2026) sets a bound to each kind of data; that it
/// is a year for what is reported of pages, others say who build on it (unverified). Who asked for less must set less.
pub(super) const KEPT_DAYS: u16 = 365;

/// "Documents API". It names the types by their endings: PDF, DOC, DOCX, PPT, PPTX.
pub(super) const DOCUMENTS: DocumentRules = DocumentRules {
    max_items: 1,
    types: &[
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ],
    bytes: 100_000_000,
    pages: 300,
    title_option: Some("media_title"),
};

/// "Images API".
pub(super) mod image {
    /// Width × height stays below.
    pub const PIXELS: u64 = 36_152_320;
    /// Frames of an animated GIF.
    pub const FRAMES: u32 = 250;
}

/// "Videos API".
pub(super) mod video {
    /// Fewest bytes.
    pub const MIN_BYTES: u64 = 75_000;
    /// Shortest, milliseconds.
    pub const MIN_MS: u64 = 3_000;
}

/// "Poll Post API"; the lengths from LinkedIn's own forms, since the page states only the number of options.
pub(super) mod poll {
    /// Fewest and most options.
    pub const OPTIONS: (usize, usize) = (2, 4);
    /// Longest option, characters.
    pub const OPTION_CHARS: usize = 30;
    /// Longest question, characters.
    pub const QUESTION_CHARS: usize = 140;
    /// How long it may run: minutes, and LinkedIn's word for it.
    pub const DURATIONS: [(u32, &str); 4] =
        [(1_440, "ONE_DAY"), (4_320, "THREE_DAYS"), (10_080, "SEVEN_DAYS"), (20_160, "FOURTEEN_DAYS")];
}

/// A link card. LinkedIn's page names no lengths; these are bounds of our own, beyond what a card shows.
pub(super) mod card {
    /// Longest title, characters.
    pub const TITLE_CHARS: usize = 400;
    /// Longest description, characters.
    pub const DESCRIPTION_CHARS: usize = 4_000;
    /// Longest address, bytes.
    pub const URL_BYTES: usize = 2_000;
}

/// Who may see a post: our word, and LinkedIn's. "Posts API".
pub(super) const VISIBILITY: [(&str, &str); 3] =
    [("public", "PUBLIC"), ("connections", "CONNECTIONS"), ("logged_in", "LOGGED_IN")];

/// Calls of a member a day, so certainly posts. "Share on LinkedIn" (2026). What pages may LinkedIn shows in its portal only.
pub(super) const DAILY_CALLS: u32 = 150;

/// The options of a post.
pub(super) const OPTIONS: &[OptionField] = &[
    OptionField {
        name: "visibility",
        input: OptionInput::Choice { values: &[VISIBILITY[0].0, VISIBILITY[1].0, VISIBILITY[2].0] },
    },
    OptionField { name: "no_reshare", input: OptionInput::Bool },
    OptionField { name: "link", input: OptionInput::Text { max: card::URL_BYTES as u32 } },
    OptionField { name: "link_title", input: OptionInput::Text { max: card::TITLE_CHARS as u32 } },
    OptionField {
        name: "link_description",
        input: OptionInput::Text { max: card::DESCRIPTION_CHARS as u32 },
    },
    OptionField { name: "media_title", input: OptionInput::Text { max: card::TITLE_CHARS as u32 } },
    OptionField {
        name: "poll",
        input: OptionInput::Poll {
            options: (2, 4),
            option_chars: 30,
            minutes: (poll::DURATIONS[0].0, poll::DURATIONS[3].0),
            multiple: false,
        },
    },
    OptionField { name: "poll_question", input: OptionInput::Text { max: poll::QUESTION_CHARS as u32 } },
];

/// LinkedIn counts calls of each resource by member and by app in a UTC day, and tells nobody what is left; the numbers of most products
/// stand in its portal only. Half of those of "Share on LinkedIn" (2026), 150 and 100,000, are there in any case.
pub(super) const READING: &[ReadingWindow] = &[
    ReadingWindow { bucket: None, of: Whose::Account, calls: 75, span_s: 86_400 },
    ReadingWindow { bucket: None, of: Whose::Installation, calls: 50_000, span_s: 86_400 },
];
