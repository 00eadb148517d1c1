//! The demo from the outside: the real binary, its sandbox, and a program that uses both.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Carillon, Client};

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().expect("items")
}

/// Seconds until a time of tomorrow where the demo's workspaces live.
fn until_tomorrow_at(now: &Value, (hour, minute): (i8, i8)) -> f64 {
    let now: jiff::Timestamp = now.as_str().expect("a time").parse().expect("a time");
    let here = now.in_tz("Europe/Athens").expect("a zone");
    let then = here.date().tomorrow().expect("a day").at(hour, minute, 0, 0).in_tz("Europe/Athens");
    then.expect("a time").timestamp().duration_since(now).as_secs_f64().ceil()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_publishes_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Carillon::demo(folder.path()).await;
    let sandbox = Client::new(first.word("sandbox"));
    let before = items(&sandbox.get("/sandbox/ledger").await).len();
    assert!(before > 0, "something was published before");
    let api = Client::with_token(first.word("url"), first.word("token"));
    let me = api.get("/api/v1/me").await;
    assert_eq!(me["role"], "owner", "{me}");
    let (login, token, network) =
        (first.word("login").to_owned(), first.word("token").to_owned(), first.word("sandbox").to_owned());
    let page = login.strip_prefix(first.word("url")).expect("the link is on this server");
    let (status, _) = Client::new(first.word("url")).send(Method::GET, page, None).await;
    assert!(status.is_success() || status.is_redirection(), "{status}");
    assert!(first.terminate().await.success());

    let second = Carillon::demo(folder.path()).await;
    assert_eq!(second.word("sandbox"), network, "accounts remember the addresses of their servers");
    let sandbox = Client::new(second.word("sandbox"));
    assert_eq!(items(&sandbox.get("/sandbox/ledger").await).len(), before, "furnished once");
    let api = Client::with_token(second.word("url"), &token);
    assert_eq!(api.get("/api/v1/me").await["role"], "owner", "the old token is still good");

    // Both sides share a clock: tomorrow at half past nine the first post of the week goes out.
    let by = until_tomorrow_at(&sandbox.get("/sandbox/clock").await["now"], (9, 30));
    sandbox.post("/sandbox/clock", json!({ "advance_s": by })).await;
    let grown = sandbox.poll("/sandbox/ledger", |ledger| items(ledger).len() > before).await;
    let later = items(&grown).len();
    second.kill().await;

    let third = Carillon::demo(folder.path()).await;
    let sandbox = Client::new(third.word("sandbox"));
    assert!(items(&sandbox.get("/sandbox/ledger").await).len() >= later, "a crash forgets nothing public");
    let clock = sandbox.get("/sandbox/clock").await;
    assert_eq!(clock["offset_s"], by);
    assert!(third.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sandbox_alone_listens_here_only_and_keeps_its_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["sandbox", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let first = Carillon::start(folder.path(), &args, &[]).await;
    assert_eq!(first.word("url"), "-");
    let sandbox = Client::new(first.word("sandbox"));
    sandbox.post("/sandbox/clock", json!({ "advance_s": 3600 })).await;
    assert!(first.terminate().await.success());
    let state = std::fs::read(folder.path().join("data/sandbox/state.sealed")).expect("a state");
    assert!(!state.windows(11).any(|w| w == b"\"offset\":{\""), "it is sealed");

    let nearby = "[database]\nurl = \"postgres://127.0.0.1:1/nobody\"\n";
    std::fs::write(folder.path().join("carillon.toml"), nearby).expect("written");
    let second = Carillon::start(folder.path(), &args, &[]).await;
    let clock = Client::new(second.word("sandbox")).get("/sandbox/clock").await;
    assert_eq!(clock["offset_s"], 3600.0);
    only_programs_move_its_clock(second.word("sandbox")).await;
    assert!(second.terminate().await.success());

    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(["sandbox", "--sandbox-listen", "0.0.0.0:0"])
        .env_clear()
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("sandbox.listen"));
}

/// A page of another site gets nothing out of a browser on this machine.
async fn only_programs_move_its_clock(sandbox: &str) {
    let here = sandbox.strip_prefix("http://").expect("plain http");
    let port = here.rsplit(':').next().expect("a port");
    let ask = async |method: &str, host: &str, browser: &str| {
        let path = if method == "GET" { "/sandbox/tokens" } else { "/sandbox/clock" };
        let body = "{\"advance_s\":1}";
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: text/plain\r\nconnection: close\r\n\
             content-length: {}\r\n{browser}\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(here).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        answer.split(' ').nth(1).expect("a status").to_owned()
    };
    let evil = format!("evil.example:{port}");
    assert_eq!(ask("GET", &evil, "").await, "403", "a name that somebody pointed here");
    assert_eq!(ask("POST", &evil, &format!("origin: http://{evil}\r\n")).await, "403");
    for from in [
        "origin: https://evil.example\r\n".to_owned(),
        "origin: null\r\n".to_owned(),
        "sec-fetch-site: cross-site\r\n".to_owned(),
        format!("origin: http://{here}\r\nsec-fetch-site: same-site\r\n"),
    ] {
        assert_eq!(ask("POST", here, &from).await, "403", "{from}");
    }
    let own = format!("origin: http://{here}\r\nsec-fetch-site: same-origin\r\n");
    for (host, browser) in [
        (here, ""),
        (here, own.as_str()),
        (&format!("localhost:{port}"), ""),
        (&format!("social.mastodon.localhost:{port}"), ""),
        (&format!("api.x.com:{port}"), ""),
    ] {
        assert_eq!(ask("GET", host, browser).await, "200", "{host}");
        assert_eq!(ask("POST", host, browser).await, "200", "{host}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_lives_where_a_named_file_says_and_warns_of_plain_http() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, file) = (folder.path().join("log"), folder.path().join("named.toml"));
    // The database is that of the people who wrote the file; the demo must not even open it.
    let database = "[database]\nurl = \"sqlite:production.db\"\n";
    std::fs::write(&file, format!("[server]\ndata = \"kept\"\n{database}")).expect("written");
    let args = ["demo", "--listen", "0.0.0.0:0", "--sandbox-listen", "127.0.0.1:0", "--config", "named.toml"];
    let nearby = [("CARILLON_DATABASE__URL", "sqlite:production.db")];
    let demo = Carillon::start_logging(folder.path(), &args, &nearby, &log).await;
    for word in ["url", "login"] {
        assert!(demo.word(word).starts_with("http://127.0.0.1:"), "{}", demo.ready);
    }
    assert!(folder.path().join("kept/carillon.db").exists(), "the folder that the file names");
    assert!(!folder.path().join("production.db").exists(), "only a flag names a demo's database");
    assert!(demo.terminate().await.success());
    let said = std::fs::read_to_string(&log).expect("a log");
    assert!(said.contains("plain http") && said.contains("--public-url"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_leaves_a_real_installation_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let create = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(["admin", "user", "create", "--email", "ada@example.com", "--data", "data"])
        .env_clear()
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert!(create.status.success(), "{create:?}");
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"])
        .env_clear()
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("real installation"));
    assert!(refused.stdout.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_starts_and_stops() {
    let folder = tempfile::tempdir().expect("a folder");
    let serve = Carillon::start(folder.path(), &["serve", "--listen", "127.0.0.1:0"], &[]).await;
    let (status, _) = Client::new(serve.word("url")).send(Method::GET, "/healthz", None).await;
    assert_eq!(status, StatusCode::OK);
    let worker = Carillon::start(folder.path(), &["worker"], &[]).await;
    assert_eq!(worker.ready, "carillon ready url=- sandbox=-");
    assert!(worker.terminate().await.success());
    assert!(serve.terminate().await.success());
}
