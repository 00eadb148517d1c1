use carillon_domain::account::AccountIdentity;
use carillon_domain::media::{MediaInfo, MediaKind};

use super::*;
use crate::conformance::Library;
use crate::contract::publisher::Publisher;
use crate::platforms::mastodon::limits::{Limits, Meta};

fn account(limits: Limits) -> AccountIdentity {
    AccountIdentity {
        remote_id: "7".to_owned(),
        handle: "mara@example.social".to_owned(),
        name: "Mara".to_owned(),
        avatar_url: None,
        server: Some("https://example.social".to_owned()),
        meta: Meta { limits, ..Meta::default() }.to_value(),
    }
}

/// Field, code and limit of everything that is wrong.
fn wrong(draft: &Draft, limits: Limits) -> Vec<(String, String, serde_json::Value)> {
    let report = CONNECTOR.check(draft, &account(limits));
    let each = report.violations.into_iter().map(|v| {
        assert!(v.message.ends_with('.') && v.message.len() > 20, "{v:?}");
        (v.field, v.code, v.limit.unwrap_or_default())
    });
    each.collect()
}

fn one(draft: &Draft, field: &str, code: &str, limit: serde_json::Value) {
    assert_eq!(wrong(draft, Limits::default()), [(field.to_owned(), code.to_owned(), limit)], "{draft:?}");
}

fn change(mut media: MediaInfo, f: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    f(&mut media);
    media
}

#[test]
fn texts() {
    assert!(wrong(&draft(&"a".repeat(500), []), Limits::default()).is_empty());
    one(&draft(&"a".repeat(501), []), "text", "too_long", json!(500));
    one(&draft(" \n", []), "text", "missing", json!(null));
    let link = format!("{} https://example.com/{}", "a".repeat(476), "b".repeat(300));
    assert!(wrong(&draft(&link, []), Limits::default()).is_empty());
    let warned = with_options(draft(&"a".repeat(490), []), json!({ "spoiler_text": "eleven sign" }));
    one(&warned, "text", "too_long", json!(500));
    let mut thread = draft("ok", []);
    thread.parts = vec![part("ok"), part(&"é".repeat(501))];
    one(&thread, "parts.1.text", "too_long", json!(500));
    let mut comment = draft("ok", []);
    comment.first_comment = Some(" ".to_owned());
    one(&comment, "first_comment", "missing", json!(null));
    let roomy = Limits { characters: 5_000, ..Limits::default() };
    assert!(wrong(&draft(&"a".repeat(5_000), []), roomy).is_empty());
}

#[test]
fn every_text_has_its_counter() {
    let mut draft = draft("one @mara@example.social", []);
    draft.parts = vec![part("two")];
    draft.first_comment = Some("three".to_owned());
    let counts = CONNECTOR.check(&draft, &account(Limits::default())).counts;
    let seen: Vec<_> = counts.iter().map(|c| (c.field.as_str(), c.used, c.limit)).collect();
    assert_eq!(seen, [("text", 9, 500), ("parts.0.text", 3, 500), ("first_comment", 5, 500)]);
}

#[test]
fn media() {
    let library = Library::default();
    let photo = || library.jpeg(1_000, 800, Some("a boat"));
    let video = || library.mp4(5_000, 4_000, Some("waves"));
    assert!(wrong(&draft("", [photo(), photo(), photo(), photo()]), Limits::default()).is_empty());
    one(&draft("x", (0..5).map(|_| photo())), "media", "too_many", json!(4));
    one(&draft("x", [photo(), video()]), "media", "exclusive", json!(null));
    one(&draft("x", [library.gif(9, 9, 3, Some("x")), photo()]), "media", "exclusive", json!(null));
    assert!(wrong(&draft("x", [library.gif(9, 9, 1, Some("x")), photo()]), Limits::default()).is_empty());
    let types = json!(Limits::default().types.join(", "));
    one(&draft("x", [change(photo(), |m| m.mime = "image/tiff".to_owned())]), "media.0", "wrong_type", types);
    one(&draft("x", [change(photo(), |m| m.bytes = 16_777_217)]), "media.0", "too_large", json!(16_777_216));
    one(
        &draft("x", [change(video(), |m| m.bytes = 103_809_025)]),
        "media.0",
        "too_large",
        json!(103_809_024),
    );
    let wide = |m: &mut MediaInfo| (m.width, m.height) = (Some(8_000), Some(5_000));
    one(&draft("x", [change(photo(), wide)]), "media.0", "too_many_pixels", json!(33_177_600));
    one(&draft("x", [change(video(), wide)]), "media.0", "too_many_pixels", json!(8_294_400));
    one(
        &draft("x", [change(video(), |m| m.frame_rate = Some(240.0))]),
        "media.0",
        "frame_rate",
        json!(120.0),
    );
    let long = change(photo(), |m| m.alt = Some("a".repeat(1_501)));
    one(&draft("x", [long]), "media.0", "alt_too_long", json!(1_500));
    let mut thread = draft("x", []);
    thread.parts = vec![Part { text: String::new(), media: (0..5).map(|_| photo()).collect() }];
    one(&thread, "parts.0.media", "too_many", json!(4));
    let silent = Limits { types: Vec::new(), ..Limits::default() };
    assert!(wrong(&draft("x", [change(photo(), |m| m.mime = "image/tiff".to_owned())]), silent).is_empty());
    assert_eq!(photo().kind, MediaKind::Image);
}

#[test]
fn warnings() {
    let library = Library::default();
    let codes = |draft: &Draft| -> Vec<String> {
        let report = CONNECTOR.check(draft, &account(Limits::default()));
        assert!(report.violations.is_empty(), "{report:?}");
        report.warnings.into_iter().map(|w| w.code).collect()
    };
    assert_eq!(codes(&draft("x", [library.jpeg(9, 9, None)])), ["alt_missing"]);
    assert_eq!(codes(&draft("x", [library.jpeg(4_000, 3_000, Some("a"))])), ["scaled_down"]);
    assert_eq!(codes(&with_options(draft("x", []), json!({ "visibility": "direct" }))), ["direct"]);
}

#[test]
fn polls() {
    let poll = |value: serde_json::Value| with_options(draft("x", []), json!({ "poll": value }));
    let good =
        json!({ "options": ["a", "b"], "duration_minutes": 5, "multiple": true, "hide_totals": false });
    assert!(wrong(&poll(good), Limits::default()).is_empty());
    const OPTIONS: &str = "options.poll.options";
    const MINUTES: &str = "options.poll.duration_minutes";
    one(&poll(json!({ "options": ["a"], "duration_minutes": 60 })), OPTIONS, "too_few", json!(2));
    one(
        &poll(json!({ "options": ["a", "b", "c", "d", "e"], "duration_minutes": 60 })),
        OPTIONS,
        "too_many",
        json!(4),
    );
    one(
        &poll(json!({ "options": ["a", "a"], "duration_minutes": 60 })),
        "options.poll.options.1",
        "duplicate",
        json!(null),
    );
    one(
        &poll(json!({ "options": ["a", " "], "duration_minutes": 60 })),
        "options.poll.options.1",
        "missing",
        json!(null),
    );
    let long = "x".repeat(51);
    one(
        &poll(json!({ "options": [long, "b"], "duration_minutes": 60 })),
        "options.poll.options.0",
        "too_long",
        json!(50),
    );
    one(&poll(json!({ "options": ["a", "b"], "duration_minutes": 4 })), MINUTES, "too_short", json!(5));
    one(
        &poll(json!({ "options": ["a", "b"], "duration_minutes": 50_000 })),
        MINUTES,
        "too_long",
        json!(43_829),
    );
    one(&poll(json!({ "options": ["a", "b"] })), MINUTES, "missing", json!(null));
    one(
        &poll(json!({ "options": ["a", "b"], "duration_minutes": 60, "expires": 1 })),
        "options.poll.expires",
        "unknown_option",
        json!(null),
    );
    one(&poll(json!({ "options": "a", "duration_minutes": 60 })), OPTIONS, "wrong_type", json!(null));
    one(&poll(json!("yes or no")), "options.poll", "wrong_type", json!(null));
    let library = Library::default();
    let both = with_options(
        draft("x", [library.jpeg(9, 9, Some("a"))]),
        json!({ "poll": { "options": ["a", "b"], "duration_minutes": 60 } }),
    );
    one(&both, "options.poll", "exclusive", json!(null));
}

#[test]
fn options() {
    let with = |value: serde_json::Value| with_options(draft("x", []), value);
    let good =
        json!({ "visibility": "private", "spoiler_text": "x", "sensitive": false, "language": "pt-BR" });
    assert!(wrong(&with(good), Limits::default()).is_empty());
    let empty = json!({ "visibility": "", "spoiler_text": "", "language": null, "focus": [], "poll": null });
    assert!(wrong(&with(empty), Limits::default()).is_empty(), "empty fields of a form are absent");
    let cases = [
        (json!({ "visibility": "everyone" }), "options.visibility", "unknown_value"),
        (json!({ "visibility": true }), "options.visibility", "unknown_value"),
        (json!({ "spoiler_text": 1 }), "options.spoiler_text", "wrong_type"),
        (json!({ "sensitive": "yes" }), "options.sensitive", "wrong_type"),
        (json!({ "language": "English" }), "options.language", "wrong_format"),
        (json!({ "language": "EN" }), "options.language", "wrong_format"),
        (json!({ "visibilty": "public" }), "options.visibilty", "unknown_option"),
        (json!({ "scheduled_at": "2030-01-01" }), "options.scheduled_at", "unknown_option"),
        (json!({ "focus": "0,0" }), "options.focus", "wrong_type"),
    ];
    for (options, field, code) in cases {
        let found = wrong(&with(options.clone()), Limits::default());
        assert_eq!(found.len(), 1, "{options}: {found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1.as_str()), (field, code), "{options}");
    }
    let library = Library::default();
    let photo = draft("x", [library.jpeg(9, 9, Some("a"))]);
    one(
        &with_options(photo.clone(), json!({ "focus": ["0.1,2"] })),
        "options.focus.0",
        "wrong_format",
        json!("-1,-1 to 1,1"),
    );
    one(&with_options(photo, json!({ "focus": ["0,0", "1,1"] })), "options.focus", "too_many", json!(1));
}

#[test]
fn everything_is_said_at_once() {
    let mut draft = with_options(
        draft(&"a".repeat(600), []),
        json!({ "poll": { "options": ["a"], "duration_minutes": 1 }, "x": 1 }),
    );
    draft.parts = vec![part("")];
    draft.first_comment = Some("b".repeat(600));
    assert_eq!(wrong(&draft, Limits::default()).len(), 6);
}

#[test]
fn an_account_without_known_limits_has_the_usual_ones() {
    let mut nobody = account(Limits::default());
    nobody.meta = json!({ "limits": "?" });
    let report = CONNECTOR.check(&draft(&"a".repeat(501), []), &nobody);
    assert_eq!(report.violations.len(), 1);
}
