//! The one call, what became of it, and the first comment.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Draft;
use carillon_domain::time::{Clock, Timestamp};
use serde_json::{Value, json};

use super::script::{Script, error_of, json_of, lost, updated, video};
use super::{CHANNEL, CONNECTOR, Lab, VIDEO, with_options};
use crate::conformance::{Outcome, Session};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

fn shown(privacy: &str) -> Value {
    json!({ "uploadStatus": "processed", "privacyStatus": privacy })
}

fn commented(post: Draft) -> Draft {
    Draft { first_comment: Some("First!".to_owned()), ..post }
}

#[tokio::test]
async fn the_commit_says_everything_about_the_state() {
    let plain = json!({ "privacyStatus": "public", "selfDeclaredMadeForKids": false, "embeddable": true,
        "license": "youtube", "publicStatsViewable": true, "containsSyntheticMedia": false });
    let told = json!({ "privacyStatus": "unlisted", "selfDeclaredMadeForKids": true, "embeddable": false,
        "license": "creativeCommon", "publicStatsViewable": true, "containsSyntheticMedia": true });
    let options = json!({ "privacy": "unlisted", "made_for_kids": true, "embeddable": false,
        "license": "creativeCommon", "synthetic_media": true });
    for (options, status, privacy) in [(json!({}), plain, "public"), (options, told, "unlisted")] {
        let lab = Lab::scripted(Script::fine(privacy));
        let outcome = lab.adopted().publish(&with_options(lab.post("Waves"), options)).await;
        assert!(outcome.is_published(), "{outcome:?}");
        let commit = &lab.of("videos.update")[0];
        assert_eq!(commit.json(), json!({ "id": VIDEO, "status": status }));
        assert_eq!((commit.method.as_str(), commit.get("part").as_deref()), ("PUT", Some("status")));
        let mut private = status;
        private["privacyStatus"] = "private".into();
        assert_eq!(lab.of("videos.insert")[0].json()["status"], private, "until then it is private");
    }
}

#[tokio::test]
async fn the_upload_says_everything_about_the_video() {
    let lab = Lab::scripted(Script::fine("public"));
    let options = json!({ "title": " Waves at six ", "tags": ["sea", "bad weather"], "category": "19",
        "language": "en-GB", "paid_promotion": true, "notify_subscribers": false });
    let outcome = lab.adopted().publish(&with_options(lab.post("All of it.\nTwice."), options)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let begun = &lab.of("videos.insert")[0];
    let want = json!({ "title": "Waves at six", "description": "All of it.\nTwice.", "tags": ["sea", "bad weather"],
        "categoryId": "19", "defaultLanguage": "en-GB" });
    assert_eq!(begun.json()["snippet"], want);
    assert_eq!(begun.json()["paidProductPlacementDetails"], json!({ "hasPaidProductPlacement": true }));
    assert_eq!(begun.get("part").as_deref(), Some("snippet,status,paidProductPlacementDetails"));
    assert_eq!(begun.get("notifySubscribers").as_deref(), Some("false"));
    assert_eq!(begun.header("content-type"), Some("application/json; charset=UTF-8"));
}

#[tokio::test]
async fn a_time_of_youtubes_own_is_set_by_the_same_call() {
    let at = "2026-12-24T18:00:00Z";
    let set = json!({ "privacyStatus": "private", "publishAt": "2026-12-24T18:00:00.000Z" });
    let answer = json_of(200, &json!({ "kind": "youtube#video", "id": VIDEO, "status": set }));
    let lab = Lab::scripted(Script::fine("public").only("videos.update", [answer]));
    let post = with_options(lab.post("Waves"), json!({ "publish_at": "2026-12-24T19:00:00+01:00" }));
    let outcome = lab.adopted().publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let status = lab.of("videos.update")[0].json()["status"].clone();
    assert_eq!((&status["privacyStatus"], &status["publishAt"]), (&json!("private"), &json!(at)));
    assert!(lab.of("videos.insert")[0].json()["status"]["publishAt"].is_null());
}

#[tokio::test]
async fn what_youtube_leaves_private_is_not_called_published() {
    let lab = Lab::scripted(Script::fine("private"));
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    let Outcome::Failed(error, _) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((error.code.as_str(), &error.kind), ("kept_private", &ErrorKind::Rejected));
    assert!(error.cause.contains("private"), "{error:?}");
}

#[tokio::test]
async fn shorts_have_an_address_of_their_own() {
    let lab = Lab::scripted(Script::fine("public"));
    let mut high = lab.post("Waves");
    let film = &mut high.root.media[0];
    (film.width, film.height) = (Some(1080), Some(1920));
    let mut long = high.clone();
    long.root.media[0].duration_ms = Some(180_001);
    let session = lab.adopted();
    for (post, url) in [
        (lab.post("Waves"), "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (high, "https://www.youtube.com/shorts/dQw4w9WgXcQ"),
        (long, "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    ] {
        let outcome = session.publish(&post).await;
        assert_eq!(outcome.progress().units[0].remote_url.as_deref(), Some(url), "{outcome:?}");
    }
}

/// The commit of the video is open since a moment.
fn open(since: Timestamp, seconds: i64) -> Progress {
    let state = json!({ "media": null, "session": null, "begun_at": null, "sent": 0, "tail_at": null, "breaks": 0,
        "restarts": 0, "video": { "id": VIDEO, "at": "2026-11-02T09:00:00Z" }, "thumbnail": false, "listed": false,
        "resent": false });
    let since = since - carillon_domain::time::SignedDuration::from_secs(seconds);
    Progress::new(1, 1, state).at(Stage::Committing { unit: 0, since })
}

async fn look(lab: &Lab, session: &Session<'_>, options: Value, seconds: i64) -> Reconciliation {
    let credential = session.credential();
    let post = with_options(lab.post("Waves"), options);
    let progress = open(lab.bench.clock.now(), seconds);
    CONNECTOR.reconcile(&session.cx(&credential), &post, &progress).await.unwrap()
}

#[tokio::test]
async fn one_look_at_the_video_settles_a_lost_answer() {
    let at = json!({ "publish_at": "2026-12-24T18:00:00Z" });
    let scheduled = json!({ "uploadStatus": "processed", "privacyStatus": "private", "publishAt": "2026-12-24T18:00:00Z" });
    let other = json!({ "uploadStatus": "processed", "privacyStatus": "private", "publishAt": "2026-12-25T18:00:00Z" });
    for (options, status, found) in [
        (json!({}), shown("public"), true),
        (json!({}), shown("private"), false),
        (json!({}), shown("unlisted"), false),
        (json!({ "privacy": "unlisted" }), shown("unlisted"), true),
        (json!({ "privacy": "private" }), shown("private"), true),
        (at.clone(), scheduled, true),
        (at.clone(), other, false),
        (at.clone(), shown("private"), false),
        (at, shown("public"), true),
    ] {
        let lab = Lab::scripted(Script::fine("public").only("videos.list", [video(&status)]));
        let session = lab.adopted();
        let story = format!("{options} {status}");
        match look(&lab, &session, options.clone(), 0).await {
            Reconciliation::Found(progress) => {
                assert!(found, "{story}");
                assert_eq!((progress.root_remote_id(), progress.stage), (Some(VIDEO), Stage::Done));
            }
            // At once: the same call again does no harm while another one is on its way.
            Reconciliation::Absent { again: progress, .. } => {
                assert!(!found, "{story}");
                assert_eq!(progress.stage, Stage::Ready { unit: 0 });
            }
            other => panic!("{story}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_video_that_is_not_shown_proves_nothing() {
    let lab = Lab::scripted(Script::fine("public").only("videos.list", [super::script::no_video()]));
    let session = lab.adopted();
    let looked = look(&lab, &session, json!({}), 3_000).await;
    let Reconciliation::Unknown { look_again_at: None, evidence } = looked else { panic!("{looked:?}") };
    assert!(evidence.contains(VIDEO), "{evidence}");
}

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    let lab = Lab::scripted(Script::fine("public"));
    let session = lab.adopted();
    let credential = session.credential();
    let cx = session.cx(&credential);
    for state in [json!({ "a": 1 }), json!("x")] {
        let mut progress = open(lab.bench.clock.now(), 600);
        progress.state = state;
        let looked = CONNECTOR.reconcile(&cx, &lab.post("Waves"), &progress).await.unwrap();
        assert!(matches!(looked, Reconciliation::Unknown { look_again_at: None, .. }), "{looked:?}");
        let permit = CommitPermit::after_durable_intent(Duration::MAX);
        let error = CONNECTOR.commit(&cx, &lab.post("Waves"), progress, permit).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous);
    }
    assert_eq!(lab.wire.seen().len(), 0);
}

#[tokio::test]
async fn a_lost_commit_is_repeated_at_the_same_address() {
    let script = Script::fine("public")
        .only("videos.update", [lost(), error_of(503, "backendError"), updated("public")]);
    let lab = Lab::scripted(script);
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert_eq!(outcome.remote_ids(), [VIDEO]);
    let sent = lab.of("videos.update");
    assert_eq!(sent.len(), 3);
    assert!(sent.windows(2).all(|two| two[0].body == two[1].body && two[0].url == two[1].url));
    assert_eq!(lab.calls("videos.insert"), 1);
}

#[tokio::test]
async fn a_refused_commit_is_looked_after_before_it_is_told() {
    // It did nothing.
    let refuse = || error_of(403, "forbiddenPrivacySetting");
    let lab = Lab::scripted(Script::fine("public").only("videos.update", [refuse()]));
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    let Outcome::Failed(error, progress) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((error.code.as_str(), &error.kind), ("privacy_forbidden", &ErrorKind::Rejected));
    assert_eq!(lab.calls("videos.update"), 1);
    assert!(progress.state["refusal"].is_null(), "another try begins without it");
    // It did it all the same.
    let [ready, public] = ["private", "public"].map(|privacy| video(&shown(privacy)));
    let script =
        Script::fine("public").only("videos.update", [refuse()]).only("videos.list", [ready, public]);
    let lab = Lab::scripted(script);
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert_eq!(outcome.remote_ids(), [VIDEO]);
}

#[tokio::test]
async fn so_is_a_refused_comment() {
    let off = || error_of(403, "commentsDisabled");
    let forbidden = || error_of(403, "forbidden");
    for (refusal, list, told) in [
        // Where comments are off they can't be listed either.
        (off(), off(), Some("comments_disabled")),
        (forbidden(), threads(&[]), Some("comment_forbidden")),
        (forbidden(), threads(&[thread(CHANNEL, "First!")]), None),
    ] {
        let script =
            Script::fine("public").on("commentThreads.insert", refusal).on("commentThreads.list", list);
        let lab = Lab::scripted(script);
        let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
        assert_eq!(outcome.error().map(|e| e.code.as_str()), told, "{outcome:?}");
        assert_eq!(lab.calls("commentThreads.insert"), 1);
        assert_eq!(outcome.progress().root_remote_id(), Some(VIDEO), "the video stays public");
    }
}

fn thread(author: &str, text: &str) -> Value {
    json!({ "kind": "youtube#commentThread", "id": "UgxThread", "snippet": { "videoId": VIDEO, "topLevelComment": {
        "kind": "youtube#comment", "id": "UgxThread", "snippet": {
            "authorChannelId": { "value": author }, "textOriginal": text, "textDisplay": text,
            "publishedAt": "2026-11-02T09:01:00Z" } } } })
}

fn threads(items: &[Value]) -> crate::platforms::youtube::tests::script::Answer {
    json_of(200, &json!({ "kind": "youtube#commentThreadListResponse", "items": items }))
}

#[tokio::test]
async fn the_first_comment_is_a_commit_of_its_own() {
    let script = Script::fine("public").on("commentThreads.insert", json_of(200, &thread(CHANNEL, "First!")));
    let lab = Lab::scripted(script);
    let post = commented(lab.post("Waves"));
    assert_eq!(CONNECTOR.commit_safety(&post, 0), CommitSafety::Idempotent);
    assert_eq!(CONNECTOR.commit_safety(&post, 1), CommitSafety::Reconcilable);
    let outcome = lab.adopted().publish(&post).await;
    assert_eq!(outcome.remote_ids(), [VIDEO, "UgxThread"]);
    let url = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgxThread";
    assert_eq!(outcome.progress().units[1].remote_url.as_deref(), Some(url));
    let want = json!({ "snippet": { "channelId": CHANNEL, "videoId": VIDEO,
        "topLevelComment": { "snippet": { "textOriginal": "First!" } } } });
    assert_eq!(lab.of("commentThreads.insert")[0].json(), want);
}

#[tokio::test]
async fn a_video_that_is_not_ready_for_comments_gets_it_later() {
    let early = || error_of(400, "processingFailure");
    let done = json_of(200, &thread(CHANNEL, "First!"));
    let script = || Script::fine("public").on("commentThreads.list", threads(&[]));
    let lab = Lab::scripted(script().only("commentThreads.insert", [early(), early(), done]));
    let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.calls("commentThreads.insert"), 3);
    let lab = Lab::scripted(script().only("commentThreads.insert", [early()]));
    let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
    let Outcome::Failed(error, progress) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((error.code.as_str(), lab.calls("commentThreads.insert")), ("comment_too_early", 3));
    assert_eq!(progress.root_remote_id(), Some(VIDEO), "the video stays public");
}

#[tokio::test]
async fn a_lost_comment_is_looked_for() {
    let other = thread("UCsomebodyelse0000000000", "First!");
    let different = thread(CHANNEL, "First");
    let ours = thread(CHANNEL, " First!\n");
    let found = Script::fine("public")
        .on("commentThreads.insert", lost())
        .on("commentThreads.list", threads(&[other.clone(), different.clone(), ours]));
    let lab = Lab::scripted(found);
    let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
    assert_eq!(outcome.remote_ids(), [VIDEO, "UgxThread"]);
    assert_eq!(lab.calls("commentThreads.insert"), 1);

    let never = Script::fine("public")
        .on("commentThreads.insert", lost())
        .on("commentThreads.list", threads(&[other, different]));
    let lab = Lab::scripted(never);
    let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
    let Outcome::Unconfirmed(evidence, _) = &outcome else { panic!("{outcome:?}") };
    assert!(evidence.contains("2 comment(s)") && evidence.contains("sent twice"), "{evidence}");
    assert_eq!(lab.calls("commentThreads.insert"), 2, "once more after a proved absence, and no third time");
    assert!(lab.calls("commentThreads.list") >= 8);
}

#[tokio::test]
async fn more_comments_than_can_be_read_prove_nothing() {
    let page = json!({ "kind": "youtube#commentThreadListResponse", "nextPageToken": "QURTSl", "items": [] });
    let script = Script::fine("public")
        .on("commentThreads.insert", lost())
        .on("commentThreads.list", json_of(200, &page));
    let lab = Lab::scripted(script);
    let outcome = lab.adopted().publish(&commented(lab.post("Waves"))).await;
    assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{outcome:?}");
    assert_eq!(lab.calls("commentThreads.insert"), 1);
}

#[tokio::test]
async fn deleting_knows_videos_from_comments() {
    let none = || json_of(204, &Value::Null);
    let script = Script::default()
        .only("videos.delete", [none(), error_of(404, "videoNotFound"), error_of(403, "forbidden")])
        .only("comments.delete", [none(), error_of(404, "commentNotFound")]);
    let lab = Lab::scripted(script);
    let session = lab.adopted();
    let credential = session.credential();
    let cx = session.cx(&credential);
    for id in [VIDEO, VIDEO, "UgxThread-and-more", "UgxThread-and-more"] {
        CONNECTOR.delete(&cx, id).await.unwrap();
    }
    assert_eq!((lab.calls("videos.delete"), lab.calls("comments.delete")), (2, 2));
    let error = CONNECTOR.delete(&cx, VIDEO).await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.kind), ("forbidden", &ErrorKind::Rejected));
}
