//! The two engines behind one handle.
//!
//! Nobody hears that a change was made before it is durable: results and [`Tx::after_commit`] hooks come after the commit.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use sqlx::sqlite::SqliteConnection;

use crate::StoreError;
use crate::migrate;
use crate::writer::SqliteDb;

/// A database with an up-to-date schema. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// Embedded.
    Sqlite(Arc<SqliteDb>),
    /// A server.
    Postgres(PgPool),
}

/// The channel on which nodes tell each other of work.
const WORK: &str = "carillon_work";

/// What is done once a transaction is durable.
pub(crate) type Hook = Box<dyn FnOnce() + Send>;

/// A transaction that is open.
pub struct Tx<'c> {
    pub(crate) connection: Connection<'c>,
    hooks: Vec<Hook>,
    announced: bool,
}

pub(crate) enum Connection<'c> {
    /// SQLite's one writer.
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Self {
        Self { connection, hooks: Vec::new(), announced: false }
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

    pub(crate) fn into_hooks(self) -> Vec<Hook> {
        self.hooks
    }
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
            return connect_postgres(url).await.map(Self::Postgres);
        }
        let Some(path) = url.strip_prefix("sqlite:").map(|p| p.strip_prefix("//").unwrap_or(p)) else {
            return Err(StoreError::Config("it must begin with `sqlite:` or `postgres:`".to_owned()));
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
            Self::Postgres(pool) => {
                let failed = |e: sqlx::Error| StoreError::sql("transaction", &e);
                let mut transaction = pool.begin().await.map_err(failed)?;
                let mut tx = Tx::new(Connection::Postgres(&mut transaction));
                let result = work(&mut tx).await;
                let announced = tx.announced;
                let hooks = tx.into_hooks();
                match result {
                    Ok(value) => {
                        transaction.commit().await.map_err(failed)?;
                        if announced {
                            announce(pool.clone());
                        }
                        hooks.into_iter().for_each(|hook| hook());
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

    /// Calls `hear` whenever another node may have queued work; runs until it is dropped. An announcement may be lost with a
    /// connection: it saves waiting, nothing depends on it. On SQLite there are no other nodes, and this waits for ever.
    pub async fn announcements(&self, hear: impl Fn() + Send + Sync) {
        let Self::Postgres(pool) = self else { return std::future::pending().await };
        loop {
            if let Err(error) = listen(pool, &hear).await {
                tracing::warn!(%error, "announcements of other nodes can't be heard; trying again");
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
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

    /// Closes all connections, after what was handed to [`Db::write`] before has ended. Later calls fail.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// In a transaction of its own: PostgreSQL lets only one transaction at a time commit a notification, and that must not be
/// one that waits for the disk.
fn announce(pool: PgPool) {
    tokio::spawn(async move {
        let told = sqlx::query("select pg_notify($1, '')").bind(WORK).execute(&pool).await;
        if let Err(error) = told {
            tracing::debug!(%error, "other nodes were not told; they find the work when they look");
        }
    });
}

async fn listen(pool: &PgPool, hear: &(impl Fn() + Send + Sync)) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(WORK).await?;
    // Whatever was announced before we listened.
    hear();
    loop {
        // `None`: the connection was lost and is there again.
        listener.try_recv().await?;
        hear();
    }
}

async fn connect_postgres(url: &str) -> Result<PgPool, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|e| StoreError::Config(format!("it is not an address of a PostgreSQL database: {e}")))?
        .application_name("carillon")
        .log_statements(quiet());
    PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options)
        .await
        .map_err(|e| StoreError::Unreachable(format!("can't reach PostgreSQL at `database.url`: {e}")))
}

/// Statements carry values, so the driver's own log of them stays off.
pub(crate) fn quiet() -> tracing::log::LevelFilter {
    tracing::log::LevelFilter::Off
}
