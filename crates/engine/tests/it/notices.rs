//! What needs a person is told once, with the change that causes it, and no longer once it is settled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use carillon_connectors::contract::webhooks::Address;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, NoticeId, TokenId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_engine::Actor;
use carillon_engine::events::Topic;
use carillon_engine::usecase::accounts::AccountPatch;
use carillon_engine::usecase::notice_wishes::{self, Wish};
use carillon_engine::usecase::notices::{MOST_COUNTED, Unread};
use carillon_engine::usecase::posts::{self, Removal};
use carillon_engine::usecase::webhooks::Reply;
use carillon_engine::usecase::{accounts, notices, publications, sync};
use carillon_store::repo::grant;
use carillon_store::repo::notice::{self, NewNotice, NoticeRow, Reader, Which};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::support::{Stage, new_workspace};
use super::told::{hear, left, own_id};

impl Stage {
    /// What needed or needs a person, newest first.
    async fn told(&self, actor: &Actor) -> Vec<NoticeRow> {
        notices::list(&self.engine, actor, Which::Needing, None, 50).await.expect("a list").0
    }

    /// What is good to know, newest first.
    async fn news(&self, actor: &Actor) -> Vec<NoticeRow> {
        notices::list(&self.engine, actor, Which::News, None, 50).await.expect("a list").0
    }

    /// What is open and needs a person, newest first.
    async fn open(&self) -> Vec<NoticeKind> {
        let told = self.told(&self.actor).await;
        told.iter().filter(|row| row.cleared_at.is_none()).map(|row| row.kind).collect()
    }

    /// A token with this role.
    fn token(&self, role: Role) -> Actor {
        let token = Some(TokenId::from_uuid(uuid::Uuid::from_u128(7)));
        Actor { role, user: None, token, ..self.actor.clone() }
    }

    async fn unread(&self, actor: &Actor) -> usize {
        notices::unread(&self.engine, actor).await.expect("a count").needing
    }
}

async fn failed_once(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let well = stage.now(account, "Well").await;
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&well).await.state, PublicationState::Published);
    assert_eq!(stage.open().await, [], "success needs nobody");

    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    let post = stage.now(account, "Refused").await;
    stage.run_until_idle().await;
    let id = stage.publication(&post).await.id;
    let told = stage.told(&stage.actor).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].kind, told[0].post, told[0].account),
        (NoticeKind::Failed, Some(post.post.id), Some(account))
    );
    assert_eq!((told[0].subject, told[0].read_at), (id.uuid(), None));
    assert!(told[0].cause.is_some() && told[0].handle.is_some());

    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    publications::retry(&stage.engine, &stage.actor, id).await.expect("again");
    assert_eq!(stage.open().await, [], "a person has it in hand");
    stage.run_until_idle().await;
    assert_eq!(stage.open().await, [NoticeKind::Failed], "it failed anew");
    publications::retry(&stage.engine, &stage.actor, id).await.expect("again");
    stage.run_until_idle().await;
    assert_eq!(stage.open().await, [], "it is public");
    let told = stage.told(&stage.actor).await;
    assert_eq!(told.iter().filter(|row| row.cleared_at.is_some()).count(), 2, "both stay in the list");
}
on_both!(a_failed_publication_is_told_until_a_person_has_it_in_hand, |t| super::failed_once(t));

async fn canceled(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    let post = stage.now(account, "Refused").await;
    stage.run_until_idle().await;
    assert_eq!(stage.open().await, [NoticeKind::Failed]);
    let mut events = stage.engine.events.listen();
    posts::remove(&stage.engine, &stage.actor, post.post.id, Removal::default()).await.expect("canceled");
    assert_eq!(stage.open().await, []);
    let mut told = std::iter::from_fn(|| events.try_recv().ok());
    assert!(told.any(|event| event.topic == Topic::Notices), "open pages hear of it");
}
on_both!(a_post_that_was_canceled_needs_nobody, |t| super::canceled(t));

async fn reading_of_them(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    for text in ["One", "Two"] {
        stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
        stage.now(account, text).await;
        stage.run_until_idle().await;
    }
    let editor = stage.token(Role::Editor);
    let analyst = Actor { role: Role::Analyst, ..editor.clone() };
    let elsewhere = new_workspace(&stage.engine, "UTC").await;
    assert_eq!((stage.unread(&stage.actor).await, stage.unread(&editor).await), (2, 2));
    assert_eq!((stage.unread(&analyst).await, stage.unread(&elsewhere).await), (0, 0));

    let newest = stage.told(&stage.actor).await[0].id;
    notices::read(&stage.engine, &stage.actor, newest).await.expect("read");
    notices::read(&stage.engine, &stage.actor, newest).await.expect("read twice");
    assert_eq!((stage.unread(&stage.actor).await, stage.unread(&editor).await), (1, 2), "each reads alone");
    for stranger in [&analyst, &elsewhere] {
        assert!(notices::read(&stage.engine, stranger, newest).await.is_err(), "{stranger:?}");
    }
    notices::read_all(&stage.engine, &stage.actor).await.expect("all");
    assert_eq!((stage.unread(&stage.actor).await, stage.unread(&editor).await), (0, 2));

    let (first, next) =
        notices::list(&stage.engine, &stage.actor, Which::Needing, None, 1).await.expect("a page");
    let (second, end) =
        notices::list(&stage.engine, &stage.actor, Which::Needing, next, 1).await.expect("a page");
    assert_eq!((first[0].id, end), (newest, None));
    assert_ne!(second[0].id, newest);
}
on_both!(each_reads_alone_and_only_those_hear_who_can_help, |t| super::reading_of_them(t));

async fn lost_login(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    stage.fault(Fault::once("x", "*", When::Before, FaultKind::TokenRevoked).times(100));
    for text in ["One", "Two"] {
        stage.now(account, text).await;
        stage.run_until_idle().await;
    }
    let mut open = stage.open().await;
    open.sort_by_key(|kind| kind.as_str());
    assert_eq!(open, [NoticeKind::Held, NoticeKind::Held, NoticeKind::SignedOut], "the account once");
    stage.bench.world.faults().clear();
    stage.x().await;
    assert_eq!(stage.open().await, [], "connected again, everything goes on");
    stage.run_until_idle().await;
    assert_eq!(stage.open().await, []);
}
on_both!(a_lost_login_is_told_once_and_settled_by_connecting_again, |t| super::lost_login(t));

async fn lost_between_parts(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let revoke = || Fault::once("bluesky", "commit", When::Before, FaultKind::TokenRevoked).skipping(1);
    stage.fault(revoke());
    let post = stage.thread(account, &["Head", "Tail"]).await;
    stage.run_until_idle().await;
    assert!(stage.publication(&post).await.incomplete);
    let mut open = stage.open().await;
    open.sort_by_key(|kind| kind.as_str());
    assert_eq!(open, [NoticeKind::Held, NoticeKind::SignedOut]);
    stage.bluesky().await;
    assert_eq!(stage.open().await, [], "it goes on");
    stage.run_until_idle().await;
    assert_eq!((stage.open().await, stage.public("Tail").len()), (vec![], 1));

    // The same where the account was suspended, which the network tells as a refusal.
    stage.fault(revoke());
    let post = stage.thread(account, &["First", "Last"]).await;
    stage.run_until_idle().await;
    let id = stage.publication(&post).await.id;
    stage
        .crash_leaves(id, |row| {
            for error in row.units.iter_mut().filter_map(|unit| unit.error.as_mut()).chain(&mut row.error) {
                (error.kind, error.code) = (ErrorKind::Rejected, "account_suspended".to_owned());
            }
        })
        .await;
    stage.bluesky().await;
    stage.run_until_idle().await;
    assert_eq!((stage.open().await, stage.public("Last").len()), (vec![], 1));
}
on_both!(what_waited_for_a_login_is_settled_by_connecting_again, |t| super::lost_between_parts(t));

async fn unread_for_a_day(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    // Answers whether open pages were told to look at their notices.
    let read = async |fails: bool| {
        let mut events = stage.engine.events.listen();
        if fails {
            // Neither the network's index nor the account's server tells who it is.
            for operation in ["getProfile", "describeRepo"] {
                stage.fault(Fault::once("bluesky", operation, When::Before, FaultKind::Status).status(400));
            }
        }
        stage.bench.clock.advance(Duration::from_secs(60));
        sync::request(&stage.engine, &stage.actor, account).await.expect("asked");
        stage.run_until_idle().await;
        std::iter::from_fn(|| events.try_recv().ok()).any(|event| event.topic == Topic::Notices)
    };
    assert!(!read(true).await, "nobody's bell is drawn anew for nothing");
    assert_eq!(stage.open().await, [], "one failure is no news");
    stage.bench.clock.advance(Duration::from_secs(25 * 3600));
    assert!(read(true).await);
    assert_eq!(stage.open().await, [NoticeKind::ReadingFails]);
    assert!(!read(true).await);
    assert_eq!(stage.told(&stage.actor).await.len(), 1, "once");
    assert!(read(false).await);
    assert_eq!(stage.open().await, [], "it is read again");
    assert!(!read(false).await);
}
on_both!(reading_that_fails_for_a_day_is_told_once, |t| super::unread_for_a_day(t));

async fn login_that_ends(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    stage.engine.upkeep().await;
    assert_eq!(stage.open().await, []);
    // What would renew it ahead fails, days before it ends.
    let refused = Fault::once("bluesky", "refreshSession", When::Before, FaultKind::Status).status(503);
    stage.fault(refused.times(10_000));
    let days = |days: u64| Duration::from_secs(days * 24 * 3600);
    let mut told = false;
    for _ in 0..90 {
        stage.bench.clock.advance(days(1));
        stage.engine.upkeep().await;
        told = stage.open().await == [NoticeKind::LoginEnds];
        if told {
            break;
        }
    }
    assert!(told, "a login that ends is told of before it does");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    assert_eq!(row.status.as_str(), "connected", "in time");
    stage.engine.upkeep().await;
    assert_eq!(stage.told(&stage.actor).await.len(), 1, "once");
    stage.bench.world.faults().clear();
    stage.bluesky().await;
    assert_eq!(stage.open().await, []);
}
on_both!(a_login_that_ends_is_told_before_it_does, |t| super::login_that_ends(t));

async fn readings_erased(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let post = stage.now(account, "Bells").await;
    stage.run_until_idle().await;
    let public = stage.row(post.publications[0].id).await;
    let failed = NewNotice {
        workspace: public.workspace,
        id: NoticeId::from_uuid(uuid::Uuid::from_u128(9)),
        kind: NoticeKind::Failed,
        subject: public.id.uuid(),
        account: Some(account),
        post: Some(public.post),
        cause: None,
        created_at: public.created_at,
    };
    let raised: Result<bool, StoreError> =
        stage.engine.db.write(move |tx| Box::pin(async move { notice::raise(tx, &failed).await })).await;
    assert!(raised.expect("raised"), "as if it had failed");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    let login =
        grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("read").expect("a login");
    stage.bench.clock.advance(Duration::from_secs(5));
    let asked = left(&stage, "facebook", Address::DataDeletion, &own_id(login.person));
    stage.bench.clock.advance(Duration::from_secs(60));
    assert_eq!(stage.through_pages("facebook", None).await, account, "they came back since");
    stage.run_until_idle().await;
    let ended = ConnectorError::new(
        ErrorKind::AuthRevoked,
        "facebook",
        "me",
        "token_invalid",
        "The login has ended.",
    );
    accounts::needs_reconnect(&stage.engine, row.workspace, account, &ended).await.expect("noted");
    assert_eq!(stage.open().await.len(), 2, "the account and the post");
    let reply = hear(&stage, "facebook", &asked).await;
    assert!(matches!(reply, Reply::Deleting { .. }), "{reply:?}");
    assert_eq!(stage.open().await, [NoticeKind::SignedOut], "the account is still here, and signed out");
}
on_both!(erased_readings_leave_what_the_account_needs, |t| super::readings_erased(t));

async fn nothing_left(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (goes, erased) = (stage.bluesky().await, stage.x().await);
    stage.run_until_idle().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    stage.fault(Fault::once("x", "commit", When::Before, FaultKind::Status).status(400));
    stage.now(goes, "One").await;
    stage.now(erased, "Two").await;
    stage.run_until_idle().await;
    assert_eq!(stage.open().await.len(), 2);
    accounts::disconnect(&stage.engine, &stage.actor, goes, None, false).await.expect("let go");
    accounts::disconnect(&stage.engine, &stage.actor, erased, None, true).await.expect("erased");
    let told = stage.told(&stage.actor).await;
    assert_eq!(
        told.iter().map(|row| row.account).collect::<Vec<_>>(),
        [Some(goes)],
        "the other is forgotten"
    );
    assert!(told[0].cleared_at.is_some());
    stage.bench.clock.advance(Duration::from_secs(91 * 24 * 3600));
    stage.engine.upkeep().await;
    assert_eq!(stage.told(&stage.actor).await, [], "and in the end this one, too");
}
on_both!(nothing_is_told_of_an_account_that_was_let_go, |t| super::nothing_left(t));

async fn good_to_know(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let post = stage.now(account, "Bells").await;
    stage.run_until_idle().await;
    let told = stage.news(&stage.actor).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].kind, told[0].post, told[0].account),
        (NoticeKind::Published, Some(post.post.id), Some(account))
    );
    let text = told[0].composition.as_ref().map(|composition| composition.text.as_str());
    assert_eq!((told[0].cause.as_deref(), text), (None, Some("Bells")));
    assert_eq!(stage.told(&stage.actor).await, [], "it needs nobody");
    let analyst = stage.token(Role::Analyst);
    assert_eq!(stage.news(&analyst).await, [], "who may not publish does not hear of posts");

    let unread = async || notices::unread(&stage.engine, &stage.actor).await.expect("a count");
    assert_eq!(unread().await, Unread { needing: 0, news: 1 });
    notices::read(&stage.engine, &stage.actor, told[0].id).await.expect("read");
    assert_eq!(unread().await, Unread::default());
    let editor = stage.token(Role::Editor);
    let theirs = async || notices::unread(&stage.engine, &editor).await.expect("a count");
    assert_eq!(theirs().await, Unread { needing: 0, news: 1 }, "others have not read it");

    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    stage.now(account, "Refused").await;
    stage.run_until_idle().await;
    stage.bench.clock.advance(Duration::from_secs(25 * 3600));
    stage.engine.upkeep().await;
    assert!(stage.news(&stage.actor).await[0].cleared_at.is_some(), "over after a day");
    assert_eq!(theirs().await, Unread { needing: 1, news: 0 }, "what needs somebody is not");
}
on_both!(what_is_good_to_know_is_over_after_a_day, |t| super::good_to_know(t));

/// News of so many publications that never were.
async fn much_news(stage: &Stage, account: AccountId, much: usize) {
    let engine = &stage.engine;
    let new = |_| {
        let id = NoticeId::new(engine.clock.as_ref(), engine.entropy.as_ref());
        NewNotice {
            workspace: stage.actor.workspace,
            id,
            kind: NoticeKind::Published,
            subject: id.uuid(),
            account: Some(account),
            post: None,
            cause: None,
            created_at: engine.clock.now(),
        }
    };
    let all: Vec<NewNotice> = (0..much).map(new).collect();
    let raised: Result<u64, StoreError> = engine
        .db
        .write(move |tx| {
            Box::pin(async move { notice::raise_all(tx, &all.iter().collect::<Vec<_>>()).await })
        })
        .await;
    assert_eq!(usize::try_from(raised.expect("raised")), Ok(much));
}

async fn under_much_news(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    stage.now(account, "Refused").await;
    stage.run_until_idle().await;
    stage.bench.clock.advance(Duration::from_secs(60));
    // More than is settled or forgotten in one transaction, or read.
    much_news(&stage, account, 601).await;
    let editor = stage.token(Role::Editor);
    let unread = async |actor: &Actor| notices::unread(&stage.engine, actor).await.expect("a count");
    let counted = Unread { needing: 1, news: MOST_COUNTED };
    assert_eq!(
        (unread(&stage.actor).await, unread(&editor).await),
        (counted, counted),
        "it is counted first"
    );
    assert_eq!(stage.told(&stage.actor).await.len(), 1, "it lies below all of them");
    notices::read_all(&stage.engine, &editor).await.expect("all");
    assert_eq!((unread(&stage.actor).await, unread(&editor).await), (counted, Unread::default()));

    let reader = Reader { workspace: stage.actor.workspace, id: uuid::Uuid::nil(), role: Role::Owner };
    let kept = async || {
        let db = &stage.engine.db;
        let rows = notice::list(db, (reader, Which::News), None, 1_000).await.expect("a list");
        (rows.len(), rows.iter().filter(|row| row.cleared_at.is_none()).count())
    };
    assert_eq!(kept().await, (601, 601));
    let later = async |hours: u64| {
        stage.bench.clock.advance(Duration::from_secs(hours * 3600));
        stage.engine.upkeep().await;
    };
    later(25).await;
    assert_eq!(kept().await, (601, 0), "over after a day, and still there to be read");
    assert_eq!(unread(&stage.actor).await, Unread { needing: 1, news: 0 });
    accounts::disconnect(&stage.engine, &stage.actor, account, None, false).await.expect("let go");
    later(5 * 24).await;
    assert_eq!(kept().await, (601, 0));
    later(2 * 24).await;
    assert_eq!(kept().await, (0, 0), "gone after a week");
    let told = stage.told(&stage.actor).await;
    assert_eq!(told.len(), 1, "what needed somebody is kept longer");
    assert!(told[0].cleared_at.is_some(), "although it is settled");
}
on_both!(news_is_forgotten_after_a_week_however_much, |t| super::under_much_news(t));

async fn nearly_full(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let patch = AccountPatch { daily_cap: Some(Some(5)), ..AccountPatch::default() };
    accounts::update(&stage.engine, &stage.actor, account, patch).await.expect("a cap");
    // Nine o'clock of tomorrow where the workspace is, so that hours after are the same day.
    let tomorrow = stage.in_minutes(24 * 60).in_tz("Europe/Athens").expect("zone").date();
    let nine = tomorrow.at(9, 0, 0, 0).in_tz("Europe/Athens").expect("zone").timestamp();
    stage.bench.clock.advance_to(nine);
    let near = async || {
        let mut told = stage.news(&stage.actor).await;
        told.retain(|row| row.kind == NoticeKind::CapNear);
        told
    };
    for (n, text) in [(2, "One"), (4, "Two"), (6, "Three"), (26, "Four"), (28, "Five"), (30, "Six")] {
        stage.at(account, text, stage.in_minutes(60 * n)).await;
    }
    stage.engine.upkeep().await;
    assert_eq!(near().await, [], "three of five");
    let fourth = stage.at(account, "Seven", stage.in_minutes(60 * 8)).await;
    tokio::join!(stage.engine.upkeep(), stage.engine.upkeep());
    stage.engine.upkeep().await;
    let told = near().await;
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert_eq!((told[0].account, told[0].post, told[0].cleared_at), (Some(account), None, None));
    let cause = told[0].cause.clone().expect("why");
    let planned = format!("4 posts are sent or planned on {tomorrow}");
    assert!(cause.contains(&planned) && cause.contains("is 5"), "{cause}");
    stage.bluesky().await;
    assert_eq!(near().await[0].cleared_at, None, "connecting the account again makes no room");

    posts::remove(&stage.engine, &stage.actor, fourth.post.id, Removal::default()).await.expect("canceled");
    stage.engine.upkeep().await;
    assert!(near().await[0].cleared_at.is_some(), "it is not so any more");
    stage.at(account, "Eight", stage.in_minutes(60 * 8)).await;
    stage.engine.upkeep().await;
    assert_eq!(near().await.len(), 1, "not twice on a day");

    stage.at(account, "Nine", stage.in_minutes(60 * 32)).await;
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    stage.engine.upkeep().await;
    let told = near().await;
    assert_eq!((told.len(), told[0].cleared_at), (2, None), "another day is another cause: {told:?}");
}
on_both!(a_day_that_is_nearly_full_is_told_once, |t| super::nearly_full(t));

/// Shows one time until it was read so often, and another one from then on.
struct Turning {
    times: [Timestamp; 2],
    reads: AtomicUsize,
    turns_at: AtomicUsize,
}

impl Clock for Turning {
    fn now(&self) -> Timestamp {
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        self.times[usize::from(read >= self.turns_at.load(Ordering::Relaxed))]
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

async fn around_midnight(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let patch = AccountPatch { daily_cap: Some(Some(1)), ..AccountPatch::default() };
    accounts::update(&stage.engine, &stage.actor, account, patch).await.expect("a cap");
    let date = stage.in_minutes(2 * 24 * 60).in_tz("Europe/Athens").expect("zone").date();
    let midnight = date.at(0, 0, 0, 0).in_tz("Europe/Athens").expect("zone").timestamp();
    let hour = SignedDuration::from_hours(1);
    stage.at(account, "One", midnight - hour).await;
    stage.at(account, "Two", midnight + hour).await;
    stage.bench.clock.advance_to(midnight);
    let clock = Arc::new(Turning {
        times: [midnight - SignedDuration::from_secs(1), midnight],
        reads: AtomicUsize::new(0),
        turns_at: AtomicUsize::new(0),
    });
    let shown: Arc<dyn Clock> = clock.clone();
    let stage = stage.restarted(|engine| engine.clock = shown).await;
    // Answers how often upkeep reads the clock.
    let told = async |turns_at: usize| {
        clock.reads.store(0, Ordering::Relaxed);
        clock.turns_at.store(turns_at, Ordering::Relaxed);
        stage.engine.upkeep().await;
        let reads = clock.reads.load(Ordering::Relaxed);
        let mut told = stage.news(&stage.actor).await;
        told.retain(|row| row.kind == NoticeKind::CapNear);
        assert_eq!(told.len(), 1, "{turns_at}: {told:?}");
        let made_on = told[0].created_at.in_tz("Europe/Athens").expect("zone").date();
        let cause = told[0].cause.clone().expect("why");
        assert!(cause.contains(&format!("planned on {made_on};")), "{turns_at}: {cause} of {made_on}");
        let workspace = stage.actor.workspace;
        let forgotten: Result<(), StoreError> = stage
            .engine
            .db
            .write(move |tx| Box::pin(async move { notice::erase(tx, workspace, account).await }))
            .await;
        forgotten.expect("forgotten");
        reads
    };
    let reads = told(usize::MAX).await;
    for turns_at in 0..reads {
        told(turns_at).await;
    }
}
on_both!(a_full_day_is_told_of_the_day_on_which_somebody_looked, |t| super::around_midnight(t));

async fn wished(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.now(account, "Bells").await;
    stage.run_until_idle().await;
    stage.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    stage.now(account, "Refused").await;
    stage.run_until_idle().await;
    let editor = stage.token(Role::Editor);
    let wish = async |actor: &Actor, kind: &str, in_app: Option<bool>, by_mail: Option<bool>| {
        let wish = Wish { kind: kind.to_owned(), in_app, by_mail };
        notice_wishes::change(&stage.engine, actor, &[wish]).await
    };
    let wrong = |result: Result<(), AppError>| {
        let Err(AppError::Invalid(errors)) = result else { panic!("{result:?}") };
        errors.into_iter().map(|e| (e.field, e.code)).collect::<Vec<_>>()
    };
    let field = |field: &str, code: &str| vec![(format!("preferences.0.{field}"), code.to_owned())];

    wish(&editor, "failed", Some(false), None).await.expect("put away");
    assert_eq!((stage.told(&editor).await.len(), stage.unread(&editor).await), (0, 0));
    assert_eq!(
        (stage.told(&stage.actor).await.len(), stage.unread(&stage.actor).await),
        (1, 1),
        "for oneself"
    );
    let failed = stage.told(&stage.actor).await[0].id;
    assert!(notices::read(&stage.engine, &editor, failed).await.is_err(), "there is none for them");
    let owner_now = Actor { role: Role::Owner, ..editor.clone() };
    assert_eq!(stage.unread(&owner_now).await, 1, "owners hear of it, whatever they wished before");

    let refused = wish(&stage.actor, "failed", Some(false), None).await;
    assert_eq!(wrong(refused), field("in_app", "stays"), "somebody must hear of it");
    wish(&stage.actor, "published", Some(false), None).await.expect("put away");
    assert_eq!((stage.news(&stage.actor).await.len(), stage.news(&editor).await.len()), (0, 1));
    wish(&stage.actor, "published", Some(true), None).await.expect("as usual");
    assert_eq!(stage.news(&stage.actor).await.len(), 1);

    assert_eq!(wrong(wish(&editor, "signed_out", Some(true), None).await), field("kind", "unknown_kind"));
    assert_eq!(wrong(wish(&editor, "bells", None, None).await), field("kind", "unknown_kind"));
    assert_eq!(wrong(wish(&editor, "failed", None, Some(true)).await), field("by_mail", "no_mailbox"));
    wish(&editor, "failed", Some(true), None).await.expect("back");
    assert_eq!(stage.unread(&editor).await, 1);
}
on_both!(everybody_chooses_what_they_hear_of, |t| super::wished(t));
