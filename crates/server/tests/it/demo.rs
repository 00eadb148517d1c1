//! The demo from the outside: the real binary, its sandbox, and a program that uses both.

use axum::http::{Method, StatusCode};
use carillon_connectors::Registry;
use carillon_connectors::sandbox::persona::PERSONAS;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Carillon, Client, Visitor};

fn items(list: &Value) -> &[Value] {
    items_of(list, "items")
}

fn items_of<'a>(list: &'a Value, name: &str) -> &'a [Value] {
    list[name].as_array().expect("a list")
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

/// The truth of the account that a demo has on a network.
async fn truth(sandbox: &Client, account: &Value, at: &str) -> i64 {
    let platform = account["platform"].as_str().expect("a platform");
    let named = PERSONAS.iter().find(|p| account["name"].as_str() == Some(p.name)).expect("a persona");
    let path = format!("/sandbox/truth/{}?platform={platform}&at={at}", named.key);
    sandbox.get(&path).await["networks"][0]["followers"].as_f64().expect("followers").round() as i64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_has_months_of_history_and_keeps_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let days = [("CARILLON_SANDBOX__DEMO_DAYS", "90")];
    let first = Carillon::start(folder.path(), &args, &days).await;
    let sandbox = Client::new(first.word("sandbox"));
    let api = Client::with_token(first.word("url"), first.word("token"));
    let accounts = api.get("/api/v1/accounts").await;
    assert_eq!(items(&accounts).len(), Registry.all().len(), "{accounts:#}");

    let now: jiff::Timestamp =
        sandbox.get("/sandbox/clock").await["now"].as_str().expect("a time").parse().expect("a time");
    let today = now.in_tz("Europe/Athens").expect("a zone").date();
    let day = |back: i32| today.checked_sub(jiff::Span::new().days(back)).expect("a day");
    let (mut told, mut whole) = (0, 0);
    for account in items(&accounts) {
        let id = account["id"].as_str().expect("an id");
        let range = format!("account={id}&from={}&to={}", day(89), day(1));
        let series = api.get(&format!("/api/v1/analytics/series?metric=followers&{range}")).await;
        let points: Vec<_> = items_of(&series, "points").iter().filter(|p| !p["value"].is_null()).collect();
        // A login that lets nobody count its followers, as LinkedIn's for members, has none.
        if points.is_empty() {
            continue;
        }
        told += 1;
        whole += usize::from(points.len() > 80);
        assert!(points.len() > 35 && points.len() < 89, "{account:#}: {}", points.len());
        let values: std::collections::BTreeSet<_> = points.iter().map(|p| p["value"].as_i64()).collect();
        assert!(values.len() > 1, "they come and go: {account:#} {values:?}");
    }
    assert!(told + 1 >= Registry.all().len(), "{told}");
    assert_eq!(whole, told - 1, "one account was connected later");

    // What was kept of a day is what was true when it was seen.
    let account = items(&accounts).iter().find(|a| a["platform"] == "bluesky").expect("an account");
    let id = account["id"].as_str().expect("an id");
    let runs = api.get(&format!("/api/v1/sync-runs?account={id}&limit=100")).await;
    let last = items(&runs).last().expect("a run");
    assert_eq!((&last["state"], &last["reason"]), (&json!("done"), &json!("scheduled")), "{last:#}");
    let seen: jiff::Timestamp = last["started_at"].as_str().expect("a time").parse().expect("a time");
    let local = seen.in_tz("Europe/Athens").expect("a zone").date();
    let ran_on = |run: &&Value| {
        let at: jiff::Timestamp = run["started_at"].as_str().expect("a time").parse().expect("a time");
        at.in_tz("Europe/Athens").expect("a zone").date() == local.tomorrow().expect("a day")
    };
    // The newest look of a whole day, which is the one that stands for it.
    let newest = items(&runs).iter().find(ran_on).expect("a look on the day after");
    let at = newest["started_at"].as_str().expect("a time");
    let told = format!("account={id}&from={0}&to={0}", local.tomorrow().expect("a day"));
    let series = api.get(&format!("/api/v1/analytics/series?metric=followers&{told}")).await;
    let kept = items_of(&series, "points")[0]["value"].as_i64().expect("followers");
    assert_eq!(kept, truth(&sandbox, account, at).await, "{series:#}");

    let mut visitor = Visitor::new(first.word("url"));
    let page = first.word("login").strip_prefix(first.word("url")).expect("the link is on this server");
    visitor.get(page).await;
    let home = format!("/w/{}", api.get("/api/v1/me").await["workspace"].as_str().expect("an id"));
    for days in [30, 90] {
        let (status, text, _) = visitor.get(&format!("{home}/overview?days={days}")).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        assert!(text.contains(&format!("aria-current=\"true\">{days} days")), "{text}");
        for name in ["class=\"tiles\"", "Engagement rate by views"] {
            assert!(text.contains(name), "{name}: {text}");
        }
        let summary = api.get(&format!("/api/v1/analytics/summary?from={}&to={today}", day(days - 1))).await;
        for name in ["followers", "views", "engagements", "posts"] {
            assert!(summary[name]["value"].as_i64() > Some(0), "{name} of {days} days: {summary:#}");
        }
    }
    let ledger = sandbox.get("/sandbox/ledger").await;
    let deleted = items(&ledger).iter().filter(|item| !item["deleted_at"].is_null()).count();
    assert_eq!(deleted, 1, "one post is gone again");
    assert!(first.terminate().await.success());

    let second = Carillon::start(folder.path(), &args, &days).await;
    let sandbox = Client::new(second.word("sandbox"));
    assert_eq!(sandbox.get("/sandbox/ledger").await["items"], ledger["items"], "played once");
    let api = Client::with_token(second.word("url"), second.word("token"));
    let again = api.get(&format!("/api/v1/analytics/series?metric=followers&{told}")).await;
    assert_eq!(again["points"], series["points"]);
    assert!(second.terminate().await.success());

    let few = std::process::Command::new(env!("CARGO_BIN_EXE_carillon"))
        .args(["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0"])
        .env_clear()
        .env("CARILLON_SANDBOX__DEMO_DAYS", "2")
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    assert_eq!(few.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&few.stderr).contains("sandbox.demo_days"));
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
