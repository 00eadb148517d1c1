//! Opening a page with old numbers has them read: once an hour, by nobody's limits but those of every reading.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::permission::Role;
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_engine::Actor;
use carillon_engine::networks::Switches;
use carillon_engine::usecase::{accounts, refresh};
use carillon_store::on_both;
use carillon_store::repo::sync_run::SyncRunRow;
use carillon_store::testing::TestDb;

use super::support::{Stage, new_workspace, settings};

const LATER: Duration = Duration::from_secs(61 * 60);

impl Stage {
    /// Somebody with this role opens a page about all accounts; answers how many runs that opened.
    async fn seen_by(&self, role: Role) -> usize {
        let rows = accounts::list(&self.engine, &self.actor).await.expect("accounts");
        let actor = Actor { role, ..self.actor.clone() };
        refresh::opened(&self.engine, &actor, &rows).await.expect("no error")
    }

    /// Lets what is queued for now run, and what follows from it.
    async fn settle(&self) {
        while self.run_due().await > 0 {}
    }

    /// What was read because somebody looked.
    async fn looked(&self, account: AccountId) -> Vec<SyncRunRow> {
        let mut runs = self.runs(account).await;
        runs.retain(|run| run.reason == SyncReason::Opened);
        runs
    }
}

async fn once_an_hour(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (account, other) = (stage.bluesky().await, stage.through_pages("threads", None).await);
    stage.run_until_idle().await;
    let stage = stage.by_schedule().await;
    assert_eq!(stage.seen_by(Role::Owner).await, 0, "they were just read");
    stage.bench.clock.advance(LATER);
    // Whoever may read causes it; of two at once one.
    let (one, two) = tokio::join!(stage.seen_by(Role::Analyst), stage.seen_by(Role::Owner));
    assert_eq!(one + two, 2, "both accounts, once each");
    assert_eq!(stage.seen_by(Role::Contributor).await, 0, "they are about to be read");
    let runs = stage.looked(account).await;
    assert_eq!((runs.len(), runs[0].kind, runs[0].state), (1, SyncKind::Week, SyncState::Queued));
    assert_eq!((runs[0].user, runs[0].token), (None, None), "nobody asked for it");
    stage.settle().await;
    assert_eq!(stage.looked(account).await[0].state, SyncState::Done);
    assert_eq!(stage.looked(other).await.len(), 1);
    for _ in 0..3 {
        stage.bench.clock.advance(Duration::from_secs(19 * 60));
        assert_eq!(stage.seen_by(Role::Editor).await, 0);
    }
    stage.bench.clock.advance(Duration::from_secs(4 * 60));
    // The page of one account is about that one.
    let rows = [stage.account(account).await];
    assert_eq!(refresh::opened(&stage.engine, &stage.actor, &rows).await.expect("no error"), 1);
    assert_eq!((stage.looked(account).await.len(), stage.looked(other).await.len()), (2, 1));
}
on_both!(opened_pages_read_an_account_once_an_hour, |t| super::once_an_hour(t));

async fn failing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let stage = stage.by_schedule().await;
    stage.bench.clock.advance(LATER);
    assert_eq!(stage.seen_by(Role::Owner).await, 1);
    // Neither the network's index nor the account's server tells who it is.
    for operation in ["getProfile", "describeRepo"] {
        stage.fault(Fault::once("bluesky", operation, When::Before, FaultKind::Status).status(400));
    }
    stage.settle().await;
    let run = &stage.runs(account).await[0];
    assert!(!run.state.is_open() && run.state != SyncState::Done, "{run:?}");
    // Its numbers are as old as before, and are not tried again with each look.
    assert!(stage.account(account).await.synced_at.is_some_and(|at| at < run.created_at));
    stage.bench.clock.advance(Duration::from_secs(50 * 60));
    assert_eq!(stage.seen_by(Role::Owner).await, 0);
    stage.bench.clock.advance(Duration::from_secs(11 * 60));
    assert_eq!(stage.seen_by(Role::Owner).await, 1);
}
on_both!(what_failed_is_not_tried_with_each_look, |t| super::failing(t));

async fn left_alone(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (costly, account) = (stage.x().await, stage.bluesky().await);
    stage.run_until_idle().await;
    stage.bench.clock.advance(LATER);
    assert_eq!(stage.seen_by(Role::Owner).await, 0, "the operator reads only what is asked for");

    let mut allowed = settings(&stage.bench);
    allowed.get_mut("x").expect("X").values.insert("reads_per_month".into(), "500".into());
    let stage = stage.set_up(allowed, Switches::default()).await;
    assert_eq!(stage.seen_by(Role::Owner).await, 1);
    assert!(stage.looked(costly).await.is_empty(), "looking costs no money");
    assert_eq!(stage.looked(account).await.len(), 1);

    stage.settle().await;
    stage.bench.clock.advance(LATER);
    let rows = [stage.account(account).await];
    let client = Actor { role: Role::Client, ..stage.actor.clone() };
    let refused = refresh::opened(&stage.engine, &client, &rows).await;
    assert!(
        matches!(refused, Err(AppError::Forbidden { .. })),
        "who may see nothing causes nothing: {refused:?}"
    );
    let stranger = new_workspace(&stage.engine, "UTC").await;
    let none = refresh::opened(&stage.engine, &stranger, &rows).await;
    assert_eq!(none.map_err(|e| e.to_string()), Ok(0), "accounts of others are none of one's own");
    accounts::disconnect(&stage.engine, &stage.actor, account, None, false).await.expect("let go of");
    assert_eq!(stage.seen_by(Role::Owner).await, 0);
    assert_eq!(stage.looked(account).await.len(), 1);
}
on_both!(a_look_reads_nothing_that_costs_or_is_off, |t| super::left_alone(t));
