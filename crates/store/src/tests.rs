//! The two engines are the same to everybody above.

mod analytics;
mod apart;
mod bulk;
mod cut;
mod library;
mod notices;
mod plans;
mod quota;
mod reading;
mod schema;
mod search;
mod server;
mod upgrade;
mod writer;

use carillon_domain::id::Id;
use carillon_domain::time::{ManualClock, SeededEntropy, SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;

use crate::repo::{all_statements, job, lease};
use crate::testing::TestDb;
use crate::{Db, StoreError, on_both};

async fn prepare_all(test: &TestDb) {
    use sqlx::{Executor as _, SqlSafeStr as _};
    for stmt in all_statements() {
        let result = match &test.db {
            Db::Sqlite(db) => db.readers.with(move |c| c.prepares(stmt.sql)).await,
            Db::Postgres(server) => {
                let mut c = server.pool.acquire().await.expect("connection");
                let sql = AssertSqlSafe(stmt.postgres().into_owned()).into_sql_str();
                (&mut *c).prepare(sql).await.map(drop).map_err(|e| StoreError::sql(stmt.name, &e))
            }
        };
        assert!(result.is_ok(), "{}: {:?}", stmt.name, result.err());
    }
}
on_both!(every_statement_prepares, |t| super::prepare_all(t));

#[test]
fn statement_names_are_unique() {
    let mut names: Vec<_> = all_statements().map(|s| s.name).collect();
    let before = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), before);
}

fn new_job(clock: &ManualClock, entropy: &SeededEntropy, key: &str) -> job::NewJob {
    job::NewJob {
        id: Id::new(clock, entropy),
        workspace: None,
        kind: "test".into(),
        version: 1,
        payload: serde_json::json!({}),
        lane: None,
        background: false,
        party: job::Party::default(),
        run_at: Timestamp::UNIX_EPOCH,
        unique_key: key.into(),
        subject: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

async fn put(db: &Db, new: job::NewJob, fail: bool) -> Result<(), StoreError> {
    db.write(move |tx| {
        Box::pin(async move {
            job::put(tx, &new).await?;
            if fail { Err(StoreError::Config("on purpose".into())) } else { Ok(()) }
        })
    })
    .await
}

async fn lanes(test: &TestDb) {
    let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1));
    for (key, lane, at) in [("late", Some("acct"), 20), ("early", Some("acct"), 10), ("free", None, 30)] {
        let mut new = new_job(&clock, &entropy, key);
        new.lane = lane.map(str::to_owned);
        new.payload = serde_json::json!(key);
        new.run_at = Timestamp::from_second(at).expect("time");
        put(&test.db, new, false).await.expect("put");
    }
    let claim = || async {
        let now = Timestamp::from_second(100).expect("time");
        test.db
            .write(move |tx| Box::pin(async move { job::claim(tx, "n", now, now, job::Room::ALL).await }))
            .await
            .expect("claim")
    };
    let first = claim().await.expect("the earliest of the lane");
    let second = claim().await.expect("the one without a lane");
    assert_eq!((first.payload.as_str(), second.payload.as_str()), (Some("early"), Some("free")));
    assert!(claim().await.is_none(), "the lane is taken");
    let (id, epoch) = (first.id, first.lease_epoch);
    let done =
        test.db.write(move |tx| Box::pin(async move { lease::finish(tx, &[(id, epoch)]).await })).await;
    assert_eq!(done.expect("finish"), 1);
    assert_eq!(claim().await.expect("now free").payload, serde_json::json!("late"));
}
on_both!(a_lane_has_one_leased_job_and_keeps_due_order, |t| super::lanes(t));

async fn fences(test: &TestDb) {
    let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1));
    put(&test.db, new_job(&clock, &entropy, "k"), false).await.expect("put");
    let now = Timestamp::from_second(100).expect("time");
    let claimed = test
        .db
        .write(move |tx| Box::pin(async move { job::claim(tx, "n", now, now, job::Room::ALL).await }))
        .await;
    let claimed = claimed.expect("claim").expect("due");
    // An edit puts the job again while a worker has it.
    put(&test.db, new_job(&clock, &entropy, "k"), false).await.expect("put again");
    let (id, epoch) = (claimed.id, claimed.lease_epoch);
    let held = test.db.write(move |tx| Box::pin(async move { lease::fence(tx, &[(id, epoch)]).await })).await;
    assert!(held.expect("fence").is_empty(), "the old lease is void");
}
on_both!(an_edit_takes_the_job_away_from_its_worker, |t| super::fences(t));

async fn background(test: &TestDb) {
    let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1));
    for (key, background, at) in [("reading", true, 10), ("publishing", false, 20)] {
        let mut new = new_job(&clock, &entropy, key);
        new.background = background;
        new.payload = serde_json::json!(key);
        new.run_at = Timestamp::from_second(at).expect("time");
        put(&test.db, new, false).await.expect("put");
    }
    let at = |second| Timestamp::from_second(second).expect("time");
    let quiet = job::Room { background: false, ..job::Room::ALL };
    assert_eq!(lease::next_run_at(&test.db, quiet, SignedDuration::ZERO).await.expect("next"), Some(at(20)));
    assert_eq!(
        lease::next_run_at(&test.db, job::Room::ALL, SignedDuration::ZERO).await.expect("next"),
        Some(at(10))
    );
    let claim = |room| {
        let now = at(100);
        test.db.write(move |tx| Box::pin(async move { job::claim(tx, "n", now, now, room).await }))
    };
    let first = claim(quiet).await.expect("claim").expect("the one that does not wait");
    assert_eq!((first.payload.as_str(), first.background), (Some("publishing"), false));
    assert!(claim(quiet).await.expect("claim").is_none());
    let second = claim(job::Room::ALL).await.expect("claim").expect("there is room");
    assert_eq!((second.payload.as_str(), second.background), (Some("reading"), true));
}
on_both!(what_runs_in_the_background_leaves_room, |t| super::background(t));

async fn lanes_only(test: &TestDb) {
    let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1));
    for (key, lane, at) in [("upload", None, 10), ("commit", Some("acct"), 20)] {
        let mut new = new_job(&clock, &entropy, key);
        new.lane = lane.map(str::to_owned);
        new.payload = serde_json::json!(key);
        new.run_at = Timestamp::from_second(at).expect("time");
        put(&test.db, new, false).await.expect("put");
    }
    let at = |second| Timestamp::from_second(second).expect("time");
    let commits = job::Room { lanes: true, foreground: false, background: false };
    let uploads = job::Room { lanes: false, ..job::Room::ALL };
    assert_eq!(
        lease::next_run_at(&test.db, commits, SignedDuration::ZERO).await.expect("next"),
        Some(at(20))
    );
    assert_eq!(
        lease::next_run_at(&test.db, uploads, SignedDuration::ZERO).await.expect("next"),
        Some(at(10))
    );
    for (room, key) in [(commits, "commit"), (uploads, "upload")] {
        let claim = || {
            let now = at(100);
            test.db.write(move |tx| Box::pin(async move { job::claim(tx, "n", now, now, room).await }))
        };
        let claimed = claim().await.expect("claim").expect("there is room");
        assert_eq!(claimed.payload.as_str(), Some(key));
        assert!(claim().await.expect("claim").is_none(), "only {key}");
    }
}
on_both!(commits_and_other_jobs_have_room_of_their_own, |t| super::lanes_only(t));
