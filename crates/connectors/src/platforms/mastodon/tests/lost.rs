//! Lost answers, crashes and limits: whatever happens, it is public at most once.

use carillon_domain::connector_error::ErrorKind;

use super::*;
use crate::conformance::{Crash, Outcome};
use crate::contract::publisher::{CommitSafety, Publisher};

#[tokio::test]
async fn a_lost_answer_is_settled_by_looking() {
    let kinds = [
        (FaultKind::Cut, None),
        (FaultKind::Status, Some(503)),
        (FaultKind::Status, Some(500)),
        (FaultKind::Delay, None),
    ];
    for server in ALL {
        for when in [When::Before, When::After] {
            for (kind, status) in kinds {
                let bench = bench();
                let session = connected(&bench, server).await;
                // Older posts with the same text are not the one.
                assert!(session.publish(&draft("Hello", [])).await.is_published());
                let mut line = fault("commit", when, kind).delay(Duration::from_secs(40));
                line.status = status;
                bench.world.faults().add(line);
                let outcome = session.publish(&draft("Hello", [])).await;
                let ids = outcome.remote_ids();
                let items = public(&bench);
                assert_eq!(items.len(), 2, "{server} {when:?} {kind:?} {status:?}");
                assert_eq!(items[1].remote_id, ids[0]);
            }
        }
    }
}

#[tokio::test]
async fn every_part_of_a_thread_is_settled() {
    for server in ALL {
        for unit in 0..4 {
            for when in [When::Before, When::After] {
                let bench = bench();
                let session = connected(&bench, server).await;
                let mut draft = draft("same", [bench.library.jpeg(9, 9, Some("x"))]);
                draft.parts = vec![part("same"), part("same")];
                draft.first_comment = Some("same".to_owned());
                // The first `unit` commits go well: a fault that does nothing is used up by each.
                let harmless = fault("commit", When::Before, FaultKind::Delay).delay(Duration::ZERO);
                if unit > 0 {
                    bench.world.faults().add(harmless.times(unit));
                }
                let outcome = publish_with_cut(&session, &draft, unit, when).await;
                let ids = outcome.remote_ids();
                let found: Vec<String> = public(&bench).into_iter().map(|i| i.remote_id).collect();
                assert_eq!(found, ids, "{server} unit {unit} {when:?}");
            }
        }
    }
}

/// Publishes, and cuts the answer to the commit of this unit.
async fn publish_with_cut(session: &Session<'_>, draft: &Draft, unit: u32, when: When) -> Outcome {
    let credential = session.credential();
    let cx = session.cx(&credential);
    let mut progress = CONNECTOR.start(&cx, draft).expect("started");
    for done in 0..unit {
        progress = CONNECTOR.advance(&cx, draft, progress).await.expect("prepared");
        let permit = crate::kit::http::CommitPermit::after_durable_intent(Duration::from_secs(1 << 40));
        progress = CONNECTOR.commit(&cx, draft, progress, permit).await.expect("committed");
        assert_eq!(progress.units.iter().filter(|u| u.remote_id.is_some()).count() as u32, done + 1);
    }
    session.bench.world.faults().add(fault("commit", when, FaultKind::Cut));
    session.resume(draft, progress).await
}

#[tokio::test]
async fn a_post_of_media_alone_is_known_by_its_files() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    bench.world.faults().add(fault("commit", When::After, FaultKind::Cut));
    let outcome = session.publish(&draft("", [bench.library.jpeg(9, 9, None)])).await;
    assert_eq!(public(&bench)[0].remote_id, outcome.remote_ids()[0]);
}

#[tokio::test]
async fn marked_up_texts_are_recognised() {
    let text = "Hi @theolund@far.example, see (https://example.com/a/very/long/path/that/is/cut?x=1&y=2) & <tell> #all!\n\
                next line\n\nnext paragraph “quoted” 👩‍🚀";
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        bench.world.faults().add(fault("commit", When::After, FaultKind::Cut));
        assert!(session.publish(&draft(text, [])).await.is_published(), "{server}");
        assert_eq!(texts(&bench), [text], "{server}");
    }
}

#[tokio::test]
async fn the_same_text_from_another_app_is_not_ours() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let mut settings = session.settings.clone();
    settings.values.insert("app_name".to_owned(), "Phone".to_owned());
    let how = Connect::as_persona("marafields").server(SOCIAL);
    let phone = bench.connect_with(&CONNECTOR, settings, how).await.expect("connected");

    let draft = draft("Good morning", []);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    assert!(phone.publish(&draft).await.is_published(), "somebody is faster");
    bench.world.faults().add(fault("commit", When::Before, FaultKind::Cut));
    let outcome = session.resume(&draft, progress).await;
    assert_eq!(public(&bench).len(), 2);
    assert_eq!(public(&bench)[1].remote_id, outcome.remote_ids()[0]);
}

#[tokio::test]
async fn absence_is_not_proved_while_the_server_may_still_be_working() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    bench.world.faults().add(fault("commit", When::Before, FaultKind::Cut));
    let begun = bench.clock.now();
    assert!(session.publish(&draft("patience", [])).await.is_published());
    assert!(bench.clock.now().duration_since(begun).as_secs() >= 180);
    assert_eq!(texts(&bench), ["patience"]);
}

#[tokio::test]
async fn without_a_list_nobody_can_tell() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let forbidden = fault("accounts.statuses", When::Before, FaultKind::Status).status(404);
    bench.world.faults().add(Fault { count: None, ..forbidden });
    assert!(session.publish(&draft("fine", [])).await.is_published(), "publishing works all the same");
    bench.world.faults().add(fault("commit", When::After, FaultKind::Cut));
    let outcome = session.publish(&draft("who knows", [])).await;
    let Outcome::Unconfirmed(evidence, _) = outcome else { panic!("{outcome:?}") };
    assert!(evidence.contains("does not let us list"), "{evidence}");
    assert_eq!(texts(&bench), ["fine", "who knows"], "and nothing was sent twice");
}

#[tokio::test]
async fn a_busy_list_is_asked_again() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let draft = draft("x", []);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    bench.world.faults().add(fault("commit", When::After, FaultKind::Cut));
    bench.world.faults().add(fault("accounts.statuses", When::Before, FaultKind::RateLimit).reset(77));
    assert!(session.resume(&draft, progress).await.is_published());
    assert_eq!(texts(&bench), ["x"]);
}

#[tokio::test]
async fn a_process_may_die_anywhere() {
    for server in ALL {
        let scene = |bench: &Bench| {
            let mut draft =
                draft("one", [bench.library.jpeg(9, 9, Some("a")), bench.library.png(9, 9, None)]);
            let video = bench.library.mp4(3_000, 1_000, None);
            draft.parts = vec![Part { text: "two".to_owned(), media: vec![video] }];
            draft.first_comment = Some("three".to_owned());
            draft
        };
        let (saves, commits) = {
            let bench = bench();
            let session = connected(&bench, server).await;
            assert!(session.publish(&scene(&bench)).await.is_published());
            session.counts()
        };
        assert_eq!(commits, 3);
        let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
        for crash in crashes {
            let bench = bench();
            let session = connected(&bench, server).await;
            let outcome = session.publish_crashing(&scene(&bench), crash).await;
            assert!(outcome.is_published(), "{server} {crash:?}: {outcome:?}");
            assert_eq!(texts(&bench), ["one", "two", "three"], "{server} {crash:?}");
            assert_eq!(public(&bench)[0].media.len(), 2);
        }
    }
}

#[tokio::test]
async fn rate_limits_are_waited_for() {
    for server in ALL {
        for operation in ["media.upload", "accounts.statuses", "commit"] {
            let bench = bench();
            let session = connected(&bench, server).await;
            bench.world.faults().add(fault(operation, When::Before, FaultKind::RateLimit).reset(240));
            let begun = bench.clock.now();
            let outcome = session.publish(&draft("x", [bench.library.jpeg(9, 9, None)])).await;
            assert!(outcome.is_published(), "{server} {operation}: {outcome:?}");
            let waited = bench.clock.now().duration_since(begun).as_secs();
            assert!((240..250).contains(&waited), "{server} {operation}: {waited}");
            assert_eq!(public(&bench).len(), 1);
        }
    }
}

#[tokio::test]
async fn a_thread_with_many_files_passes_the_servers_own_limit() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let mut draft = draft("0", []);
    for n in 1..9 {
        let media = (0..4).map(|_| bench.library.jpeg(9, 9, Some("x"))).collect();
        draft.parts.push(Part { text: n.to_string(), media });
    }
    let outcome = session.publish(&draft).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(
        public(&bench).iter().map(|i| i.media.len()).sum::<usize>(),
        32,
        "30 in half an hour, then the rest"
    );
}

#[tokio::test]
async fn nothing_ambiguous_is_simply_repeated() {
    assert_eq!(CONNECTOR.commit_safety(&Draft::default(), 0), CommitSafety::Reconcilable);
    let bench = bench();
    let session = connected(&bench, ODD).await;
    bench.world.faults().add(fault("commit", When::After, FaultKind::Cut).times(2));
    assert!(session.publish(&draft("once", [])).await.is_published());
    assert_eq!(texts(&bench), ["once"], "this server knows no idempotency");
}

#[tokio::test]
async fn a_file_in_use_after_an_attempt_is_a_trace_of_it() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let draft = draft("x", [bench.library.jpeg(9, 9, None)]);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let mut progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    let permit = || crate::kit::http::CommitPermit::after_durable_intent(Duration::from_secs(1 << 40));
    network::touch_media(&bench, |media| media["attached"] = json!(true));
    let first = CONNECTOR.commit(&cx, &draft, progress.clone(), permit()).await.expect_err("in use");
    assert_eq!(first.kind, ErrorKind::NotReady, "never sent before: uploaded again");
    progress.state["absent"] = json!(1);
    let later = CONNECTOR.commit(&cx, &draft, progress, permit()).await.expect_err("in use");
    assert_eq!(later.kind, ErrorKind::Ambiguous, "an earlier attempt may be what uses it");
}

#[tokio::test]
async fn many_interruptions_cost_an_odd_server_one_more_upload_at_most() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        bench.world.faults().add(fault("commit", When::Before, FaultKind::RateLimit).reset(200).times(12));
        let outcome = session.publish(&draft("x", [bench.library.jpeg(9, 9, Some("a"))])).await;
        assert!(outcome.is_published(), "{server}: {outcome:?}");
        assert_eq!((public(&bench).len(), public(&bench)[0].media.len()), (1, 1), "{server}");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_file_is_given_up() {
    for words in ["media_not_ready", "media_unavailable"] {
        let bench = bench();
        let session = connected(&bench, SOCIAL).await;
        let draft = draft("x", [bench.library.jpeg(9, 9, None)]);
        let credential = session.credential();
        let cx = session.cx(&credential);
        let mut progress = CONNECTOR.start(&cx, &draft).expect("started");
        progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
        bench.clock.advance(Duration::from_secs(700));
        let change = |media: &mut serde_json::Value| match words {
            "media_not_ready" => media["ready_at"] = json!("2026-11-03T09:00:00Z"),
            _ => media["attached"] = json!(true),
        };
        network::touch_media(&bench, change);
        let permit = crate::kit::http::CommitPermit::after_durable_intent(Duration::from_secs(1 << 40));
        let error = CONNECTOR.commit(&cx, &draft, progress, permit).await.expect_err(words);
        assert_eq!((error.code.as_str(), error.kind), (words, ErrorKind::Transient), "it costs an attempt");
    }
}

#[tokio::test]
async fn unreadable_notes_of_an_open_commit_say_nothing_about_it() {
    use crate::contract::progress::Stage;
    use crate::contract::publisher::Reconciliation;
    use crate::kit::http::CommitPermit;
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let post = draft("Hello", []);
    assert!(session.publish(&post).await.is_published());
    let credential = session.credential();
    let cx = session.cx(&credential);
    let start = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, start).await.unwrap();
    let since = bench.world.now();
    bench.clock.advance(Duration::from_secs(600));
    for notes in [serde_json::Value::Null, serde_json::json!({"a": 1})] {
        let mut open = ready.clone().at(Stage::Committing { unit: 0, since });
        open.state = notes;
        let looked = CONNECTOR.reconcile(&cx, &post, &open).await.unwrap();
        assert!(matches!(looked, Reconciliation::Unknown { look_again_at: None, .. }), "{looked:?}");
        let permit = CommitPermit::after_durable_intent(Duration::MAX);
        let error = CONNECTOR.commit(&cx, &post, open, permit).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Ambiguous);
    }
    assert_eq!(public(&bench).len(), 1);
}
