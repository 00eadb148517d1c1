//! What a small coffee roastery shows, says and plans.

use image::ImageFormat;

/// Whose accounts the demo holds.
pub const PERSONA: &str = "harborlightcoffee";
/// Whose account needs attention.
pub const UNLUCKY: &str = "nikospapadakis";

/// A generated picture of the library.
pub struct Picture {
    /// File name.
    pub name: &'static str,
    /// What it shows.
    pub alt: &'static str,
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// Sky, land and light, RGB.
    pub colors: [[u8; 3]; 3],
    /// How it is stored.
    pub format: ImageFormat,
}

/// The library.
pub const PICTURES: &[Picture] = &[
    Picture {
        name: "quay-at-dawn.jpg",
        alt: "A low orange sun over blue hills beyond the quay",
        size: (1080, 1080),
        colors: [[250, 190, 130], [38, 70, 96], [255, 244, 214]],
        format: ImageFormat::Jpeg,
    },
    Picture {
        name: "first-snow.jpg",
        alt: "A pale sun above white hills",
        size: (1080, 1350),
        colors: [[206, 222, 236], [128, 150, 172], [255, 255, 255]],
        format: ImageFormat::Jpeg,
    },
    Picture {
        name: "roast-day.jpg",
        alt: "Brown hills under a red evening sky",
        size: (1200, 900),
        colors: [[196, 92, 60], [66, 40, 30], [255, 214, 150]],
        format: ImageFormat::Jpeg,
    },
    Picture {
        name: "opening-hours.png",
        alt: "A green evening over dark hills, used behind our opening hours",
        size: (800, 600),
        colors: [[120, 190, 170], [24, 52, 60], [240, 250, 220]],
        format: ImageFormat::Png,
    },
];

/// A post.
pub struct Line {
    /// Text.
    pub text: &'static str,
    /// Index in [`PICTURES`].
    pub picture: Option<usize>,
    /// Days from today; 0: a draft.
    pub day: i8,
    /// Hour and minute.
    pub at: (i8, i8),
    /// Labels.
    pub tags: &'static [&'static str],
}

/// What went out.
pub const PAST: &[Line] = &[
    Line {
        text: "The quay at six this morning. Doors open, kettle on, first batch of the Sidama is resting until noon. #coffee",
        picture: Some(0),
        day: -2,
        at: (7, 15),
        tags: &["shop"],
    },
    Line {
        text: "We were asked how long beans keep. Whole and closed: six weeks. Ground and open: until lunch.",
        picture: None,
        day: -2,
        at: (17, 30),
        tags: &["tips"],
    },
];

/// What is planned.
pub const WEEK: &[Line] = &[
    Line {
        text: "New on the shelf: a washed Sidama with a lot of peach and a little black tea. 250 g bags, while they last. #coffee",
        picture: Some(2),
        day: 1,
        at: (9, 30),
        tags: &["shop", "launch"],
    },
    Line {
        text: "Brewing at home this week? 15 g of coffee, 250 ml of water just off the boil, three minutes. Everything else is taste.",
        picture: None,
        day: 2,
        at: (8, 0),
        tags: &["tips"],
    },
    Line {
        text: "Cupping today: five coffees, one table, no tickets. Come at four.",
        picture: Some(0),
        day: 3,
        at: (12, 0),
        tags: &["events"],
    },
    Line {
        text: "The roaster gets its yearly cleaning today, so the shop smells of vinegar instead of coffee. Sorry.",
        picture: None,
        day: 4,
        at: (10, 15),
        tags: &["shop"],
    },
    Line {
        text: "Winter hours from next week: six to three, closed when it's gone.",
        picture: Some(1),
        day: 5,
        at: (18, 0),
        tags: &["shop"],
    },
    Line {
        text: "Ten years ago today we sold our first cup. It was too hot and slightly burnt. Thank you for coming back.",
        picture: Some(0),
        day: 6,
        at: (9, 0),
        tags: &["story"],
    },
    Line {
        text: "Slow bar this morning: Nikos repairs a synthesizer in the corner, we make pour-overs. Bring your own noise.",
        picture: Some(2),
        day: 7,
        at: (11, 0),
        tags: &["events"],
    },
];

/// What is not ready.
pub const DRAFTS: &[Line] = &[
    Line {
        text: "Idea: a short series on where the bags go after they are empty.",
        picture: None,
        day: 0,
        at: (0, 0),
        tags: &["ideas"],
    },
    Line {
        text: "Gift boxes for December – wait for the photos of the new label.",
        picture: Some(1),
        day: 0,
        at: (0, 0),
        tags: &["ideas", "launch"],
    },
];

/// A post that the network refuses.
pub const REFUSED: &str = "Restored a Juno today. It only plays one note, but it plays it well.";
/// A post that waits for its account.
pub const WAITING: &str = "Concert on the harbour wall on Saturday, weather permitting, which it won't.";
