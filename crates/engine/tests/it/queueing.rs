//! Jobs that collide, fail for ever, get lost, or race with people.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::id::Id;
use carillon_domain::publication::PublicationState;
use carillon_engine::publish::job_key;
use carillon_engine::runner::claim;
use carillon_engine::usecase::publications;
use carillon_store::repo::{job, lease, publication};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};
use tokio::sync::oneshot;

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
                party: job::Party::default(),
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
    let claims = (0..8).map(|_| claim(&stage.engine, "node", job::Room::ALL));
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

async fn defect(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "A contradiction", stage.in_minutes(10)).await;
    stage.run_due().await;
    // What no code of ours writes: it says that all is done, and that the root is still on its way.
    let id = post.publications[0].id;
    stage
        .crash_leaves(id, |row| {
            row.intent = true;
            row.state = PublicationState::Publishing;
            row.progress.as_mut().expect("prepared")["stage"] = serde_json::json!({ "at": "done" });
        })
        .await;
    stage.run_until_idle().await;
    let publication = stage.publication_by_id(id).await;
    assert_eq!(publication.state, PublicationState::Unconfirmed, "it does not lie still for ever");
    assert_eq!(publication.error.map(|e| e.code).as_deref(), Some("defect"));
}
on_both!(a_defect_that_does_not_go_away_ends, |t| super::defect(t));

async fn leads(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.at(account, "Tomorrow", stage.in_minutes(24 * 60)).await;
    let due = stage.publication(&post).await.due_at;
    let target = carillon_engine::publish::Target {
        workspace: stage.actor.workspace,
        publication: post.publications[0].id,
    };
    let times = carillon_engine::publish::Times::of(&stage.engine);
    for connector in carillon_connectors::Registry.all() {
        let name = connector.descriptor().name;
        let run_at = times.job(target, name, account, due).run_at;
        let ahead = due.expect("due").duration_since(run_at).as_secs();
        assert_eq!(ahead, i64::from(connector.capabilities().prepare_ahead_s), "{name}");
    }
}
on_both!(preparation_begins_as_far_ahead_as_each_network_says, |t| super::leads(t));

async fn nonsense(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.now(account, "Found again").await;
    let id = post.publications[0].id;
    let mut new = carillon_engine::publish::Times::of(&stage.engine).job(
        carillon_engine::publish::Target { workspace: stage.actor.workspace, publication: id },
        "bluesky",
        account,
        None,
    );
    new.payload = serde_json::json!("of another version");
    let put = stage.engine.db.write(move |tx| Box::pin(async move { job::put(tx, &new).await }));
    let put: Result<(), StoreError> = put.await;
    put.expect("queued");
    for _ in 0..3 {
        stage.run_due().await;
        stage.bench.clock.advance(std::time::Duration::from_secs(1));
    }
    assert_eq!(stage.public("Found again").len(), 0, "nobody can read it");
    stage.run_until_idle().await;
    assert_eq!(stage.public("Found again").len(), 1, "it is given up, and the sweep makes a better one");
}
on_both!(a_job_that_nobody_can_read_is_made_anew, |t| super::nonsense(t));

async fn lost_parts(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    for (text, waits) in [("Lost while it waited", true), ("Lost right after the root", false)] {
        let limited = Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit).reset(60);
        stage.fault(limited.skipping(1));
        let post = stage.thread(account, &["Here", text]).await;
        stage.run_due().await;
        let id = post.publications[0].id;
        let lose =
            stage.engine.db.write(move |tx| Box::pin(async move { job::remove(tx, &job_key(id)).await }));
        let lose: Result<(), StoreError> = lose.await;
        lose.expect("lost");
        if !waits {
            stage.crash_leaves(id, |row| (row.incomplete, row.next_at) = (false, None)).await;
        }
        stage.bench.clock.advance(std::time::Duration::from_secs(120));
        stage.run_due().await;
        stage.run_until_idle().await;
        assert_eq!(stage.public(text).len(), 1, "the sweep finds it: {text}");
        assert!(!stage.publication_by_id(id).await.incomplete);
        stage.run_due().await;
        assert_eq!(job::count(&stage.engine.db).await.expect("count"), 0, "and then leaves it alone");
    }
}
on_both!(parts_that_lost_their_job_are_found, |t| super::lost_parts(t));

async fn race(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit).skipping(1).reset(60));
    let post = stage.thread(account, &["Root", "Part"]).await;
    stage.run_due().await;
    let id = post.publications[0].id;
    let before = stage.row(id).await;
    assert!(before.incomplete, "a person may try again");
    stage.bench.clock.advance(std::time::Duration::from_secs(120));
    let lease = claim(&stage.engine, "node", job::Room::ALL).await.expect("claims").expect("the part");
    let since = stage.in_minutes(0);
    let mut sending = before.clone();
    sending.progress.as_mut().expect("progress")["stage"] =
        serde_json::json!({ "at": "committing", "unit": 1, "since": since });
    // The worker saves its intent to send the part, and its transaction is still open …
    let (entered, open) = oneshot::channel();
    let (go, commits) = oneshot::channel();
    let worker = stage.engine.db.write(move |tx| {
        Box::pin(async move {
            assert_eq!(lease::fence(tx, &[(lease.job, lease.epoch)]).await?.len(), 1);
            assert_eq!(publication::save(tx, &[&sending]).await?.len(), 1);
            entered.send(()).expect("somebody waits");
            commits.await.expect("goes on");
            Ok::<_, StoreError>(())
        })
    });
    // … when a person asks for another try.
    let (begin, asks) = oneshot::channel();
    let person = async {
        asks.await.expect("begins");
        publications::retry(&stage.engine, &stage.actor, id).await
    };
    let between = async {
        open.await.expect("open");
        begin.send(()).expect("a person");
        test.until_somebody_waits().await;
        go.send(()).expect("the worker");
    };
    let (worked, retried, ()) = tokio::join!(worker, person, between);
    worked.expect("saved");
    retried.expect("tried again");
    let after = stage.row(id).await;
    assert_eq!(
        after.progress.expect("progress")["stage"]["at"],
        "committing",
        "whoever goes on must look for the part first"
    );
}
on_both!(another_try_does_not_wipe_out_an_open_commit_of_a_part, |t| super::race(t));

/// What a post costs decides how many can go out at one instant.
#[tokio::test]
async fn a_post_takes_few_transactions_from_its_second_on() {
    let test = TestDb::sqlite().await;
    let stage = Stage::new(&test).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    let post = stage.at(account, "On the hour", stage.in_minutes(10)).await;
    stage.run_due().await;
    stage.bench.clock.advance(std::time::Duration::from_secs(10 * 60));
    let before = test.db.commits().expect("sqlite");
    let lease = claim(&stage.engine, "node", job::Room::ALL).await.expect("claims").expect("the post");
    let next = carillon_engine::jobs::run(&stage.engine, &lease).await.expect("runs");
    assert_eq!(next, carillon_engine::jobs::Next::Over);
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(job::count(&test.db).await.expect("count"), 0, "the job went with it");
    let took = test.db.commits().expect("sqlite") - before;
    assert_eq!(took, 3, "the claim, the intent, the result");
    test.dispose().await;
}
