//! What may have been sent: whatever goes wrong afterwards, it is neither called failed nor sent again.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::{PublicationState, UnitState};
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use carillon_engine::usecase::publications;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

/// A post on Bluesky that arrived, without its answer, and at which nobody could look yet.
async fn lost(stage: &Stage, input: PostInput) -> carillon_domain::id::PublicationId {
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut));
    // Longer than one call asks again by itself.
    let down = Fault::once("bluesky", "getRecord", When::Before, FaultKind::Status).status(503);
    stage.fault(down.times(1_000));
    let post = stage.post(PostInput { accounts: vec![account], status: WantedStatus::Now, ..input }).await;
    stage.run_due().await;
    stage.bench.world.faults().clear();
    let row = stage.row(post.publications[0].id).await;
    assert!(row.intent && row.state == PublicationState::Publishing, "the question is open: {:?}", row.state);
    row.id
}

fn text(text: &str) -> PostInput {
    PostInput { text: text.into(), ..PostInput::default() }
}

async fn second_refusal(test: &TestDb) {
    let refusals = [
        (FaultKind::Status, Some(400)),
        (FaultKind::Status, Some(503)),
        (FaultKind::RateLimit, None),
        (FaultKind::TokenRevoked, None),
    ];
    let stage = Stage::new(test).await;
    for (round, (kind, status)) in refusals.into_iter().enumerate() {
        let words = format!("Twice? {round}");
        let id = lost(&stage, text(&words)).await;
        let mut refusal = Fault::once("bluesky", "commit", When::Before, kind).times(1_000);
        refusal.status = status;
        stage.fault(refusal);
        stage.run_until_idle().await;
        stage.bench.world.faults().clear();
        assert_eq!(stage.public(&words).len(), 1);
        let publication = stage.publication_by_id(id).await;
        assert_eq!(publication.state, PublicationState::Published, "{kind:?} {status:?}: {publication:?}");
    }
}
on_both!(the_refusal_of_a_second_send_says_nothing_about_the_first, |t| super::second_refusal(t));

async fn held_while_open(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = lost(&stage, text("Out, and then locked out")).await;
    stage.fault(Fault::once("bluesky", "getRecord", When::Before, FaultKind::TokenRevoked));
    stage.run_until_idle().await;
    let held = stage.row(id).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Unconfirmed, None));
    assert!(held.intent, "it may be public all the same");
    let action = held.error.expect("it says why").action;
    assert!(action.contains("Connect the account again") && action.contains("say what you see"), "{action}");
    // Also long after its time: this only looks.
    stage.bench.clock.advance(std::time::Duration::from_secs(24 * 3600));
    stage.bluesky().await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("Out, and then locked out").len(), 1);
    let found = stage.publication_by_id(id).await;
    assert_eq!(found.state, PublicationState::Published);
    let evidence = found.evidence.as_deref();
    assert_eq!((evidence, &found.error), (Some("The post was found on the account."), &None), "no old news");
}
on_both!(a_reconnection_finds_what_was_sent_before, |t| super::held_while_open(t));

async fn absent_then_sent(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Cut));
    let post = stage.now(account, "Not at first").await;
    stage.run_due().await;
    let row = stage.row(post.publications[0].id).await;
    assert!(row.evidence.is_some(), "Carillon looked, and saw nothing yet");
    stage.run_until_idle().await;
    let sent = stage.publication(&post).await;
    assert_eq!(sent.state, PublicationState::Published);
    assert_eq!(
        (sent.evidence, sent.error),
        (None, None),
        "the network answered; what was seen before is past"
    );
    assert!(sent.attempts.iter().any(|a| a.error.is_some()), "the journal keeps it");
}
on_both!(what_was_seen_before_a_success_is_not_told_as_news, |t| super::absent_then_sent(t));

async fn media_gone(test: &TestDb) {
    let stage = Stage::new(test).await;
    let media = stage.picture().await;
    let id = lost(&stage, PostInput { media: vec![media], ..text("With a picture") }).await;
    stage.lose(media).await;
    stage.run_until_idle().await;
    let publication = stage.publication_by_id(id).await;
    assert_eq!(publication.state, PublicationState::Unconfirmed, "never failed while public");
    assert_eq!(publication.error.map(|e| e.code).as_deref(), Some("media_gone"));
}
on_both!(a_post_that_may_be_public_does_not_fail_when_its_media_are_gone, |t| super::media_gone(t));

async fn unreadable_open(test: &TestDb) {
    let stage = Stage::new(test).await;
    for progress in [Some(serde_json::json!({ "written_by": "a later version" })), None] {
        let id = lost(&stage, text("From the future")).await;
        stage.crash_leaves(id, move |row| row.progress = progress).await;
        stage.run_until_idle().await;
        let publication = stage.publication_by_id(id).await;
        assert_eq!(publication.state, PublicationState::Unconfirmed);
        assert!(publication.evidence.is_some(), "it says why");
    }
    assert_eq!(stage.public("From the future").len(), 2, "neither was sent again");
}
on_both!(an_open_commit_that_nobody_can_read_is_unconfirmed, |t| super::unreadable_open(t));

async fn unreadable_before(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "Only prepared", stage.in_minutes(10)).await;
    stage.run_due().await;
    let id = post.publications[0].id;
    stage.crash_leaves(id, |row| row.progress = Some(serde_json::json!(["?"]))).await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("Only prepared").len(), 1, "nothing was ever sent, so it begins anew");
}
on_both!(preparation_that_nobody_can_read_begins_anew, |t| super::unreadable_before(t));

async fn unreadable_public(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit).skipping(1).reset(600));
    let post = stage.thread(account, &["Root", "Rest"]).await;
    stage.run_due().await;
    let id = post.publications[0].id;
    stage.crash_leaves(id, |row| row.progress = Some(serde_json::json!({ "version": "x" }))).await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("Root").len(), 1, "not from the root again");
    let publication = stage.publication_by_id(id).await;
    assert_eq!(publication.state, PublicationState::Published);
    assert!(publication.incomplete);
    assert_eq!(publication.error.map(|e| e.code).as_deref(), Some("progress_unreadable"));
    assert_eq!(publication.parts[0].state, UnitState::Unconfirmed, "nobody knows of this part");
    let refused = publications::retry(&stage.engine, &stage.actor, id).await;
    assert!(refused.is_err(), "a person looks first");
}
on_both!(a_thread_whose_progress_nobody_can_read_stops, |t| super::unreadable_public(t));

async fn told_by_a_refusal(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("linkedin", None).await;
    stage.run_until_idle().await;
    // Every try that counts is used up before the answer is lost: what is asked then must not end as a failure.
    stage.fault(Fault::once("linkedin", "*", When::Before, FaultKind::Status).status(503).times(3));
    stage.fault(Fault::once("linkedin", "commit", When::After, FaultKind::Cut));
    let media = stage.picture().await;
    let words = "Nobody lists what a member says";
    let input =
        PostInput { media: vec![media], accounts: vec![account], status: WantedStatus::Now, ..text(words) };
    let post = stage.post(input).await;
    // Until it was sent and looked for.
    for _ in 0..1_000 {
        stage.run_due().await;
        if stage.row(post.publications[0].id).await.evidence.is_some() {
            break;
        }
        stage.bench.clock.advance(std::time::Duration::from_secs(10));
    }
    let open = stage.row(post.publications[0].id).await;
    assert!(
        open.intent && open.state == PublicationState::Publishing,
        "nobody can cancel it: {:?}",
        open.state
    );
    assert_eq!(open.tries, 3);
    stage.run_until_idle().await;
    let sent = stage.publication(&post).await;
    assert_eq!((sent.state, sent.incomplete), (PublicationState::Published, false), "{sent:?}");
    let public = stage.bench.world.ledger().of("linkedin");
    let public: Vec<_> =
        public.iter().filter(|item| item.text == words).map(|i| i.remote_id.as_str()).collect();
    assert_eq!(public, [sent.remote_id.as_deref().expect("an id")], "once, and that one");
}
on_both!(a_network_that_nobody_can_search_tells_by_refusing_a_copy, |t| super::told_by_a_refusal(t));
