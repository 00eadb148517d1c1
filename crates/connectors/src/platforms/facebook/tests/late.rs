//! What comes late: long work of the network, and commits that take effect after they were given up.

use std::time::Duration;

use carillon_domain::time::{Clock, SignedDuration};
use serde_json::json;

use super::super::NAME;
use super::stage::{Stage, Trouble, error, kind, with};
use crate::conformance::draft;
use crate::contract::progress::Stage as At;
use crate::contract::publisher::Reconciliation;
use crate::sandbox::{Fault, FaultKind, When};

const HOUR: Duration = Duration::from_secs(3600);

/// A video, a reel, a story.
const VIDEOS: [usize; 3] = [3, 4, 6];

#[tokio::test]
async fn a_video_that_is_worked_on_for_hours_after_it_was_taken_is_published() {
    let stage = Stage::new();
    let session = stage.page().await;
    let (post, operation) = kind(&stage, 3);
    let slow = Fault::once(NAME, "videos.finish", When::Before, FaultKind::SlowProcessing).delay(3 * HOUR);
    stage.bench.world.faults().add(slow);
    let start = stage.bench.clock.now();
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert!(stage.bench.clock.now().duration_since(start) >= SignedDuration::from_hours(3));
    assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (1, 1));
}

#[tokio::test]
async fn a_video_that_is_worked_on_is_no_question_for_a_person() {
    for index in [3, 4] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, _) = kind(&stage, index);
        let progress = session.prepared(&post).await;
        let mut open = progress.at(At::Committing { unit: 0, since: stage.bench.clock.now() });
        open.state["video"]["accepted"] = json!(true);
        // Being worked on, taken, and between the two.
        for (processing, publishing) in
            [("in_progress", "in_progress"), ("in_progress", "not_started"), ("complete", "not_started")]
        {
            let working = json!({ "id": "1", "status": {
                "video_status": "processing",
                "uploading_phase": { "status": "complete" },
                "processing_phase": { "status": processing },
                "publishing_phase": { "status": publishing },
            } });
            for hours in [0, 1, 12] {
                stage.bench.clock.advance(HOUR * hours);
                stage.script("videos.read", Trouble::Instead(200, working.clone()));
                let look = session.look(&post, &open).await;
                let Reconciliation::Working { look_again_at, evidence } = look else {
                    panic!("{index} {processing} {publishing}: {look:?}")
                };
                assert!(
                    look_again_at > stage.bench.clock.now() && evidence.contains("the video"),
                    "{evidence}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_photo_with_the_same_words_is_not_the_text() {
    for link in [None, Some("https://example.com/a")] {
        let stage = Stage::new();
        let session = stage.page().await;
        let mut text = draft("Sale!", []);
        if let Some(link) = link {
            text = with(text, "link", json!(link));
        }
        let open = stage.lost(&session, &text, "feed.create", Trouble::LostBefore).await;
        // Meanwhile somebody else publishes a photo with these words.
        assert!(session.publish(&stage.picture("Sale!")).await.is_published());
        let outcome = session.resume(&text, open).await;
        assert!(outcome.is_published(), "{outcome:?}");
        let ledger = stage.ledger();
        assert_eq!(ledger.len(), 2, "the text was sent again");
        assert_eq!(outcome.remote_ids(), [ledger[1].remote_id.clone()]);
    }
}

#[tokio::test]
async fn the_same_words_with_another_link_are_left_to_a_person() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = |link: &str| with(draft("Sale!", []), "link", json!(link));
    let ours = post("https://example.com/a");
    let open = stage.lost(&session, &ours, "feed.create", Trouble::LostBefore).await;
    assert!(session.publish(&post("https://example.com/b")).await.is_published());
    stage.bench.clock.advance(HOUR);
    let look = session.look(&ours, &open).await;
    let Reconciliation::Unknown { look_again_at: None, evidence } = look else { panic!("{look:?}") };
    assert!(evidence.contains("another link"), "{evidence}");
}

#[tokio::test]
async fn a_video_that_was_finished_is_asked_for_before_it_is_given_up_as_old() {
    for index in VIDEOS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let (open, again) = stage.believed_absent(&session, &post, operation).await;
        // Held for a login; meanwhile the network gets to it after all.
        stage.bench.clock.advance(21 * HOUR);
        let _ = session.commit(&post, open).await;
        stage.bench.clock.advance(Duration::from_secs(120));
        let outcome = session.resume(&post, again).await;
        assert!(outcome.is_published(), "{index}: {outcome:?}");
        assert_eq!(stage.ledger().len(), 1, "{index}");
        assert_eq!(stage.starts(), 1, "{index}");
    }
}

#[tokio::test]
async fn a_finished_video_that_is_not_shown_is_left_to_a_person_and_not_uploaded_again() {
    for index in VIDEOS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let (_, again) = stage.believed_absent(&session, &post, operation).await;
        stage.bench.clock.advance(HOUR);
        stage.script("videos.read", Trouble::Instead(400, error(100, Some(33))));
        let back = session.advance(&post, again).await;
        assert!(matches!(back.stage, At::Committing { unit: 0, .. }), "{index}: {:?}", back.stage);
        assert_eq!(stage.starts(), 1, "{index}");
    }
}

#[tokio::test]
async fn a_finished_video_that_nothing_came_of_for_a_day_is_uploaded_again() {
    for index in VIDEOS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let (_, again) = stage.believed_absent(&session, &post, operation).await;
        stage.bench.clock.advance(21 * HOUR);
        assert!(session.resume(&post, again).await.is_published(), "{index}");
        assert_eq!(stage.ledger().len(), 1, "{index}");
        assert_eq!(stage.starts(), 2, "{index}");
    }
}

#[tokio::test]
async fn photos_of_a_commit_of_minutes_ago_are_not_replaced_however_old_they_are() {
    for index in [1, 2, 5] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let progress = session.prepared(&post).await;
        stage.bench.clock.advance(21 * HOUR);
        stage.script(operation, Trouble::LostBefore);
        let (open, _) = session.commit(&post, progress).await;
        stage.bench.clock.advance(Duration::from_secs(200));
        assert!(session.resume(&post, open).await.is_published(), "{index}");
        assert_eq!(stage.ledger().len(), 1, "{index}");
        assert_eq!(stage.sent("photos.upload").len(), post.root.media.len(), "{index}: the same photos");
    }
}
