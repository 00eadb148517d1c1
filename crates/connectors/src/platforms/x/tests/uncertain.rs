//! Lost answers, crashes, limits: exactly one public post, or a plain word why not.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::{Draft, Part};
use carillon_domain::time::Clock;

use super::Lab;
use crate::conformance::{Crash, Outcome, draft};
use crate::contract::cx::{Checkpoint, Cx};
use crate::contract::progress::{Progress, Stage};
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
    assert!(matches!(looked, Reconciliation::Absent { .. }), "{looked:?}");
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

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(session.publish(&draft("Every Monday", [])).await.is_published());
    let wanted = draft("Every Monday", []);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let start = CONNECTOR.start(&cx, &wanted).unwrap();
    let ready = CONNECTOR.advance(&cx, &wanted, start).await.unwrap();
    let since = lab.bench.clock.now();
    lab.bench.clock.advance(Duration::from_secs(600));
    let mut without_id = ready.state.clone();
    without_id["since_id"] = serde_json::Value::Null;
    for notes in [serde_json::Value::Null, serde_json::json!({"a": 1}), without_id] {
        let mut open = ready.clone().at(Stage::Committing { unit: 0, since });
        open.state = notes;
        let looked = CONNECTOR.reconcile(&cx, &wanted, &open).await.unwrap();
        assert!(matches!(looked, Reconciliation::Unknown { look_again_at: None, .. }), "{looked:?}");
        let permit = CommitPermit::after_durable_intent(Duration::MAX);
        let error = CONNECTOR.commit(&cx, &wanted, open, permit).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous);
    }
    assert_eq!(lab.ledger().len(), 1);
}

/// Keeps what a connector notes.
#[derive(Default)]
struct Notes(std::sync::Mutex<Option<Progress>>);

#[async_trait::async_trait]
impl Checkpoint for Notes {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        *self.0.lock().unwrap() = Some(progress.clone());
        Ok(())
    }
}

#[tokio::test]
async fn refused_media_ids_are_uploaded_anew_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let post = draft("Look", [lab.bench.library.jpeg(800, 600, None)]);
    let credential = session.credential();
    let notes = Notes::default();
    let cx = Cx { checkpoint: &notes, ..session.cx(&credential) };
    let start = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, start).await.unwrap();
    let refused = |progress: &Progress| {
        let mut open = progress.clone().at(Stage::Committing { unit: 0, since: lab.bench.clock.now() });
        open.state["uploads"][0]["id"] = "1146654567674912769".into();
        open
    };
    let permit = || CommitPermit::after_durable_intent(Duration::from_secs(u64::from(u32::MAX)));
    let open = refused(&ready);
    let error = CONNECTOR.commit(&cx, &post, open.clone(), permit()).await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.kind), ("media_invalid", &ErrorKind::Ambiguous));
    let noted = notes.0.lock().unwrap().clone().expect("noted");
    assert_eq!(noted.stage, open.stage);
    let looked = CONNECTOR.reconcile(&cx, &post, &noted).await.unwrap();
    let Reconciliation::Absent { again, .. } = looked else { panic!("{looked:?}") };
    assert_eq!(again.stage, Stage::Preparing { unit: 0 });
    let again = CONNECTOR.advance(&cx, &post, again).await.unwrap();
    assert_eq!(lab.calls("media.initialize"), 2);
    let error = CONNECTOR.commit(&cx, &post, refused(&again), permit()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected, "not a second time");
    assert!(session.resume(&post, again).await.is_published());
    assert_eq!(lab.ledger().len(), 1);
}
