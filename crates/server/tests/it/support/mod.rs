//! The application for tests, and clients that call it.

pub mod desk;
pub mod post_office;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_connectors::sandbox::{Fetch, FetchError, Fetched, InProcess, Sandbox};
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SeededEntropy};
use carillon_engine::Engine;
use carillon_engine::people::{CreatedByOperator, NewWorkspace, People};
use carillon_server::compose::{self, World};
use carillon_server::http::{self, App};
use carillon_server::settings::{Settings, Sources};
use carillon_server::{telemetry, urls};
use carillon_store::testing::TestDb;
use futures::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The time at which every test begins.
pub const START: &str = "2026-11-24T09:00:00Z";

/// A running application, without sockets.
pub struct TestApp {
    /// Its router.
    pub router: Router,
    /// The clock that the test moves.
    pub clock: Arc<ManualClock>,
    /// What is behind the router.
    pub engine: Arc<Engine>,
    /// Keep the folders.
    kept: (TestDb, tempfile::TempDir),
}

/// A network that nobody answers in.
struct Silence;

#[async_trait]
impl Transport for Silence {
    fn admit(&self, _: &Call) -> Result<(), SendError> {
        Ok(())
    }

    async fn send(&self, call: Call, _: Option<std::time::Duration>) -> Result<Reply, SendError> {
        Err(SendError::NotSent(format!("nothing listens at {}", call.url)))
    }
}

impl TestApp {
    /// With default settings.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these settings changed, as flags would.
    pub async fn with(flags: &[(&'static str, &str)]) -> Self {
        Self::on(TestDb::sqlite().await, flags).await
    }

    /// With the simulated networks behind it, on the same clock.
    pub async fn networked(flags: &[(&'static str, &str)]) -> (Self, Sandbox) {
        Self::networked_over(flags, |network| Arc::new(network)).await
    }

    /// The same, with something of the test's own on the way to the networks.
    pub async fn networked_over(
        flags: &[(&'static str, &str)],
        way: impl FnOnce(InProcess) -> Arc<dyn Transport>,
    ) -> (Self, Sandbox) {
        Self::networked_on(TestDb::sqlite().await, flags, way).await
    }

    /// The same, on this database.
    pub async fn networked_on(
        db: TestDb,
        flags: &[(&'static str, &str)],
        way: impl FnOnce(InProcess) -> Arc<dyn Transport>,
    ) -> (Self, Sandbox) {
        let clock = Arc::new(ManualClock::new(START.parse().expect("time")));
        let pull = Arc::new(Pull::default());
        let world = carillon_connectors::sandbox::World::builder(clock.clone()).fetch(pull.clone());
        let sandbox = Sandbox::new(world.build());
        let transport = way(InProcess::over(sandbox.clone()));
        let app = Self::over(db, flags, clock, transport).await;
        assert!(pull.0.set(app.router.clone()).is_ok(), "set once");
        (app, sandbox)
    }

    /// On this database.
    pub async fn on(db: TestDb, flags: &[(&'static str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(START.parse().expect("time")));
        Self::over(db, flags, clock, Arc::new(Silence)).await
    }

    async fn over(
        db: TestDb,
        flags: &[(&'static str, &str)],
        clock: Arc<ManualClock>,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let mut flags: Vec<_> = flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        flags.push(("secrets.encryption_key", "5a".repeat(32)));
        // Most tests are about what somebody asked for.
        if flags.iter().all(|(key, _)| *key != "features.scheduled_reading") {
            flags.push(("features.scheduled_reading", "false".to_owned()));
        }
        let folder = tempfile::tempdir().expect("folder");
        flags.push(("server.data", folder.path().display().to_string()));
        let settings = Settings::load(&Sources { flags, ..Sources::default() }).expect("settings");
        let world = World { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(7)), transport };
        let engine = Arc::new(compose::engine(&settings, db.db.clone(), world).await.expect("engine"));
        let metrics = telemetry::detached_metrics().expect("metrics");
        let app = App::new(settings, engine.clone(), metrics, CancellationToken::new());
        Self { router: http::router(&app), clock, engine, kept: (db, folder) }
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.kept.1.path()
    }

    /// Closes and removes what the test made, where a database server has to be told.
    pub async fn dispose(self) {
        let (db, _) = self.kept;
        drop(self.router);
        db.dispose().await;
    }

    /// Sends a request as it is.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let peer: std::net::SocketAddr = "192.0.2.7:4711".parse().expect("address");
        if request.extensions().get::<ConnectInfo<std::net::SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("body").to_bytes();
        Answer { status: parts.status, headers: parts.headers, bytes: bytes.to_vec() }
    }

    /// Sends a request and goes away after so many looks for the answer, as a client whose line breaks does. Whether the
    /// answer came before.
    pub async fn hang_up(&self, request: Request<Body>, looks: usize) -> bool {
        let mut answer = Box::pin(self.send(request));
        let mut left = looks;
        std::future::poll_fn(|cx| match answer.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => {
                left -= 1;
                if left == 0 { Poll::Ready(false) } else { Poll::Pending }
            }
        })
        .await
    }

    /// A GET by nobody.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("request")).await
    }

    /// A request by nobody.
    pub async fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("request")).await
    }
}

/// How the networks fetch files: from the application, by the path of the address.
#[derive(Default)]
struct Pull(std::sync::OnceLock<Router>);

#[async_trait]
impl Fetch for Pull {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let url: url::Url = url.parse().expect("an address");
        let mut request = Request::get(url.path()).body(Body::empty()).expect("request");
        let peer: std::net::SocketAddr = "192.0.2.9:4711".parse().expect("address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer =
            self.0.get().expect("an application").clone().oneshot(request).await.expect("infallible");
        let content_type = answer.headers().get("content-type").and_then(|v| v.to_str().ok());
        let (status, content_type) = (answer.status().as_u16(), content_type.unwrap_or_default().to_owned());
        let body = answer.into_body().into_data_stream();
        let stream = TryStreamExt::map_err(body, std::io::Error::other).boxed();
        Ok(Fetched { status, content_type, stream })
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// A header, or "".
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().expect("text"))
    }
}

/// The address and password of the owner that [`TestApp::owner`] signs up.
pub const OWNER: (&str, &str) = ("ada@example.com", "a bell for every hour");

/// A browser: keeps cookies, sends forms as browsers do, follows nothing by itself.
pub struct Browser<'a> {
    app: &'a TestApp,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl TestApp {
    /// A browser that nobody is signed in with.
    pub fn browser(&self) -> Browser<'_> {
        Browser { app: self, cookies: Mutex::default() }
    }

    /// Signs the owner up by a set-up link; answers their browser and the path of their workspace.
    pub async fn owner(&self) -> (Browser<'_>, String) {
        let browser = self.browser();
        let link = self.people().new_setup_link().await.expect("link").expect("nobody is there yet");
        let form = [
            ("workspace", "Northlight"),
            ("name", "Ada Lovelace"),
            ("email", OWNER.0),
            ("password", OWNER.1),
            ("timezone", "Europe/Athens"),
        ];
        let answer = browser.post(&urls::setup(link.expose()), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let home = browser.get("/").await;
        let workspace = home.header("location").to_owned();
        (browser, workspace)
    }

    /// The use cases about people, for what has no page.
    pub fn people(&self) -> People {
        let engine = &self.engine;
        People::new(engine.db.clone(), engine.clock.clone(), engine.entropy.clone())
    }

    /// A user with a workspace of their own, and a token of that workspace.
    pub async fn stranger(&self, email: &str, role: Role) -> (CreatedByOperator, String) {
        let people = self.people();
        let home = NewWorkspace { name: "Elsewhere".into(), timezone: "UTC".into() };
        let password = Some(Secret::new(OWNER.1));
        let made = people.create_user_by_operator(email, None, password, home).await.expect("user");
        let token = people.create_token_by_operator(made.workspace.id, "test", role).await.expect("token");
        (made, token.secret.expose().to_owned())
    }

    /// An API call with a token.
    pub async fn api(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        self.api_with(method, path, token, &[], body).await
    }

    /// An API call with a token and further headers.
    pub async fn api_with(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.request(method, path, &all, &body.map(|b| b.to_string()).unwrap_or_default()).await
    }
}

impl Browser<'_> {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("request")).await
    }

    /// Opens a page, asking for it in this language.
    pub async fn get_in(&self, path: &str, language: &str) -> Answer {
        let request = Request::get(path).header("accept-language", language);
        self.send(request.body(Body::empty()).expect("request")).await
    }

    /// What a part of the page at `from` asks for by itself.
    pub async fn get_within(&self, path: &str, from: &str) -> Answer {
        let from = format!("http://carillon.example{from}");
        let request = Request::get(path).header("hx-request", "true").header("hx-current-url", from);
        self.send(request.body(Body::empty()).expect("request")).await
    }

    /// Asks for what it has with this tag, should it be another by now.
    pub async fn get_newer(&self, path: &str, etag: &str) -> Answer {
        let request = Request::get(path).header("if-none-match", etag);
        self.send(request.body(Body::empty()).expect("request")).await
    }

    /// Sends a form from a page of this site.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", "127.0.0.1:8080")
            .header("origin", "http://127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).expect("request")).await
    }

    /// Sends a file by the form of a page of this site.
    pub async fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let head = format!(
            "--bells\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        self.multipart(path, [head.as_bytes(), bytes, b"\r\n--bells--\r\n"].concat()).await
    }

    /// Sends a form of a page of this site in parts, which are written out, with `bells` between them.
    pub async fn multipart(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=bells")
            .header("host", "127.0.0.1:8080")
            .header("origin", "http://127.0.0.1:8080")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(body.into()).expect("request")).await
    }

    /// Signs in by the form.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("cookies").get(name).cloned()
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        let jar: Vec<String> =
            self.cookies.lock().expect("cookies").iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !jar.is_empty() {
            request.headers_mut().insert("cookie", jar.join("; ").parse().expect("cookie"));
        }
        let answer = self.app.send(request).await;
        for set in answer.headers.get_all("set-cookie") {
            let text = set.to_str().expect("text");
            let (pair, rules) = text.split_once(';').expect("rules");
            let (name, value) = pair.split_once('=').expect("pair");
            let mut jar = self.cookies.lock().expect("cookies");
            if rules.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}
