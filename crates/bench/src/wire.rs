//! A small HTTP client that counts every byte that comes over the socket. Each request has a connection of its own.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use url::Url;

/// Longest wait for an answer; the upload of a large file counts.
const PATIENCE: Duration = Duration::from_secs(600);

/// What is sent.
pub type Payload = UnsyncBoxBody<Bytes, io::Error>;

/// A payload in memory.
pub fn full(bytes: impl Into<Bytes>) -> Payload {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A payload that is made while it is sent.
pub fn stream(bytes: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Payload {
    StreamBody::new(bytes.map(|chunk| chunk.map(Frame::data))).boxed_unsync()
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it travelled.
    pub body: Bytes,
    /// Bytes of the whole answer on the wire: status line, headers, body and its framing.
    pub transferred: u64,
}

impl Answer {
    /// A header's value, or nothing.
    pub fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text, unpacked.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut plain = Vec::new();
        if self.header(header::CONTENT_ENCODING) == "br" {
            brotli::BrotliDecompress(&mut &self.body[..], &mut plain)?;
        } else {
            plain.extend_from_slice(&self.body);
        }
        Ok(String::from_utf8(plain)?)
    }
}

/// Somebody who calls one server.
#[derive(Debug)]
pub struct Client {
    base: Url,
    token: Option<String>,
    cookies: Mutex<Vec<(String, String)>>,
}

impl Client {
    /// Nobody in particular.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let base = Url::parse(base).with_context(|| format!("{base} is no address"))?;
        Ok(Self { base, token: None, cookies: Mutex::default() })
    }

    /// Whoever holds this token.
    pub fn with_token(base: &str, token: &str) -> anyhow::Result<Self> {
        Ok(Self { token: Some(token.to_owned()), ..Self::new(base)? })
    }

    /// Where a reference leads that was found at `from`.
    pub fn join(&self, reference: &str) -> anyhow::Result<Url> {
        self.base.join(reference).with_context(|| format!("{reference:?} is no address"))
    }

    /// Gets something as a browser does: compressed if possible, redirects not followed.
    pub async fn get(&self, reference: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, reference, &[(header::ACCEPT_ENCODING, "br, gzip")], full("")).await
    }

    /// Gets a page, following redirects.
    pub async fn page(&self, reference: &str) -> anyhow::Result<Answer> {
        let mut at = self.join(reference)?;
        for _ in 0..5 {
            let answer = self.get(at.as_str()).await?;
            if !answer.status.is_redirection() {
                ensure!(answer.status.is_success(), "GET {at}: {}: {}", answer.status, answer.text()?);
                return Ok(answer);
            }
            at = at.join(answer.header(header::LOCATION))?;
        }
        bail!("{reference} redirects without an end")
    }

    /// Posts a form; redirects are not followed.
    pub async fn post_form(&self, reference: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = [(header::CONTENT_TYPE, "application/x-www-form-urlencoded")];
        self.send(Method::POST, reference, &kind, full(body)).await
    }

    /// Gets JSON.
    pub async fn get_json(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.send(Method::GET, path, &[], full("")).await?;
        json("GET", path, &answer)
    }

    /// Posts JSON and gets JSON.
    pub async fn post_json(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let answer = self.send(Method::POST, path, &kind, full(body.to_string())).await?;
        json("POST", path, &answer)
    }

    /// Changes something by JSON and gets JSON.
    pub async fn patch_json(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let answer = self.send(Method::PATCH, path, &kind, full(body.to_string())).await?;
        json("PATCH", path, &answer)
    }

    /// Deletes something.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        let answer = self.send(Method::DELETE, path, &[], full("")).await?;
        ensure!(answer.status.is_success(), "DELETE {path}: {}: {}", answer.status, answer.text()?);
        Ok(())
    }

    /// Sends a request and waits for the whole answer.
    pub async fn send(
        &self,
        method: Method,
        reference: &str,
        headers: &[(HeaderName, &str)],
        body: Payload,
    ) -> anyhow::Result<Answer> {
        let url = self.join(reference)?;
        let what = format!("{method} {url}");
        let mut request = Request::builder().method(method).uri(&url[url::Position::BeforePath..]);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        request = request.header(header::HOST, authority);
        // Token and cookies are for one server only.
        if url.origin() == self.base.origin() {
            if let Some(token) = &self.token {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            if let Some(cookies) = self.cookies()? {
                request = request.header(header::COOKIE, cookies);
            }
        }
        let request = request.body(body).with_context(|| what.clone())?;
        let sent = tokio::time::timeout(PATIENCE, exchange(authority, request)).await;
        let answer = sent.with_context(|| format!("{what}: no answer in time"))?.context(what)?;
        if url.origin() == self.base.origin() {
            self.keep_cookies(&answer.headers)?;
        }
        Ok(answer)
    }

    /// Opens a connection that is kept, as browsers and proxies keep theirs.
    pub async fn line(&self) -> anyhow::Result<Line<'_>> {
        let authority = &self.base[url::Position::BeforeHost..url::Position::AfterPort];
        let socket = TcpStream::connect(address(authority)).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
        tokio::spawn(connection);
        Ok(Line { client: self, authority: authority.to_owned(), sender })
    }

    /// What it says of itself at each request, once somebody is signed in.
    pub fn cookies(&self) -> anyhow::Result<Option<HeaderValue>> {
        let jar = self.cookies.lock().map_err(|_| anyhow::anyhow!("the cookies are lost"))?;
        let pairs: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Ok(if pairs.is_empty() { None } else { Some(pairs.join("; ").parse()?) })
    }

    fn keep_cookies(&self, headers: &HeaderMap) -> anyhow::Result<()> {
        let mut jar = self.cookies.lock().map_err(|_| anyhow::anyhow!("the cookies are lost"))?;
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str()?.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            jar.retain(|(known, _)| known != name.trim());
            jar.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(())
    }
}

/// A connection for one request after the other.
pub struct Line<'c> {
    client: &'c Client,
    authority: String,
    sender: SendRequest<Payload>,
}

impl Line<'_> {
    /// Gets a page, packed as the encoding says; gives its body as it travelled.
    pub async fn get(&mut self, path: &str, encoding: &str) -> anyhow::Result<Bytes> {
        let mut request = Request::get(path)
            .header(header::HOST, self.authority.as_str())
            .header(header::ACCEPT_ENCODING, encoding);
        if let Some(cookies) = self.client.cookies()? {
            request = request.header(header::COOKIE, cookies);
        }
        self.sender.ready().await?;
        let answer = self.sender.send_request(request.body(full(""))?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "GET {path}: {status}");
        Ok(body)
    }
}

fn json(method: &str, path: &str, answer: &Answer) -> anyhow::Result<Value> {
    let text = answer.text()?;
    ensure!(answer.status.is_success(), "{method} {path}: {}: {text}", answer.status);
    serde_json::from_str(&text).with_context(|| format!("{method} {path}: no JSON: {text}"))
}

/// Names below `localhost` are this machine (RFC 6761), also where the system does not know it.
fn address(authority: &str) -> String {
    match authority.rsplit_once(':') {
        Some((name, port)) if name.ends_with(".localhost") => format!("127.0.0.1:{port}"),
        _ => authority.to_owned(),
    }
}

async fn exchange(authority: &str, request: Request<Payload>) -> anyhow::Result<Answer> {
    let socket = TcpStream::connect(address(authority)).await?;
    socket.set_nodelay(true)?;
    let received = Arc::new(AtomicU64::new(0));
    let counted = Counted { socket, received: received.clone() };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(counted)).await?;
    // It ends with the answer's last byte, or with the sender.
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    let transferred = received.load(Ordering::Relaxed);
    Ok(Answer { status: parts.status, headers: parts.headers, body, transferred })
}

/// A socket with a counter of what came in.
struct Counted {
    socket: TcpStream,
    received: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, into);
        let came = into.filled().len().saturating_sub(before);
        self.received.fetch_add(came as u64, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
