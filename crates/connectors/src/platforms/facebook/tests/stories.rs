//! Stories, from the draft to the end of their day.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Clock;
use serde_json::{Value, json};

use super::super::NAME;
use super::stage::{Stage, Trouble, error, kind, story};
use crate::conformance::{Outcome, draft};
use crate::contract::progress::Stage as At;
use crate::contract::publisher::{CommitSafety, Reconciliation};
use crate::sandbox::{Fault, FaultKind, When};

const HOUR: Duration = Duration::from_secs(3600);

/// A photo, a video.
const STORIES: [usize; 2] = [5, 6];

#[tokio::test]
async fn a_photo_and_a_video_become_stories() {
    for index in STORIES {
        let stage = Stage::new();
        let session = stage.page().await;
        let (mut post, operation) = kind(&stage, index);
        post.root.text = "not shown".to_owned();
        let outcome = session.publish(&post).await;
        let ledger = stage.ledger();
        assert_eq!(outcome.remote_ids(), [ledger[0].remote_id.clone()], "{outcome:?}");
        assert_eq!((ledger.len(), ledger[0].kind.as_str(), ledger[0].text.as_str()), (1, "story", ""));
        assert_eq!(ledger[0].media[0].sha256, post.root.media[0].sha256);
        let link = outcome.progress().units[0].remote_url.clone().unwrap();
        assert!(link.starts_with("https://www.facebook.com/stories/marafields/"), "{link}");
        let calls =
            (stage.sent(operation).len(), stage.sent("feed.create").len(), stage.sent("posts.list").len());
        assert_eq!(calls, (1, 0, 0), "{index}");
        let words = ["message", "description", "title", "link"];
        assert!(words.iter().all(|name| stage.sent(operation)[0].get(name).is_none()));
        let safety = session.connector.publisher().unwrap().commit_safety(&post, 0);
        assert_eq!(safety, CommitSafety::Reconcilable);
    }
    let stage = Stage::new();
    let session = stage.page().await;
    assert!(session.publish(&kind(&stage, 5).0).await.is_published());
    assert_eq!(
        stage.sent("photos.upload")[0].get("published"),
        Some("false"),
        "nobody sees the photo before"
    );
}

#[tokio::test]
async fn the_video_of_a_story_is_finished_only_when_it_is_ready() {
    let stage = Stage::new();
    let session = stage.page().await;
    let slow = Fault::once(NAME, "reels.upload", When::Before, FaultKind::SlowProcessing).delay(HOUR);
    stage.bench.world.faults().add(slow);
    let begun = json!({ "id": "1", "status": {
        "video_status": "upload_complete",
        "uploading_phase": { "status": "complete" },
        "processing_phase": { "status": "not_started" },
        "publishing_phase": { "status": "not_started" },
    } });
    stage.script("videos.read", Trouble::Instead(200, begun));
    let start = stage.bench.clock.now();
    let outcome = session.publish(&kind(&stage, 6).0).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((stage.ledger().len(), stage.sent("stories.finish").len()), (1, 1));
    assert!(stage.bench.clock.now().duration_since(start).as_secs() >= 3600);
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_it_broke() {
    let stage = Stage::new();
    let session = stage.page().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    stage.script("stories.upload", Trouble::BreaksOff(700_000));
    assert!(session.publish(&story(draft("", [video.clone()]))).await.is_published());
    let offset =
        |call: usize| stage.sent("stories.upload")[call].headers["offset"].to_str().unwrap().to_owned();
    assert_eq!((stage.starts(), offset(0).as_str()), (1, "0"));
    assert_ne!(offset(1), "0");
    assert_eq!(stage.ledger()[0].media[0].sha256, video.sha256);
}

#[tokio::test]
async fn the_same_picture_as_before_is_another_story() {
    for trouble in [Trouble::LostBefore, Trouble::LostAfter] {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, 5);
        let before = session.publish(&post).await.remote_ids();
        stage.bench.clock.advance(Duration::from_secs(30));
        stage.script(operation, trouble);
        let outcome = session.publish(&post).await;
        assert!(outcome.is_published(), "{outcome:?}");
        let ledger: Vec<_> = stage.ledger().into_iter().map(|item| item.remote_id).collect();
        assert_eq!(ledger, [before, outcome.remote_ids()].concat());
    }
}

#[tokio::test]
async fn a_list_that_is_not_shown_asks_a_person_after_half_an_hour() {
    for index in STORIES {
        for refusal in hidden() {
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            let progress = session.prepared(&post).await;
            stage.script(operation, Trouble::LostAfter);
            let (open, result) = session.commit(&post, progress).await;
            assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
            for (minutes, again) in [(5, true), (30, false)] {
                stage.bench.clock.advance(Duration::from_secs(minutes * 60));
                stage.script("stories.list", Trouble::Instead(400, refusal.clone()));
                let look = session.look(&post, &open).await;
                let Reconciliation::Unknown { look_again_at, evidence } = look else { panic!("{look:?}") };
                assert_eq!(look_again_at.is_some(), again, "{minutes} {refusal}");
                assert!(evidence.contains("does not show"), "{evidence}");
            }
        }
    }
}

/// How Facebook says that it does not show the stories.
fn hidden() -> [Value; 4] {
    [error(200, None), error(10, None), error(100, Some(33)), error(100, None)]
}

#[tokio::test]
async fn a_hidden_list_keeps_no_story_that_was_plainly_refused_from_going_out() {
    for index in STORIES {
        for refusal in hidden() {
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            stage.script(operation, Trouble::Instead(400, error(80_001, None)));
            stage.script("stories.list", Trouble::Instead(403, refusal.clone()));
            let outcome = session.publish(&post).await;
            assert!(outcome.is_published(), "{index} {refusal}: {outcome:?}");
            assert_eq!((stage.ledger().len(), stage.sent(operation).len(), stage.left()), (1, 2, 0));
        }
    }
}

#[tokio::test]
async fn behind_a_hidden_list_nothing_uncertain_is_sent_again() {
    for index in STORIES {
        for refusal in hidden() {
            let stage = Stage::new();
            let session = stage.page().await;
            let credential = session.credential();
            let cx = session.cx(&credential);
            let (post, operation) = kind(&stage, index);
            let (_, again) = stage.believed_absent(&session, &post, operation).await;
            // Notes of the version before do not say whether it was certain.
            let mut old = again.clone();
            old.state.as_object_mut().unwrap().remove("uncertain").unwrap();
            for progress in [again, old] {
                (0..40).for_each(|_| stage.script("stories.list", Trouble::Instead(403, refusal.clone())));
                let publisher = session.connector.publisher().unwrap();
                let open = publisher.advance(&cx, &post, progress).await.unwrap();
                assert!(matches!(open.stage, At::Committing { unit: 0, .. }), "{:?}", open.stage);
                let outcome = session.resume(&post, open).await;
                assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{index} {refusal}: {outcome:?}");
                assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (0, 1));
            }
        }
    }
}

#[tokio::test]
async fn a_day_later_absence_proves_nothing() {
    for index in STORIES {
        for trouble in [Trouble::LostAfter, Trouble::LostBefore] {
            let stage = Stage::new();
            let session = stage.page().await;
            let (post, operation) = kind(&stage, index);
            let open = stage.lost(&session, &post, operation, trouble).await;
            stage.bench.clock.advance(HOUR * 25);
            let outcome = session.resume(&post, open).await;
            assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{index}: {outcome:?}");
            assert_eq!(stage.sent(operation).len(), 1, "nothing is sent again");
        }
    }
}

#[tokio::test]
async fn the_refusal_of_a_second_send_may_mean_that_the_first_one_worked() {
    for index in STORIES {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        let (open, again) = stage.believed_absent(&session, &post, operation).await;
        let ready = session.advance(&post, again).await;
        assert!(matches!(ready.stage, At::Ready { unit: 0 }), "{:?}", ready.stage);
        // Between the last look and the second send the network gets to the first one.
        let (_, first) = session.commit(&post, open).await;
        assert!(first.is_ok(), "{first:?}");
        let (second, result) = session.commit(&post, ready).await;
        assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
        let outcome = session.resume(&post, second).await;
        assert!(outcome.is_published(), "{index}: {outcome:?}");
        assert_eq!(outcome.remote_ids(), [stage.ledger()[0].remote_id.clone()]);
        assert_eq!(stage.ledger().len(), 1);

        // And if it is not shown, nobody knows what that refusal was about: a person looks.
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        stage.script(operation, Trouble::LostBefore);
        stage.script(operation, Trouble::Instead(400, error(100, None)));
        let outcome = session.publish(&post).await;
        assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{index}: {outcome:?}");
        assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (0, 2));

        // The refusal of the only send is a refusal.
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        stage.script(operation, Trouble::Instead(400, error(100, None)));
        let outcome = session.publish(&post).await;
        let Outcome::Failed(error, _) = &outcome else { panic!("{index}: {outcome:?}") };
        assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "invalid_parameter"));
        assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (0, 1));
    }
}

#[tokio::test]
async fn a_story_that_is_taken_without_a_name_is_looked_for() {
    for index in STORIES {
        let stage = Stage::new();
        let session = stage.page().await;
        let (post, operation) = kind(&stage, index);
        stage.script(operation, Trouble::Hiding(200, json!({ "success": true })));
        let outcome = session.publish(&post).await;
        assert_eq!(outcome.remote_ids(), [stage.ledger()[0].remote_id.clone()], "{outcome:?}");
        assert_eq!((stage.ledger().len(), stage.sent(operation).len()), (1, 1));
    }
}

#[tokio::test]
async fn stories_are_not_called_deleted_while_they_are_shown() {
    for index in STORIES {
        let stage = Stage::new();
        let session = stage.page().await;
        let credential = session.credential();
        let cx = session.cx(&credential);
        let publisher = session.connector.publisher().unwrap();
        let id = session.publish(&kind(&stage, index).0).await.remote_ids().remove(0);
        let refused = publisher.delete(&cx, &id).await.unwrap_err();
        assert_eq!((&refused.kind, refused.code.as_str()), (&ErrorKind::Rejected, "story_stays"));
        assert!(stage.ledger()[0].deleted_at.is_none());
        stage.bench.clock.advance(HOUR * 24);
        publisher.delete(&cx, &id).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_comes_late_is_waited_for() {
    for index in STORIES {
        let stage = Stage::new();
        let session = stage.page().await;
        stage.script("stories.list", Trouble::Instead(200, json!({ "data": [] })));
        let outcome = session.publish(&kind(&stage, index).0).await;
        assert!(outcome.is_published() && outcome.progress().units[0].remote_url.is_none(), "{outcome:?}");
        let publisher = session.connector.publisher().unwrap();
        assert!(publisher.awaits(outcome.progress()));
        let credential = session.credential();
        let known = publisher.read_back(&session.cx(&credential), outcome.progress().clone()).await.unwrap();
        assert!(known.units[0].remote_url.is_some() && !publisher.awaits(&known));
    }
    let stage = Stage::new();
    let session = stage.page().await;
    let open = session.prepared(&kind(&stage, 5).0).await;
    assert!(!session.connector.publisher().unwrap().awaits(&open), "nothing is public yet");
}

#[tokio::test]
async fn a_story_that_was_not_searched_for_to_the_end_is_not_called_deleted() {
    let stage = Stage::new();
    let session = stage.page().await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = session.connector.publisher().unwrap();
    let id = session.publish(&kind(&stage, 5).0).await.remote_ids().remove(0);
    stage.bench.clock.advance(HOUR * 24);
    for _ in 0..5 {
        let more = json!({
            "data": [{ "post_id": "1", "media_id": "1", "creation_time": "1" }],
            "paging": { "cursors": { "after": "MA==" }, "next": "https://graph.facebook.com/next" },
        });
        stage.script("stories.list", Trouble::Instead(200, more));
    }
    let unknown = publisher.delete(&cx, &id).await.unwrap_err();
    assert_eq!((&unknown.kind, unknown.code.as_str()), (&ErrorKind::Transient, "too_many_stories"));
    publisher.delete(&cx, &id).await.unwrap();
}

#[tokio::test]
async fn several_pages_of_stories_are_searched() {
    let stage = Stage::new();
    let session = stage.page().await;
    let (post, operation) = kind(&stage, 5);
    stage.script(operation, Trouble::LostAfter);
    let other = json!({ "post_id": "1", "media_id": "1", "creation_time": "1", "url": "/stories/x/1/" });
    let first: Value = json!({
        "data": [other],
        "paging": { "cursors": { "after": "MA==" }, "next": "https://graph.facebook.com/next" },
    });
    stage.script("stories.list", Trouble::Instead(200, first));
    stage.script("stories.list", Trouble::Instead(200, json!({ "data": [other] })));
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let asked = stage.sent("stories.list");
    assert_eq!(
        asked[..3].iter().map(|call| call.get("after")).collect::<Vec<_>>(),
        [None, Some("MA=="), None]
    );
}
