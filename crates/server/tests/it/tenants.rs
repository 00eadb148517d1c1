//! What belongs to one workspace does not exist for another: every operation is tried with the ids of somebody else's
//! things, so a new one that forgets whose they are fails here.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use carillon_connectors::sandbox::Sandbox;
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_domain::id::{AccountId, Id};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::note::Colour;
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::report::{Every, Rule};
use carillon_domain::time::SignedDuration;
use carillon_server::urls;
use carillon_store::StoreError;
use carillon_store::repo::calendar_note::{self, NoteRow};
use carillon_store::repo::holiday::{self, HolidayListRow};
use carillon_store::repo::notice::{self, NewNotice};
use carillon_store::repo::post_import::{self, PostImportRow};
use carillon_store::repo::remote_post::{self, RemotePostRow};
use carillon_store::repo::report_schedule::{self, ScheduleRow, SentRow, SentState};
use serde_json::{Value, json};

use crate::access::operations;
use crate::media::jpeg;
use crate::support::{OWNER, TestApp};

const BUSY: [(&str, &str); 2] =
    [("limits.requests_per_minute", "100000"), ("limits.sensitive_requests_per_minute", "100000")];

/// Something of each kind, by the place in an address where its id goes.
struct Things {
    ids: BTreeMap<&'static str, String>,
    token: String,
}

impl Things {
    async fn made(app: &TestApp, sandbox: &Sandbox, token: &str) -> Self {
        let post = async |path: &str, body: Value| {
            let answer = app.api(Method::POST, path, token, Some(body)).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text());
            answer.json()
        };
        let id = |thing: &Value| thing["id"].as_str().expect("an id").to_owned();
        let server = json!({ "server": "social.mastodon.localhost" });
        let begun = post("/api/v1/connect/mastodon", server).await;
        let page = begun["authorize_url"].as_str().expect("an address").parse().expect("an address");
        let back = browser::walk(sandbox, &page, PERSONAS[0].key, Decision::Allow).await.expect("consent");
        let called = app.get(&format!("{}?{}", back.path(), back.query().expect("a code"))).await;
        assert!(called.status.is_success() || called.status.is_redirection(), "{}", called.text());
        let connect = begun["connect_id"].as_str().expect("an id").to_owned();
        let status = app.api(Method::GET, &format!("/api/v1/connect/{connect}"), token, None).await.json();
        let account = status["accounts"][0].as_str().expect("an account").to_owned();
        let account_id = account.clone();
        let run = post(&format!("/api/v1/accounts/{account}/sync"), json!({})).await;
        let made = post(
            "/api/v1/posts",
            json!({ "text": "Ours", "accounts": [account], "status": "scheduled",
                    "scheduled_at": "2026-12-24T18:00:00Z" }),
        )
        .await;
        let key = post("/api/v1/tokens", json!({ "name": "CI", "role": "editor" })).await;
        let upload = Request::post("/api/v1/media/tus")
            .header("authorization", format!("Bearer {token}"))
            .header("tus-resumable", "1.0.0")
            .header("upload-length", "1000")
            .header("upload-metadata", "filename YS5qcGc=");
        let upload = app.send(upload.body(Body::empty()).expect("request")).await;
        let upload = upload.header("location").rsplit('/').next().expect("an id").to_owned();
        let (schedule, report) = reported(app, token).await;
        let [note, holidays, import] = planned(app, token).await;
        let ids = [
            ("account", account),
            ("connect", connect),
            ("grant", status["grant"].as_str().expect("a grant").to_owned()),
            ("run", id(&run)),
            ("post", id(&made)),
            ("publication", id(&made["publications"][0])),
            ("token", id(&key)),
            ("media", picture(app, token).await),
            ("upload", upload),
            ("found", found(app, token, &account_id).await),
            ("notice", told(app, token, &account_id).await),
            ("schedule", schedule),
            ("report", report),
            ("note", note),
            ("holidays", holidays),
            ("import", import),
        ];
        Self { ids: ids.into(), token: token.to_owned() }
    }

    /// The address with our ids in it; `None` when it has no place for one.
    fn fill(&self, pattern: &str) -> Option<String> {
        let kind = match pattern {
            p if p.contains("/accounts/") => "account",
            p if p.contains("/analytics/posts/") => "found",
            p if p.contains("/connect/grants/") => "grant",
            p if p.contains("/connect/") => "connect",
            p if p.contains("/tus/") => "upload",
            p if p.contains("/publications/") => "publication",
            p if p.contains("/sync-runs/") => "run",
            p if p.contains("/notices/") => "notice",
            _ => "post",
        };
        let mut path = pattern.replace("{rendition}", "thumb").replace("{version}", "thumb");
        path = path.replace("{file}", "posts.csv");
        path = path.replace("{platform}", "mastodon");
        let before = path.clone();
        if kind == "upload" {
            path = path.replace("{media}", &self.ids["upload"]);
        }
        for (name, id) in &self.ids {
            path = path.replace(&format!("{{{name}}}"), id);
        }
        path = path.replace("{id}", &self.ids[kind]);
        assert!(!path.contains('{'), "say in `fill` what goes into {pattern}");
        (path != before).then_some(path)
    }

    /// All of it as its owner sees it.
    async fn seen(&self, app: &TestApp) -> Vec<String> {
        let mut seen = Vec::new();
        for path in [
            format!("/api/v1/accounts/{}", self.ids["account"]),
            format!("/api/v1/connect/{}", self.ids["connect"]),
            format!("/api/v1/connect/grants/{}/targets", self.ids["grant"]),
            format!("/api/v1/posts/{}", self.ids["post"]),
            format!("/api/v1/publications/{}", self.ids["publication"]),
            format!("/api/v1/media/{}", self.ids["media"]),
            format!("/api/v1/analytics/posts/{}/curve", self.ids["found"]),
            "/api/v1/sync-runs".to_owned(),
            "/api/v1/notices".to_owned(),
            "/api/v1/posts".to_owned(),
        ] {
            let answer = app.api(Method::GET, &path, &self.token, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            seen.push(answer.text());
        }
        let keys = app.api(Method::GET, "/api/v1/tokens", &self.token, None).await.json();
        let mut keys: Vec<_> = keys["items"].as_array().expect("items").clone();
        // Asking is itself a use of a token.
        keys.iter_mut().for_each(|key| key["last_used_at"] = Value::Null);
        seen.push(Value::Array(keys).to_string());
        let upload = [("tus-resumable", "1.0.0")];
        let path = format!("/api/v1/media/tus/{}", self.ids["upload"]);
        seen.push(app.api_with(Method::HEAD, &path, &self.token, &upload, None).await.status.to_string());
        seen
    }
}

/// A post as a reading finds it on the account.
async fn found(app: &TestApp, token: &str, account: &str) -> String {
    let id: AccountId = account.parse().expect("an id");
    let me = app.api(Method::GET, "/api/v1/me", token, None).await.json();
    let now = app.engine.clock.now();
    let row = RemotePostRow {
        workspace: me["workspace"].as_str().and_then(|id| id.parse().ok()).expect("a workspace"),
        account: id,
        id: Id::new(app.engine.clock.as_ref(), app.engine.entropy.as_ref()),
        remote_id: format!("of {account}"),
        url: None,
        text: "Found".into(),
        kind: None,
        published_at: now,
        publication: None,
        first_seen_at: now,
        seen: Observation { as_of: now, readings: vec![Reading::new("likes", 3, "like_count")] },
    };
    let found = row.id.to_string();
    let put = app.engine.db.write(move |tx| Box::pin(async move { remote_post::put(tx, &row).await }));
    put.await.map_err(|e: StoreError| e.to_string()).expect("a post");
    found
}

/// A schedule of reports, and one that went out.
async fn reported(app: &TestApp, token: &str) -> (String, String) {
    let me = app.api(Method::GET, "/api/v1/me", token, None).await.json();
    let workspace = me["workspace"].as_str().and_then(|id| id.parse().ok()).expect("a workspace");
    let (engine, now) = (&app.engine, app.engine.clock.now());
    let schedule = ScheduleRow {
        workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        rule: Rule::new(Every::Week, 1, 8).expect("a rule"),
        account: None,
        people: Vec::new(),
        next_at: now + SignedDuration::from_hours(24),
        created_at: now,
    };
    let sent = SentRow {
        workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        account: None,
        first_day: "2026-11-16".into(),
        last_day: "2026-11-22".into(),
        people: Vec::new(),
        told: Vec::new(),
        state: SentState::Sent,
        file_name: "ours.pdf".into(),
        size: 1,
        created_at: now,
        made_at: Some(now),
        sent_at: Some(now),
    };
    let ids = (schedule.id.to_string(), sent.id.to_string());
    let kept = engine.db.write(move |tx| {
        Box::pin(async move {
            report_schedule::insert(tx, &schedule).await?;
            report_schedule::add(tx, &sent).await
        })
    });
    kept.await.map_err(|e: StoreError| e.to_string()).expect("kept");
    ids
}

/// What lies on days of the calendar, and a file of posts.
async fn planned(app: &TestApp, token: &str) -> [String; 3] {
    let me = app.api(Method::GET, "/api/v1/me", token, None).await.json();
    let workspace = me["workspace"].as_str().and_then(|id| id.parse().ok()).expect("a workspace");
    let (engine, created_at) = (&app.engine, app.engine.clock.now());
    let (clock, entropy) = (engine.clock.as_ref(), engine.entropy.as_ref());
    let day = "2026-12-24".parse().expect("a day");
    let note = NoteRow {
        workspace,
        id: Id::new(clock, entropy),
        first_day: day,
        last_day: day,
        text: "Ours".into(),
        colour: Colour::default(),
        created_by: None,
        created_at,
    };
    let list = HolidayListRow { workspace, id: Id::new(clock, entropy), name: "Ours".into(), created_at };
    let file = PostImportRow {
        workspace,
        id: Id::new(clock, entropy),
        file_name: "ours.csv".into(),
        sha256: "00".into(),
        content: "text\nOurs\n".into(),
        created_by: None,
        created_at,
        made: None,
    };
    let ids = [note.id.to_string(), list.id.to_string(), file.id.to_string()];
    let kept = engine.db.write(move |tx| {
        Box::pin(async move {
            calendar_note::insert(tx, &note).await?;
            holiday::insert(tx, &list, &[]).await?;
            post_import::insert(tx, &file).await
        })
    });
    kept.await.map_err(|e: StoreError| e.to_string()).expect("kept");
    ids
}

/// Something that needs a person.
async fn told(app: &TestApp, token: &str, account: &str) -> String {
    let account: AccountId = account.parse().expect("an id");
    let me = app.api(Method::GET, "/api/v1/me", token, None).await.json();
    let new = NewNotice {
        workspace: me["workspace"].as_str().and_then(|id| id.parse().ok()).expect("a workspace"),
        id: Id::new(app.engine.clock.as_ref(), app.engine.entropy.as_ref()),
        kind: NoticeKind::LoginEnds,
        subject: account.uuid(),
        account: Some(account),
        post: None,
        cause: Some("Ours alone".into()),
        created_at: app.engine.clock.now(),
    };
    let id = new.id.to_string();
    let raised = app.engine.db.write(move |tx| Box::pin(async move { notice::raise(tx, &new).await }));
    let raised: Result<bool, StoreError> = raised.await;
    assert!(raised.expect("told"), "it is new");
    id
}

async fn picture(app: &TestApp, token: &str) -> String {
    let head = "--bells\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
    let body = [head.as_bytes(), &jpeg(64, 64), b"\r\n--bells--\r\n"].concat();
    let request = Request::post("/api/v1/media")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=bells");
    let answer = app.send(request.body(Body::from(body)).expect("request")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// A body that would be taken.
fn good_body(pattern: &str, things: &Things) -> Value {
    match pattern {
        p if p.ends_with("/resolve") => json!({ "outcome": "not_published" }),
        p if p.ends_with("/edit") => json!({ "text": "Mine" }),
        p if p.ends_with("/targets") => json!({ "targets": ["1"] }),
        p if p.ends_with("/slots") => json!({ "slots": [] }),
        p if p.ends_with("/renditions") => json!({ "account": things.ids["account"] }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn things_of_another_workspace_do_not_exist_for_the_api() {
    let (app, sandbox) = TestApp::networked(&BUSY).await;
    let (_, ours) = app.stranger("ada@example.com", Role::Owner).await;
    let (_, theirs) = app.stranger("eve@example.com", Role::Owner).await;
    let things = Things::made(&app, &sandbox, &ours).await;
    let before = things.seen(&app).await;
    let mut tried = 0;
    for (method, pattern) in operations() {
        let Some(path) = things.fill(&pattern) else { continue };
        tried += 1;
        let headers = if pattern.contains("/tus") {
            vec![
                ("tus-resumable", "1.0.0"),
                ("upload-offset", "0"),
                ("content-type", "application/offset+octet-stream"),
                ("authorization", ""),
            ]
        } else {
            vec![("content-type", "application/json"), ("authorization", "")]
        };
        let bearer = format!("Bearer {theirs}");
        let headers: Vec<_> = headers
            .into_iter()
            .map(|(name, value)| (name, if name == "authorization" { bearer.as_str() } else { value }))
            .collect();
        let body = good_body(&pattern, &things).to_string();
        let body = if method == Method::GET || method == Method::HEAD { "" } else { &body };
        let answer = app.request(method.clone(), &path, &headers, body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}: {}", answer.text());
        for id in things.ids.values().filter(|id| !path.contains(id.as_str())) {
            assert!(!answer.text().contains(id.as_str()), "{method} {path} tells of {id}");
        }
    }
    assert!(tried > 15, "{tried} operations");
    assert_eq!(things.seen(&app).await, before, "nothing of it was changed");

    let analytics = [
        "analytics/summary",
        "analytics/series",
        "analytics/posts",
        "analytics/top-posts",
        "analytics/audience",
        "analytics/best-times",
        "analytics/export",
    ];
    let lists = ["posts", "publications", "accounts", "media", "tokens", "sync-runs", "notices"];
    for list in lists.into_iter().chain(analytics) {
        for query in [
            String::new(),
            format!("?account={}", things.ids["account"]),
            format!("?post={}", things.ids["post"]),
        ] {
            let answer = app.api(Method::GET, &format!("/api/v1/{list}{query}"), &theirs, None).await;
            let said = answer.text().replace(query.trim_start_matches('?'), "");
            for (kind, id) in &things.ids {
                assert!(
                    !said.contains(id.as_str()) || answer.status.is_client_error(),
                    "{list}{query}: {kind}"
                );
            }
        }
    }
}

#[tokio::test]
async fn posts_take_accounts_and_files_of_their_own_workspace_only() {
    let (app, sandbox) = TestApp::networked(&BUSY).await;
    let (_, ours) = app.stranger("ada@example.com", Role::Owner).await;
    let (_, theirs) = app.stranger("eve@example.com", Role::Owner).await;
    let things = Things::made(&app, &sandbox, &ours).await;
    let account = &things.ids["account"];
    let known = Things::made(&app, &sandbox, &theirs).await.ids["account"].clone();
    let unknown = "acct_01h455vb4pex5vsknk084sn02q";
    for accounts in [json!([account]), json!([unknown])] {
        let body = json!({ "text": "Mine now", "accounts": accounts, "status": "now" });
        let answer = app.api(Method::POST, "/api/v1/posts", &theirs, Some(body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let error = &answer.json()["errors"][0];
        assert_eq!(
            (error["field"].as_str(), error["code"].as_str()),
            (Some("accounts.0"), Some("unknown_account"))
        );
    }
    let body = json!({ "text": "Mine now", "accounts": [known, unknown], "status": "now" });
    let second = app.api(Method::POST, "/api/v1/posts", &theirs, Some(body)).await;
    assert_eq!(second.json()["errors"][0]["field"], "accounts.1", "{}", second.text());
    let body =
        json!({ "text": "Mine now", "accounts": [known], "media": [things.ids["media"]], "status": "now" });
    let file = app.api(Method::POST, "/api/v1/posts", &theirs, Some(body)).await;
    assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", file.text());
    let posts = app.api(Method::GET, "/api/v1/posts", &theirs, None).await.text();
    assert!(!posts.contains("Mine now"), "{posts}");
}

#[tokio::test]
async fn things_of_another_workspace_do_not_exist_on_the_pages() {
    let (app, sandbox) = TestApp::networked(&BUSY).await;
    let (_, ours) = app.stranger("ada@example.com", Role::Owner).await;
    let (made, _) = app.stranger("eve@example.com", Role::Owner).await;
    let things = Things::made(&app, &sandbox, &ours).await;
    let before = things.seen(&app).await;
    let eve = app.browser();
    eve.sign_in("eve@example.com", OWNER.1).await;
    let home = made.workspace.id.to_string();
    let form = [
        ("outcome", "not_published"),
        ("alt_text", "Eve's"),
        ("target", "1"),
        ("back", "/"),
        ("text", "Mine"),
        ("first_day", "2026-12-24"),
        ("last_day", "2026-12-24"),
        ("colour", "green"),
        ("rows", "good"),
    ];
    let mut tried = 0;
    for pattern in urls::ALL.iter().filter(|p| p.contains("{workspace}")) {
        let pattern = pattern.replace("{workspace}", &home);
        let Some(path) = things.fill(&pattern) else { continue };
        tried += 1;
        // What one of the pages needs to be asked well.
        let path = format!("{path}?name=media");
        for answer in [eve.get(&path).await, eve.post(&path, &form).await] {
            if answer.status != StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text());
            }
        }
    }
    assert!(tried > 8, "{tried} pages");
    for query in [format!("post={}", things.ids["post"]), format!("media={}", things.ids["media"])] {
        let text = eve.get(&format!("/w/{home}/compose?{query}")).await.text();
        assert!(!text.contains("Ours") && !text.contains("a.jpg"), "{query}: {text}");
    }
    assert_eq!(things.seen(&app).await, before, "nothing of it was changed");
}
