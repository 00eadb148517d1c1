//! What networks tell the owner, by API and on the pages.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::desk::Desk;

/// An account on Threads with a post that has been public for two days.
struct Scene {
    desk: Desk,
    account: String,
    publication: String,
    post: Value,
}

impl Scene {
    async fn new() -> Self {
        let secret = ("platforms.threads.client_secret", "sandbox-secret-threads");
        let mut desk = Desk::with(TestDb::sqlite().await, &[secret]).await;
        desk.sandbox.world().apps().ready_made("threads");
        let account = desk.connect("threads").await;
        desk.account.clone_from(&account);
        let post = desk.post("Good morning from the harbour.", json!({ "status": "now" })).await;
        desk.work_for_hours(1).await;
        desk.app.clock.advance(Duration::from_secs(2 * 24 * 3_600));
        let post = desk.read(&post).await;
        assert_eq!(post["status"], "published", "{post}");
        let publication = post["publications"][0]["id"].as_str().expect("id").to_owned();
        Self { desk, account, publication, post }
    }

    async fn told(&self, path: &str) -> Value {
        let told = self.desk.call(Method::GET, path, None).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.text());
        told.json()
    }
}

fn items<'a>(answer: &'a Value, list: &str) -> &'a [Value] {
    answer[list].as_array().unwrap_or_else(|| panic!("{list} of {answer}"))
}

#[tokio::test]
async fn an_account_and_a_post_are_asked_about_by_api() {
    let scene = Scene::new().await;
    let path = format!("/api/v1/accounts/{}/insights", scene.account);
    let told = scene.told(&path).await;
    // Midnight in Athens, 28 days apart.
    assert_eq!(
        (&told["from"], &told["to"]),
        (&json!("2026-10-28T22:00:00Z"), &json!("2026-11-25T22:00:00Z"))
    );
    let visits =
        items(&told, "items").iter().find(|item| item["metric"] == "profile_visits").expect("visits");
    assert_eq!((&visits["unit"], &visits["definition"]), (&json!("visits"), &json!("profile_visits@1")));
    assert_eq!((&visits["sources"], &visits["dimension"]), (&json!(["threads:views"]), &Value::Null));
    let from =
        items(&told, "audience").iter().find(|item| item["dimension"] == "country").expect("countries");
    assert!(from["value"].as_i64().is_some_and(|n| n > 0) && from["of"].is_string(), "{from}");

    let of_post = format!("/api/v1/publications/{}/insights", scene.publication);
    let told = scene.told(&of_post).await;
    assert!(items(&told, "items").iter().any(|item| item["metric"] == "likes"), "{told}");
    assert!(told["audience"].is_null() && items(&told, "missing").is_empty(), "{told}");

    for (query, field) in [
        ("to=2027-01-01T00:00:00Z", "to"),
        ("from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z", "from"),
        ("from=2000-01-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
    ] {
        let refused = scene.desk.call(Method::GET, &format!("{path}?{query}"), None).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", refused.text());
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}");
    }
    let (_, stranger) = scene.desk.app.stranger("eve@example.com", Role::Owner).await;
    for path in [&path, &of_post] {
        let foreign = scene.desk.app.api(Method::GET, path, &stranger, None).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }

    scene.desk.fault(Fault::once("threads", "*", When::Before, FaultKind::TokenRevoked));
    let refused = scene.desk.call(Method::GET, &path, None).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{}", refused.text());
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let again = scene.desk.call(Method::GET, &path, None).await;
    assert_eq!((again.status, &again.json()["code"]), (StatusCode::CONFLICT, &json!("not_connected")));
}

#[tokio::test]
async fn pages_ask_when_somebody_wants_to_see() {
    let scene = Scene::new().await;
    let (desk, home) = (&scene.desk, &scene.desk.home);
    let browser = desk.member(Role::Analyst).await;
    let of_account = format!("{home}/accounts/{}/insights", scene.account);
    let of_post = format!("{home}/publications/{}/insights", scene.publication);
    let page = format!("{home}/accounts/{}", scene.account);
    for (page, ask) in [(page, &of_account), (desk.page(&scene.post), &of_post)] {
        let text = browser.get(&page).await.text();
        assert!(text.contains(&format!("href=\"{ask}\"")) && text.contains("Show insights"), "{text}");
        let alone = browser.get(ask).await;
        assert_eq!(alone.status, StatusCode::OK, "{}", alone.text());
        let text = alone.text();
        assert!(text.contains("<html") && text.contains("threads:views") && text.contains(&page), "{text}");
    }
    assert!(browser.get(&of_account).await.text().contains("Followers by country"));

    // Neither of the two questions is answered.
    desk.fault(Fault::once("threads", "*", When::Before, FaultKind::RateLimit).reset(600).times(2));
    let refused = browser.get(&of_account).await;
    assert_eq!(refused.status, StatusCode::OK, "{}", refused.text());
    assert!(refused.text().contains("alert-danger"), "{}", refused.text());
}

#[tokio::test]
async fn a_network_without_such_numbers_says_so() {
    let desk = Desk::new().await;
    let refused = desk.call(Method::GET, &format!("/api/v1/accounts/{}/insights", desk.account), None).await;
    assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::CONFLICT, &json!("not_readable")));
    let (browser, page) = (desk.owner().await, format!("{}/accounts/{}", desk.home, desk.account));
    let text = browser.get(&page).await.text();
    assert!(!text.contains(&format!("{page}/insights")), "{text}");
    // Who follows an old link reads the reason.
    let alone = browser.get(&format!("{page}/insights")).await;
    assert_eq!(alone.status, StatusCode::OK);
    assert!(alone.text().contains("Look at them there."), "{}", alone.text());
}

#[tokio::test]
async fn asking_has_the_smaller_budget() {
    let app = TestApp::with(&[("limits.sensitive_requests_per_minute", "2")]).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let of_account = "/api/v1/accounts/acct_01h455vb4pex5vsknk084sn02q/insights";
    let of_post = "/api/v1/publications/pub_01h455vb4pex5vsknk084sn02q/insights";
    for path in [of_account, of_post] {
        assert_eq!(app.api(Method::GET, path, &token, None).await.status, StatusCode::NOT_FOUND);
    }
    for path in [of_account, of_post] {
        assert_eq!(app.api(Method::GET, path, &token, None).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}
