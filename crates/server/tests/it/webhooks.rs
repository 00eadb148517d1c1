//! What networks send by themselves, over HTTP: no session and no token, and nothing is believed without a signature.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_connectors::kit::signature;
use carillon_domain::secret::Secret;
use serde_json::json;

use crate::support::TestApp;

const SECRET: &str = "app secret of the test";
const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

async fn app() -> TestApp {
    let flags = [
        ("platforms.facebook.client_secret", SECRET),
        ("platforms.facebook.webhook_verify_token", "said by us"),
    ];
    TestApp::with(&flags).await
}

fn sha256(message: &str) -> Vec<u8> {
    signature::sha256(&Secret::new(SECRET), &[message.as_bytes()])
}

#[tokio::test]
async fn a_network_that_asks_gets_its_challenge_back_as_plain_text() {
    let app = app().await;
    let path = |token: &str| {
        format!("/webhooks/facebook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    };
    let answer = app.get(&path("said%20by+us")).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, "1158201444".to_owned()));
    assert_eq!(answer.header("content-type"), "text/plain");
    assert_eq!(app.get(&path("guessed")).await.status, StatusCode::FORBIDDEN);
    for nobody in ["/webhooks/instagram?hub.mode=subscribe", "/webhooks/bluesky", "/webhooks/nothing"] {
        assert_eq!(app.get(nobody).await.status, StatusCode::NOT_FOUND, "{nobody}");
    }
}

#[tokio::test]
async fn a_delivery_is_taken_only_with_its_signature() {
    let app = app().await;
    let body = json!({ "object": "page", "entry": [] }).to_string();
    let proof = format!("sha256={}", hex::encode(sha256(&body)));
    let send = async |proof: &str| {
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", proof)];
        app.request(Method::POST, "/webhooks/facebook", &headers, &body).await.status
    };
    assert_eq!(send(&proof).await, StatusCode::OK);
    assert_eq!(send(&proof.replace("sha256=", "sha256=00")).await, StatusCode::FORBIDDEN);
    assert_eq!(send("").await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_only_where_it_may_be_signed() {
    let app = app().await;
    let send = async |path: &str, headers: &[(&str, &str)], body: &str| {
        app.request(Method::POST, path, headers, body).await.status
    };
    let delivery =
        |bytes: usize| json!({ "object": "page", "entry": [], "more": "m".repeat(bytes) }).to_string();
    for (bytes, status) in [(3 << 20, StatusCode::OK), (5 << 20, StatusCode::PAYLOAD_TOO_LARGE)] {
        let body = delivery(bytes);
        let proof = format!("sha256={}", hex::encode(sha256(&body)));
        let headers = [("content-type", "application/json"), ("x-hub-signature-256", proof.as_str())];
        assert_eq!(send("/webhooks/facebook", &headers, &body).await, status, "{bytes}");
    }
    let large = delivery(5 << 20);
    assert_eq!(send("/webhooks/facebook", &[], &large).await, StatusCode::FORBIDDEN, "nothing is signed");
    assert_eq!(send("/webhooks/bluesky", &[], &large).await, StatusCode::NOT_FOUND, "nobody sends that");
    let form = format!("signed_request={}", "a".repeat(17 << 10));
    for path in ["/webhooks/facebook/deauthorize", "/webhooks/facebook/data-deletion"] {
        assert_eq!(send(path, &FORM, &form).await, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    assert_eq!(send("/webhooks/x/deauthorize", &FORM, &form).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_asks_for_deletion_gets_a_page_that_says_how_it_stands() {
    let app = app().await;
    let now = jiff::Timestamp::UNIX_EPOCH.as_second();
    let payload = json!({ "algorithm": "HMAC-SHA256", "issued_at": now, "user_id": "218471" }).to_string();
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let proof = URL_SAFE_NO_PAD.encode(sha256(&payload));
    let form = format!("signed_request={proof}.{payload}");
    let left = app.request(Method::POST, "/webhooks/facebook/deauthorize", &FORM, &form).await;
    assert_eq!((left.status, left.text()), (StatusCode::OK, String::new()));
    let answer = app.request(Method::POST, "/webhooks/facebook/data-deletion", &FORM, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let said = answer.json();
    let code = said["confirmation_code"].as_str().expect("a code");
    let path = format!("/webhooks/facebook/data-deletion/{code}");
    assert_eq!(said["url"], format!("http://127.0.0.1:8080{path}"));
    let page = app.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("No sign-in of yours from Facebook was found here"), "{}", page.text());
    assert!(!page.text().contains("218471"));
    assert_eq!(app.get("/webhooks/facebook/data-deletion/guessed").await.status, StatusCode::NOT_FOUND);
    let forged =
        app.request(Method::POST, "/webhooks/facebook/data-deletion", &FORM, "signed_request=a.b").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_guide_names_the_addresses_to_register() {
    let app = app().await;
    let (owner, home) = app.owner().await;
    let page = owner.get(&format!("{home}/connections")).await.text().to_owned();
    for (id, path) in [
        ("callback-facebook", "/oauth/facebook/callback"),
        ("webhook-facebook", "/webhooks/facebook"),
        ("deauthorize-facebook", "/webhooks/facebook/deauthorize"),
        ("deletion-facebook", "/webhooks/facebook/data-deletion"),
        ("webhook-x", "/webhooks/x"),
    ] {
        assert!(page.contains(&format!("<code id=\"{id}\">http://127.0.0.1:8080{path}</code>")), "{page}");
    }
    assert!(!page.contains("webhook-bluesky") && !page.contains("deletion-x"), "{page}");
}
