//! What is filled in for an account stays what was checked, whatever becomes of the account's name.

use std::collections::BTreeMap;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use carillon_store::repo::account;
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

async fn renamed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let id = stage.x().await;
    let row = account::find(&stage.engine.db, stage.actor.workspace, id).await.expect("read").expect("there");
    let post = stage
        .post(PostInput {
            text: "News from {account.name}: https://example.com/news".into(),
            accounts: vec![id],
            status: WantedStatus::Scheduled,
            scheduled_at: Some(stage.in_minutes(120).to_string()),
            link_parameters: BTreeMap::from([("utm_source".to_owned(), "{account.handle}".to_owned())]),
            fill_in: true,
            ..PostInput::default()
        })
        .await;
    let said = format!("News from {}: https://example.com/news?utm_source={}", row.name, row.handle);

    let mut other = row.clone();
    other.name = "Somebody else".to_owned();
    other.handle = "somebody_else".to_owned();
    let put = stage.engine.db.write(move |tx| Box::pin(async move { account::update(tx, &other).await }));
    put.await.map_err(|e: StoreError| e.to_string()).expect("renamed");

    // The answer is lost, and the post is looked for by what was sent: it is found, not sent again.
    stage.fault(Fault::once("x", "commit", When::After, FaultKind::Cut));
    stage.run_until_idle().await;
    assert_eq!(stage.public(&said).len(), 1, "as it was checked, once");
    let publication = stage.publication(&post).await;
    assert_eq!(publication.state, PublicationState::Published, "{publication:?}");
}
on_both!(a_renamed_account_sends_what_was_checked, |t| super::renamed(t));
