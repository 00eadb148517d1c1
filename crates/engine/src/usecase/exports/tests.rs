//! Tables that were worked out by hand, from what readings left in the database.

use carillon_domain::error::AppError;
use carillon_domain::permission::Role;
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};

use super::table;
use crate::Actor;
use crate::report::tests::Plain;
use crate::report::{COLUMNS, Cell, Mark, TABLES, csv};
use crate::usecase::analytics::Filter;
use crate::usecase::analytics::tests::Scene;

mod history;
mod known;

async fn text(s: &Scene, name: &str, filter: &Filter) -> Vec<String> {
    let made = table(s.engine(), &s.actor, name, filter).await.expect(name);
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
