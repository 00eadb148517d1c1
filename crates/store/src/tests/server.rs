//! What is special about a database server.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::testing::TestDb;
use crate::{Db, DbOptions, Executor, Stmt, StoreError, args};

const KEPT: Stmt =
    Stmt { name: "test.kept", sql: "select count(*) as n from pg_prepared_statements where name <> ''" };
const ANY: Stmt = Stmt { name: "test.any", sql: "select cast($1 as bigint) as n" };
const READ_ONLY: Stmt = Stmt { name: "test.read_only", sql: "set transaction read only" };
const CHANGE: Stmt = Stmt {
    name: "test.change",
    sql: "insert into settings (name, value) values ('x', '1') on conflict (name) do nothing",
};
const PID: Stmt = Stmt { name: "test.pid", sql: "select cast(pg_backend_pid() as bigint) as n" };

const LIVES: Stmt = Stmt { name: "test.lives", sql: "select pid from pg_stat_activity where pid = $1" };

async fn number(db: &Db, stmt: Stmt) -> i64 {
    let row = db.fetch_optional(stmt, Vec::new()).await.expect("a row").expect("a row");
    row.get("n").expect("a number")
}

/// How many statements one connection keeps, seen from a transaction that ran two before.
async fn kept(db: &Db) -> i64 {
    let counted: Result<i64, StoreError> = db
        .write(|tx| {
            Box::pin(async move {
                for n in 0..2 {
                    tx.fetch_all(ANY, args![n]).await?;
                }
                tx.fetch_optional(KEPT, Vec::new()).await?.map_or(Ok(-1), |row| row.get("n"))
            })
        })
        .await;
    counted.expect("counted")
}

#[tokio::test]
async fn behind_a_pooler_nothing_outlasts_a_transaction() {
    let name = "server::behind_a_pooler_nothing_outlasts_a_transaction";
    let Some(test) = TestDb::postgres(name).await else { return };
    assert!(kept(&test.db).await > 0, "without a pooler statements are kept");
    let options = DbOptions { pooler: true, ..DbOptions::default() };
    let db = Db::open_with(&test.url, &options).await.expect("opens");
    assert_eq!(kept(&db).await, 0);
    assert_eq!(number(&db, KEPT).await, 0);
    db.close().await;
    test.dispose().await;
}

#[tokio::test]
async fn a_connection_that_takes_no_writes_is_not_used_again() {
    let name = "server::a_connection_that_takes_no_writes_is_not_used_again";
    let Some(test) = TestDb::postgres(name).await else { return };
    let used = Arc::new(AtomicI64::new(0));
    let noted = used.clone();
    let refused: Result<u64, StoreError> = test
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = tx.fetch_optional(PID, Vec::new()).await?;
                noted.store(row.map_or(Ok(0), |row| row.get("n"))?, Ordering::Relaxed);
                tx.execute(READ_ONLY, Vec::new()).await?;
                tx.execute(CHANGE, Vec::new()).await
            })
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Unreachable(_))), "{refused:?}");
    let used = used.load(Ordering::Relaxed);
    let gone = async {
        while !test.db.fetch_all(LIVES, args![used]).await.expect("activity").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("closed in time");
    test.dispose().await;
}

#[tokio::test]
async fn announcements_are_heard_past_a_pooler() {
    let Some(test) = TestDb::postgres("server::announcements_are_heard_past_a_pooler").await else { return };
    let options = DbOptions { pooler: true, listen_url: test.url.clone() };
    let db = Db::open_with(&test.url, &options).await.expect("opens");
    let heard = tokio::sync::Notify::new();
    let hearing = db.announcements(|| heard.notify_one());
    let told = async {
        // Once when it begins to listen, once for what is announced.
        heard.notified().await;
        let done: Result<(), StoreError> = db
            .write(|tx| {
                tx.announce_work();
                Box::pin(async { Ok(()) })
            })
            .await;
        done.expect("announced");
        heard.notified().await;
    };
    let within = tokio::time::timeout(Duration::from_secs(20), told);
    tokio::select! {
        () = hearing => {}
        heard = within => heard.expect("heard in time"),
    }
    db.close().await;
    test.dispose().await;
}
