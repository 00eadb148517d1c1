//! Complaints 9 to 12, 14, 15 and 17: posts that get stuck, get lost, or go out although nobody wants them to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_connectors::conformance::Bench;
use carillon_connectors::kit::http::{Call, Http, Reply, SendError, Transport};
use carillon_connectors::kit::pause::NoPause;
use carillon_connectors::sandbox::{Fault, FaultKind, InProcess, When};
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::SignedDuration;
use carillon_engine::publish::job_key;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::posts::{self, PostPatch, PostView, Removal};
use carillon_store::repo::job;
use carillon_store::testing::TestDb;
use carillon_store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

use super::super::support::Stage;
use super::scene::{COMMITS, LEASE_IS_OVER, agree, kind, networks, now, plainest, scheduled};

pub async fn moved(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let old = stage.in_minutes(30);
    let texts = ["Put off", "Brought forward", "Deleted", "Stays"];
    let mut made = Vec::new();
    for text in texts {
        made.push(stage.at(account, text, old).await);
    }
    // All are prepared by now, so that only the send is left.
    stage.bench.clock.advance(Duration::from_secs(29 * 60));
    stage.run_due().await;
    let to = |minutes| PostPatch {
        scheduled_at: Some(stage.in_minutes(minutes).to_string()),
        ..PostPatch::default()
    };
    let change = |post: &PostView, patch| posts::update(&stage.engine, &stage.actor, post.id(), patch, None);
    change(&made[0], to(120)).await.expect("put off");
    change(&made[1], to(0)).await.expect("brought forward");
    posts::remove(&stage.engine, &stage.actor, made[2].id(), Removal::default()).await.expect("deleted");
    let public = || texts.map(|text| stage.public(text).len());
    stage.run_due().await;
    assert_eq!(public(), [0, 1, 0, 0], "at its new time, which is now");
    stage.bench.clock.advance_to(old);
    stage.run_due().await;
    assert_eq!(public(), [0, 1, 0, 1], "at the old time only what stayed there");
    let new = stage.in_minutes(119);
    stage.run_until_idle().await;
    assert_eq!(public(), [1, 1, 0, 1]);
    assert_eq!(stage.public("Put off")[0].at, new, "and at the new one what was moved");
}

async fn lose_job(db: &Db, post: &PostView) {
    let id = post.publications[0].id;
    let lost = db.write(move |tx| Box::pin(async move { job::remove(tx, &job_key(id)).await }));
    let lost: Result<(), StoreError> = lost.await;
    lost.expect("lost");
}

pub async fn every_end(test: &TestDb) {
    let stage = Stage::new(test).await;
    let accounts = [stage.bluesky().await, stage.x().await];
    let bad = |operation, when, kind, seed| Fault::once("*", operation, when, kind).randomly(0.3, seed);
    stage.fault(bad("*", When::Before, FaultKind::Status, 1).status(503));
    stage.fault(bad("commit", When::After, FaultKind::Cut, 2));
    stage.fault(bad("commit", When::Before, FaultKind::RateLimit, 3));
    let mut made = Vec::new();
    for n in 0..20_i64 {
        let account = accounts[usize::try_from(n % 2).expect("small")];
        let post = stage.at(account, &format!("Post {n}"), stage.in_minutes(10 + 2 * n)).await;
        // Some lose what would have woken them.
        if n % 5 == 0 {
            lose_job(&stage.engine.db, &post).await;
        }
        made.push(post);
    }
    for _ in 0..8 * 60 {
        stage.bench.clock.advance(Duration::from_secs(60));
        stage.run_due().await;
    }
    for (n, post) in made.iter().enumerate() {
        let publication = stage.publication(post).await;
        agree(&format!("post {n}"), &publication, stage.public(&format!("Post {n}")).len());
    }
    stage.bench.world.faults().clear();
    // And what nobody was there for.
    let missed = stage.at(accounts[0], "Missed", stage.in_minutes(30)).await;
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    stage.run_until_idle().await;
    let held = stage.publication(&missed).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
}

/// A way to the networks on which so many sends are answered "200 {}" by something in between, and go no further.
struct Hollow {
    inner: InProcess,
    left: AtomicU32,
}

#[async_trait]
impl Transport for Hollow {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let take = |left: u32| left.checked_sub(1);
        let is_send = COMMITS.contains(&call.operation);
        if is_send && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            return Ok(Reply {
                status: 200.try_into().expect("a status"),
                headers: Default::default(),
                body: "{}".into(),
            });
        }
        self.inner.send(call, not_after).await
    }
}

pub async fn empty_success(test: &TestDb) {
    for hollow in [1, u32::MAX] {
        let mut bench = Bench::registered();
        let inner = InProcess::over(bench.sandbox.clone());
        let way: Arc<dyn Transport> = Arc::new(Hollow { inner, left: AtomicU32::new(hollow) });
        bench.http = Http::new(way, bench.clock.clone()).with_pause(Arc::new(NoPause));
        let stage = Stage::on(test, bench).await;
        let host = stage.bench.sandbox.first_family_host("mastodon").expect("a server");
        let mastodon = stage.through_pages("mastodon", Some(&format!("https://{host}"))).await;
        for account in [stage.bluesky().await, stage.x().await, mastodon] {
            let text = format!("Is it there? {account}");
            let post = stage.now(account, &text).await;
            stage.run_until_idle().await;
            let publication = stage.publication(&post).await;
            let public = stage.public(&text);
            let story = format!("{} after {hollow} empty answers", publication.platform);
            agree(&story, &publication, public.len());
            let real = public.first().map(|item| item.remote_id.clone());
            assert_eq!(publication.remote_id, real, "{story}: the id is of something public");
        }
    }
}

pub async fn container(test: &TestDb) {
    let (doomed, post) = now(test, kind("instagram", "reel")).await;
    let stage = &doomed.stage;
    let slow = Fault::once("instagram", "*", When::Before, FaultKind::SlowProcessing);
    stage.fault(slow.times(1_000_000).delay(Duration::from_secs(30 * 24 * 3600)));
    let begun = stage.in_minutes(0);
    for _ in 0..10 {
        stage.bench.clock.advance(Duration::from_secs(60));
        stage.run_due().await;
    }
    let read = posts::get(&stage.engine, &stage.actor, post.id()).await.expect("one post can be read");
    let publication = &read.publications[0];
    assert_eq!(publication.state, PublicationState::Publishing, "it waits: {publication:?}");
    let publication = stage.publication_by_id(publication.id).await;
    let looked = publication.attempts.iter().flat_map(|a| &a.steps).any(|s| s.operation == "containers.read");
    assert!(looked, "and what it did meanwhile is told: {publication:?}");
    stage.run_until_idle().await;
    let ended = stage.publication(&post).await;
    agree("a container that never gets ready", &ended, doomed.public().len());
    assert!(doomed.public().is_empty());
    let took = stage.in_minutes(0).duration_since(begun);
    assert!(took < SignedDuration::from_hours(30), "it ended after {took:?}");
}

pub async fn executors(test: &TestDb) {
    assert!(networks().len() >= 4, "{:?}", networks());
    for platform in networks() {
        let (doomed, post) = now(test, plainest(platform)).await;
        // One node with the settings that everybody has.
        doomed.stage.run_until_idle().await;
        let publication = doomed.stage.publication(&post).await;
        assert_eq!(publication.state, PublicationState::Published, "{platform}: {publication:?}");
        assert_eq!(doomed.public().len(), 1, "{platform}");
    }
}

pub async fn deadlines(test: &TestDb) {
    for platform in networks() {
        let (doomed, post) = scheduled(test, platform).await;
        let stage = &doomed.stage;
        let due = stage.in_minutes(30);
        let down = Fault::once(platform, "*", When::Before, FaultKind::Status).status(503);
        stage.fault(down.times(1_000_000));
        stage.run_until_idle().await;
        let publication = stage.publication(&post).await;
        agree(platform, &publication, doomed.public().len());
        assert_ne!(publication.state, PublicationState::Published, "{platform}");
        let took = stage.in_minutes(0).duration_since(due);
        assert!(took < SignedDuration::from_hours(7), "{platform} ended after {took:?}");
    }
}

pub async fn alone(test: &TestDb) {
    let (doomed, begun) = now(test, plainest("bluesky")).await;
    // A worker dies with a post in its hands; another post waits for its time.
    doomed.work(Some(1)).await;
    assert!(doomed.is_dead());
    let stage = &doomed.stage;
    let later = stage.at(doomed.account, "On the hour", stage.in_minutes(60)).await;
    // From here on the process runs, time passes, and nobody does anything else.
    let stop = CancellationToken::new();
    let config = RunnerConfig {
        poll: Duration::from_millis(5),
        sweep: Duration::from_millis(20),
        ..RunnerConfig::default()
    };
    let worker = tokio::spawn(Runner::new(Arc::clone(&stage.engine), config).run(stop.clone()));
    stage.bench.clock.advance(LEASE_IS_OVER);
    until_published(stage, &begun).await;
    stage.bench.clock.advance(Duration::from_secs(3600));
    until_published(stage, &later).await;
    stop.cancel();
    worker.await.expect("ends");
    assert_eq!(doomed.public().len(), 2, "each once");
}

/// Waits in real time, with a bound: the worker's own loop is what is tested.
async fn until_published(stage: &Stage, post: &PostView) {
    let patience = async {
        while stage.publication(post).await.state != PublicationState::Published {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), patience).await.expect("published by the worker alone");
}
