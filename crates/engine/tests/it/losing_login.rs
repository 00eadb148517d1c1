//! An account that must be connected again while nobody knows whether its post is public.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn in_doubt(test: &TestDb, when: When, text: &str) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", when, FaultKind::Cut));
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::TokenRevoked).skipping(1));
    let post = stage.now(account, text).await;
    stage.run_until_idle().await;
    let doubt = stage.publication(&post).await;
    assert_eq!(doubt.state, PublicationState::Unconfirmed, "held would say that it was not sent");
    assert!(doubt.evidence.is_some_and(|e| e.contains("connected again")), "what helps is said");
    assert_eq!(stage.public(text).len(), usize::from(when == When::After));
    stage.x().await;
    stage.run_until_idle().await;
    assert_eq!(
        stage.publication(&post).await.state,
        PublicationState::Published,
        "Carillon looked by itself"
    );
    assert_eq!(stage.public(text).len(), 1);
}

async fn public(test: &TestDb) {
    in_doubt(test, When::After, "It went out").await;
}
on_both!(what_was_sent_before_the_login_was_lost_is_found_when_it_is_back, |t| super::public(t));

async fn absent(test: &TestDb) {
    in_doubt(test, When::Before, "It did not go out").await;
}
on_both!(what_was_not_sent_before_the_login_was_lost_goes_out_when_it_is_back, |t| super::absent(t));
