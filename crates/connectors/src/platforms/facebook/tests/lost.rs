//! Lost answers, errors that hide a success, limits: in the end each post is public exactly once, or it is certain that it is
//! not, or a person is asked.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::json;

use super::stage::{KINDS, Stage, Trouble, commented, error, kind};
use crate::conformance::{Outcome, draft};
use crate::contract::progress::Stage as At;
use crate::contract::publisher::Reconciliation;

#[tokio::test]
async fn whatever_becomes_of_the_answer_there_is_one_post() {
    let troubles = [
        Trouble::LostBefore,
        Trouble::LostAfter,
        // The known behaviour: "please retry your request later", and the post is out.
        Trouble::Hiding(500, error(2, None)),
        Trouble::Instead(500, error(2, None)),
        Trouble::Hiding(500, error(1, Some(99))),
        Trouble::Hiding(503, json!("<html>")),
        Trouble::Hiding(200, json!("cut")),
    ];
    for index in 0..KINDS {
        for trouble in &troubles {
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            stage.script(operation, trouble.clone());
            let outcome = session.publish(&post).await;
            assert!(outcome.is_published(), "{index} {trouble:?}: {outcome:?}");
            let ledger = stage.ledger();
            assert_eq!(ledger.len(), 1, "{index} {trouble:?}");
            assert_eq!(vec![ledger[0].remote_id.clone()], outcome.remote_ids(), "{index} {trouble:?}");
            let twice = matches!(trouble, Trouble::LostBefore | Trouble::Instead(..));
            assert_eq!(stage.sent(operation).len(), 1 + usize::from(twice), "{index} {trouble:?}");
            assert!(stage.starts() <= 1, "the same video is finished again");
        }
    }
}

#[tokio::test]
async fn a_refusal_that_hides_a_success_is_found_out() {
    for refusal in
        [error(506, None), error(368, None), error(368, Some(1_390_008)), error(324, Some(1_366_051))]
    {
        for index in 0..KINDS {
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            stage.script(operation, Trouble::Hiding(400, refusal.clone()));
            let outcome = session.publish(&post).await;
            assert!(outcome.is_published(), "{index} {refusal}: {outcome:?}");
            assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (1, 1));

            // The same words, and it is not: told as what it is, and not tried again.
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            stage.script(operation, Trouble::Instead(400, refusal.clone()));
            let outcome = session.publish(&post).await;
            let Outcome::Failed(error, _) = &outcome else { panic!("{index}: {outcome:?}") };
            assert_eq!(error.kind, ErrorKind::Rejected);
            assert!(["duplicate", "blocked", "too_fast", "duplicate_photos"].contains(&error.code.as_str()));
            assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (0, 1));
        }
    }
}

#[tokio::test]
async fn comments_are_written_once() {
    for trouble in [Trouble::LostBefore, Trouble::LostAfter, Trouble::Hiding(500, error(2, None))] {
        let stage = Stage::new();
        let session = stage.page().await;
        stage.script("comments.create", trouble.clone());
        let outcome = session.publish(&commented(stage.picture("post"), "first")).await;
        assert!(outcome.is_published(), "{trouble:?}: {outcome:?}");
        assert_eq!(stage.ledger().len(), 2, "{trouble:?}");
        assert_eq!(outcome.remote_ids()[1], stage.ledger()[1].remote_id);
    }
    let stage = Stage::new();
    let session = stage.page().await;
    stage.script("comments.create", Trouble::Instead(400, error(368, None)));
    let outcome = session.publish(&commented(stage.picture("post"), "blocked")).await;
    assert!(matches!(outcome, Outcome::Failed(_, ref p) if p.root_remote_id().is_some()), "{outcome:?}");
    assert_eq!(stage.ledger().len(), 1, "the post stays");
}

#[tokio::test]
async fn an_equal_post_of_before_is_not_taken_for_the_new_one() {
    for index in 0..KINDS {
        let stage = Stage::new();
        let session = stage.page().await;
        assert!(session.publish(&draft("weekly", [])).await.is_published());
        assert!(session.publish(&draft("something else", [])).await.is_published());
        stage.bench.clock.advance(Duration::from_secs(900));
        let (mut post, operation) = kind(&stage, index);
        post.root.text = "weekly".to_owned();
        stage.script(operation, Trouble::LostBefore);
        let outcome = session.publish(&post).await;
        assert!(outcome.is_published(), "{index}: {outcome:?}");
        let ids: Vec<_> = stage.ledger().into_iter().map(|i| i.remote_id).collect();
        assert_eq!((ids.len(), &outcome.remote_ids()[0]), (3, &ids[2]), "{index}");
    }
}

#[tokio::test]
async fn two_equal_texts_since_the_commit_are_left_to_a_person() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = draft("twins", []);
    let one = session.prepared(&post).await;
    let two = session.prepared(&post).await;
    stage.script("feed.create", Trouble::LostAfter);
    let (open, _) = session.commit(&post, one).await;
    let other = json!({ "data": [
        { "id": "1_1", "message": "twins", "created_time": "2099-01-01T00:00:00+0000" },
        { "id": "1_2", "message": "twins", "created_time": "2099-01-01T00:00:00+0000" },
    ] });
    stage.script("posts.list", Trouble::Instead(200, other));
    let look = session.look(&post, &open).await;
    let Reconciliation::Unknown { look_again_at: None, evidence } = look else { panic!("{look:?}") };
    assert!(evidence.contains("2 new posts"), "{evidence}");
    // Photos are in one post only, so that equal words do not matter.
    assert!(two.state["photos"].as_array().is_some_and(Vec::is_empty));
}

#[tokio::test]
async fn absence_is_believed_only_after_minutes() {
    for index in 0..KINDS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let open = stage.lost(&session, &post, operation, Trouble::LostBefore).await;
        for _ in 0..2 {
            let look = session.look(&post, &open).await;
            assert!(
                matches!(look, Reconciliation::Unknown { look_again_at: Some(_), .. }),
                "{index}: {look:?}"
            );
            stage.bench.clock.advance(Duration::from_secs(60));
        }
        let look = session.look(&post, &open).await;
        let Reconciliation::Absent { again, .. } = look else { panic!("{index}: {look:?}") };
        assert_eq!(again.stage, At::Preparing { unit: 0 });
    }
}

#[tokio::test]
async fn a_commit_that_takes_effect_after_its_absence_was_believed_is_found_and_not_repeated() {
    for index in 0..KINDS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let (open, again) = stage.believed_absent(&session, &post, operation).await;
        // Now the network gets to it.
        let _ = session.commit(&post, open).await;
        stage.bench.clock.advance(Duration::from_secs(120));
        let outcome = session.resume(&post, again).await;
        assert!(outcome.is_published(), "{index}: {outcome:?}");
        assert_eq!(stage.ledger().len(), 1, "{index}");
        assert_eq!(outcome.remote_ids()[0], stage.ledger()[0].remote_id);
        assert_eq!(stage.sent(operation).len(), 2, "{index}: nothing was sent again after the look");
    }
}

#[tokio::test]
async fn a_video_that_fails_after_it_was_taken_is_told_with_its_cause() {
    for index in [3, 4] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        // Taken, but nothing becomes of it.
        stage.script(operation, Trouble::Instead(200, json!({ "success": true })));
        let broken = json!({ "id": "1", "status": {
            "video_status": "error",
            "uploading_phase": { "status": "complete" },
            "processing_phase": { "status": "error", "errors": [{ "code": 1_363_128, "message": "too long" }] },
            "publishing_phase": { "status": "not_started" },
        } });
        let progress = session.prepared(&post).await;
        for _ in 0..3 {
            stage.script("videos.read", Trouble::Instead(200, broken.clone()));
        }
        let (_, result) = session.commit(&post, progress.clone()).await;
        assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
        let open = progress.at(At::Committing { unit: 0, since: stage.bench.clock.now() });
        let outcome = session.resume(&post, open).await;
        let Outcome::Failed(error, _) = &outcome else { panic!("{index}: {outcome:?}") };
        assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "video_duration"));
        assert!(stage.ledger().is_empty());
    }
}

#[tokio::test]
async fn a_video_that_is_worked_on_for_long_is_not_called_published() {
    let stage = Stage::new();
    let session = stage.page().await;
    let (post, operation) = kind(&stage, 4);
    let progress = session.prepared(&post).await;
    stage.script(operation, Trouble::Instead(200, json!({ "success": true })));
    let working = json!({ "id": "1", "status": {
        "video_status": "processing",
        "uploading_phase": { "status": "complete" },
        "processing_phase": { "status": "in_progress" },
        "publishing_phase": { "status": "not_started" },
    } });
    stage.script("videos.read", Trouble::Instead(200, working.clone()));
    let (open, result) = session.commit(&post, progress).await;
    let error = result.unwrap_err();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Ambiguous, "processing"));
    for minutes in [0, 10, 20] {
        stage.bench.clock.advance(Duration::from_secs(minutes * 30));
        stage.script("videos.read", Trouble::Instead(200, working.clone()));
        let look = session.look(&post, &open).await;
        let Reconciliation::Working { evidence, .. } = look else { panic!("{look:?}") };
        assert!(evidence.contains("working on the video"), "{evidence}");
    }
}

#[tokio::test]
async fn a_fresh_video_that_is_not_visible_yet_is_waited_for() {
    for index in [3, 4, 6] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, _) = kind(&stage, index);
        for _ in 0..3 {
            stage.script("videos.read", Trouble::Instead(400, error(100, Some(33))));
        }
        assert!(session.publish(&post).await.is_published());
        assert_eq!((stage.starts(), stage.left()), (1, 0));
    }
}

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    for index in [0, 3, 5, 6] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, _) = kind(&stage, index);
        let mut broken = session.prepared(&post).await;
        broken.state = json!({ "a": 1 });
        let (open, result) = session.commit(&post, broken).await;
        assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
        stage.bench.clock.advance(Duration::from_secs(600));
        let look = session.look(&post, &open).await;
        assert!(matches!(look, Reconciliation::Unknown { look_again_at: None, .. }), "{look:?}");
        assert!(stage.ledger().is_empty());
    }
}

#[tokio::test]
async fn limits_are_waited_for_and_cost_no_second_post() {
    for index in 0..KINDS {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let start = stage.bench.clock.now();
        stage.script(operation, Trouble::Instead(400, error(80_001, None)));
        assert!(session.publish(&post).await.is_published());
        assert!(stage.bench.clock.now().duration_since(start) >= SignedDuration::from_mins(1));
        assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (1, 2));

        // A limit that is answered although the post is out.
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        stage.script(operation, Trouble::Hiding(400, error(80_001, None)));
        let outcome = session.publish(&post).await;
        assert!(outcome.is_published(), "{index}: {outcome:?}");
        assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (1, 1), "{index}");
    }
}

#[tokio::test]
async fn a_lost_login_or_a_demand_of_facebook_asks_for_a_person() {
    let cases = [(401, 190, Some(458)), (401, 190, Some(492)), (403, 200, None), (400, 100, Some(1_404_078))];
    for (status, code, subcode) in cases {
        let stage = Stage::new();
        let session = stage.page().await;
        stage.script("feed.create", Trouble::Instead(status, error(code, subcode)));
        let outcome = session.publish(&draft("x", [])).await;
        let Outcome::NeedsReconnect(error, _) = &outcome else { panic!("{code}: {outcome:?}") };
        assert!(error.action.ends_with('.') && !error.action.is_empty());
        assert!(stage.ledger().is_empty());
    }
}
