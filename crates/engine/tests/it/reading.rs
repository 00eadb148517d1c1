//! Reading accounts: numbers as the networks hold them, whatever happens on the way.

use std::collections::BTreeMap;

use carillon_connectors::Registry;
use carillon_connectors::conformance::{Connect, Session, draft};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::metric::{self, Observation};
use carillon_domain::permission::Role;
use carillon_domain::sync::{SyncReason, SyncState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::Actor;
use carillon_engine::usecase::sync::Post;
use carillon_engine::usecase::{accounts, sync};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};
use carillon_store::repo::{account, job};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use crate::support::{Stage, new_workspace};

const MASTODON: &str = "https://social.mastodon.localhost";

impl Stage {
    /// Somebody asks that it be read, a moment after what was before: of runs of the same instant it isn't said which is newer.
    pub async fn asked(&self, account: AccountId) -> SyncRunRow {
        self.bench.clock.advance_to(self.engine.clock.now() + SignedDuration::from_millis(1));
        sync::request(&self.engine, &self.actor, account).await.expect("a run")
    }

    /// Reads the account until nothing is queued, and answers the run that was asked for.
    pub async fn read(&self, account: AccountId) -> SyncRunRow {
        let asked = self.asked(account).await;
        self.run_until_idle().await;
        self.runs(account).await.into_iter().find(|run| run.id == asked.id).expect("the run")
    }

    /// The account's runs, newest first.
    pub async fn runs(&self, account: AccountId) -> Vec<SyncRunRow> {
        let query = ListQuery { account: Some(account), limit: 100, ..ListQuery::default() };
        sync::list(&self.engine, &self.actor, query).await.expect("runs").0
    }

    pub async fn posts_of(&self, account: AccountId) -> Vec<Post> {
        sync::posts(&self.engine, &self.actor, account, 500).await.expect("posts")
    }

    pub async fn account(&self, id: AccountId) -> AccountRow {
        accounts::get(&self.engine, &self.actor, id).await.expect("account")
    }

    /// The same person in another app, where posts are made that Carillon knows nothing of.
    pub async fn elsewhere(&self, platform: &str) -> Session<'_> {
        let connector = Registry.all().iter().find(|c| c.descriptor().name == platform).expect("platform");
        let session = self.bench.connect(*connector, Connect::as_persona(PERSONAS[0].key)).await;
        session.expect("connects")
    }
}

/// Posts that Carillon knows nothing of, a while ago: networks' indexes lag behind.
pub async fn post_elsewhere(stage: &Stage, session: &Session<'_>, what: &str, count: usize) {
    for n in 0..count {
        let outcome = session.publish(&draft(&format!("{what} {n}"), [])).await;
        assert!(outcome.is_published(), "{outcome:?}");
    }
    stage.bench.clock.advance(std::time::Duration::from_secs(60));
}

fn values(seen: &Observation) -> BTreeMap<String, i64> {
    seen.readings.iter().map(|r| (r.metric.clone(), r.value)).collect()
}

async fn four_networks(test: &TestDb) {
    let stage = Stage::new(test).await;
    for platform in ["bluesky", "mastodon", "x", "instagram"] {
        let account = match platform {
            "bluesky" => stage.bluesky().await,
            "mastodon" => stage.through_pages(platform, Some(MASTODON)).await,
            _ => stage.through_pages(platform, None).await,
        };
        let first = stage.runs(account).await;
        assert_eq!((first.len(), first[0].reason), (1, SyncReason::Connected), "{platform} is read at once");
        let session = stage.elsewhere(platform).await;
        for n in 0..3 {
            let picture = stage.bench.library.jpeg(1080, 1080, Some("a boat"));
            let outcome = session.publish(&draft(&format!("Elsewhere {n}"), [picture])).await;
            assert!(outcome.is_published(), "{platform}: {outcome:?}");
        }
        // A post without pictures is nothing for Instagram.
        let ours = if platform == "instagram" { None } else { Some(stage.now(account, "Ours").await) };
        stage.run_until_idle().await;
        stage.bench.clock.advance(std::time::Duration::from_secs(45 * 60));
        let run = stage.read(account).await;
        assert_eq!((run.state, run.error), (SyncState::Done, None), "{platform}");
        let ledger = stage.bench.world.ledger().of(platform);
        assert_eq!(run.items as usize, ledger.len(), "{platform}");
        assert!(run.calls >= 2, "{platform}: {}", run.calls);
        assert!(run.started_at.is_some() && run.ended_at >= run.started_at);

        let row = stage.account(account).await;
        let profile = row.profile.clone().expect("a profile");
        let persona = &PERSONAS[0];
        let followers = values(&profile)["followers"];
        let truth = i64::try_from(persona.followers_at(platform, profile.as_of)).expect("small");
        assert_eq!(followers, truth, "{platform}");
        assert_eq!(values(&profile)["following"], i64::try_from(persona.following(platform)).expect("small"));
        assert_eq!(values(&profile)["posts"], i64::try_from(ledger.len()).expect("small"), "{platform}");
        assert_eq!((row.synced_at, row.sync_error), (Some(profile.as_of), None));
        assert!(profile.readings.iter().all(|r| r.definition > 0 && !r.native.is_empty()));

        let posts = stage.posts_of(account).await;
        let mut public: Vec<_> = ledger.iter().map(|i| (i.remote_id.clone(), i.text.clone())).collect();
        let mut found: Vec<_> = posts.iter().map(|p| (p.row.remote_id.clone(), p.row.text.clone())).collect();
        public.sort();
        found.sort();
        assert_eq!(found, public, "{platform}");
        let linked: Vec<_> = posts.iter().filter_map(|p| p.post).collect();
        assert_eq!(linked, ours.iter().map(|p| p.post.id).collect::<Vec<_>>(), "{platform}");

        // The numbers are those that the network itself gives at this moment.
        let credential = session.credential();
        let reader = session.connector.reader().expect("reader");
        let page = reader.posts(&session.cx(&credential), None).await.expect("page");
        for post in page.posts {
            let ours = posts.iter().find(|p| p.row.remote_id == post.remote_id).expect("known");
            let theirs: BTreeMap<_, _> = post.counts.iter().map(|c| (c.metric.clone(), c.value)).collect();
            assert_eq!(values(&ours.row.seen), theirs, "{platform}");
            assert!(theirs.keys().all(|name| metric::definition(name).is_some()), "{theirs:?}");
        }

        let subject = Subject::account(row.workspace, account);
        let (from, to) = (Timestamp::UNIX_EPOCH, stage.in_minutes(1));
        let series =
            snapshot::series(&stage.engine.db, subject, "followers", from, to).await.expect("series");
        assert_eq!(series.len(), 2, "one point for each reading");
        assert_eq!(series[1].1.value, followers);
    }
}
on_both!(numbers_are_those_of_the_networks, |t| super::four_networks(t));

async fn limit(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let session = stage.elsewhere("bluesky").await;
    post_elsewhere(&stage, &session, "Number", 60).await;
    let limit = Fault::once("bluesky", "getAuthorFeed", When::Before, FaultKind::RateLimit);
    stage.fault(limit.reset(900).skipping(1));
    let asked = stage.asked(account).await;
    stage.run_due().await;
    let runs = stage.runs(account).await;
    let find = |wanted: &dyn Fn(&SyncRunRow) -> bool| runs.iter().find(|run| wanted(run)).expect("run");
    let (next, ended) = (find(&|run| run.state.is_open()), find(&|run| run.id == asked.id));
    assert_eq!((ended.id, ended.state, ended.items), (asked.id, SyncState::Partial, 50));
    let error = ended.error.as_ref().expect("why");
    assert_eq!(error.kind.code(), "rate_limited");
    let until = ended.limited_until.expect("until when");
    assert!(until > stage.in_minutes(10) && until <= stage.in_minutes(20), "{until}");
    assert_eq!(
        (next.state, next.reason, next.continues),
        (SyncState::Queued, SyncReason::Continued, Some(asked.id))
    );
    assert_eq!(next.next_at, Some(until));
    assert_eq!(stage.posts_of(account).await.len(), 50, "what came is kept");
    assert_eq!(stage.account(account).await.sync_error, Some(error.cause.clone()));
    assert_eq!(stage.asked(account).await.id, next.id, "asking again asks nothing of the network");
    let before = next.id;

    stage.run_until_idle().await;
    let runs = stage.runs(account).await;
    let last = runs.iter().find(|run| run.id == before).expect("run");
    assert_eq!(
        (last.state, last.items, last.calls),
        (SyncState::Done, 10, 1),
        "it went on where that one stopped"
    );
    assert_eq!(stage.posts_of(account).await.len(), 60);
    assert_eq!(stage.account(account).await.sync_error, None);
}
on_both!(a_limit_on_the_way_keeps_what_came_and_goes_on_later, |t| super::limit(t));

async fn always_limited(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.fault(
        Fault::once("bluesky", "getProfile", When::Before, FaultKind::RateLimit).reset(1).times(1_000),
    );
    stage.run_until_idle().await;
    let runs = stage.runs(account).await;
    assert!((2..12).contains(&runs.len()), "{} runs", runs.len());
    assert!(runs.iter().all(|run| run.state == SyncState::Partial && run.limited_until.is_some()));
    let took = runs[0].created_at.duration_since(runs[runs.len() - 1].created_at);
    assert!(took.as_mins() > 60, "with growing pauses: {took}");
}
on_both!(a_network_that_always_says_wait_is_left_alone, |t| super::always_limited(t));

async fn revoked(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (unlucky, other) = (stage.bluesky().await, stage.x().await);
    stage.run_until_idle().await;
    let tokens = stage.bench.world.tokens();
    for (token, _) in tokens.list().into_iter().filter(|(token, _)| token.platform == "bluesky") {
        tokens.revoke("bluesky", &token.value);
    }
    stage.asked(unlucky).await;
    stage.asked(other).await;
    stage.run_until_idle().await;
    let run = stage.runs(unlucky).await.remove(0);
    assert_eq!(run.state, SyncState::Failed);
    assert_eq!(run.error.expect("why").kind.code(), "auth_revoked");
    let row = stage.account(unlucky).await;
    assert_eq!(row.status, AccountStatus::NeedsReconnect);
    assert!(row.profile.is_some(), "what was read before stays");
    assert_eq!(stage.runs(other).await[0].state, SyncState::Done, "the other account was read all the same");
    assert_eq!(stage.account(other).await.status, AccountStatus::Connected);
    let refused = sync::request(&stage.engine, &stage.actor, unlucky).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "not_connected", .. })), "{refused:?}");
}
on_both!(a_login_that_is_gone_stops_its_own_account_only, |t| super::revoked(t));

async fn passing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.fault(Fault::once("x", "users.me", When::Before, FaultKind::TokenExpired));
    stage.run_due().await;
    let run = stage.runs(account).await.remove(0);
    assert_eq!((run.state, run.tries), (SyncState::Done, 0), "refreshed, and again at once: {:?}", run.error);

    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(500));
    let asked = stage.asked(account).await;
    stage.run_due().await;
    let waiting = stage.runs(account).await.remove(0);
    assert_eq!((waiting.id, waiting.state, waiting.tries), (asked.id, SyncState::Queued, 1));
    assert!(waiting.next_at.is_some() && waiting.error.is_some());
    stage.run_until_idle().await;
    let done = stage.runs(account).await.remove(0);
    assert_eq!((done.id, done.state, done.error), (asked.id, SyncState::Done, None));

    stage.fault(Fault::once("x", "users.tweets", When::Before, FaultKind::Status).status(500).times(100));
    let given_up = stage.read(account).await;
    assert_eq!((given_up.state, given_up.tries), (SyncState::Partial, 3), "the profile is there");
    assert_eq!(given_up.error.expect("why").kind.code(), "transient");
}
on_both!(what_passes_is_waited_for, |t| super::passing(t));

async fn one_at_a_time(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let first = stage.runs(account).await.remove(0);
    assert_eq!(stage.asked(account).await.id, first.id, "the run of connecting is still open");
    stage.run_until_idle().await;
    let (a, b) = tokio::join!(stage.asked(account), stage.asked(account));
    assert_eq!(a.id, b.id);
    assert_ne!(a.id, first.id);

    // The queue forgot it: the table did not.
    let key = format!("sync/{}", a.id);
    let lost = stage.engine.db.write(move |tx| Box::pin(async move { job::remove(tx, &key).await }));
    lost.await.map_err(|e: StoreError| e.to_string()).expect("removed");
    stage.run_until_idle().await;
    assert_eq!(stage.runs(account).await[0].state, SyncState::Done);

    let stranger = new_workspace(&stage.engine, "UTC").await;
    let foreign = sync::request(&stage.engine, &stranger, account).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })), "{foreign:?}");
    let listed = sync::list(&stage.engine, &stranger, ListQuery { limit: 50, ..ListQuery::default() }).await;
    assert!(listed.expect("list").0.is_empty());
    let analyst = Actor { role: Role::Analyst, ..stage.actor.clone() };
    let forbidden = sync::request(&stage.engine, &analyst, account).await;
    assert!(matches!(forbidden, Err(AppError::Forbidden { .. })), "{forbidden:?}");
}
on_both!(an_account_is_read_by_one_at_a_time, |t| super::one_at_a_time(t));

async fn renamed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let now = stage.account(account).await;
    let mut old = now.clone();
    (old.handle, old.name, old.avatar_url) = ("old.test".into(), "Old name".into(), None);
    let put = stage.engine.db.write(move |tx| Box::pin(async move { account::update(tx, &old).await }));
    put.await.map_err(|e: StoreError| e.to_string()).expect("changed");
    stage.read(account).await;
    let read = stage.account(account).await;
    assert_eq!((&read.handle, &read.name, &read.avatar_url), (&now.handle, &now.name, &now.avatar_url));
    assert_eq!(read.version, now.version, "nobody's open form becomes stale by it");
}
on_both!(a_new_name_is_noticed, |t| super::renamed(t));

async fn erased(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let session = stage.elsewhere("bluesky").await;
    post_elsewhere(&stage, &session, "Soon forgotten", 1).await;
    stage.run_until_idle().await;
    assert_eq!(stage.posts_of(account).await.len(), 1);
    stage.asked(account).await;
    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("erased");
    stage.run_until_idle().await;
    assert!(stage.runs(account).await.is_empty());
    let workspace = stage.actor.workspace;
    let found = carillon_store::repo::remote_post::recent(&stage.engine.db, workspace, account, 10).await;
    assert!(found.expect("posts").is_empty());
    let series = snapshot::series(
        &stage.engine.db,
        Subject::account(workspace, account),
        "followers",
        Timestamp::UNIX_EPOCH,
        stage.in_minutes(1),
    );
    assert!(series.await.expect("series").is_empty());
}
on_both!(erasing_an_account_erases_what_was_read, |t| super::erased(t));

async fn goes_back_so_far(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let session = stage.elsewhere("bluesky").await;
    post_elsewhere(&stage, &session, "Old", 40).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(40 * 24 * 3600));
    session.refresh().await.expect("refreshed");
    post_elsewhere(&stage, &session, "New", 20).await;
    let run = stage.read(account).await;
    assert_eq!(
        (run.state, run.items),
        (SyncState::Done, 50),
        "the first page is kept whole: {:?}",
        run.error
    );
    post_elsewhere(&stage, &session, "Newer", 200).await;
    let run = stage.read(account).await;
    assert_eq!((run.state, run.items), (SyncState::Done, 200), "{:?}", run.error);
}
on_both!(a_reading_has_bounds, |t| super::goes_back_so_far(t));

async fn vanished(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let session = stage.elsewhere("bluesky").await;
    post_elsewhere(&stage, &session, "Post", 3).await;
    stage.run_until_idle().await;
    let before = stage.posts_of(account).await;
    assert!(before.iter().all(|post| !post.vanished));
    let gone = before[1].row.remote_id.clone();
    let credential = session.credential();
    let publisher = session.connector.publisher().expect("publisher");
    publisher.delete(&session.cx(&credential), &gone).await.expect("deleted");
    stage.bench.clock.advance(std::time::Duration::from_secs(60));
    stage.asked(account).await;
    assert!(stage.posts_of(account).await.iter().all(|post| !post.vanished), "nobody has looked yet");
    stage.run_until_idle().await;
    let after = stage.posts_of(account).await;
    let marked: Vec<_> = after.iter().filter(|post| post.vanished).map(|post| &post.row.remote_id).collect();
    assert_eq!((after.len(), marked), (3, vec![&gone]), "its history stays");
}
on_both!(a_post_that_vanished_is_marked, |t| super::vanished(t));

async fn unlisted(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("linkedin", None).await;
    assert_eq!(stage.now(account, "Read me who can").await.publications.len(), 1);
    stage.run_until_idle().await;
    let run = stage.read(account).await;
    assert_eq!(
        (run.state, run.error, run.items),
        (SyncState::Done, None, 0),
        "the profile is all that there is"
    );
    let seen = stage.account(account).await.profile.expect("a profile");
    assert!(!values(&seen).contains_key("followers"), "a number that nobody gave is not written");
}
on_both!(an_account_whose_posts_nobody_lists_is_read_without_them, |t| super::unlisted(t));
