//! Reading accounts by API and on the pages.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fault, FaultKind, Sandbox, When};
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use carillon_engine::Actor;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::connect::{self, Begun, ConnectRequest};
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::usecase::{accounts, horizon};
use serde_json::Value;

use crate::support::TestApp;

fn owner(workspace: WorkspaceId) -> Actor {
    Actor {
        workspace,
        role: Role::Owner,
        user: None,
        token: None,
        timezone: "UTC".into(),
        session_hash: None,
    }
}

/// Connects the first persona's account.
pub async fn connected(app: &TestApp, sandbox: &Sandbox, workspace: WorkspaceId) -> AccountId {
    let login = sandbox.login("bluesky", &PERSONAS[0]).expect("login");
    let request = ConnectRequest {
        server: login.server.as_deref().map(|s| s.parse().expect("url")),
        identifier: Some(login.identifier),
        app_password: Some(Secret::new(login.app_password)),
        ..ConnectRequest::default()
    };
    match connect::begin(&app.engine, &owner(workspace), "bluesky", request).await.expect("connects") {
        Begun::Connected { accounts, .. } => accounts[0].id,
        Begun::Redirect { .. } => panic!("app passwords connect at once"),
    }
}

pub async fn work(app: &TestApp) {
    let runner = Runner::new(Arc::clone(&app.engine), RunnerConfig::default());
    runner.run_due(100).await.expect("runs");
}

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().expect("items")
}

#[tokio::test]
async fn an_account_is_read_by_api() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = connected(&app, &sandbox, made.workspace.id).await;
    let (here, sync) = (format!("/api/v1/accounts/{account}"), format!("/api/v1/accounts/{account}/sync"));
    let before = app.api(Method::GET, &here, &token, None).await.json();
    assert_eq!(before["numbers"]["followers"]["value"], Value::Null);
    assert_eq!(before["numbers"]["followers"]["as_of"], Value::Null);

    let asked = app.api(Method::POST, &sync, &token, None).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let asked = asked.json();
    assert_eq!((asked["state"].as_str(), asked["reason"].as_str()), (Some("queued"), Some("connected")));
    work(&app).await;

    let after = app.api(Method::GET, &here, &token, None).await.json();
    let followers = &after["numbers"]["followers"];
    assert_eq!(followers["value"], PERSONAS[0].followers_at("bluesky", app.clock.now()));
    assert_eq!(
        (followers["unit"].as_str(), followers["definition"].as_str()),
        (Some("accounts"), Some("followers@1"))
    );
    assert_eq!(followers["sources"], serde_json::json!(["bluesky:followersCount"]));
    assert_eq!(followers["as_of"], after["health"]["synced_at"]);
    assert_eq!(after["numbers"]["posts"]["value"], 0, "nothing was posted, and the network says so");

    app.clock.advance(std::time::Duration::from_secs(60));
    let again = app.api(Method::POST, &sync, &token, None).await.json();
    assert_ne!(again["id"], asked["id"]);
    assert!(again["requested_by"].as_str().is_some_and(|by| by.starts_with("tok_")), "{again}");
    let fault = Fault::once("bluesky", "getProfile", When::Before, FaultKind::RateLimit).reset(600);
    sandbox.world().faults().add(fault);
    work(&app).await;

    let log = app.api(Method::GET, "/api/v1/sync-runs?limit=2", &token, None).await.json();
    assert_eq!(items(&log).len(), 2);
    let next = log["next_cursor"].as_str().expect("there is more");
    let rest = app.api(Method::GET, &format!("/api/v1/sync-runs?cursor={next}"), &token, None).await.json();
    assert_eq!((items(&rest).len(), &rest["next_cursor"]), (1, &Value::Null));
    let partial = app.api(Method::GET, "/api/v1/sync-runs?state=partial", &token, None).await.json();
    let partial = &items(&partial)[0];
    assert_eq!(partial["id"], again["id"]);
    assert_eq!(partial["error"]["kind"], "rate_limited");
    assert!(partial["limited_until"].is_string());
    let of = app.api(Method::GET, &format!("/api/v1/sync-runs?account={account}"), &token, None).await.json();
    assert_eq!(items(&of).len(), 3);

    let (_, stranger) = app.stranger("eve@example.com", Role::Owner).await;
    assert_eq!(app.api(Method::POST, &sync, &stranger, None).await.status, StatusCode::NOT_FOUND);
    let theirs = app.api(Method::GET, "/api/v1/sync-runs", &stranger, None).await.json();
    assert!(items(&theirs).is_empty());
    for query in ["state=asleep", "account=post_01h455vb4pex5vsknk084sn02q", "cursor=x"] {
        let refused = app.api(Method::GET, &format!("/api/v1/sync-runs?{query}"), &token, None).await;
        assert!(refused.status.is_client_error(), "{query}: {}", refused.text());
    }
}

#[tokio::test]
async fn connecting_and_syncing_have_a_smaller_budget() {
    let app = TestApp::with(&[("limits.sensitive_requests_per_minute", "3")]).await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let post = |path: &'static str| {
        let (app, token) = (&app, token.clone());
        async move { app.api(Method::POST, path, &token, Some(serde_json::json!({}))).await }
    };
    let sync = "/api/v1/accounts/acct_01h455vb4pex5vsknk084sn02q/sync";
    assert_eq!(post("/api/v1/connect/mastodon").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post(sync).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post("/api/v1/connect/bluesky").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in [sync, "/api/v1/connect/x", "/api/v1/connect/grants/grant_01h455vb4pex5vsknk084sn02q/targets"]
    {
        let refused = post(path).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}: {}", refused.text());
        assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|s| (1..=60).contains(&s)));
    }
    for path in ["/api/v1/me", "/api/v1/sync-runs", "/api/v1/accounts"] {
        assert_eq!(app.api(Method::GET, path, &token, None).await.status, StatusCode::OK, "{path}");
    }
    app.clock.advance(std::time::Duration::from_secs(21));
    assert_eq!(post(sync).await.status, StatusCode::NOT_FOUND, "one more after a third of a minute");
}

#[tokio::test]
async fn an_account_has_a_page_that_follows_its_reading() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = connected(&app, &sandbox, workspace).await;
    let (page, list) = (format!("{home}/accounts/{account}"), format!("{home}/connections"));
    for (path, unread) in [(&page, "Not read yet"), (&list, "numbers not read yet")] {
        let reading = browser.get(path).await;
        assert_eq!(reading.status, StatusCode::OK, "{}", reading.text());
        let text = reading.text();
        assert!(text.contains("state-queued") && text.contains(unread), "{text}");
        assert!(!text.contains("id=\"growth\""), "nobody looked yet: {text}");
        assert!(
            text.contains(&format!("sse-connect=\"{home}/events?after=")) && text.contains("every 5s"),
            "{text}"
        );
    }
    let post = PostInput {
        text: "Ours & <b>bold</b>".into(),
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let post = posts::create(&app.engine, &owner(workspace), post).await.expect("post").id();
    work(&app).await;
    app.clock.advance(std::time::Duration::from_secs(60));

    let sync = format!("{page}/sync");
    let asked = browser.post(&sync, &[("back", &list)]).await;
    assert_eq!((asked.status, asked.header("location")), (StatusCode::SEE_OTHER, list.as_str()));
    let elsewhere = browser.post(&sync, &[("back", "https://evil.example/")]).await;
    assert_eq!(elsewhere.header("location"), "/");
    work(&app).await;

    let text = browser.get(&page).await.text();
    assert!(!text.contains("Your daily cap"), "Bluesky has none, and nobody set one: {text}");
    let followers = PERSONAS[0].followers_at("bluesky", app.clock.now());
    assert!(text.contains(&format!("<data class=\"num\" value=\"{followers}\"")), "{text}");
    assert!(
        text.contains("Ours &#38; &#60;b&#62;bold") && text.contains(&format!("{home}/posts/{post}")),
        "{text}"
    );
    assert!(text.contains("state-done") && !text.contains("every 5s"), "{text}");
    assert!(text.contains("id=\"growth\"") && text.contains("Followers in 30 days"), "{text}");
    assert!(text.contains("A day that this needs was not looked at."), "it is connected since today: {text}");
    let column = format!("<a href=\"{page}?sort=likes#posts\">Likes</a>");
    assert!(text.contains(&column) && !text.contains("aria-sort"), "{text}");
    let sorted = browser.get(&format!("{page}?sort=likes")).await.text();
    assert!(
        sorted.contains(&format!("aria-sort=\"descending\"><a href=\"{page}#posts\">Likes</a>")),
        "{sorted}"
    );
    assert!(!browser.get(&format!("{page}?sort=nothing")).await.text().contains("aria-sort"));
    let text = browser.get(&list).await.text();
    assert!(text.contains(&page) && text.contains(&sync) && text.contains("followers"), "{text}");

    let patch = accounts::AccountPatch { daily_cap: Some(Some(3)), ..accounts::AccountPatch::default() };
    accounts::update(&app.engine, &owner(workspace), account, patch).await.expect("a cap");
    let text = browser.get(&page).await.text();
    assert!(text.contains("Your daily cap") && text.contains("1 of 3"), "{text}");

    app.clock.advance(std::time::Duration::from_secs(60));
    let fault = Fault::once("bluesky", "getAuthorFeed", When::Before, FaultKind::RateLimit).reset(600);
    sandbox.world().faults().add(fault);
    browser.post(&sync, &[]).await;
    work(&app).await;
    let text = browser.get(&page).await.text();
    assert!(text.contains("state-partial") && text.contains("It goes on by itself"), "{text}");
    assert!(text.contains("alert-warning") && text.contains("state-waiting"), "{text}");
}

#[tokio::test]
async fn an_account_tells_what_is_left_of_its_limits() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = connected(&app, &sandbox, made.workspace.id).await;
    let here = format!("/api/v1/accounts/{account}");
    let cap = serde_json::json!({ "caps": { "daily": 3 } });
    app.api(Method::PATCH, &here, &token, Some(cap)).await;
    let body = serde_json::json!({ "text": "Today", "accounts": [account.to_string()], "status": "now" });
    app.api(Method::POST, "/api/v1/posts", &token, Some(body)).await;
    let budget = |told: &Value| told["budgets"][0].clone();
    let told = budget(&app.api(Method::GET, &here, &token, None).await.json());
    let expected = serde_json::json!({
        "name": "own_daily", "used": 0, "planned": 1, "limit": 3, "resets_at": told["resets_at"],
    });
    assert_eq!(told, expected);
    assert!(told["resets_at"].is_string(), "{told}");
    work(&app).await;
    let told = budget(&app.api(Method::GET, &here, &token, None).await.json());
    assert_eq!((&told["used"], &told["planned"]), (&serde_json::json!(1), &serde_json::json!(0)), "{told}");
    let all = app.api(Method::GET, "/api/v1/accounts", &token, None).await.json();
    assert!(items(&all)[0].get("budgets").is_none(), "{all}");
}

#[tokio::test]
async fn a_login_that_ends_soon_shows_with_what_is_at_risk() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = connected(&app, &sandbox, made.workspace.id).await;
    work(&app).await;
    let here = format!("/api/v1/accounts/{account}");
    let before = app.api(Method::GET, &here, &token, None).await.json();
    assert_eq!(
        (&before["health"]["level"], &before["health"]["at_risk"]),
        (&"green".into(), &serde_json::json!([]))
    );
    let ends: jiff::Timestamp =
        before["health"]["login_ends_at"].as_str().and_then(|at| at.parse().ok()).expect("Bluesky says when");
    let after = ends + jiff::SignedDuration::from_hours(1);
    let input = PostInput {
        text: "After the login has ended".into(),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some(after.to_string()),
        ..PostInput::default()
    };
    let post = posts::create(&app.engine, &owner(made.workspace.id), input).await.expect("scheduled");
    app.clock.advance_to(ends - jiff::SignedDuration::from_hours(5 * 24));
    let near = app.api(Method::GET, "/api/v1/accounts", &token, None).await.json();
    let health = &items(&near)[0]["health"];
    assert_eq!((&health["level"], &health["code"]), (&"amber".into(), &"login_ends".into()), "{health}");
    assert!(health["reason"].as_str().is_some_and(|why| why.contains("login ends")), "{health}");
    assert_eq!(health["at_risk"], serde_json::json!([post.publications[0].id.to_string()]));
}

#[tokio::test]
async fn health_says_how_old_numbers_are_and_what_helps() {
    let (app, sandbox) = TestApp::networked(&[("features.scheduled_reading", "true")]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = connected(&app, &sandbox, workspace).await;
    let token = app.people().create_token_by_operator(workspace, "test", Role::Owner).await.expect("token");
    let token = token.secret.expose().to_owned();
    let (here, page) = (format!("/api/v1/accounts/{account}"), format!("{home}/accounts/{account}"));
    let hours = |n: u64| std::time::Duration::from_secs(n * 3600);
    let told = async || {
        let health = app.api(Method::GET, &here, &token, None).await.json()["health"].clone();
        let helps = health["action"].as_str().is_some_and(|action| action.ends_with('.'));
        assert_eq!(helps, health["level"] != "green", "{health}");
        (health["level"].as_str().expect("a level").to_owned(), health["code"].as_str().map(str::to_owned))
    };
    let is = |level: &str, code: Option<&str>| (level.to_owned(), code.map(str::to_owned));
    assert_eq!(told().await, is("green", None), "it is going to be read");
    app.clock.advance(hours(2));
    assert_eq!(told().await, is("red", Some("never_read")));
    assert!(browser.get(&page).await.text().contains("No new numbers"));
    work(&app).await;
    assert_eq!(told().await, is("green", None));
    assert!(browser.get(&page).await.text().contains("Up to date"));
    app.clock.advance(hours(25));
    assert_eq!(told().await, is("amber", Some("stale")));
    for url in [page.clone(), format!("{home}/connections")] {
        let text = browser.get(&url).await.text();
        assert!(text.contains("Needs a look") && text.contains("more than a day old"), "{text}");
    }
    // Its page was opened, which asks for a reading; it has been waiting for a node that works.
    work(&app).await;
    assert_eq!(told().await, is("green", None));
    let log = browser.get(&page).await.text();
    assert!(log.contains("Page opened") && log.contains("Posts wanted"), "{log}");
}

#[tokio::test]
async fn posts_at_risk_are_listed_with_the_accounts() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = connected(&app, &sandbox, workspace).await;
    let list = format!("{home}/connections");
    assert!(!browser.get(&list).await.text().contains("Posts at risk"));
    let row = accounts::get(&app.engine, &owner(workspace), account).await.expect("account");
    let outlooks = horizon::outlooks(&app.engine, &owner(workspace), &[row]).await.expect("looked");
    let ends = outlooks[0].login_ends_at.expect("Bluesky says when");
    let input = PostInput {
        text: "After the login has ended".into(),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some((ends + jiff::SignedDuration::from_hours(1)).to_string()),
        ..PostInput::default()
    };
    let post = posts::create(&app.engine, &owner(workspace), input).await.expect("scheduled").id();
    let text = browser.get(&list).await.text();
    assert!(text.contains("Posts at risk") && text.contains(&format!("{home}/posts/{post}")), "{text}");
}
