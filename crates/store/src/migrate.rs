//! The schema, step by step. A step that was applied is never edited: its checksum is kept and compared.
//!
//! While a new version is rolled out, nodes of the version before still run. So a step only adds what those nodes need not know,
//! and they accept a schema that is one step ahead of them; `docs/adr/0017` has the rule.

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use crate::db::{Connection, Db, Tx};
use crate::exec::{Executor, Stmt};
use crate::{StoreError, args};

#[derive(Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal;)*) => {
        pub(crate) const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }),*];
    };
}

migrations! {
    1 "0001_core";
    2 "0002_people";
    3 "0003_media";
    4 "0004_connections";
    5 "0005_posts";
    6 "0006_jobs";
    7 "0007_key_retirement";
    8 "0008_reading";
    9 "0009_fair_places";
}

const CREATE: Stmt = Stmt {
    name: "schema.create",
    sql: "create table if not exists schema_migrations (version bigint primary key, name text not null, \
          checksum text not null)",
};
const APPLIED: Stmt =
    Stmt { name: "schema.applied", sql: "select version, checksum from schema_migrations order by version" };
const RECORD: Stmt = Stmt {
    name: "schema.record",
    sql: "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
};
/// Two nodes that start together must not both create tables; SQLite's one writer needs no lock.
const LOCK: Stmt = Stmt { name: "schema.lock", sql: "select pg_advisory_xact_lock(721094001)" };

/// How many steps a schema may be ahead of the binary that works on it. A release has at most one step.
const AHEAD: i64 = 1;

/// Whether a binary that knows the steps up to `known` can work on a schema that has those up to `applied`.
pub const fn fits(known: i64, applied: i64) -> bool {
    known <= applied && applied <= known + AHEAD
}

/// Applies what is missing, all in one transaction.
///
/// # Errors
/// [`StoreError::Schema`] when the database is newer than this binary by more than one step, or an applied step was changed.
pub async fn run(db: &Db) -> Result<(), StoreError> {
    run_steps(db, MIGRATIONS).await
}

/// The same for a binary that knows these steps.
pub(crate) async fn run_steps(db: &Db, steps: &'static [Migration]) -> Result<(), StoreError> {
    db.write(move |tx| {
        Box::pin(async move {
            if tx.is_postgres() {
                tx.execute(LOCK, Vec::new()).await?;
            }
            tx.execute(CREATE, Vec::new()).await?;
            let applied = applied(tx).await?;
            check(&applied, steps, !tx.is_postgres())?;
            for migration in steps.iter().filter(|m| applied.iter().all(|(v, _)| *v != m.version)) {
                apply(tx, migration).await?;
            }
            Ok(())
        })
    })
    .await
}

/// The newest step that this binary knows and the newest that the database has.
///
/// # Errors
/// When the database can't be read.
pub async fn versions(db: &Db) -> Result<(i64, i64), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |m| m.version);
    let rows = db.fetch_all(APPLIED, Vec::new()).await?;
    let newest = rows.last().map_or(Ok(0), |r| r.get("version"))?;
    Ok((known, newest))
}

/// What identifies the schema that this binary makes on PostgreSQL; for the tests' template database.
#[cfg(any(test, feature = "test-support"))]
pub(crate) fn stamp() -> String {
    fingerprint(&MIGRATIONS.iter().map(|m| m.postgres).collect::<String>())
}

async fn applied(tx: &mut Tx<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = tx.fetch_all(APPLIED, Vec::new()).await?;
    rows.iter().map(|r| Ok((r.get("version")?, r.get("checksum")?))).collect()
}

fn check(applied: &[(i64, String)], steps: &[Migration], sqlite: bool) -> Result<(), StoreError> {
    let newest = steps.last().map_or(0, |m| m.version);
    for (version, checksum) in applied {
        let Some(known) = steps.iter().find(|m| m.version == *version) else {
            if fits(newest, *version) {
                tracing::warn!(
                    version,
                    "the database has a schema step of the next version; update this node, too"
                );
                continue;
            }
            return Err(StoreError::Schema(format!(
                "The database was written by a newer Carillon (schema step {version}; this one knows {newest} and works \
                 with one more). Run that version, or restore a backup."
            )));
        };
        if *checksum != fingerprint(text(known, sqlite)) {
            return Err(StoreError::Schema(format!(
                "Schema step {} is not the one that this database was made with.",
                known.name
            )));
        }
    }
    Ok(())
}

async fn apply(tx: &mut Tx<'_>, migration: &Migration) -> Result<(), StoreError> {
    let failed = |e: sqlx::Error| StoreError::sql(migration.name, &e);
    let sqlite = !tx.is_postgres();
    match &mut tx.connection {
        Connection::Sqlite(c) => c.batch(migration.name, migration.sqlite)?,
        Connection::Postgres(c) => {
            sqlx::raw_sql(AssertSqlSafe(migration.postgres))
                .execute(&mut **c)
                .await
                .map(drop)
                .map_err(failed)?;
        }
    }
    let checksum = fingerprint(text(migration, sqlite));
    tx.execute(RECORD, args![migration.version, migration.name, checksum]).await.map(drop)
}

fn text(migration: &Migration, sqlite: bool) -> &'static str {
    if sqlite { migration.sqlite } else { migration.postgres }
}

fn fingerprint(sql: &str) -> String {
    hex::encode(Sha256::digest(sql.as_bytes()))
}
