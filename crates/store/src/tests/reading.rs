//! What is read from the networks: one run at a time, numbers that stay.

use carillon_domain::id::{Id, RemotePostId, WorkspaceId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};

use crate::repo::remote_post::{self, RemotePostRow};
use crate::repo::snapshot::{self, Subject};
use crate::repo::sync_run::{self, ListQuery, SyncRunRow};
use crate::testing::TestDb;
use crate::{Db, StoreError};

struct Made {
    clock: ManualClock,
    entropy: SeededEntropy,
}

impl Made {
    fn new() -> Self {
        Self { clock: ManualClock::new(at(1_000)), entropy: SeededEntropy::new(1) }
    }

    fn id<K: carillon_domain::id::Kind>(&self) -> Id<K> {
        self.clock.advance(std::time::Duration::from_secs(1));
        Id::new(&self.clock, &self.entropy)
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("time")
}

fn run(made: &Made, workspace: WorkspaceId, account: carillon_domain::id::AccountId) -> SyncRunRow {
    SyncRunRow {
        workspace,
        id: made.id(),
        account,
        platform: "toy".into(),
        kind: SyncKind::Basic,
        reason: SyncReason::Requested,
        user: None,
        token: None,
        state: SyncState::Queued,
        created_at: at(1),
        started_at: None,
        ended_at: None,
        next_at: None,
        tries: 0,
        items: 0,
        calls: 0,
        error: None,
        limited_until: None,
        progress: serde_json::json!({}),
        continues: None,
    }
}

async fn open(db: &Db, row: &SyncRunRow) -> bool {
    let row = row.clone();
    let opened = db.write(move |tx| Box::pin(async move { sync_run::open(tx, &row).await })).await;
    opened.map_err(|e: StoreError| e.to_string()).expect("opened")
}

async fn runs(test: &TestDb) {
    let made = Made::new();
    let (workspace, account, other) = (made.id(), made.id(), made.id());
    let first = run(&made, workspace, account);
    assert!(open(&test.db, &first).await);
    assert!(!open(&test.db, &run(&made, workspace, account)).await, "one of an account at a time");
    assert!(open(&test.db, &run(&made, workspace, other)).await, "accounts don't wait for each other");
    assert!(open(&test.db, &run(&made, made.id(), account)).await, "nor do workspaces");
    assert_eq!(sync_run::all_open(&test.db, workspace).await.expect("open").len(), 2);
    assert_eq!(sync_run::without_job(&test.db, 10).await.expect("strays").len(), 3);

    let ended = SyncRunRow { state: SyncState::Done, items: 7, ended_at: Some(at(9)), ..first.clone() };
    let save = ended.clone();
    let saved = test.db.write(move |tx| Box::pin(async move { sync_run::save(tx, &save).await })).await;
    saved.map_err(|e: StoreError| e.to_string()).expect("saved");
    assert_eq!(sync_run::find(&test.db, workspace, first.id).await.expect("find"), Some(ended.clone()));
    assert_eq!(sync_run::open_of(&test.db, workspace, account).await.expect("find"), None);
    let second = run(&made, workspace, account);
    assert!(open(&test.db, &second).await, "the next one");
    let query = ListQuery { account: Some(account), limit: 10, ..ListQuery::default() };
    let listed = sync_run::list(&test.db, workspace, &query).await.expect("list");
    assert_eq!(listed, vec![second, ended.clone()], "newest first");
    let query = ListQuery { state: Some(SyncState::Done), limit: 10, ..ListQuery::default() };
    assert_eq!(sync_run::list(&test.db, workspace, &query).await.expect("list"), vec![ended]);
}
crate::on_both!(an_account_has_one_open_run, |t| super::runs(t));

async fn numbers(test: &TestDb) {
    let made = Made::new();
    let (workspace, account, run): (WorkspaceId, _, _) = (made.id(), made.id(), made.id());
    let post = |likes: Option<i64>, second| RemotePostRow {
        workspace,
        account,
        id: made.id(),
        remote_id: "1".into(),
        url: None,
        text: "Hello".into(),
        kind: None,
        published_at: at(1),
        publication: None,
        first_seen_at: at(second),
        seen: Observation {
            as_of: at(second),
            readings: likes.map(|n| Reading::new("likes", n, "like_count")).into_iter().collect(),
        },
    };
    let look = |row: RemotePostRow| async {
        let put = test.db.write(move |tx| {
            Box::pin(async move {
                let id = remote_post::put(tx, &row).await?;
                let subject = Subject { workspace, account, id: id.uuid() };
                snapshot::add(tx, subject, run, &row.seen).await?;
                snapshot::add(tx, subject, run, &row.seen).await?;
                Ok::<RemotePostId, StoreError>(id)
            })
        });
        put.await.expect("kept")
    };
    let first = look(post(Some(3), 10)).await;
    assert_eq!(look(post(None, 20)).await, first, "the same post at every look");
    assert_eq!(look(post(Some(0), 30)).await, first);
    let found = remote_post::recent(&test.db, workspace, account, 10).await.expect("posts");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].row.first_seen_at, found[0].row.seen.as_of), (at(10), at(30)));
    let subject = Subject { workspace, account, id: first.uuid() };
    let series = snapshot::series(&test.db, subject, "likes", at(0), at(99)).await.expect("series");
    let seen: Vec<_> = series.iter().map(|(t, r)| (t.as_second(), r.value, r.definition)).collect();
    assert_eq!(seen, [(10, 3, 1), (30, 0, 1)], "what was not given has no point, and is not zero");
}
crate::on_both!(numbers_are_appended_and_missing_ones_are_missing, |t| super::numbers(t));
