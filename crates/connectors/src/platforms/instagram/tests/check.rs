//! The rules, one by one.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::CheckReport;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::Draft;
use serde_json::{Value, json};

use super::super::check::check;
use super::stage::{commented, story, with};
use crate::conformance::{Library, draft};

fn account(meta: Value) -> AccountIdentity {
    AccountIdentity {
        remote_id: "17841".to_owned(),
        handle: "marafields".to_owned(),
        name: "Mara".to_owned(),
        avatar_url: None,
        server: None,
        meta,
    }
}

fn look(draft: &Draft) -> CheckReport {
    check(draft, &account(json!({})))
}

fn found(draft: &Draft) -> Vec<(String, String)> {
    look(draft).violations.into_iter().map(|v| (v.field, v.code)).collect()
}

fn only(draft: &Draft, field: &str, code: &str) {
    assert_eq!(found(draft), [(field.to_owned(), code.to_owned())], "{:?}", look(draft));
}

fn picture(text: &str) -> Draft {
    draft(text, [Library::default().jpeg(1080, 1080, None)])
}

fn reel(change: impl FnOnce(&mut MediaInfo)) -> Draft {
    let mut video = Library::default().mp4(9_000, 15_000, None);
    change(&mut video);
    draft("", [video])
}

#[test]
fn captions() {
    assert_eq!(found(&picture(&"ä".repeat(2200))), []);
    only(&picture(&"ä".repeat(2201)), "text", "too_long");
    assert_eq!(found(&picture(&"#a ".repeat(30))), []);
    only(&picture(&"#a ".repeat(31)), "text", "too_many_hashtags");
    assert_eq!(found(&picture(&"@ab ".repeat(20))), []);
    only(&picture(&"@ab ".repeat(21)), "text", "too_many_mentions");
    let report = look(&commented(picture("four"), "sixsix"));
    let counts: Vec<_> = report.counts.iter().map(|c| (c.field.as_str(), c.used, c.limit)).collect();
    assert_eq!(counts, [("text", 4, 2200), ("first_comment", 6, 2200)]);
    let long = look(&picture(&"x".repeat(2210)));
    assert_eq!(
        (long.violations[0].limit.clone(), long.violations[0].value.clone()),
        (Some(json!(2200)), Some(json!(2210)))
    );
    assert!(long.violations[0].message.contains("Remove 10"), "{}", long.violations[0].message);
}

#[test]
fn pictures() {
    let library = Library::default();
    let png = draft("", [library.png(1080, 1080, None)]);
    only(&png, "media.0", "wrong_type");
    let message = &look(&png).violations[0].message;
    assert!(message.contains("JPEG") && message.contains("image/png"), "{message}");
    only(&draft("", [library.gif(500, 500, 3, None)]), "media.0", "wrong_type");
    assert_eq!(found(&draft("", [library.jpeg(1080, 1350, None)])), []);
    assert_eq!(found(&draft("", [library.jpeg(1910, 1000, None)])), []);
    only(&draft("", [library.jpeg(1080, 1400, None)]), "media.0", "wrong_ratio");
    only(&draft("", [library.jpeg(2000, 1000, None)]), "media.0", "wrong_ratio");
    let mut large = library.jpeg(1080, 1080, None);
    large.bytes = 8 * 1024 * 1024 + 1;
    only(&draft("", [large]), "media.0", "too_large");
    only(&draft("", [library.jpeg(1080, 1080, Some(&"x".repeat(1001)))]), "media.0.alt", "too_long");
    only(&draft("text", []), "media", "missing");
    assert_eq!(found(&story(draft("", [library.jpeg(1080, 1920, None)]))), []);
}

#[test]
fn videos() {
    assert_eq!(found(&reel(|_| {})), []);
    for (change, code) in [
        ((|v: &mut MediaInfo| v.duration_ms = Some(2_000)) as fn(&mut MediaInfo), "too_short"),
        (|v| v.duration_ms = Some(900_001), "too_long"),
        (|v| v.bytes = 300 * 1024 * 1024 + 1, "too_large"),
        (|v| v.frame_rate = Some(15.0), "wrong_frame_rate"),
        (|v| v.frame_rate = Some(120.0), "wrong_frame_rate"),
        (|v| (v.width, v.height) = (Some(2160), Some(3840)), "too_wide"),
        (|v| (v.width, v.height) = (Some(1900), Some(100)), "wrong_ratio"),
        (|v| v.video_codec = Some("vp9".to_owned()), "wrong_codec"),
        (|v| v.audio_codec = Some("opus".to_owned()), "wrong_codec"),
        (|v| v.mime = "video/webm".to_owned(), "wrong_type"),
    ] {
        only(&reel(change), "media.0", code);
    }
    only(&story(reel(|v| v.duration_ms = Some(61_000))), "media.0", "too_long");
    only(&story(reel(|v| v.bytes = 101 * 1024 * 1024)), "media.0", "too_large");
    // Unknown is not wrong.
    assert_eq!(
        found(&reel(|v| (v.duration_ms, v.width, v.video_codec, v.frame_rate) = (None, None, None, None))),
        []
    );
}

#[test]
fn kinds_and_numbers() {
    let library = Library::default();
    let jpegs = |n: usize| (0..n).map(|_| library.jpeg(1080, 1080, None)).collect::<Vec<_>>();
    assert_eq!(found(&draft("", jpegs(10))), []);
    only(&draft("", jpegs(11)), "media", "too_many");
    only(&with(draft("", jpegs(1)), "kind", json!("carousel")), "media", "too_few");
    only(&with(draft("", jpegs(2)), "kind", json!("image")), "media", "too_many");
    only(&story(draft("", jpegs(2))), "media", "too_many");
    only(&with(draft("", jpegs(1)), "kind", json!("reel")), "media.0", "wrong_type");
    only(&with(reel(|_| {}), "kind", json!("image")), "media.0", "wrong_type");
    assert_eq!(found(&with(draft("", jpegs(1)), "kind", json!("auto"))), []);
    let mut thread = picture("one");
    thread.parts.push(thread.root.clone());
    only(&thread, "parts.0", "unsupported");
    only(&story(commented(picture(""), "hi")), "first_comment", "unsupported");
    only(&commented(picture(""), "  "), "first_comment", "missing");
}

#[test]
fn options() {
    let photo = |name: &str, value: Value| with(picture("x"), name, value);
    let video = |name: &str, value: Value| with(reel(|_| {}), name, value);
    for (name, value, code) in [
        ("colaborators", json!(["a"]), "unknown"),
        ("kind", json!("photo"), "invalid"),
        ("collaborators", json!(["a", "b", "c", "d"]), "too_many"),
        ("collaborators", json!(["not a name"]), "invalid"),
        ("collaborators", json!("theolund"), "invalid"),
        ("location_id", json!("here"), "invalid"),
        ("is_ai_generated", json!("maybe"), "invalid"),
        ("user_tags", json!(["theolund"]), "missing"),
        ("user_tags", json!(["theolund 0.5"]), "invalid"),
        ("user_tags", json!(["theolund 0.5 1.5"]), "invalid"),
        ("user_tags", json!(["theolund 0.5 0.5 2"]), "out_of_range"),
        ("user_tags", json!([{ "username": "a", "x": 0.1, "y": 0.1, "z": 1 }]), "invalid"),
        ("share_to_feed", json!(true), "unsupported"),
        ("thumb_offset", json!(1), "unsupported"),
        ("cover_url", json!("https://example.com/a.jpg"), "unsupported"),
    ] {
        only(&photo(name, value), &format!("options.{name}"), code);
    }
    for (name, value, code) in [
        ("thumb_offset", json!(15_001), "out_of_range"),
        ("thumb_offset", json!(-1), "invalid"),
        ("cover_url", json!("http://example.com/a.jpg"), "invalid"),
        ("user_tags", json!(["theolund 0.5 0.5"]), "unsupported"),
    ] {
        only(&video(name, value), &format!("options.{name}"), code);
    }
    for (name, value) in [("collaborators", json!(["a"])), ("location_id", json!("1"))] {
        only(&story(photo(name, value)), &format!("options.{name}"), "unsupported");
    }
    // Blank is not given.
    for blank in [json!(null), json!(""), json!([])] {
        assert_eq!(found(&photo("collaborators", blank)), []);
    }
    let library = Library::default();
    let carousel = draft("", [library.jpeg(1080, 1080, None), library.mp4(9_000, 5_000, None)]);
    only(&with(carousel.clone(), "user_tags", json!(["a 0.1 0.1 2"])), "options.user_tags", "unsupported");
    only(&with(carousel, "user_tags", json!(["a 0.1 0.1 3"])), "options.user_tags", "out_of_range");
}

#[test]
fn everything_is_found_at_once() {
    let library = Library::default();
    let bad = draft(&"#x ".repeat(900), [library.png(500, 100, None), library.gif(10, 10, 2, None)]);
    let bad = with(with(commented(bad, ""), "nonsense", json!(1)), "thumb_offset", json!(1));
    let codes: Vec<_> = found(&bad).into_iter().map(|(_, code)| code).collect();
    for code in
        ["too_long", "too_many_hashtags", "wrong_type", "wrong_ratio", "unknown", "unsupported", "missing"]
    {
        assert!(codes.iter().any(|c| c == code), "{code} is missing in {codes:?}");
    }
    assert!(look(&bad).violations.iter().all(|v| v.message.ends_with(['.', ')'])));
}

#[test]
fn what_works_but_surprises_is_a_warning() {
    let warned = |draft: &Draft, meta: Value| {
        let report = check(draft, &account(meta));
        assert_eq!(report.violations, []);
        report.warnings.into_iter().map(|w| w.field).collect::<Vec<_>>()
    };
    let library = Library::default();
    let square = story(draft("words", [library.jpeg(1080, 1080, Some("alt"))]));
    assert_eq!(warned(&square, json!({})), ["text", "media.0", "media.0.alt"]);
    assert_eq!(warned(&picture("x"), json!({ "tasks": ["ANALYZE"] })), ["account"]);
    assert_eq!(warned(&picture("x"), json!({ "tasks": ["CREATE_CONTENT"] })), Vec::<String>::new());
    let carousel = draft("", [library.jpeg(1080, 1080, None), library.mp4(9_000, 70_000, None)]);
    assert!(warned(&carousel, json!({})).contains(&"media.1".to_owned()));
}
