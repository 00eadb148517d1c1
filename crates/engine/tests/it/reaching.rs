//! How far logins reach: whoever schedules beyond one hears so at once, people see days before what is at risk, and tokens are
//! refreshed ahead of a due post.

use std::time::Duration;

use carillon_connectors::contract::cx::Credential;
use carillon_domain::account::AccountStatus;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::horizon::{self, Outlook};
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_store::repo::account;
use carillon_store::repo::grant::{self, GrantRow, Refreshed};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;

async fn grant_of(stage: &Stage, account: AccountId) -> GrantRow {
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    let found = grant::find(&stage.engine.db, row.workspace, row.grant).await;
    found.expect("read").expect("grant")
}

/// Changes the account's login as if the network had given another one.
async fn regrant(stage: &Stage, account: AccountId, change: impl FnOnce(&mut Credential)) {
    let (engine, row) = (&stage.engine, grant_of(stage, account).await);
    let (workspace, id, now) = (row.workspace, row.id, stage.in_minutes(0));
    let plain = engine.sealer.open(&grant::place(id), &row.credential.expect("live")).await.expect("opens");
    let mut credential: Credential = serde_json::from_slice(&plain).expect("json");
    change(&mut credential);
    let plain = serde_json::to_vec(&credential).expect("json");
    let sealed = engine.sealer.seal(&grant::place(id), &plain, engine.entropy.as_ref()).expect("seals");
    let new = Refreshed {
        credential: sealed,
        scopes: credential.scopes,
        expires_at: credential.expires_at,
        refresh_expires_at: credential.refresh_expires_at,
    };
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

/// The codes of what a check warns of, which is also what creating warns of.
async fn warned(stage: &Stage, account: AccountId, text: &str, at: Timestamp) -> Vec<String> {
    let input = PostInput {
        text: text.into(),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(at.to_string()),
        ..PostInput::default()
    };
    let checks = posts::check(&stage.engine, &stage.actor, &input, None).await.expect("checked");
    let codes: Vec<String> = checks[0].report.warnings.iter().map(|v| v.code.clone()).collect();
    let created = stage.post(input).await;
    let said: Vec<String> = created.warnings.iter().map(|v| v.code.clone()).collect();
    assert_eq!(codes, said, "a check says what creating says");
    codes
}

async fn outlook(stage: &Stage, account: AccountId) -> Outlook {
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    let mut found = horizon::outlooks(&stage.engine, &stage.actor, &[row]).await.expect("looked");
    found.remove(0)
}

const CODE: &str = "token_expires_before";

async fn beyond_refresh(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let ends = grant_of(&stage, account).await.refresh_expires_at.expect("Bluesky says when");
    let hours = SignedDuration::from_hours;
    let before = warned(&stage, account, "In time", ends - hours(2)).await;
    assert!(!before.contains(&CODE.to_owned()), "{before:?}");
    let after = warned(&stage, account, "Too late", ends + hours(2)).await;
    assert!(after.contains(&CODE.to_owned()), "{after:?}");
}
on_both!(a_post_due_after_the_refresh_token_ends_is_warned_of, |t| super::beyond_refresh(t));

async fn beyond_access(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let renewable = warned(&stage, account, "Renewed by then", stage.in_minutes(24 * 60)).await;
    assert!(!renewable.contains(&CODE.to_owned()), "{renewable:?}");
    let ends = stage.in_minutes(3 * 24 * 60);
    regrant(&stage, account, |credential| {
        credential.refresh_token = None;
        credential.expires_at = Some(ends);
    })
    .await;
    let before = warned(&stage, account, "Still good", ends - SignedDuration::from_hours(3)).await;
    assert!(!before.contains(&CODE.to_owned()), "{before:?}");
    let after = warned(&stage, account, "Gone by then", ends).await;
    assert!(after.contains(&CODE.to_owned()), "{after:?}");
}
on_both!(a_post_due_after_a_token_that_nothing_renews_is_warned_of, |t| super::beyond_access(t));

async fn narrowed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let due = stage.in_minutes(600);
    assert_eq!(warned(&stage, account, "Allowed", due).await, Vec::<String>::new());
    regrant(&stage, account, |credential| credential.scopes.retain(|scope| scope != "tweet.write")).await;
    let codes = warned(&stage, account, "Not allowed", due + SignedDuration::from_hours(3)).await;
    assert_eq!(codes, ["permission_missing"]);

    let account = stage.bluesky().await;
    assert_eq!(warned(&stage, account, "No scopes there", due).await, Vec::<String>::new());
}
on_both!(a_post_that_the_login_does_not_allow_is_warned_of, |t| super::narrowed(t));

async fn days_before(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let ends = grant_of(&stage, account).await.refresh_expires_at.expect("Bluesky says when");
    let hours = SignedDuration::from_hours;
    let early = stage.at(account, "Before", ends - hours(5)).await;
    let late = stage.at(account, "After", ends + hours(5)).await;
    let far = outlook(&stage, account).await;
    assert_eq!((far.login_ends_at, far.ends_soon), (Some(ends), false));
    let listed = |outlook: &Outlook| outlook.at_risk.iter().map(|p| p.id).collect::<Vec<_>>();
    assert_eq!(listed(&far), [late.publications[0].id]);
    // Nobody could renew it until five days before.
    let five = (ends - hours(5 * 24)).duration_since(stage.in_minutes(0));
    stage.bench.clock.advance(Duration::try_from(five).expect("ahead"));
    let near = outlook(&stage, account).await;
    assert!(near.ends_soon);
    assert_eq!(listed(&near), [late.publications[0].id]);
    // A network that ended the login puts everything at risk that is still to come.
    let mut row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    row.status = AccountStatus::NeedsReconnect;
    let saved = stage.engine.db.write(move |tx| Box::pin(async move { account::update(tx, &row).await }));
    saved.await.map_err(|e: StoreError| e.to_string()).expect("saved");
    let gone = outlook(&stage, account).await;
    assert_eq!(listed(&gone), [early.publications[0].id, late.publications[0].id]);
}
on_both!(a_login_that_ends_within_days_shows_what_is_at_risk, |t| super::days_before(t));

async fn ahead_of_need(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    let first = grant_of(&stage, account).await.expires_at.expect("X says when");
    // Good when preparing begins, and over just when the commit is due.
    let due = first - SignedDuration::from_secs(30);
    let post = stage.at(account, "On the second", due).await;
    stage.bench.clock.advance_to(due - SignedDuration::from_mins(15));
    stage.run_due().await;
    let refreshed = grant_of(&stage, account).await.expires_at.expect("X says when");
    assert!(refreshed > due + SignedDuration::from_mins(5), "refreshed while preparing: {refreshed}");
    stage.bench.clock.advance_to(due);
    stage.run_due().await;
    let publication = stage.publication(&post).await;
    assert_eq!((publication.state, publication.published_at), (PublicationState::Published, Some(due)));
    assert_eq!(grant_of(&stage, account).await.expires_at, Some(refreshed), "and not at the due second");
}
on_both!(a_token_is_refreshed_ahead_of_the_post_that_needs_it, |t| super::ahead_of_need(t));
