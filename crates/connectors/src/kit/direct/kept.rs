//! Connections that have just answered a commit.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::client::conn::http1::{Connection, SendRequest};
use hyper_util::rt::TokioIo;
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

/// The connections that are kept.
#[derive(Clone, Default)]
pub(super) struct Kept {
    lines: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    by_origin: HashMap<Origin, Vec<(Line, Instant)>>,
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
