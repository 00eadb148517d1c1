//! The intent of a commit is durable just ahead of its time, and the call leaves at that time, not before.

use std::sync::Arc;
use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::SignedDuration;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::posts::{self, PostPatch, PostView};
use carillon_store::on_both;
use carillon_store::testing::TestDb;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::support::Stage;

fn node(stage: &Stage, stop: &CancellationToken) -> JoinHandle<()> {
    let config = RunnerConfig { poll: Duration::from_millis(5), ..RunnerConfig::default() };
    tokio::spawn(Runner::new(Arc::clone(&stage.engine), config).run(stop.clone()))
}

/// Waits in real time, with a bound: the worker's own loop is what is tested.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let patience = async {
        while !is().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), patience).await.expect(what);
}

async fn has_intent(stage: &Stage, post: &PostView) -> bool {
    stage.row(post.publications[0].id).await.intent
}

async fn is_public(stage: &Stage, post: &PostView) -> bool {
    stage.publication(post).await.state == PublicationState::Published
}

async fn on_its_second(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let due = stage.in_minutes(5);
    let post = stage.at(account, "On the hour", due).await;
    let stop = CancellationToken::new();
    let worker = node(&stage, &stop);
    stage.bench.clock.advance_to(due - SignedDuration::from_millis(1_500));
    until("prepared", async || stage.row(post.publications[0].id).await.progress.is_some()).await;
    assert!(!has_intent(&stage, &post).await, "too early even for the intent");
    stage.bench.clock.advance_to(due - SignedDuration::from_millis(900));
    until("an intent ahead of the time", async || has_intent(&stage, &post).await).await;
    assert!(stage.public("On the hour").is_empty(), "nothing is sent before its time");
    let progress = stage.row(post.publications[0].id).await.progress.expect("progress");
    assert_eq!(
        progress["stage"]["since"],
        serde_json::json!(due),
        "the time that the post itself will carry"
    );
    let edit = PostPatch { text: Some("Another text".into()), ..PostPatch::default() };
    let refused = posts::update(&stage.engine, &stage.actor, post.post.id, edit, None).await;
    assert!(matches!(refused, Err(AppError::Conflict { .. })), "{refused:?}");
    stage.bench.clock.advance_to(due);
    until("published", async || is_public(&stage, &post).await).await;
    let out = stage.public("On the hour");
    assert_eq!((out.len(), out[0].at), (1, due));
    stop.cancel();
    worker.await.expect("ends");
}
on_both!(an_intent_comes_ahead_and_the_call_on_its_second, |t| super::on_its_second(t));

async fn behind(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (account, other) = (stage.bluesky().await, stage.x().await);
    let (first_due, next_due) = (stage.in_minutes(5), stage.in_minutes(5) + SignedDuration::from_secs(10));
    let first = stage.at(account, "First", first_due).await;
    let second = stage.at(account, "Second", next_due).await;
    let elsewhere = stage.at(other, "Elsewhere", next_due).await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(503));
    let stop = CancellationToken::new();
    let worker = node(&stage, &stop);
    stage.bench.clock.advance_to(first_due - SignedDuration::from_millis(1_500));
    for post in [&first, &second, &elsewhere] {
        until("prepared", async || stage.row(post.publications[0].id).await.progress.is_some()).await;
    }
    stage.bench.clock.advance_to(first_due);
    until("its answer was lost", async || stage.row(first.publications[0].id).await.next_at.is_some()).await;
    stage.bench.clock.advance_to(next_due - SignedDuration::from_millis(500));
    until("an intent ahead of the time", async || has_intent(&stage, &elsewhere).await).await;
    assert!(!has_intent(&stage, &second).await, "the first may be ready at any moment, and has the turn");
    stage.bench.clock.advance_to(next_due);
    until("published", async || is_public(&stage, &second).await).await;
    assert_eq!(stage.public("Second")[0].at, next_due, "it does not wait for the first either");
    stop.cancel();
    worker.await.expect("ends");
}
on_both!(what_may_be_overtaken_is_not_taken_ahead, |t| super::behind(t));
