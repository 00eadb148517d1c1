//! The rules, each broken once.

use carillon_domain::account::AccountIdentity;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use proptest::prelude::*;
use serde_json::json;

use crate::conformance::{Library, draft};
use crate::contract::publisher::Publisher;
use crate::platforms::x::CONNECTOR;

fn account(subscription: &str) -> AccountIdentity {
    AccountIdentity {
        remote_id: "1".to_owned(),
        handle: "marafields".to_owned(),
        name: "Mara Fields".to_owned(),
        avatar_url: None,
        server: None,
        meta: json!({ "subscription_type": subscription }),
    }
}

fn broken(draft: &Draft, subscription: &str) -> Vec<(String, String)> {
    let report = CONNECTOR.check(draft, &account(subscription));
    for violation in &report.violations {
        assert!(violation.message.len() > 10, "{violation:?}");
    }
    report.violations.into_iter().map(|v| (v.field, v.code)).collect()
}

fn found(draft: &Draft) -> Vec<(String, String)> {
    broken(draft, "None")
}

fn one(field: &str, code: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), code.to_owned())]
}

fn options(options: serde_json::Value) -> Draft {
    Draft { options: options.as_object().unwrap().clone(), ..draft("Hello", []) }
}

#[test]
fn texts() {
    assert_eq!(found(&draft("", [])), one("text", "missing"));
    assert_eq!(found(&draft(" \n", [])), one("text", "missing"));
    assert_eq!(found(&draft(&"a".repeat(280), [])), []);
    assert_eq!(found(&draft(&"a".repeat(281), [])), one("text", "too_long"));
    assert_eq!(found(&draft(&"字".repeat(141), [])), one("text", "too_long"));
    assert_eq!(broken(&draft(&"字".repeat(12_500), []), "Premium"), []);
    assert_eq!(broken(&draft(&"字".repeat(12_501), []), "PremiumPlus"), one("text", "too_long"));
    let link = format!("{} https://example.com/{}", "a".repeat(256), "b".repeat(500));
    assert_eq!(found(&draft(&link, [])), []);
    assert_eq!(found(&draft("a\u{feff}b", [])), one("text", "invalid_characters"));
    assert_eq!(found(&draft("$TEST and $OTHER", [])), one("text", "too_many_cashtags"));
    let report = CONNECTOR.check(&draft("see example.com", []), &account("None"));
    assert_eq!(report.warnings[0].code, "link_price");
    assert_eq!((report.counts[0].used, report.counts[0].limit), (27, 280));
}

#[test]
fn a_violation_names_limit_and_value() {
    let report = CONNECTOR.check(&draft(&"a".repeat(300), []), &account("None"));
    let violation = &report.violations[0];
    assert_eq!((violation.limit.clone(), violation.value.clone()), (Some(json!(280)), Some(json!(300))));
    assert!(violation.message.contains("20 too long"));
}

#[test]
fn threads_and_comments() {
    let part = |text: &str| Part { text: text.to_owned(), media: Vec::new() };
    let mut thread = draft("One", []);
    thread.parts = vec![part("Two"), part(""), part("one"), part(" Two ")];
    thread.first_comment = Some("x".repeat(281));
    let want = [("parts.1.text", "missing"), ("first_comment", "too_long"), ("parts.3.text", "duplicate")];
    let want: Vec<_> = want.iter().map(|(f, c)| ((*f).to_owned(), (*c).to_owned())).collect();
    assert_eq!(found(&thread), want);
    let counts = CONNECTOR.check(&thread, &account("None")).counts;
    let fields: Vec<_> = counts.iter().map(|c| c.field.as_str()).collect();
    assert_eq!(
        fields,
        ["text", "parts.0.text", "parts.1.text", "parts.2.text", "parts.3.text", "first_comment"]
    );
}

#[test]
fn what_options_say() {
    assert_eq!(found(&options(json!({ "reply_settings": "everyone", "made_with_ai": false }))), []);
    for (given, field, code) in [
        (json!({ "quote": "1" }), "options.quote", "unknown"),
        (json!({ "reply_settings": "friends" }), "options.reply_settings", "unknown_value"),
        (json!({ "made_with_ai": "yes" }), "options.made_with_ai", "wrong_type"),
        (json!({ "paid_partnership": 1 }), "options.paid_partnership", "wrong_type"),
        (json!({ "poll": "a or b" }), "options.poll", "wrong_type"),
    ] {
        assert_eq!(found(&options(given.clone())), one(field, code), "{given}");
    }
}

#[test]
fn polls() {
    let poll = |options: serde_json::Value, minutes: serde_json::Value| {
        self::options(json!({ "poll": { "options": options, "duration_minutes": minutes } }))
    };
    assert_eq!(found(&poll(json!(["a", "b"]), json!(5))), []);
    assert_eq!(found(&poll(json!(["a", "b", "c", "d"]), json!(10_080))), []);
    for (options, minutes, field, code) in [
        (json!(["a"]), json!(60), "options.poll.options", "wrong_number"),
        (json!(["a", "b", "c", "d", "e"]), json!(60), "options.poll.options", "wrong_number"),
        (json!(["a", ""]), json!(60), "options.poll.options.1", "missing"),
        (json!(["a", "a"]), json!(60), "options.poll.options.1", "duplicate"),
        (json!(["a", "b".repeat(26)]), json!(60), "options.poll.options.1", "too_long"),
        (json!(null), json!(60), "options.poll.options", "missing"),
        (json!(["a", "b"]), json!(4), "options.poll.duration_minutes", "out_of_range"),
        (json!(["a", "b"]), json!(10_081), "options.poll.duration_minutes", "out_of_range"),
        (json!(["a", "b"]), json!(null), "options.poll.duration_minutes", "out_of_range"),
    ] {
        assert_eq!(found(&poll(options.clone(), minutes.clone())), one(field, code), "{options} {minutes}");
    }
    let several =
        options(json!({ "poll": { "options": ["a", "b"], "duration_minutes": 5, "multiple": true } }));
    assert_eq!(found(&several), one("options.poll.multiple", "unsupported"));
    let mut with_media = poll(json!(["a", "b"]), json!(60));
    with_media.root.media.push(Library::default().jpeg(10, 10, None));
    assert_eq!(found(&with_media), one("options.poll", "exclusive"));
}

#[test]
fn numbers_and_mixes_of_media() {
    let library = Library::default();
    let image = || library.jpeg(10, 10, None);
    assert_eq!(found(&draft("", (0..4).map(|_| image()))), []);
    assert_eq!(found(&draft("", (0..5).map(|_| image()))), one("media", "too_many"));
    let gif = library.gif(10, 10, 2, None);
    let video = sized(library.mp4(100, 1000, None), 1280, 720);
    assert_eq!(found(&draft("", [gif.clone(), image()])), one("media", "exclusive"));
    assert_eq!(found(&draft("", [video, gif])), one("media", "exclusive"));
}

fn sized(file: MediaInfo, width: u32, height: u32) -> MediaInfo {
    MediaInfo { width: Some(width), height: Some(height), ..file }
}

#[test]
fn limits_of_files() {
    let library = Library::default();
    let mega = 1024 * 1024;
    let image = |change: &dyn Fn(&mut MediaInfo)| changed(library.jpeg(10, 10, None), change);
    let gif = |change: &dyn Fn(&mut MediaInfo)| changed(library.gif(100, 100, 10, None), change);
    let video =
        |change: &dyn Fn(&mut MediaInfo)| changed(sized(library.mp4(100, 10_000, None), 1280, 720), change);
    let cases: Vec<(MediaInfo, &str)> = vec![
        (image(&|m| m.bytes = 5 * mega), ""),
        (image(&|m| m.bytes = 5 * mega + 1), "too_large"),
        (image(&|m| m.mime = "image/avif".to_owned()), "wrong_type"),
        (image(&|m| m.mime = "image/webp".to_owned()), ""),
        (gif(&|m| m.bytes = 15 * mega), ""),
        (gif(&|m| m.bytes = 15 * mega + 1), "too_large"),
        (gif(&|m| m.width = Some(1281)), "too_large"),
        (gif(&|m| m.height = Some(1081)), "too_large"),
        (gif(&|m| m.frames = Some(350)), ""),
        (gif(&|m| m.frames = Some(351)), "too_many_frames"),
        (gif(&|m| (m.width, m.height, m.frames) = (Some(1280), Some(1080), Some(300))), "too_large"),
        (video(&|m| m.bytes = 512 * mega), ""),
        (video(&|m| m.bytes = 512 * mega + 1), "too_large"),
        (video(&|m| m.mime = "video/webm".to_owned()), "wrong_type"),
        (video(&|m| m.duration_ms = Some(500)), ""),
        (video(&|m| m.duration_ms = Some(499)), "too_short"),
        (video(&|m| m.duration_ms = Some(140_000)), ""),
        (video(&|m| m.duration_ms = Some(140_001)), "too_long"),
        (video(&|m| (m.width, m.height) = (Some(1024), Some(1280))), ""),
        (video(&|m| (m.width, m.height) = (Some(1080), Some(1920))), ""),
        (video(&|m| (m.width, m.height) = (Some(1921), Some(1080))), "too_large"),
        (video(&|m| (m.width, m.height) = (Some(1300), Some(1201))), "too_large"),
        (video(&|m| (m.width, m.height) = (Some(31), Some(60))), "too_small"),
        (video(&|m| (m.width, m.height) = (Some(1200), Some(399))), "wrong_ratio"),
        (video(&|m| (m.width, m.height) = (Some(399), Some(1200))), "wrong_ratio"),
        (video(&|m| (m.width, m.height) = (Some(1200), Some(400))), ""),
        (video(&|m| m.frame_rate = Some(60.0)), ""),
        (video(&|m| m.frame_rate = Some(120.0)), "frame_rate"),
        (video(&|m| m.video_codec = Some("hevc".to_owned())), "wrong_codec"),
        (video(&|m| m.audio_codec = Some("opus".to_owned())), "wrong_codec"),
    ];
    for (file, code) in cases {
        let want = if code.is_empty() { vec![] } else { one("media.0", code) };
        assert_eq!(found(&draft("", [file.clone()])), want, "{file:?}");
    }
    let large = video(&|m| (m.width, m.height) = (Some(1080), Some(1920)));
    let warnings = |subscription: &str| {
        let report = CONNECTOR.check(&draft("", [large.clone()]), &account(subscription));
        report.warnings.into_iter().map(|w| w.code).collect::<Vec<_>>()
    };
    assert_eq!((warnings("None"), warnings("Premium")), (vec!["large_video".to_owned()], vec![]));
    let long = video(&|m| m.duration_ms = Some(600_000));
    let report = CONNECTOR.check(&draft("", [long]), &account("Premium"));
    assert_eq!((report.violations.len(), report.warnings[0].code.as_str()), (0, "long_video"));
}

fn changed(mut file: MediaInfo, change: &dyn Fn(&mut MediaInfo)) -> MediaInfo {
    change(&mut file);
    file
}

#[test]
fn descriptions() {
    let library = Library::default();
    assert_eq!(found(&draft("", [library.jpeg(10, 10, Some(&"é".repeat(1000)))])), []);
    let long = library.jpeg(10, 10, Some(&"é".repeat(1001)));
    assert_eq!(found(&draft("", [long])), one("media.0.alt", "too_long"));
    let video = sized(library.mp4(100, 1000, Some("A wave")), 1280, 720);
    let report = CONNECTOR.check(&draft("", [video]), &account("None"));
    assert_eq!((report.violations.len(), report.warnings[0].field.as_str()), (0, "media.0.alt"));
}

#[test]
fn all_problems_come_at_once() {
    let library = Library::default();
    let mut draft = options(json!({ "poll": { "options": ["a"], "duration_minutes": 1 }, "colour": "red" }));
    draft.root.text = "$A $B ".repeat(60);
    draft.root.media = (0..5).map(|_| library.gif(2000, 10, 2, None)).collect();
    let codes: Vec<_> = found(&draft).into_iter().map(|(_, code)| code).collect();
    for code in
        ["unknown", "wrong_number", "out_of_range", "too_long", "too_many_cashtags", "too_many", "exclusive"]
    {
        assert!(codes.iter().any(|c| c == code), "{code} in {codes:?}");
    }
    assert_eq!(codes.iter().filter(|c| *c == "too_large").count(), 5);
}

proptest! {
    #[test]
    fn a_text_is_too_long_exactly_when_its_count_is(text in "[a-zé字 ]{0,20}[a-zé字]{100,260}") {
        let report = CONNECTOR.check(&draft(&text, []), &account("None"));
        let long = report.violations.iter().any(|v| v.code == "too_long");
        prop_assert_eq!(long, report.counts[0].used > report.counts[0].limit);
    }
}
