//! What a look for a lost publish makes of what it sees.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;

use super::stage::{Stage, commented, story};
use crate::conformance::Session;
use crate::contract::cx::{Checkpoint, Cx};
use crate::contract::progress::{Progress, Stage as At};
use crate::contract::publisher::Reconciliation;
use crate::sandbox::{FaultKind, When};

/// Prepares a picture up to the commit.
pub(super) async fn ready(stage: &Stage, session: &Session<'_>, text: &str) -> (Progress, Draft) {
    let post = stage.picture(text);
    // Faults on reads are not meant for the preparation.
    let faults = stage.bench.world.faults().list();
    stage.bench.world.faults().clear();
    let progress = session.prepared(&post).await;
    for (_, fault) in faults {
        stage.bench.world.faults().add(fault);
    }
    (progress, post)
}

#[tokio::test]
async fn two_equal_posts_of_one_moment_are_left_to_a_person() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (one, post) = ready(&stage, &session, "twins").await;
    let (two, _) = ready(&stage, &session, "twins").await;
    let (_, result) = session.commit(&post, one).await;
    result.unwrap();
    stage.fault("media.publish", When::After, FaultKind::Cut);
    let (open, result) = session.commit(&post, two).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
    stage.bench.clock.advance(Duration::from_secs(60));
    let look = session.look(&post, &open).await;
    let Reconciliation::Unknown { look_again_at: None, evidence } = look else { panic!("{look:?}") };
    assert!(evidence.contains("public"), "{evidence}");
}

#[tokio::test]
async fn an_equal_post_of_before_is_not_taken_for_the_new_one() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    assert!(session.publish(&stage.picture("weekly")).await.is_published());
    stage.fault("media.publish", When::Before, FaultKind::Cut);
    assert!(session.publish(&stage.picture("weekly")).await.is_published());
    let ids: Vec<_> = stage.ledger().into_iter().map(|i| i.remote_id).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn an_equal_post_between_baseline_and_commit_is_not_taken_for_the_new_one() {
    for as_story in [false, true] {
        let stage = Stage::new();
        let session = stage.instagram().await;
        let (mut progress, mut post) = ready(&stage, &session, "twice a day").await;
        if as_story {
            post = story(post);
            progress = session.prepared(&post).await;
        }
        let first = session.publish(&post).await.remote_ids();
        stage.bench.clock.advance(Duration::from_secs(30));
        stage.fault("media.publish", When::Before, FaultKind::Cut);
        let outcome = session.resume(&post, progress).await;
        assert!(outcome.is_published(), "story {as_story}: {outcome:?}");
        assert_ne!(outcome.remote_ids(), first, "story {as_story}");
        assert_eq!(stage.ledger().len(), 2, "story {as_story}");
    }
}

#[tokio::test]
async fn other_posts_in_between_explain_the_quota() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "the late one").await;
    assert!(session.publish(&stage.picture("another")).await.is_published());
    assert!(session.publish(&story(stage.picture(""))).await.is_published());
    stage.bench.clock.advance(Duration::from_secs(20 * 60));
    stage.fault("media.publish", When::Before, FaultKind::Cut);
    assert!(session.resume(&post, progress).await.is_published());
    assert_eq!(stage.ledger().len(), 3);
}

#[tokio::test]
async fn absence_is_believed_only_after_minutes() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "wait").await;
    stage.fault("media.publish", When::Before, FaultKind::Cut);
    let (open, _) = session.commit(&post, progress).await;
    for _ in 0..2 {
        let look = session.look(&post, &open).await;
        assert!(matches!(look, Reconciliation::Unknown { look_again_at: Some(_), .. }), "{look:?}");
        stage.bench.clock.advance(Duration::from_secs(60));
    }
    stage.bench.clock.advance(Duration::from_secs(60));
    let look = session.look(&post, &open).await;
    let Reconciliation::Absent { again, .. } = look else { panic!("{look:?}") };
    assert_eq!(again.stage, At::Preparing { unit: 0 });
}

#[tokio::test]
async fn a_publish_that_takes_effect_after_its_absence_was_believed_is_found_and_not_repeated() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "late").await;
    let first_look = progress.state["baseline"].clone();
    stage.fault("media.publish", When::Before, FaultKind::Cut);
    let (open, _) = session.commit(&post, progress).await;
    stage.bench.clock.advance(Duration::from_secs(200));
    let look = session.look(&post, &open).await;
    let Reconciliation::Absent { again, .. } = look else { panic!("{look:?}") };
    // Now the network gets to it.
    let (_, result) = session.commit(&post, open).await;
    let late = result.unwrap().root_remote_id().unwrap().to_owned();
    let again = session.advance(&post, again).await;
    assert!(matches!(again.stage, At::Committing { .. }), "{again:?}");
    assert_eq!(again.state["baseline"], first_look, "a later one would hold the late post");
    let look = session.look(&post, &again).await;
    let Reconciliation::Found(found) = look else { panic!("{look:?}") };
    assert_eq!(found.root_remote_id(), Some(late.as_str()));
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn what_was_there_before_the_first_publish_stays_the_measure() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "again").await;
    let first_look = progress.state["baseline"].clone();
    assert!(session.publish(&stage.picture("another")).await.is_published());
    let back = progress.at(At::Preparing { unit: 0 });
    let again = session.advance(&post, back).await;
    assert_eq!(again.stage, At::Ready { unit: 0 });
    assert_eq!(again.state["baseline"], first_look);
}

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "who knows").await;
    let mut without_root = progress.state.clone();
    without_root["root"] = serde_json::Value::Null;
    for (notes, unreadable) in
        [(serde_json::Value::Null, true), (serde_json::json!({"a": 1}), true), (without_root, false)]
    {
        let mut broken = progress.clone();
        broken.state = notes;
        let (open, result) = session.commit(&post, broken).await;
        if unreadable {
            assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
        }
        stage.bench.clock.advance(Duration::from_secs(600));
        let look = session.look(&post, &open).await;
        assert!(matches!(look, Reconciliation::Unknown { look_again_at: None, .. }), "{look:?}");
    }
    assert!(stage.ledger().is_empty());
}

/// A database that is gone.
struct Gone;

#[async_trait::async_trait]
impl Checkpoint for Gone {
    async fn save(&self, _: &Progress) -> Result<(), ConnectorError> {
        Err(ConnectorError::new(ErrorKind::Transient, "store", "save", "gone", "The database is gone."))
    }
}

#[tokio::test]
async fn an_unclear_refusal_stays_unclear_when_it_can_not_be_noted() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let credential = session.credential();
    let cx = Cx { checkpoint: &Gone, ..session.cx(&credential) };
    let (progress, post) = ready(&stage, &session, "live").await;
    // 4/2207051 although the post is live.
    stage.status("media.publish", When::After, 400, 1);
    let open = progress.at(At::Committing { unit: 0, since: cx.clock.now() });
    let error = session.commit_with(&cx, &post, open).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ambiguous);
    assert_eq!(stage.ledger().len(), 1);

    let post = commented(post, "first");
    let done = session.publish(&post).await;
    assert!(done.is_published());
    let mut open = done.progress().clone().at(At::Committing { unit: 1, since: cx.clock.now() });
    open.units[1].remote_id = None;
    stage.status("comments.create", When::After, 400, 1);
    let error = session.commit_with(&cx, &post, open).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ambiguous);
}
