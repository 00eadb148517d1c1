//! The primary is lost, its synchronous standby takes over, and nothing is lost or doubled.

mod cluster;

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::{Method, StatusCode};
use carillon_store::testing::skipped;
use cluster::{Programs, Server};
use serde_json::{Value, json};

use crate::process::{Carillon, Client, LOOK, PATIENCE};

async fn demo(folder: &Path, url: &str) -> Carillon {
    let log = folder.join("log");
    let args = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let args = [&args[..], &["--database-url", url]].concat();
    Carillon::start_logging(folder, &args, &[], &log).await
}

/// A post that goes out now, on one account. Whoever is told of a failure looks whether it was saved, and tries again if not.
async fn publish(api: &Client, account: &Value, n: usize) -> String {
    let body = json!({ "text": stroke(n), "accounts": [account], "status": "now" });
    let saved = async {
        loop {
            let (status, post) = api.send(Method::POST, "/api/v1/posts", Some(body.clone())).await;
            if status == StatusCode::CREATED {
                return text(&post["id"]);
            }
            assert!(status.is_server_error(), "{status} {post}");
            let path = format!("/api/v1/posts?q=stroke{n:02}");
            let found = patiently(api, &path, |_| true).await;
            if let Some(post) = found["items"].as_array().and_then(|posts| posts.first()) {
                return text(&post["id"]);
            }
        }
    };
    tokio::time::timeout(PATIENCE, saved).await.expect("saved in time")
}

fn stroke(n: usize) -> String {
    format!("A stroke: stroke{n:02}")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// How often each of our texts is public.
async fn strokes(sandbox: &Client) -> BTreeMap<String, usize> {
    let ledger = sandbox.get("/sandbox/ledger").await;
    let mut counts = BTreeMap::new();
    for item in ledger["items"].as_array().expect("items") {
        let text = item["text"].as_str().unwrap_or_default();
        if text.starts_with("A stroke: ") {
            *counts.entry(text.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// A primary and its standby.
async fn pair(home: &Path) -> (Programs, Server, Server) {
    let programs = Programs::find().await;
    let one = Server::primary(&programs, home).await;
    let two = one.standby(&programs, home).await;
    (programs, one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_primary_loses_and_doubles_nothing() {
    if std::env::var_os("CARILLON_TEST_POSTGRES_URL").is_none() {
        return skipped(
            "CARILLON_TEST_POSTGRES_URL unset",
            "failover::a_lost_primary_loses_and_doubles_nothing",
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let home = tempfile::tempdir().expect("a folder");
    let (programs, one, two) = pair(home.path()).await;
    // The standby is named first: who leads is found out, not assumed.
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", two.port, one.port);
    let carillon = demo(folder.path(), &url).await;
    let api = Client::with_token(carillon.word("url"), carillon.word("token"));
    let sandbox = Client::new(carillon.word("sandbox"));
    let accounts = api.get("/api/v1/accounts").await;
    let accounts: Vec<Value> = accounts["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|a| takes_text(a))
        .map(|a| a["id"].clone())
        .collect();
    assert!(!accounts.is_empty());

    let mut posts = Vec::new();
    for n in 0..10 {
        posts.push(publish(&api, &accounts[n % accounts.len()], n).await);
    }
    // In the middle of its work.
    one.kill().await;
    let promoted = two.promote(&programs);
    let meanwhile = async {
        for n in 10..20 {
            posts.push(publish(&api, &accounts[n % accounts.len()], n).await);
        }
    };
    tokio::join!(promoted, meanwhile);
    for post in &posts {
        let path = format!("/api/v1/posts/{post}");
        let over = |post: &Value| post["status"] != "publishing" && post["status"] != "scheduled";
        let ended = patiently(&api, &path, over).await;
        assert_eq!(ended["status"], "published", "{ended}");
    }
    let once = (0..20).map(|n| (stroke(n), 1)).collect::<BTreeMap<_, _>>();
    assert_eq!(strokes(&sandbox).await, once);
    assert!(carillon.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_nobody_waits_for_is_warned_of() {
    if std::env::var_os("CARILLON_TEST_POSTGRES_URL").is_none() {
        return skipped(
            "CARILLON_TEST_POSTGRES_URL unset",
            "failover::a_standby_that_nobody_waits_for_is_warned_of",
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let home = tempfile::tempdir().expect("a folder");
    let (programs, one, _two) = pair(home.path()).await;
    // As an installation should be: with a user who owns the database and nothing else.
    for sql in [
        "alter system set synchronous_standby_names = ''",
        "select pg_reload_conf()",
        "create role bell login",
        "create database bells owner bell",
    ] {
        one.sql(&programs, sql).await;
    }
    let url = format!("postgres://bell@127.0.0.1:{}/bells", one.port);
    let args = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--database-url", &url];
    let log = folder.path().join("log");
    let carillon = Carillon::start_logging(folder.path(), &args, &[], &log).await;
    let warned = async {
        while !std::fs::read_to_string(&log).expect("a log").contains("waits for none") {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, warned).await.expect("warned in time");
    assert!(carillon.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_slept_meanwhile_leaves_a_former_primary_that_came_back() {
    if std::env::var_os("CARILLON_TEST_POSTGRES_URL").is_none() {
        return skipped(
            "CARILLON_TEST_POSTGRES_URL unset",
            "failover::whoever_slept_meanwhile_leaves_a_former_primary_that_came_back",
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let home = tempfile::tempdir().expect("a folder");
    let (programs, one, two) = pair(home.path()).await;
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", two.port, one.port);
    let carillon = demo(folder.path(), &url).await;
    let api = Client::with_token(carillon.word("url"), carillon.word("token"));
    let accounts = api.get("/api/v1/accounts").await;
    let account = accounts["items"].as_array().expect("items").iter().find(|a| takes_text(a));
    let account = account.expect("an account")["id"].clone();
    let lost = one.kill().await;
    let log = folder.path().join("log");
    let noticed = async {
        while !std::fs::read_to_string(&log).expect("a log").contains("looking again every second") {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.expect("noticed in time");
    // When it looks again there is a server that leads where there was one before.
    carillon.signal("-STOP").await;
    two.promote(&programs).await;
    let former = lost.come_back(&programs).await;
    carillon.signal("-CONT").await;
    // What the former one is given is confirmed by nobody, so only the one that leads can answer.
    let post = publish(&api, &account, 0).await;
    let over = |post: &Value| post["status"] == "published";
    patiently(&api, &format!("/api/v1/posts/{post}"), over).await;
    assert!(carillon.terminate().await.success());
    former.kill().await;
}

/// Networks that take a post without a picture.
fn takes_text(account: &Value) -> bool {
    account["platform"] == "mastodon" || account["platform"] == "bluesky"
}

/// Asks until it is so, also while answers are refusals.
async fn patiently(api: &Client, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    let asking = async {
        loop {
            let (status, answer) = api.send(Method::GET, path, None).await;
            last = answer;
            if status == StatusCode::OK && done(&last) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let in_time = tokio::time::timeout(4 * PATIENCE, asking).await.is_ok();
    assert!(in_time, "{path}: {last}");
    last
}
