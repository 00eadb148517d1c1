//! Work that reads much, on a thread where it may wait.

use std::panic::AssertUnwindSafe;
use std::thread::{ThreadId, current};

use futures::future::pending;
use futures::{FutureExt, poll};
use tokio::sync::oneshot;

use super::*;
use crate::apart::MOST;

async fn reading_thread(db: &Db) -> Result<ThreadId, StoreError> {
    db.read(|_| Box::pin(async { Ok(current().id()) })).await
}

#[tokio::test]
async fn work_that_is_apart_reads_where_it_is() {
    let test = TestDb::sqlite().await;
    let here = current().id();
    assert_ne!(reading_thread(&test.db).await.expect("read"), here, "a list keeps nobody else from his work");
    let db = test.db.clone();
    let work = async move {
        let before = current().id();
        let (one, other) = tokio::join!(reading_thread(&db), reading_thread(&db));
        (before, one, other)
    };
    let (at_work, one, other) = test.db.apart(work).await.expect("ran");
    assert_ne!(at_work, here);
    assert_eq!((one.expect("read"), other.expect("read")), (at_work, at_work));
    test.dispose().await;
}

async fn left(test: &TestDb) {
    let (kept, dropped) = oneshot::channel::<()>();
    let (begins, begun) = oneshot::channel();
    let work = test.db.apart(async move {
        let _kept = kept;
        begins.send(()).expect("somebody waits");
        pending::<()>().await;
    });
    {
        let mut work = Box::pin(work);
        assert!(poll!(work.as_mut()).is_pending());
        begun.await.expect("begun");
    }
    assert!(dropped.await.is_err(), "the work is gone with who waited for it");
    test.db.ping().await.expect("and nothing else is");
}
crate::on_both!(work_that_is_apart_ends_with_who_waits_for_it, |t| super::left(t));

fn explode() -> StoreError {
    panic!("on purpose")
}

async fn panics(test: &TestDb) {
    let db = test.db.clone();
    let work = async move { db.read(|_| Box::pin(async { Err::<(), _>(explode()) })).await };
    let died = AssertUnwindSafe(test.db.apart(work)).catch_unwind().await;
    assert!(died.is_err());
    for _ in 0..2 * MOST {
        let db = test.db.clone();
        let read = test.db.apart(async move { reading_thread(&db).await }).await;
        read.expect("there is still room").expect("and there are still connections");
    }
}
crate::on_both!(a_panic_apart_is_one_where_it_is_waited_for, |t| super::panics(t));

async fn full(test: &TestDb) {
    let mut waiting = Vec::new();
    for _ in 0..MOST {
        let mut work = Box::pin(test.db.apart(pending::<()>()));
        assert!(poll!(work.as_mut()).is_pending());
        waiting.push(work);
    }
    let db = test.db.clone();
    let read = test.db.apart(async move { reading_thread(&db).await }).await;
    read.expect("ran").expect("read");
}
crate::on_both!(who_finds_no_room_apart_works_all_the_same, |t| super::full(t));
