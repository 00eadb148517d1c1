//! Posting slots and the queue, on their page, in the composer and by API.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::desk::{Desk, on_both_desks};

/// A Tuesday, 11 o'clock in Athens, is when tests begin.
const TODAY: &str = "2026-11-24T16:30:00Z";
const NEXT_WEEK: &str = "2026-12-01T16:30:00Z";

fn page(desk: &Desk) -> String {
    format!("{}/accounts/{}/queue", desk.home, desk.account)
}

/// The account is to have a post each Tuesday and Thursday, at half past six in Athens.
async fn with_slots(desk: &Desk) {
    let slots = json!({ "slots": [{ "weekday": 2, "time": "18:30" }, { "weekday": 4, "time": "18:30", "timezone": "Europe/Athens" }] });
    let path = format!("/api/v1/accounts/{}/slots", desk.account);
    let put = desk.call(Method::PUT, &path, Some(slots)).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    assert_eq!(put.json()["items"][0], json!({ "weekday": 2, "time": "18:30", "timezone": "Europe/Athens" }));
    assert_eq!(desk.call(Method::GET, &path, None).await.json(), put.json());
}

async fn by_api(desk: Desk) {
    let body = json!({ "text": "No slots", "accounts": [desk.account], "status": "queue" });
    let refused = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let error = refused.json()["errors"][0].clone();
    assert_eq!((&error["field"], &error["code"]), (&json!("accounts"), &json!("no_slots")));

    with_slots(&desk).await;
    let path = format!("/api/v1/accounts/{}/slots", desk.account);
    let wrong = json!({ "slots": [{ "weekday": 8, "time": "18:30" }] });
    let refused = desk.call(Method::PUT, &path, Some(wrong)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert_eq!(refused.json()["errors"][0]["field"], "slots.0.weekday");

    let first = desk.post("First", json!({ "status": "queue" })).await;
    let second =
        desk.post("Second", json!({ "status": "queue", "scheduled_at": "2020-01-01T00:00:00Z" })).await;
    assert_eq!((&first["status"], &first["scheduled_at"]), (&json!("scheduled"), &json!(TODAY)));
    assert_eq!(second["scheduled_at"], "2026-11-26T16:30:00Z");
    let draft = desk.post("Third", json!({ "status": "draft" })).await;
    let path = format!("/api/v1/posts/{}", draft["id"].as_str().expect("an id"));
    let third = desk.call(Method::PATCH, &path, Some(json!({ "status": "queue" }))).await;
    assert_eq!(third.json()["scheduled_at"], NEXT_WEEK, "{}", third.text());

    let queue =
        desk.call(Method::GET, &format!("/api/v1/accounts/{}/queue", desk.account), None).await.json();
    let items = queue["items"].as_array().expect("items");
    assert_eq!(items.len(), 8, "two a week: {queue}");
    assert_eq!(
        items[0],
        json!({ "at": TODAY, "timezone": "Europe/Athens", "slot": true, "post": first["id"], "state": "scheduled" })
    );
    assert_eq!(items[3]["post"], json!(null));

    desk.work_for_hours(24 * 8).await;
    assert_eq!([desk.public("First"), desk.public("Second"), desk.public("Third")], [1, 1, 1]);
}
on_both_desks!(a_queued_post_goes_out_in_its_slot, super::by_api);

#[tokio::test]
async fn slots_are_made_and_filled_on_pages() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let account = browser.get(&format!("{}/accounts/{}", desk.home, desk.account)).await.text();
    assert!(account.contains(&format!("href=\"{}\"", page(&desk))), "{account}");
    let empty = browser.get(&page(&desk)).await.text();
    assert!(empty.contains("Nothing is planned, and there are no slots"), "{empty}");

    // The main mistake: no day.
    let form = [("time", "18:30"), ("timezone", "Europe/Athens")];
    let refused = browser.post(&page(&desk), &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Choose at least one day") && refused.text().contains("value=\"18:30\""));
    let form = [("weekday", "2"), ("weekday", "4"), ("time", "18:30"), ("timezone", "Europe/Athens")];
    assert_eq!(browser.post(&page(&desk), &form).await.status, StatusCode::SEE_OTHER);
    let shown = browser.get(&page(&desk)).await.text();
    assert_eq!(shown.matches("<b class=\"num\">18:30</b>").count(), 2, "{shown}");
    assert_eq!(shown.matches("queue-free").count(), 8, "{shown}");

    let compose = format!("{}/compose", desk.home);
    let offered = browser.get(&format!("{compose}/slots?account={}", desk.account)).await.text();
    assert!(offered.contains("Next free slot: Tue 24 Nov, 18:30"), "{offered}");
    assert!(offered.contains("data-slot=\"2026-11-24T18:30\" data-free"), "{offered}");
    // Without a script the same button fills the field in.
    let slot = "slot/2026-11-24T18:30/Europe/Athens";
    let form = [("text", "A"), ("account", desk.account.as_str()), ("timezone", "UTC"), ("action", slot)];
    let taken = browser.post(&compose, &form).await.text();
    assert!(
        taken.contains("value=\"2026-11-24T18:30\"") && taken.contains("value=\"Europe/Athens\""),
        "{taken}"
    );
    for text in ["First", "Second"] {
        let form = [("text", text), ("account", &desk.account), ("timezone", "UTC"), ("action", "queue")];
        let saved = browser.post(&compose, &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
    let shown = browser.get(&page(&desk)).await.text();
    assert!(shown.find("First") < shown.find("Second") && shown.contains("First"), "{shown}");
    assert_eq!(shown.matches("queue-free").count(), 6, "{shown}");

    let second = shown.split("<li class=\"row-item\" id=\"").nth(2).expect("a second post");
    let field = |name: &str| {
        let (_, rest) = second.split_once(&format!("name=\"{name}\" value=\"")).expect("a field");
        rest.split('"').next().expect("its value").to_owned()
    };
    let (post, at) = (field("post"), field("at"));
    let up = [("post", post.as_str()), ("at", at.as_str()), ("to", "earlier")];
    let moved = browser.post(&format!("{}/move", page(&desk)), &up).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text());
    assert!(moved.header("location").ends_with(&format!("#{post}")));
    let shown = browser.get(&page(&desk)).await.text();
    assert!(shown.find("Second") < shown.find("First"), "{shown}");
    let again = browser.post(&format!("{}/move", page(&desk)), &up).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("moved meanwhile"), "{}", again.text());

    let gone = [("weekday", "4"), ("time", "18:30"), ("timezone", "Europe/Athens")];
    assert_eq!(
        browser.post(&format!("{}/remove-slot", page(&desk)), &gone).await.status,
        StatusCode::SEE_OTHER
    );
    let shown = browser.get(&page(&desk)).await.text();
    assert!(shown.contains("First") && shown.contains("in no slot"), "what is planned stays: {shown}");
}

#[tokio::test]
async fn a_queue_shows_the_text_that_its_account_gets() {
    let desk = Desk::new().await;
    with_slots(&desk).await;
    let threads = desk.connect("threads").await;
    let own = json!({ desk.account.as_str(): { "text": "Mine of {date}" } });
    let more =
        json!({ "status": "queue", "accounts": [desk.account, threads], "fill_in": true, "overrides": own });
    desk.post("Theirs of {date}", more).await;
    let shown = desk.owner().await.get(&page(&desk)).await.text();
    assert!(shown.contains("Mine of 2026-11-24"), "{shown}");
    assert!(!shown.contains("{date}") && !shown.contains("Theirs"), "{shown}");
}

#[tokio::test]
async fn slots_are_copied_to_other_accounts() {
    let desk = Desk::new().await;
    let x = desk.connect("x").await;
    with_slots(&desk).await;
    let browser = desk.owner().await;
    let none = browser.post(&format!("{}/copy-slots", page(&desk)), &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("Choose the accounts that are to get these slots"), "{}", none.text());
    let copied = browser.post(&format!("{}/copy-slots", page(&desk)), &[("account", &x)]).await;
    assert_eq!(copied.status, StatusCode::SEE_OTHER, "{}", copied.text());
    let of =
        async |id: &str| desk.call(Method::GET, &format!("/api/v1/accounts/{id}/slots"), None).await.json();
    assert_eq!(of(&x).await, of(&desk.account).await);
}

#[tokio::test]
async fn what_a_cap_leaves_stands_beside_the_time() {
    let desk = Desk::new().await;
    let path = format!("/api/v1/accounts/{}", desk.account);
    let capped = desk.call(Method::PATCH, &path, Some(json!({ "caps": { "daily": 2 } }))).await;
    assert_eq!(capped.status, StatusCode::OK, "{}", capped.text());
    let browser = desk.owner().await;
    let check = format!("{}/compose/check", desk.home);
    let asked = async |time: &str| {
        let form = [
            ("text", "A"),
            ("account", desk.account.as_str()),
            ("timezone", "Europe/Athens"),
            ("scheduled_at", time),
        ];
        browser.post(&check, &form).await.text()
    };
    let none = asked("").await;
    assert!(
        none.contains("id=\"day-left\" hx-swap-oob=\"true\"") && !none.contains("left that day"),
        "{none}"
    );
    assert!(asked("2026-11-25T12:00").await.contains("2 of 2 left that day, by the cap that you set"));
    for hour in [8, 9] {
        let at = format!("2026-11-25T{hour:02}:00:00Z");
        desk.post(&format!("At {hour}"), json!({ "status": "scheduled", "scheduled_at": at })).await;
    }
    let full = asked("2026-11-25T12:00").await;
    assert!(full.contains("<li class=\"trouble\">") && full.contains("0 of 2 left that day"), "{full}");
    assert!(asked("2026-11-26T12:00").await.contains("2 of 2 left that day"));
}

#[tokio::test]
async fn who_may_not_publish_changes_nothing() {
    let desk = Desk::new().await;
    with_slots(&desk).await;
    let form = [("weekday", "1"), ("time", "09:00"), ("timezone", "UTC")];
    for role in [Role::Contributor, Role::Analyst] {
        let browser = desk.member(role).await;
        let shown = browser.get(&page(&desk)).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.text().contains("/queue/remove-slot\""), "{role:?}");
        assert_eq!(browser.post(&page(&desk), &form).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let browser = desk.member(Role::Client).await;
    assert_eq!(browser.get(&page(&desk)).await.status, StatusCode::FORBIDDEN);
    let slots =
        desk.call(Method::GET, &format!("/api/v1/accounts/{}/slots", desk.account), None).await.json();
    assert_eq!(slots["items"].as_array().map(Vec::len), Some(2));
}
