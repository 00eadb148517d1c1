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

use crate::support::desk::Desk;
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
async fn counted(browser: &Browser<'_>, path: &str) -> (Answer, usize) {
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
    assert_eq!(few, many, "a full month takes no more statements than an empty one");
    assert!((1..=20).contains(&many), "{many}");
    let page = page.text();
    assert!(!page.contains("than fit on this page"), "all 5,000 are on it");
    let hidden = page.split(" more</").filter_map(|before| before.rsplit('>').next()?.parse::<usize>().ok());
    let shown = page.matches("chip-text\">Every hour").count();
    assert_eq!(hidden.sum::<usize>() + shown, 5_000, "each is shown, or counted as one more of its day");

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

#[tokio::test]
async fn drafts_without_a_time_are_on_no_day() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    desk.post("Some day", json!({ "status": "draft" })).await;
    let page = browser.get(&format!("{}/calendar", desk.home)).await.text();
    assert!(!page.contains("Some day") && page.contains("Nothing planned here"), "{page}");
}
