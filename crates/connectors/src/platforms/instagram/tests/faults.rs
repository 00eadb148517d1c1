//! Lost answers, refusals that hide a success, limits, expiry, crashes: in the end each post is public exactly once, or it is
//! certain that it is not.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Draft;
use carillon_domain::time::{Clock, SignedDuration};

use super::super::NAME;
use super::reconcile::ready;
use super::stage::{Stage, commented, story};
use crate::conformance::{Crash, Outcome, draft};
use crate::contract::progress::Stage as At;
use crate::sandbox::{Fault, FaultKind, TokenState, When};

fn kinds(stage: &Stage) -> Vec<Draft> {
    vec![
        stage.picture("lost and found"),
        stage.video("a reel"),
        story(stage.picture("")),
        draft(
            "several",
            [stage.bench.library.jpeg(1080, 1080, None), stage.bench.library.jpeg(1080, 1080, None)],
        ),
    ]
}

#[tokio::test]
async fn a_lost_answer_to_the_publish_gives_one_post() {
    for when in [When::Before, When::After] {
        for fault in [FaultKind::Cut, FaultKind::Status] {
            for index in 0..4 {
                let stage = Stage::new();
                let session = stage.instagram().await;
                let post = kinds(&stage).swap_remove(index);
                stage.fault("media.publish", when, fault);
                let outcome = session.publish(&post).await;
                let [id] = outcome.remote_ids().try_into().unwrap();
                let ledger = stage.ledger();
                assert_eq!(ledger.len(), 1, "{when:?} {fault:?} {index}");
                assert_eq!(ledger[0].remote_id, id);
                let sends = if when == When::Before { 2 } else { 1 };
                assert_eq!(stage.sent("media.publish").len(), sends, "{when:?} {fault:?} {index}");
                let containers = post.root.media.len() + usize::from(post.root.media.len() > 1);
                assert_eq!(stage.sent("containers.create").len(), containers, "no second container");
            }
        }
    }
}

#[tokio::test]
async fn several_lost_answers_in_a_row() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    stage.bench.world.faults().add(Fault::once(NAME, "commit", When::Before, FaultKind::Cut).times(2));
    assert!(session.publish(&stage.picture("patience")).await.is_published());
    assert_eq!(stage.ledger().len(), 1);

    // When it never gets through, it is certain that nothing is public.
    stage.bench.world.faults().add(Fault::once(NAME, "commit", When::Before, FaultKind::Cut).times(50));
    let outcome = session.publish(&stage.picture("never")).await;
    let Outcome::Failed(error, progress) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(error.code, "absent");
    assert_eq!(progress.root_remote_id(), None);
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn a_refusal_that_hides_a_success_is_found_out() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    // 4/2207051 although the post is live.
    stage.status("media.publish", When::After, 400, 1);
    assert!(session.publish(&stage.picture("blocked but live")).await.is_published());
    assert_eq!(stage.ledger().len(), 1);

    // The same words, and it is not: told as what it is, and not tried again.
    stage.status("media.publish", When::Before, 400, 1);
    let outcome = session.publish(&stage.picture("blocked")).await;
    let Outcome::Failed(error, _) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((error.code.as_str(), &error.kind), ("action_blocked", &ErrorKind::Rejected));
    assert_eq!(error.remote.code.as_deref(), Some("4/2207051"));
    assert_eq!(stage.ledger().len(), 1);
    assert_eq!(stage.sent("media.publish").len(), 2);
}

#[tokio::test]
async fn comments_are_written_once() {
    for when in [When::Before, When::After] {
        let stage = Stage::new();
        let session = stage.instagram().await;
        stage.fault("comments.create", when, FaultKind::Cut);
        let outcome = session.publish(&commented(stage.picture("post"), "first")).await;
        assert!(outcome.is_published(), "{outcome:?}");
        assert_eq!(stage.ledger().len(), 2, "{when:?}");

        stage.status("comments.create", when, 400, 1);
        let outcome = session.publish(&commented(stage.picture("another post"), "second")).await;
        let comments = stage.ledger().iter().filter(|i| i.text == "second").count();
        match when {
            When::After => assert!(outcome.is_published() && comments == 1),
            When::Before => {
                assert!(
                    matches!(outcome, Outcome::Failed(_, ref p) if p.root_remote_id().is_some()),
                    "{outcome:?}"
                );
                assert_eq!(comments, 0);
            }
        }
        assert_eq!(stage.ledger().iter().filter(|i| i.text == "another post").count(), 1);
    }
}

#[tokio::test]
async fn a_crash_anywhere_leaves_one_post() {
    let measured = Stage::new();
    let session = measured.instagram().await;
    let post = |stage: &Stage| {
        let library = &stage.bench.library;
        commented(
            draft("crashing", [library.jpeg(1080, 1080, None), library.mp4(4_000, 4_000, None)]),
            "first",
        )
    };
    assert!(session.publish(&post(&measured)).await.is_published());
    let (saves, commits) = session.counts();
    let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
    for crash in crashes {
        let stage = Stage::new();
        let session = stage.instagram().await;
        let outcome = session.publish_crashing(&post(&stage), crash).await;
        assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
        let texts: Vec<_> = stage.ledger().into_iter().map(|i| i.text).collect();
        assert_eq!(texts, ["crashing", "first"], "{crash:?}");
    }
}

#[tokio::test]
async fn a_slow_reel_is_waited_for() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let slow = Fault::once(NAME, "containers.create", When::Before, FaultKind::SlowProcessing);
    stage.bench.world.faults().add(slow.delay(Duration::from_secs(40 * 60)));
    let start = stage.bench.clock.now();
    assert!(session.publish(&stage.video("slow")).await.is_published());
    let took = stage.bench.clock.now().duration_since(start);
    assert!(took >= SignedDuration::from_mins(40) && took < SignedDuration::from_mins(43), "{took}");
    let looks = stage.sent("containers.read").len();
    assert!(looks <= 44, "{looks} looks: about one a minute");
}

#[tokio::test]
async fn media_that_can_not_be_fetched_at_first() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.status("containers.create", When::Before, 400, 2);
    assert!(session.publish(&stage.picture("fetched later")).await.is_published());
    stage.status("containers.create", When::Before, 400, 9);
    let outcome = session.publish(&stage.picture("never fetched")).await;
    let error = outcome.error().unwrap();
    assert_eq!(
        (error.code.as_str(), error.remote.code.as_deref()),
        ("media_not_fetched", Some("9004/2207052"))
    );
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn containers_that_are_not_visible_for_a_while() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.status("containers.read", When::Before, 400, 4);
    assert!(session.publish(&stage.picture("fog")).await.is_published());
    // Fog while looking for a lost answer, too.
    stage.fault("media.publish", When::After, FaultKind::Cut);
    stage
        .bench
        .world
        .faults()
        .add(Fault::once(NAME, "containers.read", When::Before, FaultKind::Status).status(400).times(40));
    let (progress, post) = ready(&stage, &session, "more fog").await;
    assert!(session.resume(&post, progress).await.is_published());
    assert_eq!(stage.ledger().len(), 2);
    assert_eq!(stage.sent("containers.create").len(), 2);
}

#[tokio::test]
async fn published_too_early_is_polled() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.status("media.publish", When::Before, 409, 2);
    assert!(session.publish(&stage.picture("too early")).await.is_published());
    assert_eq!((stage.ledger().len(), stage.sent("containers.create").len()), (1, 1));

    // For long: asked once a minute, not published every few seconds.
    stage.status("media.publish", When::Before, 409, 10);
    let (start, looks) = (stage.bench.clock.now(), stage.sent("containers.read").len());
    assert!(session.publish(&stage.picture("far too early")).await.is_published());
    let took = stage.bench.clock.now().duration_since(start);
    assert!(took >= SignedDuration::from_mins(9), "{took}");
    assert!(stage.sent("containers.read").len() - looks >= 11);
    assert_eq!(stage.sent("containers.create").len(), 2);
    // For hours: the media are handed over again.
    stage.status("media.publish", When::Before, 409, 130);
    assert!(session.publish(&stage.picture("never with that one")).await.is_published());
    assert_eq!((stage.ledger().len(), stage.sent("containers.create").len()), (3, 4));
}

#[tokio::test]
async fn an_expired_container_is_made_again() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let (progress, post) = ready(&stage, &session, "held for a day").await;
    stage.bench.clock.advance(Duration::from_secs(25 * 3600));
    assert!(session.resume(&post, progress).await.is_published());
    assert_eq!((stage.ledger().len(), stage.sent("containers.create").len()), (1, 2));

    // While preparing, an old container is not even tried.
    let (progress, post) = ready(&stage, &session, "again").await;
    stage.bench.clock.advance(Duration::from_secs(23 * 3600 + 60));
    let progress = progress.at(At::Preparing { unit: 0 });
    assert!(session.resume(&post, progress).await.is_published());
    assert_eq!((stage.ledger().len(), stage.sent("media.publish").len()), (2, 3));
}

#[tokio::test]
async fn the_quota_is_obeyed() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.quota(2);
    let start = stage.bench.clock.now();
    for text in ["one", "two"] {
        assert!(session.publish(&stage.picture(text)).await.is_published());
        stage.bench.clock.advance(Duration::from_secs(3600));
    }
    let first = stage.ledger()[0].at;
    assert!(session.publish(&stage.picture("three")).await.is_published());
    let third = stage.ledger()[2].at;
    let waited = third.duration_since(first);
    assert!(waited >= SignedDuration::from_hours(24), "{waited} after {start}");
    assert!(
        waited < SignedDuration::from_mins(24 * 60 + 15),
        "{waited}: about when the first has left the window"
    );
    assert_eq!(stage.sent("media.publish").len(), 3, "the quota was read before");
}

#[tokio::test]
async fn a_quota_that_runs_out_at_the_last_moment() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    assert!(session.publish(&stage.picture("before")).await.is_published());
    let (progress, post) = ready(&stage, &session, "late").await;
    stage.quota(1);
    let (_, result) = session.commit(&post, progress).await;
    let error = result.unwrap_err();
    let ErrorKind::RateLimited { until: Some(until) } = error.kind else { panic!("{error:?}") };
    assert!(until > stage.bench.clock.now() + SignedDuration::from_hours(23), "{until}");
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn rate_limits_are_waited_for() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    for operation in ["containers.create", "media.publish", "comments.create"] {
        let limit = Fault::once(NAME, operation, When::Before, FaultKind::RateLimit).reset(600);
        stage.bench.world.faults().add(limit);
        let start = stage.bench.clock.now();
        assert!(session.publish(&commented(stage.picture(operation), "first")).await.is_published());
        let took = stage.bench.clock.now().duration_since(start);
        assert!(
            took >= SignedDuration::from_secs(600) && took < SignedDuration::from_secs(700),
            "{operation}: {took}"
        );
    }
    assert_eq!(stage.ledger().len(), 6);
}

#[tokio::test]
async fn a_lost_login_asks_for_a_new_one() {
    for status in [458, 459, 460, 464, 467, 492] {
        let stage = Stage::new();
        let session = stage.instagram().await;
        stage.status("media.publish", When::Before, status, 1);
        let outcome = session.publish(&stage.picture("x")).await;
        let Outcome::NeedsReconnect(error, _) = &outcome else { panic!("{status}: {outcome:?}") };
        assert_eq!(error.remote.code, Some(format!("190/{status}")));
        assert!(stage.ledger().is_empty());
    }
    for (fault, state) in
        [(FaultKind::TokenRevoked, TokenState::Revoked), (FaultKind::TokenExpired, TokenState::Expired)]
    {
        let stage = Stage::new();
        let session = stage.facebook().await;
        stage.fault("containers.create", When::Before, fault);
        let outcome = session.publish(&stage.picture("x")).await;
        assert!(matches!(outcome, Outcome::NeedsReconnect(..)), "{outcome:?}");
        let token = session.credential().access_token;
        assert_eq!(stage.bench.world.tokens().look_up(NAME, token.expose()).unwrap().1, state);
    }
}
