//! Clients that go away before their answer comes: what they asked for is done all the same, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{InProcess, Sandbox};
use carillon_domain::permission::Role;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{Answer, TestApp};

/// So many calls in a row do not reach a limit.
const BUSY: [(&str, &str); 2] =
    [("limits.requests_per_minute", "100000"), ("limits.sensitive_requests_per_minute", "100000")];
/// Longest wait, counted in looks.
const LOOKS: usize = 5_000;

fn post(path: &str, token: &str, key: Option<&str>, body: &Value) -> Request<Body> {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    request.body(Body::from(body.to_string())).expect("request")
}

/// Asks again until the answer is another than "still running".
async fn settled(app: &TestApp, ask: impl Fn() -> Request<Body>) -> Answer {
    for _ in 0..LOOKS {
        let answer = app.send(ask()).await;
        if answer.status != StatusCode::CONFLICT {
            return answer;
        }
        assert_eq!(answer.json()["code"], "in_progress");
    }
    panic!("it never ended");
}

#[tokio::test]
async fn a_post_whose_client_hung_up_is_made_once_and_its_key_answers() {
    let app = TestApp::with(&BUSY).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    for looks in 1..40 {
        let (key, text) = (format!("key-{looks}"), format!("Bell {looks}"));
        let ask = || post("/api/v1/posts", &token, Some(&key), &json!({ "text": text, "status": "draft" }));
        let answered = app.hang_up(ask(), looks).await;
        let again = settled(&app, ask).await;
        assert_eq!(again.status, StatusCode::CREATED, "after {looks} looks: {}", again.text());
        let path = format!("/api/v1/posts?q=Bell%20{looks}&limit=100");
        let all = app.api(Method::GET, &path, &token, None).await.json();
        let made = all["items"].as_array().expect("items").iter().filter(|p| p["text"] == text).count();
        assert_eq!(made, 1, "after {looks} looks");
        if answered {
            return;
        }
    }
}

#[tokio::test]
async fn a_login_whose_browser_went_away_connects_the_account() {
    let (app, sandbox) = TestApp::networked(&BUSY).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    for looks in 1..60 {
        let body = json!({ "server": "social.mastodon.localhost" });
        let begun = app.api(Method::POST, "/api/v1/connect/mastodon", &token, Some(body)).await.json();
        let page = begun["authorize_url"].as_str().expect("an address").parse().expect("an address");
        let back = browser::walk(&sandbox, &page, PERSONAS[0].key, Decision::Allow).await.expect("consent");
        let back = format!("{}?{}", back.path(), back.query().expect("a code"));
        let answered = app.hang_up(Request::get(back).body(Body::empty()).expect("request"), looks).await;
        let path = format!("/api/v1/connect/{}", begun["connect_id"].as_str().expect("an id"));
        let mut status = Value::Null;
        for _ in 0..LOOKS {
            status = app.api(Method::GET, &path, &token, None).await.json();
            if status["status"] != "pending" {
                break;
            }
        }
        assert_eq!(status["status"], "connected", "after {looks} looks: {status}");
        if answered {
            return;
        }
    }
}

/// A way to the networks that can be held closed.
struct Gate {
    inner: InProcess,
    closed: watch::Receiver<bool>,
    reached: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Gate {
    fn admit(&self, call: &Call) -> Result<(), SendError> {
        self.inner.admit(call)
    }

    async fn send(&self, call: Call, window: Option<Duration>) -> Result<Reply, SendError> {
        let mut closed = self.closed.clone();
        self.reached.fetch_or(*closed.borrow(), Ordering::Relaxed);
        closed.wait_for(|closed| !closed).await.expect("the test goes on");
        self.inner.send(call, window).await
    }
}

async fn on_bluesky(app: &TestApp, sandbox: &Sandbox, token: &str) -> Value {
    let login = sandbox.login("bluesky", &PERSONAS[0]).expect("login");
    let body =
        json!({ "server": login.server, "identifier": login.identifier, "app_password": login.app_password });
    let account = app.api(Method::POST, "/api/v1/connect/bluesky", token, Some(body)).await;
    assert_eq!(account.status, StatusCode::OK, "{}", account.text());
    account.json()["id"].clone()
}

#[tokio::test]
async fn a_tick_runs_what_is_due_and_says_how_much() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = on_bluesky(&app, &sandbox, &token).await;
    let tick = async || app.api(Method::POST, "/api/v1/tick", &token, None).await;
    tick().await;
    let due = app.engine.clock.now() + carillon_domain::time::SignedDuration::from_mins(40);
    let body = json!({
        "text": "Woken for this", "accounts": [account], "status": "scheduled", "scheduled_at": due.to_string()
    });
    let made = app.api(Method::POST, "/api/v1/posts", &token, Some(body)).await.json();
    assert_eq!(tick().await.json(), json!({ "ran": 0, "more": false }), "nothing is due yet");
    app.clock.advance_to(due);
    let answer = tick().await.json();
    assert!(answer["ran"].as_u64().is_some_and(|ran| ran > 0) && answer["more"] == false, "{answer}");
    let path = format!("/api/v1/posts/{}", made["id"].as_str().expect("an id"));
    assert_eq!(app.api(Method::GET, &path, &token, None).await.json()["status"], "published");
    let (_, reader) = app.stranger("bob@example.com", Role::Analyst).await;
    let refused = app.api(Method::POST, "/api/v1/tick", &reader, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_tick_answers_in_time_and_goes_on() {
    let (open, closed) = watch::channel(false);
    let reached = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&reached);
    let way = |inner| Arc::new(Gate { inner, closed, reached }) as Arc<dyn Transport>;
    let flags = [BUSY[0], ("server.request_timeout_s", "1")];
    let (app, sandbox) = TestApp::networked_over(&flags, way).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = on_bluesky(&app, &sandbox, &token).await;
    let body = json!({ "text": "Slow bell", "accounts": [account], "status": "now" });
    let made = app.api(Method::POST, "/api/v1/posts", &token, Some(body)).await.json();
    open.send_replace(true);

    let answer = app.api(Method::POST, "/api/v1/tick", &token, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["more"], true, "{}", answer.text());
    assert!(seen.load(Ordering::Relaxed), "it was on its way to the network");

    open.send_replace(false);
    let path = format!("/api/v1/posts/{}", made["id"].as_str().expect("an id"));
    let mut status = Value::Null;
    for _ in 0..LOOKS {
        status = app.api(Method::GET, &path, &token, None).await.json()["status"].clone();
        if status == "published" {
            break;
        }
    }
    assert_eq!(status, "published");
    let done = app.api(Method::POST, "/api/v1/tick", &token, None).await.json();
    assert_eq!(done["more"], false, "{done}");
    let public = sandbox.world().ledger().items();
    assert_eq!(public.iter().filter(|item| item.text == "Slow bell").count(), 1);
}
