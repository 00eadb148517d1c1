//! What callers may rely on when they write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use futures::{FutureExt, poll};

use super::*;
use crate::{DbOptions, Stmt, args};

/// A row that refers to nothing; SQLite looks at the commit.
const DANGLING: Stmt = Stmt {
    name: "test.dangling",
    sql: "insert into members (workspace_id, user_id, role, created_at, updated_at) values ($1, $2, 'owner', 0, 0)",
};
const DEFER: Stmt = Stmt { name: "test.defer", sql: "pragma defer_foreign_keys = on" };

fn note(hook: &AtomicU32) {
    hook.fetch_add(1, Ordering::Relaxed);
}

fn world() -> (ManualClock, SeededEntropy) {
    (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1))
}

#[tokio::test]
async fn waiting_writes_share_one_commit_and_a_failed_one_hurts_nobody() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let before = test.db.commits().expect("sqlite");
    let writes = (0..200).map(|n| put(&test.db, new_job(&clock, &entropy, &n.to_string()), n % 10 == 3));
    let results = join_all(writes).await;
    let commits = test.db.commits().expect("sqlite") - before;
    assert_eq!(results.iter().filter(|r| r.is_err()).count(), 20);
    assert_eq!(job::count(&test.db).await.expect("count"), 180);
    assert!(commits < 50, "{commits} commits for 200 writes");
    test.dispose().await;
}

fn explode() -> StoreError {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_in_one_write_leaves_the_writer_alive() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let lost = new_job(&clock, &entropy, "lost");
    let died = test.db.write(move |tx| {
        Box::pin(async move {
            job::put(tx, &lost).await?;
            Err::<(), _>(explode())
        })
    });
    assert!(matches!(died.await, Err(StoreError::Panicked)));
    put(&test.db, new_job(&clock, &entropy, "a"), false).await.expect("the writer lives");
    assert_eq!(job::count(&test.db).await.expect("count"), 1, "what the dead one wrote is undone");
    test.dispose().await;
}

#[tokio::test]
async fn whoever_fails_first_takes_nobody_along() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let before = test.db.commits().expect("sqlite");
    let (lost, kept) = (new_job(&clock, &entropy, "lost"), new_job(&clock, &entropy, "kept"));
    let (both_wait, until_both_wait) = tokio::sync::oneshot::channel();
    let bad = test.db.write(move |tx| {
        Box::pin(async move {
            until_both_wait.await.expect("told");
            job::put(tx, &lost).await?;
            Err::<(), _>(StoreError::Config("on purpose".into()))
        })
    });
    let (mut bad, mut good) = (Box::pin(bad), Box::pin(put(&test.db, kept, false)));
    assert!(poll!(bad.as_mut()).is_pending() && poll!(good.as_mut()).is_pending());
    both_wait.send(()).expect("the first has begun or will");
    let (bad, good) = tokio::join!(bad, good);
    assert!(matches!(bad, Err(StoreError::Config(_))), "{bad:?}");
    good.expect("it stays");
    assert_eq!(test.db.commits().expect("sqlite") - before, 1, "both were in one transaction");
    assert_eq!(job::count(&test.db).await.expect("count"), 1);
    test.dispose().await;
}

#[tokio::test]
async fn a_commit_that_fails_fails_everybody_in_it() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let id = Id::<carillon_domain::id::WorkspaceKind>::new(&clock, &entropy);
    let (both_wait, until_both_wait) = tokio::sync::oneshot::channel();
    let bad = test.db.write(move |tx| {
        Box::pin(async move {
            until_both_wait.await.expect("told");
            tx.execute(DEFER, args![]).await?;
            tx.execute(DANGLING, args![id, id]).await
        })
    });
    let heard = Arc::new(AtomicU32::new(0));
    let (hook, new) = (Arc::clone(&heard), new_job(&clock, &entropy, "k"));
    let good = test.db.write(move |tx| {
        Box::pin(async move {
            tx.after_commit(move || note(&hook));
            job::put(tx, &new).await
        })
    });
    let (mut bad, mut good) = (Box::pin(bad), Box::pin(good));
    assert!(poll!(bad.as_mut()).is_pending() && poll!(good.as_mut()).is_pending());
    both_wait.send(()).expect("the first has begun or will");
    let (bad, good) = tokio::join!(bad, good);
    assert!(bad.is_err() && good.is_err(), "nobody is told that it holds: {bad:?} {good:?}");
    assert_eq!((job::count(&test.db).await.expect("count"), heard.load(Ordering::Relaxed)), (0, 0));
    put(&test.db, new_job(&clock, &entropy, "next"), false).await.expect("the next group is clean");
    test.dispose().await;
}

#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    join_all((0..20).map(|n| put(&test.db, new_job(&clock, &entropy, &n.to_string()), false))).await;
    // What the disk holds at this moment is all that a crash leaves.
    let left = tempfile::tempdir().expect("folder");
    for file in std::fs::read_dir(test.folder().expect("sqlite")).expect("folder") {
        let file = file.expect("file");
        std::fs::copy(file.path(), left.path().join(file.file_name())).expect("copied");
    }
    let db =
        Db::open(&format!("sqlite:{}", left.path().join("carillon.db").display())).await.expect("recovers");
    assert_eq!(job::count(&db).await.expect("count"), 20);
    db.close().await;
    test.dispose().await;
}

async fn hooks(test: &TestDb) {
    let (clock, entropy) = world();
    let heard = Arc::new(AtomicU32::new(0));
    for (key, fail) in [("kept", false), ("undone", true)] {
        let (hook, new) = (Arc::clone(&heard), new_job(&clock, &entropy, key));
        let done = test.db.write(move |tx| {
            Box::pin(async move {
                job::put(tx, &new).await?;
                tx.after_commit(move || note(&hook));
                if fail { Err(StoreError::Config("on purpose".into())) } else { Ok(()) }
            })
        });
        assert_eq!(done.await.is_err(), fail);
    }
    assert_eq!(heard.load(Ordering::Relaxed), 1);
}
on_both!(hooks_run_for_what_holds, |t| super::hooks(t));

#[tokio::test]
async fn a_write_whose_caller_left_ends_well() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let heard = Arc::new(AtomicU32::new(0));
    let (hook, new) = (Arc::clone(&heard), new_job(&clock, &entropy, "left"));
    let mut write = Box::pin(test.db.write(move |tx| {
        Box::pin(async move {
            tx.after_commit(move || note(&hook));
            job::put(tx, &new).await
        })
    }));
    assert!(poll!(write.as_mut()).is_pending());
    drop(write);
    put(&test.db, new_job(&clock, &entropy, "stayed"), false).await.expect("put");
    assert_eq!((job::count(&test.db).await.expect("count"), heard.load(Ordering::Relaxed)), (2, 1));
    test.dispose().await;
}

#[tokio::test]
async fn closing_lets_waiting_writes_end() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let mut writes: Vec<_> =
        (0..100).map(|n| put(&test.db, new_job(&clock, &entropy, &n.to_string()), false).boxed()).collect();
    for write in &mut writes {
        assert!(poll!(write.as_mut()).is_pending());
    }
    test.db.close().await;
    assert!(join_all(writes).await.iter().all(Result::is_ok));
    let late = put(&test.db, new_job(&clock, &entropy, "late"), false).await;
    assert!(matches!(late, Err(StoreError::Closed)));
    let again = Db::open(&test.url).await.expect("opens");
    assert_eq!(job::count(&again).await.expect("count"), 100);
    again.close().await;
    test.dispose().await;
}

#[tokio::test]
async fn urls_that_can_not_keep_anything_are_refused() {
    for url in ["mysql://x", "sqlite:", "sqlite::memory:", "", "postgres:://"] {
        let refused = Db::connect(url, &DbOptions::default()).await.err();
        assert!(matches!(refused, Some(StoreError::Config(_))), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn a_wrong_column_is_named() {
    use crate::Executor;
    let test = TestDb::sqlite().await;
    let stmt = Stmt { name: "test.decode", sql: "select null as a, 'x' as b" };
    let row = test.db.fetch_optional(stmt, args![]).await.expect("reads").expect("a row");
    for (column, error) in [("a", row.get::<i64>("a").err()), ("c", row.get::<i64>("c").err())] {
        let text = error.expect("refused").to_string();
        assert!(text.contains("test.decode") && text.contains(&format!("`{column}`")), "{text}");
    }
    assert_eq!(row.get::<Option<i64>>("a").expect("null"), None);
    assert!(row.json::<i64>("b").is_err() && row.named("b", |_| None::<()>).is_err());
    test.dispose().await;
}

async fn announced(test: &TestDb) {
    let (clock, entropy) = world();
    let other_node = Db::open(&test.url).await.expect("opens");
    let heard = AtomicU32::new(0);
    let listening = other_node.announcements(|| note(&heard));
    let working = async {
        let until = |n: u32| {
            let heard = &heard;
            async move {
                while heard.load(Ordering::Relaxed) < n {
                    tokio::task::yield_now().await;
                }
            }
        };
        if test.db.commits().is_some() {
            return;
        }
        until(1).await;
        assert!(put(&test.db, new_job(&clock, &entropy, "undone"), true).await.is_err());
        put(&test.db, new_job(&clock, &entropy, "kept"), false).await.expect("put");
        until(2).await;
    };
    let limited = tokio::time::timeout(std::time::Duration::from_secs(20), working);
    tokio::select! {
        () = listening => unreachable!("it never ends"),
        done = limited => done.expect("heard in time"),
    }
    other_node.close().await;
}
on_both!(other_nodes_hear_of_work, |t| super::announced(t));

#[tokio::test]
async fn on_a_full_disk_everybody_hears_it_and_nothing_is_half_done() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    let limit = |pages: &str| test.raw(format!("pragma max_page_count = {pages}"), String::new());
    // The database can't grow any more; it takes what fits into the pages that it has.
    limit("1").await;
    let mut good = 0;
    for round in 0..20 {
        // Some give up by themselves; whose work was before the one that met the full disk is undone with it.
        let writes = (0..50).map(|n| {
            let mut new = new_job(&clock, &entropy, &format!("{round}.{n}"));
            new.payload = serde_json::json!("x".repeat(if n % 2 == 0 { 10 } else { 3_000 }));
            put(&test.db, new, n % 10 == 3)
        });
        let results = join_all(writes).await;
        good += results.iter().filter(|result| result.is_ok()).count() as i64;
        let full = |error: &StoreError| error.to_string().contains("disk is full");
        let wrong = |error: &&StoreError| !full(error) && !matches!(error, StoreError::Config(_));
        let wrong: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).filter(wrong).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(
            job::count(&test.db).await.expect("count"),
            good,
            "what was answered is there, and nothing else"
        );
    }
    limit("1000000").await;
    put(&test.db, new_job(&clock, &entropy, "room again"), false).await.expect("it goes on by itself");
    assert_eq!(job::count(&test.db).await.expect("count"), good + 1);
    test.dispose().await;
}

#[tokio::test]
async fn nothing_runs_outside_of_a_transaction_that_is_gone() {
    let test = TestDb::sqlite().await;
    let (clock, entropy) = world();
    test.raw("pragma max_page_count = 1".to_owned(), String::new()).await;
    let (mut large, small) = (new_job(&clock, &entropy, "large"), new_job(&clock, &entropy, "small"));
    large.payload = serde_json::json!("x".repeat(100_000));
    let went_on = test.db.write(move |tx| {
        Box::pin(async move {
            // Whoever does not look at the error must not write on their own behind it.
            let _ = job::put(tx, &large).await;
            let _ = job::put(tx, &small).await;
            Ok::<_, StoreError>(())
        })
    });
    let error = went_on.await.expect_err("it was undone").to_string();
    assert!(error.contains("disk is full"), "{error}");
    assert_eq!(job::count(&test.db).await.expect("count"), 0);
    test.dispose().await;
}
