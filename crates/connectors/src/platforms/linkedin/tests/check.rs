//! What is refused before anything is sent.

use carillon_domain::media::MediaKind;
use carillon_domain::post::{Draft, Part};
use serde_json::{Value, json};

use super::canned::Stage;
use crate::conformance::draft;
use crate::contract::connector::Connector;
use crate::platforms::linkedin::CONNECTOR;

/// What is wrong for a member, or for a page.
fn found(stage: &Stage, draft: &Draft, page: bool) -> (Vec<String>, Vec<String>) {
    let account = if page { stage.page().account } else { stage.member().account };
    let report = CONNECTOR.publisher().expect("it publishes").check(draft, &account);
    let words = |list: Vec<carillon_domain::limits::Violation>| {
        list.into_iter()
            .map(|v| {
                assert!(v.message.ends_with('.'), "{v:?}");
                format!("{}: {}", v.field, v.code)
            })
            .collect()
    };
    (words(report.violations), words(report.warnings))
}

fn with(options: Value) -> Draft {
    let mut post = draft("Tea?", []);
    post.options = options.as_object().cloned().expect("options");
    post
}

#[test]
fn everything_wrong_is_said_at_once() {
    let stage = Stage::new();
    let mut post = draft(&"x".repeat(3_001), (0..21).map(|_| stage.bench.library.jpeg(800, 600, None)));
    post.root.media[0].mime = "image/webp".to_owned();
    post.parts.push(Part { text: "more".to_owned(), media: Vec::new() });
    post.first_comment = Some("And?".to_owned());
    post.options.insert("colour".to_owned(), "red".into());
    let want = [
        "options.colour: unknown",
        "parts: unsupported",
        "first_comment: unsupported",
        "text: too_long",
        "media: too_many",
        "media.0: wrong_type",
    ];
    assert_eq!(found(&stage, &post, false).0, want);
}

#[test]
fn texts() {
    let stage = Stage::new();
    let of = |text: &str| found(&stage, &draft(text, []), false);
    assert_eq!(of(&"é".repeat(3_000)), (vec![], vec![]));
    assert_eq!(of(&"👍".repeat(1_500)), (vec![], vec![]));
    assert_eq!(of(&"👍".repeat(1_501)).0, ["text: too_long"], "counted in units of UTF-16");
    assert_eq!(of(" \n").0, ["text: missing"]);
    assert_eq!(of(&"(".repeat(3_000)), (vec![], vec!["text: near_limit".to_owned()]));
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert_eq!(found(&stage, &draft("", [photo]), false).0, Vec::<String>::new(), "a picture may do without");
}

#[test]
fn pictures() {
    let stage = Stage::new();
    let library = &stage.bench.library;
    let of = |media| found(&stage, &draft("P", [media]), true);
    assert_eq!(of(library.gif(400, 400, 250, Some("moves"))), (vec![], vec![]));
    assert_eq!(of(library.gif(400, 400, 251, None)).0, ["media.0: too_many_frames"]);
    assert_eq!(of(library.jpeg(6_000, 6_000, None)), (vec![], vec![]));
    assert_eq!(of(library.jpeg(5_120, 7_061, None)).0, ["media.0: too_large"], "36,152,320 pixels");
    assert_eq!(of(library.jpeg(5_120, 7_060, None)).0, Vec::<String>::new());
    assert_eq!(
        of(library.padded(library.jpeg(800, 600, None), 5_000_001)),
        (vec![], vec!["media.0: large_picture".to_owned()])
    );
    assert_eq!(of(library.jpeg(800, 600, Some(&"a".repeat(4_086)))).0, Vec::<String>::new());
    assert_eq!(of(library.jpeg(800, 600, Some(&"a".repeat(4_087)))).0, ["media.0.alt: too_long"]);
}

#[test]
fn videos() {
    let stage = Stage::new();
    let of = |bytes: u64, ms: u64| {
        let mut video = stage.bench.library.mp4(1_000, 10_000, None);
        (video.bytes, video.duration_ms) = (bytes, Some(ms));
        found(&stage, &draft("V", [video]), false).0
    };
    let none = Vec::<String>::new();
    assert_eq!((of(75_000, 3_000), of(500_000_000, 1_800_000)), (none.clone(), none));
    assert_eq!(of(74_999, 10_000), ["media.0: too_small"]);
    assert_eq!(of(500_000_001, 10_000), ["media.0: too_large"]);
    assert_eq!(of(100_000, 2_999), ["media.0: too_short"]);
    assert_eq!(of(100_000, 1_800_001), ["media.0: too_long"]);
    let mut mov = stage.bench.library.mp4(80_000, 10_000, Some("told"));
    mov.mime = "video/quicktime".to_owned();
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert_eq!(mov.kind, MediaKind::Video);
    let (wrong, warned) = found(&stage, &draft("V", [photo, mov]), false);
    assert_eq!(wrong, ["media: exclusive", "media.1: wrong_type"]);
    assert_eq!(warned, ["media.1.alt: unsupported"]);
}

#[test]
fn polls() {
    let stage = Stage::new();
    let none: &[&str] = &[];
    let cases: &[(Value, &[&str])] = &[
        (json!({ "options": ["a", "b"], "duration_minutes": 1_440 }), none),
        (json!({ "options": ["a", "b", "c", "d"], "duration_minutes": 20_160, "multiple": false }), none),
        (json!({ "options": ["a"], "duration_minutes": 4_320 }), &["options.poll.options: wrong_number"]),
        (
            json!({ "options": ["a", "b", "c", "d", "e"], "duration_minutes": 4_320 }),
            &["options.poll.options: wrong_number"],
        ),
        (json!({ "options": ["a", "a"], "duration_minutes": 4_320 }), &["options.poll.options.1: duplicate"]),
        (json!({ "options": ["a", " "], "duration_minutes": 4_320 }), &["options.poll.options.1: missing"]),
        (
            json!({ "options": ["a", "b".repeat(31)], "duration_minutes": 4_320 }),
            &["options.poll.options.1: too_long"],
        ),
        (
            json!({ "options": ["a", "b"], "duration_minutes": 60 }),
            &["options.poll.duration_minutes: out_of_range"],
        ),
        (
            json!({ "duration_minutes": "1 day", "multiple": true, "colour": 1 }),
            &[
                "options.poll.colour: unknown",
                "options.poll.multiple: unsupported",
                "options.poll.options: missing",
                "options.poll.duration_minutes: out_of_range",
            ],
        ),
        (json!("tea"), &["options.poll: wrong_type"]),
    ];
    for (poll, want) in cases {
        assert_eq!(found(&stage, &with(json!({ "poll": poll })), false).0, *want, "{poll}");
    }
    let poll = json!({ "options": ["a", "b"], "duration_minutes": 1_440 });
    let mut long = with(json!({ "poll": poll }));
    long.root.text = "w".repeat(141);
    assert_eq!(
        found(&stage, &long, false).0,
        ["options.poll_question: missing"],
        "the text is too long to be the question"
    );
    long.options.insert("poll_question".to_owned(), "w".repeat(140).into());
    assert_eq!(found(&stage, &long, false).0, Vec::<String>::new());
    long.root.media.push(stage.bench.library.jpeg(800, 600, None));
    long.options.insert("link".to_owned(), "https://example.com".into());
    long.options.insert("link_title".to_owned(), "Title".into());
    assert_eq!(found(&stage, &long, false).0, ["options.poll: exclusive", "options.link: exclusive"]);
    assert_eq!(
        found(&stage, &with(json!({ "poll_question": "Why?" })), false).0,
        ["options.poll_question: exclusive"]
    );
}

#[test]
fn link_cards() {
    let stage = Stage::new();
    let photo = |n: usize| (0..n).map(|_| stage.bench.library.jpeg(1_200, 627, None));
    let card = || with(json!({ "link": "https://example.com", "link_title": "Title" }));
    assert_eq!(found(&stage, &card(), false), (vec![], vec!["media: no_thumbnail".to_owned()]));
    let mut one = card();
    one.root.media.extend(photo(1));
    assert_eq!(found(&stage, &one, true), (vec![], vec![]));
    one.root.media.extend(photo(1));
    assert_eq!(found(&stage, &one, true).0, ["media: exclusive"]);
    let of = |options: Value| found(&stage, &with(options), false).0;
    assert_eq!(of(json!({ "link": "example.com", "link_title": "T" })), ["options.link: invalid"]);
    assert_eq!(
        of(json!({ "link": "ftp://example.com" })),
        ["options.link: invalid", "options.link_title: missing"]
    );
    assert_eq!(
        of(json!({ "link_title": "T", "link_description": "D" })),
        ["options.link_title: exclusive", "options.link_description: exclusive"]
    );
    assert_eq!(
        of(json!({ "link": "https://e.com", "link_title": "t".repeat(401) })),
        ["options.link_title: too_long"]
    );
    assert_eq!(of(json!({ "link": 7 })), ["options.link: wrong_type"]);
}

#[test]
fn who_can_see_it() {
    let stage = Stage::new();
    let connections = with(json!({ "visibility": "connections", "no_reshare": "yes" }));
    assert_eq!(found(&stage, &connections, false).0, ["options.no_reshare: wrong_type"]);
    assert_eq!(
        found(&stage, &connections, true).0,
        ["options.no_reshare: wrong_type", "options.visibility: unsupported"]
    );
    assert_eq!(
        found(&stage, &with(json!({ "visibility": "CONTAINER" })), false).0,
        ["options.visibility: unknown_value"]
    );
    assert_eq!(
        found(&stage, &with(json!({ "visibility": "logged_in", "media_title": null })), true).0,
        Vec::<String>::new()
    );
    assert_eq!(
        found(&stage, &with(json!({ "media_title": "T" })), true).1,
        ["options.media_title: unsupported"]
    );
}
