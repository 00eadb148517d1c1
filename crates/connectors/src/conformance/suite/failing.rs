//! Everything that can go wrong between us and a network, and the one thing that must hold all the same.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Draft;
use carillon_domain::time::Clock;

use super::super::{Bench, Crash, Outcome, Session};
use super::samples::plain;
use super::{Subject, assert_nothing_public, assert_promise, assert_published, samples};
use crate::contract::progress::Stage;
use crate::contract::publisher::CommitSafety;
use crate::sandbox::{Fault, FaultKind, When};

/// One draft with media and, where there is such, one of several units.
fn drafts(subject: Subject, bench: &Bench) -> Vec<Draft> {
    let all = samples(subject, bench);
    let wanted = ["plain", "picture", "thread", "first comment", "story", "document"];
    all.into_iter().filter(|s| wanted.contains(&s.name)).map(|s| s.draft).collect()
}

/// The numbers of units of those drafts.
fn shapes(subject: Subject) -> Vec<u16> {
    drafts(subject, &subject.bench()).iter().map(Draft::units).collect()
}

/// Whether a person may have to find out what became of a lost commit: always, sometimes or never.
fn safety(subject: Subject, draft: &Draft, unit: u16) -> CommitSafety {
    let publisher = subject.connector.publisher();
    publisher.map_or(CommitSafety::Blind, |publisher| publisher.commit_safety(draft, unit))
}

/// Whether a person may have to find out about this unit.
fn may_stay_open(subject: Subject, draft: &Draft, unit: u16) -> bool {
    matches!(safety(subject, draft, unit), CommitSafety::Blind | CommitSafety::Answered)
}

/// Everything is public exactly once; or a person is asked, about a unit of which nobody else may be able to find out, and nothing
/// was sent twice. Gives whether a person is asked.
fn assert_settled(
    subject: Subject,
    (bench, session): (&Bench, &Session<'_>),
    draft: &Draft,
    outcome: &Outcome,
    story: &str,
) -> bool {
    let Outcome::Unconfirmed(_, progress) = outcome else {
        assert_published(subject, bench, draft, outcome, story);
        return false;
    };
    let name = subject.name();
    let Stage::Committing { unit, .. } = progress.stage else { panic!("{name}, {story}: {outcome:?}") };
    assert!(may_stay_open(subject, draft, unit), "{name}, {story}: {outcome:?}");
    let (_, sent) = session.counts();
    assert!(sent <= usize::from(draft.units()), "{name}, {story}: sent again without a proof: {outcome:?}");
    assert_promise(subject, bench, draft, outcome, story);
    true
}

/// A commit whose answer is lost or unclear, before or after its effect, at any unit: public exactly once.
pub async fn lost_answers(subject: Subject) {
    let name = subject.name();
    let ways = [
        (FaultKind::Cut, None),
        (FaultKind::Status, Some(500)),
        (FaultKind::Status, Some(503)),
        (FaultKind::Delay, None),
    ];
    for (index, units) in shapes(subject).into_iter().enumerate() {
        for (kind, status) in ways {
            for when in [When::Before, When::After] {
                for unit in 0..units {
                    let bench = subject.bench();
                    let session = bench.session(subject).await;
                    let draft = drafts(subject, &bench).swap_remove(index);
                    let mut fault = Fault::once(name, "commit", when, kind).skipping(u32::from(unit));
                    fault.status = status;
                    // Longer than anybody waits.
                    bench.add_fault(fault.delay(Duration::from_secs(900)));
                    let outcome = session.publish(&draft).await;
                    let story = format!("draft {index}, unit {unit}: {kind:?} {status:?} {when:?}");
                    let open = assert_settled(subject, (&bench, &session), &draft, &outcome, &story);
                    let must_stay_open = match safety(subject, &draft, unit) {
                        CommitSafety::Blind => true,
                        // Its absence proves nothing; what is only late comes in the end, and is found.
                        CommitSafety::Answered => when == When::Before && kind != FaultKind::Delay,
                        CommitSafety::Idempotent | CommitSafety::Reconcilable => false,
                    };
                    assert!(open || !must_stay_open, "{name}, {story}: a person must find out: {outcome:?}");
                }
            }
        }
    }
}

/// The same words once more: what was published before is not taken for what was lost. Networks may refuse to say the same
/// thing twice; then it fails, and nothing is reported that is not there.
pub async fn the_same_again(subject: Subject) {
    for when in [When::Before, When::After] {
        let name = subject.name();
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let draft = plain(subject, &bench, "As every day.");
        let first = session.publish(&draft).await.remote_ids();
        bench.clock.advance(Duration::from_secs(1_200));
        bench.add_fault(Fault::once(name, "commit", when, FaultKind::Cut));
        let outcome = session.publish(&draft).await;
        let live: Vec<_> = bench.live(subject).into_iter().map(|i| i.remote_id).collect();
        match &outcome {
            Outcome::Published(_) => {
                let second = outcome.remote_ids();
                assert_ne!(first, second, "{name}, {when:?}: the old post is reported as the new one");
                assert_eq!(live, [first, second].concat(), "{name}, {when:?}");
            }
            Outcome::Failed(error, _) => {
                assert_eq!(error.kind, ErrorKind::Rejected, "{name}, {when:?}: {error:?}");
                assert_eq!(live, first, "{name}, {when:?}: {error:?}");
            }
            Outcome::Unconfirmed(..) => assert!(live.len() <= 2, "{name}, {when:?}: {live:?}"),
            Outcome::NeedsReconnect(..) => panic!("{name}, {when:?}: {outcome:?}"),
        }
    }
}

/// The process dies after any save, or between a commit's answer and its save: public exactly once.
pub async fn crashes(subject: Subject) {
    for index in 0..shapes(subject).len() {
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let draft = drafts(subject, &bench).swap_remove(index);
        let outcome = session.publish(&draft).await;
        assert_published(subject, &bench, &draft, &outcome, "without a crash");
        let (saves, commits) = session.counts();
        let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
        let (mut open, unsure) =
            (0, (0..draft.units()).filter(|unit| may_stay_open(subject, &draft, *unit)).count());
        for crash in crashes {
            let bench = subject.bench();
            let session = bench.session(subject).await;
            let draft = drafts(subject, &bench).swap_remove(index);
            let outcome = session.publish_crashing(&draft, crash).await;
            let story = format!("draft {index}: {crash:?}");
            open += usize::from(assert_settled(subject, (&bench, &session), &draft, &outcome, &story));
        }
        // An intent that was saved and not sent, and an answer that nobody read; nothing else leaves a question.
        let name = subject.name();
        assert!(
            (unsure..=2 * unsure).contains(&open),
            "{name}, draft {index}: a person was asked after {open} crashes, with {unsure} units of that kind"
        );
    }
}

/// Cuts and server errors while preparing cost time, nothing else.
pub async fn trouble_while_preparing(subject: Subject) {
    // A network that worked and then says "too many requests" lies; no client could tell.
    let ways = [
        (FaultKind::Cut, None, When::Before),
        (FaultKind::Cut, None, When::After),
        (FaultKind::Status, Some(500), When::Before),
        (FaultKind::Status, Some(503), When::After),
        (FaultKind::RateLimit, None, When::Before),
    ];
    for index in 0..shapes(subject).len() {
        for (kind, status, when) in ways {
            for skip in 0..4 {
                let bench = subject.bench();
                let session = bench.session(subject).await;
                let draft = drafts(subject, &bench).swap_remove(index);
                let mut fault = Fault::once(subject.name(), "*", when, kind).skipping(skip);
                fault.status = status;
                bench.add_fault(fault);
                let outcome = session.publish(&draft).await;
                let story = format!("draft {index}, call {skip}: {kind:?} {status:?} {when:?}");
                let open = assert_settled(subject, (&bench, &session), &draft, &outcome, &story);
                let said_no = matches!(kind, FaultKind::RateLimit);
                assert!(!open || !said_no, "{}, {story}: nothing is unclear: {outcome:?}", subject.name());
            }
        }
    }
}

/// A refused commit is sent again when the network allows it.
pub async fn rate_limits(subject: Subject) {
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let draft = plain(subject, &bench, "Patience.");
    let start = bench.clock.now();
    bench.add_fault(Fault::once(subject.name(), "commit", When::Before, FaultKind::RateLimit).reset(400));
    let outcome = session.publish(&draft).await;
    assert_published(subject, &bench, &draft, &outcome, "rate limited");
    let waited = bench.clock.now().duration_since(start);
    assert!(waited.as_secs() > 0, "{}: did not wait at all", subject.name());
}

/// An expired access token is renewed where that is possible; where not, the account needs reconnecting.
pub async fn expired_token(subject: Subject) {
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let draft = plain(subject, &bench, "After a nap.");
    bench.add_fault(Fault::once(subject.name(), "commit", When::Before, FaultKind::TokenExpired));
    let outcome = session.publish(&draft).await;
    match &outcome {
        Outcome::Published(_) => assert_published(subject, &bench, &draft, &outcome, "expired token"),
        Outcome::NeedsReconnect(..) => {
            assert_nothing_public(subject, &bench, &draft, &outcome, "expired token")
        }
        other => panic!("{}: {other:?}", subject.name()),
    }
    let single_use = subject.connector.authorizer().single_use_refresh();
    assert!(!single_use || outcome.is_published(), "{}: {outcome:?}", subject.name());
}

/// A grant that was taken back ends in one clear state, with nothing public.
pub async fn revoked_token(subject: Subject) {
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let draft = plain(subject, &bench, "Not today.");
    bench.add_fault(Fault::once(subject.name(), "*", When::Before, FaultKind::TokenRevoked));
    let outcome = session.publish(&draft).await;
    let Outcome::NeedsReconnect(error, _) = &outcome else { panic!("{}: {outcome:?}", subject.name()) };
    let kinds = [ErrorKind::AuthRevoked, ErrorKind::PermissionMissing];
    assert!(kinds.contains(&error.kind) && !error.action.is_empty(), "{}: {error:?}", subject.name());
    assert_nothing_public(subject, &bench, &draft, &outcome, "revoked token");
}

/// Everything at random, many times: the promise holds in every run.
pub async fn chaos(subject: Subject, seeds: std::ops::Range<u64>) {
    let name = subject.name();
    for seed in seeds {
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let lines = [
            ("commit", When::Before, FaultKind::Cut, 0.2),
            ("commit", When::After, FaultKind::Cut, 0.3),
            ("commit", When::After, FaultKind::Status, 0.2),
            ("commit", When::Before, FaultKind::RateLimit, 0.1),
            ("*", When::Before, FaultKind::Status, 0.08),
            ("*", When::After, FaultKind::Cut, 0.05),
            ("*", When::Before, FaultKind::TokenExpired, 0.02),
        ];
        for (number, (operation, when, kind, probability)) in (0..).zip(lines) {
            let fault = Fault::once(name, operation, when, kind).randomly(probability, seed * 100 + number);
            bench.add_fault(fault);
        }
        let mut drafts = drafts(subject, &bench);
        let which = usize::try_from(seed).unwrap_or(0) % drafts.len();
        let draft = drafts.swap_remove(which);
        let crash = (seed % 3 == 0).then(|| Crash::AfterSave(usize::try_from(seed / 3 % 7).unwrap_or(0)));
        let outcome = match crash {
            Some(crash) => session.publish_crashing(&draft, crash).await,
            None => session.publish(&draft).await,
        };
        assert_promise(subject, &bench, &draft, &outcome, &format!("seed {seed}"));
    }
}
