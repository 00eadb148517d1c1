//! The two engines behind one handle.
//!
//! Nobody hears that a change was made before it is durable: results and [`Tx::after_commit`] hooks come after the commit.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::postgres::PgConnection;

use crate::StoreError;
use crate::migrate;
use crate::postgres::PgDb;
use crate::sqlite::SqliteConnection;
use crate::writer::SqliteDb;

/// A database with an up-to-date schema. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// Embedded.
    Sqlite(Arc<SqliteDb>),
    /// A server, or several of which one leads.
    Postgres(Arc<PgDb>),
}

/// How to reach a PostgreSQL database, besides its address.
#[derive(Clone, Default)]
pub struct DbOptions {
    /// Where announcements of other nodes are heard, when not at the address of the database: past a pooler.
    pub listen_url: String,
    /// A pooler in transaction mode stands before the database: nothing may outlast a transaction.
    pub pooler: bool,
}

/// What is done once a transaction is durable.
pub(crate) type Hook = Box<dyn FnOnce() + Send>;

/// A transaction that is open.
pub struct Tx<'c> {
    pub(crate) connection: Connection<'c>,
    hooks: Vec<Hook>,
    announced: bool,
    /// The server said that it takes no writes, or went away.
    pub(crate) unfit: bool,
    /// Whether the server may keep statements for the next transaction on this connection.
    pub(crate) keep_statements: bool,
}

pub(crate) enum Connection<'c> {
    /// SQLite's one writer.
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Self {
        Self { connection, hooks: Vec::new(), announced: false, unfit: false, keep_statements: true }
    }

    /// Does `hook` once this transaction is durable; never if it is not. It must not block. It runs also when the caller no
    /// longer waits for the result, so a wake-up is not lost with an impatient client.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.push(Box::new(hook));
    }

    /// Tells the other nodes, once this transaction is durable, that there is work; see [`Db::announcements`].
    pub(crate) fn announce_work(&mut self) {
        self.announced = true;
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.connection, Connection::Postgres(_))
    }

    /// Whether other nodes are to be told, and what is done after the commit.
    pub(crate) fn into_hooks(self) -> (bool, Vec<Hook>) {
        (self.announced, self.hooks)
    }
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres:…`, and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Config`] for an unusable URL, [`StoreError::Schema`] for a schema that is newer than this binary.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, &DbOptions::default()).await
    }

    /// The same, for a PostgreSQL database with something special about it.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn open_with(url: &str, options: &DbOptions) -> Result<Self, StoreError> {
        let db = Self::connect(url, options).await?;
        migrate::run(&db).await?;
        Ok(db)
    }

    /// Opens without touching the schema.
    ///
    /// # Errors
    /// [`StoreError::Config`] for an unusable URL.
    pub async fn connect(url: &str, options: &DbOptions) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return PgDb::open(url, options).await.map(|db| Self::Postgres(Arc::new(db)));
        }
        let Some(path) = url.strip_prefix("sqlite:").map(|p| p.strip_prefix("//").unwrap_or(p)) else {
            return Err(StoreError::Config("it must begin with `sqlite:` or `postgres://`".to_owned()));
        };
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(StoreError::Config(
                "it names no file; write sqlite:path/to/file.db (a database in memory would forget what was \
                 promised)"
                    .to_owned(),
            ));
        }
        SqliteDb::open(path).await.map(|db| Self::Sqlite(Arc::new(db)))
    }

    /// Runs `work` in a transaction; commits if it answers `Ok`, else changes nothing.
    ///
    /// `work` must do nothing but talk to the database: on SQLite everybody's writes wait for it. Its result arrives only
    /// after the commit is durable. If the caller stops waiting, the transaction still ends one way or the other.
    ///
    /// On PostgreSQL transactions run at `read committed`: what must not change between a read and a write in `work` is
    /// either locked (`for update`) or checked by the write itself. Nothing is tried again by itself, since `work` can run
    /// only once; two transactions that take the same rows in another order may deadlock, and one of them then fails.
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
            Self::Sqlite(db) => db.write(work).await,
            // On the heap: it is large, and every use case holds one.
            Self::Postgres(db) => Box::pin(db.write(work)).await,
        }
    }

    /// Lets `work` read several things in one go, which costs less than one by one. It must nothing but read.
    ///
    /// # Errors
    /// What `work` answered, or that the database can't be reached.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.read(work).await,
            Self::Postgres(db) => Box::pin(db.read_all(work)).await,
        }
    }

    /// Calls `hear` whenever another node may have queued work; runs until it is dropped. An announcement may be lost with a
    /// connection: it saves waiting, nothing depends on it. On SQLite there are no other nodes, and this waits for ever.
    pub async fn announcements(&self, hear: impl Fn() + Send + Sync) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(db) => Box::pin(db.announcements(hear)).await,
        }
    }

    /// What could lose confirmed work because of how the database server is set up, in sentences for operators.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn risks(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgres(db) => db.risks().await,
        }
    }

    /// How many durable commits the SQLite writer has made; `None` on PostgreSQL.
    pub fn commits(&self) -> Option<u64> {
        match self {
            Self::Sqlite(db) => Some(db.commits()),
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

    /// Closes all connections, after what was handed to [`Db::write`] before has ended; where a server does not answer, that is not
    /// waited for. Later calls fail.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(db) => db.close().await,
        }
    }
}

/// Statements carry values, so the driver's own log of them stays off.
pub(crate) fn quiet() -> tracing::log::LevelFilter {
    tracing::log::LevelFilter::Off
}
