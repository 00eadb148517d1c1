//! A copy made while posts go out, put in place in another folder.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Carillon, Client, PATIENCE, command};

async fn demo(folder: &Path) -> Carillon {
    Carillon::demo(folder).await
}

async fn post(api: &Client, account: &Value, text: &str, more: Value) -> String {
    let mut body = json!({ "text": text, "accounts": [account] });
    let fields = body.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let post = api.post("/api/v1/posts", body).await;
    format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"))
}

fn public(ledger: &Value, text: &str) -> usize {
    ledger["items"].as_array().expect("items").iter().filter(|item| item["text"] == text).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_copy_has_everything_and_sends_nothing_again() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let first = demo(folder.path()).await;
    let token = first.word("token").to_owned();
    let api = Client::with_token(first.word("url"), &token);
    let sandbox = Client::new(first.word("sandbox"));
    let accounts = api.get("/api/v1/accounts").await;
    let mut accounts = accounts["items"].as_array().expect("items").iter();
    let account = &accounts.find(|a| a["platform"] == "mastodon").expect("an account")["id"];
    let clock = sandbox.get("/sandbox/clock").await;
    let now: jiff::Timestamp = clock["now"].as_str().expect("a time").parse().expect("a time");
    let due = (now + jiff::SignedDuration::from_mins(10)).to_string();
    let soon = json!({ "scheduled_at": due, "status": "scheduled" });
    let waits = post(&api, account, "Out after the copy was made", soon).await;

    // Others are on their way while the copy is made.
    let mut on_the_way = Vec::new();
    for n in 0..20 {
        on_the_way.push(post(&api, account, &format!("On its way {n}"), json!({ "status": "now" })).await);
    }
    let copy = other.path().join("copy.db");
    let to = copy.to_str().expect("a path");
    command(folder.path(), &["admin", "backup", to, "--data", "data"], &[], "").await;
    sandbox.post("/sandbox/clock", json!({ "advance_s": 900 })).await;
    for path in on_the_way.iter().chain([&waits]) {
        // A call that was out while the clock was set forward is late by it, and tried again.
        api.poll_for(4 * PATIENCE, path, |post| post["status"] == "published").await;
    }
    assert!(first.terminate().await.success());

    // The disk is lost. What was beside the database (media, key, here also the networks) is there; the database is the copy.
    let data = other.path().join("data");
    let moved =
        tokio::process::Command::new("cp").arg("-a").arg(folder.path().join("data")).arg(&data).status();
    assert!(moved.await.expect("cp").success());
    for file in ["carillon.db", "carillon.db-wal", "carillon.db-shm"] {
        drop(std::fs::remove_file(data.join(file)));
    }
    std::fs::rename(&copy, data.join("carillon.db")).expect("put in place");

    let second = demo(other.path()).await;
    let api = Client::with_token(second.word("url"), &token);
    let sandbox = Client::new(second.word("sandbox"));
    let held = api.poll(&waits, |post| post["publications"][0]["state"] == "held").await;
    assert_eq!(held["publications"][0]["held_reason"], "overdue", "{held}");
    for path in &on_the_way {
        // One that the copy saw on its way is held, or found on the network; either way nothing of it runs any more.
        let over = |post: &Value| post["status"] != "scheduled" && post["status"] != "publishing";
        api.poll_for(4 * PATIENCE, path, over).await;
    }
    // What is new goes out.
    let new = post(&api, account, "We are back", json!({ "status": "now" })).await;
    api.poll(&new, |post| post["status"] == "published").await;
    let ledger = sandbox.get("/sandbox/ledger").await;
    let texts = (0..20).map(|n| format!("On its way {n}"));
    for text in texts.chain(["Out after the copy was made".to_owned(), "We are back".to_owned()]) {
        assert_eq!(public(&ledger, &text), 1, "{text}");
    }
    assert!(second.terminate().await.success());
}

#[tokio::test]
async fn a_copy_is_refused_where_it_would_help_nobody() {
    use carillon_server::cli;
    let folder = tempfile::tempdir().expect("a folder");
    let said = |url: &str| {
        let args = ["carillon", "admin", "backup", "copy.db", "--database-url", url].map(Into::into);
        let refused = cli::main(args, Default::default(), &mut std::io::empty(), &mut Vec::new());
        refused.expect_err("refused").to_string()
    };
    let postgres = said("postgres://me:secret@host/x");
    assert!(postgres.contains("pg_dump") && !postgres.contains("secret"), "{postgres}");
    let nowhere = said(&format!("sqlite:{}", folder.path().join("none.db").display()));
    assert!(nowhere.contains("There is no database"), "{nowhere}");
}
