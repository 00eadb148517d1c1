//! Connecting that does not succeed: servers that are none, and callbacks that nobody asked for. Each is answered clearly,
//! and nothing half-done is left.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_connectors::kit::egress::{Egress, Lookup};
use carillon_connectors::kit::wire::Wire;
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_domain::permission::Role;
use carillon_server::ambient::SystemClock;
use carillon_store::testing::TestDb;
use carillon_store::{Executor, Stmt};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::desk::{BUSY, Desk};
use crate::support::{Answer, Browser, TestApp};

/// Names that the test's web knows; all else does not exist.
struct Names;

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let known = match host {
            "inside.example" => "10.0.0.5",
            "metadata.example" => "169.254.169.254",
            "mapped.example" => "::ffff:192.168.1.1",
            _ => return Err(io::Error::other("no such name")),
        };
        Ok(vec![known.parse().expect("an address")])
    }
}

/// A web server of somebody who never heard of Mastodon.
async fn page(uri: Uri) -> Response {
    match uri.path() {
        path if path.starts_with("/api") => {
            (StatusCode::NOT_FOUND, "<html>Nothing here</html>").into_response()
        }
        _ => "<html>A shop for bells</html>".into_response(),
    }
}

async fn listen(router: axum::Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

async fn nothing_is_left(app: &TestApp, token: &str) {
    let accounts = app.api(Method::GET, "/api/v1/accounts", token, None).await.json();
    assert_eq!(accounts["items"], json!([]));
    for table in ["connect_attempts", "app_registrations", "grants"] {
        let sql = format!("select 1 as one from {table}").leak();
        let rows = app.engine.db.fetch_all(Stmt { name: "test.left", sql }, Vec::new()).await;
        assert!(rows.expect("read").is_empty(), "something is left in {table}");
    }
}

#[tokio::test]
async fn a_server_that_is_none_is_named_in_the_answer() {
    let nets = ["127.0.0.0/8"].map(|net| net.parse().expect("a net"));
    let wire = Wire::new(Egress::new(nets).with_lookup(Arc::new(Names)), Arc::new(SystemClock::new()));
    let wire = Arc::new(wire.expect("a client"));
    let flags = [BUSY[0], BUSY[1], ("egress.allow", "127.0.0.0/8")];
    let (app, _) = TestApp::networked_on(TestDb::sqlite().await, &flags, |_| wire).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let shop = listen(axum::Router::new().fallback(page)).await;
    let moved = axum::Router::new().fallback(|| async { Redirect::permanent("https://bells.example/new") });
    let moved = listen(moved).await;
    let gone =
        TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let browser = app.browser();
    browser.sign_in("ada@example.com", crate::support::OWNER.1).await;
    let home = browser.get("/").await.header("location").to_owned();

    for (server, code, says) in [
        (format!("127.0.0.1:{gone}"), "server_down", "does not answer"),
        ("nowhere.example".to_owned(), "server_down", "does not answer"),
        (format!("127.0.0.1:{shop}"), "not_mastodon", "is not a Mastodon server"),
        (format!("127.0.0.1:{moved}"), "redirects_elsewhere", "bells.example"),
        ("inside.example".to_owned(), "address_forbidden", "allow"),
        ("metadata.example".to_owned(), "address_forbidden", "allow"),
        ("mapped.example".to_owned(), "address_forbidden", "allow"),
        ("https://10.0.0.5".to_owned(), "invalid_server", "egress.allow"),
        ("ftp://social.example".to_owned(), "invalid_server", "ftp"),
        ("http://ada:secret@social.example".to_owned(), "invalid_server", "password"),
        ("two words".to_owned(), "invalid_server", "two words"),
    ] {
        let body = json!({ "server": server });
        let answer = app.api(Method::POST, "/api/v1/connect/mastodon", &token, Some(body)).await;
        assert!(answer.status.is_client_error() || answer.status == StatusCode::BAD_GATEWAY, "{server}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{server}");
        let problem = answer.json();
        let error = &problem["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!("server"), &json!(code)),
            "{server}: {problem}"
        );
        assert!(problem["detail"].as_str().is_some_and(|d| d.contains(says)), "{server}: {problem}");
        assert!(!problem.to_string().contains("secret"), "{problem}");

        let page = browser.post(&format!("{home}/connect/mastodon"), &[("server", server.as_str())]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{server}");
        assert!(
            page.text().contains("field-error") && page.text().contains("aria-invalid"),
            "{}",
            page.text()
        );
        nothing_is_left(&app, &token).await;
    }
}

/// Begins to connect in a browser, and gives where the network sends it back to.
async fn visited(desk: &Desk, owner: &Browser<'_>, decision: Decision) -> String {
    let form = [("server", "social.mastodon.localhost")];
    let begun = owner.post(&format!("{}/connect/mastodon", desk.home), &form).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
    let page = begun.header("location").parse().expect("an address");
    let back = browser::walk(&desk.sandbox, &page, PERSONAS[0].key, decision).await.expect("an answer");
    format!("{}?{}", back.path(), back.query().expect("a state"))
}

async fn connected(desk: &Desk) -> usize {
    let accounts = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    let items = accounts["items"].as_array().expect("items");
    items.iter().filter(|account| account["platform"] == "mastodon").count()
}

/// A page for people that says what happened and leads on; never a 500, never bare.
fn says(answer: &Answer, text: &str) {
    assert!(!answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.header("content-type"));
    let page = answer.text();
    assert!(page.contains(text) && page.contains("<a "), "{page}");
}

#[tokio::test]
async fn a_callback_that_nobody_asked_for_connects_nothing() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let back = visited(&desk, &owner, Decision::Allow).await;
    let (path, query) = back.split_once('?').expect("a query");
    let state = query.split('&').find_map(|pair| pair.strip_prefix("state=")).expect("a state");

    let unknown = "already used or is not ours";
    says(&owner.get(&back.replace(state, &"0".repeat(state.len()))).await, unknown);
    says(&owner.get(path).await, unknown);
    says(&owner.get(&format!("{path}?state={}", "9".repeat(30_000))).await, unknown);
    says(&owner.get(&back.replace("/mastodon/", "/bluesky/")).await, unknown);
    assert_eq!(owner.get(&back.replace("/mastodon/", "/myspace/")).await.status, StatusCode::NOT_FOUND);
    says(&desk.app.browser().get(&back).await, "another browser");
    assert_eq!(connected(&desk).await, 0);

    let done = owner.get(&back).await;
    assert_eq!(done.header("location"), format!("{}/connections?connected", desk.home), "{}", done.text());
    assert_eq!(connected(&desk).await, 1);
    says(&owner.get(&back).await, unknown);
    assert_eq!(connected(&desk).await, 1, "a replay changes nothing");
}

#[tokio::test]
async fn a_callback_that_comes_too_late_says_so() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let back = visited(&desk, &owner, Decision::Allow).await;
    desk.app.clock.advance(std::time::Duration::from_secs(15 * 60 + 1));
    says(&owner.get(&back).await, "took too long");
    assert_eq!(connected(&desk).await, 0);
}

#[tokio::test]
async fn a_login_that_the_person_refused_says_so_and_leads_back() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let back = visited(&desk, &owner, Decision::Refuse).await;
    let answer = owner.get(&back).await;
    says(&answer, "Not connected");
    assert!(answer.text().contains(&format!("href=\"{}/connections", desk.home)), "{}", answer.text());
    assert_eq!(connected(&desk).await, 0);
    says(&owner.get(&back).await, "already used or is not ours");
}

#[tokio::test]
async fn a_refusal_in_a_pop_up_is_told_by_the_page_behind_it() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let form = [("server", "social.mastodon.localhost"), ("popup", "1")];
    let begun = owner.post(&format!("{}/connect/mastodon", desk.home), &form).await;
    let page = begun.header("location").parse().expect("an address");
    let back =
        browser::walk(&desk.sandbox, &page, PERSONAS[0].key, Decision::Refuse).await.expect("an answer");
    let answer = owner.get(&format!("{}?{}", back.path(), back.query().expect("a state"))).await;
    let told = answer.header("location");
    assert!(told.starts_with(&format!("{}/connections?popup&failed=", desk.home)), "{told}");
    let page = owner.get(&told.replace("popup&", "")).await;
    assert!(page.text().contains("Not connected: "), "{}", page.text());
    assert_eq!(connected(&desk).await, 0);
    let stranger = owner.get(&format!("{}/connections?failed=nobody", desk.home)).await;
    assert_eq!(stranger.status, StatusCode::OK);
    assert!(!stranger.text().contains("Not connected"), "{}", stranger.text());
}

#[tokio::test]
async fn what_a_callback_brings_can_not_become_markup() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let back = visited(&desk, &owner, Decision::Refuse).await;
    let (path, query) = back.split_once('?').expect("a query");
    let state = query.split('&').find(|pair| pair.starts_with("state=")).expect("a state");
    let evil = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let answer = owner.get(&format!("{path}?{state}&error={evil}&error_description={evil}")).await;
    says(&answer, "Not connected");
    assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
}

#[tokio::test]
async fn an_unknown_account_is_named_where_it_is_used() {
    let desk = Desk::new().await;
    for unknown in ["acct_01h455vb4pex5vsknk084sn02q", "post_01h455vb4pex5vsknk084sn02q", "nobody", ""] {
        let body = json!({ "text": "Hello", "accounts": [desk.account, unknown], "status": "now" });
        for path in ["/api/v1/posts", "/api/v1/posts/check"] {
            let answer = desk.call(Method::POST, path, Some(body.clone())).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path} {unknown}: {}",
                answer.text()
            );
            let problem: Value = answer.json();
            let field = problem["errors"][0]["field"].as_str().expect("a field");
            assert_eq!(field, "accounts.1", "{path} {unknown}: {problem}");
        }
    }
    desk.work().await;
    assert_eq!(desk.public("Hello"), 0, "not even on the account that is there");
}
