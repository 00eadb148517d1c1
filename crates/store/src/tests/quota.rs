//! A quota of the installation is one count for all nodes.

use carillon_domain::time::Timestamp;

use crate::repo::shared_quota::{self, Bucket};
use crate::testing::TestDb;
use crate::{Db, StoreError, on_both};

fn bucket(reset_at: i64) -> Bucket<'static> {
    Bucket { platform: "toy", name: "units", reset_at: Timestamp::from_second(reset_at).expect("time") }
}

async fn take(db: &Db, reset_at: i64, cost: u32) -> bool {
    let taken: Result<bool, StoreError> = db
        .write(move |tx| Box::pin(async move { shared_quota::take(tx, bucket(reset_at), cost, 100).await }))
        .await;
    taken.expect("taken")
}

async fn used(db: &Db, now: i64) -> i64 {
    let now = Timestamp::from_second(now).expect("time");
    shared_quota::used(db, ("toy", "units"), now).await.expect("used")
}

async fn counts(test: &TestDb) {
    let db = &test.db;
    assert_eq!(used(db, 0).await, 0);
    assert!(take(db, 1_000, 60).await);
    assert!(!take(db, 1_000, 41).await, "a refusal takes nothing");
    assert!(take(db, 1_000, 40).await);
    assert!(!take(db, 1_000, 1).await);
    assert!(take(db, 1_000, 0).await);
    assert_eq!((used(db, 999).await, used(db, 1_000).await), (100, 0));
    assert!(take(db, 2_000, 70).await, "a new day");
    assert!(!take(db, 1_000, 50).await, "a node whose clock is behind takes from the day of the others");
    assert_eq!(used(db, 1_999).await, 70);
    let full: Result<(), StoreError> =
        db.write(|tx| Box::pin(async move { shared_quota::fill(tx, bucket(2_000), 100).await })).await;
    full.expect("kept");
    assert_eq!(used(db, 1_999).await, 100);
    assert!(!take(db, 2_000, 1).await, "what the network says counts");
    assert!(take(db, 3_000, 1).await);
}
on_both!(a_quota_is_taken_from_until_its_reset, |t| super::counts(t));
