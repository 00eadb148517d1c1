//! How well the networks work: what is told by API and on the page.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::permission::Role;
use carillon_engine::breaker::{Patience, Purpose};
use carillon_engine::usecase::accounts;
use serde_json::{Value, json};

use crate::reading::{self, connected};
use crate::support::TestApp;

const STATUS: &str = "/api/v1/network-status";

/// Until what follows from what was done is done, too.
async fn work(app: &TestApp) {
    for _ in 0..3 {
        reading::work(app).await;
    }
}

#[tokio::test]
async fn what_went_wrong_at_a_network_is_told() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let status = async || app.api(Method::GET, STATUS, &token, None).await.json()["items"].clone();
    assert_eq!(status().await, json!([]), "no accounts, no networks");

    let account = connected(&app, &sandbox, made.workspace.id).await;
    work(&app).await;
    let ask = async |fault: Option<Fault>| {
        app.clock.advance(std::time::Duration::from_secs(60));
        let sync = format!("/api/v1/accounts/{account}/sync");
        assert_eq!(app.api(Method::POST, &sync, &token, None).await.status, StatusCode::ACCEPTED);
        if let Some(fault) = fault {
            sandbox.world().faults().add(fault);
        }
        work(&app).await;
    };
    ask(Some(Fault::once("bluesky", "getProfile", When::Before, FaultKind::RateLimit).reset(60))).await;
    let publish = async |text: &str, fault: Option<Fault>| {
        if let Some(fault) = fault {
            sandbox.world().faults().add(fault);
        }
        let made = app
            .api(
                Method::POST,
                "/api/v1/posts",
                &token,
                Some(json!({ "text": text, "accounts": [account], "status": "now" })),
            )
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        work(&app).await;
    };
    publish("Bells", None).await;
    publish("Ropes", Some(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400)))
        .await;

    let told = status().await;
    let bluesky = &told[0];
    assert_eq!((told.as_array().map(Vec::len), &bluesky["platform"]), (Some(1), &Value::from("bluesky")));
    assert_eq!((&bluesky["accounts"], &bluesky["left_alone"]), (&json!(1), &json!([])));
    let reading = &bluesky["reading"];
    assert_eq!(
        (&reading["good"], &reading["all"], &reading["share"]),
        (&json!(2), &json!(2), &json!(10_000))
    );
    assert_eq!(reading["errors"], json!({ "rate_limited": 1 }), "it stopped before everything was there");
    let publishing = &bluesky["publishing"];
    assert_eq!(
        (&publishing["good"], &publishing["all"], &publishing["share"]),
        (&json!(1), &json!(2), &json!(5_000))
    );
    assert_eq!(publishing["errors"], json!({ "rejected": 1 }));
    assert!(publishing["last_good_at"].is_string());

    app.clock.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    let later = status().await;
    assert_eq!((&later[0]["reading"]["all"], &later[0]["publishing"]["share"]), (&json!(0), &Value::Null));

    let (_, stranger) = app.stranger("eve@example.com", Role::Owner).await;
    let theirs = app.api(Method::GET, STATUS, &stranger, None).await.json();
    assert_eq!(theirs["items"], json!([]));
}

#[tokio::test]
async fn the_page_says_what_works() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let path = format!("{home}/networks");
    assert!(browser.get(&path).await.text().contains("No networks yet"));
    let workspace = home.rsplit('/').next().expect("an id").parse().expect("an id");
    connected(&app, &sandbox, workspace).await;
    work(&app).await;
    let page = browser.get(&path).await.text();
    assert!(page.contains("Bluesky") && page.contains("Works") && page.contains("100"), "{page}");
    assert!(browser.get(&format!("{home}/connections")).await.text().contains(&format!("href=\"{path}\"")));

    // What is left alone is said in words, once for all operations that are for the same.
    let actor = crate::analytics::owner(workspace);
    let accounts = accounts::list(&app.engine, &actor).await.expect("accounts");
    let hasty = Patience { failures: 1, ..Patience::default() };
    let gate =
        app.engine.networks.breakers.gate("bluesky", accounts[0].server.as_deref(), Purpose::Work, hasty);
    for operation in ["getPosts", "getAuthorFeed", "uploadBlob"] {
        gate.ended(operation, app.engine.clock.monotonic(), false);
    }
    let page = browser.get(&path).await.text();
    assert!(
        page.contains("Left alone for now") && page.contains("Sending files: failed again and again"),
        "{page}"
    );
    assert_eq!(page.matches("Reading posts: failed again and again").count(), 1, "{page}");
    assert!(!page.contains("getPosts") && !page.contains("uploadBlob"), "{page}");
}
