//! An owner at work: a workspace with an account on Bluesky, the browser of its owner, and a token.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fault, Sandbox, World};
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::ManualClock;
use carillon_engine::Actor;
use carillon_engine::people::NewWorkspace;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_store::repo::{job, lease};
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use super::{Answer, Browser, OWNER, TestApp};

/// The same test on both databases, each with a desk of its own, which may have settings of its own.
macro_rules! on_both_desks {
    ($name:ident, $test:path) => {
        $crate::support::desk::on_both_desks!($name, $test, &[]);
    };
    ($name:ident, $test:path, $settings:expr) => {
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                let db = carillon_store::testing::TestDb::sqlite().await;
                $test($crate::support::desk::Desk::with(db, $settings).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                let name = concat!(module_path!(), "::postgres");
                if let Some(db) = carillon_store::testing::TestDb::postgres(name).await {
                    $test($crate::support::desk::Desk::with(db, $settings).await).await;
                }
            }
        }
    };
}
pub(crate) use on_both_desks;

/// So many calls in a row do not reach a limit.
pub const BUSY: [(&str, &str); 2] =
    [("limits.requests_per_minute", "100000"), ("limits.sensitive_requests_per_minute", "100000")];

/// The application, its networks, and whom it belongs to.
pub struct Desk {
    /// The application.
    pub app: TestApp,
    /// The networks.
    pub sandbox: Sandbox,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its path.
    pub home: String,
    /// A token of its owner.
    pub token: String,
    /// Its account on Bluesky.
    pub account: String,
}

/// Networks where the operator's app has a secret.
const WITH_SECRET: [&str; 7] = ["instagram", "linkedin", "facebook", "threads", "tiktok", "x", "youtube"];

impl Desk {
    /// On this database.
    pub async fn on(db: TestDb) -> Self {
        Self::with(db, &[]).await
    }

    /// On this database, with these settings changed.
    pub async fn with(db: TestDb, more: &[(&'static str, &str)]) -> Self {
        let world = World::builder(Arc::new(ManualClock::new(super::START.parse().expect("time")))).build();
        let apps = WITH_SECRET.map(|platform| world.apps().ready_made(platform));
        let id = apps[0].client_id.as_str();
        let [instagram, linkedin, facebook, threads, tiktok, x, youtube] =
            apps.each_ref().map(|app| app.client_secret.as_str());
        let flags = [
            BUSY[0],
            BUSY[1],
            ("platforms.x.client_id", id),
            ("platforms.x.client_secret", x),
            ("platforms.instagram.client_id", id),
            ("platforms.instagram.client_secret", instagram),
            ("platforms.instagram.facebook_client_id", id),
            ("platforms.instagram.facebook_client_secret", instagram),
            ("platforms.linkedin.client_id", id),
            ("platforms.linkedin.client_secret", linkedin),
            ("platforms.linkedin.organization_client_id", id),
            ("platforms.linkedin.organization_client_secret", linkedin),
            ("platforms.facebook.client_id", id),
            ("platforms.facebook.client_secret", facebook),
            ("platforms.threads.client_id", id),
            ("platforms.threads.client_secret", threads),
            ("platforms.tiktok.client_id", id),
            ("platforms.tiktok.client_secret", tiktok),
            ("platforms.youtube.client_id", id),
            ("platforms.youtube.client_secret", youtube),
        ];
        let flags = [&flags, more].concat();
        let (app, sandbox) = TestApp::networked_on(db, &flags, |network| Arc::new(network)).await;
        for platform in WITH_SECRET {
            sandbox.world().apps().ready_made(platform);
        }
        let people = app.people();
        let place = NewWorkspace { name: "Northlight".into(), timezone: "Europe/Athens".into() };
        let password = Some(Secret::new(OWNER.1));
        let made = people.create_user_by_operator(OWNER.0, None, password, place).await.expect("owner");
        let workspace = made.workspace.id;
        let token = people.create_token_by_operator(workspace, "test", Role::Owner).await.expect("token");
        let token = token.secret.expose().to_owned();
        let login = sandbox.login("bluesky", &PERSONAS[0]).expect("login");
        let body = json!({ "server": login.server, "identifier": login.identifier, "app_password": login.app_password });
        let account = app.api(Method::POST, "/api/v1/connect/bluesky", &token, Some(body)).await;
        assert_eq!(account.status, StatusCode::OK, "{}", account.text());
        let account = account.json()["id"].as_str().expect("an id").to_owned();
        Self { app, sandbox, workspace, home: format!("/w/{workspace}"), token, account }
    }

    /// Connects somebody's account on a network with pages of its own; answers its id.
    pub async fn connect(&self, platform: &str) -> String {
        let begun = self.call(Method::POST, &format!("/api/v1/connect/{platform}"), Some(json!({}))).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
        let page = begun.json()["authorize_url"].as_str().expect("an address").parse().expect("an address");
        for persona in PERSONAS {
            if let Ok(back) = browser::walk(&self.sandbox, &page, persona.key, Decision::Allow).await {
                let called =
                    self.app.get(&format!("{}?{}", back.path(), back.query().expect("a code"))).await;
                assert_eq!(called.status, StatusCode::OK, "{}", called.text());
                break;
            }
        }
        let all = self.call(Method::GET, "/api/v1/accounts", None).await.json();
        let all = all["items"].as_array().expect("accounts").clone();
        let one = all.iter().find(|account| account["platform"] == platform).expect("the new one");
        one["id"].as_str().expect("an id").to_owned()
    }

    /// Puts a file into the library; answers it as the API shows it.
    pub async fn upload(&self, name: &str, alt: &str, bytes: &[u8]) -> Value {
        let head = format!(
            "--bells\r\ncontent-disposition: form-data; name=\"alt_text\"\r\n\r\n{alt}\r\n--bells\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--bells--\r\n"].concat();
        let request = axum::http::Request::post("/api/v1/media")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "multipart/form-data; boundary=bells")
            .body(axum::body::Body::from(body));
        let taken = self.app.send(request.expect("request")).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
        taken.json()
    }

    /// On SQLite.
    pub async fn new() -> Self {
        Self::on(TestDb::sqlite().await).await
    }

    /// The owner's browser.
    pub async fn owner(&self) -> Browser<'_> {
        let browser = self.app.browser();
        assert_eq!(browser.sign_in(OWNER.0, OWNER.1).await.status, StatusCode::SEE_OTHER);
        browser
    }

    /// The browser of a member with this role, called after it.
    pub async fn member(&self, role: Role) -> Browser<'_> {
        let people = self.app.people();
        let email = format!("{}@example.com", role.as_str());
        let elsewhere = NewWorkspace { name: "Elsewhere".into(), timezone: "UTC".into() };
        let password = Some(Secret::new(OWNER.1));
        people.create_user_by_operator(&email, None, password, elsewhere).await.expect("user");
        people.add_member(&self.actor(), &email, role).await.expect("member");
        let browser = self.app.browser();
        assert_eq!(browser.sign_in(&email, OWNER.1).await.status, StatusCode::SEE_OTHER);
        browser
    }

    /// The owner to the use cases.
    pub fn actor(&self) -> Actor {
        let timezone = "Europe/Athens".to_owned();
        Actor {
            workspace: self.workspace,
            role: Role::Owner,
            user: None,
            token: None,
            timezone,
            session_hash: None,
        }
    }

    /// An API call of the owner.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.app.api(method, path, &self.token, body).await
    }

    /// Makes a post on the account, with these fields besides text and account.
    pub async fn post(&self, text: &str, more: Value) -> Value {
        let mut body = json!({ "text": text, "accounts": [self.account] });
        for (name, value) in more.as_object().expect("fields") {
            body[name] = value.clone();
        }
        let made = self.call(Method::POST, "/api/v1/posts", Some(body)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        made.json()
    }

    /// The post as it is now.
    pub async fn read(&self, post: &Value) -> Value {
        let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
        self.call(Method::GET, &path, None).await.json()
    }

    /// The page of a post.
    pub fn page(&self, post: &Value) -> String {
        format!("{}/posts/{}", self.home, post["id"].as_str().expect("an id"))
    }

    /// Makes the networks misbehave.
    pub fn fault(&self, fault: Fault) {
        self.sandbox.world().faults().add(fault);
    }

    /// Runs what is due now.
    pub async fn work(&self) {
        let runner = Runner::new(Arc::clone(&self.app.engine), RunnerConfig::default());
        while runner.run_due(1_000).await.expect("runs") > 0 {}
    }

    /// Runs everything that is queued for the next hours, moving the clock to it.
    pub async fn work_for_hours(&self, hours: i64) {
        let end = self.app.engine.clock.now() + carillon_domain::time::SignedDuration::from_hours(hours);
        loop {
            self.work().await;
            match lease::next_run_at(
                &self.app.engine.db,
                job::Room::ALL,
                carillon_domain::time::SignedDuration::ZERO,
            )
            .await
            .expect("queue")
            {
                Some(at) if at <= end => self.app.clock.advance_to(at),
                _ => return,
            }
        }
    }

    /// How many posts with this text followers can see.
    pub fn public(&self, text: &str) -> usize {
        let items = self.sandbox.world().ledger().items();
        items.iter().filter(|item| item.text == text && item.deleted_at.is_none()).count()
    }
}
