//! The calendar of somebody who plans a lot.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::StatusCode;
use carillon_domain::id::{PostId, PublicationId};
use carillon_domain::time::SignedDuration;
use carillon_store::STATEMENT_TARGET;
use carillon_store::repo::{post, publication};
use carillon_store::testing::TestDb;
use serde_json::json;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Answer, Browser};

/// Counts the statements that this thread runs.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let counts = event.metadata().target() == STATEMENT_TARGET;
        self.0.fetch_add(usize::from(counts), Ordering::Relaxed);
    }
}

/// The page, and how many statements it took.
pub async fn counted(browser: &Browser<'_>, path: &str) -> (Answer, usize) {
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    let answer = {
        let _here = tracing::subscriber::set_default(subscriber);
        browser.get(path).await
    };
    assert_eq!(answer.status, StatusCode::OK);
    (answer, statements.0.load(Ordering::Relaxed))
}

/// Copies of the first post, so many and an hour apart, over and over through December.
async fn plan(desk: &Desk, like: &serde_json::Value, copies: usize) {
    let engine = desk.app.engine.clone();
    let id: PostId = like["id"].as_str().expect("an id").parse().expect("an id");
    let place: PublicationId = like["publications"][0]["id"].as_str().expect("an id").parse().expect("an id");
    let pattern = post::find(&engine.db, desk.workspace, id).await.expect("read").expect("a post");
    let sent = publication::find(&engine.db, desk.workspace, place).await.expect("read").expect("its place");
    let first = pattern.due_at.expect("a time");
    let rows: Vec<_> = (0..copies)
        .map(|n| {
            let due_at = Some(first + SignedDuration::from_hours(i64::try_from(n % 480).expect("small")));
            let id = PostId::new(engine.clock.as_ref(), engine.entropy.as_ref());
            let place = PublicationId::new(engine.clock.as_ref(), engine.entropy.as_ref());
            (
                post::PostRow { id, due_at, ..pattern.clone() },
                publication::PublicationRow { id: place, post: id, due_at, ..sent.clone() },
            )
        })
        .collect();
    let kept = engine.db.write(move |tx| {
        Box::pin(async move {
            for (post, place) in &rows {
                post::insert(tx, post).await?;
                publication::insert(tx, place).await?;
            }
            Ok::<_, carillon_store::StoreError>(())
        })
    });
    kept.await.expect("kept");
}

async fn full_month(db: TestDb) {
    let desk = Desk::on(db).await;
    let browser = desk.owner().await;
    let when =
        json!({ "status": "scheduled", "scheduled_at": "2026-12-02T09:00:00", "timezone": "Europe/Athens" });
    let first = desk.post("Every hour", when).await;
    let path = format!("{}/calendar?view=month&date=2026-12-01", desk.home);
    let (page, few) = counted(&browser, &path).await;
    assert_eq!(page.text().matches("chip-text\">Every hour").count(), 1, "{}", page.text());

    plan(&desk, &first, 4_999).await;
    let (page, many) = counted(&browser, &path).await;
    assert!(
        (few..=few + 2).contains(&many),
        "how 168 tiles stand is told by three statements: {few}, {many}"
    );
    assert!((1..=20).contains(&many), "{many}");
    let page = page.text();
    assert!(!page.contains("than fit on this page"), "all 5,000 are on it");
    let hidden = page
        .split(" more</")
        .filter_map(|before| before.rsplit('>').next()?.strip_prefix("+ ")?.parse::<usize>().ok());
    let shown = page.matches("chip-text\">Every hour").count();
    assert_eq!(hidden.sum::<usize>() + shown, 5_000, "each is shown, or counted as one more of its day");

    let whole = page.split("cal-whole").nth(1).and_then(|after| after.split('"').nth(2)).expect("a link");
    let (page, _) = counted(&browser, &whole.replace("&#38;", "&")).await;
    let page = page.text();
    assert_eq!(page.matches("chip-text\">Every hour").count(), 5_000, "all of them, to be printed");
    assert!(!page.contains("cal-whole") && !page.contains(" more</"));

    plan(&desk, &first, 1).await;
    let page = browser.get(&path).await.text();
    assert!(page.contains("than fit on this page"), "what is left out is said");
    let week = browser.get(&format!("{}/calendar?view=week&date=2026-12-02", desk.home)).await.text();
    assert!(!week.contains("than fit on this page"));
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_month_of_five_thousand_posts_is_one_page_and_few_statements_on_sqlite() {
    full_month(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_month_of_five_thousand_posts_is_one_page_and_few_statements_on_postgres() {
    let Some(db) = TestDb::postgres("calendar::a_month_of_five_thousand_posts").await else { return };
    full_month(db).await;
}

/// What stands on a day or in an hour, by its `datetime`; nothing where it is not there.
pub fn place<'p>(page: &'p str, stamp: &str) -> &'p str {
    let marked = format!("datetime=\"{stamp}\"");
    page.split("<li class=\"cal-day").find(|place| place.contains(&marked)).unwrap_or_default()
}

fn at(wall: &str) -> serde_json::Value {
    json!({ "status": "scheduled", "scheduled_at": wall, "timezone": "Europe/Athens" })
}

#[tokio::test]
async fn a_hundred_posts_with_pictures_take_few_statements_and_little_html() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(64, 64).write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    let file = desk.upload("quay.png", "A quay", png.get_ref()).await;
    let mut pattern = at("2026-12-02T09:00:00");
    pattern["media"] = json!([file["id"]]);
    let first = desk.post("Every hour", pattern).await;
    plan(&desk, &first, 99).await;
    let path = format!("{}/calendar?date=2026-12-01", desk.home);
    let (page, statements) = counted(&browser, &path).await;
    assert!(statements <= 14, "{statements}");
    let page = page.text();
    let pictures = page.matches("class=\"chip-thumb\"").count();
    assert!(pictures >= 16, "{pictures}");
    assert!(page.contains(&format!("class=\"chip-thumb\" src=\"{}/media/", desk.home)), "{page}");
    assert!(page.len() < 150_000, "{} bytes", page.len());
}

async fn views(desk: Desk) {
    let browser = desk.owner().await;
    desk.post("A bell", at("2026-12-02T14:20:00")).await;
    let calendar = async |query: &str| {
        let page = browser.get(&format!("{}/calendar?{query}", desk.home)).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page.text()
    };
    let day = calendar("view=day&date=2026-12-02").await;
    assert!(day.contains("<h1>Wed, 2 December 2026</h1>"), "{day}");
    assert!(place(&day, "2026-12-02T14:00").contains("A bell"), "{day}");
    assert!(!place(&day, "2026-12-02T15:00").contains("A bell"), "{day}");
    let slot = format!("{}/compose?date=2026-12-02&#38;hour=15\"", desk.home);
    assert!(place(&day, "2026-12-02T15:00").contains(&slot), "{day}");
    let form = browser.get(&format!("{}/compose?date=2026-12-02&hour=15", desk.home)).await.text();
    assert!(form.contains("value=\"2026-12-02T15:00\""), "{form}");
    let today = calendar("view=day").await;
    assert!(!place(&today, "2026-11-24T09:00").contains("/compose?"), "an hour that is over: {today}");
    assert!(place(&today, "2026-11-24T11:00").contains("/compose?"), "the hour that it is: {today}");
    let list = calendar("view=list&date=2026-12-24").await;
    assert!(place(&list, "2026-12-02").contains("A bell"), "{list}");
    assert_eq!(list.matches("<li class=\"cal-day").count(), 1, "days without posts are not in it");
    for strange in ["view=year", "date=2026-13-01", "date=9999-12-31", "colour=%00x"] {
        let answer = browser.get(&format!("{}/calendar?{strange}", desk.home)).await;
        assert!(!answer.status.is_server_error(), "{strange}: {}", answer.status);
    }
    desk.app.dispose().await;
}
on_both_desks!(a_day_has_hours_and_a_list_has_days_with_posts, super::views);

async fn filtered(desk: Desk) {
    let browser = desk.owner().await;
    let other = desk.connect("linkedin").await;
    let mut tagged = at("2026-12-02T09:00:00");
    tagged["tags"] = json!(["Spring"]);
    tagged["campaign"] = json!("Launch & more");
    desk.post("With a tag", tagged).await;
    let mut elsewhere = at("2026-12-03T09:00:00");
    elsewhere["accounts"] = json!([other]);
    desk.post("Elsewhere", elsewhere).await;
    desk.post("Unsure", json!({ "status": "draft", "scheduled_at": "2026-12-04T09:00:00" })).await;
    let calendar = async |filter: &str| {
        let page = browser.get(&format!("{}/calendar?date=2026-12-01&{filter}", desk.home)).await.text();
        (
            ["With a tag", "Elsewhere", "Unsure"].map(|text| page.contains(&format!("chip-text\">{text}"))),
            page,
        )
    };
    assert_eq!(calendar("").await.0, [true; 3]);
    let (by_account, none) = (format!("account={other}"), format!("account={other}&state=draft"));
    for (filter, want) in [
        ("tag=spring", [true, false, false]),
        ("campaign=Launch+%26+more", [true, false, false]),
        ("platform=linkedin", [false, true, false]),
        ("state=draft", [false, false, true]),
        ("state=scheduled", [true, true, false]),
        (by_account.as_str(), [false, true, false]),
        (none.as_str(), [false, false, false]),
    ] {
        assert_eq!(calendar(filter).await.0, want, "{filter}");
    }
    let (_, page) = calendar("campaign=Launch+%26+more&colour=network").await;
    let kept = "view=week&#38;date=2026-12-01&#38;colour=network&#38;campaign=Launch%20%26%20more\"";
    assert!(page.contains(kept), "links keep it: {page}");
    assert!(page.contains("class=\"chip chip-on-bluesky\""), "{page}");
    assert!(page.contains("<option value=\"Spring\">"), "tags that are there are offered: {page}");
    let (_, none) = calendar("tag=nothing").await;
    assert!(none.contains("No post here fits") && none.contains("Show all posts"), "{none}");
    desk.app.dispose().await;
}
on_both_desks!(filters_leave_posts_out_and_stay_in_the_address, super::filtered);

#[tokio::test]
async fn times_are_the_workspaces_and_those_of_another_clock_stand_beside_them() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    desk.post("Early", at("2026-12-02T06:30:00")).await;
    desk.post("Late", at("2026-12-02T18:30:00")).await;
    let path = format!("{}/calendar?view=week&date=2026-12-02", desk.home);
    let page = browser.get(&path).await.text();
    assert!(page.contains("title=\"Scheduled\""), "one clock needs no more words: {page}");
    let own = [("name", "Ada"), ("timezone", "America/New_York")];
    assert_eq!(browser.post("/settings/profile", &own).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(&path).await.text();
    assert!(page.contains("Times in Europe/Athens"), "{page}");
    let day = place(&page, "2026-12-02");
    assert!(day.contains("<time>06:30</time>") && day.contains("<time>18:30</time>"), "{day}");
    assert!(day.contains("title=\"Scheduled · 1 Dec 2026, 23:30 in America/New_York\""), "{day}");
    assert!(day.contains("title=\"Scheduled · 11:30 in America/New_York\""), "{day}");
    let slot = format!("{}/compose?date=2026-12-02&zone=Europe%2FAthens", desk.home);
    assert!(day.contains(&slot.replace('&', "&#38;")), "{day}");
    let form = browser.get(&format!("{slot}&hour=7")).await.text();
    assert!(form.contains("value=\"2026-12-02T07:00\""), "{form}");
    assert!(form.contains("name=\"timezone\" type=\"text\" value=\"Europe/Athens\""), "{form}");
}

#[tokio::test]
async fn drafts_without_a_time_are_on_no_day_but_beside_them() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let calendar = format!("{}/calendar", desk.home);
    let key = "data-keys=\"m\" data-keys-own data-keys-label=\"Move the post that has the focus\"";
    assert!(!browser.get(&calendar).await.text().contains(key), "there is nothing to move");
    desk.post("Some day", json!({ "status": "draft" })).await;
    let page = browser.get(&calendar).await.text();
    assert!(page.contains(key), "{page}");
    let (days, beside) = page.split_once("class=\"cal-drafts\"").expect("a place for drafts");
    assert!(!days.contains("Some day") && days.contains("Nothing planned here"), "{page}");
    assert!(beside.contains("Some day"), "{page}");
}

#[tokio::test]
async fn a_filter_finds_drafts_behind_the_newest() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    desk.post("The old one", json!({ "status": "draft", "tags": ["harbour"] })).await;
    desk.app.clock.advance(std::time::Duration::from_secs(1));
    for n in 0..20 {
        desk.post(&format!("Newer {n}"), json!({ "status": "draft" })).await;
    }
    let calendar = format!("{}/calendar", desk.home);
    let page = browser.get(&calendar).await.text();
    assert!(page.contains("Newer 19") && !page.contains("The old one") && page.contains("?status=draft"));
    let page = browser.get(&format!("{calendar}?tag=harbour")).await.text();
    assert!(page.contains("The old one") && !page.contains("Newer 19"), "{page}");
}
