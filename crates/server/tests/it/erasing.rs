//! Letting go over HTTP: of an account with its history, and of what is public.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::support::desk::Desk;

async fn an_account(db: TestDb) {
    let desk = Desk::on(db).await;
    let post = desk.post("Soon forgotten", json!({ "status": "now" })).await;
    desk.work().await;
    assert_eq!(desk.read(&post).await["status"], "published");
    let path = format!("/api/v1/accounts/{}", desk.account);
    let gone = desk.call(Method::DELETE, &format!("{path}?erase=true"), None).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    assert_eq!(gone.json()["status"], "disconnected");
    assert_eq!(desk.call(Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);
    let publications = desk.call(Method::GET, "/api/v1/publications", None).await.json();
    assert_eq!(publications["items"], json!([]));
    let read = desk.read(&post).await;
    assert_eq!((&read["text"], &read["publications"]), (&json!("Soon forgotten"), &json!([])));
    stays_what_it_was(&desk, &read).await;
    offers_nothing(&desk, &read).await;
    desk.app.dispose().await;
}

/// It went out: it is no draft again, whatever is known of where.
async fn stays_what_it_was(desk: &Desk, post: &Value) {
    assert_eq!(post["status"], "published");
    let api = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    for change in [json!({ "text": "Again" }), json!({ "status": "now", "accounts": [] })] {
        let refused = desk.call(Method::PATCH, &api, Some(change)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
        assert_eq!(refused.json()["code"], "already_sending");
    }
    let removed = desk.call(Method::DELETE, &api, None).await;
    assert_eq!(removed.status, StatusCode::OK, "{}", removed.text());
    assert_eq!(desk.read(post).await["status"], "published", "it is not thrown away as a draft is");
}

/// Its page leads to nothing that would be refused, and the composer, asked for it all the same, says why not.
async fn offers_nothing(desk: &Desk, post: &Value) {
    let owner = desk.owner().await;
    let page = owner.get(&desk.page(post)).await.text();
    for label in ["Edit", "Delete draft", "Cancel post", "Publish now"] {
        assert!(
            !page.contains(&format!(">{label}<")) && !page.contains(&format!("/svg>{label}")),
            "{label}: {page}"
        );
    }
    assert!(page.contains("was removed with its history"), "{page}");
    no_form(desk, post, "on an account that was removed with its history").await;
}

/// The composer has no form for this post, says why, and leads back to it.
async fn no_form(desk: &Desk, post: &Value, why: &str) {
    let address = format!("{}/compose?post={}", desk.home, post["id"].as_str().expect("an id"));
    let answer = desk.owner().await.get(&address).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let page = answer.text();
    assert!(!page.contains("<textarea") && page.contains("can no longer be changed"), "{page}");
    assert!(page.contains(why) && page.contains(&format!("href=\"{}\"", desk.page(post))), "{page}");
}

#[tokio::test]
async fn what_is_out_has_no_form() {
    let desk = Desk::new().await;
    let post = desk.post("Out it is", json!({ "status": "now" })).await;
    let form = desk
        .owner()
        .await
        .get(&format!("{}/compose?post={}", desk.home, post["id"].as_str().expect("id")))
        .await;
    assert_eq!(form.status, StatusCode::OK, "not sent yet");
    desk.work().await;
    no_form(&desk, &post, "a network has it").await;
    let page = desk.owner().await.get(&desk.page(&post)).await.text();
    assert!(!page.contains("/compose?post="), "{page}");
}

#[tokio::test]
async fn an_account_goes_with_its_history_on_sqlite() {
    an_account(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn an_account_goes_with_its_history_on_postgres() {
    if let Some(db) = TestDb::postgres("an_account_goes_with_its_history_on_postgres").await {
        an_account(db).await;
    }
}

#[tokio::test]
async fn what_is_being_sent_keeps_its_account() {
    let desk = Desk::new().await;
    desk.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut));
    let post = desk.post("On its way", json!({ "status": "now" })).await;
    desk.fault(Fault::once("bluesky", "*", When::Before, FaultKind::Cut).times(100));
    desk.work().await;
    assert_eq!(desk.read(&post).await["status"], "publishing");
    let path = format!("/api/v1/accounts/{}?erase=true", desk.account);
    let refused = desk.call(Method::DELETE, &path, None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert_eq!(refused.json()["code"], "already_sending");
    assert!(refused.json()["detail"].as_str().is_some_and(|d| d.contains("right now")));
}

#[tokio::test]
async fn a_post_that_a_network_keeps_says_so() {
    let desk = Desk::new().await;
    let post = desk.post("Said too much", json!({ "status": "now" })).await;
    desk.work().await;
    let path = format!("/api/v1/posts/{}?remote=true", post["id"].as_str().expect("an id"));
    desk.fault(Fault::once("bluesky", "*", When::Before, FaultKind::Status).status(503).times(20));
    let kept = desk.call(Method::DELETE, &path, None).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    let publication = &kept.json()["publications"][0];
    assert_eq!(publication["deleted_at"], json!(null));
    assert_eq!(publication["warnings"][0]["field"], "remote");
    assert_eq!(desk.public("Said too much"), 1);
    desk.sandbox.world().faults().clear();
    let gone = desk.call(Method::DELETE, &path, None).await.json();
    assert!(gone["publications"][0]["deleted_at"].is_string(), "{gone}");
    assert_eq!(desk.public("Said too much"), 0);
}

#[tokio::test]
async fn connecting_names_the_field_that_is_wrong() {
    let desk = Desk::new().await;
    let before = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    let cases = [
        ("bluesky", json!({}), "identifier"),
        (
            "bluesky",
            json!({ "identifier": "nobody at all", "app_password": "aaaa-bbbb-cccc-dddd" }),
            "identifier",
        ),
        (
            "bluesky",
            json!({ "identifier": "nobody.test", "app_password": "aaaa-bbbb-cccc-dddd" }),
            "app_password",
        ),
        (
            "bluesky",
            json!({ "server": "a b", "identifier": "a.test", "app_password": "aaaa-bbbb-cccc-dddd" }),
            "server",
        ),
        ("mastodon", json!({}), "server"),
        ("mastodon", json!({ "server": "nobody.example" }), "server"),
        ("mastodon", json!({ "server": "127.0.0.1" }), "server"),
    ];
    for (platform, body, field) in cases {
        let refused =
            desk.call(Method::POST, &format!("/api/v1/connect/{platform}"), Some(body.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", refused.text());
        assert_eq!(refused.header("content-type"), "application/problem+json");
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["field"], field, "{body}: {errors}");
        assert!(errors[0]["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
    assert_eq!(desk.call(Method::GET, "/api/v1/accounts", None).await.json(), before, "nothing is half done");
}
