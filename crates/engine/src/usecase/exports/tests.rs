//! Tables that were worked out by hand, from what readings left in the database.

use carillon_domain::error::AppError;
use carillon_domain::permission::Role;
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::{Which, table};
use crate::Actor;
use crate::report::tests::Plain;
use crate::report::{COLUMNS, Cell, Mark, TABLES, csv};
use crate::usecase::analytics::tests::Scene;
use crate::usecase::analytics::{self, Filter};

mod history;
mod known;

async fn text<'a>(s: &Scene, which: impl Into<Which<'a>>, filter: &Filter) -> Vec<String> {
    let which = which.into();
    let name = which.name;
    let made = table(s.engine(), &s.actor, which, filter).await.expect(name);
    for column in &made.table.columns {
        assert!(column.metric.is_some() || COLUMNS.contains(&column.name), "{name}: {}", column.name);
    }
    let compared = made.table.columns.iter().any(|column| column.before || column.name == "before");
    assert_eq!(made.about.compared.is_some(), compared, "{name} says what its numbers of before are of");
    assert!(made.table.rows.iter().all(|row| row.len() == made.table.columns.len()), "{name}");
    let bytes = csv(&made.table, &Plain, &made.about.zone, Mark::Without).expect("a file");
    String::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect()
}

/// A workspace of that name, for files that say whose they are.
async fn home(s: &Scene) {
    let now = s.engine().clock.now();
    let home = WorkspaceRow {
        id: s.actor.workspace,
        name: "Northlight".into(),
        timezone: s.actor.timezone.clone(),
        grace_s: 3_600,
        snapshot_days: 90,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = s.engine().db.write(move |tx| Box::pin(async move { workspace::insert(tx, &home).await }));
    made.await.map_err(|e: StoreError| e.to_string()).expect("a workspace");
}

async fn scene(test: &TestDb) -> Scene {
    let s = Scene::new(test).await;
    home(&s).await;
    s.look(&s.one, "2027-01-15T08:00:00Z", Some(1_000)).await;
    s.post(
        &s.one,
        "=HYPERLINK(1)",
        "2027-01-10T10:00:00Z",
        &[("likes", 10), ("comments", 5), ("views", 300)],
    )
    .await;
    s.post(&s.one, "B", "2027-01-15T07:00:00Z", &[("likes", 30), ("quotes", 2)]).await;
    s
}

async fn all_tables(test: &TestDb) {
    let s = scene(test).await;
    let week = Filter { from: Some("2027-01-09".into()), to: Some("2027-01-15".into()), ..Filter::default() };

    let posts = text(&s, "posts", &week).await;
    assert_eq!(
        posts[0],
        "column.network,column.handle,column.published_at (Europe/Athens),column.text,column.link,column.post_kind,\
         column.made_here,metric.views,metric.likes,metric.comments,metric.shares,metric.quotes,metric.saves,metric.reach,\
         metric.engagements,column.followers_then,metric.engagement_rate_by_views (%),\
         metric.engagement_rate_by_followers (%),metric.engagement_rate_by_reach (%),\
         column.read_at (Europe/Athens)"
    );
    let ends = |line: &str, end: &str| assert!(line.ends_with(end), "{line} is not … {end}");
    assert!(posts[1].contains(",2027-01-15T09:00:00+02:00,B,,,,"), "newest first: {}", posts[1]);
    // The account was looked at an hour after the second post, and five days after the first one.
    ends(&posts[1], ",B,,,,,30,,,2,,,30,1000,,3.00,,2027-01-15T10:00:00+02:00");
    ends(&posts[2], ",'=HYPERLINK(1),,,,300,10,5,,,,,15,,5.00,,,2027-01-15T10:00:00+02:00");
    assert_eq!(posts.len(), 3);

    let best = text(&s, "top-posts", &week).await;
    assert!(best[1].contains("HYPERLINK") && best[2].contains(",B,"), "by rate: {best:?}");

    let days = text(&s, "days", &week).await;
    assert_eq!(days.len(), 8);
    assert_eq!(days[1], "2027-01-09,,0,,,,,,", "no post is zero posts; nothing else is known");
    assert_eq!(days[2], "2027-01-10,,1,300,,15,5.00,,");
    assert_eq!(days[7], "2027-01-15,1000,1,,,30,,3.00,");

    let figures = text(&s, "figures", &week).await;
    assert!(
        figures[1].starts_with("metric.followers,1000,,,,accounts,1,2,2027-01-15T10:00:00+02:00,toy:fans")
    );
    let rate =
        figures.iter().find(|line| line.starts_with("metric.engagement_rate_by_views")).expect("a rate");
    assert!(rate.starts_with("metric.engagement_rate_by_views,5.00,,,,%,1,2,"), "{rate}");

    let networks = text(&s, "networks", &week).await;
    assert_eq!(networks.len(), 2);
    ends(&networks[1], ",2,1000,,2,,300,,,,45,,5.00,,3.00,,,");
    let accounts = text(&s, "accounts", &week).await;
    assert_eq!(accounts.len(), 3, "also the one that was not read yet");
    assert!(
        accounts[2].ends_with(",connected,,,,,,,,,,,,,,,,,"),
        "of which nothing is known: {}",
        accounts[2]
    );

    let of_one = Filter { account: Some(s.one.id.to_string()), ..Filter::default() };
    let all = text(&s, "account-posts", &of_one).await;
    assert_eq!(all.len(), 3);
    assert!(all[0].ends_with("column.gone,column.read_at (Europe/Athens)"), "{}", all[0]);
    let runs = text(&s, "sync-runs", &of_one).await;
    assert_eq!(runs.len(), 1, "nothing but the headings: {runs:?}");
    let made = table(s.engine(), &s.actor, "posts", &of_one).await.expect("posts");
    assert_eq!(made.about.account.map(|(handle, _)| handle), Some(format!("@{}", s.one.handle)));
    assert!(made.table.sources["likes"].contains("toy:likes_count"), "{:?}", made.table.sources);
    assert!(made.table.rows.iter().all(|row| !row.contains(&Cell::Count(0))), "nothing is filled with zero");
}

on_both!(tables_say_what_the_pages_say, |t| super::all_tables(t));

async fn curves(test: &TestDb) {
    let s = scene(test).await;
    for n in 1..=5_i64 {
        let time = format!("2027-01-0{n}T00:00:00Z");
        let post = s.post(&s.one, &format!("before {n}"), &time, &[("views", 1)]).await;
        s.looked(&post, &[(1, &[("views", 10 * n)])]).await;
    }
    let own = s.post(&s.one, "own", "2027-01-10T00:00:00Z", &[("views", 400), ("likes", 9)]).await;
    s.looked(&own, &[(1, &[("views", 70)]), (2, &[("views", 400), ("likes", 9)])]).await;
    let young = s.post(&s.one, "young", "2027-01-15T07:30:00Z", &[("views", 3)]).await;
    s.looked(&young, &[(0, &[("views", 3)])]).await;
    let of = async |id: String, metric: Option<&str>| {
        // What the filter says is not what it is of.
        let filter = Filter { tag: Some("none".into()), ..Filter::default() };
        text(&s, Which { name: "curve", post: Some(&id), metric }, &filter).await
    };

    let rows = of(own.id.to_string(), None).await;
    assert_eq!(
        rows[0],
        "column.network,column.handle,column.published_at (Europe/Athens),column.text,column.age_minutes,metric.views,\
         column.median,column.compared_posts"
    );
    // 10 20 30 40 50 at one hour, which stands for three; its own look at two stands for four. Nobody looked later.
    let begin = rows[1].strip_suffix(",60,70,30,5").expect("one hour").to_owned();
    assert!(begin.ends_with(",2027-01-10T02:00:00+02:00,own"), "{begin}");
    let at = |end: &str| format!("{begin},{end}");
    assert_eq!(rows[2..], [at("120,400,30,5"), at("180,400,30,5"), at("240,400,,0")]);
    let likes = of(own.id.to_string(), Some("likes")).await;
    assert_eq!(likes.len(), 4, "of likes there is one look, at two hours: {likes:?}");
    assert!(likes[1].ends_with(",own,120,9,,0") && likes[3].ends_with(",own,240,9,,0"), "{likes:?}");
    let rows = of(young.id.to_string(), Some("")).await;
    assert!(rows.len() == 2 && rows[1].ends_with(",young,0,3,,0"), "half an hour old: {rows:?}");

    let id = own.id.to_string();
    let which = Which { name: "curve", post: Some(&id), metric: None };
    let made = table(s.engine(), &s.actor, which, &Filter::default()).await.expect("a curve");
    assert_eq!(made.about.account.map(|(handle, _)| handle), Some(format!("@{}", s.one.handle)));
    assert_eq!(made.table.sources["views"].iter().collect::<Vec<_>>(), ["toy:views_count"]);
    for (post, metric, field) in
        [(None, None, "post"), (Some("me"), None, "post"), (Some(id.as_str()), Some("hugs"), "metric")]
    {
        let which = Which { name: "curve", post, metric };
        match table(s.engine(), &s.actor, which, &Filter::default()).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].field, field),
            other => panic!("{which:?}: {other:?}"),
        }
    }
}

on_both!(a_post_has_its_curve_as_a_table, |t| super::curves(t));

async fn hours(test: &TestDb) {
    let s = scene(test).await;
    let of_one =
        Filter { account: Some(s.one.id.to_string()), tag: Some("none".into()), ..Filter::default() };
    let rows = text(&s, "best-times", &of_one).await;
    assert_eq!(
        rows[0],
        "column.network,column.handle,column.weekday,column.hour,column.expected (%),column.expected_low (%),\
         column.expected_high (%),column.counted_posts,column.trust,column.basis,column.per_follower"
    );
    assert_eq!(rows.len(), 1 + 7 * 24);
    let known = analytics::best_times(s.engine(), &s.actor, &of_one).await.expect("best times");
    for (n, (row, cell)) in rows[1..].iter().zip(&known.items[0].times.cells).enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[2..4], [(n / 24 + 1).to_string(), (n % 24).to_string()], "{row}");
        let shown = [4, 5, 6].map(|column| cells[column].parse::<f64>().expect("a share"));
        for (shown, ratio) in shown.into_iter().zip([cell.estimate, cell.low, cell.high]) {
            assert!((shown - 100.0 * ratio).abs() < 0.006, "{row}: {ratio}");
        }
        // One post of two has settled: that of Sunday the 10th, at noon in Athens.
        let posts = if n == 6 * 24 + 12 { "1" } else { "0" };
        assert_eq!(cells[7..], [posts, "general", "metric.engagements", ""], "{row}");
    }
    let made = table(s.engine(), &s.actor, "best-times", &of_one).await.expect("best times");
    let days = made.about.days().expect("a time");
    assert_eq!((days.0.to_string(), days.1.to_string()), ("2026-01-13".into(), "2027-01-13".into()));
    assert_eq!(made.about.tag, None, "a tag changes nothing");
    assert!(made.table.metrics().iter().any(|metric| metric.name == "engagements"), "it is explained");
    for account in [None, Some("me".to_owned())] {
        let filter = Filter { account, ..Filter::default() };
        match table(s.engine(), &s.actor, "best-times", &filter).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].field, "account"),
            other => panic!("{other:?}"),
        }
    }
}

on_both!(best_times_are_a_table_of_the_week, |t| super::hours(t));

async fn refusals(test: &TestDb) {
    let s = Scene::new(test).await;
    let client = Actor { role: Role::Client, ..s.actor.clone() };
    for name in TABLES {
        let filter = Filter { account: Some(s.one.id.to_string()), ..Filter::default() };
        let refused = table(s.engine(), &client, name, &filter).await;
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{name}");
    }
    for (name, account, field) in
        [("hugs", None, "table"), ("account-posts", None, "account"), ("sync-runs", Some("me"), "account")]
    {
        let filter = Filter { account: account.map(str::to_owned), ..Filter::default() };
        match table(s.engine(), &s.actor, name, &filter).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].field, field, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

on_both!(what_is_wrong_is_named, |t| super::refusals(t));
