//! Copies are rows as the product writes them, at other times and with ids of their own.

use carillon_domain::composition::Composition;
use carillon_domain::id::{AccountId, AttemptId, Id, PostId, PublicationId, WorkspaceId};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, ManualClock, SeededEntropy, SignedDuration, Timestamp};

use crate::bulk::{self, Template};
use crate::repo::post::{self, PostRow};
use crate::repo::publication::{self, ListQuery, PublicationRow};
use crate::repo::{attempt, job, waiting};
use crate::testing::{TestDb, rows};
use crate::{Db, Stmt, StoreError, args};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("time")
}

const DUE: i64 = 1_700_000_000;

const ATTEMPT: Stmt = Stmt {
    name: "test.attempt",
    sql: "insert into attempts (workspace_id, publication_id, id, number, started_at, ended_at, outcome) \
          values ($1, $2, $3, 1, $4, $5, 'published')",
};
const STEP: Stmt = Stmt {
    name: "test.step",
    sql: "insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, method, url, status, duration_us) \
          values ($1, $2, 1, $3, 'post', 'POST', 'https://toy.example/', 201, 9)",
};

/// What a test may look for afterwards.
#[derive(Clone, Copy)]
struct Whose {
    workspace: WorkspaceId,
    account: AccountId,
}

/// One that went out, or one that is planned, each with all that the product keeps of it.
async fn publish(db: &Db, whose: Whose, state: PublicationState, entropy: &SeededEntropy) {
    let clock = ManualClock::new(at(DUE - 900));
    let (new_post, new): (PostId, PublicationId) = (Id::new(&clock, entropy), Id::new(&clock, entropy));
    let (post, row) = rows::draft(whose.workspace, (whose.account, "toy"), (new_post, new), clock.now());
    let post = PostRow {
        composition: Composition { text: "bells".into(), ..Composition::default() },
        due_at: Some(at(DUE)),
        ..post
    };
    let done = state == PublicationState::Published;
    let row = PublicationRow {
        state,
        due_at: Some(at(DUE)),
        intent: done,
        fingerprint: "f".into(),
        remote_id: done.then(|| "7".to_owned()),
        published_at: done.then(|| at(DUE)),
        ..row
    };
    let job = (!done).then(|| job::NewJob {
        workspace: Some(whose.workspace),
        party: job::Party::new("toy", whose.workspace, whose.account),
        subject: Some(row.id.uuid()),
        run_at: at(DUE),
        ..super::new_job(&clock, entropy, "publish/one")
    });
    let new_attempt: AttemptId = Id::new(&clock, entropy);
    let saved = db.write(move |tx| {
        Box::pin(async move {
            post::insert(tx, &post).await?;
            publication::insert(tx, &row).await?;
            if let Some(job) = job {
                return job::put(tx, &job).await;
            }
            let now = at(DUE);
            tx.execute(ATTEMPT, args![row.workspace, row.id, new_attempt, now, at(DUE + 1)]).await?;
            tx.execute(STEP, args![row.workspace, new_attempt, now]).await?;
            Ok::<_, StoreError>(())
        })
    });
    saved.await.expect("saved");
}

async fn copied(test: &TestDb) {
    let (db, entropy) = (&test.db, SeededEntropy::new(3));
    let clock = ManualClock::new(at(DUE));
    let whose = Whose { workspace: Id::new(&clock, &entropy), account: Id::new(&clock, &entropy) };
    publish(db, whose, PublicationState::Published, &entropy).await;
    publish(db, whose, PublicationState::Scheduled, &entropy).await;
    let finished = Template { due: at(DUE), state: PublicationState::Published, journal: true };
    let future = Template { state: PublicationState::Scheduled, journal: false, ..finished };
    let day = SignedDuration::from_hours(24);
    bulk::copy(db, finished, &[day * -3, day * -2]).await.expect("copied");
    bulk::copy(db, finished, &[day * -1]).await.expect("copied");
    bulk::copy(db, future, &[day, day * 2, day * 3]).await.expect("copied");
    bulk::settle(db).await.expect("settled");

    assert_eq!(bulk::publications(db).await.expect("count"), 8);
    let all = ListQuery { limit: 100, ..ListQuery::default() };
    let all = publication::list(db, whose.workspace, &all).await.expect("list");
    let mut dues: Vec<_> =
        all.iter().filter_map(|row| Some((row.state.as_str(), row.due_at?.as_second()))).collect();
    dues.sort_unstable();
    let hours = 24 * 3600;
    let expected = (0..=3).rev().map(|n| ("published", DUE - n * hours));
    let expected: Vec<_> = expected.chain((0..=3).map(|n| ("scheduled", DUE + n * hours))).collect();
    assert_eq!(dues, expected);
    for row in &all {
        let post = post::find(db, row.workspace, row.post).await.expect("read").expect("its own post");
        assert_eq!((post.due_at, post.created_at), (row.due_at, row.created_at));
        let attempts = attempt::of_publication(db, row.workspace, row.id).await.expect("attempts");
        let calls: Vec<usize> = attempts.iter().map(|(_, steps)| steps.len()).collect();
        let published = row.state == PublicationState::Published;
        assert_eq!(calls, if published { vec![1] } else { vec![] });
    }
    // The ids grow with the time of making, as the product's do.
    let mut by_id = all.clone();
    by_id.sort_by_key(|row| row.id);
    let made: Vec<_> = by_id.iter().map(|row| row.created_at).collect();
    assert!(made.is_sorted(), "{made:?}");
    // Everything planned has its job, at its own time.
    assert_eq!(job::count(db).await.expect("count"), 4);
    assert_eq!(bulk::open_jobs(db, at(DUE + hours)).await.expect("count"), 2);
    let later = at(DUE + 9 * hours);
    let strays = waiting::without_job(db, later, at(0), 100).await.expect("strays");
    assert!(strays.is_empty(), "{strays:?}");
    let ends = bulk::ends(db, at(DUE)).await.expect("ends");
    let mut ends: Vec<_> = ends.iter().map(|end| (end.state.as_str(), end.attempts)).collect();
    ends.sort_unstable();
    assert_eq!(ends, [("published", 1), ("scheduled", 0)], "only the templates are due then");
}
crate::on_both!(a_copy_is_what_the_product_writes, |t| super::copied(t));
