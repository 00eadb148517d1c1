//! Sends a commit over a connection of its own, so that it is known whether a byte of it ever left.
//!
//! A pooled client can't say that for sure, and it has a queue, a connect and a handshake between the last look at the clock
//! and the write. Here name, connection and handshake are done first; then, inside the very write of the first byte, the
//! deadline is checked. What stays open: the time from that check to the system call of the write, and whatever the kernel
//! and the network do with the bytes afterwards.
//!
//! A connection that has just answered may carry the next commit to the same server, so that a burst of posts does not begin with
//! as many handshakes. It is looked at before, and kept so shortly that the server has no reason to close it meanwhile.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use carillon_domain::time::Clock;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Request};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Origin, Url};

use super::egress::{Egress, ResolveError};
use super::http::{Body, Call, MAX_REPLY_BYTES, Reply, SendError, exact};
use kept::{Kept, Line, lock};

mod kept;

pub(super) struct Direct {
    egress: Egress,
    tls: Arc<rustls::ClientConfig>,
    clock: Arc<dyn Clock>,
    kept: Kept,
}

/// Longest time for name, connection and handshake together.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Direct {
    pub(super) fn new(egress: Egress, tls: Arc<rustls::ClientConfig>, clock: Arc<dyn Clock>) -> Self {
        Self { egress, tls, clock, kept: Kept::default() }
    }

    /// One request on a connection that nobody else uses.
    pub(super) async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let url = Url::parse(&call.url).map_err(|e| not_sent(format!("not an address: {e}")))?;
        let timeout = call.timeout;
        // Of the connection that is used in the end.
        let gate = Arc::new(Gate::new(self.clock.clone(), not_after));
        let whole = self.exchange(call, url, &gate);
        let result = match tokio::time::timeout(timeout, whole).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {} s", timeout.as_secs_f64()).into()),
        };
        result.map_err(|failure| match failure {
            Failure::Send(error) => error,
            Failure::Broken(text) if gate.refused.load(Ordering::SeqCst) => {
                not_sent(format!("{LATE} ({text})"))
            }
            Failure::Broken(text) if gate.opened.load(Ordering::SeqCst) => SendError::Lost(text),
            Failure::Broken(text) => SendError::NotSent(text),
        })
    }

    async fn exchange(&self, call: Call, url: Url, gate: &Arc<Gate>) -> Result<Reply, Failure> {
        let origin = url.origin();
        let request = request(call, &url)?;
        let mut line = match self.kept.take(&origin, gate) {
            Some(line) => line,
            None => self.line(&origin, &url, gate).await?,
        };
        let answer = {
            let Line { sender, connection, .. } = &mut line;
            let answer = async {
                sender.ready().await?;
                let (parts, body) = sender.send_request(request).await?.into_parts();
                Ok::<_, Failure>(Reply {
                    status: parts.status,
                    headers: parts.headers,
                    body: read(body).await?,
                })
            };
            // Driven here and not in a task of its own: when this future ends or is dropped, nothing can be written any more,
            // so that what was called "not sent" stays so.
            let driven = async {
                let ended = connection.await;
                tracing::trace!(ok = ended.is_ok(), "the connection of a commit ended");
                std::future::pending::<()>().await;
            };
            tokio::select! {
                answer = answer => answer?,
                () = driven => return Err(Failure::Broken("the connection ended".to_owned())),
            }
        };
        self.kept.put(origin, line);
        Ok(answer)
    }

    /// A new connection, unless another commit's becomes free before it is this one's turn to open one.
    async fn line(&self, origin: &Origin, url: &Url, gate: &Arc<Gate>) -> Result<Line, Failure> {
        let turns = self.kept.turns(origin);
        let _turn = turns.acquire().await;
        match self.kept.take(origin, gate) {
            Some(line) => Ok(line),
            None => self.open(url, gate).await,
        }
    }

    async fn open(&self, url: &Url, gate: &Arc<Gate>) -> Result<Line, Failure> {
        let stream = match tokio::time::timeout(CONNECT_TIMEOUT, self.connect(url)).await {
            Ok(stream) => stream?,
            Err(_) => return Err(Failure::Send(not_sent("connecting took too long".to_owned()))),
        };
        let slot = Arc::new(Mutex::new(Arc::clone(gate)));
        let stream = TokioIo::new(Gated { inner: stream, gate: Arc::clone(&slot) });
        let (sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        Ok(Line { sender, connection: Box::pin(connection), gate: slot })
    }

    async fn connect(&self, url: &Url) -> Result<Box<dyn Stream>, Failure> {
        let tls = url.scheme() == "https";
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = self.egress.resolve(host, port, tls).await.map_err(|error| match error {
            ResolveError::Blocked(blocked) => Failure::Send(SendError::Forbidden(blocked.to_string())),
            error @ ResolveError::NotFound { .. } => Failure::Send(not_sent(error.to_string())),
        })?;
        let mut last = String::new();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    let _ = stream.set_nodelay(true);
                    return if tls { self.encrypt(host, stream).await } else { Ok(Box::new(stream)) };
                }
                Err(error) => last = format!("{address}: {error}"),
            }
        }
        Err(Failure::Send(not_sent(format!("could not connect to {host}: {last}"))))
    }

    async fn encrypt(&self, host: &str, stream: TcpStream) -> Result<Box<dyn Stream>, Failure> {
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|e| Failure::Send(not_sent(format!("{host}: {e}"))))?;
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await;
        let stream = stream.map_err(|e| Failure::Send(not_sent(format!("TLS with {host} failed: {e}"))))?;
        Ok(Box::new(stream))
    }
}

const LATE: &str = "the commit's deadline passed before it was sent";

fn not_sent(text: String) -> SendError {
    SendError::NotSent(text)
}

/// What went wrong: known already, or to be judged by whether a byte left.
enum Failure {
    Send(SendError),
    Broken(String),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Broken(text)
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::Broken(chain(&error))
    }
}

/// An error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn request(call: Call, url: &Url) -> Result<Request<UnsyncBoxBody<Bytes, io::Error>>, Failure> {
    let invalid = |e: http::Error| Failure::Send(not_sent(format!("not a valid request: {e}")));
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let authority = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut request = Request::builder().method(call.method).uri(target);
    if let Some(headers) = request.headers_mut() {
        *headers = call.headers;
        headers.insert(HOST, HeaderValue::from_str(&authority).map_err(|e| invalid(e.into()))?);
        super::wire::standing_headers(headers);
        if !matches!(call.body, Body::Empty) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(call.body.len()));
        }
    }
    let body = match call.body {
        Body::Empty => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        Body::Bytes(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        Body::Stream { len, stream } => {
            let frames = futures::StreamExt::map(exact(len, stream), |chunk| chunk.map(Frame::data));
            StreamBody::new(frames).boxed_unsync()
        }
    };
    request.body(body).map_err(invalid)
}

async fn read(body: Incoming) -> Result<Bytes, Failure> {
    let read = Limited::new(body, MAX_REPLY_BYTES).collect().await;
    let whole = read.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return format!("the answer is longer than {MAX_REPLY_BYTES} bytes");
        }
        format!("the answer broke off: {}", chain(&*error))
    })?;
    Ok(whole.to_bytes())
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens for the first byte, if the deadline has not passed.
struct Gate {
    clock: Arc<dyn Clock>,
    not_after: Option<Duration>,
    opened: AtomicBool,
    refused: AtomicBool,
}

impl Gate {
    fn new(clock: Arc<dyn Clock>, not_after: Option<Duration>) -> Self {
        Self { clock, not_after, opened: AtomicBool::new(false), refused: AtomicBool::new(false) }
    }

    fn pass(&self) -> io::Result<()> {
        if self.opened.load(Ordering::SeqCst) {
            return Ok(());
        }
        if self.not_after.is_some_and(|deadline| self.clock.monotonic() >= deadline) {
            self.refused.store(true, Ordering::SeqCst);
            return Err(io::Error::new(io::ErrorKind::TimedOut, LATE));
        }
        self.opened.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// The gate of the commit that a connection carries now.
type Slot = Arc<Mutex<Arc<Gate>>>;

struct Gated {
    inner: Box<dyn Stream>,
    gate: Slot,
}

impl Gated {
    fn pass(&self) -> io::Result<()> {
        lock(&self.gate).pass()
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Gated {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.pass()?;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
