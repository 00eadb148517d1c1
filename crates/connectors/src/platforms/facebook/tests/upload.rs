//! Uploads that break, and go on where they broke.

use carillon_domain::connector_error::ErrorKind;

use super::stage::{Stage, Trouble, error, reel};
use crate::conformance::{Crash, draft};

fn bytes(stage: &Stage, operation: &str) -> usize {
    stage.sent(operation).iter().map(|call| call.len).sum()
}

#[tokio::test]
async fn a_broken_reel_goes_on_where_it_broke() {
    let stage = Stage::new();
    let session = stage.page().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    for at in [700_000, 1_200_000] {
        stage.script("reels.upload", Trouble::BreaksOff(at));
    }
    assert!(session.publish(&reel(draft("broken twice", [video.clone()]))).await.is_published());
    let ledger = stage.ledger();
    assert_eq!((ledger.len(), &ledger[0].media[0].sha256), (1, &video.sha256));
    assert_eq!((stage.sent("reels.start").len(), stage.sent("reels.upload").len()), (1, 3));
    let offsets: Vec<u64> = stage
        .sent("reels.upload")
        .iter()
        .map(|call| call.headers.get("offset").unwrap().to_str().unwrap().parse().unwrap())
        .collect();
    assert!(offsets[0] == 0 && offsets[1] > 0 && offsets[2] > offsets[1], "{offsets:?}");
}

#[tokio::test]
async fn a_reel_that_keeps_breaking_is_taken_up_by_the_next_attempt() {
    let stage = Stage::new();
    let session = stage.page().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    for _ in 0..5 {
        stage.script("reels.upload", Trouble::BreaksOff(100_000));
    }
    assert!(session.publish(&reel(draft("broken often", [video.clone()]))).await.is_published());
    assert_eq!(stage.ledger()[0].media[0].sha256, video.sha256);
    assert_eq!(stage.sent("reels.start").len(), 1);
}

#[tokio::test]
async fn a_line_that_keeps_breaking_costs_no_attempt_while_the_video_goes_on() {
    let stage = Stage::new();
    let session = stage.page().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    for _ in 0..14 {
        stage.script("reels.upload", Trouble::BreaksOff(100_000));
    }
    let outcome = session.publish(&reel(draft("from the train", [video.clone()]))).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(stage.ledger()[0].media[0].sha256, video.sha256);
    assert_eq!((stage.sent("reels.start").len(), stage.sent("reels.upload").len()), (1, 15));
}

#[tokio::test]
async fn while_nothing_arrives_breaks_are_waited_out_and_then_count() {
    // Four tries with seven calls each.
    for (breaks, goes_out) in [(27, true), (28, false)] {
        let stage = Stage::new();
        let session = stage.page().await;
        let video = stage.bench.library.mp4(5_000_000, 60_000, None);
        for _ in 0..breaks {
            stage.script("videos.transfer", Trouble::LostBefore);
        }
        let outcome = session.publish(&draft("stuck", [video])).await;
        assert_eq!((outcome.is_published(), stage.left()), (goes_out, 0), "{breaks}: {outcome:?}");
    }
}

#[tokio::test]
async fn chunks_whose_answer_is_lost_are_not_lost() {
    for trouble in [Trouble::LostBefore, Trouble::LostAfter, Trouble::Hiding(500, error(2, None))] {
        let stage = Stage::new();
        let session = stage.page().await;
        let video = stage.bench.library.mp4(5_000_000, 60_000, None);
        for _ in 0..2 {
            stage.script("videos.transfer", trouble.clone());
        }
        let outcome = session.publish(&draft("a long one", [video.clone()])).await;
        assert!(outcome.is_published(), "{trouble:?}: {outcome:?}");
        let ledger = stage.ledger();
        assert_eq!((ledger.len(), &ledger[0].media[0].sha256), (1, &video.sha256), "{trouble:?}");
        assert_eq!(stage.sent("videos.start").len(), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_crash_between_any_two_steps_repeats_one_chunk_at_most() {
    for as_reel in [false, true] {
        let make = |stage: &Stage| {
            let post = draft("crashing", [stage.bench.library.mp4(5_000_000, 60_000, None)]);
            if as_reel { reel(post) } else { post }
        };
        let measured = Stage::new();
        let session = measured.page().await;
        assert!(session.publish(&make(&measured)).await.is_published());
        let upload = if as_reel { "reels.upload" } else { "videos.transfer" };
        let (whole, largest) =
            (bytes(&measured, upload), measured.sent(upload).iter().map(|c| c.len).max().unwrap());
        let (saves, commits) = session.counts();
        for crash in (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit)) {
            let stage = Stage::new();
            let session = stage.page().await;
            let outcome = session.publish_crashing(&make(&stage), crash).await;
            assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
            assert_eq!(stage.ledger().len(), 1, "{crash:?}");
            assert!(bytes(&stage, upload) <= whole + largest, "{crash:?}");
        }
    }
}

#[tokio::test]
async fn an_upload_that_the_network_forgot_is_begun_anew() {
    for as_reel in [false, true] {
        let stage = Stage::new();
        let session = stage.page().await;
        let post = stage.video("forgotten");
        let post = if as_reel { reel(post) } else { post };
        let upload = if as_reel { "reels.upload" } else { "videos.transfer" };
        stage.script(upload, Trouble::Instead(400, error(100, Some(33))));
        assert!(session.publish(&post).await.is_published());
        let start = if as_reel { "reels.start" } else { "videos.start" };
        assert_eq!((stage.sent(start).len(), stage.ledger().len()), (2, 1));
    }
}

#[tokio::test]
async fn a_file_that_facebook_can_not_use_fails_with_its_cause() {
    let stage = Stage::new();
    let session = stage.page().await;
    for _ in 0..3 {
        stage.script("reels.upload", Trouble::Instead(400, error(6000, Some(1_363_128))));
    }
    let outcome = session.publish(&reel(stage.video("unusable"))).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "video_duration"));
    assert!(stage.ledger().is_empty());
}

#[tokio::test]
async fn a_photo_whose_answer_is_lost_is_uploaded_again_and_shown_once() {
    for trouble in [Trouble::LostBefore, Trouble::LostAfter, Trouble::Hiding(500, error(2, None))] {
        let stage = Stage::new();
        let session = stage.page().await;
        stage.script("photos.upload", trouble);
        let post = stage.picture("once");
        assert!(session.publish(&post).await.is_published());
        let ledger = stage.ledger();
        assert_eq!((ledger.len(), ledger[0].media.len()), (1, 1));
        assert_eq!(ledger[0].media[0].sha256, post.root.media[0].sha256);
    }
}
