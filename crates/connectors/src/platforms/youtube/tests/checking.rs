//! The rules, each broken once.

use carillon_domain::account::AccountIdentity;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CONNECTOR, account};
use crate::conformance::{Library, draft};
use crate::contract::publisher::Publisher;

fn film(change: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    let mut film = Library::default().mp4(1_000, 60_000, None);
    (film.width, film.height) = (Some(1920), Some(1080));
    change(&mut film);
    film
}

fn picture(change: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    let mut picture = Library::default().jpeg(1280, 720, None);
    change(&mut picture);
    picture
}

fn post(text: &str) -> Draft {
    draft(text, [film(|_| {})])
}

fn with(options: Value) -> Draft {
    super::with_options(post("Waves"), options)
}

fn of(account: &AccountIdentity, draft: &Draft) -> Vec<(String, String)> {
    let report = CONNECTOR.check(draft, account);
    for violation in report.violations.iter().chain(&report.warnings) {
        assert!(violation.message.len() > 10, "{violation:?}");
    }
    report.violations.into_iter().map(|v| (v.field, v.code)).collect()
}

fn broken(draft: &Draft) -> Vec<(String, String)> {
    of(&account(), draft)
}

fn warned(draft: &Draft) -> Vec<(String, String)> {
    CONNECTOR.check(draft, &account()).warnings.into_iter().map(|v| (v.field, v.code)).collect()
}

fn one(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

fn from_text() -> (String, String) {
    ("options.title".to_owned(), "title_from_text".to_owned())
}

#[test]
fn descriptions() {
    assert_eq!(broken(&post(&"a".repeat(5000))), []);
    assert_eq!(broken(&post(&"a".repeat(5001))), one("text", "too_long"));
    assert_eq!(broken(&post(&"é".repeat(2500))), []);
    assert_eq!(broken(&post(&"é".repeat(2501))), one("text", "too_long"), "bytes, not letters");
    assert_eq!(broken(&post("1 < 2")), one("text", "invalid_characters"));
    let report = CONNECTOR.check(&post(&"é".repeat(2501)), &account());
    assert_eq!((report.counts[0].used, report.counts[0].limit), (5002, 5000));
    let violation = &report.violations[0];
    assert_eq!((violation.limit.clone(), violation.value.clone()), (Some(json!(5000)), Some(json!(5002))));
    assert!(violation.message.contains("by 2"), "{}", violation.message);
    assert_eq!(warned(&post(&"#a ".repeat(60))), [from_text()]);
    assert_eq!(warned(&post(&"#a ".repeat(61)))[0], ("text".to_owned(), "too_many_hashtags".to_owned()));
}

#[test]
fn titles() {
    assert_eq!(broken(&post("")), one("options.title", "missing"));
    assert_eq!(broken(&post(" \n ")), one("options.title", "missing"));
    assert_eq!(broken(&super::with_options(post(""), json!({ "title": "Waves" }))), []);
    assert_eq!(warned(&with(json!({ "title": "Waves" }))), []);
    let warning = &CONNECTOR.check(&post("Waves\nand more"), &account()).warnings[0];
    assert!(warning.message.ends_with(": Waves"), "{}", warning.message);
    assert_eq!(broken(&with(json!({ "title": "字".repeat(100) }))), []);
    assert_eq!(broken(&with(json!({ "title": "字".repeat(101) }))), one("options.title", "too_long"));
    assert_eq!(broken(&with(json!({ "title": "a > b" }))), one("options.title", "invalid_characters"));
    assert_eq!(broken(&with(json!({ "title": "a\nb" }))), one("options.title", "invalid_characters"));
}

#[test]
fn tags() {
    let tags = |n: usize| (0..n).map(|_| "a".repeat(9)).collect::<Vec<_>>();
    assert_eq!(broken(&with(json!({ "tags": tags(50) }))), [], "50 × 9 letters and 49 commas");
    let mut full = tags(50);
    full[0].push('a');
    assert_eq!(broken(&with(json!({ "tags": full }))), []);
    full[0].push('a');
    assert_eq!(broken(&with(json!({ "tags": full }))), one("options.tags", "too_long"));
    full[0] = "two words".to_owned();
    assert_eq!(broken(&with(json!({ "tags": full }))), one("options.tags", "too_long"), "quotes count");
    assert_eq!(broken(&with(json!({ "tags": ["a", "b,c"] }))), one("options.tags.1", "invalid_characters"));
    assert_eq!(broken(&with(json!({ "tags": ["<a>"] }))), one("options.tags.0", "invalid_characters"));
    assert_eq!(broken(&with(json!({ "tags": "a, b" }))), one("options.tags", "wrong_type"));
    assert_eq!(broken(&with(json!({ "tags": ["", " "] }))), []);
}

#[test]
fn what_options_say() {
    for fine in [
        json!({ "privacy": "unlisted", "kind": "auto", "made_for_kids": true, "category": "28" }),
        json!({ "publish_at": "2026-12-24T18:00:00Z", "privacy": "public" }),
        json!({ "publish_at": "2026-12-24T18:00:00+01:00" }),
        json!({ "playlist": "PLabc_-123", "language": "pt-BR", "license": "creativeCommon" }),
        json!({ "playlist": "https://www.youtube.com/watch?v=abc&list=PLabc_-123&index=2" }),
        json!({ "embeddable": false, "notify_subscribers": false, "synthetic_media": true, "paid_promotion": true }),
        json!({ "title": null, "tags": [], "playlist": "", "publish_at": " " }),
    ] {
        assert_eq!(broken(&with(fine.clone())), [], "{fine}");
    }
    for (given, field, code) in [
        (json!({ "quality": "hd" }), "quality", "unknown"),
        (json!({ "privacy": "friends" }), "privacy", "unknown_value"),
        (json!({ "kind": "story" }), "kind", "unknown_value"),
        (json!({ "category": 22 }), "category", "unknown_value"),
        (json!({ "category": "42" }), "category", "unknown_value"),
        (json!({ "license": "mit" }), "license", "unknown_value"),
        (json!({ "made_for_kids": "no" }), "made_for_kids", "wrong_type"),
        (json!({ "embeddable": 1 }), "embeddable", "wrong_type"),
        (json!({ "title": 7 }), "title", "wrong_type"),
        (json!({ "publish_at": "tomorrow" }), "publish_at", "wrong_format"),
        (json!({ "publish_at": "2026-12-24T18:00:00" }), "publish_at", "wrong_format"),
        (json!({ "publish_at": "2026-12-24T18:00:00Z", "privacy": "private" }), "publish_at", "exclusive"),
        (json!({ "playlist": "my list" }), "playlist", "wrong_format"),
        (json!({ "language": "english!" }), "language", "wrong_format"),
        (json!({ "language": "1" }), "language", "wrong_format"),
    ] {
        assert_eq!(broken(&with(given.clone())), one(&format!("options.{field}"), code), "{given}");
    }
}

#[test]
fn comments() {
    let commented = |text: &str, options: Value| Draft {
        first_comment: Some(text.to_owned()),
        ..super::with_options(post("Waves"), options)
    };
    assert_eq!(broken(&commented("First!", json!({}))), []);
    assert_eq!(broken(&commented("First!", json!({ "privacy": "unlisted" }))), []);
    assert_eq!(broken(&commented(" ", json!({}))), one("first_comment", "missing"));
    assert_eq!(broken(&commented(&"a".repeat(5001), json!({}))), one("first_comment", "too_long"));
    for options in [
        json!({ "made_for_kids": true }),
        json!({ "privacy": "private" }),
        json!({ "publish_at": "2026-12-24T18:00:00Z" }),
    ] {
        assert_eq!(broken(&commented("First!", options)), one("first_comment", "unsupported"));
    }
}

#[test]
fn numbers_of_files() {
    let (film, picture) = (|| film(|_| {}), || picture(|_| {}));
    let with = |media: Vec<MediaInfo>| broken(&draft("Waves", media));
    assert_eq!(with(vec![film()]), []);
    assert_eq!(with(vec![film(), picture()]), []);
    assert_eq!(with(vec![picture(), film()]), [], "in any order");
    assert_eq!(with(vec![]), one("media", "missing"));
    assert_eq!(with(vec![picture()]), one("media", "missing"));
    assert_eq!(with(vec![film(), film()]), one("media", "too_many"));
    assert_eq!(with(vec![film(), picture(), picture()]), one("media", "too_many"));
    let gif = Library::default().gif(10, 10, 2, None);
    assert_eq!(with(vec![film(), gif]), one("media.1", "wrong_type"));
    let mut thread = post("Waves");
    thread.parts.push(Part { text: "More".to_owned(), media: Vec::new() });
    assert_eq!(broken(&thread), one("parts.0", "unsupported"));
}

#[test]
fn videos() {
    const GIGA: u64 = 1024 * 1024 * 1024;
    let cases = [
        (film(|f| f.bytes = 256 * GIGA), ""),
        (film(|f| f.bytes = 256 * GIGA + 1), "too_large"),
        (film(|f| f.bytes = 0), "empty"),
        (film(|f| f.mime = "video/x-something".to_owned()), ""),
        (film(|f| f.mime = "application/mxf".to_owned()), "wrong_type"),
        (film(|f| f.duration_ms = Some(12 * 3_600_000)), ""),
        (film(|f| f.duration_ms = Some(12 * 3_600_000 + 1)), "too_long"),
        (film(|f| f.duration_ms = None), ""),
    ];
    for (file, code) in cases {
        let want = if code.is_empty() { Vec::new() } else { one("media.0", code) };
        assert_eq!(broken(&draft("Waves", [file.clone()])), want, "{file:?}");
    }
    let with = |status: Value| AccountIdentity { meta: json!({ "long_uploads": status }), ..account() };
    let long = |ms| draft("Waves", [film(|f| f.duration_ms = Some(ms))]);
    assert_eq!(of(&with(json!("allowed")), &long(900_001)), []);
    for status in ["eligible", "disallowed"] {
        assert_eq!(of(&with(json!(status)), &long(900_000)), [], "{status}");
        assert_eq!(of(&with(json!(status)), &long(900_001)), one("media.0", "too_long"), "{status}");
    }
    let report = CONNECTOR.check(&long(900_001), &with(Value::Null));
    assert!(
        report.violations.is_empty() && report.warnings.iter().any(|w| w.code == "long_video"),
        "{report:?}"
    );
}

#[test]
fn shorts() {
    let shape = |width, height, ms| {
        film(|f| (f.width, f.height, f.duration_ms) = (Some(width), Some(height), Some(ms)))
    };
    let of_kind = |kind: &str, file: MediaInfo| {
        super::with_options(draft("Waves", [file]), json!({ "kind": kind, "title": "W" }))
    };
    for (file, code) in [
        (shape(1080, 1920, 180_000), ""),
        (shape(1080, 1080, 10_000), ""),
        (shape(1080, 1920, 180_001), "too_long"),
        (shape(1081, 1080, 10_000), "wrong_ratio"),
    ] {
        let want = if code.is_empty() { Vec::new() } else { one("media.0", code) };
        assert_eq!(broken(&of_kind("short", file.clone())), want, "{file:?}");
        assert_eq!(broken(&of_kind("video", file.clone())), [], "{file:?}");
        assert_eq!(broken(&of_kind("auto", file)), []);
    }
    assert_eq!(warned(&of_kind("video", shape(1080, 1920, 180_000))), one("media.0", "becomes_short"));
    assert_eq!(warned(&of_kind("video", shape(1920, 1080, 180_000))), []);
}

#[test]
fn thumbnails() {
    let with =
        |file: MediaInfo| super::with_options(draft("Waves", [film(|_| {}), file]), json!({ "title": "W" }));
    for (file, code) in [
        (picture(|p| p.bytes = 52_428_800), ""),
        (picture(|p| p.bytes = 52_428_801), "too_large"),
        (picture(|p| p.mime = "image/png".to_owned()), ""),
        (picture(|p| p.mime = "image/webp".to_owned()), "wrong_type"),
    ] {
        let want = if code.is_empty() { Vec::new() } else { one("media.1", code) };
        assert_eq!(broken(&with(file.clone())), want, "{file:?}");
    }
    let odd = |width, height| picture(|p| (p.width, p.height) = (Some(width), Some(height)));
    assert_eq!(warned(&with(odd(1920, 1080))), []);
    for shape in [(1080, 1080), (640, 360)] {
        assert_eq!(warned(&with(odd(shape.0, shape.1))), one("media.1", "thumbnail_shape"), "{shape:?}");
    }
    let described = picture(|p| p.alt = Some("A wave".to_owned()));
    assert_eq!(warned(&with(described)), one("media.1.alt", "unsupported"));
}

#[test]
fn all_problems_come_at_once() {
    let mut all = super::with_options(
        draft(&"<".repeat(5001), [picture(|_| {}), picture(|p| p.bytes = u64::MAX)]),
        json!({ "title": "a<b", "tags": ["a".repeat(501)], "colour": "red", "made_for_kids": true }),
    );
    all.first_comment = Some(String::new());
    all.parts.push(Part::default());
    let found = broken(&all);
    for (field, code) in [
        ("options.title", "invalid_characters"),
        ("options.tags", "too_long"),
        ("options.colour", "unknown"),
        ("text", "too_long"),
        ("text", "invalid_characters"),
        ("media", "missing"),
        ("media", "too_many"),
        ("media.1", "too_large"),
        ("parts.0", "unsupported"),
        ("first_comment", "missing"),
        ("first_comment", "unsupported"),
    ] {
        assert!(found.contains(&(field.to_owned(), code.to_owned())), "{field} {code} in {found:?}");
    }
}

proptest! {
    #[test]
    fn a_text_is_too_long_exactly_when_its_bytes_are(text in "[a-zé字👍]{1400,1800}") {
        let report = CONNECTOR.check(&post(&text), &account());
        let long = report.violations.iter().any(|v| v.code == "too_long");
        prop_assert_eq!(long, text.len() > 5000);
        prop_assert_eq!(report.counts[0].used, text.len() as u64);
    }
}
