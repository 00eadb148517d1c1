//! Connector and sandbox together, where the suite for all networks does not reach.

use std::time::Duration;

use carillon_domain::post::Draft;
use carillon_domain::publication::Delivered;
use carillon_domain::time::Clock;
use serde_json::{Value, json};

use super::canned::with;
use crate::conformance::{Bench, Connect, Crash, Session, draft};
use crate::contract::connector::Connector;
use crate::platforms::tiktok::CONNECTOR;
use crate::platforms::tiktok::sandbox::simulator;
use crate::sandbox::{Fault, FaultKind, LedgerItem, When};

const MEBI: usize = 1024 * 1024;

async fn signed_in(bench: &Bench) -> Session<'_> {
    bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.expect("connected")
}

fn video(bench: &Bench, text: &str, bytes: usize, options: &Value) -> Draft {
    with(draft(text, [bench.library.mp4(bytes, 10_000, None)]), options)
}

fn public(bench: &Bench) -> Vec<LedgerItem> {
    bench.world.ledger().of("tiktok").into_iter().filter(|item| item.deleted_at.is_none()).collect()
}

#[tokio::test]
async fn what_was_published_reads_back() {
    let bench = Bench::new(simulator());
    let session = signed_in(&bench).await;
    let text = "Ünïcödé 👩‍👩‍👧 and a #hashtag";
    let outcome = session.publish(&video(&bench, text, 300_000, &json!({ "privacy": "public" }))).await;
    let ids = outcome.remote_ids();
    let url = outcome.progress().units[0].remote_url.clone().unwrap_or_default();
    assert!(url.ends_with(&format!("/video/{}", ids[0])), "{url}");
    let credential = session.credential();
    let page =
        CONNECTOR.reader().expect("it reads").posts(&session.cx(&credential), None).await.expect("videos");
    let post = page.posts.iter().find(|post| post.remote_id == ids[0]).expect("in the list");
    assert_eq!(post.text, text);
    assert!(post.counts.iter().any(|count| count.metric == "views"), "{post:?}");
}

#[tokio::test]
async fn an_upload_of_many_parts_survives_cuts_and_arrives_whole() {
    for kind in [FaultKind::Cut, FaultKind::Status] {
        for when in [When::Before, When::After] {
            let bench = Bench::new(simulator());
            let session = signed_in(&bench).await;
            let post = video(&bench, "Long waves.", 17 * MEBI + 3, &json!({ "privacy": "public" }));
            for skip in [2, 4, 6] {
                let mut fault = Fault::once("tiktok", "*", when, kind).skipping(skip);
                fault.status = (kind == FaultKind::Status).then_some(503);
                bench.world.faults().add(fault);
            }
            let outcome = session.publish(&post).await;
            assert!(outcome.is_published(), "{kind:?} {when:?}: {outcome:?}");
            let live = public(&bench);
            assert_eq!(
                live.iter().map(|item| item.remote_id.clone()).collect::<Vec<_>>(),
                outcome.remote_ids()
            );
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_save_or_commit_ends_in_one_video() {
    let make = |bench: &Bench| video(bench, "Once.", 12 * MEBI, &json!({ "privacy": "public" }));
    let bench = Bench::new(simulator());
    let session = signed_in(&bench).await;
    assert!(session.publish(&make(&bench)).await.is_published());
    let (saves, commits) = session.counts();
    assert!(saves >= 4 && commits == 1, "{saves} saves, {commits} commits");
    for crash in (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit)) {
        let bench = Bench::new(simulator());
        let session = signed_in(&bench).await;
        let outcome = session.publish_crashing(&make(&bench), crash).await;
        assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
        let live = public(&bench);
        assert_eq!(
            live.iter().map(|i| i.remote_id.clone()).collect::<Vec<_>>(),
            outcome.remote_ids(),
            "{crash:?}"
        );
    }
}

#[tokio::test]
async fn a_video_that_is_worked_on_for_hours_is_waited_for() {
    let bench = Bench::new(simulator());
    let session = signed_in(&bench).await;
    let slow = Fault::once("tiktok", "publish.process", When::Before, FaultKind::SlowProcessing);
    bench.world.faults().add(slow.delay(Duration::from_secs(3 * 3600)));
    let begin = bench.clock.now();
    let outcome =
        session.publish(&video(&bench, "Slow waves.", 300_000, &json!({ "privacy": "public" }))).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert!(bench.clock.now().duration_since(begin).as_secs() > 3 * 3600);
    assert_eq!(outcome.remote_ids(), public(&bench).into_iter().map(|i| i.remote_id).collect::<Vec<_>>());
}

#[tokio::test]
async fn drafts_reach_the_inbox_and_are_not_public() {
    let bench = Bench::new(simulator());
    let session = signed_in(&bench).await;
    let outcome = session.publish(&video(&bench, "", 300_000, &json!({ "mode": "inbox" }))).await;
    assert!(outcome.is_published() && outcome.remote_ids().is_empty(), "{outcome:?}");
    assert_eq!(outcome.progress().units[0].delivered, Delivered::Inbox);
    assert!(public(&bench).is_empty());
}

#[tokio::test]
async fn a_video_that_is_fetched_arrives_too() {
    let bench = Bench::new(simulator());
    let mut settings = bench.settings(&CONNECTOR);
    settings.values.insert("video_transfer".to_owned(), "pull".to_owned());
    let persona = Connect::as_persona("marafields");
    let session = bench.connect_with(&CONNECTOR, settings, persona).await.expect("connected");
    let outcome = session.publish(&video(&bench, "Fetched.", 300_000, &json!({ "privacy": "public" }))).await;
    assert_eq!(outcome.remote_ids(), public(&bench).into_iter().map(|i| i.remote_id).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_upload_whose_address_died_is_begun_anew() {
    let bench = Bench::new(simulator());
    let session = signed_in(&bench).await;
    let post = video(&bench, "Late.", 300_000, &json!({ "privacy": "public" }));
    let publisher = CONNECTOR.publisher().expect("it publishes");
    let progress = {
        let credential = session.credential();
        let cx = session.cx(&credential);
        let begun = publisher.start(&cx, &post).expect("started");
        publisher.advance(&cx, &post, begun).await.expect("prepared")
    };
    bench.clock.advance(Duration::from_secs(90 * 60));
    let outcome = session.resume(&post, progress).await;
    assert_eq!(outcome.remote_ids(), public(&bench).into_iter().map(|i| i.remote_id).collect::<Vec<_>>());
}
