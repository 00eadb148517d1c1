//! The real binary as a process, and a small client that calls it over sockets.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Longest wait for anything; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// A running `carillon`. It is killed when this is dropped.
pub struct Carillon {
    child: Child,
    /// The line that it printed when it was ready.
    pub ready: String,
}

impl Carillon {
    /// Starts it with these arguments and settings, in `folder`, and waits until it is ready.
    pub async fn start(folder: &Path, args: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_carillon"))
            .args(args)
            .env_clear()
            .envs(settings.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("output")).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("ready in time");
        let ready = line.expect("output").expect("a line before the end");
        assert!(ready.starts_with("carillon ready url="), "{ready}");
        Self { child, ready }
    }

    /// A word of the ready line.
    pub fn word(&self, name: &str) -> &str {
        let prefix = format!("{name}=");
        let found = self.ready.split(' ').find_map(|word| word.strip_prefix(prefix.as_str()));
        found.unwrap_or_else(|| panic!("no {name}= in: {}", self.ready))
    }

    /// Asks it to stop, as a supervisor does, and waits until it has.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill");
        assert!(sent.success());
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("an end in time").expect("an end")
    }

    /// Kills it at once, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }
}

/// Calls a server.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
}

impl Client {
    /// Nobody in particular.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), token: None }
    }

    /// Whoever holds this token.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(base) }
    }

    /// Gets JSON.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "GET {path}: {body}");
        body
    }

    /// Posts JSON and gets JSON.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "POST {path}: {status} {answer}");
        answer
    }

    /// Sends a request; an answer that is not JSON is given as text.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let body = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
        self.send_bytes(method, path, "application/json", body.into()).await
    }

    /// Sends a request with any body.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> (StatusCode, Value) {
        let authority = self.base.strip_prefix("http://").expect("plain http");
        let stream = TcpStream::connect(authority).await.expect("a connection");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(HOST, authority);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, kind);
        }
        let request = request.body(Full::new(body)).expect("a request");
        let answer = tokio::time::timeout(PATIENCE, sender.send_request(request)).await;
        let (parts, body) = answer.expect("an answer in time").expect("an answer").into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        (parts.status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
    }

    /// Gets `path` again and again until `done` says so.
    pub async fn poll(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            last = self.get(path).await;
            if done(&last) {
                return last;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("{path} never became what was waited for: {last}");
    }
}
