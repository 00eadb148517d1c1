//! Ids that a network tells only long after the verdict.

use std::time::Duration;

use carillon_connectors::contract::webhooks::{Address, Incoming};
use carillon_connectors::kit::signature;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_engine::events::Topic;
use carillon_engine::jobs::{self, JobError, Lease, read_back};
use carillon_engine::networks::Switches;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::posts::PostView;
use carillon_store::repo::{job, lease};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};
use serde_json::json;

use super::giving_up::video;
use super::support::{Stage, quiet};
use super::told::{hear, secret};

/// A public video whose id TikTok tells so many hours after it was posted; done, as far as publishing is concerned.
async fn published(test: &TestDb, hours: u64) -> (Stage, PostView) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("tiktok", None).await;
    stage.run_until_idle().await;
    let slow = Fault::once("tiktok", "publish.moderate", When::Before, FaultKind::SlowProcessing);
    stage.fault(slow.delay(Duration::from_secs(hours * 3600)));
    let film = stage.film().await;
    let post = video(&stage, account, film).await;
    for _ in 0..200 {
        while stage.run_due().await > 0 {}
        if stage.publication(&post).await.state == PublicationState::Published {
            return (stage, post);
        }
        let at = next(&stage).await.expect("a job");
        stage.bench.clock.advance_to(at);
    }
    panic!("it was never published");
}

async fn next(stage: &Stage) -> Option<Timestamp> {
    lease::next_run_at(&stage.engine.db, job::Room::ALL, SignedDuration::ZERO).await.expect("queue")
}

/// TikTok's name of an upload, and no address.
async fn is_unnamed(stage: &Stage, post: &PostView) -> bool {
    let publication = stage.publication(post).await;
    publication.remote_id.is_some_and(|id| id.starts_with("v_pub_file~")) && publication.remote_url.is_none()
}

async fn learned(test: &TestDb) {
    let (stage, post) = published(test, 3).await;
    assert!(is_unnamed(&stage, &post).await);
    let before = stage.publication(&post).await;
    let since = stage.bench.clock.now();
    assert_eq!(next(&stage).await, Some(since + SignedDuration::from_mins(5)), "queued with the verdict");
    // Another process takes over.
    let stage = stage.restarted(|_| ()).await;
    let mut events = stage.engine.events.listen();
    stage.run_until_idle().await;
    let after = stage.publication(&post).await;
    let ids: Vec<_> = stage.public("The harbour at six.").into_iter().map(|item| item.remote_id).collect();
    assert_eq!(after.remote_id.as_slice(), ids, "the id of the post itself");
    assert!(after.remote_url.is_some_and(|url| url.ends_with(&ids[0])));
    assert_eq!((after.state, after.published_at), (before.state, before.published_at));
    assert_eq!((after.attempts.len(), after.evidence), (before.attempts.len(), before.evidence));
    let row = stage.row(after.id).await;
    assert_eq!(row.units[0].remote_id, row.remote_id);
    let took = stage.bench.clock.now().duration_since(since);
    assert_eq!(took.as_hours(), 8, "after 5 and 30 minutes and 2 hours nothing was told: {took}");
    let told = Topic::Publication(post.post.id, after.id);
    let heard = std::iter::from_fn(|| events.try_recv().ok()).filter(|event| event.topic == told).count();
    assert_eq!(heard, 1, "those who watch hear of it, once");
}
on_both!(an_id_that_comes_late_is_learned, |t| super::learned(t));

async fn never(test: &TestDb) {
    let (stage, post) = published(test, 48).await;
    let since = stage.bench.clock.now();
    stage.run_until_idle().await;
    assert_eq!(stage.bench.clock.now().duration_since(since).as_hours(), 24);
    assert!(is_unnamed(&stage, &post).await);
}
on_both!(after_a_day_nobody_asks_any_more, |t| super::never(t));

/// Neither a network that is down nor one that is busy ends the asking.
async fn down(test: &TestDb) {
    let (stage, post) = published(test, 3).await;
    stage.bench.clock.advance(Duration::from_secs(7 * 3600));
    stage.fault(Fault::once("tiktok", "status", When::Before, FaultKind::Status).status(503).times(100));
    while stage.run_due().await > 0 {}
    assert!(is_unnamed(&stage, &post).await);
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    assert!(!is_unnamed(&stage, &post).await);
}
on_both!(a_failed_question_is_asked_again, |t| super::down(t));

async fn disconnected(test: &TestDb) {
    for erase in [false, true] {
        let (stage, post) = published(test, 3).await;
        let account = post.publications[0].account;
        accounts::disconnect(&stage.engine, &stage.actor, account, None, erase).await.expect("disconnected");
        let since = stage.bench.clock.now();
        stage.run_until_idle().await;
        let took = stage.bench.clock.now().duration_since(since).as_mins();
        if erase {
            assert_eq!(took, 5, "over at the first look");
        } else {
            assert_eq!(took, 24 * 60, "it may be connected again within the day");
            assert!(is_unnamed(&stage, &post).await);
        }
    }
}
on_both!(who_disconnected_is_asked_no_more, |t| super::disconnected(t));

async fn connected_again(test: &TestDb) {
    let (stage, post) = published(test, 3).await;
    let account = post.publications[0].account;
    accounts::disconnect(&stage.engine, &stage.actor, account, None, false).await.expect("disconnected");
    stage.bench.clock.advance(Duration::from_secs(600));
    while stage.run_due().await > 0 {}
    assert_eq!(stage.through_pages("tiktok", None).await, account);
    stage.run_until_idle().await;
    assert!(!is_unnamed(&stage, &post).await);
}
on_both!(who_is_connected_again_is_asked_again, |t| super::connected_again(t));

async fn deleted(test: &TestDb) {
    let (stage, post) = published(test, 1).await;
    stage.bench.clock.advance(Duration::from_secs(2 * 3600));
    let now = stage.bench.clock.now();
    stage.crash_leaves(post.publications[0].id, move |row| row.units[0].deleted_at = Some(now)).await;
    stage.run_until_idle().await;
    assert!(is_unnamed(&stage, &post).await, "what is gone has no address");
}
on_both!(what_was_deleted_is_asked_for_no_more, |t| super::deleted(t));

/// A network is switched off for a while: asked no more, and asked again.
async fn off(test: &TestDb) {
    let (stage, post) = published(test, 3).await;
    let stage = stage.switched(Switches { networks_off: vec!["tiktok".into()], ..quiet() }).await;
    stage.bench.clock.advance(Duration::from_secs(4 * 3600));
    while stage.run_due().await > 0 {}
    assert!(is_unnamed(&stage, &post).await, "it would have been told");
    let stage = stage.switched(quiet()).await;
    stage.run_until_idle().await;
    assert!(!is_unnamed(&stage, &post).await);
}
on_both!(a_network_that_was_off_is_asked_again, |t| super::off(t));

/// TikTok tells of the post by itself: nobody waits for the next time of asking.
async fn told(test: &TestDb) {
    let (stage, post) = published(test, 3).await;
    stage.bench.clock.advance(Duration::from_secs(2 * 3600));
    while stage.run_due().await > 0 {}
    let asked = next(&stage).await.expect("a job");
    stage.bench.clock.advance(Duration::from_secs(2 * 3600));
    assert!(stage.bench.clock.now() < asked, "the id is there, and nobody would ask for it yet");
    assert!(is_unnamed(&stage, &post).await);
    let account = accounts::get(&stage.engine, &stage.actor, post.publications[0].account).await;
    let person = account.expect("the account").remote_id;
    hear(&stage, "tiktok", &available(&stage, &person)).await;
    assert!(stage.run_due().await > 0, "told, it asks at once");
    assert!(!is_unnamed(&stage, &post).await);
    assert_eq!(job::count(&stage.engine.db).await.expect("count"), 0);
}
on_both!(what_a_network_tells_of_hastens_the_asking, |t| super::told(t));

/// As TikTok says that everybody can see a post ("Webhooks Events", "Webhooks Verification").
fn available(stage: &Stage, person: &str) -> Incoming {
    let seconds = stage.bench.clock.now().as_second().to_string();
    let body = json!({
        "client_key": "any", "event": "post.publish.publicly_available", "create_time": stage.bench.clock.now().as_second(),
        "user_openid": person, "content": "{}",
    });
    let body = body.to_string();
    let proof = signature::sha256(
        &secret(&stage.bench, "tiktok"),
        &[seconds.as_bytes(), b".".as_slice(), body.as_bytes()],
    );
    let header = format!("t={seconds},s={}", hex::encode(proof));
    Incoming::delivery(Address::Events, ("tiktok-signature", &header), body)
}

/// Whoever lost the lease writes nothing, whatever was told.
async fn late(test: &TestDb) {
    let (stage, post) = published(test, 1).await;
    stage.bench.clock.advance(Duration::from_secs(2 * 3600));
    let now = stage.bench.clock.now();
    let until = now + SignedDuration::from_mins(10);
    let claimed = stage.engine.db.write(move |tx| {
        Box::pin(async move {
            Ok::<_, StoreError>(job::claim(tx, "it", now, until, job::Room::ALL).await?.expect("a job"))
        })
    });
    let claimed = claimed.await.expect("claimed");
    assert_eq!(claimed.kind, read_back::KIND);
    let lease = |epoch| Lease {
        job: claimed.id,
        epoch,
        kind: claimed.kind.clone(),
        version: claimed.version,
        payload: claimed.payload.clone(),
        lane: None,
        background: true,
        party: claimed.party.clone(),
        attempt: 0,
        workspace: claimed.workspace,
    };
    let lost = jobs::run(&stage.engine, &lease(claimed.lease_epoch - 1)).await;
    assert!(matches!(lost, Err(JobError::LostLease)), "{lost:?}");
    assert!(is_unnamed(&stage, &post).await);
    jobs::run(&stage.engine, &lease(claimed.lease_epoch)).await.expect("learned");
    assert!(!is_unnamed(&stage, &post).await);
    assert_eq!(job::count(&stage.engine.db).await.expect("count"), 0);
}
on_both!(a_lost_lease_learns_nothing, |t| super::late(t));
