use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;

use super::{bench, bench_session, ledger, strike};
use crate::conformance::{Bench, Outcome, draft};
use crate::contract::progress::Stage;
use crate::contract::publisher::{Publisher, Reconciliation};
use crate::kit::http::CommitPermit;
use crate::platforms::bluesky::CONNECTOR;
use crate::platforms::bluesky::errors::PLATFORM;
use crate::sandbox::{Fault, FaultKind, When};

async fn publish_under(bench: &Bench, fault: Fault) -> Outcome {
    let session = bench_session(bench).await;
    bench.world.faults().add(fault);
    let photo = bench.library.jpeg(10, 10, Some("x"));
    session.publish(&draft("hello @theolund.bsky.social", [photo])).await
}

#[tokio::test]
async fn lost_answers_and_server_errors_lead_to_one_post() {
    for when in [When::Before, When::After] {
        for (fault, status) in [
            (FaultKind::Cut, 0),
            (FaultKind::Status, 500),
            (FaultKind::Status, 502),
            (FaultKind::Status, 503),
        ] {
            let bench = bench();
            let mut line = Fault::once(PLATFORM, "commit", when, fault).times(2);
            if status > 0 {
                line = line.status(status);
            }
            let outcome = publish_under(&bench, line).await;
            assert!(outcome.is_published(), "{when:?} {fault:?} {status}: {outcome:?}");
            assert_eq!(ledger(&bench).len(), 1, "{when:?} {fault:?} {status}");
        }
    }
}

#[tokio::test]
async fn a_time_out_after_the_effect_is_no_second_post() {
    let bench = bench();
    let slow = Fault::once(PLATFORM, "commit", When::After, FaultKind::Delay).delay(Duration::from_secs(45));
    let outcome = publish_under(&bench, slow).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(ledger(&bench).len(), 1);
}

#[tokio::test]
async fn invisible_steps_are_repeated_after_any_trouble() {
    for operation in ["uploadBlob", "resolveHandle"] {
        for fault in [FaultKind::Cut, FaultKind::Status, FaultKind::RateLimit, FaultKind::TokenExpired] {
            let bench = bench();
            let outcome = publish_under(&bench, Fault::once(PLATFORM, operation, When::Before, fault)).await;
            assert!(outcome.is_published(), "{operation} {fault:?}: {outcome:?}");
            assert_eq!(ledger(&bench).len(), 1);
        }
    }
}

#[tokio::test]
async fn rate_limits_are_waited_for_to_the_second() {
    let bench = bench();
    let limit = Fault::once(PLATFORM, "putRecord", When::Before, FaultKind::RateLimit).reset(1234);
    let before = bench.world.now().as_second();
    let outcome = publish_under(&bench, limit).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let waited = ledger(&bench)[0].at.as_second() - before;
    assert!((1234..1236).contains(&waited), "{waited}");
}

#[tokio::test]
async fn an_expired_token_is_renewed_and_the_post_goes_out() {
    let bench = bench();
    let outcome =
        publish_under(&bench, Fault::once(PLATFORM, "commit", When::Before, FaultKind::TokenExpired)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(ledger(&bench).len(), 1);
}

#[tokio::test]
async fn a_revoked_token_asks_for_a_reconnection() {
    let bench = bench();
    let outcome =
        publish_under(&bench, Fault::once(PLATFORM, "commit", When::Before, FaultKind::TokenRevoked)).await;
    let Outcome::NeedsReconnect(error, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::AuthRevoked, "token_invalid"));
    assert!(ledger(&bench).is_empty());
}

#[tokio::test]
async fn looking_for_a_lost_commit_finds_it_or_proves_that_it_is_not_there() {
    for when in [When::Before, When::After] {
        let bench = bench();
        let session = bench_session(&bench).await;
        let credential = session.credential();
        let cx = session.cx(&credential);
        let post = draft("where am I?", []);
        let progress = CONNECTOR.start(&cx, &post).unwrap();
        let progress = CONNECTOR.advance(&cx, &post, progress).await.unwrap();
        let open = progress.at(Stage::Committing { unit: 0, since: bench.world.now() });
        strike(&bench, "commit", when, FaultKind::Cut);
        let permit = CommitPermit::after_durable_intent(Duration::MAX);
        let error = CONNECTOR.commit(&cx, &post, open.clone(), permit).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous);
        let found = CONNECTOR.reconcile(&cx, &post, &open).await.unwrap();
        match (when, found) {
            (When::Before, Reconciliation::Absent { again: progress, .. }) => {
                assert_eq!(progress.stage, Stage::Ready { unit: 0 });
                assert!(session.resume(&post, progress).await.is_published());
            }
            (When::After, Reconciliation::Found(progress)) => {
                assert_eq!(progress.stage, Stage::Done);
                assert_eq!(progress.root_remote_id(), Some(ledger(&bench)[0].remote_id.as_str()));
            }
            (when, other) => panic!("{when:?}: {other:?}"),
        }
        assert_eq!(ledger(&bench).len(), 1);
    }
}

#[tokio::test]
async fn a_repeated_intent_with_another_time_is_still_the_same_post() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("once", []);
    let progress = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, progress).await.unwrap();
    let first = session.resume(&post, ready.clone()).await.remote_ids();
    bench.clock.advance(Duration::from_secs(77));
    let second = session.resume(&post, ready).await.remote_ids();
    assert_eq!(first, second);
    assert_eq!(ledger(&bench).len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("too late", []);
    let progress = CONNECTOR.start(&cx, &post).unwrap();
    let progress = CONNECTOR.advance(&cx, &post, progress).await.unwrap();
    let open = progress.at(Stage::Committing { unit: 0, since: bench.world.now() });
    let permit = CommitPermit::after_durable_intent(Duration::ZERO);
    let error = CONNECTOR.commit(&cx, &post, open, permit).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    assert!(ledger(&bench).is_empty());
}

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("who knows", []);
    let progress = CONNECTOR.start(&cx, &post).unwrap();
    let progress = CONNECTOR.advance(&cx, &post, progress).await.unwrap();
    let since = bench.world.now();
    bench.clock.advance(Duration::from_secs(3600));
    for notes in [serde_json::Value::Null, serde_json::json!({"units": []}), serde_json::json!({"a": 1})] {
        let mut open = progress.clone().at(Stage::Committing { unit: 0, since });
        open.state = notes;
        let found = CONNECTOR.reconcile(&cx, &post, &open).await.unwrap();
        assert!(matches!(found, Reconciliation::Unknown { look_again_at: None, .. }), "{found:?}");
        let permit = CommitPermit::after_durable_intent(Duration::MAX);
        let error = CONNECTOR.commit(&cx, &post, open, permit).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous);
    }
    assert!(ledger(&bench).is_empty());
}
