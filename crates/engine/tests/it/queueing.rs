//! Jobs that collide, fail for ever, get lost, or race with people.

use carillon_domain::id::Id;
use carillon_engine::runner::claim;
use carillon_store::repo::job;
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

async fn collision(test: &TestDb) {
    let stage = Stage::new(test).await;
    let now = stage.in_minutes(0);
    for lane in 0..8 {
        for place in 0..4 {
            let new = job::NewJob {
                id: Id::new(stage.engine.clock.as_ref(), stage.engine.entropy.as_ref()),
                workspace: None,
                kind: "test".into(),
                version: 1,
                payload: serde_json::json!({}),
                lane: Some(format!("lane {lane}")),
                background: false,
                run_at: now,
                unique_key: format!("test/{lane}/{place}"),
                subject: None,
                created_at: now,
            };
            let put = stage.engine.db.write(move |tx| Box::pin(async move { job::put(tx, &new).await }));
            let put: Result<(), StoreError> = put.await;
            put.expect("queued");
        }
    }
    let claims = (0..8).map(|_| claim(&stage.engine, "node", true));
    let claimed = futures::future::join_all(claims).await;
    let mut lanes: Vec<_> =
        claimed.into_iter().filter_map(|c| c.expect("a collision is no failure")).map(|l| l.lane).collect();
    let all = lanes.len();
    lanes.sort();
    lanes.dedup();
    assert_eq!(lanes.len(), all, "one job per lane");
    assert!(all > 0);
}
on_both!(two_nodes_that_want_the_same_lane_both_go_on, |t| super::collision(t));
