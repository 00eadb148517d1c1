//! The numbers that the guide for operators names are those that the program gives.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::json;

use crate::process::{Carillon, Client};

const GUIDE: &str = include_str!("../../../../docs/guides/operating.md");

/// What begins as our metrics do, without labels.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("carillon_")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_is_in_the_guide_and_every_one_in_the_guide_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let carillon =
        Carillon::start(folder.path(), &args, &[("CARILLON_METRICS__TOKEN", "let-me-count")]).await;
    let api = Client::with_token(carillon.word("url"), carillon.word("token"));
    let accounts = api.get("/api/v1/accounts").await;
    let account = accounts["items"].as_array().expect("items").iter().find(|a| a["platform"] == "bluesky");
    let account = &account.expect("an account on Bluesky")["id"];
    let body = json!({ "text": "Counted", "accounts": [account], "status": "now" });
    let post = api.post("/api/v1/posts", body).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    api.poll(&path, |post| post["status"] == "published").await;

    let (status, _) = api.send(Method::POST, "/webhooks/facebook", Some(json!({}))).await;
    assert_eq!(status, 403, "nobody signed it");

    let monitor = Client::with_token(carillon.word("url"), "let-me-count");
    let (_, answer) = monitor.send(Method::GET, "/metrics", None).await;
    let text = answer.as_str().expect("text");
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let there: BTreeSet<&str> = types.filter(|name| name.starts_with("carillon_")).collect();
    assert_eq!(named(GUIDE), there);
    assert!(carillon.terminate().await.success());
}
