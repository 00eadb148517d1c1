//! The calendar, what lies on its days, and what fills them: files, queue, series.

use axum::http::Method;
use serde_json::json;

use super::{Inspector, home};
use crate::browser::stage::Stage;
use crate::browser::{import, notes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_the_plan_are_sound() {
    let test = "pages::calendar::pages_of_the_plan_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    let mastodon = stage.account("mastodon").await;
    let queue = stage.url(&format!("{home}/accounts/{mastodon}/queue"));
    inspector.open(&page, "queue-none", &queue).await;
    let slots = json!({ "slots": [{ "weekday": 1, "time": "09:00" }, { "weekday": 4, "time": "18:30", "timezone": "Asia/Tokyo" }] });
    let path = format!("/api/v1/accounts/{mastodon}/slots");
    let (status, said) = stage.api.send(Method::PUT, &path, Some(slots)).await;
    assert!(status.is_success(), "{said}");
    let queued = json!({ "text": "Whenever there is room.", "accounts": [mastodon], "status": "queue" });
    stage.api.post("/api/v1/posts", queued).await;
    inspector.open(&page, "queue", &queue).await;
    let weekly = json!({ "text": "Every week.", "accounts": [mastodon], "status": "scheduled",
        "scheduled_at": "2032-06-07T09:00:00Z", "repeat": "FREQ=WEEKLY" });
    let weekly = stage.api.post("/api/v1/posts", weekly).await;
    let weekly = weekly["id"].as_str().expect("an id").to_owned();
    inspector.open(&page, "post-series", &stage.url(&format!("{home}/posts/{weekly}"))).await;
    inspector.open(&page, "edit-series", &stage.url(&format!("{home}/compose?post={weekly}"))).await;
    inspector.open(&page, "calendar-month", &stage.url(&format!("{home}/calendar"))).await;
    inspector.open(&page, "calendar-week", &stage.url(&format!("{home}/calendar?view=week"))).await;
    for view in ["day", "list"] {
        let place = format!("{home}/calendar?view={view}&colour=network&state=scheduled");
        inspector.open(&page, &format!("calendar-{view}"), &stage.url(&place)).await;
    }
    inspector.open(&page, "calendar-empty", &stage.url(&format!("{home}/calendar?date=2031-05-04"))).await;
    page.resize(1440, 900).await;
    notes::mark(&stage, &page, &home).await;
    inspector.look(&page, "calendar-notes").await;
    inspector.open(&page, "notes", &stage.url(&format!("{home}/calendar/notes"))).await;
    inspector.open(&page, "import", &stage.url(&format!("{home}/posts/import"))).await;
    page.resize(1440, 900).await;
    import::choose(&stage, &page, import::WRONG).await;
    inspector.look(&page, "import-report").await;
    stage.close([page]).await;
    inspector.end();
}
