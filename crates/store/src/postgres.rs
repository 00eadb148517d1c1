//! PostgreSQL: a pool of connections to the server that leads, and what nodes tell each other through it.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use sqlx::{Acquire as _, Postgres, Transaction};

use crate::db::{Connection, DbOptions, Tx};
use crate::exec::postgres_rows;
use crate::servers::Servers;
use crate::{Row, Stmt, StoreError, Value};

/// The channel on which nodes tell each other of work, and how they do.
const WORK: &str = "carillon_work";
const TELL: &str = "notify carillon_work";

/// The longest wait for connections that are in use when all are closed. With the time in which work may end, less than the 30 seconds
/// after which supervisors kill.
const CLOSE: Duration = Duration::from_secs(3);

/// The server engine.
pub struct PgDb {
    pub(crate) pool: PgPool,
    servers: Arc<Servers>,
    listen: Listen,
    pooler: bool,
}

/// Where announcements are heard.
enum Listen {
    /// Where everything else goes.
    Pool,
    /// At an address of their own.
    Apart(Servers),
    /// Nowhere: a pooler takes the connection away between two transactions, and with it what was listened for.
    Never,
}

impl PgDb {
    pub(crate) async fn open(url: &str, options: &DbOptions) -> Result<Self, StoreError> {
        let servers = Arc::new(Servers::parse(url, options.pooler)?);
        let listen = match options.listen_url.as_str() {
            "" if options.pooler => Listen::Never,
            "" => Listen::Pool,
            apart => Listen::Apart(Servers::parse(apart, false).map_err(listen_url)?),
        };
        if servers.several() {
            servers.find().await?;
        }
        let pool = pool(&servers)
            .connect_with(servers.leading())
            .await
            .map_err(|e| StoreError::Unreachable(unreachable(&e.to_string())))?;
        if servers.several() {
            tokio::spawn(Arc::clone(&servers).follow(pool.clone()));
        }
        Ok(Self { pool, servers, listen, pooler: options.pooler })
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let failed = |e: sqlx::Error| StoreError::sql("transaction", &e);
        let mut lent = Lent::from(&self.pool).await.map_err(failed)?;
        let mut unfit = false;
        let run = async {
            let mut transaction = lent.begin().await.map_err(failed)?;
            let mut tx = Tx::new(Connection::Postgres(&mut transaction));
            tx.keep_statements = !self.pooler;
            let result = work(&mut tx).await;
            unfit = tx.unfit;
            let (announced, hooks) = tx.into_hooks();
            match result {
                Ok(value) => {
                    let committed = transaction.commit().await.map_err(failed);
                    unfit |= matches!(committed, Err(StoreError::Unreachable(_)));
                    committed?;
                    Ok((value, announced, hooks))
                }
                Err(error) => {
                    // A failed rollback changes nothing: the server drops the transaction with the connection.
                    drop(transaction.rollback().await);
                    Err(error)
                }
            }
        };
        let ended = self.while_it_leads(async { Ok::<_, StoreError>(run.await) }).await;
        if unfit || ended.is_err() {
            // The server does not take writes any more, or is gone. Nobody shall get this connection again.
            lent.connection.close_on_drop();
            self.servers.report();
        }
        let (value, announced, hooks) = ended??;
        if announced {
            announce(self.pool.clone());
        }
        hooks.into_iter().for_each(|hook| hook());
        Ok(value)
    }

    pub(crate) async fn rows(&self, stmt: Stmt, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let read = self.read(stmt, args.clone()).await;
        if !matches!(read, Err(StoreError::Unreachable(_))) {
            return read;
        }
        self.servers.report();
        // Reading twice does no harm, and the other server may be there already.
        if self.servers.several() { self.read(stmt, args).await } else { read }
    }

    async fn read(&self, stmt: Stmt, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let failed = |e: sqlx::Error| StoreError::sql(stmt.name, &e);
        let mut lent = Lent::from(&self.pool).await.map_err(failed)?;
        let read = self.while_it_leads(async {
            if !self.pooler {
                return postgres_rows(&mut *lent.connection, stmt, args, true).await;
            }
            // Outside of a transaction a pooler may send the two halves of a statement to two servers.
            let mut transaction = lent.begin().await.map_err(failed)?;
            let rows = postgres_rows(&mut *transaction, stmt, args, false).await?;
            transaction.commit().await.map_err(failed)?;
            Ok(rows)
        });
        let read = read.await;
        if matches!(read, Err(StoreError::Unreachable(_))) {
            lent.connection.close_on_drop();
        }
        read
    }

    pub(crate) async fn read_all<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        if self.pooler {
            return self.write(work).await;
        }
        let failed = |e: sqlx::Error| StoreError::sql("read", &e);
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let read = self.while_it_leads(async {
            let mut tx = Tx::new(Connection::Postgres(&mut connection));
            work(&mut tx).await
        });
        let read = read.await;
        if matches!(read, Err(StoreError::Unreachable(_))) {
            connection.close_on_drop();
            self.servers.report();
        }
        read
    }

    /// What this answers; or an error as soon as another server leads, since a server that is gone may never answer.
    pub(crate) async fn while_it_leads<T>(
        &self,
        asking: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if !self.servers.several() {
            return asking.await;
        }
        let mut watch = self.servers.watch();
        tokio::select! {
            biased;
            answer = asking => answer,
            () = self.servers.moved(&mut watch) => {
                Err(StoreError::Unreachable("another PostgreSQL server leads now; try again".to_owned()))
            }
        }
    }

    /// See [`Db::announcements`](crate::Db::announcements).
    pub(crate) async fn announcements(&self, hear: impl Fn() + Send + Sync) {
        if matches!(self.listen, Listen::Never) {
            tracing::info!(
                "`database.listen_url` is not set, so this node hears of other nodes' work only when it looks for some"
            );
            return std::future::pending().await;
        }
        let mut told = false;
        loop {
            let mut heard = false;
            let error = self.listen(&hear, &mut heard).await;
            if heard || !told {
                told = true;
                let error = error.err().map(|e| e.to_string());
                tracing::warn!(
                    error,
                    "other nodes can't be heard; looking for work goes on, and so do tries to hear them"
                );
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    async fn listen(&self, hear: &(impl Fn() + Send + Sync), heard: &mut bool) -> Result<(), StoreError> {
        let failed = |e: sqlx::Error| StoreError::sql("announcements", &e);
        let pool = match &self.listen {
            Listen::Apart(servers) => {
                servers.find().await?;
                let one = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
                one.connect_with(servers.leading()).await.map_err(failed)?
            }
            Listen::Pool | Listen::Never => self.pool.clone(),
        };
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
            listener.eager_reconnect(false);
            listener.listen(WORK).await.map_err(failed)?;
            *heard = true;
            // Whatever was announced before we listened.
            hear();
            while listener.try_recv().await.map_err(failed)?.is_some() {
                hear();
            }
            Ok(())
        };
        self.while_it_leads(listening).await
    }

    /// Closes all connections, but waits only so long for those that are in use: a server that is gone may never answer, and a process
    /// that is told to stop must end.
    pub(crate) async fn close(&self) {
        if tokio::time::timeout(CLOSE, self.pool.close()).await.is_err() {
            tracing::warn!(
                "PostgreSQL did not answer in time; what was asked of it last may have been done or not"
            );
        }
    }

    /// What the server is set to that could lose what it has confirmed.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(crate) async fn risks(&self) -> Result<Vec<String>, StoreError> {
        // Users who are no monitors of the server see that a standby is there, but nothing of its state.
        const STATE: Stmt = Stmt {
            name: "server.state",
            sql: "select (select count(*) from pg_stat_replication \
                      where coalesce(state, 'streaming') = 'streaming') as standbys, \
                  current_setting('synchronous_standby_names') as waits_for, \
                  current_setting('synchronous_commit') as waits",
        };
        let rows = self.rows(STATE, Vec::new()).await?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let (standbys, waits_for): (i64, String) = (row.get("standbys")?, row.get("waits_for")?);
        let waits: String = row.get("waits")?;
        Ok(risks_of(standbys, &waits_for, &waits))
    }
}

/// A connection of the pool, for one use.
struct Lent {
    connection: PoolConnection<Postgres>,
    /// A transaction was asked for, and nothing is known of it yet.
    beginning: bool,
}

impl Lent {
    async fn from(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self { connection: pool.acquire().await?, beginning: false })
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
        self.beginning = true;
        let transaction = self.connection.begin().await;
        self.beginning = transaction.is_err();
        transaction
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The driver undoes a transaction that nobody waits for any more, but not one whose begin was not answered yet
        // (transact-rs/sqlx#4393). Whoever got the connection next would be inside it, and hold its locks.
        if self.beginning {
            self.connection.close_on_drop();
        }
    }
}

/// What can be lost with so many standbys and these settings of PostgreSQL: `synchronous_standby_names` and `synchronous_commit`.
fn risks_of(standbys: i64, waits_for: &str, waits: &str) -> Vec<String> {
    let mut risks = Vec::new();
    if waits == "off" {
        risks.push(
            "PostgreSQL's `synchronous_commit` is off: a crash of the server can lose what was recorded."
                .into(),
        );
    } else if standbys > 0 && (waits_for.is_empty() || waits == "local") {
        risks.push(format!(
            "PostgreSQL has {standbys} standby(s) and waits for none (`synchronous_standby_names` is empty, or \
             `synchronous_commit` is local): a fail-over can lose the last seconds, and posts of these seconds could go \
             out twice."
        ));
    }
    risks
}

/// That nobody gets in, and what to do where a pooler is why.
fn unreachable(said: &str) -> String {
    let hint = match said.contains("unsupported startup parameter") {
        true => {
            ". This is what PgBouncer says. In transaction mode set `database.pooler = true`; in session mode write \
             `ignore_startup_parameters = extra_float_digits` into its own settings."
        }
        false => "",
    };
    format!("can't reach PostgreSQL at `database.url`: {said}{hint}")
}

fn pool(servers: &Arc<Servers>) -> PgPoolOptions {
    let options = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10));
    if !servers.several() {
        return options;
    }
    let (new, old) = (Arc::clone(servers), Arc::clone(servers));
    options
        .after_connect(move |connection, _| {
            let servers = Arc::clone(&new);
            Box::pin(async move { servers.accept(connection).await })
        })
        // Asks more than whether the server answers, in as many round trips.
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let servers = Arc::clone(&old);
            Box::pin(async move { servers.still_good(connection, meta.age).await })
        })
}

/// In a transaction of its own: PostgreSQL lets only one transaction at a time commit a notification, and that must not be
/// one that waits for the disk.
fn announce(pool: PgPool) {
    tokio::spawn(async move {
        let told = sqlx::raw_sql(TELL).execute(&pool).await;
        if let Err(error) = told {
            tracing::debug!(%error, "other nodes were not told; they find the work when they look");
        }
    });
}

fn listen_url(error: StoreError) -> StoreError {
    match error {
        StoreError::Config(said) => StoreError::Config(format!("of `database.listen_url`: {said}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standby_that_nobody_waits_for_is_a_risk() {
        let named = |standbys, waits_for, waits| risks_of(standbys, waits_for, waits).join(" ");
        assert_eq!(named(0, "", "on"), "", "one server alone is what it is");
        assert_eq!(named(1, "*", "on"), "");
        assert_eq!(named(2, "ANY 1 (two, three)", "remote_apply"), "");
        assert!(named(1, "", "on").contains("`synchronous_standby_names` is empty"));
        assert!(named(1, "*", "local").contains("`synchronous_commit` is local"));
        for standbys in [0, 1] {
            assert!(named(standbys, "*", "off").contains("`synchronous_commit` is off"), "{standbys}");
        }
    }

    #[test]
    fn a_pooler_that_was_not_named_is_told_by_its_words() {
        let said =
            unreachable("error returned from database: unsupported startup parameter: extra_float_digits");
        assert!(
            said.contains("`database.pooler = true`") && said.contains("ignore_startup_parameters"),
            "{said}"
        );
        assert!(!unreachable("connection refused").contains("pooler"));
    }
}
