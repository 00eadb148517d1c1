//! Numbers as they were known at the end of a past day.

use std::time::Duration;

use carillon_domain::account::{AccountIdentity, AccountStatus};
use carillon_domain::sync::SyncState;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::account_name;
use carillon_store::repo::sync_run::{self, SyncRunRow};

use super::*;
use crate::jobs::sync::opened_run;

/// The day that is looked back at.
pub(crate) const DAY: &str = "2027-01-20";

impl Scene {
    /// A reading of a post that gave these. The first one finds it.
    async fn read(&self, row: &AccountRow, text: &str, (public, time): (&str, &str), counts: &[(&str, i64)]) {
        let readings =
            counts.iter().map(|(name, value)| Reading::new(*name, *value, format!("{name}_count")));
        let found = RemotePostRow {
            workspace: row.workspace,
            account: row.id,
            id: Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref()),
            remote_id: text.into(),
            url: None,
            text: text.into(),
            kind: None,
            published_at: at(public),
            publication: None,
            first_seen_at: at(time),
            seen: Observation { as_of: at(time), readings: readings.collect() },
        };
        let run = Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref());
        let done = self.engine().db.write(move |tx| {
            Box::pin(async move {
                let id = remote_post::put(tx, &found).await?;
                let subject = Subject { workspace: found.workspace, account: found.account, id: id.uuid() };
                snapshot::add(tx, subject, run, &found.seen).await
            })
        });
        done.await.map_err(|e: StoreError| e.to_string()).expect("a reading");
    }

    async fn called(&self, row: &AccountRow, time: &str) {
        let (row, time) = (row.clone(), at(time));
        let done = self.engine().db.write(move |tx| {
            Box::pin(async move {
                let names = (row.handle.as_str(), row.name.as_str());
                account_name::seen(tx, (row.workspace, row.id), names, time).await
            })
        });
        done.await.map_err(|e: StoreError| e.to_string()).expect("a name");
    }

    /// Everything that was read until the evening of [`DAY`], which it is then: eleven o'clock in Athens.
    pub(crate) async fn until_the_day(&self) {
        let (one, two) = (&self.one, &self.two);
        self.called(one, "2027-01-15T08:00:00Z").await;
        for (row, time, followers) in [
            (one, "2027-01-15T08:00:00Z", 1_000),
            (one, "2027-01-18T05:00:00Z", 1_010),
            (one, "2027-01-18T17:00:00Z", 1_020),
            (one, "2027-01-20T06:00:00Z", 1_030),
            (one, "2027-01-20T20:30:00Z", 1_040),
            (two, "2027-01-16T08:00:00Z", 500),
            (two, "2027-01-20T08:00:00Z", 510),
        ] {
            self.look(row, time, Some(followers)).await;
        }
        let (a, b, c) = ("2027-01-17T10:00:00Z", "2027-01-19T10:00:00Z", "2027-01-19T12:00:00Z");
        self.read(one, "a", (a, "2027-01-18T05:00:00Z"), &[("likes", 5), ("views", 100)]).await;
        self.read(one, "a", (a, "2027-01-20T06:00:00Z"), &[("likes", 9), ("views", 300)]).await;
        // The last look of the day gave no views.
        self.read(one, "a", (a, "2027-01-20T20:30:00Z"), &[("likes", 10)]).await;
        self.read(one, "b", (b, "2027-01-20T06:00:00Z"), &[("likes", 5), ("comments", 1), ("views", 50)])
            .await;
        self.read(one, "b", (b, "2027-01-20T20:30:00Z"), &[("likes", 20), ("comments", 2), ("views", 250)])
            .await;
        self.read(two, "c", (c, "2027-01-20T08:00:00Z"), &[("likes", 10), ("reach", 700)]).await;
        self.world.clock.advance(Duration::from_secs(133 * 3_600));
        assert_eq!(self.world.clock.now(), at("2027-01-20T21:00:00Z"));
    }

    /// What came afterwards, in half a year: other numbers, another name, an older post, another account.
    pub(crate) async fn afterwards(&self) {
        let (one, two) = (&self.one, &self.two);
        let renamed = AccountRow { handle: "eins".into(), name: "Eins".into(), ..one.clone() };
        // The first instant of the next day in Athens.
        self.look(one, "2027-01-20T22:00:00Z", Some(2_000)).await;
        self.look(&renamed, "2027-01-22T06:00:00Z", Some(2_100)).await;
        self.called(&renamed, "2027-01-22T06:00:00Z").await;
        self.look(two, "2027-01-22T06:00:00Z", Some(600)).await;
        for text in ["a", "b"] {
            let public = if text == "a" { "2027-01-17T10:00:00Z" } else { "2027-01-19T10:00:00Z" };
            self.read(one, text, (public, "2027-01-20T22:00:00Z"), &[("likes", 99), ("views", 9_999)]).await;
        }
        let found_late = ("2027-01-19T15:00:00Z", "2027-01-21T06:00:00Z");
        self.read(two, "late", found_late, &[("likes", 30), ("views", 300)]).await;
        let identity = AccountIdentity {
            remote_id: "three".into(),
            handle: "three".into(),
            name: "three".into(),
            ..one.identity()
        };
        let id = Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref());
        let whose = (one.workspace, id, one.grant);
        let three = AccountRow::connected(whose, "toy", identity, at("2027-01-22T08:00:00Z"));
        let added = three.clone();
        let done =
            self.engine().db.write(move |tx| Box::pin(async move { account::insert(tx, &added).await }));
        done.await.map_err(|e: StoreError| e.to_string()).expect("an account");
        self.look(&three, "2027-01-22T09:00:00Z", Some(7)).await;
        self.advance(200);
    }

    /// Everything that can be asked, in words.
    async fn everything(&self, known_on: Option<&str>) -> Vec<String> {
        let some = |text: &str| Some(text.to_owned());
        let filter = Filter {
            from: some("2027-01-10"),
            to: some("2027-01-20"),
            known_on: known_on.map(str::to_owned),
            ..Filter::default()
        };
        let found = self.summary(filter.clone()).await;
        let mut said = vec![format!("{} accounts: {:?}", found.accounts, found.figures)];
        for network in &found.networks {
            said.push(format!("{} {}: {:?}", network.platform, network.accounts, network.figures));
        }
        let (.., each) = each_account(self.engine(), &self.actor, &filter).await.expect("accounts");
        for one in each {
            let row = one.account;
            said.push(format!("{} {} {:?}: {:?}", row.handle, row.name, row.synced_at, one.figures));
        }
        for metric in ["followers", "likes", "engagement_rate_by_views", "published"] {
            let series = series(self.engine(), &self.actor, &filter, Some(metric), None).await;
            said.push(format!("{:?}", series.expect("a series")));
        }
        let best = top(self.engine(), &self.actor, &filter, 9).await.expect("posts").items;
        for post in best {
            let text = &post.post.found.row.text;
            said.push(format!("{text} {:?} {:?} {:?}", post.rank(), post.engagements, post.post.followers));
        }
        for (sort, order) in SORTS.into_iter().flat_map(|sort| [(sort, "asc"), (sort, "desc")]) {
            let mut cursor = None;
            loop {
                let query = PostQuery { sort: some(sort), order: some(order), cursor, limit: 1 };
                let page = posts(self.engine(), &self.actor, &filter, &query).await.expect("a page");
                let text = page.items.first().map(|post| post.post.found.row.text.clone());
                said.push(format!("{sort} {order}: {text:?}, then {:?}", page.next));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        said
    }
}

async fn known(test: &TestDb) {
    let s = Scene::new(test).await;
    s.until_the_day().await;
    let then = s.everything(None).await;
    s.afterwards().await;
    assert_ne!(s.everything(None).await, then, "much has changed");
    assert_eq!(s.everything(Some(DAY)).await, then);

    // By default it is of the days until then.
    let known = Filter { known_on: Some(DAY.into()), ..Filter::default() };
    let found = s.summary(known.clone()).await;
    assert_eq!((found.accounts, found.period.to), (2, at("2027-01-20T22:00:00Z")));
    assert_eq!(found.figures.followers.value, Some(1_550));
    assert_eq!(found.figures.views.value, Some(250), "the last look at the other one gave none");
    // A day before, and what had been found by then.
    let found = s.summary(Filter { known_on: Some("2027-01-18".into()), ..Filter::default() }).await;
    assert_eq!((found.figures.followers.value, found.figures.posts.value), (Some(1_520), Some(1)));
    assert_eq!(found.figures.views.value, Some(100));

    // Who came later was not there; who left later was.
    let rows = accounts::list(s.engine(), &s.actor).await.expect("accounts");
    let three = rows.iter().find(|row| row.handle == "three").expect("the third").id;
    let account = Some(three.to_string());
    assert_eq!(s.summary(Filter { account, ..known.clone() }).await.accounts, 0);
    let two = rows.iter().find(|row| row.id == s.two.id).expect("the second");
    let gone =
        AccountRow { status: AccountStatus::Disconnected, updated_at: s.world.clock.now(), ..two.clone() };
    let done = s.engine().db.write(move |tx| Box::pin(async move { account::update(tx, &gone).await }));
    done.await.map_err(|e: StoreError| e.to_string()).expect("it is disconnected");
    assert_eq!(s.everything(Some(DAY)).await, then, "it was connected then");
    s.advance(2);
    let since = Filter { known_on: Some("2027-08-09".into()), ..Filter::default() };
    assert_eq!(s.summary(since).await.accounts, 2, "and is not any more");
}
on_both!(a_past_day_is_as_it_was_known, |t| super::known(t));

/// A reading that was over after a minute.
async fn ran(s: &Scene, row: &AccountRow, time: &str, state: SyncState) {
    let run = SyncRunRow {
        state,
        started_at: Some(at(time)),
        ended_at: Some(at(time) + SignedDuration::from_mins(1)),
        ..opened_run(s.engine(), row)
    };
    let done =
        s.engine().db.write(move |tx| Box::pin(async move { sync_run::open(tx, &run).await.map(drop) }));
    done.await.map_err(|e: StoreError| e.to_string()).expect("a run");
}

async fn without_totals(test: &TestDb) {
    let s = Scene::new(test).await;
    // The network tells nothing of the account itself.
    let time = "2027-01-15T08:00:00Z";
    ran(&s, &s.one, time, SyncState::Done).await;
    s.look(&s.one, time, None).await;
    s.read(&s.one, "a", ("2027-01-14T10:00:00Z", time), &[("likes", 5)]).await;
    ran(&s, &s.two, time, SyncState::Failed).await;
    let then = s.summary(Filter::default()).await.figures;
    assert_eq!(numbers(&then.posts), (Some(1), None, 1, 2), "the other account could not be read");
    s.advance(30);
    let later = "2027-02-14T08:00:00Z";
    for row in [&s.one, &s.two] {
        ran(&s, row, later, SyncState::Done).await;
        s.look(row, later, None).await;
    }
    assert_eq!(s.summary(Filter::default()).await.figures.posts.given, 2);
    let known = Filter { known_on: Some("2027-01-15".into()), ..Filter::default() };
    assert_eq!(s.summary(known).await.figures, then);
}
on_both!(posts_are_known_of_an_account_without_totals, |t| super::without_totals(t));

async fn refused(test: &TestDb) {
    let s = Scene::new(test).await;
    let known_on = |day: &str| Filter { known_on: Some(day.into()), ..Filter::default() };
    for (day, code) in [
        ("2027-01-15", "not_past"),
        ("2027-02-01", "not_past"),
        ("yesterday", "malformed_day"),
        ("2027-01-14T08:00:00Z", "malformed_day"),
        ("2027-01-14", "nothing_known"),
    ] {
        let errors = s.refused(known_on(day)).await;
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("known_on", code), "{day}");
    }
    // It is over at midnight in Athens, fourteen hours later.
    s.world.clock.advance(Duration::from_secs(14 * 3_600));
    assert_eq!(s.summary(known_on("2027-01-15")).await.accounts, 2);
    let some = |text: &str| Some(text.to_owned());
    let later = Filter { from: some("2027-01-16"), to: some("2027-01-17"), ..known_on("2027-01-15") };
    let errors = s.refused(later).await;
    assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("from", "after_known_on"));
    let blank = Filter { known_on: some(" "), ..Filter::default() };
    assert_eq!(s.summary(blank).await.period.to, at("2027-01-16T22:00:00Z"), "an empty field is no day");
}
on_both!(a_day_that_says_nothing_is_refused, |t| super::refused(t));
