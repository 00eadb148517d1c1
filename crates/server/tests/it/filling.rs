//! What differs by account inside one text: variables, and parameters of links.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

const LINK: &str = "https://example.com/a";

async fn goes_out_filled_in(desk: Desk) {
    let accounts = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    let name = accounts["items"][0]["name"].as_str().expect("a name").to_owned();
    let text = format!("By {{account.name}} on {{network}}: {LINK}#top");
    let fields = json!({
        "status": "scheduled", "scheduled_at": "2026-11-24T12:00:00Z", "campaign": "Spring sale",
        "link_parameters": { "utm_source": "{network}", "utm_campaign": "{campaign}", "utm_term": "{campaign}" },
        "fill_in": true,
        "overrides": { desk.account.as_str(): { "options": { "link_card": false } } },
    });
    let post = desk.post(&text, fields).await;
    assert_eq!(post["text"], text.as_str(), "it stays as it was written");
    assert_eq!(post["link_parameters"]["utm_source"], "{network}");
    desk.work_for_hours(4).await;
    let said = format!(
        "By {name} on Bluesky: {LINK}?utm_campaign=Spring+sale&utm_source=bluesky&utm_term=Spring+sale#top"
    );
    assert_eq!(desk.public(&said), 1, "{}", desk.read(&post).await);
    desk.app.dispose().await;
}
on_both_desks!(what_goes_out_is_filled_in, super::goes_out_filled_in);

async fn checked(desk: &Desk, body: Value) -> Value {
    let answer = desk.call(Method::POST, "/api/v1/posts/check", Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_check_counts_what_would_go_out_on_each_network() {
    let desk = Desk::new().await;
    let instagram = desk.connect("instagram").await;
    let body = json!({ "text": format!("{{date}} {LINK}"), "accounts": [desk.account, instagram], "fill_in": true,
        "scheduled_at": "2026-12-24T00:30:00", "timezone": "Europe/Athens",
        "link_parameters": { "utm_source": "{network}" } });
    let found = checked(&desk, body).await;
    let text = |index: usize| found["results"][index]["preview"]["text"].as_str().expect("a text").to_owned();
    assert_eq!(text(0), format!("2026-12-24 {LINK}?utm_source=bluesky"), "the day on the post's own clock");
    assert_eq!(text(1), format!("2026-12-24 {LINK}"), "nobody can press a link there");
    let counted = &found["results"][0]["preview"]["counts"][0]["used"];
    assert_eq!(counted, text(0).chars().count(), "{found}");

    let plain = json!({ "text": format!("{{date}} {LINK}"), "accounts": [desk.account] });
    let found = checked(&desk, plain).await;
    assert_eq!(found["results"][0]["preview"]["text"], format!("{{date}} {LINK}"), "only who asks for it");
}

#[tokio::test]
async fn parameters_that_say_nothing_are_refused_with_their_names() {
    let desk = Desk::new().await;
    let body = json!({ "text": "a", "accounts": [desk.account],
        "link_parameters": { "utm_source": "{netwrok}", "utm source": "x" } });
    let refused = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.json();
    let fields: Vec<&str> =
        refused["errors"].as_array().expect("errors").iter().filter_map(|e| e["field"].as_str()).collect();
    assert_eq!(fields, ["link_parameters.utm source", "link_parameters.utm_source"]);
}

#[tokio::test]
async fn a_change_keeps_parameters_and_can_take_them_away() {
    let desk = Desk::new().await;
    let post = desk.post(LINK, json!({ "link_parameters": { "utm_source": "x" } })).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let now = desk.call(Method::PATCH, &path, Some(json!({ "text": format!("See {LINK}") }))).await.json();
    assert_eq!(now["link_parameters"], json!({ "utm_source": "x" }));
    let now = desk.call(Method::PATCH, &path, Some(json!({ "link_parameters": {} }))).await.json();
    assert_eq!(now["link_parameters"], json!({}));
}
