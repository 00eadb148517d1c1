//! A post's numbers by its age, beside those of the posts before it.

use carillon_domain::insight::curve::Median;
use carillon_domain::time::SignedDuration;

use super::*;

pub(crate) type Counts<'a> = &'a [(&'a str, i64)];

impl Scene {
    /// Looks at a post, by hours since it was public.
    pub(crate) async fn looked(&self, post: &RemotePostRow, looks: &[(i64, Counts<'_>)]) {
        let subject = Subject { workspace: post.workspace, account: post.account, id: post.id.uuid() };
        for (hour, counts) in looks {
            let readings =
                counts.iter().map(|(name, value)| Reading::new(*name, *value, format!("{name}_count")));
            let as_of = post.published_at + SignedDuration::from_hours(*hour);
            let seen = Observation { as_of, readings: readings.collect() };
            let run = Id::new(self.world.clock.as_ref(), self.engine().entropy.as_ref());
            let done = self
                .engine()
                .db
                .write(move |tx| Box::pin(async move { snapshot::add(tx, subject, run, &seen).await }));
            done.await.map_err(|e: StoreError| e.to_string()).expect("a look");
        }
    }

    async fn curve(&self, post: &RemotePostRow, metric: Option<&str>) -> PostCurve {
        curve(self.engine(), &self.actor, post.id, metric).await.expect("a curve")
    }
}

fn usual(curve: &PostCurve, hours: i64) -> (Option<i64>, usize) {
    let of = |median: &&Median| median.age == SignedDuration::from_hours(hours);
    let median = curve.usual.iter().find(of).expect("an age");
    (median.value, median.posts)
}

async fn by_age(test: &TestDb) {
    let s = Scene::new(test).await;
    let some: Counts<'_> = &[("views", 1), ("likes", 1), ("comments", 1)];
    let mut posts = Vec::new();
    for n in 1..=6_i64 {
        let post = s.post(&s.one, &format!("{n}"), &format!("2027-01-0{n}T00:00:00Z"), some).await;
        // The sixth was looked at once, and hides its comments.
        if n == 6 {
            s.looked(&post, &[(1, &[("views", 60), ("likes", 6)])]).await;
        } else {
            s.looked(&post, &[(1, &[("views", 10 * n), ("likes", n), ("comments", 1)])]).await;
            s.looked(&post, &[(2, &[("views", 100 * n), ("likes", n), ("comments", 2)])]).await;
        }
        posts.push(post);
    }
    // On another account, and long before.
    for (row, time) in [(&s.two, "2027-01-05T00:00:00Z"), (&s.one, "2026-10-11T23:59:59Z")] {
        let other = s.post(row, "other", time, some).await;
        s.looked(&other, &[(1, &[("views", 1_000_000)])]).await;
    }
    let own = s.post(&s.one, "own", "2027-01-10T00:00:00Z", some).await;
    s.looked(&own, &[(1, &[("views", 70), ("likes", 8), ("comments", 2)])]).await;
    s.looked(&own, &[(2, &[("views", 400), ("likes", 9), ("comments", 3)])]).await;
    s.looked(&own, &[(3, &[("likes", 10)]), (4, &[("likes", 20), ("comments", 5)])]).await;

    let found = s.curve(&own, None).await;
    assert_eq!(
        (found.metric, found.metrics.as_slice()),
        ("views", &["views", "engagements", "likes", "comments"][..])
    );
    assert_eq!(
        (found.account.id, found.posts, found.natives.clone()),
        (s.one.id, 6, vec!["views_count".to_owned()])
    );
    let seen: Vec<_> = found.own.seen().iter().map(|seen| (seen.age.as_hours(), seen.value)).collect();
    assert_eq!(seen, [(1, 70), (2, 400)]);
    // At one hour 10 20 30 40 50 60, at two 60 100 200 300 400 500; at four what was seen of the sixth at one is too old.
    assert_eq!(usual(&found, 1), (Some(35), 6));
    assert_eq!(usual(&found, 2), (Some(250), 6));
    assert_eq!(usual(&found, 4), (Some(300), 5));
    assert_eq!(usual(&found, 5), (None, 0));
    let (median, change) = found.standing().expect("both are known");
    assert_eq!((median.age.as_hours(), change), (4, Change { from: 300, to: 400 }));
    assert_eq!(
        found.usual.last().map(|m| m.age.as_hours()),
        Some(126),
        "up to its age of five days and eight hours"
    );

    // Engagements: 2 3 4 5 6 at one hour. The sixth is made of other parts; so was the look at three hours.
    let found = s.curve(&own, Some("engagements")).await;
    let seen: Vec<_> = found.own.seen().iter().map(|seen| (seen.age.as_hours(), seen.value)).collect();
    assert_eq!(seen, [(1, 10), (2, 12), (4, 25)]);
    assert_eq!((usual(&found, 1), found.posts), ((Some(4), 5), 5));
    assert_eq!(found.natives, ["comments_count", "likes_count"]);

    // Three of January and the one of October are too few; it says how many there are.
    let fourth = s.curve(&posts[3], None).await;
    assert_eq!((usual(&fourth, 1), fourth.posts, fourth.standing()), ((None, 4), 4, None));
    // What it does not have has no line, and is compared with nothing.
    let none = s.curve(&own, Some("reach")).await;
    assert_eq!((none.metric, none.own.seen().len(), none.posts), ("reach", 0, 0));
    // A young post shows what is usual on its first day.
    s.world.clock.advance(std::time::Duration::from_secs(3_600));
    let young = s.post(&s.one, "young", "2027-01-15T08:30:00Z", some).await;
    assert_eq!(s.curve(&young, None).await.usual.len(), 24);

    let remote = |account, id| curve_of_remote(s.engine(), &s.actor, (account, id), Some(" "));
    assert_eq!(remote(s.one.id, "own").await.expect("a curve").map(|c| c.found.row.id), Some(own.id));
    assert!(remote(s.two.id, "own").await.expect("no error").is_none());
    let of = async |actor: &Actor, metric| curve(s.engine(), actor, own.id, metric).await;
    assert!(matches!(of(&s.actor, Some("hugs")).await, Err(AppError::Invalid(_))));
    assert!(matches!(of(&actor(s.one.workspace, Role::Client), None).await, Err(AppError::Forbidden { .. })));
    let elsewhere = actor(Id::new(s.world.clock.as_ref(), s.engine().entropy.as_ref()), Role::Owner);
    assert!(matches!(of(&elsewhere, None).await, Err(AppError::NotFound { .. })));
}
on_both!(a_post_is_compared_at_the_same_age, |t| super::by_age(t));
