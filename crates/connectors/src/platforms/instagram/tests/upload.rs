//! Resumable uploads, for servers that nobody can reach from outside.

use super::stage::{Stage, story};
use crate::conformance::draft;

#[tokio::test]
async fn videos_are_uploaded_when_the_network_can_not_fetch_them() {
    let stage = Stage::new();
    stage.bench.library.hide();
    let session = stage.facebook().await;
    let video = stage.bench.library.mp4(2_500_000, 20_000, None);
    let library = &stage.bench.library;
    let carousel = draft("two videos", [library.mp4(4_000, 5_000, None), library.mp4(5_000, 5_000, None)]);
    for post in [draft("reel", [video.clone()]), story(draft("", [video.clone()])), carousel] {
        assert!(session.publish(&post).await.is_published());
    }
    let ledger = stage.ledger();
    assert_eq!(ledger.len(), 3);
    assert_eq!((&ledger[0].media[0].sha256, ledger[0].media[0].bytes), (&video.sha256, 2_500_000));
    assert_eq!(stage.sent("containers.upload").len(), 4);
    let made = stage.sent("containers.create");
    assert_eq!(made[0].get("upload_type"), Some("resumable"));
    assert!(made.iter().all(|c| c.get("video_url").is_none()));
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_it_broke() {
    let stage = Stage::new();
    stage.bench.library.hide();
    let session = stage.facebook().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    stage.wire.cut_uploads.lock().unwrap().extend([700_000, 1_200_000]);
    assert!(session.publish(&draft("broken twice", [video.clone()])).await.is_published());
    let ledger = stage.ledger();
    assert_eq!((ledger.len(), &ledger[0].media[0].sha256), (1, &video.sha256));
    assert_eq!(stage.sent("containers.upload").len(), 3);
    assert_eq!(stage.sent("containers.create").len(), 1);
}

#[tokio::test]
async fn an_upload_that_keeps_breaking_is_taken_up_by_the_next_attempt() {
    let stage = Stage::new();
    stage.bench.library.hide();
    let session = stage.facebook().await;
    let video = stage.bench.library.mp4(3_000_000, 20_000, None);
    stage.wire.cut_uploads.lock().unwrap().extend([100_000; 5]);
    assert!(session.publish(&draft("broken often", [video.clone()])).await.is_published());
    assert_eq!(stage.ledger()[0].media[0].sha256, video.sha256);
    assert_eq!(stage.sent("containers.create").len(), 1);
}
