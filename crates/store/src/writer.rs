//! SQLite's one writer.
//!
//! It takes whatever small transactions wait, runs them one after the other, and makes them durable with one commit; their
//! results are handed out only after that. So a burst of a hundred changes costs one flush of the disk. All but the first run in
//! a savepoint of their own, so an error or panic in one change does not touch the others.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::apart::Room;
use crate::db::{Connection, Hook, Tx};
use crate::sqlite::{Readers, SqliteConnection};
use crate::{Stmt, StoreError};

/// Most transactions in one durable commit; bounds how long the first of them waits.
const GROUP: usize = 256;

/// Transactions that may wait before callers have to wait for a place in the queue.
const QUEUE: usize = 1024;

/// The embedded engine: readers beside one writer.
pub struct SqliteDb {
    pub(crate) readers: Readers,
    pub(crate) room: Room,
    queue: mpsc::Sender<Message>,
    commits: Arc<AtomicU64>,
}

enum Message {
    Work(Box<dyn Work>),
    Close(oneshot::Sender<()>),
}

impl SqliteDb {
    pub(crate) async fn open(path: &str) -> Result<Self, StoreError> {
        let (file, readers) = (path.to_owned(), Readers::new(path));
        let opened = tokio::task::spawn_blocking(move || SqliteConnection::open(&file)).await;
        let connection = opened.map_err(|_| StoreError::Panicked)??;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let (counter, runtime) = (Arc::clone(&commits), Handle::current());
        // A thread of its own: it waits for the disk, and nothing else waits with it.
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(connection, waiting, &counter, &runtime))
            .map_err(|e| StoreError::Unreachable(format!("can't start the database's writer: {e}")))?;
        Ok(Self { readers, room: Room::default(), queue, commits })
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job = Job { work: Some(work), sender: Some(sender), result: None, hooks: Vec::new() };
        self.queue.send(Message::Work(Box::new(job))).await.map_err(|_| StoreError::Closed)?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let read = move |connection: &mut SqliteConnection| {
            // Not the runtime's: that may be what polls the caller on this very thread.
            block_on(work(&mut Tx::new(Connection::Sqlite(connection))))
        };
        self.readers.with(read).await
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Lets the writer finish what waits, then closes everything.
    pub(crate) async fn close(&self) {
        let (sender, closed) = oneshot::channel();
        if self.queue.send(Message::Close(sender)).await.is_ok() {
            drop(closed.await);
        }
        self.readers.close().await;
    }
}

/// One waiting transaction, its types hidden.
trait Work: Send {
    /// Runs it; true if its changes are to stay.
    fn run<'t>(&'t mut self, connection: &'t mut SqliteConnection) -> BoxFuture<'t, bool>;
    /// Hands the result out, once it is known whether the commit held.
    fn deliver(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Job<T, E, F> {
    work: Option<F>,
    sender: Option<oneshot::Sender<Result<T, E>>>,
    result: Option<Result<T, E>>,
    hooks: Vec<Hook>,
}

impl<T, E, F> Work for Job<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    fn run<'t>(&'t mut self, connection: &'t mut SqliteConnection) -> BoxFuture<'t, bool> {
        let work = self.work.take();
        let (result_slot, hook_slot) = (&mut self.result, &mut self.hooks);
        Box::pin(async move {
            let Some(work) = work else { return false };
            let mut tx = Tx::new(Connection::Sqlite(connection));
            // A panic in one piece of work must not take the writer, and everybody's writes, with it.
            let result = AssertUnwindSafe(async { work(&mut tx).await }).catch_unwind().await;
            let keep = matches!(result, Ok(Ok(_)));
            *result_slot = result.ok();
            (_, *hook_slot) = tx.into_hooks();
            keep
        })
    }

    fn deliver(mut self: Box<Self>, commit: Result<(), StoreError>) {
        let Some(sender) = self.sender.take() else { return };
        let result = match (self.result.take(), commit) {
            (Some(Ok(value)), Ok(())) => {
                std::mem::take(&mut self.hooks).into_iter().for_each(|hook| hook());
                Ok(value)
            }
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(_)), Err(error)) => Err(error.into()),
            // It panicked, or never ran because the transaction could not begin.
            (None, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StoreError::Panicked.into()),
        };
        // Nobody may be waiting any more; that changes nothing.
        drop(sender.send(result));
    }
}

fn run(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<Message>,
    commits: &AtomicU64,
    runtime: &Handle,
) {
    let mut closing = None;
    while closing.is_none() {
        let first = match waiting.blocking_recv() {
            Some(Message::Work(work)) => work,
            Some(Message::Close(sender)) => {
                closing = Some(sender);
                continue;
            }
            None => break,
        };
        let mut done: Vec<Box<dyn Work>> = Vec::new();
        // The work only talks to this connection, which answers at once, so this thread is all that it needs.
        let group = group(&mut connection, first, &mut waiting, &mut done, &mut closing);
        let outcome = runtime.block_on(group);
        if outcome.is_ok() {
            commits.fetch_add(1, Ordering::Relaxed);
        } else {
            drop(control(&mut connection, ROLLBACK));
        }
        for job in done {
            job.deliver(outcome.clone());
        }
    }
    // What is still in the queue hears that the writer has closed.
    drop(waiting);
    drop(connection);
    if let Some(sender) = closing {
        sender.send(()).ok();
    }
}

const BEGIN: Stmt = Stmt { name: "begin", sql: "begin immediate" };
const COMMIT: Stmt = Stmt { name: "commit", sql: "commit" };
const ROLLBACK: Stmt = Stmt { name: "rollback", sql: "rollback" };
const SAVEPOINT: Stmt = Stmt { name: "savepoint", sql: "savepoint work" };
const UNDO: Stmt = Stmt { name: "rollback to", sql: "rollback to work" };
const RELEASE: Stmt = Stmt { name: "release", sql: "release work" };

/// Runs one durable transaction; everybody who took part is in `done` afterwards, however it ended.
async fn group(
    connection: &mut SqliteConnection,
    first: Box<dyn Work>,
    waiting: &mut mpsc::Receiver<Message>,
    done: &mut Vec<Box<dyn Work>>,
    closing: &mut Option<oneshot::Sender<()>>,
) -> Result<(), StoreError> {
    done.push(first);
    connection.anew();
    control(connection, BEGIN)?;
    let mut empty = true;
    loop {
        if let Some(job) = done.last_mut() {
            empty = if empty {
                !run_first(connection, job.as_mut()).await?
            } else {
                run_after_others(connection, job.as_mut()).await?;
                false
            };
        }
        if done.len() == GROUP {
            break;
        }
        match waiting.try_recv() {
            Ok(Message::Work(next)) => done.push(next),
            Ok(Message::Close(sender)) => {
                *closing = Some(sender);
                break;
            }
            Err(_) => break,
        }
    }
    control(connection, COMMIT)
}

/// Runs what begins a transaction; whether it stays in it. It needs no savepoint, since nobody else's work is undone with it. That
/// matters for big ones: inside of a savepoint, SQLite walks over all pages that the savepoint keeps at the end of every statement.
async fn run_first(connection: &mut SqliteConnection, job: &mut dyn Work) -> Result<bool, StoreError> {
    let keep = job.run(&mut *connection).await;
    if !keep {
        control(connection, ROLLBACK)?;
        control(connection, BEGIN)?;
    }
    Ok(keep)
}

async fn run_after_others(connection: &mut SqliteConnection, job: &mut dyn Work) -> Result<(), StoreError> {
    control(connection, SAVEPOINT)?;
    if !job.run(&mut *connection).await {
        control(connection, UNDO)?;
    }
    control(connection, RELEASE)
}

fn control(connection: &mut SqliteConnection, stmt: Stmt) -> Result<(), StoreError> {
    connection.execute(stmt, &[]).map(drop)
}
