//! No secret is written down in clear: in no file of the data folder, not in the log at its finest, not in what the API
//! answers.

mod needles;
mod networks;

use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::process::{Carillon, Client, Visitor, choices, command, picture, takes_pictures};
use needles::Needles;

/// Everything that any part of the program has to say, and once more what is not said even then.
const TALKATIVE: (&str, &str) = ("CARILLON_LOG__FILTER", "trace,tower_http::csrf=trace");

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().expect("items")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_the_networks_is_written_in_clear() {
    let folder = Folder::new();
    let demo = folder.start(&["demo", "--sandbox-listen", "127.0.0.1:0"], &[TALKATIVE]).await;
    let sandbox = Client::new(demo.word("sandbox"));
    let api = Client::with_token(demo.word("url"), demo.word("token"));
    let mut needles = Needles::default();
    needles.add("the API token", demo.word("token"));
    needles.add("the sign-in link", demo.word("login").rsplit('/').next().expect("a secret"));
    networks::connect_more(&api, &sandbox, &mut needles).await;

    let now = async |text: &str| {
        let accounts = api.get("/api/v1/accounts").await;
        let usable = |a: &&Value| a["status"] == "connected" && takes_pictures(a);
        let accounts: Vec<&Value> = items(&accounts).iter().filter(usable).collect();
        let ids: Vec<&Value> = accounts.iter().map(|a| &a["id"]).collect();
        let picture = api.upload("bell.jpg", &picture(text), text).await;
        let post = json!({ "text": text, "accounts": ids, "media": [picture["id"]], "status": "now",
            "overrides": choices(accounts) });
        let post = api.post("/api/v1/posts", post).await;
        let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
        // What goes wrong may be tried again minutes later; that it went wrong is enough here.
        let running = |p: &Value| p["state"] == "scheduled" || p["state"] == "publishing";
        let wrong = |e: &Value| !e.is_null() && e["code"] != "refreshing" && e["code"] != "in_progress";
        let open = |p: &Value| running(p) && !wrong(&p["error"]);
        let over = |post: &Value| !post["publications"].as_array().expect("a list").iter().any(open);
        api.poll(&path, over).await
    };
    let first = now("A bell rings").await;
    assert_eq!(first["status"], "published", "{first}");
    // What ran out after three hours is refreshed.
    let issued = live(&sandbox.get("/sandbox/tokens").await);
    sandbox.post("/sandbox/clock", json!({ "advance_s": 3 * 3600 })).await;
    let second = now("A second bell rings").await;
    assert_eq!(second["status"], "published", "{second}");
    let renewed = live(&sandbox.get("/sandbox/tokens").await);
    assert!(renewed.iter().any(|t| !issued.contains(t)), "something was refreshed");
    // Each network refuses once, and says once that the token is over.
    for fault in [json!({ "fault": "status", "status": 400 }), json!({ "fault": "token_expired" })] {
        for platform in platforms(&second) {
            let script = json!({ "platform": platform, "operation": "commit", "when": "before", "count": 1 });
            sandbox.post("/sandbox/faults", merged(script, &fault)).await;
        }
        now(&format!("Silence, {fault}")).await;
    }

    for token in items(&sandbox.get("/sandbox/tokens").await) {
        let what = format!("{}: {}", token["platform"], token["kind"]);
        needles.add(&what, token["access_token"].as_str().expect("a value"));
    }
    assert!(needles.len() > 20, "{} secrets", needles.len());
    let answers = answers(&api).await;
    assert!(answers.contains("\"failed\"") && answers.contains("\"status\":400"), "a failed attempt is told");
    assert_eq!(needles.found_in(answers.as_bytes()).into_iter().collect::<Vec<_>>(), Vec::<&str>::new());
    // Once with everything that is still in the journal of the database, once as it is left behind.
    folder.holds_none_of(&needles);
    assert!(demo.terminate().await.success());
    folder.holds_none_of(&needles);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_people_is_written_in_clear() {
    let mut needles = Needles::default();
    let mut secret = |what: &str, value: &str| {
        needles.add(what, value);
        value.to_owned()
    };
    let key = secret("the encryption key", &"5e".repeat(32));
    let app = secret("an app's secret", "x-app-secret-0123456789");
    let scrape = secret("the metrics token", "metrics-token-0123456789");
    let first = secret("a password", "a bell for every hour");
    let second = secret("a new password", "two bells for every hour");
    let typo = secret("a mistyped password", "a bell for evry hour");
    let given = secret("a password from the command line", "three bells for every hour");
    let bluesky = secret("an app password", "qwer-tyui-opas-dfgh");
    let settings = [
        TALKATIVE,
        ("CARILLON_ENCRYPTION_KEY", key.as_str()),
        ("CARILLON_PLATFORMS__X__CLIENT_ID", "our-app"),
        ("CARILLON_PLATFORMS__X__CLIENT_SECRET", &app),
        ("CARILLON_METRICS__TOKEN", &scrape),
        ("CARILLON_EGRESS__ALLOW", "127.0.0.0/8"),
    ];
    let folder = Folder::new();
    let carillon = folder.start(&[], &settings).await;
    let base = carillon.word("url").to_owned();
    let setup = carillon.word("setup").strip_prefix(base.as_str()).expect("a link to this server").to_owned();
    secret("the set-up link", setup.rsplit('/').next().expect("a secret"));

    let mut owner = Visitor::new(&base);
    let form = [("workspace", "Quay"), ("name", "Ada"), ("email", "ada@example.com"), ("password", &first)];
    let (status, page, _) = owner.post(&setup, &[&form[..], &[("timezone", "Europe/Athens")]].concat()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    secret("the first session", session(&owner));
    let (_, _, home) = owner.get("/").await;
    let (status, page, _) =
        owner.post(&format!("{home}/settings/tokens"), &[("name", "CI"), ("role", "owner")]).await;
    assert_eq!(status, StatusCode::CREATED);
    let token = page.split("id=\"new-token\">").nth(1).and_then(|t| t.split('<').next()).expect("a token");
    let api = Client::with_token(&base, &secret("the API token", token));
    let change = [("current_password", first.as_str()), ("new_password", &second)];
    let (status, page, _) = owner.post("/settings/password", &change).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (status, _, _) =
        Visitor::new(&base).post("/sign-in", &[("email", "ada@example.com"), ("password", &typo)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut again = Visitor::new(&base);
    let (status, page, _) =
        again.post("/sign-in", &[("email", "ada@example.com"), ("password", &second)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    secret("the second session", session(&again));

    // Nobody answers there, so the password went nowhere and the caller is told.
    let sign_in =
        json!({ "server": "http://127.0.0.1:1", "identifier": "ada.test", "app_password": bluesky });
    let (status, problem) = api.send(Method::POST, "/api/v1/connect/bluesky", Some(sign_in)).await;
    assert!(status.is_server_error() || status.is_client_error(), "{status} {problem}");
    let (status, begun) = api.send(Method::POST, "/api/v1/connect/x", Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    let authorize =
        url::Url::parse(begun["authorize_url"].as_str().expect("an address")).expect("an address");
    let state = authorize.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    secret("a state", &state);
    let metrics = Client::with_token(&base, &scrape).send(Method::GET, "/metrics", None).await;
    assert_eq!(metrics.0, StatusCode::OK);

    let run = async |args: &[&str], input: &str| command(folder.path(), args, &settings, input).await;
    let user = ["admin", "user", "create", "--data", "data", "--workspace", "Pier", "--email"];
    run(&[&user[..], &["bo@example.com", "--password-stdin"]].concat(), &given).await;
    let made = run(&[&user[..], &["cy@example.com"]].concat(), "").await;
    secret("a made-up password", made.split("password=").nth(1).expect("a password").trim());
    let token = ["admin", "token", "create", "--data", "data", "--workspace", "Quay", "--role", "editor"];
    secret("a second API token", run(&token, "").await.trim());
    let printed = run(&["config", "print"], "").await;

    let answers = format!("{printed}{problem}{}{}", metrics.1, answers(&api).await);
    assert_eq!(needles.found_in(answers.as_bytes()).into_iter().collect::<Vec<_>>(), Vec::<&str>::new());
    folder.holds_none_of(&needles);
    assert!(carillon.terminate().await.success());
    folder.holds_none_of(&needles);
}

/// Everything about posts that the API tells: lists, and each publication with its attempts.
async fn answers(api: &Client) -> String {
    let mut text = String::new();
    let publications = api.get("/api/v1/publications?limit=100").await;
    for publication in items(&publications) {
        let path = format!("/api/v1/publications/{}", publication["id"].as_str().expect("an id"));
        text.push_str(&api.get(&path).await.to_string());
    }
    for list in
        ["/api/v1/posts?limit=100", "/api/v1/accounts", "/api/v1/tokens", "/api/v1/media", "/api/v1/me"]
    {
        text.push_str(&api.get(list).await.to_string());
    }
    text + &publications.to_string()
}

/// The platforms of the accounts that a post went to.
fn platforms(post: &Value) -> Vec<String> {
    let publications = post["publications"].as_array().expect("a list").iter();
    let mut names: Vec<String> =
        publications.map(|p| p["platform"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

fn live(tokens: &Value) -> Vec<String> {
    let live = items(tokens).iter().filter(|t| t["kind"] == "access" && t["state"] == "live");
    live.map(|t| t["access_token"].to_string()).collect()
}

fn merged(mut into: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        into[name] = value.clone();
    }
    into
}

fn session(visitor: &Visitor) -> &str {
    let mut cookies = visitor.cookies();
    cookies.find(|(name, _)| *name == "carillon_session").expect("a session").1
}

/// Where one program runs: its data, and beside them its log.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    async fn start(&self, args: &[&str], settings: &[(&str, &str)]) -> Carillon {
        let args = [args, &["--listen", "127.0.0.1:0", "--data", "data"]].concat();
        Carillon::start_logging(self.path(), &args, settings, &self.path().join("log")).await
    }

    /// Every file but the key file, whose only content is a secret.
    fn holds_none_of(&self, needles: &Needles) {
        let log = std::fs::read_to_string(self.path().join("log")).expect("the log");
        assert!(log.contains("TRACE") && log.contains("answered"), "it is talkative");
        let mut files = Vec::new();
        below(self.path(), &mut files);
        assert!(files.iter().any(|f| f.ends_with("data/carillon.db")), "{files:?}");
        for file in files.iter().filter(|f| !f.ends_with("encryption.key")) {
            // Between listing and reading the database may put its journal away.
            let Ok(bytes) = std::fs::read(file) else { continue };
            let found = needles.found_in(&bytes);
            assert!(found.is_empty(), "{}: {found:?}", file.display());
        }
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, files);
        } else {
            files.push(path);
        }
    }
}
