//! Test databases: the same test on both engines.
//!
//! PostgreSQL comes from `CARILLON_TEST_POSTGRES_URL`; where that is not set, the test says that it was skipped and adds its
//! name to the file named by `CARILLON_SKIP_LOG`, so that a gate can refuse skips.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::db::Connection;
use crate::{Db, StoreError, migrate};

pub mod rows;

/// A database of its own with the current schema; dropped with the test.
pub struct TestDb {
    /// The handle.
    pub db: Db,
    /// What `database.url` would be.
    pub url: String,
    folder: Option<tempfile::TempDir>,
    postgres: Option<(String, String)>,
}

impl TestDb {
    /// An SQLite file in a temporary folder.
    ///
    /// # Panics
    /// When the disk fails.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let url = format!("sqlite:{}", folder.path().join("carillon.db").display());
        let db = Db::open(&url).await.expect("sqlite opens");
        Self { db, url, folder: Some(folder), postgres: None }
    }

    /// A database that belongs to somebody else: a program that runs, say. It stays when the test ends.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn of(url: String) -> Self {
        let db = Db::open(&url).await.expect("it opens");
        Self { db, url, folder: None, postgres: None }
    }

    /// A new database on the test server; `None`, with a note, where there is no server.
    ///
    /// # Panics
    /// When the server is there and fails.
    pub async fn postgres(test: &str) -> Option<Self> {
        let Ok(server) = std::env::var("CARILLON_TEST_POSTGRES_URL") else {
            skipped("CARILLON_TEST_POSTGRES_URL unset", test);
            return None;
        };
        let mut admin = PgConnection::connect(&server).await.expect("test server");
        let name = new_name(&mut admin).await;
        let template = template(&mut admin, &server).await;
        run(&mut admin, format!("create database {name} template {template}")).await;
        let (base, _) = server.rsplit_once('/').expect("url with a database");
        let url = format!("{base}/{name}");
        let db = Db::open(&url).await.expect("postgres opens");
        Some(Self { db, url, folder: None, postgres: Some((server, name)) })
    }

    /// The folder of the SQLite file; for tests that read it as bytes.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }

    /// Returns once a transaction waits for another one's lock. On SQLite at once: whoever writes waits for the one writer.
    ///
    /// # Panics
    /// When nobody waits within ten seconds.
    pub async fn until_somebody_waits(&self) {
        let Db::Postgres(server) = &self.db else { return };
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        for _ in 0..1_000 {
            let count: i64 = sqlx::query_scalar(waiting).fetch_one(&server.pool).await.expect("activity");
            if count > 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("nobody waits for a lock");
    }

    /// Makes every change of this column fail, until [`allow_updates`](Self::allow_updates).
    ///
    /// # Panics
    /// When the database fails.
    pub async fn refuse_updates(&self, table: &str, column: &str) {
        let event = format!("create trigger refuse_updates before update of {column} on {table}");
        let sqlite = format!("{event} begin select raise(abort, 'refused by the test'); end");
        let function = "create or replace function refuse_updates() returns trigger language plpgsql as \
            $$ begin raise exception 'refused by the test'; end $$";
        let postgres = format!("{function}; {event} for each row execute function refuse_updates()");
        self.raw(sqlite, postgres).await;
    }

    /// Ends what [`refuse_updates`](Self::refuse_updates) began.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn allow_updates(&self, table: &str) {
        let drop = "drop trigger refuse_updates";
        self.raw(drop.to_owned(), format!("{drop} on {table}")).await;
    }

    pub(crate) async fn raw(&self, sqlite: String, postgres: String) {
        let done = self.db.write(move |tx| {
            Box::pin(async move {
                let done = match &mut tx.connection {
                    Connection::Sqlite(c) => return c.batch("testing.raw", &sqlite),
                    Connection::Postgres(c) => {
                        sqlx::raw_sql(AssertSqlSafe(postgres)).execute(&mut **c).await.map(drop)
                    }
                };
                done.map_err(|error| StoreError::sql("testing.raw", &error))
            })
        });
        done.await.expect("the test's own statement");
    }

    /// Closes the connections and removes the database.
    ///
    /// # Panics
    /// When the server refuses to drop it.
    pub async fn dispose(self) {
        self.db.close().await;
        if let Some((server, name)) = self.postgres {
            let mut admin = PgConnection::connect(&server).await.expect("test server");
            run(&mut admin, format!("drop database {name} with (force)")).await;
        }
    }
}

/// A name that no database has: a killed run leaves its own behind, and process ids come back.
async fn new_name(admin: &mut PgConnection) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let unique = sqlx::query_scalar("select replace(gen_random_uuid()::text, '-', '')");
    let unique: String = unique.fetch_one(admin).await.expect("a name");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("t{}_{count}_{}", std::process::id(), &unique[..16])
}

/// The database that others are copied from: an empty one with the current schema, made by whichever test is first.
async fn template(admin: &mut PgConnection, server: &str) -> String {
    let name = format!("carillon_template_{}", &migrate::stamp()[..16]);
    // Each test may be a process of its own, so the server has to keep them apart.
    run(admin, "select pg_advisory_lock(721094002)".to_owned()).await;
    let known =
        sqlx::query("select 1 from pg_database where datname = $1").bind(&name).fetch_optional(&mut *admin);
    if known.await.expect("databases").is_none() {
        let unfinished = format!("{name}_new");
        run(admin, format!("drop database if exists {unfinished}")).await;
        run(admin, format!("create database {unfinished}")).await;
        let (base, _) = server.rsplit_once('/').expect("url with a database");
        Db::open(&format!("{base}/{unfinished}")).await.expect("template").close().await;
        run(admin, format!("alter database {unfinished} rename to {name}")).await;
    }
    run(admin, "select pg_advisory_unlock(721094002)".to_owned()).await;
    name
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// Notes that a test could not run here.
pub fn skipped(why: &str, test: &str) {
    let line = format!("skipped: {why} ({test})\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Ok(path) = std::env::var("CARILLON_SKIP_LOG") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut f| f.write_all(line.as_bytes()));
    }
}

/// `on_both!(name, |db| async move { … })`: two tests, `name::sqlite` and `name::postgres`, with a [`TestDb`] each.
#[macro_export]
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                let test = $crate::testing::TestDb::sqlite().await;
                let run = $test;
                run(&test).await;
                test.dispose().await;
            }

            #[tokio::test]
            async fn postgres() {
                let name = concat!(module_path!(), "::postgres");
                if let Some(test) = $crate::testing::TestDb::postgres(name).await {
                    let run = $test;
                    run(&test).await;
                    test.dispose().await;
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_killed_run_left_is_in_nobodys_way() {
        let Some(killed) = TestDb::postgres("what_a_killed_run_left_is_in_nobodys_way").await else { return };
        let (server, left) = killed.postgres.as_ref().expect("postgres");
        let mut admin = PgConnection::connect(server).await.expect("test server");
        // The name that the next test of a process with this id would get, if only ids and counts made names.
        let taken = format!("t{}_1", std::process::id());
        run(&mut admin, format!("create database {taken}")).await;
        let next = TestDb::postgres("what_a_killed_run_left_is_in_nobodys_way").await.expect("a server");
        assert_ne!(&next.postgres.as_ref().expect("postgres").1, left);
        run(&mut admin, format!("drop database {taken}")).await;
        next.dispose().await;
        killed.dispose().await;
    }
}
