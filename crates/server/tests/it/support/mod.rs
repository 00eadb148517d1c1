//! The application for tests, and clients that call it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use carillon_domain::time::{ManualClock, SeededEntropy};
use carillon_server::events::Hub;
use carillon_server::http::{self, App, Limiter, Parts};
use carillon_server::settings::{Settings, Sources};
use carillon_server::telemetry;
use carillon_store::testing::TestDb;
use http_body_util::BodyExt;
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
    /// Keeps the database's folder.
    db: TestDb,
}

impl TestApp {
    /// With default settings.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these settings changed, as flags would.
    pub async fn with(flags: &[(&'static str, &str)]) -> Self {
        let flags = flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
        let settings = Settings::load(&Sources { flags, ..Sources::default() }).expect("settings");
        let db = TestDb::sqlite().await;
        let clock = Arc::new(ManualClock::new(START.parse().expect("time")));
        let app = App::new(Parts {
            limiter: Limiter::new(&settings.limits, clock.clone()),
            settings,
            db: db.db.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            hub: Hub::default(),
            metrics: telemetry::detached_metrics().expect("metrics"),
            stopping: CancellationToken::new(),
        });
        Self { router: http::router(&app), clock, db }
    }

    /// The database.
    pub fn db(&self) -> &carillon_store::Db {
        &self.db.db
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
