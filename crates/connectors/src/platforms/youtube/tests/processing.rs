//! While YouTube works on a video.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Clock;
use serde_json::{Value, json};

use super::script::{Script, error_of, json_of, no_video, video};
use super::{Lab, VIDEO, with_options};
use crate::conformance::{Outcome, draft};

fn working() -> Value {
    json!({ "uploadStatus": "uploaded", "privacyStatus": "private" })
}

fn ready() -> Value {
    json!({ "uploadStatus": "processed", "privacyStatus": "private" })
}

#[tokio::test]
async fn a_video_is_published_when_it_is_ready() {
    let answers = [working(), working(), working(), ready()].map(|status| video(&status));
    let lab = Lab::scripted(Script::fine("public").only("videos.list", answers));
    let start = lab.bench.clock.now();
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.calls("videos.list"), 4);
    assert!(lab.bench.clock.now().duration_since(start).as_secs() >= 30);
}

#[tokio::test]
async fn one_that_takes_for_ever_is_published_after_an_hour() {
    let lab = Lab::scripted(Script::fine("public").only("videos.list", [video(&working())]));
    let start = lab.bench.clock.now();
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let waited = lab.bench.clock.now().duration_since(start).as_secs();
    assert!((3600..4000).contains(&waited), "{waited}");
    assert!(lab.calls("videos.list") < 60, "{} looks cost too much quota", lab.calls("videos.list"));
}

#[tokio::test]
async fn what_youtube_can_not_work_with_is_said_in_plain_words() {
    let failures = ["codec", "conversion", "emptyFile", "invalidFile", "tooSmall", "uploadAborted", "new"];
    let rejections = [
        "claim",
        "copyright",
        "duplicate",
        "inappropriate",
        "legal",
        "length",
        "termsOfUse",
        "trademark",
        "uploaderAccountClosed",
        "uploaderAccountSuspended",
        "new",
    ];
    let broken = ["uploadFailed", "transcodeFailed", "streamingFailed", "other"];
    let failed = failures.map(|reason| {
        let status = json!({ "uploadStatus": "failed", "privacyStatus": "private", "failureReason": reason });
        (reason, video(&status), "video_failed")
    });
    let rejected = rejections.map(|reason| {
        let status =
            json!({ "uploadStatus": "rejected", "privacyStatus": "private", "rejectionReason": reason });
        (reason, video(&status), "video_rejected")
    });
    let unprocessed = broken.map(|reason| {
        let details = json!({ "processingStatus": "failed", "processingFailureReason": reason });
        let list = json!({ "items": [{ "id": VIDEO, "status": working(), "processingDetails": details }] });
        (reason, json_of(200, &list), "video_failed")
    });
    for (reason, answer, code) in failed.into_iter().chain(rejected).chain(unprocessed) {
        // The description knows no reason called "new".
        let script = Script::fine("public").only("videos.list", [answer]);
        let lab = Lab::scripted(script);
        let outcome = lab.adopted().publish(&lab.post("Waves")).await;
        let Outcome::Failed(error, _) = &outcome else { panic!("{reason}: {outcome:?}") };
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{reason}");
        assert_eq!(error.remote.code.as_deref(), Some(reason));
        assert!(!error.action.is_empty());
        assert_eq!(lab.calls("videos.update"), 0, "{reason}: nothing becomes public");
    }
}

#[tokio::test]
async fn a_private_video_that_somebody_deleted_is_uploaded_anew() {
    let deleted = json!({ "uploadStatus": "deleted", "privacyStatus": "private" });
    // One that is not shown may only be late, for five minutes; looks are 15 s apart, the first one 10 s after the refusal.
    for (gone, looks) in [(video(&deleted), 1), (no_video(), 21)] {
        let shown = [vec![video(&ready())], vec![gone; looks], vec![video(&ready())]].concat();
        let script = Script::fine("public")
            .only("videos.list", shown)
            .only("videos.update", [error_of(404, "videoNotFound"), super::script::updated("public")]);
        let lab = Lab::scripted(script);
        let session = lab.adopted();
        let outcome = session.publish(&lab.post("Waves")).await;
        assert!(outcome.is_published(), "{outcome:?}");
        assert_eq!((lab.calls("videos.insert"), lab.calls("videos.list")), (2, looks + 2));
    }
}

#[tokio::test]
async fn one_that_never_shows_is_given_up() {
    let lab = Lab::scripted(Script::fine("public").only("videos.list", [no_video()]));
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    let error = outcome.error().unwrap();
    assert_eq!((error.code.as_str(), lab.calls("videos.insert")), ("video_not_found", 3), "{error:?}");
    assert_eq!(lab.calls("videos.update"), 0);
}

#[tokio::test]
async fn thumbnail_and_playlist_come_before_the_commit() {
    let none = json_of(200, &json!({ "kind": "youtube#playlistItemListResponse", "items": [] }));
    let item =
        json!({ "kind": "youtube#playlistItem", "id": "UEx1", "snippet": { "playlistId": "PLwaves" } });
    let set = json!({ "kind": "youtube#thumbnailSetResponse", "items": [] });
    let script = Script::fine("public")
        .on("playlistItems.list", none)
        .on("playlistItems.insert", json_of(200, &item))
        .on("thumbnails.set", json_of(200, &set));
    let lab = Lab::scripted(script);
    let picture = lab.bench.library.jpeg(1280, 720, None);
    let post = draft("Waves", [picture.clone(), lab.film(5_000)]);
    let address = "https://www.youtube.com/playlist?list=PLwaves&feature=share";
    let post = with_options(post, json!({ "playlist": address }));
    let outcome = lab.adopted().publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let order: Vec<_> = lab.wire.seen().into_iter().map(|e| e.operation).collect();
    assert_eq!(
        order,
        [
            "videos.insert",
            "videos.upload",
            "videos.list",
            "thumbnails.set",
            "playlistItems.list",
            "playlistItems.insert",
            "videos.update"
        ]
    );
    let thumbnail = &lab.of("thumbnails.set")[0];
    assert_eq!(thumbnail.get("videoId").as_deref(), Some(VIDEO));
    assert_eq!(thumbnail.header("content-type"), Some("image/jpeg"));
    assert_eq!(thumbnail.body, lab.bench.library.bytes(picture.id).unwrap());
    let want = json!({ "snippet": { "playlistId": "PLwaves", "resourceId": { "kind": "youtube#video", "videoId": VIDEO } } });
    assert_eq!(lab.of("playlistItems.insert")[0].json(), want);
}

#[tokio::test]
async fn a_video_that_is_in_the_playlist_is_not_added_again() {
    let listed = json_of(200, &json!({ "items": [{ "kind": "youtube#playlistItem", "id": "UEx1" }] }));
    let none = json_of(200, &json!({ "kind": "youtube#playlistItemListResponse" }));
    let cases = [
        (listed, error_of(500, "backendError"), 0),
        (none.clone(), error_of(409, "videoAlreadyInPlaylist"), 1),
        (error_of(404, "videoNotFound"), error_of(409, "videoAlreadyInPlaylist"), 1),
    ];
    for (list, insert, inserts) in cases {
        let script = Script::fine("public").on("playlistItems.list", list).on("playlistItems.insert", insert);
        let lab = Lab::scripted(script);
        let post = with_options(lab.post("Waves"), json!({ "playlist": "PLwaves" }));
        let outcome = lab.adopted().publish(&post).await;
        assert!(outcome.is_published(), "{outcome:?}");
        assert_eq!(lab.calls("playlistItems.insert"), inserts);
    }
}

#[tokio::test]
async fn a_thumbnail_or_playlist_that_is_refused_keeps_the_video_private() {
    let none = json_of(200, &json!({ "items": [] }));
    let picture = |lab: &Lab| draft("Waves", [lab.film(5_000), lab.bench.library.jpeg(1280, 720, None)]);
    for (operation, answer, code) in [
        ("thumbnails.set", error_of(403, "forbidden"), "thumbnail_forbidden"),
        ("thumbnails.set", error_of(400, "invalidImage"), "thumbnail_invalid"),
        ("playlistItems.insert", error_of(404, "playlistNotFound"), "playlist_not_found"),
    ] {
        let set = json_of(200, &json!({ "kind": "youtube#thumbnailSetResponse" }));
        let script = Script::fine("public")
            .on("playlistItems.list", none.clone())
            .on("thumbnails.set", set)
            .only(operation, [answer]);
        let lab = Lab::scripted(script);
        let outcome =
            lab.adopted().publish(&with_options(picture(&lab), json!({ "playlist": "PLwaves" }))).await;
        assert_eq!(outcome.error().map(|e| e.code.as_str()), Some(code), "{outcome:?}");
        assert_eq!(lab.calls("videos.update"), 0);
    }
}
