//! A node that can't hear the others finds their work when it looks.

use std::time::Duration;

use carillon_engine::runner::RunnerConfig;
use carillon_store::testing::TestDb;
use carillon_store::{Db, DbOptions};
use tokio_util::sync::CancellationToken;

use super::support::Stage;

#[tokio::test]
async fn without_announcements_posts_go_out_all_the_same() {
    let name = "hearing::without_announcements_posts_go_out_all_the_same";
    let Some(test) = TestDb::postgres(name).await else { return };
    let stage = Stage::new(&test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    // Nothing listens there.
    let options = DbOptions { listen_url: "postgres://127.0.0.1:9/nowhere".into(), ..DbOptions::default() };
    let db = Db::open_with(&test.url, &options).await.expect("opens all the same");
    let config =
        RunnerConfig { node: "deaf".into(), poll: Duration::from_millis(50), ..RunnerConfig::default() };
    let stop = CancellationToken::new();
    let node = tokio::spawn(stage.node_on(db.clone(), config).await.run(stop.clone()));
    stage.now(account, "Found by looking").await;
    let public = async {
        while stage.public("Found by looking").is_empty() {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), public).await.expect("published in time");
    stop.cancel();
    node.await.expect("ends");
    db.close().await;
    test.dispose().await;
}
