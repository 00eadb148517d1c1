//! The bytes of a video: breaks, restarts, and what TikTok gives up.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Draft;
use carillon_domain::time::Clock;

use super::canned::{
    Answer, INIT, POST_ID, PUT, STATUS, Stage, UPLOAD_TOKEN, begun, complete, failed, no, posted,
    sent_ranges, status, stored, uploading,
};

const FIVE: u64 = 5 * 1024 * 1024;
/// Three parts of five mebibytes.
const TOTAL: u64 = 3 * FIVE;

fn film(stage: &Stage) -> Draft {
    stage.video(usize::try_from(TOTAL).expect("small enough"))
}

fn told(from: u64, to: u64) -> String {
    format!("bytes {from}-{}/{TOTAL}", to - 1)
}

#[tokio::test]
async fn after_a_break_tiktok_is_asked_and_nothing_is_sent_that_it_has() {
    // The second part arrived although its answer was lost, or it did not.
    for arrived in [true, false] {
        let stage = Stage::new();
        let part = |n: u64| stored(206, n * FIVE, TOTAL);
        let after = if arrived { 2 * FIVE } else { FIVE };
        stage.network.on(STATUS, [uploading(after), posted()]);
        if arrived {
            stage.network.on(PUT, [part(1), Answer::Lost, complete()]);
        } else {
            stage.network.on(PUT, [part(1), Answer::Lost, part(2), complete()]);
        }
        let session = stage.account();
        assert_eq!(session.publish(&film(&stage)).await.remote_ids(), [POST_ID]);
        let mut ranges =
            vec![told(0, FIVE), told(FIVE, 2 * FIVE), told(FIVE, 2 * FIVE), told(2 * FIVE, TOTAL)];
        if arrived {
            ranges.remove(1);
        }
        assert_eq!(sent_ranges(&stage.network), ranges);
        assert_eq!(stage.network.asked_of(INIT).len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_part_goes_on_where_tiktok_says() {
    let stage = Stage::new();
    let elsewhere = stored(416, 2 * FIVE, TOTAL);
    stage.network.on(PUT, [elsewhere, complete()]);
    let session = stage.account();
    assert!(session.publish(&film(&stage)).await.is_published());
    assert_eq!(sent_ranges(&stage.network), [told(0, FIVE), told(2 * FIVE, TOTAL)]);
}

#[tokio::test]
async fn an_outage_is_waited_out_and_then_told() {
    let stage = Stage::new();
    stage.network.on(PUT, [Answer::Reply(503, vec![], String::new())]).on(STATUS, [uploading(0)]);
    let session = stage.account();
    let outcome = session.publish(&film(&stage)).await;
    let error = outcome.error().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!((error.code.as_str(), &error.kind), ("server_error", &ErrorKind::Transient));
    assert_eq!(stage.network.asked_of(INIT).len(), 1, "the upload itself is still good");
}

#[tokio::test]
async fn an_upload_that_tiktok_forgot_is_begun_anew() {
    let stage = Stage::new();
    let gone = Answer::Reply(404, vec![], String::new());
    stage.network.on(PUT, [gone.clone(), stored(206, FIVE, TOTAL), stored(206, 2 * FIVE, TOTAL), complete()]);
    stage.network.on(STATUS, [uploading(0), posted()]);
    let session = stage.account();
    assert!(session.publish(&film(&stage)).await.is_published());
    assert_eq!(stage.network.asked_of(INIT).len(), 2);

    let stage = Stage::new();
    stage.network.on(PUT, [gone]).on(STATUS, [uploading(0)]);
    let outcome = stage.account().publish(&film(&stage)).await;
    assert_eq!(outcome.error().map(|e| e.code.as_str()), Some("upload_gone"), "{outcome:?}");
    assert!(stage.network.asked_of(INIT).len() <= 12, "not for ever");
}

#[tokio::test]
async fn an_address_that_is_too_old_is_not_used_for_the_commit() {
    let stage = Stage::new();
    stage.network.on(STATUS, [uploading(0), posted()]);
    let session = stage.account();
    let post = stage.video(5_000);
    let progress = session.prepared(&post).await;
    stage.bench.clock.advance(Duration::from_secs(2 * 3600));
    let outcome = session.resume(&post, progress).await;
    assert_eq!(outcome.remote_ids(), [POST_ID]);
    assert_eq!((stage.network.asked_of(INIT).len(), stage.network.asked_of(PUT).len()), (2, 1));
}

#[tokio::test]
async fn what_tiktok_gives_up_failed_for_the_reason_that_it_says() {
    for (reason, code) in [
        ("file_format_check_failed", "wrong_format"),
        ("duration_check_failed", "wrong_length"),
        ("frame_rate_check_failed", "wrong_frame_rate"),
        ("picture_size_check_failed", "wrong_size"),
        ("spam_risk_text", "text_refused"),
        ("spam_risk_user_banned_from_posting", "account_banned"),
        ("something_new", "failed"),
    ] {
        let stage = Stage::new();
        stage.network.on(STATUS, [uploading(5_000), failed(reason)]);
        let outcome = stage.account().publish(&stage.video(5_000)).await;
        let error = outcome.error().unwrap_or_else(|| panic!("{reason}: {outcome:?}"));
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{reason}");
        assert_eq!(error.remote.code.as_deref(), Some(reason));
        assert_eq!(outcome.progress().units[0].remote_id, None);
        assert_eq!(stage.network.asked_of(INIT).len(), 1, "{reason}");
    }
}

#[tokio::test]
async fn what_failed_inside_tiktok_is_sent_anew_and_what_is_over_the_day_waits_a_day() {
    for (reason, hours) in [("internal", 0), ("spam_risk_too_many_posts", 24)] {
        let stage = Stage::new();
        // Asked at once, and when the send must be over.
        stage.network.on(STATUS, [failed(reason), failed(reason), posted()]);
        let session = stage.account();
        let start = stage.bench.clock.now();
        let outcome = session.publish(&stage.video(5_000)).await;
        assert_eq!(outcome.remote_ids(), [POST_ID], "{reason}");
        assert_eq!(stage.network.asked_of(INIT).len(), 2, "{reason}");
        let took = stage.bench.clock.now().duration_since(start);
        assert_eq!(took.as_hours(), hours, "{reason}");
    }
    let stage = Stage::new();
    stage.network.on(STATUS, [failed("auth_removed")]);
    let outcome = stage.account().publish(&stage.video(5_000)).await;
    assert_eq!(outcome.error().map(|e| e.kind.clone()), Some(ErrorKind::AuthRevoked), "{outcome:?}");
}

#[tokio::test]
async fn what_fails_inside_tiktok_again_and_again_is_told_with_its_reason() {
    let stage = Stage::new();
    stage.network.on(STATUS, [failed("internal")]);
    let outcome = stage.account().publish(&stage.video(5_000)).await;
    let error = outcome.error().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!((error.code.as_str(), &error.kind), ("failed_inside", &ErrorKind::Transient));
    assert_eq!(error.remote.code.as_deref(), Some("internal"));
    assert_eq!(stage.network.asked_of(INIT).len(), 4, "each try that counts is made anew");
}

#[tokio::test]
async fn the_address_stands_nowhere_in_the_clear() {
    let stage = Stage::new();
    stage.network.on(INIT, [begun()]).on(STATUS, [status("PROCESSING_UPLOAD"), posted()]);
    let session = stage.account();
    let post = stage.video(5_000);
    let progress = session.prepared(&post).await;
    let saved = serde_json::to_string(&progress).expect("text");
    assert!(!saved.contains(UPLOAD_TOKEN) && !saved.contains("upload_token"), "{saved}");
    assert!(session.resume(&post, progress).await.is_published());
    for entry in stage.bench.diary.entries() {
        let all = format!("{} {} {} {:?}", entry.url, entry.request, entry.answer, entry.error);
        assert!(!all.contains(UPLOAD_TOKEN), "{all}");
    }
}

#[tokio::test]
async fn a_beginning_whose_answer_was_lost_is_simply_repeated() {
    let stage = Stage::new();
    stage.network.on(INIT, [Answer::Lost, no(500, "internal_error"), begun()]);
    let session = stage.account();
    assert_eq!(session.publish(&stage.video(5_000)).await.remote_ids(), [POST_ID]);
    assert_eq!((stage.network.asked_of(INIT).len(), stage.network.asked_of(PUT).len()), (3, 1));
}
