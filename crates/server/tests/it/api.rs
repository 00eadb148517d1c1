//! What holds for every API call.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_token_says_who_it_is() {
    let app = TestApp::new().await;
    let (made, token) = app.stranger("ada@example.com", Role::Editor).await;
    let me = app.api(Method::GET, "/api/v1/me", &token, None).await.json();
    assert_eq!(me["workspace"], made.workspace.id.to_string());
    assert_eq!(me["role"], "editor");
    assert!(me["token"].as_str().expect("token").starts_with("tok_"));
}

#[tokio::test]
async fn what_is_not_json_is_refused_with_its_position() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let bearer = format!("Bearer {token}");
    let send = |body: &'static str| {
        let (app, bearer) = (&app, bearer.as_str());
        let headers = vec![("authorization", bearer), ("content-type", "application/json; charset=utf-8")];
        async move { app.request(Method::PATCH, "/api/v1/workspace", &headers, body).await }
    };
    for body in ["{\"name\":\n  oops}", "", "{\"name\":\"a\"} x", "{\"name\":\"\\ud800\"}"] {
        let answer = send(body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {}", answer.text());
        assert_eq!(answer.json()["code"], "malformed_json");
        assert!(answer.json()["detail"].as_str().expect("detail").contains("line "), "{}", answer.text());
    }
    let misfit = send("{\"name\": 5}").await;
    assert_eq!(misfit.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(misfit.json()["errors"][0]["field"], "name");
    let unknown = send("{\"nmae\": \"x\"}").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.text().contains("nmae"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let text = app.request(Method::PATCH, "/api/v1/workspace", &headers, "{}").await;
    assert_eq!(text.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn twenty_megabytes_of_json_are_refused_and_change_nothing() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let name = "x".repeat(20 << 20);
    let request = Request::patch("/api/v1/workspace")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(json!({ "name": name }).to_string()))
        .expect("request");
    let answer = app.send(request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let problem = answer.json();
    assert_eq!(problem["code"], "too_large");
    assert_eq!(problem["errors"][0]["limit"], 1 << 20);
    let workspace = app.api(Method::GET, "/api/v1/workspace", &token, None).await.json();
    assert_eq!(workspace["name"], "Elsewhere");
}

#[tokio::test]
async fn a_change_names_all_wrong_fields_and_makes_no_half_change() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let body = json!({ "name": "New", "timezone": "Mars/Base", "grace_s": 0 });
    let answer = app.api(Method::PATCH, "/api/v1/workspace", &token, Some(body)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = answer.json();
    let fields: Vec<_> = problem["errors"].as_array().expect("errors").iter().map(|e| &e["field"]).collect();
    assert_eq!(fields, ["timezone", "grace_s"]);
    let workspace = app.api(Method::GET, "/api/v1/workspace", &token, None).await.json();
    assert_eq!(workspace["name"], "Elsewhere");
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let read = app.api(Method::GET, "/api/v1/workspace", &token, None).await;
    let tag = read.header("etag").to_owned();
    let change = |name: &str| Some(json!({ "name": name }));
    let patch = |tag: String, body| {
        let (app, token) = (&app, token.as_str());
        async move { app.api_with(Method::PATCH, "/api/v1/workspace", token, &[("if-match", &tag)], body).await }
    };
    assert_eq!(patch(tag.clone(), change("First")).await.status, StatusCode::OK);
    let stale = patch(tag, change("Second")).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(stale.json()["code"], "stale");
    assert_eq!(patch("nonsense".into(), change("Third")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_and_does_nothing() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let key = [("idempotency-key", "k-1")];
    let post = |body| {
        let (app, token) = (&app, token.as_str());
        async move { app.api_with(Method::POST, "/api/v1/tokens", token, &key, Some(body)).await }
    };
    let first = post(json!({ "name": "CI", "role": "editor" })).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let again = post(json!({ "name": "CI", "role": "editor" })).await;
    assert_eq!((again.status, again.text()), (StatusCode::CREATED, first.text()));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = post(json!({ "name": "CD", "role": "editor" })).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["errors"][0]["code"], "key_reused");
    let tokens = app.api(Method::GET, "/api/v1/tokens", &token, None).await.json();
    assert_eq!(tokens["items"].as_array().expect("items").len(), 2, "the test's own and one more");

    let (_, stranger) = app.stranger("eve@example.com", Role::Owner).await;
    let body = Some(json!({ "name": "CI", "role": "editor" }));
    let theirs = app.api_with(Method::POST, "/api/v1/tokens", &stranger, &key, body).await;
    assert_eq!(theirs.status, StatusCode::CREATED, "the same key of another caller is another key");
    assert_ne!(theirs.text(), first.text());
}

#[tokio::test]
async fn a_refusal_with_a_key_is_repeated_as_well() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let key = [("idempotency-key", "k-1")];
    let body = || Some(json!({ "name": "", "role": "editor" }));
    let first = app.api_with(Method::POST, "/api/v1/tokens", &token, &key, body()).await;
    let again = app.api_with(Method::POST, "/api/v1/tokens", &token, &key, body()).await;
    assert_eq!(first.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(first.header("content-type"), "application/problem+json");
    assert_eq!((again.status, again.text()), (first.status, first.text()));
}

#[tokio::test]
async fn a_browser_with_several_workspaces_names_one() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let cookie = format!("carillon_session={}", browser.cookie("carillon_session").expect("session"));
    let only = app.request(Method::GET, "/api/v1/me", &[("cookie", &cookie)], "").await;
    assert_eq!(only.json()["workspace"], home.trim_start_matches("/w/"));
    let user = only.json()["user"].as_str().expect("user").parse().expect("id");
    let second = carillon_engine::people::NewWorkspace { name: "Second".into(), timezone: "UTC".into() };
    let second = app.people().create_workspace(user, second).await.expect("made");
    let unclear = app.request(Method::GET, "/api/v1/me", &[("cookie", &cookie)], "").await;
    assert_eq!(unclear.status, StatusCode::UNPROCESSABLE_ENTITY);
    let id = second.id.to_string();
    let named = [("cookie", cookie.as_str()), ("carillon-workspace", id.as_str())];
    assert_eq!(app.request(Method::GET, "/api/v1/me", &named, "").await.json()["workspace"], id);
}

#[tokio::test]
async fn limits_count_each_token_by_itself() {
    let app = TestApp::with(&[("limits.requests_per_minute", "3")]).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let from = |n: u8| format!("203.0.113.{n}:1");
    let call = |n: u8| {
        let (app, token) = (&app, token.clone());
        async move {
            let mut request = Request::get("/api/v1/me")
                .header("authorization", format!("Bearer {token}"))
                .body(Body::empty())
                .expect("request");
            let peer: std::net::SocketAddr = from(n).parse().expect("address");
            request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
            app.send(request).await.status
        }
    };
    for n in 0..3 {
        assert_eq!(call(n).await, StatusCode::OK);
    }
    assert_eq!(call(4).await, StatusCode::TOO_MANY_REQUESTS, "from many addresses it is still one token");
}
