//! Waiting for a network, and when waiting ends.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::SignedDuration;
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use carillon_engine::usecase::{accounts, publications};
use carillon_store::repo::grant::{self, Refreshed};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

async fn refresh_down(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::TokenExpired));
    stage.fault(
        Fault::once("bluesky", "refreshSession", When::Before, FaultKind::Status).status(503).times(3),
    );
    let post = stage.now(account, "A moment, please").await;
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public("A moment, please").len(), 1);
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    assert_eq!(row.status, AccountStatus::Connected, "nobody needs to sign in again");
}
on_both!(a_refresh_that_can_not_be_made_now_is_waited_for, |t| super::refresh_down(t));

async fn refresh_busy(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::TokenExpired));
    let post = stage.now(account, "After you").await;
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    let (workspace, id, now) = (row.workspace, row.grant, stage.in_minutes(0));
    let until = now + SignedDuration::from_secs(30);
    let db = &stage.engine.db;
    let locked =
        db.write(move |tx| Box::pin(async move { grant::lock_refresh(tx, workspace, id, now, until).await }));
    let locked: Result<_, StoreError> = locked.await;
    assert!(locked.expect("asked").is_some(), "somebody else refreshes");
    stage.run_due().await;
    assert_ne!(stage.publication(&post).await.state, PublicationState::Held);
    stage.run_until_idle().await;
    assert_eq!(stage.public("After you").len(), 1);
}
on_both!(somebody_elses_refresh_is_waited_for, |t| super::refresh_busy(t));

async fn dead_server(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let due = stage.in_minutes(3 * 60);
    let post = stage.at(account, "Is anybody there?", due).await;
    // The token runs out before that, and the server never comes back.
    stage.fault(Fault::once("bluesky", "*", When::Before, FaultKind::Status).status(503).times(1_000_000));
    stage.run_until_idle().await;
    let held = stage.publication(&post).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
    assert!(held.error.is_some(), "it says what it waited for");
    let late = stage.in_minutes(0).duration_since(due);
    assert!(late.as_secs() < 7 * 3600, "the grace ends the waiting: {late:?}");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    assert_eq!(row.status, AccountStatus::Connected);
}
on_both!(a_server_that_is_gone_is_not_asked_for_ever, |t| super::dead_server(t));

async fn outage(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(503));
    let post = stage.now(account, "On Friday").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Publishing, "it was begun");
    // Then this server is off for three days.
    stage.bench.clock.advance(Duration::from_secs(3 * 24 * 3600));
    stage.run_until_idle().await;
    assert!(stage.public("On Friday").is_empty(), "not on Monday");
    let held = stage.publication(&post).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
    // A person's word begins a new grace, in which tries are repeated.
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(503));
    publications::publish(&stage.engine, &stage.actor, held.id).await.expect("let go");
    stage.run_until_idle().await;
    assert_eq!(stage.public("On Friday").len(), 1);
}
on_both!(what_was_begun_does_not_go_out_days_late, |t| super::outage(t));

async fn permission(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    stage.run_until_idle().await;
    narrow(&stage, account).await;
    let media = stage.picture().await;
    let post = stage
        .post(PostInput {
            text: "Not allowed".into(),
            media: vec![media],
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await;
    stage.run_until_idle().await;
    let held = stage.publication(&post).await;
    assert_eq!(
        (held.state, held.held_reason),
        (PublicationState::Held, Some(HeldReason::Reauth)),
        "{held:?}"
    );
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    assert_eq!(row.status, AccountStatus::NeedsReconnect);
}
on_both!(a_missing_permission_holds_also_before_the_first_step, |t| super::permission(t));

/// Takes the permission to publish out of the account's grant.
async fn narrow(stage: &Stage, account: carillon_domain::id::AccountId) {
    let engine = &stage.engine;
    let account = accounts::get(engine, &stage.actor, account).await.expect("account");
    let (workspace, id, now) = (account.workspace, account.grant, stage.in_minutes(0));
    let row = grant::find(&engine.db, workspace, id).await.expect("read").expect("grant");
    let plain = engine.sealer.open(&grant::place(id), &row.credential.expect("live")).await.expect("opens");
    let mut credential: serde_json::Value = serde_json::from_slice(&plain).expect("json");
    credential["scopes"] = serde_json::json!(["instagram_business_basic"]);
    let plain = serde_json::to_vec(&credential).expect("json");
    let sealed = engine.sealer.seal(&grant::place(id), &plain, engine.entropy.as_ref()).expect("seals");
    let new =
        Refreshed { credential: sealed, scopes: Vec::new(), expires_at: None, refresh_expires_at: None };
    let saved = engine.db.write(move |tx| {
        Box::pin(async move {
            let until = now + SignedDuration::from_secs(60);
            let epoch = grant::lock_refresh(tx, workspace, id, now, until).await?.expect("free");
            grant::refreshed(tx, workspace, id, epoch, &new, now).await
        })
    });
    let saved: Result<bool, StoreError> = saved.await;
    assert!(saved.expect("saved"));
}
