//! A stretch of wire on the way to the simulated networks, which is cut when so many bytes have gone over it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Bytes that are passed on at once.
const BUFFER: usize = 64 * 1024;
/// Fewer at once are no file on its way.
const BULK: usize = 4 * 1024;

/// A listener that passes everything on. It ends when this is dropped; connections end with their clients.
pub struct Cutter {
    /// Where it listens.
    pub origin: String,
    wire: Arc<Wire>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Wire {
    /// Bytes on their way to the networks since it was last armed, headers included.
    sent: AtomicU64,
    /// After how many of them it is cut, in ascending order.
    cuts: Mutex<VecDeque<u64>>,
    made: AtomicU32,
}

impl Cutter {
    /// Listens, for what is at `target`, an origin with port.
    pub async fn start(target: &str) -> anyhow::Result<Self> {
        let target = target.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let wire = Arc::new(Wire::default());
        let listening = tokio::spawn(listen(listener, target, wire.clone()));
        Ok(Self { origin, wire, listening })
    }

    /// Counts from 0 again, and cuts a connection each time that so many bytes have gone to the networks.
    pub fn arm(&self, cuts: impl IntoIterator<Item = u64>) {
        let mut planned = self.wire.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        *planned = cuts.into_iter().collect();
        self.wire.sent.store(0, Ordering::SeqCst);
        self.wire.made.store(0, Ordering::SeqCst);
    }

    /// Bytes that went to the networks since, and how often the wire was cut.
    pub fn seen(&self) -> (u64, u32) {
        (self.wire.sent.load(Ordering::SeqCst), self.wire.made.load(Ordering::SeqCst))
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Wire {
    /// Counts; whether the wire is to be cut now.
    fn carries(&self, bytes: usize) -> bool {
        let sent = self.sent.fetch_add(bytes as u64, Ordering::SeqCst) + bytes as u64;
        let mut cuts = self.cuts.lock().unwrap_or_else(PoisonError::into_inner);
        let due = bytes >= BULK && cuts.front().is_some_and(|at| *at <= sent);
        if due {
            cuts.pop_front();
            self.made.fetch_add(1, Ordering::SeqCst);
        }
        due
    }
}

async fn listen(listener: TcpListener, target: String, wire: Arc<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        let (target, wire) = (target.clone(), wire.clone());
        tokio::spawn(async move {
            // Whoever can't be reached is not there for the client either.
            if let Ok(server) = TcpStream::connect(target).await {
                join(client, server, &wire).await;
            }
        });
    }
}

/// Passes on in both directions until one side ends or the wire is cut; then both sockets are closed.
async fn join(client: TcpStream, server: TcpStream, wire: &Wire) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(from_client, to_server, |bytes| wire.carries(bytes)) => {}
        () = pass(from_server, to_client, |_| false) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: impl Fn(usize) -> bool) {
    let mut buffer = vec![0; BUFFER];
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        let passed = to.write_all(&buffer[..bytes]).await;
        if passed.is_err() || cut(bytes) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wire_is_cut_where_it_was_said_and_bears_the_next_connection() {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let target = format!("http://{}", server.local_addr().expect("an address"));
        let arrived = tokio::spawn(async move {
            let mut counts = Vec::new();
            for _ in 0..2 {
                let (mut socket, _) = server.accept().await.expect("accepted");
                let mut bytes = Vec::new();
                // An end or a reset, whichever the cut comes to.
                socket.read_to_end(&mut bytes).await.ok();
                counts.push(bytes.len());
            }
            counts
        });
        let cutter = Cutter::start(&target).await.expect("listening");
        cutter.arm([500_000]);
        let address = cutter.origin.trim_start_matches("http://").to_owned();
        for size in [1_000_000, 300_000] {
            let mut socket = TcpStream::connect(&address).await.expect("connected");
            // The first one is cut while it writes. The next begins when this one is over: what is still in the buffers of the first
            // would go over the wire beside it.
            socket.write_all(&vec![7; size]).await.ok();
            socket.shutdown().await.ok();
            let over = socket.read(&mut [0]).await;
            assert!(!matches!(over, Ok(1..)), "nobody answers");
        }
        let counts = arrived.await.expect("counted");
        // A reset takes back what was not read yet, so less may have arrived than went over the wire.
        assert!(counts[0] < 500_000 + BUFFER, "{counts:?}");
        assert_eq!(counts[1], 300_000);
        let (sent, cuts) = cutter.seen();
        assert_eq!(cuts, 1);
        let all = 500_000 + 300_000;
        assert!((all..all + BUFFER as u64).contains(&sent), "{sent}");
    }
}
