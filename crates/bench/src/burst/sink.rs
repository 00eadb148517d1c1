//! Where the posts go: an HTTP server that does nothing but note when each one arrived.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_domain::time::Clock;
use carillon_server::ambient::SystemClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// A sink that listens.
pub struct Sink {
    /// Where.
    pub address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    clock: SystemClock,
    latency: Duration,
    next: AtomicU64,
    /// When a post with this text came, microseconds since 1970, as often as it came.
    seen: Mutex<HashMap<String, Vec<i64>>>,
}

impl Sink {
    /// Listens on a free port, and lets each caller wait `latency` for its answer.
    pub async fn start(latency: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { latency, ..State::default() });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move { serve(stream, &state).await });
            }
        });
        Ok(Self { address, state, task })
    }

    /// When each post came, microseconds since 1970, by its text.
    pub fn seen(&self) -> HashMap<String, Vec<i64>> {
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many different posts came, or until `end`; whether they came.
    pub async fn wait_for(&self, posts: usize, end: Instant) -> bool {
        while self.count() < posts {
            if Instant::now() >= end {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }

    fn count(&self) -> usize {
        self.state.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, state: &State) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = Vec::with_capacity(2_048);
    loop {
        let (head, length) = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break (end + 4, content_length(buffer.get(..end)?));
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        let posted = buffer.starts_with(b"POST");
        let body = if posted {
            let id = state.next.fetch_add(1, Ordering::Relaxed) + 1;
            let text = text_of(buffer.get(head..head + length)?);
            let mut seen = state.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.entry(text).or_default().push(state.clock.now().as_microsecond());
            drop(seen);
            format!("{{\"data\":{{\"id\":\"{id}\",\"text\":\"ok\"}}}}")
        } else {
            "{\"meta\":{\"result_count\":0}}".to_owned()
        };
        buffer.drain(..head + length);
        if posted && !state.latency.is_zero() {
            tokio::time::sleep(state.latency).await;
        }
        let answer = format!(
            "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            if posted { "201 Created" } else { "200 OK" },
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let line = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    line.unwrap_or(0)
}

/// The post's own name: what stands before the first space of its text.
fn text_of(body: &[u8]) -> String {
    let text = body.windows(8).position(|window| window == b"\"text\":\"").map_or(0, |at| at + 8);
    let text = body.get(text..).unwrap_or_default();
    let end = text.iter().position(|byte| *byte == b' ' || *byte == b'"').unwrap_or(text.len());
    String::from_utf8_lossy(text.get(..end).unwrap_or_default()).into_owned()
}
