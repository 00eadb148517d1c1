//! What holds for every request, whatever its route.

use axum::http::{Method, StatusCode};
use carillon_store::testing::TestDb;

use crate::support::TestApp;

#[tokio::test]
async fn an_unknown_page_is_a_page_with_a_reference() {
    let app = TestApp::new().await;
    let answer = app.get("/no/such/page").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text().contains("Nothing here"));
    assert!(answer.text().contains(answer.header("x-request-id")));
}

#[tokio::test]
async fn a_failure_says_what_to_do_and_leads_back() {
    let app = TestApp::new().await;
    let from = |referer: &'static str| {
        let app = &app;
        let headers = [("host", "127.0.0.1:8080"), ("referer", referer)];
        async move { app.request(Method::GET, "/no/such/page", &headers, "").await.text() }
    };
    let page = from("http://127.0.0.1:8080/settings/profile?a=b").await;
    assert!(page.contains("The address may be mistyped") && page.contains("Back to the start"), "{page}");
    assert!(page.contains("href=\"/settings/profile?a=b\""), "{page}");
    assert!(!page.contains("href=\"/no/such/page\""), "it would be missing again: {page}");
    for elsewhere in ["https://evil.example/settings", "http://127.0.0.1:8080/no/such/page"] {
        let page = from(elsewhere).await;
        assert!(!page.contains("Back to the page before") && !page.contains("evil"), "{page}");
    }
}

#[tokio::test]
async fn what_breaks_on_our_side_can_be_tried_again() {
    let db = TestDb::sqlite().await;
    db.refuse_updates("users", "single_keys").await;
    let app = TestApp::on(db, &[]).await;
    let (browser, _) = app.owner().await;
    let broken = browser.post("/settings/keys", &[("wants", "no")]).await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    let page = broken.text();
    assert!(page.contains("Something broke") && page.contains("tell whoever runs this Carillon"), "{page}");
    assert!(page.contains(broken.header("x-request-id")) && !page.contains("refused by the test"), "{page}");
    assert!(!page.contains(">Try again</a>"), "a form is not sent twice by a link: {page}");
}

#[tokio::test]
async fn an_unknown_api_address_is_a_problem() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/nothing").await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["code"], "not_found");
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    for member in ["type", "title", "detail", "errors"] {
        assert!(problem.get(member).is_some(), "{member}");
    }
}

#[tokio::test]
async fn a_wrong_method_says_which_ones_there_are() {
    let answer = TestApp::new().await.request(Method::DELETE, "/api/openapi.json", &[], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.json()["code"], "method_not_allowed");
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_and_one_from_here_is_not() {
    let app = TestApp::new().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let send = |headers: Vec<(&'static str, &'static str)>| {
        let app = &app;
        async move { app.request(Method::POST, "/preferences/theme", &headers, "theme=dark&back=/").await }
    };
    let host = ("host", "127.0.0.1:8080");
    let foreign =
        send(vec![form, host, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(foreign.text().contains("another site"));
    let foreign_without_fetch_metadata = send(vec![form, host, ("origin", "http://evil.example")]).await;
    assert_eq!(foreign_without_fetch_metadata.status, StatusCode::FORBIDDEN);
    let own =
        send(vec![form, host, ("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")]).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    let own_on_a_lan =
        send(vec![form, ("host", "192.168.1.5:8080"), ("origin", "http://192.168.1.5:8080")]).await;
    assert_eq!(own_on_a_lan.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_look_is_kept_in_a_cookie_that_is_secure_only_over_https() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let plain = TestApp::new()
        .await
        .request(Method::POST, "/preferences/theme", &form, "theme=dark&back=//evil")
        .await;
    assert_eq!(plain.header("location"), "/");
    assert!(plain.header("set-cookie").starts_with("carillon_theme=dark;"));
    assert!(!plain.header("set-cookie").contains("Secure"));
    let https = TestApp::with(&[("server.public_url", "https://carillon.example.com")]).await;
    let secure = https.request(Method::POST, "/preferences/theme", &form, "theme=dark").await;
    assert!(secure.header("set-cookie").contains("Secure"));
    let page = https.request(Method::GET, "/nothing", &[("cookie", "a=b; carillon_theme=dark")], "").await;
    assert!(page.text().contains("data-bs-theme=\"dark\""));
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let app = TestApp::with(&[("limits.requests_per_minute", "5")]).await;
    for _ in 0..5 {
        assert_eq!(app.get("/api/openapi.json").await.status, StatusCode::OK);
    }
    let refused = app.get("/api/openapi.json").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.json()["code"], "too_many_requests");
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=12).contains(&seconds), "{seconds}");
    app.clock.advance(std::time::Duration::from_secs(seconds));
    assert_eq!(app.get("/api/openapi.json").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_clients_address_comes_from_a_proxy_only_when_it_is_trusted() {
    let spread = |trust: &'static str| async move {
        let app = TestApp::with(&[("limits.requests_per_minute", "2"), ("server.trust_proxy", trust)]).await;
        let mut last = StatusCode::OK;
        for n in 0..4 {
            let from = format!("203.0.113.9, 198.51.100.{n}");
            last =
                app.request(Method::GET, "/api/openapi.json", &[("x-forwarded-for", &from)], "").await.status;
        }
        last
    };
    assert_eq!(spread("true").await, StatusCode::OK);
    assert_eq!(spread("false").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_want_it() {
    let app = TestApp::new().await;
    for encoding in ["br", "gzip"] {
        let answer = app.request(Method::GET, "/nothing", &[("accept-encoding", encoding)], "").await;
        assert_eq!(answer.header("content-encoding"), encoding);
    }
    assert_eq!(app.get("/nothing").await.header("content-encoding"), "");
}

#[tokio::test]
async fn metrics_want_their_token() {
    let app = TestApp::with(&[("metrics.token", "let-me-count")]).await;
    assert_eq!(app.get("/metrics").await.status, StatusCode::FORBIDDEN);
    let answer = app.request(Method::GET, "/metrics", &[("authorization", "Bearer let-me-count")], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    for line in [
        "carillon_oldest_overdue_seconds 0",
        "carillon_publications_held 0",
        "carillon_publications_unconfirmed 0",
        "# TYPE carillon_breaker_open gauge",
    ] {
        assert!(answer.text().lines().any(|l| l == line), "{line}: {}", answer.text());
    }
    assert_eq!(TestApp::new().await.get("/metrics").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn plain_http_on_a_lan_works_and_warns() {
    let lan = TestApp::with(&[("server.listen", "0.0.0.0:8080")]).await;
    assert!(lan.get("/nothing").await.text().contains("unencrypted"));
    let local = TestApp::new().await;
    assert!(!local.get("/nothing").await.text().contains("unencrypted"));
    let proxied =
        TestApp::with(&[("server.listen", "0.0.0.0:8080"), ("server.public_url", "https://c.example.com")])
            .await;
    assert!(!proxied.get("/nothing").await.text().contains("unencrypted"));
}

#[tokio::test]
async fn readiness_tells_of_database_and_schema() {
    let app = TestApp::new().await;
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    let told = ready.json();
    assert_eq!(told["status"], "ok");
    assert_eq!(told["migrations"]["current"], true);
    assert_eq!(told["oldest_overdue_seconds"], 0);
    assert_eq!((&told["held"], &told["unconfirmed"]), (&0.into(), &0.into()));
    app.engine.db.close().await;
    let gone = app.get("/readyz").await;
    assert_eq!(gone.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gone.json()["database"], "unreachable");
    assert_eq!(app.get("/healthz").await.text(), "ok");
}
