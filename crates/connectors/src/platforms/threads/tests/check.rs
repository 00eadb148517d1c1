//! Every rule of the sheet: what breaks it, and what just keeps to it.

use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use serde_json::{Value, json};

use super::super::CONNECTOR;
use super::super::read;
use super::super::wire::Profile;
use super::stage::{Stage, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;

fn report(draft: &Draft) -> carillon_domain::limits::CheckReport {
    let profile = Profile {
        id: json!("17841400000000001"),
        username: Some("marafields".to_owned()),
        name: None,
        threads_profile_picture_url: None,
    };
    let account = read::identity(&profile, json!({})).unwrap();
    CONNECTOR.publisher().unwrap().check(draft, &account)
}

fn found(draft: &Draft) -> Vec<String> {
    report(draft).violations.iter().map(|v| format!("{} {}", v.field, v.code)).collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn everything_wrong_is_said_at_once() {
    let stage = Stage::new();
    let mut post = draft(&"x".repeat(501), [stage.bench.library.gif(20, 20, 2, None)]);
    let mut wide = stage.bench.library.jpeg(1_100, 100, None);
    wide.alt = Some("a".repeat(1_001));
    post.parts = vec![Part { text: "🌊".repeat(126), media: vec![wide] }, Part::default()];
    post.first_comment = Some(" ".to_owned());
    post = with(post, "reply_control", json!("nobody"));
    post = with(post, "topic_tag", json!("a.b&c"));
    post = with(post, "colour", json!("red"));
    let mut all = found(&post);
    all.sort();
    assert_eq!(
        all,
        [
            "first_comment missing",
            "media.0 wrong_type",
            "options.colour unknown",
            "options.reply_control unknown_value",
            "options.topic_tag invalid",
            "parts.0.media.0 wrong_ratio",
            "parts.0.media.0.alt too_long",
            "parts.0.text too_long",
            "parts.1.text missing",
            "text too_long",
        ]
    );
    let report = report(&post);
    for violation in &report.violations {
        assert!(violation.message.ends_with(['.', ')']), "{violation:?}");
    }
    let long = report.violations.iter().find(|v| v.field == "parts.0.text").unwrap();
    assert_eq!((long.limit.clone(), long.value.clone()), (Some(json!(500)), Some(json!(504))));
    assert!(long.message.contains("emoji"), "{}", long.message);
    let counts: Vec<_> = report.counts.iter().map(|c| (c.field.as_str(), c.used)).collect();
    assert_eq!(counts, [("text", 501), ("parts.0.text", 504), ("parts.1.text", 0), ("first_comment", 1)]);
}

#[test]
fn what_is_just_within_the_limits_is_taken() {
    let stage = Stage::new();
    let library = &stage.bench.library;
    let pictures: Vec<_> = (0..20).map(|_| library.jpeg(1_000, 100, Some(&"a".repeat(1_000)))).collect();
    assert_eq!(found(&draft(&"🌊".repeat(125), pictures)), none());
    assert_eq!(found(&draft("", [library.png(100, 1_000, None), library.mp4(1_000, 300_000, None)])), none());
    let links: String = (0..5).map(|i| format!("https://a.example/{i} ")).collect();
    assert_eq!(found(&draft(&links, [])), none());
    let repeated = with(draft(&links, []), "link_attachment", json!("https://a.example/4"));
    assert_eq!(found(&repeated), none());
    let bare = links.replace("https://a.example/4", "https://a.example");
    assert_eq!(found(&with(draft(&bare, []), "link_attachment", json!("https://a.example"))), none());
    assert_eq!(found(&with(draft("a", []), "topic_tag", json!("t".repeat(50)))), none());
}

#[test]
fn too_much_of_anything_is_found() {
    let stage = Stage::new();
    let library = &stage.bench.library;
    let pictures = (0..21).map(|_| library.jpeg(100, 100, None));
    assert_eq!(found(&draft("a", pictures)), ["media too_many"]);
    assert_eq!(found(&draft("", [])), ["text missing"]);
    let links: String = (0..5).map(|i| format!("https://a.example/{i} ")).collect();
    let one_more = with(draft(&links, []), "link_attachment", json!("https://b.example/"));
    assert_eq!(found(&one_more), ["text too_many_links"]);
    let written = (0..6)
        .map(|i| if i % 2 == 0 { format!("www.{i}.example ") } else { format!("HTTPS://{i}.example ") });
    assert_eq!(found(&draft(&written.collect::<String>(), [])), ["text too_many_links"]);
    assert_eq!(
        found(&with(draft("a", []), "topic_tag", json!("t".repeat(51)))),
        ["options.topic_tag too_long"]
    );
    let attached = with(draft("a", []), "text_attachment", json!("t".repeat(10_001)));
    assert_eq!(found(&attached), ["options.text_attachment too_long"]);
}

#[test]
fn videos_and_pictures_keep_to_the_rules_of_their_files() {
    let stage = Stage::new();
    let clip = stage.bench.library.mp4(300_000, 10_000, None);
    let picture = stage.bench.library.jpeg(100, 100, None);
    let cases: Vec<(MediaInfo, &str)> = vec![
        (MediaInfo { duration_ms: Some(300_001), ..clip.clone() }, "too_long"),
        (MediaInfo { duration_ms: Some(0), ..clip.clone() }, "too_short"),
        (MediaInfo { bytes: 1024 * 1024 * 1024 + 1, ..clip.clone() }, "too_large"),
        (MediaInfo { width: Some(1921), height: Some(1080), ..clip.clone() }, "too_wide"),
        (MediaInfo { frame_rate: Some(61.0), ..clip.clone() }, "wrong_frame_rate"),
        (MediaInfo { frame_rate: Some(15.0), ..clip.clone() }, "wrong_frame_rate"),
        (MediaInfo { width: Some(1_100), height: Some(100), ..clip.clone() }, "wrong_ratio"),
        (MediaInfo { mime: "video/webm".to_owned(), ..clip.clone() }, "wrong_type"),
        (MediaInfo { video_codec: Some("av1".to_owned()), ..clip.clone() }, "wrong_codec"),
        (MediaInfo { audio_codec: Some("opus".to_owned()), ..clip.clone() }, "wrong_codec"),
        (MediaInfo { mime: "image/webp".to_owned(), ..picture.clone() }, "wrong_type"),
        (MediaInfo { bytes: 8 * 1024 * 1024 + 1, ..picture.clone() }, "too_large"),
        (MediaInfo { width: Some(100), height: Some(1_001), ..picture.clone() }, "wrong_ratio"),
    ];
    for (file, code) in cases {
        let report = report(&draft("a", [file.clone()]));
        let codes: Vec<_> = report.violations.iter().map(|v| (v.field.as_str(), v.code.as_str())).collect();
        assert_eq!(codes, [("media.0", code)], "{file:?}");
        assert!(report.violations[0].limit.is_some() && report.violations[0].value.is_some(), "{file:?}");
    }
}

#[test]
fn options_that_exclude_each_other_are_named() {
    let stage = Stage::new();
    let poll = json!({ "options": ["Tea", "Coffee"] });
    let text_only: [(&str, Value); 4] = [
        ("poll", poll.clone()),
        ("gif_id", json!("abc123")),
        ("text_attachment", json!("long")),
        ("link_attachment", json!("https://a.example")),
    ];
    for (name, value) in text_only {
        assert_eq!(found(&with(draft("a", []), name, value.clone())), none(), "{name}");
        let pictured = with(stage.picture("a"), name, value.clone());
        assert_eq!(found(&pictured), [format!("options.{name} exclusive")]);
        let ghost = with(with(draft("a", []), name, value), "is_ghost_post", json!(true));
        assert_eq!(found(&ghost), ["options.is_ghost_post exclusive"], "{name}");
    }
    let both = with(with(draft("a", []), "poll", poll.clone()), "text_attachment", json!("long"));
    assert_eq!(found(&both), ["options.text_attachment exclusive"]);
    assert_eq!(
        found(&with(draft("a", []), "is_spoiler_media", json!(true))),
        ["options.is_spoiler_media unsupported"]
    );
    assert_eq!(found(&with(stage.picture("a"), "is_spoiler_media", json!(true))), none());
    let mut ghost = with(draft("a", []), "is_ghost_post", json!(true));
    assert_eq!(found(&ghost), none());
    ghost.parts.push(Part { text: "b".to_owned(), media: Vec::new() });
    assert_eq!(found(&ghost), ["options.is_ghost_post exclusive"]);
    assert_eq!(found(&with(draft("", []), "poll", poll)), ["text missing"]);
}

#[test]
fn values_of_options_are_read_strictly() {
    for (name, value, code) in [
        ("link_attachment", json!("a.example"), "options.link_attachment invalid"),
        ("link_attachment", json!("ftp://a.example"), "options.link_attachment invalid"),
        ("quote_post_id", json!("https://www.threads.net/@a/post/b"), "options.quote_post_id invalid"),
        ("gif_id", json!("a b"), "options.gif_id invalid"),
        ("is_ghost_post", json!("perhaps"), "options.is_ghost_post wrong_type"),
        ("topic_tag", json!("#"), "options.topic_tag invalid"),
        ("text_attachment", json!(1), "options.text_attachment wrong_type"),
        ("poll", json!("Tea or coffee"), "options.poll wrong_type"),
        ("poll", json!({}), "options.poll.options missing"),
        ("poll", json!({ "options": ["Tea"] }), "options.poll.options wrong_number"),
        ("poll", json!({ "options": ["a", "b", "c", "d", "e"] }), "options.poll.options wrong_number"),
        ("poll", json!({ "options": ["Tea", "Tea"] }), "options.poll.options.1 duplicate"),
        ("poll", json!({ "options": ["Tea", " "] }), "options.poll.options.1 missing"),
        ("poll", json!({ "options": ["Tea", "x".repeat(26)] }), "options.poll.options.1 too_long"),
        ("poll", json!({ "options": ["a", "b"], "multiple": true }), "options.poll.multiple unsupported"),
        (
            "poll",
            json!({ "options": ["a", "b"], "duration_minutes": 60 }),
            "options.poll.duration_minutes out_of_range",
        ),
        ("poll", json!({ "options": ["a", "b"], "colour": 1 }), "options.poll.colour unknown"),
    ] {
        assert_eq!(found(&with(draft("a", []), name, value.clone())), [code], "{value}");
    }
    let fine = json!({ "options": ["a", "b"], "duration_minutes": 1440, "multiple": false });
    assert_eq!(found(&with(draft("a", []), "poll", fine)), none());
    assert_eq!(found(&with(draft("a", []), "quote_post_id", json!(18_012_345_678_901_234_u64))), none());
}
