//! What an operator switched off is not there: no page, no API.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;

use crate::support::TestApp;

#[tokio::test]
async fn a_network_that_is_off_is_in_no_list() {
    let app = TestApp::with(&[("platforms.mastodon.enabled", "false")]).await;
    let (owner, home) = app.owner().await;
    let page = owner.get(&format!("{home}/connections")).await.text();
    assert!(page.contains("guide-bluesky") && !page.contains("mastodon"), "{page}");
    let platforms = owner.get("/api/v1/platforms").await.json();
    let names: Vec<_> =
        platforms["items"].as_array().expect("items").iter().map(|p| p["name"].clone()).collect();
    assert!(names.contains(&"bluesky".into()) && !names.contains(&"mastodon".into()), "{names:?}");
}

#[tokio::test]
async fn without_webhooks_networks_find_nobody() {
    let flags = [
        ("features.webhooks", "false"),
        ("platforms.facebook.client_secret", "app secret of the test"),
        ("platforms.facebook.webhook_verify_token", "said by us"),
    ];
    let app = TestApp::with(&flags).await;
    let asked = "/webhooks/facebook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=said%20by%20us";
    assert_eq!(app.get(asked).await.status, StatusCode::NOT_FOUND);
    let (owner, home) = app.owner().await;
    let page = owner.get(&format!("{home}/connections")).await.text();
    assert!(page.contains("callback-facebook") && !page.contains("webhook-facebook"), "{page}");
}

#[tokio::test]
async fn without_tokens_programs_stay_outside() {
    let app = TestApp::with(&[("features.api_tokens", "false")]).await;
    let (owner, home) = app.owner().await;
    let (_, token) = app.stranger("program@example.com", Role::Owner).await;
    let refused = app.api(Method::GET, "/api/v1/accounts", &token, None).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text());
    assert!(!owner.get(&format!("{home}/settings")).await.text().contains("settings/tokens"));
    for path in [format!("{home}/settings/tokens"), "/api/v1/tokens".to_owned()] {
        assert_eq!(owner.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // Pages use the API with the session of whoever is signed in.
    assert_eq!(owner.get("/api/v1/accounts").await.status, StatusCode::OK);
}
