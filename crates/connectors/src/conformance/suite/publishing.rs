//! What can be published is; what can't is refused twice: by the check, and by the network.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::{Draft, Unit};
use carillon_domain::time::Clock;

use super::super::{Session, draft};
use super::samples::{file, plain};
use super::{Subject, assert_errands, assert_nothing_public, assert_published, samples};
use crate::sandbox::{Fault, FaultKind, When};

fn violations(session: &Session<'_>, draft: &Draft) -> Vec<String> {
    let report = session.publisher().check(draft, &session.account);
    report.violations.iter().map(|v| format!("{}: {}", v.field, v.code)).collect()
}

/// Each kind of draft passes the check and becomes public as it was written.
pub async fn publishing(subject: Subject) {
    let count = samples(subject, &subject.bench()).len();
    for index in 0..count {
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let sample = samples(subject, &bench).swap_remove(index);
        let story = format!("{}, {}", subject.name(), sample.name);
        assert_eq!(violations(&session, &sample.draft), Vec::<String>::new(), "{story}");
        let outcome = session.publish(&sample.draft).await;
        assert_published(subject, &bench, &sample.draft, &outcome, sample.name);
        let ids = outcome.remote_ids();
        let live = bench.live(subject);
        for (i, item) in live.iter().enumerate() {
            let parent = match sample.draft.unit(u16::try_from(i).unwrap_or(0)) {
                Some(Unit::Part(part)) => {
                    assert_eq!(item.text, part.text, "{story}");
                    let sent: Vec<_> = part.media.iter().map(|m| m.alt.as_deref()).collect();
                    let got: Vec<_> = item.media.iter().map(|m| m.alt.as_deref()).collect();
                    assert_eq!(got, sent, "{story}: media with their descriptions");
                    i.checked_sub(1).map(|before| &ids[before])
                }
                _ => Some(&ids[0]),
            };
            assert_eq!(item.parent.as_ref(), parent, "{story}: what unit {i} replies to");
            assert_eq!(item.account.remote_id, session.account.remote_id, "{story}");
        }
        assert!(outcome.progress().units.iter().all(|u| u.published_at.is_some()), "{story}: {outcome:?}");
    }
}

/// Text and files over the limits are found by the check, and refused by the network when they are sent all the same.
pub async fn limits(subject: Subject) {
    let name = subject.name();
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let capabilities = subject.connector.capabilities();
    let report = session.publisher().check(&plain(subject, &bench, "a"), &session.account);
    let counted = report.counts.iter().find(|c| c.field == "text").map(|c| c.limit);
    let limit = counted.unwrap_or(u64::from(capabilities.text.max));
    let length = usize::try_from(limit).unwrap_or(0);

    let full = plain(subject, &bench, &"a".repeat(length));
    assert_eq!(violations(&session, &full), Vec::<String>::new(), "{name}: {limit} are allowed");
    let long = plain(subject, &bench, &"a".repeat(length + 1));
    assert!(violations(&session, &long).iter().any(|v| v.starts_with("text: ")), "{name}: {limit} + 1");
    let mut cases = vec![("text over the limit", long)];
    if !capabilities.media.image_types.is_empty() {
        let files: Vec<_> =
            (0..=capabilities.media.max_items).map(|_| file(subject, &bench, "one too many")).collect();
        let many = draft("Too many.", files);
        assert!(violations(&session, &many).iter().any(|v| v.starts_with("media")), "{name}: too many files");
        cases.push(("too many files", many));
    }
    if capabilities.text.required_without_media {
        // Some networks take an empty post; nobody wants to send one.
        assert!(!violations(&session, &draft("", [])).is_empty(), "{name}: nothing at all");
    }
    for (story, draft) in cases {
        let outcome = session.publish(&draft).await;
        let kind = outcome.error().map(|e| e.kind.clone());
        assert_eq!(kind, Some(ErrorKind::Rejected), "{name}, {story}: {outcome:?}");
        let error = outcome.error().cloned();
        assert!(
            error.is_some_and(|e| !e.cause.is_empty() && !e.action.is_empty()),
            "{name}, {story}: {outcome:?}"
        );
        assert_nothing_public(subject, &bench, &draft, &outcome, story);
    }
    let mut strange = plain(subject, &bench, "An option that does not exist.");
    strange.options.insert("no_such_option".to_owned(), true.into());
    let found = violations(&session, &strange);
    assert!(found.iter().any(|v| v.starts_with("options.no_such_option")), "{name}: {found:?}");
}

/// What was published can be taken back, and taking it back twice is no error.
pub async fn deleting(subject: Subject) {
    let name = subject.name();
    if !subject.connector.capabilities().delete {
        return;
    }
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let draft = plain(subject, &bench, "Soon gone.");
    let ids = session.publish(&draft).await.remote_ids();
    let credential = session.credential();
    let cx = session.cx(&credential);
    for _ in 0..2 {
        match session.publisher().delete(&cx, &ids[0]).await {
            Ok(()) => {}
            // A platform may be able to do it with one of its logins only, and then says so.
            Err(error) if subject.flavour.is_some() && error.code == "unsupported" => {
                assert!(error.kind == ErrorKind::Rejected && !error.action.is_empty(), "{name}: {error:?}");
                return;
            }
            Err(error) => panic!("{name}: {error:?}"),
        }
    }
    assert_eq!(bench.live(subject).len(), 0, "{name}");
    assert_eq!(bench.world.ledger().of(name).len(), 1, "{name}: the ledger remembers it");
    assert_errands(subject, &bench, "deleting");
}

/// What is public gets another text, whatever becomes of the first answer, and keeps its files and its name.
pub async fn editing(subject: Subject) {
    let name = subject.name();
    let editor = subject.connector.publisher().and_then(|publisher| publisher.editor());
    assert_eq!(editor.is_some(), subject.connector.capabilities().edit, "{name}: what is claimed is there");
    let Some(editor) = editor else { return };
    for trouble in [None, Some(When::Before), Some(When::After)] {
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let all = samples(subject, &bench);
        for sample in all.into_iter().filter(|s| ["plain", "picture", "pictures"].contains(&s.name)) {
            let mut draft = sample.draft;
            assert_eq!(editor.refusal(&draft.options), None, "{name}, {}", sample.name);
            let ids = session.publish(&draft).await.remote_ids();
            let Some(before) = bench.live(subject).pop() else { panic!("{name}: nothing is public") };
            draft.root.text = format!("Mended: {}.", sample.name);
            let credential = session.credential();
            let cx = session.cx(&credential);
            if let Some(when) = trouble {
                bench.add_fault(Fault::once(name, "*", when, FaultKind::Cut));
            }
            let mut tries = 0;
            while let Err(error) = editor.edit(&cx, &ids[0], &draft).await {
                tries += 1;
                assert!(trouble.is_some() && tries < 3, "{name}, {}: {error:?}", sample.name);
            }
            // The same text again changes nothing.
            let again = editor.edit(&cx, &ids[0], &draft).await;
            assert!(again.is_ok(), "{name}: {again:?}");
            let Some(after) = bench.live(subject).pop() else { panic!("{name}: nothing is public") };
            assert_eq!((&after.text, &after.remote_id), (&draft.root.text, &ids[0]), "{name}");
            assert_eq!(after.media, before.media, "{name}: the files stay");
        }
        assert_eq!(bench.world.unpermitted(), Vec::<&str>::new(), "{name}");
        assert_errands(subject, &bench, "editing");
    }
}

/// Media that the network takes minutes to process are waited for.
pub async fn slow_processing(subject: Subject) {
    let count = samples(subject, &subject.bench()).len();
    for index in 0..count {
        let bench = subject.bench();
        let session = bench.session(subject).await;
        let sample = samples(subject, &bench).swap_remove(index);
        if sample.draft.media().count() == 0 {
            continue;
        }
        let slow = Fault::once(subject.name(), "*", When::Before, FaultKind::SlowProcessing);
        bench.add_fault(slow.delay(Duration::from_secs(90)));
        let start = bench.clock.now();
        let outcome = session.publish(&sample.draft).await;
        assert_published(subject, &bench, &sample.draft, &outcome, "slow processing");
        let took = bench.clock.now().duration_since(start);
        assert!(took.as_secs() < 3_600, "{}, {}: took {took}", subject.name(), sample.name);
    }
}
