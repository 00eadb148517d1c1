//! What is wrong with a draft, all at once, with limit, value and help.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::{Draft, Part};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::CONNECTOR;
use super::stage::{reel, story, with};
use crate::conformance::{Library, draft};
use crate::contract::publisher::Publisher;

fn page(tasks: &[&str]) -> AccountIdentity {
    AccountIdentity {
        remote_id: "100".to_owned(),
        handle: "page".to_owned(),
        name: "Page".to_owned(),
        avatar_url: None,
        server: None,
        meta: json!({ "tasks": tasks }),
    }
}

fn check(draft: &Draft) -> CheckReport {
    CONNECTOR.check(draft, &page(&["CREATE_CONTENT"]))
}

fn short(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(|v| format!("{}: {}", v.field, v.code)).collect()
}

fn violations(draft: &Draft) -> Vec<String> {
    let report = check(draft);
    for found in report.violations.iter().chain(&report.warnings) {
        assert!(found.message.ends_with('.'), "{found:?}");
    }
    short(&report.violations)
}

fn warnings(draft: &Draft) -> Vec<String> {
    short(&check(draft).warnings)
}

fn changed(mut media: MediaInfo, change: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    change(&mut media);
    media
}

#[test]
fn posts_that_fit_have_nothing_against_them() {
    let library = Library::default();
    let upright = || library.mp4(300_000, 15_000, None);
    let wide =
        changed(library.mp4(300_000, 7_200_000, None), |m| (m.width, m.height) = (Some(1920), Some(1080)));
    let posts = [
        draft("words", []),
        with(draft("", []), "link", json!("https://example.com/a?b=c")),
        draft("", [library.jpeg(1080, 1080, Some("a boat"))]),
        draft("ten", (0..10).map(|_| library.jpeg(800, 600, None))),
        draft("video", [wide]),
        with(draft("video", [upright()]), "video_title", json!("Title")),
        with(reel(draft("reel", [upright()])), "is_ai_generated", json!(true)),
        with(draft("here", []), "location_id", json!("7640348500")),
        story(draft("", [library.jpeg(1080, 1920, Some("a boat"))])),
        story(draft("", [upright()])),
    ];
    for post in posts {
        let report = check(&post);
        assert_eq!((report.violations, report.warnings), (vec![], vec![]), "{post:?}");
    }
}

#[test]
fn texts() {
    assert_eq!(violations(&draft("", [])), ["text: missing"]);
    assert_eq!(violations(&draft(" \n", [])), ["text: missing"]);
    assert!(violations(&draft(&"ö".repeat(63_206), [])).is_empty());
    let report = check(&draft(&"ö".repeat(63_207), []));
    let long = &report.violations[0];
    assert_eq!(
        (long.code.as_str(), &long.limit, &long.value),
        ("too_long", &Some(63_206.into()), &Some(63_207.into()))
    );
    assert!(long.message.contains("Shorten it by 1."), "{}", long.message);
    let mut post = draft("post", []);
    post.parts.push(Part::default());
    post.first_comment = Some("  ".to_owned());
    assert_eq!(violations(&post), ["parts.0: unsupported", "first_comment: missing"]);
    post.parts.clear();
    post.first_comment = Some("a".repeat(8_001));
    assert_eq!((violations(&post).len(), warnings(&post)), (0, vec!["first_comment: too_long".to_owned()]));
    post.first_comment = Some("a".repeat(63_207));
    assert_eq!(violations(&post), ["first_comment: too_long"]);
}

#[test]
fn numbers_and_kinds_of_media() {
    let library = Library::default();
    let picture = || library.jpeg(800, 800, None);
    let video = || library.mp4(300_000, 15_000, None);
    let eleven: Vec<_> = (0..11).map(|_| picture()).collect();
    let cases = [
        (draft("", eleven), vec!["media: too_many"]),
        (draft("", [picture(), video()]), vec!["media: exclusive"]),
        (draft("", [video(), video()]), vec!["media: too_many"]),
        (reel(draft("text", [])), vec!["media: missing"]),
        (reel(draft("", [picture()])), vec!["media.0: wrong_type"]),
    ];
    for (post, want) in cases {
        assert_eq!(violations(&post), want, "{post:?}");
    }
}

#[test]
fn photos() {
    let library = Library::default();
    let webp = changed(library.jpeg(800, 800, None), |m| m.mime = "image/webp".to_owned());
    assert_eq!(violations(&draft("", [webp])), ["media.0: wrong_type"]);
    let bytes = |n: u64| draft("", [changed(library.jpeg(800, 800, None), |m| m.bytes = n)]);
    assert!(violations(&bytes(4 * 1024 * 1024)).is_empty());
    let report = check(&bytes(4 * 1024 * 1024 + 1));
    assert_eq!(report.violations[0].code, "too_large");
    assert!(report.violations[0].message.contains("4 MB"), "{:?}", report.violations[0]);
    let png = changed(library.png(800, 800, None), |m| m.bytes = 2 * 1024 * 1024);
    assert_eq!(warnings(&draft("", [png])), ["media.0: large_png"]);
    assert_eq!(warnings(&draft("", [library.gif(80, 80, 3, None)])), ["media.0: still"]);
    let alt = |n: usize| draft("", [library.jpeg(800, 800, Some(&"a".repeat(n)))]);
    assert!(violations(&alt(1000)).is_empty());
    assert_eq!(violations(&alt(1001)), ["media.0.alt: too_long"]);
}

#[test]
fn videos_and_reels() {
    type Change = fn(&mut MediaInfo);
    let library = Library::default();
    let cases: &[(Change, &[&str], &[&str])] = &[
        (|m| m.mime = "video/webm".to_owned(), &["wrong_type"], &["wrong_type"]),
        (|m| m.bytes = 10 * 1024 * 1024 * 1024 + 1, &["too_large"], &["too_large"]),
        (|m| m.duration_ms = Some(2_999), &[], &["too_short"]),
        (|m| m.duration_ms = Some(90_001), &[], &["too_long"]),
        (|m| m.duration_ms = Some(4 * 3_600_000 + 1), &["too_long"], &["too_long"]),
        (|m| m.frame_rate = Some(15.0), &[], &["wrong_frame_rate"]),
        (|m| m.frame_rate = Some(23.976), &[], &[]),
        (|m| m.frame_rate = Some(120.0), &[], &["wrong_frame_rate"]),
        (|m| (m.width, m.height) = (Some(450), Some(800)), &[], &["too_small"]),
        (|m| (m.width, m.height) = (Some(1000), Some(2000)), &["wrong_ratio"], &["wrong_ratio"]),
        (|m| (m.width, m.height) = (Some(3000), Some(1000)), &["wrong_ratio"], &["wrong_ratio"]),
        (|m| m.video_codec = Some("mpeg4".to_owned()), &[], &["wrong_codec"]),
        (|m| m.audio_codec = Some("mp3".to_owned()), &[], &["wrong_codec"]),
        (|m| m.video_codec = Some("av1".to_owned()), &[], &[]),
    ];
    for (change, as_video, as_reel) in cases {
        let media = changed(library.mp4(300_000, 15_000, None), change);
        let post = draft("", [media.clone()]);
        let want = |codes: &[&str]| codes.iter().map(|code| format!("media.0: {code}")).collect::<Vec<_>>();
        assert_eq!(violations(&post), want(as_video), "{media:?}");
        assert_eq!(violations(&reel(post)), want(as_reel), "{media:?}");
    }
    let square =
        changed(library.mp4(300_000, 15_000, None), |m| (m.width, m.height) = (Some(1080), Some(1080)));
    assert_eq!(warnings(&reel(draft("", [square]))), ["media.0: shape"]);
    let described = changed(library.mp4(300_000, 15_000, Some("waves")), |m| m.kind = MediaKind::Video);
    assert_eq!(warnings(&draft("", [described])), ["media.0.alt: ignored"]);
}

#[test]
fn stories() {
    type Change = fn(&mut MediaInfo);
    let library = Library::default();
    let picture = || library.jpeg(1080, 1920, None);
    let video = || library.mp4(300_000, 15_000, None);
    let files: Vec<(Vec<MediaInfo>, &[&str])> = vec![
        (vec![], &["media: missing"]),
        (vec![picture(), picture()], &["media: too_many"]),
        (vec![picture(), video()], &["media: too_many"]),
    ];
    for (media, want) in files {
        assert_eq!(violations(&story(draft("", media.clone()))), want, "{media:?}");
    }
    let photos: &[(Change, &[&str])] = &[
        (|m| m.bytes = 10 * 1024 * 1024, &[]),
        (|m| m.bytes = 10 * 1024 * 1024 + 1, &["media.0: too_large"]),
        (|m| m.mime = "image/webp".to_owned(), &["media.0: wrong_type"]),
    ];
    let videos: &[(Change, &[&str])] = &[
        (|m| m.duration_ms = Some(60_000), &[]),
        (|m| m.duration_ms = Some(60_001), &["media.0: too_long"]),
        (|m| m.duration_ms = Some(2_999), &["media.0: too_short"]),
        (|m| (m.width, m.height) = (Some(450), Some(800)), &["media.0: too_small"]),
        (|m| m.video_codec = Some("mpeg4".to_owned()), &["media.0: wrong_codec"]),
    ];
    for (media, cases) in [(picture(), photos), (video(), videos)] {
        for (change, want) in cases {
            let changed = changed(media.clone(), change);
            assert_eq!(violations(&story(draft("", [changed.clone()]))), *want, "{changed:?}");
        }
    }
    let square = changed(video(), |m| (m.width, m.height) = (Some(1080), Some(1080)));
    let report = check(&story(draft("", [square])));
    assert!(report.warnings[0].message.starts_with("A story is upright"), "{:?}", report.warnings);
    // No words, no answers, no link, no place.
    assert_eq!(warnings(&story(draft("words", [picture()]))), ["text: ignored"]);
    let commented = Draft { first_comment: Some("first".to_owned()), ..story(draft("", [picture()])) };
    assert_eq!(violations(&commented), ["first_comment: unsupported"]);
    for (name, value) in [
        ("link", json!("https://example.com/")),
        ("video_title", json!("x")),
        ("is_ai_generated", json!(true)),
        ("location_id", json!("1")),
    ] {
        for media in [picture(), video()] {
            let post = with(story(draft("", [media])), name, value.clone());
            assert_eq!(violations(&post), [format!("options.{name}: unsupported")]);
        }
    }
}

#[test]
fn options_that_are_wrong_or_do_not_fit() {
    let library = Library::default();
    let text = || draft("text", []);
    let video = || draft("text", [library.mp4(300_000, 15_000, None)]);
    let cases: Vec<(Draft, &str, Value, &[&str])> = vec![
        (text(), "no_such_option", json!(1), &["options.no_such_option: unknown"]),
        (text(), "kind", json!("event"), &["options.kind: invalid"]),
        (text(), "link", json!("example.com"), &["options.link: invalid"]),
        (text(), "link", json!("https://user@example.com/"), &["options.link: invalid"]),
        (text(), "link", json!("https://www.facebook.com/page/posts/1"), &["options.link: unsupported"]),
        (text(), "link", json!("https://notfacebook.com/"), &[]),
        (
            text(),
            "link",
            json!(format!("https://example.com/{}", "a".repeat(2_048))),
            &["options.link: too_long"],
        ),
        (video(), "link", json!("https://example.com"), &["options.link: unsupported"]),
        (text(), "video_title", json!("x"), &["options.video_title: unsupported"]),
        (video(), "video_title", json!("x".repeat(256)), &["options.video_title: too_long"]),
        (video(), "location_id", json!("1"), &["options.location_id: unsupported"]),
        (text(), "location_id", json!("here"), &["options.location_id: invalid"]),
        (text(), "location_id", json!(12), &[]),
        (text(), "is_ai_generated", json!("yes"), &["options.is_ai_generated: invalid"]),
        (text(), "is_ai_generated", json!(true), &["options.is_ai_generated: unsupported"]),
        (text(), "link", json!("  "), &[]),
    ];
    for (post, name, value, want) in cases {
        assert_eq!(violations(&with(post, name, value.clone())), want, "{name}={value}");
    }
}

#[test]
fn everything_is_said_at_once() {
    let library = Library::default();
    let mut post = draft(&"a".repeat(63_207), (0..11).map(|_| library.jpeg(800, 800, None)));
    post.parts.push(Part::default());
    post.first_comment = Some(String::new());
    let post = with(with(post, "link", json!("nonsense")), "video_title", json!("x"));
    assert_eq!(violations(&post).len(), 6, "{:?}", violations(&post));
}

#[test]
fn a_person_without_the_right_task_is_warned() {
    let post = draft("text", []);
    let warned = |tasks: &[&str]| short(&CONNECTOR.check(&post, &page(tasks)).warnings);
    assert_eq!(warned(&["ANALYZE", "MODERATE"]), ["account: role"]);
    assert!(warned(&["MANAGE"]).is_empty() && warned(&[]).is_empty());
}

proptest! {
    #[test]
    fn any_text_is_counted_in_characters(text in "\\PC{0,60}") {
        let report = check(&draft(&text, []));
        let count = report.counts.iter().find(|c| c.field == "text").map(|c| (c.used, c.limit));
        prop_assert_eq!(count, Some((text.chars().count() as u64, 63_206)));
    }

    #[test]
    fn a_text_is_too_long_exactly_above_the_limit(over in 0_usize..3, c in any::<char>()) {
        let text: String = std::iter::repeat_n(c, 63_205 + over).collect();
        let long = check(&draft(&text, [])).violations.iter().any(|v| v.code == "too_long");
        prop_assert_eq!(long, over == 2);
    }
}
