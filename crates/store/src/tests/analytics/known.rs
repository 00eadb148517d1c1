//! What was known of posts before an instant of the past.

use carillon_domain::metric;

use super::*;
use crate::repo::analytics::{Counts, Measured};
use crate::repo::known::{self, METRICS, Then};

#[test]
fn every_metric_is_looked_for() {
    let defined: Vec<_> = metric::ALL.iter().map(|metric| metric.name).collect();
    assert_eq!(METRICS, defined);
}

impl Scene {
    fn before(&self, account: AccountId, time: &str) -> Then {
        Then { workspace: self.workspace, account, before: at(time) }
    }

    async fn known(&self, account: AccountId, before: &str) -> Vec<Measured> {
        let then = self.before(account, before);
        known::posts(&self.db, then, &self.scope(), days(), (None, 10)).await.expect("posts")
    }

    /// A look at a post that gave these.
    async fn gave(&self, account: AccountId, post: RemotePostId, time: &str, counts: &[(&str, i64)]) {
        let subject = Subject { workspace: self.workspace, account, id: post.uuid() };
        let readings =
            counts.iter().map(|(name, value)| Reading::new(*name, *value, format!("{name}_count")));
        let seen = Observation { as_of: at(time), readings: readings.collect() };
        let run = self.run;
        let done =
            self.db.write(move |tx| Box::pin(async move { snapshot::add(tx, subject, run, &seen).await }));
        done.await.map_err(|e: StoreError| e.to_string()).expect("a look");
    }
}

/// Text, when it was read, and what it had, by metric.
type Told<'a> = (&'a str, String, Vec<(&'a str, i64)>);

fn told(posts: &[Measured]) -> Vec<Told<'_>> {
    let mut all = Vec::with_capacity(posts.len());
    for post in posts {
        let row = &post.found.row;
        let numbers = row.seen.readings.iter().map(|r| (r.metric.as_str(), r.value)).collect();
        all.push((row.text.as_str(), row.seen.as_of.to_string(), numbers));
    }
    all
}

async fn then(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    s.followers(account, "2026-11-01T20:00:00Z", 300).await;
    let last = [("likes", 9), ("views", 500)];
    let one = s.post(account, "one", "2026-11-02T10:00:00Z", &last).await;
    let two = s.post(account, "two", "2026-11-03T10:00:00Z", &[("likes", 3), ("saves", 1)]).await;
    s.gave(account, one, "2026-11-02T12:00:00Z", &[("views", 100), ("likes", 5)]).await;
    s.gave(account, one, "2026-11-02T18:00:00Z", &[("likes", 6)]).await;
    s.gave(account, one, "2026-11-03T16:00:00Z", &last).await;
    s.gave(account, two, "2026-11-03T12:00:00Z", &[("likes", 2)]).await;
    s.gave(account, two, "2026-11-04T16:00:00Z", &[("likes", 3), ("saves", 1)]).await;
    let time = |text: &str| text.to_owned();

    let first = s.known(account, "2026-11-03T00:00:00Z").await;
    assert_eq!(
        told(&first),
        [("one", time("2026-11-02T18:00:00Z"), vec![("likes", 6)])],
        "of the last look, which gave no views; the other post was found later"
    );
    assert_eq!(first[0].followers, Some(300));
    let second = s.known(account, "2026-11-04T00:00:00Z").await;
    assert_eq!(
        told(&second),
        [
            ("two", time("2026-11-03T12:00:00Z"), vec![("likes", 2)]),
            ("one", time("2026-11-03T16:00:00Z"), last.to_vec())
        ]
    );
    // The instant itself does not belong to it.
    assert!(told(&s.known(account, "2026-11-02T12:00:00Z").await)[0].2.is_empty());
    let now = s.known(account, "2027-01-01T00:00:00Z").await;
    let mut counts = analytics::counts(&s.db, &s.scope(), days()).await.expect("posts");
    counts.sort_by_key(|post| std::cmp::Reverse(post.published_at));
    assert_eq!(now.iter().map(Counts::seen).collect::<Vec<_>>(), counts, "as the columns have it");

    // Nothing of others, and no post under a tag that it does not have.
    let elsewhere = Then { workspace: s.id(), ..s.before(account, "2027-01-01T00:00:00Z") };
    let found = known::posts(&s.db, elsewhere, &s.scope(), days(), (None, 10)).await.expect("posts");
    assert!(found.is_empty());
    let tagged = Scope { tag: Some("launch".into()), ..s.scope() };
    let then = s.before(account, "2027-01-01T00:00:00Z");
    assert!(known::posts(&s.db, then, &tagged, days(), (None, 10)).await.expect("posts").is_empty());

    for (before, look) in
        [("2026-11-01T20:00:00Z", None), ("2026-11-01T20:00:01Z", Some(at("2026-11-01T20:00:00Z")))]
    {
        let then = s.before(account, before);
        assert_eq!(known::last_look(&s.db, then, "followers").await.expect("a look"), look, "{before}");
        assert_eq!(known::last_look(&s.db, then, "posts").await.expect("none"), None, "another metric");
    }
}
on_both!(posts_are_as_they_were_known, |t| super::then(t));

async fn late_followers(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    s.post(account, "one", "2026-11-02T10:00:00Z", &[("likes", 4)]).await;
    s.followers(account, "2026-11-02T20:00:00Z", 700).await;
    // The next reading finds them.
    s.post(account, "one", "2026-11-02T10:00:00Z", &[("likes", 4)]).await;
    let before = s.known(account, "2026-11-02T20:00:00Z").await;
    let seen = &before[0].found.row.seen;
    assert_eq!((seen.as_of, seen.readings.len()), (at("2026-11-02T10:00:00Z"), 0), "found, and not read");
    assert_eq!(before[0].followers, None, "nobody had looked");
    assert_eq!(s.known(account, "2026-11-02T20:00:01Z").await[0].followers, Some(700));
}
on_both!(followers_are_known_from_the_first_look_on, |t| super::late_followers(t));

async fn pages(test: &TestDb) {
    let s = Scene::new(test);
    let account = s.account("toy", AccountStatus::Connected).await;
    for (text, time) in [
        ("a", "2026-11-02T10:00:00Z"),
        ("b", "2026-11-03T10:00:00Z"),
        ("c", "2026-11-03T10:00:00Z"),
        ("d", "2026-11-03T10:00:00Z"),
        ("e", "2026-11-04T10:00:00Z"),
    ] {
        let post = s.post(account, text, time, &[("likes", 1)]).await;
        s.gave(account, post, "2026-11-04T12:00:00Z", &[("likes", 1)]).await;
    }
    let all = s.known(account, "2026-11-05T00:00:00Z").await;
    assert_eq!(all.len(), 5);
    for limit in [1, 2, 3] {
        let then = s.before(account, "2026-11-05T00:00:00Z");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let part = (after, limit);
            let page = known::posts(&s.db, then, &s.scope(), days(), part).await.expect("a page");
            let Some(last) = page.last() else { break };
            after = Some((last.found.row.published_at, last.found.row.id));
            assert!(i64::try_from(page.len()).is_ok_and(|posts| posts <= limit));
            found.extend(page);
        }
        assert_eq!(found, all, "each once, with its numbers, {limit} at a time");
    }
}
on_both!(pages_of_known_posts_follow_each_other, |t| super::pages(t));
