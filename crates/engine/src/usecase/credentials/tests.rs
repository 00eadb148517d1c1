//! Refreshing, at a network that answers as it is told.

pub(in crate::usecase) mod network;

use std::sync::Arc;
use std::time::Duration;

use carillon_connectors::contract::connector::Connector;
use carillon_domain::account::AccountIdentity;
use carillon_domain::id::Id;
use carillon_domain::time::{Clock, ManualClock, Timestamp};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::*;
use network::{Answer, Toy, toy_engine};

/// An engine at a network that answers with these, and two accounts under one login.
pub(in crate::usecase) struct World {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
    toy: &'static Toy,
    pub account: AccountRow,
    sibling: AccountRow,
}

impl World {
    async fn new(test: &TestDb, single_use: bool, answers: Vec<Answer>) -> Self {
        let toy: &'static Toy = Box::leak(Box::new(Toy::new(single_use, answers)));
        Self::at(test, toy, toy).await
    }

    /// At this network, which leaves logins to the other one.
    pub async fn at(test: &TestDb, network: &'static dyn Connector, toy: &'static Toy) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_800_000_000).expect("time")));
        let engine = toy_engine(test, clock.clone(), network).await;
        let workspace = Id::new(clock.as_ref(), engine.entropy.as_ref());
        let id = Id::new(clock.as_ref(), engine.entropy.as_ref());
        let first = credential_named("first", clock.now() + SignedDuration::from_mins(1));
        let now = clock.now();
        let row = GrantRow {
            person: None,
            workspace,
            id,
            platform: "toy".into(),
            server: None,
            credential: Some(seal(&engine, id, &first).expect("seals")),
            scopes: first.scopes.clone(),
            targets: Vec::new(),
            expires_at: first.expires_at,
            refresh_expires_at: None,
            status: "live".into(),
            refresh_epoch: 0,
            refresh_until: None,
            created_at: now,
            updated_at: now,
        };
        let accounts = ["one", "two"].map(|name| account_named(&engine, &row, name));
        let [account, sibling] = accounts.clone();
        let saved = engine.db.write(move |tx| {
            Box::pin(async move {
                grant::insert(tx, &row).await?;
                for account in &accounts {
                    account::insert(tx, account).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        saved.await.expect("saved");
        Self { engine, clock, toy, account, sibling }
    }

    async fn ask(&self) -> String {
        match credential(&self.engine, &self.account, false).await {
            Ok(credential) => credential.access_token.expose().to_owned(),
            Err(NoCredential::Later(error)) => format!("later: {}", error.code),
            Err(NoCredential::Reconnect(error)) => format!("reconnect: {}", error.code),
            Err(NoCredential::Store(error)) => panic!("{error}"),
        }
    }

    async fn stored(&self) -> Credential {
        current(&self.engine, &self.account).await.expect("live").1
    }

    pub async fn status(&self, account: &AccountRow) -> AccountStatus {
        let found = account::find(&self.engine.db, account.workspace, account.id).await.expect("reads");
        found.expect("account").status
    }
}

fn credential_named(name: &str, expires_at: Timestamp) -> Credential {
    Credential {
        access_token: Secret::new(name),
        refresh_token: Some(Secret::new(format!("refresh of {name}"))),
        expires_at: Some(expires_at),
        refresh_expires_at: None,
        scopes: vec!["write".into()],
        extra: serde_json::Value::Null,
    }
}

fn account_named(engine: &Engine, grant: &GrantRow, name: &str) -> AccountRow {
    let identity = AccountIdentity {
        remote_id: name.into(),
        handle: name.into(),
        name: name.into(),
        avatar_url: None,
        server: None,
        meta: serde_json::json!({}),
    };
    let id = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    AccountRow::connected((grant.workspace, id, grant.id), "toy", identity, grant.created_at)
}

/// Lets other tasks run until it holds.
async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let patience = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), patience).await.expect("it never came about");
}

async fn one_at_a_time(test: &TestDb) {
    let w = World::new(test, true, vec![Answer::token("second", 3600).gated()]).await;
    let first = async {
        let token = w.ask().await;
        assert_eq!(token, "second");
    };
    let other = async {
        until(|| async { w.toy.asked() == 1 }).await;
        assert_eq!(w.ask().await, "later: refreshing", "the right is taken");
        w.toy.open_gate();
    };
    tokio::join!(first, other);
    assert_eq!((w.ask().await.as_str(), w.toy.asked()), ("second", 1), "one refresh served both");
    assert_eq!(w.toy.used(), ["refresh of first"]);
}
on_both!(one_refresh_at_a_time, |t| super::one_at_a_time(t));

async fn caller_leaves(test: &TestDb) {
    let w = World::new(test, true, vec![Answer::token("second", 3600).gated()]).await;
    {
        let impatient = w.ask();
        tokio::pin!(impatient);
        tokio::select! {
            token = &mut impatient => panic!("not yet: {token}"),
            () = until(|| async { w.toy.asked() == 1 }) => {}
        }
    }
    w.toy.open_gate();
    until(|| async { w.stored().await.access_token.expose() == "second" }).await;
    assert_eq!(w.toy.asked(), 1);
}
on_both!(a_caller_that_leaves_loses_no_token, |t| super::caller_leaves(t));

async fn answer_is_lost(test: &TestDb) {
    let w = World::new(test, true, vec![Answer::fails(ErrorKind::Ambiguous)]).await;
    assert_eq!(w.ask().await, "reconnect: refresh_lost");
    for account in [&w.account, &w.sibling] {
        assert_eq!(w.status(account).await, AccountStatus::NeedsReconnect);
    }
    assert_eq!(w.ask().await, "reconnect: not_connected");
    assert_eq!(w.toy.asked(), 1, "a used token is not sent again");
}
on_both!(a_lost_answer_to_a_single_use_token_needs_a_person, |t| super::answer_is_lost(t));

async fn answer_may_be_repeated(test: &TestDb) {
    let answers = vec![
        Answer::fails(ErrorKind::Ambiguous),
        Answer::fails(ErrorKind::Transient),
        Answer::fails(ErrorKind::RateLimited { until: None }),
        Answer::token("second", 3600),
    ];
    let w = World::new(test, false, answers).await;
    for _ in 0..3 {
        assert_eq!(w.ask().await, "later: scripted");
    }
    assert_eq!(w.status(&w.account).await, AccountStatus::Connected);
    assert_eq!(w.ask().await, "second");
}
on_both!(what_may_work_later_is_tried_again, |t| super::answer_may_be_repeated(t));

async fn refused(test: &TestDb) {
    for kind in [ErrorKind::AuthRevoked, ErrorKind::AuthExpired] {
        let w = World::new(test, false, vec![Answer::fails(kind)]).await;
        assert_eq!(w.ask().await, "reconnect: scripted");
        assert_eq!(w.status(&w.sibling).await, AccountStatus::NeedsReconnect);
        assert_eq!((w.ask().await.as_str(), w.toy.asked()), ("reconnect: not_connected", 1));
    }
    // A wrong app secret is the operator's to mend; the login itself still stands.
    let w =
        World::new(test, false, vec![Answer::fails(ErrorKind::Rejected), Answer::token("second", 60)]).await;
    assert_eq!(w.ask().await, "reconnect: scripted");
    assert_eq!(w.ask().await, "second");
}
on_both!(a_login_that_is_gone_concerns_all_its_accounts, |t| super::refused(t));

async fn withdrawn(test: &TestDb) {
    let world = World::new(test, true, Vec::new()).await;
    let (engine, workspace, id) = (&world.engine, world.account.workspace, world.account.grant);
    let (epoch, _) = lock(engine, workspace, id).await.expect("asked").expect("free");
    let said = accounts::grant_is_withdrawn(engine, workspace, id, &gone("toy")).await;
    said.expect("ended, whoever refreshes");
    for account in [&world.account, &world.sibling] {
        assert_eq!(world.status(account).await, AccountStatus::NeedsReconnect);
    }
    let late = credential_named("late", world.clock.now() + SignedDuration::from_hours(1));
    let kept = keep(engine, Turn { workspace, id, epoch }, &late, &Sleep).await.expect("asked");
    assert!(!kept, "what the refresh brings is of no use any more");
}
on_both!(a_withdrawal_ends_a_login_that_is_being_refreshed, |t| super::withdrawn(t));

async fn gaps(test: &TestDb) {
    let mut empty = Answer::token("", 3600);
    empty.change(|c| {
        c.refresh_token = Some(Secret::new(""));
        c.scopes = Vec::new();
    });
    let mut missing = Answer::token("third", 3600);
    missing.change(|c| c.refresh_token = None);
    let w = World::new(test, false, vec![empty, missing]).await;
    assert_eq!(w.ask().await, "first");
    let stored = w.stored().await;
    assert_eq!(stored.refresh_token, Some(Secret::new("refresh of first")));
    assert_eq!(stored.scopes, ["write"]);
    w.clock.advance(Duration::from_secs(3600));
    assert_eq!(w.ask().await, "third");
    assert_eq!(w.stored().await.refresh_token, Some(Secret::new("refresh of first")));
}
on_both!(an_empty_value_never_overwrites_a_secret, |t| super::gaps(t));

async fn too_slow(test: &TestDb) {
    let answers = vec![Answer::token("slow", 3600).gated(), Answer::token("quick", 3600)];
    let w = World::new(test, false, answers).await;
    let slow = async { assert_eq!(w.ask().await, "later: refreshing", "its turn was over") };
    let quick = async {
        until(|| async { w.toy.asked() == 1 }).await;
        w.clock.advance(Duration::from_secs(180));
        assert_eq!(w.ask().await, "quick");
        w.toy.open_gate();
    };
    tokio::join!(slow, quick);
    assert_eq!(w.stored().await.access_token.expose(), "quick", "what was saved last under the fence stays");
}
on_both!(a_refresh_that_took_too_long_overwrites_nothing, |t| super::too_slow(t));

async fn in_place_of(test: &TestDb) {
    let w = World::new(test, false, vec![Answer::token("second", 3600), Answer::token("third", 3600)]).await;
    let first = w.stored().await;
    let second = instead_of(&w.engine, &w.account, &first).await.expect("refreshed");
    let again = instead_of(&w.engine, &w.account, &first).await.expect("somebody did that already");
    assert_eq!((again.access_token.expose(), w.toy.asked()), ("second", 1));
    rotate(&w.engine).await.expect("rotates");
    let third = instead_of(&w.engine, &w.account, &second).await.expect("refreshed");
    assert_eq!((third.access_token.expose(), w.toy.asked()), ("third", 2), "sealed anew is not refreshed");
}
on_both!(a_refused_token_is_replaced_once, |t| super::in_place_of(t));

async fn renewal(test: &TestDb) {
    let days = |n: i64| n * 24 * 3600;
    let answers = vec![Answer::token("long", days(60)), Answer::token("longer", days(60))];
    let w = World::new(test, false, answers).await;
    assert_eq!(renew_expiring(&w.engine).await.expect("looks"), 0, "a short-lived token can wait");
    assert_eq!(w.ask().await, "long");
    w.clock.advance(Duration::from_secs(50 * 24 * 3600));
    assert_eq!(renew_expiring(&w.engine).await.expect("looks"), 0, "not yet");
    w.clock.advance(Duration::from_secs(4 * 24 * 3600));
    assert_eq!(renew_expiring(&w.engine).await.expect("renews"), 1, "nobody published, but it would run out");
    assert_eq!(w.stored().await.access_token.expose(), "longer");
    assert_eq!(renew_expiring(&w.engine).await.expect("looks"), 0);
}
on_both!(logins_that_nobody_uses_are_renewed, |t| super::renewal(t));

/// Lets the database save tokens again at the pause with this number; a number that never comes lets it fail for good.
struct Mends<'a> {
    test: &'a TestDb,
    at: usize,
    pauses: std::sync::atomic::AtomicUsize,
}

#[async_trait::async_trait]
impl Pause for Mends<'_> {
    async fn pause(&self, length: Duration) {
        assert!(length <= Duration::from_secs(30), "the right to refresh runs out");
        if self.pauses.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == self.at {
            self.test.allow_updates("grants").await;
        }
    }
}

async fn refresh_while_saves_fail(
    test: &TestDb,
    w: &World,
    until: usize,
) -> Result<Credential, NoCredential> {
    test.refuse_updates("grants", "credential").await;
    let mends = Mends { test, at: until, pauses: Default::default() };
    let seen = w.stored().await;
    refresh_now(&w.engine, &w.account, seen, &mends).await
}

async fn saved_at_last(test: &TestDb) {
    let w = World::new(test, true, vec![Answer::token("second", 3600)]).await;
    let got = refresh_while_saves_fail(test, &w, 2).await.expect("kept in the end");
    assert_eq!(got.access_token.expose(), "second");
    assert_eq!(w.stored().await.refresh_token, Some(Secret::new("refresh of second")));
    assert_eq!(w.status(&w.account).await, AccountStatus::Connected);
    assert_eq!(w.toy.asked(), 1, "a used token is not sent again");
}
on_both!(a_new_pair_survives_failures_of_the_database, |t| super::saved_at_last(t));

async fn never_saved(test: &TestDb) {
    let w = World::new(test, true, vec![Answer::token("second", 3600)]).await;
    let lost = refresh_while_saves_fail(test, &w, usize::MAX).await;
    let Err(NoCredential::Reconnect(error)) = lost else { panic!("{lost:?}") };
    assert_eq!(error.code, "refresh_not_kept");
    for account in [&w.account, &w.sibling] {
        assert_eq!(w.status(account).await, AccountStatus::NeedsReconnect, "said at once");
    }
    test.allow_updates("grants").await;
    assert_eq!((w.ask().await.as_str(), w.toy.asked()), ("reconnect: not_connected", 1));
}
on_both!(a_new_pair_that_can_not_be_kept_needs_a_person, |t| super::never_saved(t));

async fn never_saved_but_repeatable(test: &TestDb) {
    let answers = vec![Answer::token("second", 3600), Answer::token("third", 3600)];
    let w = World::new(test, false, answers).await;
    let failed = refresh_while_saves_fail(test, &w, usize::MAX).await;
    assert!(matches!(failed, Err(NoCredential::Store(_))), "{failed:?}");
    assert_eq!(w.status(&w.account).await, AccountStatus::Connected, "the old pair still works");
    test.allow_updates("grants").await;
    w.clock.advance(Duration::from_secs(180));
    assert_eq!(w.ask().await, "third");
}
on_both!(an_old_pair_that_still_works_is_used_again, |t| super::never_saved_but_repeatable(t));
