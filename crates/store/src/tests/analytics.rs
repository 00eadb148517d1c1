//! What kept numbers add up to: the same on both engines, and the same as the domain says.

use carillon_domain::account::{AccountIdentity, AccountStatus};
use carillon_domain::id::{AccountId, Id, RemotePostId, SyncRunId, WorkspaceId};
use carillon_domain::insight::curve::{self, Curve, Seen};
use carillon_domain::insight::{self, Basis, Rate, Slice};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::{ManualClock, SeededEntropy, SignedDuration, Timestamp};

use super::upgrade::{bare, change, texts};
use crate::bulk::history;
use crate::migrate::{self, MIGRATIONS};
use crate::repo::account::{self, AccountRow};
use crate::repo::analytics::{self, Order, Place, Scope, Sums};
use crate::repo::post_look::{self, MOST_POSTS, PostLook, Posts};
use crate::repo::remote_post::{self, RemotePostRow};
use crate::repo::settled;
use crate::repo::snapshot::{self, Subject};
use crate::testing::TestDb;
use crate::{Db, StoreError, on_both};

mod known;

/// A workspace with an account on the network `toy`, and two days.
struct Scene {
    db: Db,
    clock: ManualClock,
    entropy: SeededEntropy,
    workspace: WorkspaceId,
    run: SyncRunId,
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

const DAYS: (&str, &str) = ("2026-11-02T00:00:00Z", "2026-11-05T00:00:00Z");

fn days() -> (Timestamp, Timestamp) {
    (at(DAYS.0), at(DAYS.1))
}

fn slice() -> Slice {
    Slice { from: at(DAYS.0), to: at(DAYS.1), offset: 0 }
}

impl Scene {
    fn new(test: &TestDb) -> Self {
        let (clock, entropy) = (ManualClock::new(at("2026-11-01T00:00:00Z")), SeededEntropy::new(8));
        let (workspace, run) = (Id::new(&clock, &entropy), Id::new(&clock, &entropy));
        Self { db: test.db.clone(), clock, entropy, workspace, run }
    }

    fn id<K: carillon_domain::id::Kind>(&self) -> Id<K> {
        self.clock.advance(std::time::Duration::from_secs(1));
        Id::new(&self.clock, &self.entropy)
    }

    async fn account(&self, platform: &str, status: AccountStatus) -> AccountId {
        let id = self.id();
        let identity = AccountIdentity {
            remote_id: id.to_string(),
            handle: "ada".into(),
            name: "Ada".into(),
            avatar_url: None,
            server: None,
            meta: serde_json::json!({}),
        };
        let whose = (self.workspace, id, self.id());
        let row = AccountRow::connected(whose, platform, identity, at("2026-11-01T00:00:00Z"));
        let row = AccountRow { status, ..row };
        let done = self.db.write(move |tx| Box::pin(async move { account::insert(tx, &row).await })).await;
        done.map_err(|e: StoreError| e.to_string()).expect("an account");
        id
    }

    async fn followers(&self, account: AccountId, time: &str, value: i64) {
        self.look(Subject::account(self.workspace, account), time, ("followers", value)).await;
    }

    async fn look(&self, subject: Subject, time: &str, (metric, value): (&str, i64)) {
        let seen = Observation { as_of: at(time), readings: vec![Reading::new(metric, value, "fans")] };
        let run = self.run;
        let done =
            self.db.write(move |tx| Box::pin(async move { snapshot::add(tx, subject, run, &seen).await }));
        done.await.map_err(|e: StoreError| e.to_string()).expect("a look");
    }

    async fn post(
        &self,
        account: AccountId,
        remote_id: &str,
        time: &str,
        counts: &[(&str, i64)],
    ) -> RemotePostId {
        let readings =
            counts.iter().map(|(name, value)| Reading::new(*name, *value, format!("{name}_count")));
        let row = RemotePostRow {
            workspace: self.workspace,
            account,
            id: self.id(),
            remote_id: remote_id.into(),
            url: None,
            text: remote_id.into(),
            kind: None,
            published_at: at(time),
            publication: None,
            first_seen_at: at(time),
            seen: Observation {
                as_of: at(time) + SignedDuration::from_hours(30),
                readings: readings.collect(),
            },
        };
        let put = self.db.write(move |tx| Box::pin(async move { remote_post::put(tx, &row).await }));
        put.await.map_err(|e: StoreError| e.to_string()).expect("a post")
    }

    /// Looks at the views of a post, by seconds since it was public.
    async fn views(&self, account: AccountId, post: RemotePostId, public: &str, looks: &[(i64, i64)]) {
        let subject = Subject { workspace: self.workspace, account, id: post.uuid() };
        let (run, public, looks) = (self.run, at(public), looks.to_vec());
        let done = self.db.write(move |tx| {
            Box::pin(async move {
                for (second, value) in looks {
                    let as_of = public + SignedDuration::from_secs(second);
                    let readings = vec![Reading::new("views", value, "view_count")];
                    snapshot::add(tx, subject, run, &Observation { as_of, readings }).await?;
                }
                Ok(())
            })
        });
        done.await.map_err(|e: StoreError| e.to_string()).expect("looks");
    }

    fn posts_of(&self, account: AccountId) -> Posts {
        let (from, to) = days();
        Posts { workspace: self.workspace, account, from, to, only: None }
    }

    fn scope(&self) -> Scope {
        Scope {
            workspace: self.workspace,
            account: None,
            platforms: vec!["toy".into(), "other".into()],
            tag: None,
            campaign: None,
        }
    }

    async fn top(&self, scope: &Scope) -> Vec<String> {
        let found = analytics::top(&self.db, scope, days(), 10).await.expect("posts");
        found.into_iter().map(|post| post.found.row.text).collect()
    }
}

async fn looks(test: &TestDb) {
    let s = Scene::new(test);
    let (first, second) = (
        s.account("toy", AccountStatus::Connected).await,
        s.account("other", AccountStatus::Connected).await,
    );
    let gone = s.account("toy", AccountStatus::Disconnected).await;
    for (time, value) in [
        ("2026-11-01T23:59:59Z", 1),
        ("2026-11-02T06:00:00Z", 10),
        ("2026-11-02T23:00:00Z", 12),
        ("2026-11-04T01:00:00Z", 0),
        ("2026-11-05T00:00:00Z", 99),
    ] {
        s.followers(first, time, value).await;
        s.followers(gone, time, value).await;
    }
    s.followers(second, "2026-11-03T12:00:00Z", 500).await;
    let found = async |scope: &Scope, slice| {
        let found = analytics::looks(&s.db, scope, "followers", slice).await.expect("looks");
        found.into_iter().map(|(account, look)| (account, look.at, look.value)).collect::<Vec<_>>()
    };
    let last = vec![(first, at("2026-11-02T23:00:00Z"), 12), (first, at("2026-11-04T01:00:00Z"), 0)];
    let both = [last.clone(), vec![(second, at("2026-11-03T12:00:00Z"), 500)]].concat();
    assert_eq!(
        found(&s.scope(), slice()).await,
        both,
        "the last of each day, and nothing for a day without one"
    );
    // An hour ahead of UTC, 23:00 belongs to the next day.
    let ahead = found(&s.scope(), Slice { offset: 3_600_000_000, ..slice() }).await;
    assert_eq!(ahead.iter().filter(|(account, ..)| *account == first).count(), 3);
    assert_eq!(found(&Scope { account: Some(first), ..s.scope() }, slice()).await, last);
    assert_eq!(found(&Scope { platforms: vec!["toy".into()], ..s.scope() }, slice()).await, last);
    assert_eq!(found(&Scope { account: Some(gone), ..s.scope() }, slice()).await.len(), 2, "by its name");
    assert!(found(&Scope { platforms: vec!["to".into()], ..s.scope() }, slice()).await.is_empty());
    assert!(found(&Scope { workspace: s.id(), ..s.scope() }, slice()).await.is_empty());
    assert!(found(&Scope { workspace: s.id(), account: Some(first), ..s.scope() }, slice()).await.is_empty());
}
on_both!(a_day_of_an_account_has_its_last_look, |t| super::looks(t));

async fn sums(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    s.followers(account, "2026-11-01T20:00:00Z", 300).await;
    s.followers(account, "2026-11-02T08:00:00Z", 999).await;
    // 12 of 100 views, 12 of 300 followers.
    s.post(account, "a", "2026-11-02T07:00:00Z", &[("likes", 10), ("comments", 2), ("views", 100)]).await;
    // Likes are hidden: 1 of 3 views; the last look before it was the one at eight.
    s.post(account, "b", "2026-11-02T23:59:59Z", &[("comments", 1), ("views", 3)]).await;
    // A server of somebody's own may say anything.
    s.post(account, "c", "2026-11-04T10:00:00Z", &[("likes", i64::MAX), ("views", i64::MAX), ("reach", -1)])
        .await;
    s.post(account, "d", "2026-11-04T11:00:00Z", &[("likes", 2_000_000_000), ("views", 1)]).await;
    s.post(account, "e", "2026-11-05T00:00:00Z", &[("likes", 1)]).await;
    let found = analytics::counts(&s.db, &s.scope(), days()).await.expect("posts");
    assert_eq!(found.len(), 4, "the first instant after it does not belong to it: {found:#?}");
    let at = |time: &str| found.iter().find(|post| post.published_at == at(time)).expect(time);
    let names = ["views", "reach", "likes", "comments", "engagements", "followers"];
    let of = |time: &str| names.map(|name| at(time).of(name));
    let first = at("2026-11-02T07:00:00Z");
    assert_eq!(first.fields, "comments=comments_count@1 likes=likes_count@1 views=views_count@1");
    assert_eq!((first.account, first.read_at.to_string().as_str()), (account, "2026-11-03T13:00:00Z"));
    assert_eq!(of("2026-11-02T07:00:00Z"), [Some(100), None, Some(10), Some(2), Some(12), Some(300)]);
    assert_eq!(of("2026-11-02T23:59:59Z"), [Some(3), None, None, Some(1), Some(1), Some(999)]);
    assert_eq!(of("2026-11-04T10:00:00Z"), [None, None, None, None, None, Some(999)], "that is no count");
    let most = 2_000_000_000;
    assert_eq!(of("2026-11-04T11:00:00Z"), [Some(1), None, Some(most), None, Some(most), Some(999)]);
    assert_eq!(first.of("hugs"), None);
    // A tag is that of a post made here; none of these is.
    let tagged = Scope { tag: Some("launch".into()), ..s.scope() };
    assert!(analytics::counts(&s.db, &tagged, days()).await.expect("posts").is_empty());
    // The followers at its time stay, whatever is seen later; the numbers don't.
    s.followers(account, "2026-11-02T06:59:00Z", 301).await;
    s.post(account, "a", "2026-11-02T07:00:00Z", &[("likes", 30), ("views", 100)]).await;
    let again = analytics::counts(&s.db, &s.scope(), days()).await.expect("posts");
    let again = again.iter().find(|post| post.published_at == first.published_at).expect("the same post");
    assert_eq!(names.map(|name| again.of(name)), [Some(100), None, Some(30), None, Some(30), Some(300)]);
    // The database adds up as the domain does; what is hidden or no count is not in it.
    let mut added = Sums::default();
    analytics::counts(&s.db, &s.scope(), days())
        .await
        .expect("posts")
        .iter()
        .for_each(|post| added.add(post));
    assert_eq!(analytics::sums(&s.db, &s.scope(), days()).await.expect("sums"), [(account, added)]);
    assert_eq!((added.posts, added.of("views"), added.of("reach")), (4, Some(104), None));
    assert_eq!(added.of("engagements"), Some(2_000_000_031));
    let rated = Basis::ALL.map(|basis| (basis.as_str(), added.rate(basis).posts()));
    assert_eq!(rated, [("views", 3), ("followers", 3), ("reach", 0)]);
    assert_eq!(analytics::sums(&s.db, &tagged, days()).await.expect("sums"), []);
    // The database ranks as the domain does.
    for basis in Basis::ALL {
        let order = Order { by: basis.metric(), ascending: false, after: None, limit: 10 };
        for (post, place) in analytics::page(&s.db, &s.scope(), days(), order).await.expect("a page") {
            let seen = &post.found.row.seen;
            let of = match basis {
                Basis::Followers => post.followers,
                basis => insight::count_of(seen, basis.as_str()),
            };
            let rate = insight::engagements(seen).and_then(|e| Rate::new(e.value, of?));
            assert_eq!(place.value, rate.map(Rate::billionths), "{basis:?} of {}", post.found.row.text);
        }
    }
}
on_both!(posts_count_as_the_domain_says, |t| super::sums(t));

async fn order(test: &TestDb) {
    let s = Scene::new(test);
    let (seen, unseen) = (
        s.account("toy", AccountStatus::Connected).await,
        s.account("other", AccountStatus::Connected).await,
    );
    s.followers(unseen, "2026-11-01T20:00:00Z", 1_000).await;
    let day = "2026-11-03T10:00:00Z";
    s.post(seen, "five percent", day, &[("likes", 10), ("views", 200)]).await;
    s.post(seen, "lucky", day, &[("likes", 2), ("views", 2)]).await;
    s.post(seen, "more views", day, &[("likes", 50), ("views", 1_000)]).await;
    s.post(seen, "unseen", day, &[("likes", 50), ("views", 0)]).await;
    s.post(seen, "bare", "2026-11-03T11:00:00Z", &[]).await;
    s.post(unseen, "by followers", day, &[("likes", 20)]).await;
    let top = ["more views", "five percent", "by followers", "lucky"];
    assert_eq!(s.top(&s.scope()).await, top, "few views come last, nothing to divide by is left out");
    assert_eq!(s.top(&Scope { account: Some(unseen), ..s.scope() }).await, ["by followers"]);
    for (by, ascending, want) in [
        ("views", false, ["more views", "five percent", "lucky", "unseen", "by followers", "bare"]),
        ("views", true, ["unseen", "lucky", "five percent", "more views", "by followers", "bare"]),
        (
            "engagement_rate_by_followers",
            false,
            ["by followers", "bare", "unseen", "more views", "lucky", "five percent"],
        ),
        ("published_at", true, ["by followers", "unseen", "more views", "lucky", "five percent", "bare"]),
    ] {
        for limit in [1, 2, 6] {
            let (mut all, mut after) = (Vec::new(), None::<Place>);
            loop {
                let order = Order { by, ascending, after, limit };
                let page = analytics::page(&s.db, &s.scope(), days(), order).await.expect("a page");
                let Some((_, last)) = page.last() else { break };
                after = Some(*last);
                all.extend(page.into_iter().map(|(post, _)| post.found.row.text));
            }
            let (mut got, mut wanted) = (all.clone(), want.map(str::to_owned).to_vec());
            if by == "engagement_rate_by_followers" {
                // Those without it come last, newest first; which is which is not the point.
                assert_eq!(got.remove(0), wanted.remove(0));
                got.sort();
                wanted.sort();
            }
            if by == "views" {
                assert_eq!(got[..4], wanted[..4], "{by} {ascending} by {limit}");
                got.sort();
                wanted.sort();
            }
            if by == "published_at" {
                assert_eq!(got.pop(), wanted.pop(), "{by} {limit}");
                got.sort();
                wanted.sort();
            }
            assert_eq!(got, wanted, "{by} {ascending} by {limit}: each once");
        }
    }
}
on_both!(posts_are_ranked_and_paged_with_missing_ones_last, |t| super::order(t));

async fn settled_posts(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    let other = s.account("toy", AccountStatus::Connected).await;
    s.followers(account, "2026-11-01T20:00:00Z", 300).await;
    // Each is read when it is 30 hours old.
    s.post(account, "first", "2026-11-02T00:00:00Z", &[("likes", 10), ("saves", 2), ("views", 100)]).await;
    s.post(account, "bare", "2026-11-03T07:00:00Z", &[]).await;
    s.post(account, "later", "2026-11-05T00:00:00Z", &[("likes", 1)]).await;
    s.post(other, "other", "2026-11-03T07:00:00Z", &[("likes", 7)]).await;
    let found = async |workspace, account, hours, limit| {
        let age = SignedDuration::from_hours(hours);
        settled::recent(&s.db, (workspace, account), days(), age, limit).await.expect("posts")
    };
    let two = found(s.workspace, account, 30, 10).await;
    let times: Vec<_> = two.iter().map(|post| post.published_at).collect();
    assert_eq!(times, [at("2026-11-03T07:00:00Z"), at("2026-11-02T00:00:00Z")], "newest first");
    let numbers: Vec<_> =
        two.iter().map(|post| (post.engagements, post.parts, post.views, post.followers)).collect();
    assert_eq!(numbers, [(None, 0, None, Some(300)), (Some(12), 0b1001, Some(100), Some(300))]);
    assert_eq!(found(s.workspace, account, 30, 1).await, two[..1]);
    assert!(found(s.workspace, account, 31, 10).await.is_empty(), "nobody looked when they were so old");
    assert_eq!(found(s.workspace, other, 30, 10).await.len(), 1);
    assert!(found(s.id(), account, 30, 10).await.is_empty(), "of another workspace");
}
on_both!(posts_count_once_they_were_read_late_enough, |t| super::settled_posts(t));

fn seen_of(looks: &[PostLook], post: RemotePostId) -> Curve {
    let of = looks.iter().filter(|look| look.post == post);
    Curve::new(of.map(|l| Seen { age: l.look.at.duration_since(l.published_at), value: l.look.value }))
}

async fn aged(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    let public = "2026-11-02T07:00:00Z";
    let post = s.post(account, "a", public, &[]).await;
    // Irregular looks, among them some at the ends of steps, before it was public, and after what is compared.
    let day = 86_400;
    let mut looks: Vec<(i64, i64)> =
        (0..400).map(|n| (n * n * 53 + n * 7, n)).filter(|(age, _)| *age < 95 * day).collect();
    looks.extend([(-30, 1), (0, 2), (3_600, 3), (day, 4), (7 * day, 5), (30 * day, 6), (91 * day, 7)]);
    looks.sort_unstable();
    looks.dedup_by_key(|(age, _)| *age);
    s.views(account, post, public, &looks).await;
    let whole =
        Curve::new(looks.iter().map(|(s, value)| Seen { age: SignedDuration::from_secs(*s), value: *value }));
    let found = post_look::of(&s.db, s.posts_of(account), "views").await.expect("looks");
    assert!(found.len() < looks.len() && found.len() <= 81, "{} of {}", found.len(), looks.len());
    let thinned = seen_of(&found, post);
    for age in curve::ages(curve::UNTIL) {
        assert_eq!(thinned.at(age), whole.at(age), "at {age:#} nothing is lost");
    }
    assert_eq!(thinned.seen().last().map(|seen| seen.age.as_hours()), Some(91 * 24));
    assert!(post_look::of(&s.db, s.posts_of(account), "likes").await.expect("looks").is_empty());
}
on_both!(a_posts_looks_are_thinned_to_the_ages_that_are_compared, |t| super::aged(t));

async fn bounded(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    let other = s.account("toy", AccountStatus::Connected).await;
    let mut posts = Vec::new();
    for n in 0..MOST_POSTS + 2 {
        let public = (at(DAYS.0) + SignedDuration::from_mins(n)).to_string();
        let post = s.post(account, &n.to_string(), &public, &[]).await;
        s.views(account, post, &public, &[(60, n)]).await;
        posts.push(post);
    }
    let theirs = s.post(other, "theirs", DAYS.0, &[]).await;
    s.views(other, theirs, DAYS.0, &[(60, 7)]).await;
    let found = async |posts: Posts| {
        let found = post_look::of(&s.db, posts, "views").await.expect("looks");
        let mut values: Vec<_> = found.iter().map(|look| look.look.value).collect();
        values.sort_unstable();
        values
    };
    let of = s.posts_of(account);
    assert_eq!(found(of).await, (2..MOST_POSTS + 2).collect::<Vec<_>>(), "the newest ones");
    assert_eq!(found(Posts { only: Some(posts[1]), ..of }).await, [1]);
    assert_eq!(found(Posts { to: at(DAYS.0) + SignedDuration::from_mins(1), ..of }).await, [0]);
    assert!(found(Posts { only: Some(theirs), ..of }).await.is_empty());
    assert!(found(Posts { workspace: s.id(), ..of }).await.is_empty());

    let one = remote_post::find(&s.db, s.workspace, posts[1]).await.expect("reads").expect("a post");
    assert_eq!((one.row.account, one.row.text.as_str(), one.post), (account, "1", None));
    assert_eq!(remote_post::find(&s.db, s.id(), posts[1]).await.expect("reads"), None);
    let called = async |account, id| {
        let found = remote_post::by_remote_id(&s.db, s.workspace, account, id).await.expect("reads");
        found.map(|found| found.row.id)
    };
    assert_eq!(called(account, "1").await, Some(posts[1]));
    assert_eq!(called(other, "1").await, None);
}
on_both!(looks_are_of_so_many_posts_of_one_account, |t| super::bounded(t));

async fn grown_posts(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    let other = s.account("toy", AccountStatus::Connected).await;
    let mut ids = Vec::new();
    for (account, name, time) in [
        (account, "first", "2026-11-02T00:00:00Z"),
        (account, "bare", "2026-11-02T12:00:00Z"),
        (account, "second", "2026-11-03T00:00:00Z"),
        (account, "out of the time", "2026-11-05T00:00:00Z"),
        (other, "other", "2026-11-03T00:00:00Z"),
    ] {
        ids.push(s.post(account, name, time, &[("likes", 9)]).await);
    }
    let of = |account, n: usize| Subject { workspace: s.workspace, account, id: ids[n].uuid() };
    for (subject, time, reading) in [
        (of(account, 0), "2026-11-02T00:00:00Z", ("views", 0)),
        (of(account, 0), "2026-11-02T01:07:00Z", ("views", 5)),
        (of(account, 0), "2026-11-02T01:07:00Z", ("likes", 1)),
        (of(account, 0), "2026-11-04T00:00:00Z", ("views", 30)),
        (of(account, 0), "2026-11-04T00:00:01Z", ("views", 31)),
        (of(account, 1), "2026-11-02T13:07:00Z", ("likes", 2)),
        (of(account, 2), "2026-11-03T02:07:00Z", ("views", 8)),
        (of(account, 3), "2026-11-05T02:07:00Z", ("views", 8)),
        (of(other, 4), "2026-11-03T02:07:00Z", ("views", 90)),
    ] {
        s.look(subject, time, reading).await;
    }
    let found = async |workspace, account, metric: &str, hours, limit| {
        let ages = (SignedDuration::from_hours(hours), SignedDuration::from_hours(48));
        let posts = settled::growth(&s.db, (workspace, account), days(), ages, metric, limit).await;
        let mut posts = posts.expect("posts");
        for post in &mut posts {
            post.looks.sort_unstable();
        }
        posts
    };
    let grown = |time: &str, looks: &[(&str, i64)]| settled::Grown {
        published_at: at(time),
        looks: looks.iter().map(|(time, value)| (at(time), *value)).collect(),
    };
    let first = grown("2026-11-02T00:00:00Z", &[("2026-11-02T01:07:00Z", 5), ("2026-11-04T00:00:00Z", 30)]);
    let second = grown("2026-11-03T00:00:00Z", &[("2026-11-03T02:07:00Z", 8)]);
    let mine = s.workspace;
    assert_eq!(found(mine, account, "views", 30, 9).await, [first, second.clone()]);
    assert_eq!(found(mine, account, "views", 30, 1).await, [second], "the newest");
    assert_eq!(found(mine, account, "likes", 30, 9).await.len(), 2);
    assert!(found(mine, account, "views", 31, 9).await.is_empty(), "nobody looked when they were so old");
    assert!(found(s.id(), account, "views", 30, 9).await.is_empty(), "of another workspace");
}
on_both!(how_posts_grew_is_found_by_metric_and_age, |t| super::grown_posts(t));

/// What the version before kept is counted like what this one keeps.
async fn upgraded(test: &TestDb) {
    let released = MIGRATIONS.iter().position(|step| step.version == 9).expect("the step");
    let (db, _) = bare(test, "kept").await;
    migrate::run_steps(&db, &MIGRATIONS[..released]).await.expect("the older schema");
    let is_file = matches!(db, Db::Sqlite(_));
    let id = |n: u8| {
        if is_file {
            format!("x'0190a0b0c0d07000800000000000{n:04x}'")
        } else {
            format!("'0190a0b0-c0d0-7000-8000-00000000{n:04x}'::uuid")
        }
    };
    let numbers = r#"[{"metric":"views","value":200,"native":"view_count","definition":1},{"metric":"likes","value":7,"native":"like_count","definition":1},{"metric":"quotes","value":1,"native":"q","definition":1},{"metric":"saves","value":-4,"native":"s","definition":1},{"metric":"comments","value":2,"native":"replies","definition":2}]"#;
    let day = 86_400_000_000_i64;
    change(
        &db,
        format!(
            "insert into snapshots (workspace_id, account_id, subject_id, metric, as_of, value, native, definition, run_id) values \
             ({w}, {a}, {a}, 'followers', {before}, 50, 'f', 1, {w}), ({w}, {a}, {a}, 'followers', {after}, 60, 'f', 1, {w}); \
             insert into remote_posts (workspace_id, account_id, id, remote_id, body, published_at, first_seen_at, read_at, numbers) \
             values ({w}, {a}, {p}, '1', 'Hello', {at}, 1, 2, '{numbers}'), ({w}, {a}, {q}, '2', 'Bare', {late}, 1, 2, '[]')",
            w = id(1),
            a = id(2),
            p = id(3),
            q = id(4),
            at = 100 * day,
            before = 100 * day - 1,
            after = 100 * day + 1,
            late = 200 * day,
        ),
    )
    .await;
    migrate::run(&db).await.expect("the step");
    let text = |c: &str| format!("coalesce(cast({c} as text), '-')");
    let columns =
        ["views", "reach", "likes", "comments", "saves", "engagements", "followers", "fields"].map(text);
    let read = format!("select {} from remote_posts order by remote_id", columns.join(" || ' ' || "));
    let kept = texts(&db, &read, &read).await;
    assert_eq!(
        kept,
        [
            "200 - 7 2 - 9 50 comments=replies@2 likes=like_count@1 saves=s@1 views=view_count@1",
            "- - - - - - - "
        ]
    );
    db.close().await;
}
on_both!(what_was_kept_before_is_counted, |t| super::upgraded(t));

async fn copied(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    for (time, value) in [("2026-11-02T06:00:00Z", 10), ("2026-11-04T06:00:00Z", 12)] {
        s.followers(account, time, value).await;
    }
    let post = s.post(account, "one", "2026-11-03T09:00:00Z", &[("views", 40), ("likes", 4)]).await;
    s.look(
        Subject { workspace: s.workspace, account, id: post.uuid() },
        "2026-11-06T09:00:00Z",
        ("views", 40),
    )
    .await;
    let block = history::Block { workspace: s.workspace, from: at(DAYS.0), to: at(DAYS.1) };
    let days = |n: i64| SignedDuration::from_hours(24 * n);
    for earlier in [3, 6] {
        history::copy(&s.db, block, days(earlier)).await.expect("copied");
    }
    assert_eq!(
        history::size(&s.db, s.workspace).await.expect("a size"),
        history::Size { points: 9, posts: 3 }
    );
    assert_eq!(history::size(&s.db, s.id()).await.expect("a size"), history::Size { points: 0, posts: 0 });
    let before = Slice { from: at(DAYS.0) - days(3), to: at(DAYS.0), offset: 0 };
    let looks = analytics::looks(&s.db, &s.scope(), "followers", before).await.expect("looks");
    let seen: Vec<_> = looks.iter().map(|(_, look)| (look.at.to_string(), look.value)).collect();
    assert_eq!(seen, [("2026-10-30T06:00:00Z".to_owned(), 10), ("2026-11-01T06:00:00Z".to_owned(), 12)]);
    let counts = analytics::counts(&s.db, &s.scope(), (before.from, before.to)).await.expect("posts");
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].of("views"), counts[0].of("engagements")), (Some(40), Some(4)));
    assert_eq!(counts[0].published_at, at("2026-10-31T09:00:00Z"));
    let newest = analytics::top(&s.db, &s.scope(), (before.from, before.to), 9).await.expect("posts");
    let copy = Subject { workspace: s.workspace, account, id: newest[0].found.row.id.uuid() };
    let looks = snapshot::series(&s.db, copy, "views", before.from, at(DAYS.1)).await.expect("looks");
    assert_eq!(looks.iter().map(|(time, _)| *time).collect::<Vec<_>>(), [at("2026-11-03T09:00:00Z")]);
}
on_both!(history_is_copied_back_in_time, |t| super::copied(t));
