//! What the check says, all at once.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use serde_json::{Value, json};

use super::canned::{identity, with};
use crate::conformance::{Library, draft};
use crate::contract::connector::Connector;
use crate::platforms::tiktok::CONNECTOR;

fn checked(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    CONNECTOR.publisher().expect("it publishes").check(draft, account)
}

/// Fields and codes of what is wrong.
fn wrong(draft: &Draft) -> Vec<(String, String)> {
    codes(&checked(draft, &identity()))
}

fn codes(report: &CheckReport) -> Vec<(String, String)> {
    for violation in report.violations.iter().chain(&report.warnings) {
        assert!(violation.message.ends_with('.'), "{violation:?}");
    }
    report.violations.iter().map(|v| (v.field.clone(), v.code.clone())).collect()
}

fn are(found: &[(String, String)], expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = found.iter().map(|(f, c)| (f.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}

fn film(change: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    let mut film = Library::default().mp4(5_000, 10_000, None);
    change(&mut film);
    film
}

fn picture(change: impl FnOnce(&mut MediaInfo)) -> MediaInfo {
    let mut picture = Library::default().jpeg(1_080, 1_920, None);
    change(&mut picture);
    picture
}

fn public(text: &str, media: impl IntoIterator<Item = MediaInfo>) -> Draft {
    with(draft(text, media), &json!({ "privacy": "public" }))
}

#[test]
fn everything_wrong_is_said_at_once() {
    let media = [
        film(|f| {
            f.mime = "video/x-matroska".to_owned();
            f.video_codec = Some("av1".to_owned());
            f.frame_rate = Some(120.0);
            (f.width, f.height) = (Some(320), Some(5_000));
            f.duration_ms = Some(301_000);
            f.bytes = 4_294_967_297;
        }),
        film(|f| f.bytes = 0),
        picture(|_| {}),
    ];
    let mut post = draft(&"👍".repeat(1_101), media);
    post.parts = vec![Part { text: "And more.".to_owned(), media: Vec::new() }];
    post.first_comment = Some("First!".to_owned());
    let post = with(
        post,
        &json!({ "colour": "red", "allow_duet": "yes", "title": "Waves", "thumb_offset": 600_001,
            "auto_music": true, "cover_picture": 2 }),
    );
    are(
        &wrong(&post),
        &[
            ("options.allow_duet", "wrong_type"),
            ("options.colour", "unknown"),
            ("options.thumb_offset", "out_of_range"),
            ("text", "too_long"),
            ("options.privacy", "missing"),
            ("options.title", "unsupported"),
            ("options.cover_picture", "unsupported"),
            ("options.auto_music", "unsupported"),
            ("media", "too_many"),
            ("media", "exclusive"),
            ("parts.0", "unsupported"),
            ("first_comment", "unsupported"),
            ("media.0", "wrong_type"),
            ("media.0", "too_large"),
            ("media.0", "wrong_codec"),
            ("media.0", "wrong_frame_rate"),
            ("media.0", "wrong_size"),
            ("media.0", "too_long"),
            ("media.1", "empty"),
        ],
    );
    let report = checked(&post, &identity());
    let long = report.violations.iter().find(|v| v.code == "too_long").expect("too long");
    assert_eq!((&long.limit, &long.value), (&Some(json!(2_200)), &Some(json!(2_202))), "UTF-16 units");
    assert!(wrong(&public("", [])).contains(&("media".to_owned(), "missing".to_owned())));
}

#[test]
fn what_fits_passes() {
    for post in [
        public(&"a".repeat(2_200), [film(|_| {})]),
        public("", [film(|f| f.duration_ms = Some(300_000))]),
        public("", [film(|f| f.frame_rate = Some(23.976))]),
        public("", [film(|f| (f.mime, f.video_codec) = ("video/webm".to_owned(), Some("vp9".to_owned())))]),
        public(
            "",
            [film(|f| (f.video_codec, f.frame_rate, f.width, f.duration_ms) = (None, None, None, None))],
        ),
        public(&"a".repeat(4_000), (0..35).map(|_| picture(|_| {}))),
        with(
            public("", [picture(|p| p.mime = "image/webp".to_owned())]),
            &json!({ "title": "é".repeat(90) }),
        ),
        with(draft("", [film(|f| f.duration_ms = Some(600_000))]), &json!({ "mode": "inbox" })),
    ] {
        are(&wrong(&post), &[]);
    }
}

#[test]
fn pictures_have_rules_of_their_own() {
    let tall = picture(|p| p.height = Some(1_921));
    let wide = picture(|p| (p.width, p.height) = (Some(1_200), Some(1_200)));
    let heavy = picture(|p| p.bytes = 20_000_001);
    let png = picture(|p| p.mime = "image/png".to_owned());
    let options = json!({ "allow_duet": true, "allow_stitch": true, "thumb_offset": 5, "is_ai_generated": true,
        "title": "👍".repeat(46), "cover_picture": 5 });
    are(
        &wrong(&with(public(&"a".repeat(4_001), [tall, wide, heavy, png]), &options)),
        &[
            ("options.title", "too_long"),
            ("text", "too_long"),
            ("options.allow_duet", "unsupported"),
            ("options.allow_stitch", "unsupported"),
            ("options.thumb_offset", "unsupported"),
            ("options.is_ai_generated", "unsupported"),
            ("media.0", "wrong_size"),
            ("media.1", "wrong_size"),
            ("media.2", "too_large"),
            ("media.3", "wrong_type"),
            ("options.cover_picture", "out_of_range"),
        ],
    );
    are(&wrong(&public("", (0..36).map(|_| picture(|_| {})))), &[("media", "too_many")]);
    let mut gif = Library::default().gif(100, 100, 3, None);
    gif.bytes = 10;
    are(&wrong(&public("", [gif])), &[("media.0", "wrong_type")]);
}

#[test]
fn the_account_itself_decides_what_it_offers() {
    let mut account = identity();
    account.meta["creator"] = json!({ "privacy": ["FOLLOWER_OF_CREATOR", "SELF_ONLY"], "comments_off": true,
        "duet_off": true, "stitch_off": true, "longest_s": 9 });
    let all = json!({ "allow_comments": true, "allow_duet": true, "allow_stitch": true });
    let post = with(public("", [film(|_| {})]), &all);
    let report = checked(&post, &account);
    are(
        &codes(&report),
        &[
            ("options.privacy", "unsupported"),
            ("options.allow_comments", "unsupported"),
            ("options.allow_duet", "unsupported"),
            ("options.allow_stitch", "unsupported"),
            ("media.0", "too_long"),
        ],
    );
    assert_eq!(report.violations[0].limit, Some(json!(["followers", "private"])));
    assert!(report.violations[0].message.contains("followers, private"));

    // Nothing is known of one that TikTok was never asked about.
    account.meta = Value::Null;
    are(&codes(&checked(&post, &account)), &[]);

    // A draft is finished in the app, which knows better.
    let mut private = identity();
    private.meta["creator"]["longest_s"] = json!(9);
    are(&codes(&checked(&with(draft("", [film(|_| {})]), &json!({ "mode": "inbox" })), &private)), &[]);
}

#[test]
fn forms_offer_what_the_account_does() {
    let offered = |account: &AccountIdentity| {
        let publisher = CONNECTOR.publisher().expect("it publishes");
        let all = [
            ("mode", "direct"),
            ("mode", "inbox"),
            ("privacy", "choose"),
            ("privacy", "public"),
            ("privacy", "followers"),
            ("privacy", "friends"),
            ("privacy", "private"),
            ("allow_comments", "true"),
            ("allow_duet", "true"),
            ("allow_stitch", "true"),
            ("own_brand", "true"),
        ];
        let offered = all.into_iter().filter(|(option, value)| publisher.offers(account, option, value));
        offered.map(|(option, value)| format!("{option}={value}")).collect::<Vec<_>>()
    };
    let mut account = identity();
    account.meta = json!({ "direct": true, "inbox": false, "audited": true, "creator":
        { "privacy": ["FOLLOWER_OF_CREATOR", "SELF_ONLY"], "duet_off": true, "stitch_off": true } });
    let mut expected = vec![
        "mode=direct",
        "privacy=choose",
        "privacy=followers",
        "privacy=private",
        "allow_comments=true",
        "own_brand=true",
    ];
    assert_eq!(offered(&account), expected);
    account.meta["audited"] = json!(false);
    account.meta["creator"]["comments_off"] = json!(true);
    expected.retain(|told| !["privacy=followers", "allow_comments=true"].contains(told));
    assert_eq!(offered(&account), expected);
    account.meta = Value::Null;
    assert_eq!(offered(&account).len(), 11, "nothing is known");

    let limits = |film: MediaInfo, seconds: u64| {
        let mut account = identity();
        account.meta["creator"] = json!({ "longest_s": seconds });
        let counts = checked(&public("", [film]), &account).counts;
        counts.into_iter().map(|c| (c.field, c.used, c.limit)).collect::<Vec<_>>()
    };
    let counted = |used, limit| vec![("text".to_owned(), 0, 2_200), ("media.0".to_owned(), used, limit)];
    assert_eq!(limits(film(|f| f.duration_ms = Some(10_001)), 180), counted(11, 180), "seconds");
    assert_eq!(limits(film(|_| {}), 3_600), counted(10, 600), "nobody has more than ten minutes");
}

#[test]
fn an_app_that_is_not_audited_makes_only_private_posts() {
    let mut account = identity();
    account.meta["audited"] = json!(false);
    let report = checked(&public("", [film(|_| {})]), &account);
    are(&codes(&report), &[("options.privacy", "app_not_audited")]);
    assert!(report.violations[0].message.contains("inbox"), "{:?}", report.violations);
    let report = checked(&with(draft("", [film(|_| {})]), &json!({ "privacy": "private" })), &account);
    are(&codes(&report), &[]);
    let warned: Vec<&str> = report.warnings.iter().map(|w| w.code.as_str()).collect();
    assert_eq!(warned, ["app_not_audited", "consent"], "the account must be private, too");
    let report = checked(&with(draft("", [film(|_| {})]), &json!({ "mode": "inbox" })), &account);
    are(&codes(&report), &[]);
}

#[test]
fn paid_partnerships_are_seen_and_agreed_to() {
    let post = |privacy: &str| {
        with(draft("", [film(|_| {})]), &json!({ "privacy": privacy, "paid_partnership": true }))
    };
    are(&wrong(&post("private")), &[("options.paid_partnership", "exclusive")]);
    let report = checked(&post("friends"), &identity());
    are(&codes(&report), &[]);
    let consent = consent(&report);
    let words: Vec<&str> = consent.links.iter().map(|link| link.words.as_str()).collect();
    assert_eq!(words, ["Music Usage Confirmation", "Branded Content Policy"]);
}

fn consent(report: &CheckReport) -> Violation {
    report.warnings.iter().find(|w| w.code == "consent").cloned().expect("the sentence")
}

#[test]
fn what_is_agreed_to_is_one_press_away() {
    let with_partner = json!({ "privacy": "friends", "paid_partnership": true });
    for (post, links) in [
        (public("", [film(|_| {})]), 1),
        (public("", [picture(|_| {})]), 1),
        (with(draft("", [film(|_| {})]), &with_partner), 2),
    ] {
        let consent = consent(&checked(&post, &identity()));
        assert_eq!(consent.links.len(), links, "{consent:?}");
        for link in &consent.links {
            assert!(consent.message.contains(&link.words), "{consent:?}");
            assert!(link.url.starts_with("https://www.tiktok.com/legal/"), "{consent:?}");
        }
    }
    let inbox = with(draft("", [film(|_| {})]), &json!({ "mode": "inbox" }));
    let warnings = checked(&inbox, &identity()).warnings;
    assert!(warnings.iter().all(|w| w.code != "consent"), "the app asks: {warnings:?}");
}

#[test]
fn permissions_that_are_missing_are_named() {
    let mut account = identity();
    (account.meta["direct"], account.meta["inbox"]) = (json!(false), json!(false));
    let direct = public("", [film(|_| {})]);
    are(&codes(&checked(&direct, &account)), &[("options.mode", "no_permission")]);
    let inbox = with(draft("Lost words.", [film(|_| {})]), &json!({ "mode": "inbox" }));
    let report = checked(&inbox, &account);
    are(&codes(&report), &[("options.mode", "no_permission")]);
    let warned: Vec<(&str, &str)> =
        report.warnings.iter().map(|w| (w.field.as_str(), w.code.as_str())).collect();
    assert_eq!(warned, [("text", "not_sent"), ("options.mode", "draft")]);
}

#[test]
fn wrong_values_of_options_are_named() {
    for (option, value, code) in [
        ("mode", json!("later"), "unknown_value"),
        ("privacy", json!("everybody"), "unknown_value"),
        ("privacy", json!(1), "unknown_value"),
        ("title", json!(7), "wrong_type"),
        ("thumb_offset", json!(-1), "out_of_range"),
        ("thumb_offset", json!("soon"), "out_of_range"),
        ("thumb_offset", json!(10_001), "out_of_range"),
        ("cover_picture", json!(0), "out_of_range"),
        ("own_brand", json!("on"), "wrong_type"),
    ] {
        let post = with(public("", [film(|_| {})]), &json!({ option: value }));
        let found = wrong(&post);
        let field = format!("options.{option}");
        assert_eq!(
            found.iter().filter(|(f, _)| *f == field).map(|(_, c)| c.as_str()).collect::<Vec<_>>(),
            [code],
            "{found:?}"
        );
    }
    for fine in
        [json!({ "privacy": "SELF_ONLY" }), json!({ "thumb_offset": "1500" }), json!({ "title": " " })]
    {
        are(&wrong(&with(public("", [film(|_| {})]), &fine)), &[]);
    }
}
