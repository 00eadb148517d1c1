//! Keys are replaced while the server runs, and nobody who publishes notices.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Carillon, Client, choices, command, picture, takes_pictures};

const OLD: &str = "11";
const NEW: &str = "22";

fn ring(keys: &[&str]) -> String {
    keys.iter().map(|key| key.repeat(32)).collect::<Vec<_>>().join(",")
}

fn with(keys: &str) -> [(&str, &str); 1] {
    [("CARILLON_ENCRYPTION_KEY", keys)]
}

async fn demo(folder: &Path, settings: &[(&str, &str)]) -> Carillon {
    let args = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    Carillon::start(folder, &args, settings).await
}

/// Rotates, and gives how many values were sealed anew.
async fn rotate(folder: &Path, settings: &[(&str, &str)]) -> usize {
    let told = command(folder, &["admin", "keys", "rotate", "--data", "data"], settings, "").await;
    let count = told.strip_prefix("Sealed anew: ").and_then(|t| t.split('.').next());
    count.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{told}"))
}

/// Publishes on every account of the workspace whose network takes a picture; answers how many that were.
async fn publish_everywhere(api: &Client, text: &str) -> usize {
    let accounts = api.get("/api/v1/accounts").await;
    let accounts = accounts["items"].as_array().expect("items").iter();
    let accounts: Vec<&Value> = accounts.filter(|a| takes_pictures(a)).collect();
    let ids: Vec<&Value> = accounts.iter().map(|a| &a["id"]).collect();
    let picture = api.upload("bell.jpg", &picture(text), text).await;
    let post = json!({ "text": text, "accounts": ids, "media": [picture["id"]], "status": "now",
        "overrides": choices(accounts) });
    let post = api.post("/api/v1/posts", post).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let over = |post: &Value| post["status"] != "publishing" && post["status"] != "scheduled";
    let post = api.poll(&path, over).await;
    assert_eq!(post["status"], "published", "{post}");
    post["publications"].as_array().expect("a list").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_goes_on_publishing_after_a_rotation() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = demo(folder.path(), &[]).await;
    let token = server.word("token").to_owned();
    let api = Client::with_token(server.word("url"), &token);
    let accounts = publish_everywhere(&api, "Before the keys change").await;
    assert!(rotate(folder.path(), &[]).await >= accounts, "the tokens of every account");
    publish_everywhere(&api, "After the keys changed").await;
    // What the networks gave meanwhile is sealed under the new key, and that is replaced as well. Three hours later
    // access tokens have run out, so refresh tokens are opened, used and sealed.
    let sandbox = Client::new(server.word("sandbox"));
    sandbox.post("/sandbox/clock", json!({ "advance_s": 3 * 3600 })).await;
    publish_everywhere(&api, "After a refresh").await;
    assert!(rotate(folder.path(), &[]).await >= accounts);
    publish_everywhere(&api, "After the keys changed again").await;
    server.kill().await;

    let server = demo(folder.path(), &[]).await;
    let api = Client::with_token(server.word("url"), &token);
    publish_everywhere(&api, "After a crash").await;
    assert!(server.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encryption_key_is_replaced_and_the_old_one_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, both, new) = (ring(&[OLD]), ring(&[NEW, OLD]), ring(&[NEW]));
    let server = demo(folder.path(), &with(&old)).await;
    let token = server.word("token").to_owned();
    assert!(server.terminate().await.success());

    let server = demo(folder.path(), &with(&both)).await;
    let api = Client::with_token(server.word("url"), &token);
    rotate(folder.path(), &with(&both)).await;
    publish_everywhere(&api, "Under both keys").await;
    assert!(server.terminate().await.success());

    let server = demo(folder.path(), &with(&new)).await;
    let api = Client::with_token(server.word("url"), &token);
    publish_everywhere(&api, "Under the new key").await;
    assert!(server.terminate().await.success());
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(["admin", "keys", "rotate", "--data", "data"])
        .env_clear()
        .envs(with(&old))
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("does not belong to this database") && !told.contains(&old), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_of_the_simulated_networks_is_sealed_anew_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, both, new) = (ring(&[OLD]), ring(&[NEW, OLD]), ring(&[NEW]));
    let args = ["sandbox", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let sandbox = Carillon::start(folder.path(), &args, &with(&old)).await;
    Client::new(sandbox.word("sandbox")).post("/sandbox/clock", json!({ "advance_s": 3600 })).await;
    assert!(sandbox.terminate().await.success());
    // A sealed value begins with its format and the id of its key.
    let key =
        || std::fs::read(folder.path().join("data/sandbox/state.sealed")).expect("a state")[1..17].to_vec();
    let before = key();
    assert_eq!(rotate(folder.path(), &with(&both)).await, 1);
    assert_ne!(key(), before, "the old key may be forgotten");

    let sandbox = Carillon::start(folder.path(), &args, &with(&new)).await;
    let clock = Client::new(sandbox.word("sandbox")).get("/sandbox/clock").await;
    assert_eq!(clock["offset_s"], 3600.0);
    assert!(sandbox.terminate().await.success());
}
