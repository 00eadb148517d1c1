//! A publication that nobody could find out about, until a person says what they saw.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::PublicationView;
use carillon_engine::usecase::publications::{self, Finding};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

/// A post on X whose answer was lost, while the list of posts can't be read.
async fn lost(stage: &Stage, when: When, text: &str) -> PublicationView {
    let account = stage.x().await;
    stage.fault(Fault::once("x", "commit", when, FaultKind::Cut));
    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(503).times(1_000));
    let post = stage.now(account, text).await;
    stage.run_until_idle().await;
    let publication = stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Unconfirmed, "{when:?}");
    let error = publication.error.as_ref().expect("it says why");
    assert_eq!(
        error.action, "Look at the account and say what you see.",
        "what to do now, not what Carillon did"
    );
    assert_eq!(stage.public(text).len(), usize::from(when == When::After), "never sent again by itself");
    stage.bench.world.faults().clear();
    publication
}

async fn published(test: &TestDb) {
    let stage = Stage::new(test).await;
    let publication = lost(&stage, When::After, "Is it there?").await;
    let link = "https://x.com/harborlightcoff/status/1".to_owned();
    let finding = Finding::Published(Some(link.clone()));
    let settled = publications::resolve(&stage.engine, &stage.actor, publication.id, finding.clone()).await;
    let settled = settled.expect("settled");
    assert_eq!(settled.state, PublicationState::Published);
    assert_eq!(settled.remote_url, Some(link));
    assert_eq!(settled.remote_id, None, "no id is made up");
    assert!(settled.evidence.is_some_and(|e| e.contains("person")));
    stage.run_until_idle().await;
    assert_eq!(stage.public("Is it there?").len(), 1);
    let again = publications::resolve(&stage.engine, &stage.actor, publication.id, finding).await;
    assert!(matches!(again, Err(AppError::Conflict { .. })), "settled once");
}
on_both!(what_a_person_found_public_is_published, |t| super::published(t));

async fn not_published(test: &TestDb) {
    let stage = Stage::new(test).await;
    let publication = lost(&stage, When::Before, "It never arrived").await;
    let finding = Finding::NotPublished;
    publications::resolve(&stage.engine, &stage.actor, publication.id, finding).await.expect("settled");
    stage.run_until_idle().await;
    assert_eq!(stage.public("It never arrived").len(), 1, "sent again by the person's word");
    assert_eq!(stage.publication_by_id(publication.id).await.state, PublicationState::Published);
}
on_both!(what_a_person_found_missing_is_sent_again, |t| super::not_published(t));
