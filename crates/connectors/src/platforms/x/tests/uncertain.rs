//! Lost answers, crashes, limits: exactly one public post, or a plain word why not.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::{Draft, Part};
use carillon_domain::time::Clock;

use super::Lab;
use crate::conformance::{Crash, Outcome, draft};
use crate::contract::progress::Stage;
use crate::contract::publisher::{Publisher, Reconciliation};
use crate::kit::http::CommitPermit;
use crate::platforms::x::CONNECTOR;
use crate::sandbox::{Fault, FaultKind, When};

const CREATE: &str = "tweets.create";
const TEXT: &str = "Fog & <salt>, see http://example.com/a?b=1&c=2 and example.org 👩🏽‍💻 é";

fn story(lab: &Lab) -> Draft {
    let photo = lab.bench.library.jpeg(800, 600, Some("alt"));
    let mut draft = draft(TEXT, [photo]);
    draft.parts.push(Part { text: "Second part, t.co/x is not ours".to_owned(), media: Vec::new() });
    draft.parts.push(Part {
        text: String::new(),
        media: vec![lab.bench.library.jpeg(801, 600, None), lab.bench.library.jpeg(802, 600, None)],
    });
    draft.first_comment = Some("And a comment".to_owned());
    draft
}

#[tokio::test]
async fn every_kind_of_lost_answer_ends_in_exactly_one_post() {
    let faults = [
        (When::Before, FaultKind::Cut, None),
        (When::After, FaultKind::Cut, None),
        (When::Before, FaultKind::Status, Some(503)),
        (When::After, FaultKind::Status, Some(500)),
        (When::After, FaultKind::Status, Some(408)),
        (When::Before, FaultKind::Delay, None),
    ];
    for (when, fault, status) in faults {
        for unit in 0..4 {
            let lab = Lab::new();
            let session = lab.connect().await;
            let draft = story(&lab);
            // Lets the units before it through.
            let outcome = match unit {
                0 => {
                    lab.bench.world.faults().add(scripted(when, fault, status));
                    session.publish(&draft).await
                }
                _ => {
                    let progress = publish_some(&session, &draft, unit).await;
                    lab.bench.world.faults().add(scripted(when, fault, status));
                    session.resume(&draft, progress).await
                }
            };
            assert!(outcome.is_published(), "{when:?} {fault:?} {status:?} at {unit}: {outcome:?}");
            let texts: Vec<_> = lab.ledger().into_iter().map(|i| i.text).collect();
            assert_eq!(texts.len(), 4, "{when:?} {fault:?} at {unit}: {texts:?}");
            assert_eq!(
                outcome.remote_ids(),
                lab.ledger().into_iter().map(|i| i.remote_id).collect::<Vec<_>>()
            );
        }
    }
}

fn scripted(when: When, fault: FaultKind, status: Option<u16>) -> Fault {
    let fault = Fault::once("x", CREATE, when, fault).delay(Duration::from_secs(300));
    Fault { status, ..fault }
}

/// Publishes the first units and stops.
async fn publish_some(
    session: &crate::conformance::Session<'_>,
    draft: &Draft,
    units: usize,
) -> crate::contract::progress::Progress {
    let credential = session.credential();
    let cx = session.cx(&credential);
    let mut progress = CONNECTOR.start(&cx, draft).unwrap();
    while progress.units.iter().filter(|u| u.remote_id.is_some()).count() < units {
        progress = match progress.stage {
            Stage::Ready { unit } => {
                let since = session.bench.clock.now();
                let permit = CommitPermit::after_durable_intent(Duration::from_secs(u64::from(u32::MAX)));
                let open = progress.at(Stage::Committing { unit, since });
                CONNECTOR.commit(&cx, draft, open, permit).await.unwrap()
            }
            _ => CONNECTOR.advance(&cx, draft, progress).await.unwrap(),
        };
    }
    progress
}

#[tokio::test]
async fn a_crash_at_any_save_or_commit_ends_in_exactly_one_post() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(session.publish(&story(&lab)).await.is_published());
    let (saves, commits) = session.counts();
    let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
    for crash in crashes {
        let lab = Lab::new();
        let session = lab.connect().await;
        let draft = story(&lab);
        let outcome = session.publish_crashing(&draft, crash).await;
        assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
        assert_eq!(lab.ledger().len(), 4, "{crash:?}: {:?}", lab.ledger());
        assert_eq!(outcome.remote_ids(), lab.ledger().into_iter().map(|i| i.remote_id).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_crash_in_the_middle_of_an_upload_repeats_one_segment_at_most() {
    for save in 0..6 {
        let lab = Lab::new();
        let session = lab.connect_as("fernwehbikes").await;
        let video = lab.bench.library.mp4(4 * 1024 * 1024 + 1, 30_000, None);
        let outcome = session.publish_crashing(&draft("Long", [video]), Crash::AfterSave(save)).await;
        assert!(outcome.is_published(), "{save}: {outcome:?}");
        assert_eq!(lab.calls("media.initialize"), 1, "{save}");
        assert_eq!(lab.calls("media.append"), 2, "{save}: what was saved is not sent again");
    }
}

#[tokio::test]
async fn a_list_that_lags_is_looked_at_again() {
    for (lag, looks) in [(5, 2), (55, 3), (110, 4)] {
        let lab = Lab::new();
        let session = lab.connect().await;
        lab.memory(|m| m.lag_s = lag);
        lab.bench.world.faults().add(Fault::once("x", CREATE, When::After, FaultKind::Cut));
        let outcome = session.publish(&draft(TEXT, [])).await;
        assert!(outcome.is_published(), "{lag}: {outcome:?}");
        assert_eq!(lab.ledger().len(), 1, "{lag}");
        assert_eq!(lab.calls(CREATE), 1, "{lag}: nothing is sent again");
        assert_eq!(lab.calls("users.tweets"), 1 + looks, "{lag}");
    }
}

#[tokio::test]
async fn a_list_that_lags_for_ever_ends_with_a_person_and_one_post() {
    let lab = Lab::new();
    let session = lab.connect().await;
    lab.memory(|m| m.lag_s = 24 * 3600);
    lab.bench.world.faults().add(Fault::once("x", CREATE, When::After, FaultKind::Cut));
    let outcome = session.publish(&draft(TEXT, [])).await;
    // The second send is refused as a duplicate, which proves the first; nobody can say which post it is.
    let Outcome::Unconfirmed(evidence, _) = outcome else { panic!("{outcome:?}") };
    assert!(evidence.contains("has the text already"), "{evidence}");
    assert_eq!((lab.ledger().len(), lab.calls(CREATE)), (1, 2));
}

#[tokio::test]
async fn a_second_send_that_is_lost_too_ends_with_a_person() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let cut = Fault { count: Some(2), ..Fault::once("x", CREATE, When::Before, FaultKind::Cut) };
    lab.bench.world.faults().add(cut);
    let outcome = session.publish(&draft(TEXT, [])).await;
    assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{outcome:?}");
    assert_eq!((lab.ledger().len(), lab.calls(CREATE)), (0, 2));
}

#[tokio::test]
async fn other_posts_are_not_taken_for_ours() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let photo = |w| lab.bench.library.jpeg(w, 600, None);
    let wanted = draft("Same words", [photo(700)]);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let start = CONNECTOR.start(&cx, &wanted).unwrap();
    let ready = CONNECTOR.advance(&cx, &wanted, start).await.unwrap();
    // Meanwhile the person posts by hand: other words, other media, or as an answer.
    let mut other = draft("Root", []);
    other.parts.push(Part { text: "Same words".to_owned(), media: vec![photo(701)] });
    assert!(session.publish(&other).await.is_published());
    lab.bench.clock.advance(Duration::from_secs(200));
    let since = lab.bench.clock.now() - Duration::from_secs(150);
    let open = ready.at(Stage::Committing { unit: 0, since });
    let looked = CONNECTOR.reconcile(&session.cx(&credential), &wanted, &open).await.unwrap();
    assert!(matches!(looked, Reconciliation::Absent(_)), "{looked:?}");
}

#[tokio::test]
async fn a_used_up_day_counts_before_the_quarter_of_an_hour() {
    let lab = Lab::new();
    let session = lab.connect().await;
    lab.memory(|m| m.daily_posts = Some(2));
    let start = lab.bench.clock.now();
    for text in ["One", "Two", "Three"] {
        let outcome = session.publish(&draft(text, [])).await;
        assert!(outcome.is_published(), "{text}: {outcome:?}");
    }
    let waited = lab.bench.clock.now().duration_since(start);
    assert!(waited.as_secs() >= 24 * 3600, "{waited:?}");
    assert_eq!(lab.ledger().len(), 3);
}

#[tokio::test]
async fn a_scripted_limit_names_its_end() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let mut limit = Fault::once("x", "commit", When::Before, FaultKind::RateLimit);
    limit.reset_s = Some(5000);
    lab.bench.world.faults().add(limit);
    let start = lab.bench.clock.now();
    assert!(session.publish(&draft("Patience", [])).await.is_published());
    assert_eq!(lab.bench.clock.now().duration_since(start).as_secs(), 5000);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_a_revoked_one_is_not() {
    let lab = Lab::new();
    let session = lab.connect().await;
    lab.bench.clock.advance(Duration::from_secs(7201));
    assert!(session.publish(&draft("After lunch", [])).await.is_published());
    assert_eq!(lab.calls("oauth2.refresh"), 1);
    let mut revoke = Fault::once("x", CREATE, When::Before, FaultKind::TokenRevoked);
    revoke.count = Some(1);
    lab.bench.world.faults().add(revoke);
    let outcome = session.publish(&draft("Too late", [])).await;
    let Outcome::NeedsReconnect(error, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind, ErrorKind::AuthRevoked);
    assert_eq!(lab.ledger().len(), 1);
}
