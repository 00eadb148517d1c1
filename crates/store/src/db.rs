//! The two engines behind one handle.
//!
//! SQLite has exactly one writer. It takes whatever small transactions wait, runs each in a savepoint of its own, and makes
//! them durable with one commit; their results are handed out only after that. So a burst of a hundred changes costs
//! one flush of the disk, and an error in one change does not touch the others.

use std::panic::AssertUnwindSafe;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;
use crate::migrate;

/// Most transactions in one durable commit; bounds how long the first of them waits.
const GROUP: usize = 64;

/// A database with an up-to-date schema.
#[derive(Clone)]
pub enum Db {
    /// Embedded.
    Sqlite(Arc<SqliteDb>),
    /// A server.
    Postgres(PgPool),
}

/// The embedded engine: readers beside one writer.
pub struct SqliteDb {
    pub(crate) readers: SqlitePool,
    writer: mpsc::Sender<Box<dyn Write>>,
    commits: Arc<AtomicU64>,
}

/// A transaction that is open.
pub enum Tx<'c> {
    /// On SQLite's one writer.
    Sqlite(&'c mut SqliteConnection),
    /// On a PostgreSQL connection.
    Postgres(&'c mut PgConnection),
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres:…`, and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Config`] for an unusable URL, [`StoreError::Schema`] for a schema that is newer than this binary.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = Self::connect(url).await?;
        migrate::run(&db).await?;
        Ok(db)
    }

    /// Opens without touching the schema.
    ///
    /// # Errors
    /// [`StoreError::Config`] for an unusable URL.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)
                .map_err(|e| StoreError::Config(format!("database.url: {e}")))?
                .log_statements(log_level());
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options)
                .await
                .map_err(|e| StoreError::Config(format!("can't reach PostgreSQL at database.url: {e}")))?;
            return Ok(Self::Postgres(pool));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(StoreError::Config(
                "database.url must begin with `sqlite:` or `postgres:`".to_owned(),
            ));
        };
        SqliteDb::open(path).await.map(|db| Self::Sqlite(Arc::new(db)))
    }

    /// Runs `work` in a transaction; commits if it answers `Ok`, else changes nothing.
    ///
    /// `work` must do nothing but talk to the database: on SQLite everybody's writes wait for it. Its result arrives only
    /// after the commit is durable. If the caller stops waiting, the transaction still ends one way or the other.
    ///
    /// # Errors
    /// What `work` answered, or the failure of the commit.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => {
                let (sender, receiver) = oneshot::channel();
                let job = Box::new(Job { work: Some(work), sender: Some(sender), result: None });
                db.writer.send(job).await.map_err(|_| StoreError::Closed)?;
                receiver.await.map_err(|_| StoreError::Closed)?
            }
            Self::Postgres(pool) => {
                let failed = |e: sqlx::Error| StoreError::sql("transaction", &e);
                let mut transaction = pool.begin().await.map_err(failed)?;
                let result = work(&mut Tx::Postgres(&mut transaction)).await;
                match result {
                    Ok(value) => {
                        transaction.commit().await.map_err(failed)?;
                        Ok(value)
                    }
                    Err(error) => {
                        // A failed rollback changes nothing: the server drops the transaction with the connection.
                        drop(transaction.rollback().await);
                        Err(error)
                    }
                }
            }
        }
    }

    /// How many durable commits the SQLite writer has made; `None` on PostgreSQL.
    pub fn commits(&self) -> Option<u64> {
        match self {
            Self::Sqlite(db) => Some(db.commits.load(Ordering::Relaxed)),
            Self::Postgres(_) => None,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        use crate::exec::{Executor, Stmt};
        self.fetch_all(Stmt { name: "ping", sql: "select 1 as one" }, Vec::new()).await.map(drop)
    }

    /// Closes all connections; on SQLite after the writer has finished what waits.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.readers.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

fn log_level() -> tracing::log::LevelFilter {
    tracing::log::LevelFilter::Off
}

impl SqliteDb {
    async fn open(path: &str) -> Result<Self, StoreError> {
        let failed = |e: sqlx::Error| StoreError::Config(format!("can't open the database {path}: {e}"));
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .log_statements(log_level());
        let connection = options.connect().await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed)?;
        let (writer, waiting) = mpsc::channel(1024);
        let commits = Arc::new(AtomicU64::new(0));
        tokio::spawn(write_all(connection, waiting, Arc::clone(&commits)));
        Ok(Self { readers, writer, commits })
    }
}

/// One waiting transaction, its types hidden.
trait Write: Send {
    /// Runs the work; true if its changes are to stay.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool>;
    /// Hands the result out, once it is known whether the commit held.
    fn deliver(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Job<T, E, F> {
    work: Option<F>,
    sender: Option<oneshot::Sender<Result<T, E>>>,
    result: Option<Result<T, E>>,
}

impl<T, E, F> Write for Job<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool> {
        let work = self.work.take();
        let slot = &mut self.result;
        Box::pin(async move {
            let Some(work) = work else { return false };
            // A panic in one piece of work must not take the writer, and everybody's writes, with it.
            let result = AssertUnwindSafe(async { work(tx).await }).catch_unwind().await;
            let keep = matches!(result, Ok(Ok(_)));
            *slot = result.ok();
            keep
        })
    }

    fn deliver(mut self: Box<Self>, commit: Result<(), StoreError>) {
        let (Some(sender), Some(result)) = (self.sender.take(), self.result.take()) else { return };
        let result = match commit {
            Ok(()) => result,
            Err(error) => result.and(Err(error.into())),
        };
        // Nobody may be waiting any more; that changes nothing.
        drop(sender.send(result));
    }
}

async fn write_all(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<Box<dyn Write>>,
    commits: Arc<AtomicU64>,
) {
    while let Some(first) = waiting.recv().await {
        let mut done: Vec<Box<dyn Write>> = Vec::new();
        let outcome = group(&mut connection, first, &mut waiting, &mut done).await;
        if outcome.is_ok() {
            commits.fetch_add(1, Ordering::Relaxed);
        } else {
            drop(control(&mut connection, "rollback").await);
        }
        for job in done {
            job.deliver(outcome.clone());
        }
    }
    drop(connection.close().await);
}

async fn group(
    connection: &mut SqliteConnection,
    first: Box<dyn Write>,
    waiting: &mut mpsc::Receiver<Box<dyn Write>>,
    done: &mut Vec<Box<dyn Write>>,
) -> Result<(), StoreError> {
    let mut next = Some(first);
    let begun = control(connection, "begin immediate").await;
    while let Some(mut job) = next {
        if begun.is_ok() {
            control(connection, "savepoint work").await?;
            let keep = job.run(&mut Tx::Sqlite(&mut *connection)).await;
            done.push(job);
            if !keep {
                control(connection, "rollback to work").await?;
            }
            control(connection, "release work").await?;
        } else {
            done.push(job);
        }
        next = if done.len() < GROUP { waiting.try_recv().ok() } else { None };
    }
    begun?;
    control(connection, "commit").await
}

async fn control(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(connection).await.map(drop).map_err(|e| StoreError::sql(sql, &e))
}
