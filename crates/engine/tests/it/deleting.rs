//! People who want everything deleted that is held of them, in all the ways in which that can be hard.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::contract::webhooks::Address;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, Id};
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::webhooks::{self, Deletion, Reply};
use carillon_engine::usecase::{accounts, connect};
use carillon_store::repo::data_deletion::{self, DataDeletionRow};
use carillon_store::repo::grant::{self, GrantRow};
use carillon_store::repo::{account, publication};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::Stage;
use super::told::{hear, left, own_id};

async fn login(stage: &Stage, account: AccountId) -> GrantRow {
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("reads").expect("a login")
}

/// The network's own id of who signed in.
async fn person(stage: &Stage, account: AccountId) -> String {
    own_id(login(stage, account).await.person)
}

/// Asks for deletion; gives the code.
async fn ask(stage: &Stage, platform: &str, person: &str) -> String {
    let reply = hear(stage, platform, &left(stage, platform, Address::DataDeletion, person)).await;
    let Reply::Deleting { code } = reply else { panic!("{reply:?}") };
    code
}

async fn stands(stage: &Stage, platform: &str, code: &str) -> Deletion {
    webhooks::deletion(&stage.engine, platform, code).await.expect("how it stands")
}

/// Makes the account's login one of those that were kept before anybody noted who signed in.
async fn as_of_old(stage: &Stage, account: AccountId) {
    let engine = &stage.engine;
    let old = login(stage, account).await;
    let id = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let sealed = old.credential.clone().expect("tokens");
    let plain = engine.sealer.open(&grant::place(old.id), &sealed).await.expect("opens");
    let sealed = engine.sealer.seal(&grant::place(id), &plain, engine.entropy.as_ref()).expect("seals");
    let row = GrantRow { id, person: None, credential: Some(sealed), ..old };
    let mut owner = accounts::get(engine, &stage.actor, account).await.expect("the account");
    owner.grant = id;
    let moved = engine.db.write(move |tx| {
        Box::pin(async move {
            grant::insert(tx, &row).await?;
            account::update(tx, &owner).await?;
            Ok::<_, StoreError>(())
        })
    });
    moved.await.expect("moved");
}

/// A part was sent, its answer was lost, and nobody can look because the login is gone. Nobody works on it any more.
async fn abandoned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("threads", None).await;
    let person = person(&stage, account).await;
    stage.fault(Fault::once("threads", "commit", When::After, FaultKind::Cut).skipping(1));
    stage.fault(
        Fault::once("threads", "threads.visible", When::Before, FaultKind::SlowProcessing).skipping(1),
    );
    let post = stage.thread(account, &["Begun", "Lost"]).await;
    stage.run_until_lost(&post).await;
    stage.fault(Fault::once("threads", "*", When::Before, FaultKind::TokenRevoked).times(100));
    stage.run_until_idle().await;
    let left_so = stage.publication(&post).await;
    assert!(left_so.state == PublicationState::Published && left_so.incomplete, "{left_so:?}");
    let code = ask(&stage, "threads", &person).await;
    assert!(stands(&stage, "threads", &code).await.finished_at.is_some(), "nobody works on it");
    let gone = accounts::get(&stage.engine, &stage.actor, account).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
}
on_both!(what_nobody_works_on_does_not_keep_a_persons_data, |t| super::abandoned(t));

async fn others(test: &TestDb) {
    let stage = Stage::new(test).await;
    let first = stage.through_pages("facebook", None).await;
    let login = accounts::get(&stage.engine, &stage.actor, first).await.expect("the account").grant;
    let offered = connect::targets(&stage.engine, &stage.actor, login).await.expect("targets").targets;
    let wanted = [offered[1].remote_id.clone()];
    let second = connect::choose(&stage.engine, &stage.actor, login, &wanted).await.expect("chosen")[0].id;
    // In the order in which they are deleted.
    let (busy, idle) = (first.min(second), first.max(second));
    let person = person(&stage, busy).await;
    stage.fault(Fault::once("facebook", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("facebook", "posts.visible", When::Before, FaultKind::SlowProcessing));
    stage.now(busy, "On its way").await;
    stage.run_due().await;
    // Others asked before, and theirs can't be fulfilled either.
    for _ in 0..101 {
        ask(&stage, "facebook", &person).await;
    }
    let there = async |account| accounts::get(&stage.engine, &stage.actor, account).await.is_ok();
    assert!(there(busy).await && !there(idle).await, "one that is busy keeps no other");
    stage.bench.clock.advance(Duration::from_secs(1));
    let late = DataDeletionRow {
        code: "late".into(),
        platform: "facebook".into(),
        person: Some("meta:none:1".into()),
        accounts: Vec::new(),
        found: true,
        requested_at: stage.engine.clock.now(),
        finished_at: None,
    };
    let db = &stage.engine.db;
    db.write(move |tx| Box::pin(async move { data_deletion::insert(tx, &late).await })).await.expect("asked");
    stage.engine.upkeep().await;
    let stands = stands(&stage, "facebook", "late").await;
    assert!(stands.finished_at.is_some(), "what waits does not starve who came later");
}
on_both!(one_that_is_busy_keeps_nobody_else_waiting, |t| super::others(t));

/// Somebody signs in again before what was held could be deleted: that goes, and the new login stays.
async fn back_again(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let person = person(&stage, account).await;
    stage.fault(Fault::once("facebook", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("facebook", "posts.visible", When::Before, FaultKind::SlowProcessing));
    let post = stage.now(account, "From before").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Publishing);
    let code = ask(&stage, "facebook", &person).await;
    assert_eq!(stands(&stage, "facebook", &code).await.finished_at, None, "something is being sent");
    stage.bench.clock.advance(Duration::from_secs(5));
    assert_eq!(stage.through_pages("facebook", None).await, account);
    let later = stage.at(account, "From after", stage.in_minutes(60 * 24 * 30)).await;
    for _ in 0..4 {
        stage.bench.clock.advance(Duration::from_secs(900));
        while stage.run_due().await > 0 {}
    }
    stage.engine.upkeep().await;
    let stands = stands(&stage, "facebook", &code).await;
    assert!(stands.finished_at.is_some() && stands.found, "{stands:?}");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the new login stays");
    assert_eq!(row.status, AccountStatus::Connected);
    let (db, workspace) = (&stage.engine.db, stage.actor.workspace);
    let there = async |id| publication::find(db, workspace, id).await.expect("reads").is_some();
    assert!(!there(post.publications[0].id).await, "what was there before is deleted");
    assert!(there(later.publications[0].id).await, "what came after is not");
}
on_both!(a_new_login_does_not_keep_what_was_to_be_deleted, |t| super::back_again(t));

async fn nobody(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let code = ask(&stage, "facebook", "1").await;
    let stands = stands(&stage, "facebook", &code).await;
    assert!(stands.finished_at.is_some() && !stands.found, "nothing of theirs is here: {stands:?}");
    accounts::get(&stage.engine, &stage.actor, account).await.expect("somebody else's");
}
on_both!(of_whom_nothing_is_held_is_told_so, |t| super::nobody(t));

async fn old_own_login(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("threads", None).await;
    as_of_old(&stage, account).await;
    let remote_id = accounts::get(&stage.engine, &stage.actor, account).await.expect("there").remote_id;
    stage.bench.clock.advance(Duration::from_secs(5));
    let code = ask(&stage, "threads", &remote_id).await;
    let stands = stands(&stage, "threads", &code).await;
    assert!(stands.finished_at.is_some() && stands.found, "{stands:?}");
    let gone = accounts::get(&stage.engine, &stage.actor, account).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
}
on_both!(an_old_login_is_known_by_its_account, |t| super::old_own_login(t));

async fn learned(test: &TestDb) {
    let stage = Stage::new(test).await;
    for platform in ["facebook", "instagram", "threads"] {
        let account = stage.through_pages(platform, None).await;
        let known = login(&stage, account).await.person;
        as_of_old(&stage, account).await;
        assert_eq!(login(&stage, account).await.person, None);
        stage.run_until_idle().await;
        let learned = login(&stage, account).await.person;
        assert!(learned.is_some() && learned == known, "{platform}: {learned:?} {known:?}");
    }
}
on_both!(the_next_reading_tells_whose_an_old_login_is, |t| super::learned(t));

/// One app at Meta may serve Facebook's Pages and the Instagram accounts under the Facebook login. It is told at one address.
async fn one_app(test: &TestDb) {
    let stage = Stage::new(test).await;
    let app = |id: String| {
        move |all: &mut BTreeMap<String, PlatformSettings>| {
            let facebook = all.get_mut("facebook").expect("a network");
            facebook.values.insert("client_id".to_owned(), id);
        }
    };
    let instagram = carillon_connectors::Registry.get("instagram").expect("a network");
    let settings = stage.bench.settings(instagram);
    let id = settings.get("facebook_client_id").expect("an app").to_owned();
    let stage = stage.with_settings(app("another".to_owned())).await;
    let account = stage.through_flavour("instagram", "facebook").await;
    let person = person(&stage, account).await;
    let status = async |stage: &Stage| {
        accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").status
    };
    stage.bench.clock.advance(Duration::from_secs(5));
    // Another app knows somebody else by the same id.
    hear(&stage, "facebook", &left(&stage, "facebook", Address::Deauthorize, &person)).await;
    assert_eq!(status(&stage).await, AccountStatus::Connected);
    let stage = stage.with_settings(app(id)).await;
    let told = left(&stage, "facebook", Address::Deauthorize, &person);
    assert_eq!(hear(&stage, "facebook", &told).await, Reply::Heard);
    assert_eq!(status(&stage).await, AccountStatus::NeedsReconnect);
}
on_both!(a_withdrawal_reaches_all_networks_of_the_app, |t| super::one_app(t));
