//! Connecting and letting go of accounts, and what is kept of their secrets.

use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::secret::Secret;
use carillon_engine::usecase::connect::{self, ConnectRequest};
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
