//! What users of other publishing tools complain about, where HTTP is the edge. `docs/reference/rivals.md` lists all of it by number.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

on_both_desks!(no_13_readiness_tells_how_old_the_oldest_due_post_is, super::oldest_due);
on_both_desks!(no_16_pages_and_api_take_the_same_path, super::same_path);
on_both_desks!(no_18_scheduling_judges_the_new_date_and_keeps_it, super::new_date);

/// A time in so many minutes, as people write it.
fn in_minutes(desk: &Desk, minutes: i64) -> String {
    let at = desk.app.engine.clock.now() + carillon_domain::time::SignedDuration::from_mins(minutes);
    at.to_string()
}

async fn oldest_due(desk: Desk) {
    let at = in_minutes(&desk, 10);
    desk.post("Nobody is at work", json!({ "status": "scheduled", "scheduled_at": at })).await;
    let overdue = || async {
        let ready = desk.app.get("/readyz").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.text());
        ready.json()["oldest_overdue_seconds"].as_i64().expect("a number")
    };
    assert_eq!(overdue().await, 0, "it is not due yet");
    desk.app.clock.advance(std::time::Duration::from_secs(25 * 60));
    assert_eq!(overdue().await, 15 * 60, "the process lives, and nothing goes out");
    desk.work_for_hours(1).await;
    assert_eq!(desk.public("Nobody is at work"), 1);
    assert_eq!(overdue().await, 0);
    desk.app.dispose().await;
}

async fn same_path(desk: Desk) {
    let owner = desk.owner().await;
    let form = [
        ("text", "By the page"),
        ("account", desk.account.as_str()),
        ("scheduled_at", "2026-11-24T12:00"),
        ("timezone", "Europe/Athens"),
        ("action", "schedule"),
    ];
    let saved = owner.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let when =
        json!({ "status": "scheduled", "scheduled_at": "2026-11-24T12:00:00", "timezone": "Europe/Athens" });
    desk.post("By the API", when).await;
    let posts = desk.call(Method::GET, "/api/v1/posts", None).await.json();
    let posts = posts["items"].as_array().expect("posts").clone();
    let plan = |post: &Value| {
        let publication = &post["publications"][0];
        [
            &post["status"],
            &post["scheduled_at"],
            &post["timezone"],
            &publication["state"],
            &publication["due_at"],
        ]
        .map(Value::to_string)
    };
    assert_eq!((posts.len(), plan(&posts[0])), (2, plan(&posts[1])), "nothing tells them apart");
    desk.work_for_hours(2).await;
    let items = desk.sandbox.world().ledger().items();
    for text in ["By the page", "By the API"] {
        let at: Vec<_> = items.iter().filter(|i| i.text == text).map(|i| i.at.to_string()).collect();
        assert_eq!(at, ["2026-11-24T10:00:00Z"], "{text}");
    }
    let now = desk.post("By the API, at once", json!({ "status": "now" })).await;
    desk.work().await;
    assert_eq!(desk.read(&now).await["status"], "published");
    desk.app.dispose().await;
}

async fn new_date(desk: Desk) {
    let change = |post: &Value, body: Value| {
        let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
        let desk = &desk;
        async move { desk.call(Method::PATCH, &path, Some(body)).await }
    };
    let refused_for_its_time = |answer: crate::support::Answer| {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("scheduled_at"), &json!("time_in_past")));
    };
    let past = "2026-11-01T09:00:00Z";
    let kept = in_minutes(&desk, 60);
    let good = desk.post("Good date", json!({ "status": "scheduled", "scheduled_at": kept })).await;
    refused_for_its_time(change(&good, json!({ "scheduled_at": past })).await);
    let read = desk.read(&good).await;
    assert_eq!(
        (&read["scheduled_at"], &read["version"]),
        (&good["scheduled_at"], &good["version"]),
        "unchanged"
    );

    let old = desk.post("Old date", json!({ "status": "draft", "scheduled_at": past })).await;
    refused_for_its_time(change(&old, json!({ "status": "scheduled" })).await);
    let new = in_minutes(&desk, 120);
    let moved = change(&old, json!({ "status": "scheduled", "scheduled_at": new })).await;
    assert_eq!(moved.status, StatusCode::OK, "the stored date is not the one that counts: {}", moved.text());

    desk.work_for_hours(3).await;
    let items = desk.sandbox.world().ledger().items();
    for (text, at) in [("Good date", kept), ("Old date", new)] {
        let public: Vec<_> = items.iter().filter(|i| i.text == text).map(|i| i.at.to_string()).collect();
        assert_eq!(public, [at], "{text}");
    }
    desk.app.dispose().await;
}
