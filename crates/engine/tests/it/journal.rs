//! How long the journal of remote calls is kept.

use std::time::Duration;

use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn thinned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let old = stage.now(account, "Long ago").await;
    stage.run_until_idle().await;
    stage.bench.clock.advance(DAY * 60);
    stage.engine.upkeep().await;
    assert!(!stage.publication(&old).await.attempts[0].steps.is_empty(), "60 days are not 90");
    let new = stage.now(account, "Lately").await;
    stage.run_until_idle().await;
    stage.bench.clock.advance(DAY * 31);
    stage.engine.upkeep().await;
    let attempt = &stage.publication(&old).await.attempts[0];
    assert!(attempt.steps.is_empty(), "{:?}", attempt.steps);
    assert_eq!(attempt.outcome.as_deref(), Some("published"), "that there was an attempt is kept");
    assert!(!stage.publication(&new).await.attempts[0].steps.is_empty());
}
on_both!(the_journal_is_kept_for_90_days_and_attempts_for_longer, |t| super::thinned(t));
