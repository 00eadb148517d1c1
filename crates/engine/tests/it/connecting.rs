//! Connecting and letting go of accounts, and what is kept of their secrets.

use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::sandbox::testing;
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::secret::Secret;
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use carillon_engine::usecase::{accounts, credentials};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use crate::support::{Stage, new_workspace};

async fn wrong_password(test: &TestDb) {
    let stage = Stage::new(test).await;
    let request = ConnectRequest {
        identifier: Some("nobody.test".into()),
        app_password: Some(Secret::new("aaaa-bbbb-cccc-dddd")),
        ..ConnectRequest::default()
    };
    let refused = connect::begin(&stage.engine, &stage.actor, "bluesky", request).await;
    let Err(AppError::Connector(error)) = refused else { panic!("{refused:?}") };
    assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
    assert_eq!(error.field.as_deref(), Some("app_password"));
    assert!(accounts::list(&stage.engine, &stage.actor).await.expect("list").is_empty());
}
on_both!(a_wrong_password_connects_nothing_and_says_so, |t| super::wrong_password(t));

async fn disconnecting(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let stranger = new_workspace(&stage.engine, "UTC").await;
    let foreign = accounts::disconnect(&stage.engine, &stranger, account, None, false).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })));
    let row =
        accounts::disconnect(&stage.engine, &stage.actor, account, None, false).await.expect("disconnected");
    assert_eq!(row.status, AccountStatus::Disconnected);
    assert!(credentials::credential(&stage.engine, &row, false).await.is_err(), "the tokens are gone");
}
on_both!(disconnecting_erases_the_tokens, |t| super::disconnecting(t));

async fn rotation(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let before = stage.engine.sealer.active();
    assert!(credentials::rotate(&stage.engine).await.expect("rotates") >= 1);
    assert_ne!(stage.engine.sealer.active(), before);
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    credentials::credential(&stage.engine, &row, false).await.expect("opens under the new key");
    stage.now(account, "After the rotation").await;
    stage.run_until_idle().await;
    assert_eq!(stage.public("After the rotation").len(), 1);
}
on_both!(rotating_keys_reseals_everything_online, |t| super::rotation(t));

#[tokio::test]
async fn no_secret_stands_in_the_database_file_in_clear() {
    let test = TestDb::sqlite().await;
    let stage = Stage::new(&test).await;
    let account = stage.bluesky().await;
    stage.now(account, "Grep me").await;
    stage.run_until_idle().await;
    let secrets: Vec<String> =
        stage.bench.world.tokens().list().into_iter().map(|(t, _)| t.value).filter(|t| t.len() > 8).collect();
    assert!(secrets.len() >= 2, "the sandbox issued tokens");
    let folder = test.folder().expect("sqlite");
    let mut read = 0;
    for file in std::fs::read_dir(folder).expect("folder") {
        let bytes = std::fs::read(file.expect("file").path()).expect("bytes");
        read += bytes.len();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "a token stands in the database in clear");
        }
    }
    assert!(read > 10_000, "the database was read");
    test.dispose().await;
}

/// Walks through a server's own pages.
async fn through_the_pages(stage: &Stage, server: &str) -> AccountId {
    let request = ConnectRequest { server: Some(server.parse().expect("url")), ..ConnectRequest::default() };
    let begun = connect::begin(&stage.engine, &stage.actor, "mastodon", request).await.expect("begun");
    let Begun::Redirect { authorize_url, .. } = begun else { panic!("{begun:?}") };
    let back = testing::approve(&stage.bench.sandbox, &authorize_url, "theolund").await;
    let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    let query = CallbackQuery {
        state: get("state").expect("state"),
        callback: Callback { code: get("code").map(Secret::new), ..Callback::default() },
        session_hash: stage.actor.session_hash.clone(),
    };
    let row = connect::complete(&stage.engine, "mastodon", query).await.expect("completed");
    assert_eq!(row.status, "connected", "{row:?}");
    row.accounts[0]
}

async fn many_servers(test: &TestDb) {
    let stage = Stage::new(test).await;
    for host in ["social", "vintage", "odd"] {
        let account = through_the_pages(&stage, &format!("https://{host}.mastodon.localhost")).await;
        let text = format!("Hello from {host}");
        stage.now(account, &text).await;
        stage.run_until_idle().await;
        let server = stage.public(&text)[0].server.clone();
        assert_eq!(server, Some(format!("{host}.mastodon.localhost")));
    }
    assert_eq!(accounts::list(&stage.engine, &stage.actor).await.expect("list").len(), 3);
}
on_both!(accounts_of_many_servers_connect_and_publish, |t| super::many_servers(t));

async fn forgotten_app(test: &TestDb) {
    let stage = Stage::new(test).await;
    let server = "https://social.mastodon.localhost";
    let first = through_the_pages(&stage, server).await;
    let world = &stage.bench.world;
    let mut memory: serde_json::Value =
        serde_json::from_slice(&world.snapshot().expect("snapshot")).expect("json");
    memory["apps"] = serde_json::json!([]);
    world.restore(&serde_json::to_vec(&memory).expect("json")).expect("restored");
    let again = through_the_pages(&stage, server).await;
    assert_eq!(again, first, "connected anew, the same account");
}
on_both!(a_server_that_forgot_our_app_gets_a_new_registration, |t| super::forgotten_app(t));
