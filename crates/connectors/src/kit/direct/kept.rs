//! Connections that have just answered a commit.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::client::conn::http1::{Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Origin;

use super::{Gate, Gated, Slot};

/// A request's body.
pub(super) type Sent = UnsyncBoxBody<Bytes, std::io::Error>;

/// A connection, driven by whoever has it.
pub(super) struct Line {
    pub sender: SendRequest<Sent>,
    pub connection: Pin<Box<Connection<TokioIo<Gated>, Sent>>>,
    pub gate: Slot,
}

/// So long a connection is kept. Servers keep theirs for five seconds and more; one that closes a connection while a commit is on
/// its way leaves open whether it read it.
const KEEP: Duration = Duration::from_secs(1);

/// Connections that are kept to one server.
const MOST: usize = 512;

/// Connections to one server that are opened at the same time. When many posts are due at once, most of them find one that another
/// needs no more; a server that is slow to answer gets as many as there are posts all the same.
const OPENING: usize = 64;

/// The connections that are kept.
#[derive(Clone, Default)]
pub(super) struct Kept {
    lines: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    by_origin: HashMap<Origin, Vec<(Line, Instant)>>,
    /// Who may open one, as long as somebody wants to.
    opening: HashMap<Origin, Weak<Semaphore>>,
    /// Somebody comes to close what nobody took.
    swept: bool,
}

impl Kept {
    /// A connection to `origin` that is still open, for the commit of this gate.
    pub fn take(&self, origin: &Origin, gate: &Arc<Gate>) -> Option<Line> {
        loop {
            let (mut line, since) = lock(&self.lines).by_origin.get_mut(origin)?.pop()?;
            // The newest come last, so the others are older still.
            if since.elapsed() >= KEEP {
                lock(&self.lines).by_origin.remove(origin);
                return None;
            }
            let ended = line.connection.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            if !ended && !line.sender.is_closed() {
                *lock(&line.gate) = Arc::clone(gate);
                return Some(line);
            }
        }
    }

    /// The turns of those who want to open a connection to `origin`.
    pub fn turns(&self, origin: &Origin) -> Arc<Semaphore> {
        let mut lines = lock(&self.lines);
        if let Some(turns) = lines.opening.get(origin).and_then(Weak::upgrade) {
            return turns;
        }
        lines.opening.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(OPENING));
        lines.opening.insert(origin.clone(), Arc::downgrade(&turns));
        turns
    }

    /// Keeps a connection whose answer was read to its end.
    pub fn put(&self, origin: Origin, mut line: Line) {
        let ended = line.connection.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        if ended || line.sender.is_closed() {
            return;
        }
        let mut lines = lock(&self.lines);
        let same = lines.by_origin.entry(origin).or_default();
        if same.len() < MOST {
            same.push((line, Instant::now()));
        }
        if !lines.swept {
            lines.swept = true;
            tokio::spawn(sweep(Arc::clone(&self.lines)));
        }
    }
}

/// Closes what was not taken again, until nothing is left.
async fn sweep(lines: Arc<Mutex<Lines>>) {
    let mut before: HashMap<Origin, usize> = HashMap::new();
    loop {
        tokio::time::sleep(KEEP).await;
        let mut lines = lock(&lines);
        // The newest come last and are taken first: as many as nobody took since the last time are old.
        for (origin, same) in &mut lines.by_origin {
            let old = before.get(origin).copied().unwrap_or_default().min(same.len());
            same.drain(..old);
        }
        lines.by_origin.retain(|_, same| !same.is_empty());
        if lines.by_origin.is_empty() {
            lines.swept = false;
            return;
        }
        before = lines.by_origin.iter().map(|(origin, same)| (origin.clone(), same.len())).collect();
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use carillon_domain::time::{ManualClock, Timestamp};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use crate::kit::egress::Egress;
    use crate::kit::http::{Call, CommitPermit, Safety};
    use crate::kit::wire::Wire;

    use super::*;
    use crate::kit::client::Http;

    /// Answers on each connection so often, then closes it without having said so.
    async fn server(answers: usize) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream, answers));
            }
        });
        (address, connections)
    }

    async fn answer(mut stream: TcpStream, times: usize) -> std::io::Result<()> {
        for _ in 0..times {
            let mut request = Vec::new();
            while !request.ends_with(b"{}") {
                if stream.read_buf(&mut request).await? == 0 {
                    return Ok(());
                }
            }
            stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok").await?;
        }
        Ok(())
    }

    async fn commit(http: &Http, address: SocketAddr) {
        let call = Call::post("c", Safety::Unsafe, format!("http://{address}/")).json(&serde_json::json!({}));
        let reply = http.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await;
        assert_eq!(reply.expect("an answer").status, 201);
    }

    fn http() -> Http {
        let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        let egress = Egress::new(["127.0.0.0/8".parse().expect("a network")]);
        Http::new(Arc::new(Wire::new(egress, clock.clone()).expect("a transport")), clock)
    }

    #[tokio::test]
    async fn the_next_commit_takes_the_connection_of_the_last() {
        let (address, connections) = server(100).await;
        let http = http();
        for _ in 0..3 {
            commit(&http, address).await;
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1);
        futures::future::join_all((0..4).map(|_| commit(&http, address))).await;
        assert_eq!(connections.load(Ordering::SeqCst), 4, "one commit at a time on each");
    }

    #[tokio::test]
    async fn a_connection_that_the_server_closed_is_not_taken() {
        let (address, connections) = server(1).await;
        let http = http();
        for commits in 1..=3 {
            commit(&http, address).await;
            // The runtime asks the system for news at least once in so many turns.
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            assert_eq!(connections.load(Ordering::SeqCst), commits);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_kept_for_long() {
        let (address, connections) = server(100).await;
        let http = http();
        commit(&http, address).await;
        tokio::time::advance(KEEP).await;
        commit(&http, address).await;
        assert_eq!(connections.load(Ordering::SeqCst), 2);
    }
}
