//! What a worker that died meant to send to an address of our own is sent by the next one, without a wait for what may still be on
//! its way: the two can't become two posts.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::PostView;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::kill_points::doomed::Doomed;
use super::kill_points::kinds::KINDS;

/// Longer than a lease, and shorter than a send may take to have its effect.
const LEASE_IS_OVER: Duration = Duration::from_secs(31);

/// A post whose worker died right before its call.
async fn dead_before_the_call(test: &TestDb, platform: &'static str) -> (Doomed, PostView) {
    let kind = KINDS.iter().find(|kind| kind.platform == platform).expect("a kind");
    let doomed = Doomed::new(test, platform).await;
    doomed.stage.post(kind.input(&doomed).await).await;
    let points = doomed.work(None).await;
    let call = points.iter().rposition(|point| point.starts_with("after ")).expect("a call") - 1;
    let doomed = Doomed::new(test, platform).await;
    let post = doomed.stage.post(kind.input(&doomed).await).await;
    doomed.work(Some(call)).await;
    assert!(doomed.is_dead() && doomed.public().is_empty());
    doomed.stage.bench.clock.advance(LEASE_IS_OVER);
    (doomed, post)
}

async fn at_once(test: &TestDb) {
    for platform in ["bluesky", "youtube"] {
        let (doomed, post) = dead_before_the_call(test, platform).await;
        doomed.stage.another_node().await.run_due(100).await.expect("claims");
        assert_eq!(doomed.stage.publication(&post).await.state, PublicationState::Published, "{platform}");
        assert_eq!(doomed.public().len(), 1, "{platform}");
    }
}
on_both!(an_intent_for_an_own_address_is_carried_out_at_once, |t| super::at_once(t));

async fn refused(test: &TestDb) {
    let (doomed, post) = dead_before_the_call(test, "bluesky").await;
    let refusal = Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400);
    doomed.stage.fault(refusal);
    doomed.stage.another_node().await.run_due(100).await.expect("claims");
    let publication = doomed.stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Publishing, "the first send may still have its effect");
    doomed.stage.run_until_idle().await;
    assert_eq!(doomed.stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(doomed.public().len(), 1);
}
on_both!(the_refusal_of_a_repeated_send_is_not_the_verdict, |t| super::refused(t));

async fn elsewhere(test: &TestDb) {
    let (doomed, _) = dead_before_the_call(test, "mastodon").await;
    doomed.stage.another_node().await.run_due(100).await.expect("claims");
    assert!(doomed.public().is_empty(), "an absence is not believed yet");
    doomed.stage.run_until_idle().await;
    assert_eq!(doomed.public().len(), 1);
}
on_both!(elsewhere_a_send_that_may_be_on_its_way_is_waited_for, |t| super::elsewhere(t));
