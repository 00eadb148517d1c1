use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::CheckReport;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use proptest::prelude::*;
use serde_json::json;

use super::{bench, bench_session};
use crate::conformance::{Library, draft};
use crate::contract::publisher::Publisher;
use crate::platforms::bluesky::{CONNECTOR, limits};

fn account() -> AccountIdentity {
    AccountIdentity {
        remote_id: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
        handle: "a.test".to_owned(),
        name: "A".to_owned(),
        avatar_url: None,
        server: Some("https://pds.test".to_owned()),
        meta: json!({}),
    }
}

fn check(draft: &Draft) -> CheckReport {
    CONNECTOR.check(draft, &account())
}

fn broken(draft: &Draft) -> Vec<(String, String)> {
    check(draft).violations.into_iter().map(|v| (v.field, v.code)).collect()
}

fn with_bytes(mut media: MediaInfo, bytes: u64) -> MediaInfo {
    media.bytes = bytes;
    media
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let library = Library::default();
    let picture = || library.jpeg(10, 10, Some("x"));
    let mut bmp = picture();
    bmp.mime = "image/bmp".to_owned();
    let mut mov = library.mp4(100, 200_000, Some("x"));
    mov.mime = "video/quicktime".to_owned();
    let mut post =
        draft(&"x".repeat(301), [picture(), picture(), picture(), with_bytes(picture(), 1_000_001), bmp]);
    post.parts = vec![
        Part { text: "é👨‍👩‍👧‍👧".repeat(150), media: vec![mov, picture()] },
        Part { text: "  ".to_owned(), media: Vec::new() },
    ];
    post.first_comment = Some(" ".to_owned());
    post.options = json!({ "langs": ["en", "de", "fr", "x"], "link_card": "yes", "lang": "en" })
        .as_object()
        .unwrap()
        .clone();
    let mut found = broken(&post);
    found.sort();
    let mut expected = [
        ("first_comment", "missing"),
        ("media", "too_many"),
        ("media.3", "too_large"),
        ("media.4", "wrong_type"),
        ("options.lang", "unknown_option"),
        ("options.langs", "too_many"),
        ("options.langs.3", "wrong_format"),
        ("options.link_card", "wrong_type"),
        ("parts.0.media", "exclusive"),
        ("parts.0.media.0", "too_long"),
        ("parts.0.media.0", "wrong_type"),
        ("parts.0.text", "too_many_bytes"),
        ("parts.1.text", "missing"),
        ("text", "too_long"),
    ]
    .map(|(f, c)| (f.to_owned(), c.to_owned()));
    expected.sort();
    assert_eq!(found, expected);
    let report = check(&post);
    let too_long = report.violations.iter().find(|v| v.field == "text").unwrap();
    assert_eq!((too_long.limit.clone(), too_long.value.clone()), (Some(json!(300)), Some(json!(301))));
    assert!(too_long.message.contains("Shorten it by 1"), "{}", too_long.message);
    let counts: Vec<_> = report.counts.iter().map(|c| (c.field.as_str(), c.used, c.limit)).collect();
    assert_eq!(
        counts,
        [("text", 301, 300), ("parts.0.text", 300, 300), ("parts.1.text", 2, 300), ("first_comment", 1, 300)]
    );
}

#[test]
fn what_the_network_takes_is_not_refused() {
    let library = Library::default();
    let picture = || library.jpeg(10, 10, Some("x"));
    let mut post = draft(&"👩‍🌾".repeat(200), []);
    assert_eq!(broken(&post), []);
    post = draft("", [picture(), picture(), picture(), with_bytes(picture(), 1_000_000)]);
    post.options =
        json!({ "langs": ["en", "pt-BR", "zh-Hant"], "link_card": false }).as_object().unwrap().clone();
    assert_eq!(broken(&post), []);
    let video = with_bytes(library.mp4(100, limits::VIDEO_MS, Some("x")), limits::VIDEO_BYTES);
    assert_eq!(broken(&draft("", [video.clone()])), []);
    assert_eq!(broken(&draft("", [video.clone(), video])), [("media".to_owned(), "too_many".to_owned())]);
    let mut new_server = account();
    new_server.meta = json!({ "image_bytes": 2_000_000 });
    let big = draft("", [with_bytes(picture(), 2_000_000)]);
    assert_eq!(CONNECTOR.check(&big, &new_server).violations, []);
    assert_eq!(broken(&big).len(), 1);
}

#[test]
fn careful_people_are_warned() {
    let library = Library::default();
    let long = "x".repeat(2001);
    let media = [library.jpeg(10, 10, None), library.gif(10, 10, 12, Some(&long))];
    let report = check(&draft("x", media));
    assert_eq!(report.violations, []);
    let warnings: Vec<_> = report.warnings.iter().map(|w| (w.field.as_str(), w.code.as_str())).collect();
    assert_eq!(warnings, [("media.0", "alt_missing"), ("media.1", "not_animated"), ("media.1", "alt_long")]);
}

#[tokio::test]
async fn what_is_refused_here_is_what_the_server_refuses() {
    let library = |b: &crate::conformance::Bench| b.library.jpeg(10, 10, Some("x"));
    let cases: [(&str, usize, &str); 4] = [
        (&"x".repeat(301), 0, "text_too_long"),
        (&"👨‍👩‍👧‍👧".repeat(121), 0, "text_too_long"),
        ("five", 5, "too_many"),
        ("ok", 4, ""),
    ];
    for (text, images, code) in cases {
        let bench = bench();
        let session = bench_session(&bench).await;
        let media: Vec<_> = (0..images).map(|_| library(&bench)).collect();
        let post = draft(text, media);
        let report = CONNECTOR.check(&post, &session.account);
        let outcome = session.publish(&post).await;
        assert_eq!(report.violations.is_empty(), outcome.is_published(), "{outcome:?}");
        assert_eq!(outcome.error().map_or("", |e| e.code.as_str()), code);
    }
}

proptest! {
    #[test]
    fn any_text_is_counted_and_judged_without_panic(text in any::<String>(), parts in proptest::collection::vec(any::<String>(), 0..3)) {
        let mut post = draft(&text, []);
        post.parts = parts.into_iter().map(|text| Part { text, media: Vec::new() }).collect();
        let report = check(&post);
        prop_assert_eq!(report.counts.len(), 1 + post.parts.len());
        for count in &report.counts {
            let told = report.violations.iter().any(|v| v.field == count.field && v.code == "too_long");
            prop_assert_eq!(told, count.used > count.limit);
        }
    }
}
