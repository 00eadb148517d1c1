//! What networks do with accounts, and what accounts are called.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::health::Trouble;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::analytics::{self, Filter};
use carillon_engine::usecase::health::{self, Health};
use carillon_engine::usecase::{accounts, horizon, sync};
use carillon_store::repo::account_name;
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

impl Stage {
    async fn health(&self, account: AccountId) -> Health {
        let row = accounts::get(&self.engine, &self.actor, account).await.expect("account");
        let rows = [row];
        let outlooks = horizon::outlooks(&self.engine, &self.actor, &rows).await.expect("looked");
        health::of(&self.engine, &rows[0], &outlooks[0])
    }

    async fn read_again(&self, account: AccountId) {
        self.bench.clock.advance(Duration::from_secs(60));
        sync::request(&self.engine, &self.actor, account).await.expect("asked");
        self.run_until_idle().await;
    }
}

async fn renamed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    stage.read_again(account).await;
    let names = async || accounts::names(&stage.engine, &stage.actor, account).await.expect("names");
    assert_eq!(names().await, [], "it was always called so");

    // As if the last reading had found another name.
    let (workspace, now) = (stage.actor.workspace, stage.in_minutes(0));
    let before = stage.engine.db.write(move |tx| {
        Box::pin(
            async move { account_name::seen(tx, (workspace, account), ("ada.old", "Old Ada"), now).await },
        )
    });
    before.await.map_err(|e: StoreError| e.to_string()).expect("noted");
    stage.read_again(account).await;
    stage.read_again(account).await;
    let found = names().await;
    assert_eq!(found.len(), 2, "there and back, and no third time: {found:?}");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    assert_eq!((found[0].handle_was.as_str(), &found[0].handle_is), ("ada.old", &row.handle));
    assert_eq!((found[0].name_was.as_str(), &found[0].name_is), ("Old Ada", &row.name));

    let series = analytics::series(&stage.engine, &stage.actor, &Filter::default(), None, None).await;
    let notes = series.expect("a series").notes;
    let told = |note: &&analytics::Note| note.text.contains("@ada.old") && note.text.contains(&row.handle);
    assert_eq!(notes.iter().filter(told).count(), 2, "{notes:?}");
    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("erased");
    let left = account_name::of(&stage.engine.db, workspace, account, 9).await.expect("read");
    assert_eq!(left, [], "its names went with it");
}
on_both!(an_account_that_is_called_otherwise_is_noted_with_its_day, |t| super::renamed(t));

async fn taken(test: &TestDb, code: &str, trouble: Trouble) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let cause = "The account was taken down by its server.";
    let error = ConnectorError::new(ErrorKind::AuthRevoked, "bluesky", "getProfile", code, cause);
    accounts::needs_reconnect(&stage.engine, stage.actor.workspace, account, &error).await.expect("noted");
    let health = stage.health(account).await;
    assert_eq!((health.trouble, health.reason.as_deref()), (Some(trouble), Some(cause)));
    assert!(health.action.is_some_and(|action| action.contains("history stays")), "{health:?}");

    let post = stage.now(account, "Bells").await;
    stage.run_until_idle().await;
    let row = stage.row(post.publications[0].id).await;
    assert_eq!((row.state, row.tries), (PublicationState::Held, 0), "nothing is tried");
    assert_eq!(stage.bluesky().await, account, "the same account, with its history");
    assert_eq!(stage.health(account).await.trouble, None, "it is back");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Bells").len(), 1);
}

async fn suspended(test: &TestDb) {
    taken(test, "account_taken_down", Trouble::Suspended).await;
}
on_both!(a_suspended_account_keeps_its_history_and_burns_no_tries, |t| super::suspended(t));

async fn gone(test: &TestDb) {
    taken(test, "account_not_found", Trouble::Gone).await;
}
on_both!(an_account_that_is_gone_keeps_its_history_and_burns_no_tries, |t| super::gone(t));
