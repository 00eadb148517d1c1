//! Commits whose answer was lost or said nothing.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::{Value, json};

use super::canned::{
    Answer, INIT, LIST, PICTURES, POST_ID, PUBLISH_ID, PUT, STATUS, Stage, complete, no, ok, posted, status,
    stored, uploading, with,
};
use crate::conformance::Outcome;
use crate::contract::connector::Connector;
use crate::contract::publisher::CommitSafety;
use crate::platforms::tiktok::CONNECTOR;

/// The list of public videos.
fn list(videos: &[Value]) -> Answer {
    ok(&json!({ "videos": videos, "cursor": 1_793_610_000_000_i64, "has_more": false }))
}

/// A video in it, made so many seconds after the beginning of a bench.
fn listed(text: &str, second: i64) -> Value {
    json!({ "id": POST_ID, "create_time": 1_793_610_000 + second, "video_description": text, "title": "",
        "share_url": "https://www.tiktok.com/@marafields/photo/7590123456789012345?utm_source=x" })
}

fn evidence(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unconfirmed(evidence, _) => evidence,
        other => panic!("{other:?}"),
    }
}

fn outage() -> Answer {
    Answer::Reply(503, vec![], "<html>Service Unavailable</html>".to_owned())
}

#[test]
fn how_safe_a_second_send_is_depends_on_who_sends_the_bytes() {
    let stage = Stage::new();
    let publisher = CONNECTOR.publisher().expect("it publishes");
    assert_eq!(publisher.commit_safety(&stage.video(5_000), 0), CommitSafety::Idempotent);
    assert_eq!(publisher.commit_safety(&stage.pictures(), 0), CommitSafety::Answered);
}

#[tokio::test]
async fn a_last_part_that_arrived_is_not_sent_again() {
    for lost in [Answer::Lost, outage(), Answer::Reply(200, vec![], "{}".to_owned())] {
        let stage = Stage::new();
        stage.network.on(PUT, [lost]).on(STATUS, [uploading(5_000), posted()]);
        assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);
        assert_eq!(stage.network.asked_of(PUT).len(), 1);
    }
}

#[tokio::test]
async fn a_last_part_that_did_not_arrive_is_sent_again_to_the_same_address() {
    for lost in [Answer::Lost, outage()] {
        for have in [uploading(0), status("PROCESSING_UPLOAD")] {
            let stage = Stage::new();
            // Asked after the send, when it must be over, by the prepare steps, and after the second send.
            stage.network.on(STATUS, [have.clone(), have.clone(), have.clone(), posted()]);
            stage.network.on(PUT, [lost.clone(), complete()]);
            assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);
            let sent = stage.network.asked_of(PUT);
            assert_eq!((sent.len(), &sent[0].body), (2, &sent[1].body));
            assert_eq!(stage.network.asked_of(INIT).len(), 1, "one post in the making");
        }
    }
}

#[tokio::test]
async fn a_second_send_that_finds_everything_there_is_no_second_post() {
    let stage = Stage::new();
    // TikTok says nothing of bytes until it is done.
    let quiet = || status("PROCESSING_UPLOAD");
    stage.network.on(STATUS, [quiet(), quiet(), quiet(), quiet(), posted()]);
    stage.network.on(PUT, [Answer::Lost, stored(416, 5_000, 5_000)]);
    assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);
    assert_eq!(stage.network.asked_of(INIT).len(), 1);
}

#[tokio::test]
async fn without_a_count_of_bytes_no_second_upload_begins() {
    // TikTok has the last part, works on the video and says nothing of bytes; whoever sends it again finds the address gone.
    for gone in [403, 404, 410] {
        let stage = Stage::new();
        let quiet = || status("PROCESSING_UPLOAD");
        stage.network.on(STATUS, [quiet(), quiet(), quiet(), quiet(), posted()]);
        stage.network.on(PUT, [Answer::Lost, Answer::Reply(gone, vec![], String::new())]);
        assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID], "{gone}");
        assert_eq!(stage.network.asked_of(INIT).len(), 1, "{gone}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_only_where_tiktok_lacks_bytes() {
    let stage = Stage::new();
    stage.network.on(PUT, [Answer::Reply(400, vec![], String::new())]);
    stage.network.on(STATUS, [status("PROCESSING_UPLOAD"), status("PROCESSING_UPLOAD"), posted()]);
    assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);
    assert_eq!((stage.network.asked_of(PUT).len(), stage.network.asked_of(INIT).len()), (1, 1));
}

#[tokio::test]
async fn a_refused_last_part_is_asked_for_before_the_refusal_is_told() {
    let refused = || Answer::Reply(400, vec![], String::new());
    let stage = Stage::new();
    stage.network.on(PUT, [refused()]).on(STATUS, [uploading(0)]);
    let outcome = stage.account().publish(&stage.video(5_000)).await;
    let error = outcome.error().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!((error.code.as_str(), &error.kind), ("bytes_refused", &ErrorKind::Rejected));
    assert_eq!((stage.network.asked_of(PUT).len(), stage.network.asked_of(INIT).len()), (1, 1));

    let stage = Stage::new();
    stage.network.on(PUT, [refused()]);
    assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID], "it was taken");
}

#[tokio::test]
async fn a_post_that_tiktok_forgot_is_left_to_a_person() {
    let stage = Stage::new();
    stage.network.on(PUT, [Answer::Lost]).on(STATUS, [no(400, "invalid_publish_id")]);
    let outcome = stage.account().publish(&stage.video(5_000)).await;
    assert!(evidence(outcome).contains(PUBLISH_ID));
    assert_eq!((stage.network.asked_of(PUT).len(), stage.network.asked_of(INIT).len()), (1, 1));
}

#[tokio::test]
async fn processing_is_waited_for() {
    let stage = Stage::new();
    let works = || uploading(5_000);
    stage.network.on(STATUS, [works(), works(), works(), works(), works(), posted()]);
    let start = stage.bench.clock.now();
    assert!(stage.account().publish(&stage.video(5_000)).await.is_published());
    let took = stage.bench.clock.now().duration_since(start).as_secs();
    assert!((30..120).contains(&took), "asked every few seconds at first: {took}");
    assert_eq!(stage.network.asked_of(PUT).len(), 1);

    // One that never ends is left to a person, a day later.
    let stage = Stage::new();
    let start = stage.bench.clock.now();
    stage.network.on(STATUS, [works()]);
    let outcome = stage.account().publish(&stage.video(5_000)).await;
    let evidence = evidence(outcome);
    assert!(evidence.contains("PROCESSING_UPLOAD") && evidence.contains("5000 bytes"), "{evidence}");
    let took = stage.bench.clock.now().duration_since(start).as_hours();
    assert!((23..=24).contains(&took), "{took} hours");
    assert!(stage.network.asked_of(STATUS).len() < 200, "not all the time");
}

#[tokio::test]
async fn a_public_id_that_comes_late_is_waited_for_and_read_back() {
    let done = || ok(&json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [] }));
    let stage = Stage::new();
    stage.network.on(STATUS, [done(), done(), done(), posted()]);
    assert_eq!(stage.account().publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);

    // It is published after ten minutes all the same, under the name that TikTok knows it by.
    let stage = Stage::new();
    stage.network.on(STATUS, [done()]);
    let session = stage.account();
    let start = stage.bench.clock.now();
    let outcome = session.publish(&stage.video(5_000)).await;
    assert_eq!(outcome.remote_ids(), [PUBLISH_ID]);
    let took = stage.bench.clock.now().duration_since(start);
    assert!(took >= SignedDuration::from_mins(10) && took < SignedDuration::from_mins(12), "{took}");
    stage.network.on(STATUS, [posted()]);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = CONNECTOR.publisher().expect("it publishes");
    assert!(publisher.awaits(outcome.progress()));
    let known = publisher.read_back(&cx, outcome.progress().clone()).await.expect("read back");
    assert_eq!(known.root_remote_id(), Some(POST_ID));
    assert!(known.units[0].remote_url.is_some() && !publisher.awaits(&known));
    assert_eq!(publisher.read_back(&cx, known.clone()).await.expect("nothing to do"), known);
}

#[tokio::test]
async fn a_draft_that_a_person_posts_gets_its_id() {
    let stage = Stage::new();
    stage.network.on(STATUS, [status("SEND_TO_USER_INBOX")]);
    let session = stage.account();
    let outcome = session.publish(&with(stage.video(5_000), &json!({ "mode": "inbox" }))).await;
    let publisher = CONNECTOR.publisher().expect("it publishes");
    let credential = session.credential();
    let cx = session.cx(&credential);
    let waiting = outcome.progress().clone();
    // Still there; given up there; posted for some only, or not looked at by TikTok yet; posted for all.
    for (answer, id) in [
        (status("SEND_TO_USER_INBOX"), None),
        (status("FAILED"), None),
        (status("PUBLISH_COMPLETE"), Some(PUBLISH_ID)),
        (posted(), Some(POST_ID)),
    ] {
        stage.network.on(STATUS, [answer]);
        let told = publisher.read_back(&cx, waiting.clone()).await.expect("read back");
        assert_eq!(told.root_remote_id(), id);
        assert_eq!(told.units[0].delivered.is_public(), id.is_some());
        assert_eq!(told.units[0].remote_url.is_some(), id == Some(POST_ID));
        assert_eq!(publisher.awaits(&told), id != Some(POST_ID));
        // The public id is learned afterwards, too.
        stage.network.on(STATUS, [posted()]);
        let known = publisher.read_back(&cx, told).await.expect("read back");
        assert_eq!(known.root_remote_id(), Some(POST_ID));
    }
}

#[tokio::test]
async fn what_only_some_may_see_never_gets_a_public_id() {
    for privacy in ["private", "friends"] {
        let stage = Stage::new();
        stage.network.on(STATUS, [status("PUBLISH_COMPLETE")]);
        let start = stage.bench.clock.now();
        let outcome =
            stage.account().publish(&with(stage.video(5_000), &json!({ "privacy": privacy }))).await;
        assert_eq!(outcome.remote_ids(), [PUBLISH_ID], "{privacy}");
        let publisher = CONNECTOR.publisher().expect("it publishes");
        assert!(!publisher.awaits(outcome.progress()), "{privacy}: nothing comes any more");
        assert!(stage.bench.clock.now().duration_since(start).as_secs() < 60, "not waited for");
    }
}

#[tokio::test]
async fn lost_pictures_are_looked_for_and_never_sent_again() {
    // There, and made since then.
    let stage = Stage::new();
    stage.network.on(PICTURES, [Answer::Lost]);
    stage.network.on(LIST, [list(&[]), list(&[listed("Two of the same rock.\n", 20)])]);
    let outcome = stage.account().publish(&stage.pictures()).await;
    assert_eq!(outcome.remote_ids(), [POST_ID]);
    assert_eq!(stage.network.asked_of(PICTURES).len(), 1);

    // Another one, or one of before.
    for other in [listed("Two of the same rocks.", 20), listed("Two of the same rock.", -300)] {
        let stage = Stage::new();
        stage.network.on(PICTURES, [outage()]).on(LIST, [list(&[other])]);
        let outcome = stage.account().publish(&stage.pictures()).await;
        assert!(evidence(outcome).contains("1 newest public videos"));
        assert_eq!(stage.network.asked_of(PICTURES).len(), 1);
    }

    // Two that look alike: whose is which, the list does not say.
    let stage = Stage::new();
    stage.network.on(PICTURES, [Answer::Lost]);
    let twin = |id: &str| {
        let mut twin = listed("Two of the same rock.", 20);
        twin["id"] = json!(id);
        twin
    };
    stage.network.on(LIST, [list(&[]), list(&[twin("7590123456789012346"), twin("7590123456789012345")])]);
    assert!(evidence(stage.account().publish(&stage.pictures()).await).contains("2 new public posts"));

    // Nobody can look for what is not public, or has no words.
    for options in [json!({ "privacy": "private" }), json!({ "mode": "inbox" })] {
        let stage = Stage::new();
        stage.network.on(PICTURES, [Answer::Lost]);
        let outcome = stage.account().publish(&with(stage.pictures(), &options)).await;
        assert!(evidence(outcome).contains("lists only"), "{options}");
        assert_eq!(stage.network.asked_of(PICTURES).len(), 1);
    }
}

#[tokio::test]
async fn a_clear_refusal_of_pictures_is_told_as_such() {
    for (status, code, kind, told) in [
        (403, "url_ownership_unverified", ErrorKind::Rejected, "domain_not_verified"),
        (200, "url_ownership_unverified", ErrorKind::Rejected, "domain_not_verified"),
        (400, "invalid_param", ErrorKind::Rejected, "invalid_request"),
        (403, "unaudited_client_can_only_post_to_private_accounts", ErrorKind::Rejected, "app_not_audited"),
        (401, "scope_not_authorized", ErrorKind::PermissionMissing, "scope_missing"),
    ] {
        let stage = Stage::new();
        stage.network.on(PICTURES, [no(status, code)]);
        let outcome = stage.account().publish(&stage.pictures()).await;
        let error = outcome.error().unwrap_or_else(|| panic!("{code}: {outcome:?}"));
        assert_eq!((error.code.as_str(), &error.kind), (told, &kind), "{status} {code}");
        assert_eq!(error.remote.request_id.as_deref(), Some("2026LOG"));
    }
}

#[tokio::test]
async fn a_success_without_a_name_is_no_success() {
    for body in ["", "{}", "{\"data\":{},\"error\":{\"code\":\"ok\"}}", "<html>"] {
        let stage = Stage::new();
        stage.network.on(PICTURES, [Answer::Reply(200, vec![], body.to_owned())]).on(LIST, [list(&[])]);
        let outcome = stage.account().publish(&stage.pictures()).await;
        assert!(!evidence(outcome).is_empty(), "{body:?}");
        assert_eq!(stage.network.asked_of(PICTURES).len(), 1, "{body:?}");
    }
}
