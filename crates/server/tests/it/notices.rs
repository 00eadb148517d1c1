//! What needs a person, as pages and the API tell it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::permission::Role;
use carillon_engine::events::Topic;
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

const NOTICES: &str = "/api/v1/notices";

impl Desk {
    /// A post that fails.
    async fn fails(&self, text: &str) -> Value {
        // What happens at the same instant has no order.
        self.app.clock.advance(Duration::from_secs(1));
        self.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
        let post = self.post(text, json!({ "status": "now" })).await;
        self.work().await;
        post
    }

    async fn notices(&self) -> Vec<Value> {
        let answer = self.call(Method::GET, NOTICES, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().expect("items").clone()
    }
}

async fn by_api(desk: Desk) {
    desk.work().await;
    assert!(desk.notices().await.is_empty());
    let post = desk.fails("Bells").await;
    let told = desk.notices().await;
    assert_eq!(told.len(), 1, "{told:?}");
    let notice = &told[0];
    assert_eq!((&notice["kind"], &notice["post"]), (&json!("failed"), &post["id"]));
    assert_eq!((&notice["account"], &notice["read_at"]), (&json!(desk.account), &Value::Null));
    assert!(notice["cause"].is_string() && notice["cleared_at"].is_null(), "{notice}");

    let read = format!("{NOTICES}/{}/read", notice["id"].as_str().expect("an id"));
    assert_eq!(desk.call(Method::POST, &read, None).await.status, StatusCode::NO_CONTENT);
    assert!(desk.notices().await[0]["read_at"].is_string());
    let nothing = format!("{NOTICES}/notice_01h455vb4pex5vsknk084sn02q/read");
    assert_eq!(desk.call(Method::POST, &nothing, None).await.status, StatusCode::NOT_FOUND);

    let retry =
        format!("/api/v1/publications/{}/retry", post["publications"][0]["id"].as_str().expect("an id"));
    assert!(desk.call(Method::POST, &retry, None).await.status.is_success());
    desk.work().await;
    let told = desk.notices().await;
    assert!(told.len() == 1 && told[0]["cleared_at"].is_string(), "{told:?}");

    desk.fails("Ropes").await;
    let page = desk.call(Method::GET, &format!("{NOTICES}?limit=1"), None).await.json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let cursor = page["next_cursor"].as_str().expect("there is one more");
    let rest = desk.call(Method::GET, &format!("{NOTICES}?limit=1&cursor={cursor}"), None).await.json();
    assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&told[0]["id"], &Value::Null));
    desk.app.dispose().await;
}
on_both_desks!(what_needs_somebody_is_told_by_the_api, super::by_api);

#[tokio::test]
async fn the_bell_counts_what_is_not_read() {
    let desk = Desk::new().await;
    desk.work().await;
    let (owner, page) = (desk.owner().await, format!("{}/notices", desk.home));
    assert!(owner.get(&page).await.text().contains("Nothing needs you"));
    let calendar = format!("{}/calendar", desk.home);
    assert!(!owner.get(&calendar).await.text().contains("bell-count"), "nothing to count");

    let mut events = desk.app.engine.events.listen();
    desk.fails("Bells").await;
    desk.fails("Ropes").await;
    let mut told = std::iter::from_fn(|| events.try_recv().ok());
    assert!(told.any(|event| event.topic == Topic::Notices), "open pages hear of it");
    let text = owner.get(&calendar).await.text();
    assert!(text.contains("2 unread notices"), "{text}");
    assert!(text.contains(&format!("href=\"{page}\"")) && text.contains(&format!("hx-get=\"{page}/bell\"")));
    let bell = format!("{page}/bell");
    assert!(owner.get(&bell).await.text().contains("2 unread notices"));
    let here = "aria-current=\"page\"";
    assert!(owner.get_within(&bell, &page).await.text().contains(here), "the open page is still marked");
    assert!(!owner.get_within(&bell, &calendar).await.text().contains(here));

    let list = owner.get(&page).await.text();
    assert_eq!(list.matches("A post failed").count(), 4, "each as a line and for its button: {list}");
    let (_, after) = list.split_once(&format!("action=\"{page}/notice_")).expect("a button");
    let id = after.split('/').next().expect("an id");
    let read = owner.post(&format!("{page}/notice_{id}/read"), &[]).await;
    assert_eq!(read.status, StatusCode::SEE_OTHER, "{}", read.text());
    assert!(owner.get(&calendar).await.text().contains("1 unread notice<"), "one is left");
    assert_eq!(
        desk.notices().await.iter().filter(|n| n["read_at"].is_null()).count(),
        2,
        "the token read none"
    );
    assert_eq!(owner.post(&format!("{page}/read"), &[]).await.status, StatusCode::SEE_OTHER);
    let text = owner.get(&page).await.text();
    assert!(!text.contains("bell-count") && text.contains("A post failed"), "read, and still open: {text}");
}

#[tokio::test]
async fn those_hear_who_can_help() {
    let desk = Desk::new().await;
    desk.work().await;
    desk.fails("Bells").await;
    for (role, hears) in [(Role::Admin, true), (Role::Editor, true), (Role::Analyst, false)] {
        let browser = desk.member(role).await;
        let text = browser.get(&format!("{}/notices", desk.home)).await.text();
        assert_eq!(text.contains("A post failed"), hears, "{role:?}");
        assert_eq!(text.contains("bell-count"), hears, "{role:?}");
    }
}
