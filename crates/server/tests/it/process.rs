//! The real binary as a process, and small clients that call it over sockets.

mod visitor;

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Response, StatusCode, request};
use bytes::Bytes;
use carillon_connectors::Registry;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

pub use visitor::Visitor;

/// Longest wait for anything; a busy machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for the first line: a demo plays three months before it.
const START: Duration = Duration::from_secs(240);
/// Pause between two looks.
pub const LOOK: Duration = Duration::from_millis(50);

/// A running `carillon`. It is killed when this is dropped.
pub struct Carillon {
    child: Child,
    /// The line that it printed when it was ready.
    pub ready: String,
}

impl Carillon {
    /// Starts it with these arguments and settings, in `folder`, and waits until it is ready.
    pub async fn start(folder: &Path, args: &[&str], settings: &[(&str, &str)]) -> Self {
        Self::spawn(program(folder, args, settings)).await
    }

    /// The same, and its log is added to the file `log`.
    pub async fn start_logging(folder: &Path, args: &[&str], settings: &[(&str, &str)], log: &Path) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(log).expect("the log");
        let mut program = program(folder, args, settings);
        program.stderr(log);
        Self::spawn(program).await
    }

    async fn spawn(mut program: Command) -> Self {
        let mut child = program.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("output")).lines();
        let line = tokio::time::timeout(START, lines.next_line()).await.expect("ready in time");
        let ready = line.expect("output").expect("a line before the end");
        assert!(ready.starts_with("carillon ready url="), "{ready}");
        Self { child, ready }
    }

    /// Starts the demo in `folder`, where a second start finds it again.
    pub async fn demo(folder: &Path) -> Self {
        Self::demo_with(folder, &[]).await
    }

    /// The same, with these settings.
    pub async fn demo_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let args = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
        Self::start(folder, &args, settings).await
    }

    /// A word of the ready line.
    pub fn word(&self, name: &str) -> &str {
        let prefix = format!("{name}=");
        let found = self.ready.split(' ').find_map(|word| word.strip_prefix(prefix.as_str()));
        found.unwrap_or_else(|| panic!("no {name}= in: {}", self.ready))
    }

    /// Asks it to stop, as a supervisor does, and waits until it has.
    pub async fn terminate(mut self) -> ExitStatus {
        self.signal("-TERM").await;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("an end in time").expect("an end")
    }

    /// Sends it a signal, named as `kill` takes it.
    pub async fn signal(&self, signal: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await.expect("kill");
        assert!(sent.success());
    }

    /// Kills it at once, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }
}

fn program(folder: &Path, args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_carillon"));
    program
        .args(args)
        .env_clear()
        // A demo's months of history take their time; tests that look at them ask for them.
        .env("CARILLON_SANDBOX__DEMO_DAYS", "3")
        .envs(settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    program
}

/// Runs a command that ends by itself, with this input, and gives what it printed.
pub async fn command(folder: &Path, args: &[&str], settings: &[(&str, &str)], input: &str) -> String {
    let mut child =
        program(folder, args, settings).stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("input");
    stdin.write_all(input.as_bytes()).await.expect("the input is taken");
    drop(stdin);
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = ended.expect("an end in time").expect("an end");
    assert!(output.status.success(), "{args:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

/// One request to a server on this machine, on a connection of its own. `authority` is host and port.
async fn exchange(authority: &str, request: request::Builder, body: Bytes) -> Response<Bytes> {
    let (_, port) = authority.rsplit_once(':').expect("a port");
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.expect("a connection");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    let request = request.header(HOST, authority).body(Full::new(body)).expect("a request");
    let answer = tokio::time::timeout(PATIENCE, sender.send_request(request)).await;
    let (parts, body) = answer.expect("an answer in time").expect("an answer").into_parts();
    Response::from_parts(parts, body.collect().await.expect("a body").to_bytes())
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

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same caller at another server.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
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
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, kind);
        }
        let (parts, bytes) = exchange(self.authority(), request, body).await.into_parts();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        (parts.status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
    }

    /// Gets bytes that are no JSON, with the headers beside them.
    pub async fn fetch(&self, path: &str) -> Response<Bytes> {
        let answer = exchange(self.authority(), Request::get(path), Bytes::new()).await;
        assert_eq!(answer.status(), StatusCode::OK, "GET {path}");
        answer
    }

    /// Puts a file into the library; answers what the library says of it.
    pub async fn upload(&self, name: &str, bytes: &[u8], alt: &str) -> Value {
        let head = |rest: &str| format!("--cut-here\r\ncontent-disposition: form-data; {rest}\r\n\r\n");
        let form = [
            head(&format!("name=\"file\"; filename=\"{name}\"")).as_bytes(),
            bytes,
            format!("\r\n{}{alt}\r\n--cut-here--\r\n", head("name=\"alt_text\"")).as_bytes(),
        ]
        .concat();
        let kind = "multipart/form-data; boundary=cut-here";
        let (status, answer) = self.send_bytes(Method::POST, "/api/v1/media", kind, form.into()).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        answer
    }

    fn authority(&self) -> &str {
        self.base.strip_prefix("http://").expect("plain http")
    }

    /// Gets `path` again and again until `done` says so.
    pub async fn poll(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        self.poll_for(PATIENCE, path, done).await
    }

    /// The same, with another patience.
    pub async fn poll_for(&self, patience: Duration, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let looking = async {
            // Quick at first, then slow enough for the server's own limit on requests.
            for look in 0.. {
                last = self.get(path).await;
                if done(&last) {
                    return;
                }
                tokio::time::sleep(if look < 100 { LOOK } else { 10 * LOOK }).await;
            }
        };
        let found = tokio::time::timeout(patience, looking).await.is_ok();
        assert!(found, "{path} never became what was waited for: {last}");
        last
    }
}

/// Whether an account's network has posts of pictures.
pub fn takes_pictures(account: &Value) -> bool {
    let connector = Registry.get(account["platform"].as_str().expect("a name")).expect("a network");
    !connector.capabilities().videos_only()
}

/// Options of these accounts that a person must choose, as overrides of a post: as few people as possible see it.
pub fn choices<'a>(accounts: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut overrides = serde_json::Map::new();
    for account in accounts {
        let connector = Registry.get(account["platform"].as_str().expect("a name")).expect("a network");
        let last = |(option, values): (&str, &[&str])| (option.to_owned(), json!(values.last()));
        let options: serde_json::Map<_, _> = connector.capabilities().to_choose().map(last).collect();
        if !options.is_empty() {
            let id = account["id"].as_str().expect("an id");
            overrides.insert(id.to_owned(), json!({ "options": options }));
        }
    }
    overrides.into()
}

/// No two texts have the same picture: a network may refuse to show one twice.
pub fn picture(text: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let shade = text.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let picture = image::RgbImage::from_pixel(400, 400, image::Rgb([shade, 120, 90]));
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}
