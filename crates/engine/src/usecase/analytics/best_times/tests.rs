//! Which posts an answer is made of, whose it is, and how long it stays.

use carillon_domain::id::{Id, WorkspaceId};
use carillon_domain::insight::best_times::{HOURS, Trust};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_store::repo::remote_post::RemotePostRow;
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::super::tests::{Scene, actor, at, of};
use super::*;

async fn answers(s: &Scene, filter: &Filter) -> BestTimesPage {
    best_times(s.engine(), &s.actor, filter).await.expect("an answer")
}

async fn answer(s: &Scene, row: &AccountRow) -> AccountBestTimes {
    let mut found = answers(s, &of(row.id)).await;
    assert_eq!((found.accounts, found.items.len()), (1, 1));
    found.items.remove(0)
}

/// Posts at all hours since summer; those from 8 to 12 h in Athens get four times as much.
async fn planted(s: &Scene, row: &AccountRow) -> Vec<RemotePostRow> {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let mut posts = Vec::new();
    for n in 0..80 {
        let time = at("2026-06-01T00:30:00Z") + SignedDuration::from_hours(37 * n);
        let is_good = (8..=12).contains(&WeekHour::at(time, &zone).hour());
        // Not all alike, and never as far apart as the good hours are from the others.
        let likes = (if is_good { 400 } else { 100 }) + 7 * (n % 5);
        posts.push(s.post(row, &format!("planted {n}"), &time.to_string(), &[("likes", likes)]).await);
    }
    posts
}

async fn few(test: &TestDb) {
    let s = Scene::new(test).await;
    // It is 15 January, 8 h.
    for (text, time) in [
        ("old enough", "2027-01-13T07:59:59Z"),
        ("older", "2027-01-10T08:00:00Z"),
        ("too young", "2027-01-13T08:00:01Z"),
        ("of another year", "2026-01-13T07:59:59Z"),
    ] {
        s.post(&s.one, text, time, &[("likes", 5), ("views", 900)]).await;
    }
    s.post(&s.one, "without numbers", "2027-01-09T08:00:00Z", &[]).await;
    let young = s.post(&s.one, "read when it was young", "2027-01-08T08:00:00Z", &[("likes", 1)]).await;
    let mut read = young.clone();
    read.seen.as_of = young.published_at + AGE - SignedDuration::from_secs(1);
    s.put(read).await;
    let one = answer(&s, &s.one).await;
    assert_eq!((one.times.posts, one.settled), (2, 3));
    assert_eq!((one.times.trust, one.basis, one.per_follower), (Trust::General, Some("engagements"), false));
    assert_eq!((one.times.cells.len(), one.slots.len()), (HOURS, SLOTS));
    // Athens is two hours ahead; the 10th was a Sunday, the 13th a Wednesday.
    let counted = |index: usize| one.times.cells[index].posts;
    assert_eq!((counted(6 * 24 + 10), counted(2 * 24 + 9)), (1, 1));
    // With a day more it is old enough, but nobody looked again.
    s.advance(1);
    assert_eq!(answer(&s, &s.one).await.times.posts, 2);
    s.post(&s.one, "too young", "2027-01-13T08:00:01Z", &[("likes", 5)]).await;
    assert_eq!(answer(&s, &s.one).await.times.posts, 3, "somebody did");

    let both = answers(&s, &Filter::default()).await;
    assert_eq!((both.from, both.to), (at("2026-01-14T08:00:00Z"), at("2027-01-14T08:00:00Z")));
    let posts = |row: &AccountRow| {
        let found = both.items.iter().find(|item| item.account.id == row.id).expect("its answer");
        (found.times.posts, found.basis, found.times.trust)
    };
    assert_eq!(both.accounts, 2);
    assert_eq!(posts(&s.one), (3, Some("engagements"), Trust::General));
    assert_eq!(posts(&s.two), (0, None, Trust::General), "the weeks of two accounts do not mix");
}
on_both!(few_posts_are_said_to_be_few, |t| super::few(t));

async fn kept(test: &TestDb) {
    let s = Scene::new(test).await;
    let posts = planted(&s, &s.one).await;
    let first = answer(&s, &s.one).await;
    assert_eq!((first.times.posts, first.times.trust), (80, Trust::Own));
    let best = first.slots[0];
    assert!((7..=13).contains(&best.cell.hour.hour()) && best.cell.low > 1.0, "{best:?}");
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let now = at("2027-01-15T08:00:00Z");
    for slot in &first.slots {
        assert_eq!(WeekHour::at(slot.next, &zone), slot.cell.hour);
        assert!(slot.next > now && slot.next <= now + SignedDuration::from_hours(7 * 24), "{slot:?}");
    }
    let again = answer(&s, &s.one).await;
    assert!(Arc::ptr_eq(&first.times, &again.times), "nothing was read since");
    let mut read = posts[0].clone();
    read.seen.readings[0].value += 40;
    s.put(read).await;
    let renewed = answer(&s, &s.one).await;
    assert!(!Arc::ptr_eq(&first.times, &renewed.times), "one of its posts was read anew");
    assert_ne!(first.times.cells, renewed.times.cells);
    // On another clock the same posts make another week.
    let london = Actor { timezone: "Europe/London".into(), ..s.actor.clone() };
    let moved = best_times(s.engine(), &london, &of(s.one.id)).await.expect("an answer").items.remove(0);
    assert!(!Arc::ptr_eq(&renewed.times, &moved.times));
    assert!((5..=11).contains(&moved.slots[0].cell.hour.hour()), "two hours earlier: {:?}", moved.slots[0]);
}
on_both!(an_answer_stays_until_its_posts_are_read_anew, |t| super::kept(t));

/// Notes how many views a post had after each hour of its first day, if people come from 18 to 21 h in Athens, and half as many to a
/// post that is four hours older.
async fn watched(s: &Scene, post: &RemotePostRow) {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    let subject = Subject { workspace: post.workspace, account: post.account, id: post.id.uuid() };
    let run = Id::new(s.engine().clock.as_ref(), s.engine().entropy.as_ref());
    let mut views = 0;
    let mut looks = Vec::new();
    for hour in 0..30_i32 {
        let from = post.published_at + SignedDuration::from_hours(hour.into());
        let come = if (18..21).contains(&WeekHour::at(from, &zone).hour()) { 600.0 } else { 30.0 };
        views += (come * 0.84_f64.powi(hour)) as i64;
        let readings = vec![Reading::new("views", views, "views")];
        looks.push(Observation { as_of: from + SignedDuration::from_hours(1), readings });
    }
    let done = s.engine().db.write(move |tx| {
        Box::pin(async move {
            for seen in &looks {
                snapshot::add(tx, subject, run, seen).await?;
            }
            Ok(())
        })
    });
    done.await.map_err(|e: StoreError| e.to_string()).expect("looks");
}

async fn grown(test: &TestDb) {
    let s = Scene::new(test).await;
    let mut posts = Vec::new();
    for n in 0..20 {
        // At all hours, and none of them did better than another in the end.
        let time = at("2026-12-01T00:00:00Z") + SignedDuration::from_hours(37 * n);
        let counts = [("likes", 10), ("views", 200)];
        posts.push(s.post(&s.one, &format!("post {n}"), &time.to_string(), &counts).await);
    }
    let blind = answer(&s, &s.one).await;
    for post in &posts {
        watched(&s, post).await;
    }
    let seeing = answer(&s, &s.one).await;
    assert_eq!((blind.times.posts, seeing.times.posts), (20, 20));
    assert!(!Arc::ptr_eq(&blind.times, &seeing.times), "looks are part of what is known");
    // Who publishes before the crowd comes meets all of it.
    let best = |answer: &AccountBestTimes| answer.slots[0].cell.hour.hour();
    assert!((15..=18).contains(&best(&seeing)), "{:?} {:?}", blind.slots[0], seeing.slots[0]);
    let night = |answer: &AccountBestTimes| answer.times.cells[23].estimate;
    assert!(night(&seeing) < night(&blind), "{} {}", night(&seeing), night(&blind));
    assert!(Arc::ptr_eq(&seeing.times, &answer(&s, &s.one).await.times), "the same looks again");
}
on_both!(how_posts_grew_tells_when_people_look, |t| super::grown(t));

async fn bases(test: &TestDb) {
    let s = Scene::new(test).await;
    s.look(&s.one, "2027-01-12T07:00:00Z", Some(500)).await;
    s.post(&s.one, "A", "2027-01-12T08:00:00Z", &[("views", 100), ("likes", 3)]).await;
    let one = answer(&s, &s.one).await;
    assert_eq!((one.basis, one.per_follower), (Some("engagements"), true));
    s.post(&s.one, "B", "2027-01-05T08:00:00Z", &[("views", 100)]).await;
    let one = answer(&s, &s.one).await;
    assert_eq!((one.basis, one.per_follower, one.times.posts), (Some("views"), false, 2), "more have views");
}
on_both!(what_most_posts_have_is_counted, |t| super::bases(t));

async fn strangers(test: &TestDb) {
    let s = Scene::new(test).await;
    s.post(&s.one, "A", "2027-01-10T08:00:00Z", &[("likes", 5)]).await;
    let elsewhere: WorkspaceId = Id::new(s.engine().clock.as_ref(), s.engine().entropy.as_ref());
    for filter in [Filter::default(), of(s.one.id)] {
        let found = best_times(s.engine(), &actor(elsewhere, Role::Owner), &filter).await.expect("an answer");
        assert_eq!((found.accounts, found.items.len()), (0, 0));
    }
    let client = actor(s.one.workspace, Role::Client);
    let refused = best_times(s.engine(), &client, &Filter::default()).await;
    assert!(matches!(refused, Err(AppError::Forbidden { .. })));
    let wrong = Filter { account: Some("me".into()), ..Filter::default() };
    assert!(matches!(best_times(s.engine(), &s.actor, &wrong).await, Err(AppError::Invalid(_))));
    // Times and tags are none of its questions.
    let other = Filter { from: Some("x".into()), tag: Some("launch".into()), ..of(s.one.id) };
    assert_eq!(answers(&s, &other).await.items[0].times.posts, 1);
}
on_both!(other_workspaces_get_nothing, |t| super::strangers(t));

#[test]
fn growth_is_read_from_what_most_posts_have() {
    let post = |views: Option<i64>, parts| Settled {
        published_at: at("2027-01-10T08:00:00Z"),
        kind: None,
        views,
        engagements: Some(3),
        parts,
        followers: None,
    };
    assert_eq!(growing(&[]), None);
    assert_eq!(growing(&[post(None, 0)]), None);
    assert_eq!(growing(&[post(Some(1), 0b1), post(Some(2), 0b1), post(None, 0b1)]), Some("views"));
    let few = [post(Some(1), 0b11), post(None, 0b11), post(None, 0b10)];
    assert_eq!(growing(&few), Some(PARTS[1]));
    assert_eq!(growing(&few[..2]), Some(PARTS[0]), "the first of those that are as many");
}

#[test]
fn sums_of_different_parts_are_kinds_of_their_own() {
    let post = |kind: Option<&str>, parts| Settled {
        published_at: at("2027-01-10T08:00:00Z"),
        kind: kind.map(str::to_owned),
        views: Some(9),
        engagements: Some(3),
        parts,
        followers: Some(0),
    };
    let posts = [post(None, 1), post(Some("video"), 1), post(None, 3), post(None, 1)];
    let kinds = |basis| {
        let taken = published(&posts, basis, &TimeZone::UTC);
        taken.iter().map(|post| post.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds("engagements"), [0, 1, 2, 0]);
    assert_eq!(kinds("views"), [0, 1, 0, 0]);
    let taken = published(&posts, "views", &TimeZone::UTC);
    assert_eq!((taken[0].engagements, taken[0].followers), (9, None), "nobody can be divided by");
    // More kinds than there are numbers for share the last one.
    let many: Vec<_> = (0..300).map(|n| post(Some(&format!("kind {n}")), 1)).collect();
    assert_eq!(published(&many, "views", &TimeZone::UTC).last().map(|post| post.kind), Some(u8::MAX));
}
