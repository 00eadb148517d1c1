//! Two versions of the schema: rows survive every step, and a node of the version before works on while a new one is rolled out.

use std::collections::BTreeMap;

use carillon_domain::id::Id;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use sqlx::AssertSqlSafe;

use super::{new_job, put};
use crate::migrate::{self, MIGRATIONS, Migration};
use crate::repo::{account, all_statements, job, lease};
use crate::testing::TestDb;
use crate::{Db, DbOptions, StoreError, on_both};

/// What the last released version says to its database: statements by name, and the schema step it was made for.
const RELEASED: &str = include_str!("../../migrations/released.json");

#[derive(serde::Serialize, serde::Deserialize)]
struct Released {
    step: i64,
    statements: BTreeMap<String, String>,
}

/// A database without a schema, in place of the test's own.
pub(super) async fn bare(test: &TestDb, name: &str) -> (Db, String) {
    let url = match test.folder() {
        Some(folder) => format!("sqlite:{}", folder.join(format!("{name}.db")).display()),
        None => {
            test.raw(String::new(), "drop schema public cascade; create schema public".to_owned()).await;
            test.url.clone()
        }
    };
    (Db::connect(&url, &DbOptions::default()).await.expect("opens"), url)
}

pub(super) async fn texts(db: &Db, sqlite: &str, postgres: &str) -> Vec<String> {
    let found = match db {
        Db::Sqlite(db) => {
            let sql = sqlite.to_owned();
            db.readers.with(move |c| c.texts(&sql)).await
        }
        Db::Postgres(server) => {
            let sql = AssertSqlSafe(postgres.to_owned());
            let found = sqlx::query_scalar(sql).fetch_all(&server.pool).await;
            found.map_err(|e| StoreError::sql("test.texts", &e))
        }
    };
    found.unwrap_or_else(|error| panic!("{sqlite}: {error}"))
}

pub(super) async fn change(db: &Db, sql: String) {
    use crate::db::Connection;
    let done = db.write(move |tx| {
        Box::pin(async move {
            let done = match &mut tx.connection {
                Connection::Sqlite(c) => return c.batch("test.change", &sql),
                Connection::Postgres(c) => {
                    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **c).await.map(drop)
                }
            };
            done.map_err(|error| StoreError::sql("test.change", &error))
        })
    });
    done.await.expect("the test's own statement");
}

/// Every table in the order of its creation, with its columns and types.
async fn tables(db: &Db) -> Vec<(String, Vec<(String, String)>)> {
    let lines = texts(
        db,
        "select m.name || ' ' || group_concat(c.name || ':' || lower(c.type)) from sqlite_master m \
         join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%' \
         and m.name <> 'schema_migrations' group by m.name order by m.rowid",
        "select c.relname || ' ' || string_agg(a.attname || ':' || format_type(a.atttypid, null), ',') from pg_class c \
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
         where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migrations' \
         group by c.oid, c.relname order by c.oid",
    )
    .await;
    let column = |text: &str| text.split_once(':').map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    let table = |line: String| {
        let (name, columns) = line.split_once(' ').expect("a table and its columns");
        (name.to_owned(), columns.split(',').filter_map(column).collect())
    };
    lines.into_iter().map(table).collect()
}

/// A value of this type. All ids are the same one, so that every reference leads somewhere.
fn literal(kind: &str) -> &'static str {
    match kind {
        "blob" => "x'0190a0b0c0d0700080000000000000aa'",
        "uuid" => "'0190a0b0-c0d0-7000-8000-0000000000aa'::uuid",
        "bytea" => "'\\x0190a0b0c0d0700080000000000000aa'::bytea",
        "bigint" => "42",
        "boolean" => "true",
        "double precision" => "2.5",
        "text" => "'{}'",
        other => panic!("the test knows no value of type {other}"),
    }
}

async fn keeps_rows(test: &TestDb) {
    for known in 1..MIGRATIONS.len() {
        let (db, _) = bare(test, &format!("keeps_{known}")).await;
        migrate::run_steps(&db, &MIGRATIONS[..known]).await.expect("the older schema");
        let filled = tables(&db).await;
        for (table, columns) in &filled {
            let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
            let values: Vec<_> = columns.iter().map(|(_, kind)| literal(kind)).collect();
            change(&db, format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", ")))
                .await;
        }
        migrate::run(&db).await.unwrap_or_else(|error| panic!("from step {known}: {error}"));
        for (table, columns) in &filled {
            let same: Vec<_> =
                columns.iter().map(|(name, kind)| format!("{name} = {}", literal(kind))).collect();
            let count = format!("select cast(count(*) as text) from {table} where {}", same.join(" and "));
            assert_eq!(texts(&db, &count, &count).await, ["1"], "{table}, from step {known}");
        }
        let (ours, newest) = migrate::versions(&db).await.expect("versions");
        assert_eq!(ours, newest, "from step {known}");
        db.close().await;
    }
}
on_both!(every_earlier_schema_is_upgraded_with_its_rows, |t| super::keeps_rows(t));

/// The newest step of today.
const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// What the next versions may bring: what a node of today need not know.
const NEXT: [Migration; 2] = [
    Migration {
        version: NEWEST + 1,
        name: "next",
        sqlite: "alter table jobs add column shade text; alter table accounts add column mood bigint not null default 0; \
                 create table bells (id blob not null, primary key (id)); create index jobs_by_shade on jobs (shade);",
        postgres: "alter table jobs add column shade text; alter table accounts add column mood bigint not null default 0; \
                   create table bells (id uuid not null, primary key (id)); create index jobs_by_shade on jobs (shade);",
    },
    Migration {
        version: NEWEST + 2,
        name: "next_but_one",
        sqlite: "create table towers (id blob not null, primary key (id));",
        postgres: "create table towers (id uuid not null, primary key (id));",
    },
];

/// The steps that a binary knows which is so many versions ahead.
fn ahead(versions: usize) -> &'static [Migration] {
    Box::leak(MIGRATIONS.iter().chain(&NEXT[..versions]).copied().collect())
}

/// A job from its making to its end, as a running node does it.
async fn works(db: &Db, key: &str) {
    let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(1));
    put(db, new_job(&clock, &entropy, key), false).await.expect("put");
    let now = Timestamp::from_second(100).expect("time");
    let claimed = db
        .write(move |tx| Box::pin(async move { job::claim(tx, "n", now, now, job::Room::ALL).await }))
        .await;
    let claimed = claimed.expect("claim").expect("the job");
    let (id, epoch) = (claimed.id, claimed.lease_epoch);
    let done = db.write(move |tx| Box::pin(async move { lease::finish(tx, &[(id, epoch)]).await })).await;
    assert_eq!(done.expect("finished"), 1, "{key}");
    // Read by the connections that are open, whose plans are of the schema as it was when they were first asked.
    let (workspace, id) = (Id::new(&clock, &entropy), Id::new(&clock, &entropy));
    for _ in 0..2 {
        let found = account::find(db, workspace, id).await;
        assert!(found.unwrap_or_else(|error| panic!("{key}: {error}")).is_none());
    }
    let found = db.write(move |tx| Box::pin(async move { account::find(&mut *tx, workspace, id).await }));
    assert!(found.await.unwrap_or_else(|error| panic!("{key}: {error}")).is_none());
}

async fn older(test: &TestDb) {
    let (running, url) = bare(test, "older").await;
    migrate::run(&running).await.expect("our schema");
    works(&running, "before").await;
    // A node of the next version joins and brings its schema along; this one is in the middle of its work.
    let newer = Db::connect(&url, &DbOptions::default()).await.expect("joins");
    migrate::run_steps(&newer, ahead(1)).await.expect("upgrades");
    works(&running, "while rolled out").await;
    works(&newer, "by the newer one").await;
    let (known, applied) = migrate::versions(&running).await.expect("versions");
    assert!(applied == known + 1 && migrate::fits(known, applied), "{known} on {applied}");
    for stmt in all_statements() {
        prepares(&running, stmt.name, stmt.sql).await;
    }
    // It may start anew as well: a crash must not take a node out of the roll-out.
    let restarted = Db::open(&url).await.expect("one step ahead is no reason to stay away");
    works(&restarted, "after a restart").await;

    migrate::run_steps(&newer, ahead(2)).await.expect("upgrades again");
    let refused = Db::open(&url).await.err().expect("two steps ahead are");
    assert!(matches!(&refused, StoreError::Schema(text) if text.contains("newer Carillon")), "{refused}");
    let (known, applied) = migrate::versions(&running).await.expect("versions");
    assert!(!migrate::fits(known, applied), "a node that still runs says that it is not ready");
    for db in [running, newer, restarted] {
        db.close().await;
    }
}
on_both!(a_node_of_the_version_before_works_on_and_one_before_that_stays_away, |t| super::older(t));

async fn prepares(db: &Db, name: &str, sql: &str) {
    use sqlx::{Executor as _, SqlSafeStr as _};
    let result = match db {
        Db::Sqlite(db) => {
            let sql = sql.to_owned();
            db.readers.with(move |c| c.prepares(&sql)).await
        }
        Db::Postgres(server) => {
            let mut c = server.pool.acquire().await.expect("connection");
            let sql = match sql.split_once("/*postgres:") {
                Some((before, rest)) => format!("{before}{}", rest.replacen("*/", "", 1)),
                None => sql.to_owned(),
            };
            let prepared = (&mut *c).prepare(AssertSqlSafe(sql).into_sql_str()).await;
            prepared.map(drop).map_err(|e| StoreError::sql("test.prepare", &e))
        }
    };
    assert!(result.is_ok(), "{name}: {:?}", result.err());
}

async fn released(test: &TestDb) {
    let released: Released = serde_json::from_str(RELEASED).expect("released.json");
    assert!(released.statements.len() > 100, "all of them are kept: {}", released.statements.len());
    let newest = MIGRATIONS.last().expect("steps").version;
    assert!(
        newest <= released.step + 1,
        "a release has at most one step: merge those after {}",
        released.step
    );
    for (name, sql) in &released.statements {
        prepares(&test.db, name, sql).await;
    }
}
on_both!(what_the_last_release_says_is_understood, |t| super::released(t));

/// PostgreSQL refuses a statement of an open connection whose answer got another column.
#[test]
fn statements_name_their_columns() {
    for stmt in all_statements() {
        for all in ["select *", ".*", "returning *"] {
            assert!(
                !stmt.sql.contains(all),
                "{}: `{all}` breaks nodes that run while a column is added",
                stmt.name
            );
        }
    }
}

/// Steps after the first release only add. What takes something away says in a comment since which step nobody uses it.
#[test]
fn steps_only_add() {
    let released: Released = serde_json::from_str(RELEASED).expect("released.json");
    for step in MIGRATIONS.iter().filter(|step| step.version > released.step) {
        for text in [step.sqlite, step.postgres] {
            let bad = breaking(text);
            assert!(bad.is_empty(), "{}: a node of the version before can't live with: {bad:?}", step.name);
        }
    }
    let breaks = |text| breaking(text).len();
    assert_eq!(breaks("alter table a add column b bigint;\ncreate table c (d bigint not null);"), 0);
    assert_eq!(breaks("alter table a add column b bigint not null default 0;\ncreate index d on e (f);"), 0);
    assert_eq!(breaks("alter table a add column b bigint not null;"), 1, "its inserts don't name the column");
    assert_eq!(breaks("alter table a drop column b;\ndrop table c;\nalter table d rename to e;"), 3);
    assert_eq!(breaks("-- unused since 0007\nalter table a drop column b;"), 0);
    assert_eq!(breaks("create unique index a on b (c);"), 1, "its rows know no such rule");
    assert_eq!(breaks("alter table a add column b text;\nupdate a set b = c;"), 0);
    assert_eq!(
        breaks("alter table a add column b text;\nupdate a set c = b;"),
        1,
        "it reads what stood there"
    );
}

/// The statements of a step that do more than add.
fn breaking(step: &str) -> Vec<String> {
    let (mut created, mut added, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for statement in step.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        let lines = statement.lines().filter(|line| !line.trim_start().starts_with("--"));
        let sql = lines.collect::<Vec<_>>().join(" ").trim().to_lowercase();
        let excused = statement.starts_with("-- unused since ");
        created.extend(
            sql.strip_prefix("create table ")
                .and_then(|rest| rest.split([' ', '(']).next())
                .map(str::to_owned),
        );
        if let Some((table, column)) = sql
            .strip_prefix("alter table ")
            .and_then(|rest| rest.split_once(" add column "))
            .map(|(table, rest)| (table, rest.split(' ').next().unwrap_or_default()))
        {
            added.push(format!("update {table} set {column} ="));
        }
        let adds = sql.starts_with("create table ")
            // A first value for what nobody knows yet.
            || added.iter().any(|fills| sql.starts_with(fills))
            || sql.starts_with("create index ")
            // It keeps no rule: whoever looks for something by it is only slower without it.
            || sql == "drop index jobs_ready"
            || sql.starts_with("create unique index ")
                && created.iter().any(|table| sql.contains(&format!(" on {table} ")))
            || sql.contains(" add column ") && (!sql.contains(" not null") || sql.contains(" default "));
        if !adds && !excused && !sql.is_empty() {
            found.push(sql);
        }
    }
    found
}

/// At a release, after its steps are settled: `CARILLON_KEEP_STATEMENTS=1` writes `released.json` anew.
#[test]
fn a_release_is_kept() {
    if std::env::var_os("CARILLON_KEEP_STATEMENTS").is_none() {
        let released: Released = serde_json::from_str(RELEASED).expect("released.json");
        assert!(released.step <= MIGRATIONS.last().expect("steps").version);
        return;
    }
    let statements = all_statements().map(|s| (s.name.to_owned(), s.sql.to_owned())).collect();
    let released = Released { step: MIGRATIONS.last().expect("steps").version, statements };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/released.json");
    std::fs::write(path, serde_json::to_string_pretty(&released).expect("json") + "\n").expect("written");
}
