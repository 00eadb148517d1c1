//! The two schemas say the same.

use sqlx::AssertSqlSafe;

use crate::Db;
use crate::testing::TestDb;

async fn lines(db: &Db, sqlite: &'static str, postgres: &'static str) -> Vec<String> {
    let mut lines: Vec<String> = match db {
        Db::Sqlite(db) => db.readers.with(move |c| c.texts(sqlite)).await.expect("catalogue"),
        Db::Postgres(server) => {
            sqlx::query_scalar(AssertSqlSafe(postgres)).fetch_all(&server.pool).await.expect("catalogue")
        }
    };
    lines.sort();
    lines
}

async fn compare(test: &str, at_least: usize, sqlite: &'static str, postgres: &'static str) {
    let Some(server) = TestDb::postgres(test).await else { return };
    let file = TestDb::sqlite().await;
    let (ours, theirs) = (lines(&file.db, sqlite, postgres).await, lines(&server.db, sqlite, postgres).await);
    assert!(ours.len() >= at_least, "the query found {} lines", ours.len());
    let only = |a: &[String], b: &[String]| a.iter().filter(|l| !b.contains(l)).cloned().collect::<Vec<_>>();
    assert_eq!(only(&ours, &theirs), only(&theirs, &ours), "only in SQLite left, only in PostgreSQL right");
    assert_eq!(ours.len(), theirs.len());
    file.dispose().await;
    server.dispose().await;
}

#[tokio::test]
async fn both_have_the_same_columns() {
    compare(
        "tests::schema::both_have_the_same_columns",
        100,
        "select m.name || '.' || c.name || ' ' || case lower(c.type) when 'blob' then 'bytes' else lower(c.type) end \
         || case when c.\"notnull\" = 1 or c.pk > 0 then ' not null' else '' end \
         from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'",
        "select table_name || '.' || column_name || ' ' || case when data_type in ('uuid', 'bytea') then 'bytes' else data_type end \
         || case when is_nullable = 'NO' then ' not null' else '' end \
         from information_schema.columns where table_schema = 'public'",
    )
    .await;
}

#[tokio::test]
async fn both_have_the_same_indexes() {
    compare(
        "tests::schema::both_have_the_same_indexes",
        30,
        "select m.name || '(' || (select group_concat(name, ',') from (select name from pragma_index_info(i.name) \
         order by seqno)) || ')' || case i.\"unique\" when 1 then ' unique' else '' end \
         || case i.partial when 1 then ' partial' else '' end \
         from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table'",
        "select t.relname || '(' || string_agg(a.attname, ',' order by k.place) || ')' \
         || case when bool_or(i.indisunique) then ' unique' else '' end \
         || case when bool_or(i.indpred is not null) then ' partial' else '' end \
         from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace \
         cross join lateral unnest(i.indkey::int2[]) with ordinality k(number, place) \
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number \
         where n.nspname = 'public' group by i.indexrelid, t.relname",
    )
    .await;
}

#[tokio::test]
async fn both_have_the_same_foreign_keys() {
    compare(
        "tests::schema::both_have_the_same_foreign_keys",
        5,
        "select m.name || '(' || group_concat(f.\"from\", ',') || ') ' || f.\"table\" || '(' || group_concat(f.\"to\", ',') \
         || ') ' || lower(f.on_delete) from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' \
         group by m.name, f.id",
        "select t.relname || '(' || (select string_agg(a.attname, ',' order by k.place) \
         from unnest(c.conkey) with ordinality k(number, place) \
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number) || ') ' || r.relname || '(' \
         || (select string_agg(a.attname, ',' order by k.place) from unnest(c.confkey) with ordinality k(number, place) \
         join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.number) || ') ' \
         || case c.confdeltype when 'a' then 'no action' when 'c' then 'cascade' when 'n' then 'set null' else 'other' end \
         from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid \
         join pg_namespace n on n.oid = t.relnamespace where c.contype = 'f' and n.nspname = 'public'",
    )
    .await;
}

async fn reopened(test: &TestDb) {
    use crate::{Executor, Stmt, StoreError, args, migrate};
    const NEWER: Stmt = Stmt {
        name: "test.newer",
        sql: "insert into schema_migrations (version, name, checksum) values ($1, 'future', 'x')",
    };
    const EDITED: Stmt =
        Stmt { name: "test.edited", sql: "update schema_migrations set checksum = 'x' where version = 1" };
    let again = Db::open(&test.url).await.expect("the schema is there already");
    let (known, newest) = migrate::versions(&again).await.expect("versions");
    assert_eq!(known, newest);
    assert!(
        !again.fetch_all(Stmt { name: "test.any", sql: "select 1" }, vec![]).await.expect("reads").is_empty()
    );
    for (stmt, values) in [(NEWER, args![9_999_i64]), (EDITED, args![])] {
        let done = again.write(move |tx| Box::pin(async move { tx.execute(stmt, values).await })).await;
        done.expect("changed by hand");
        let refused = Db::open(&test.url).await.err().expect("refused");
        assert!(
            matches!(&refused, StoreError::Schema(text) if text.contains("schema step") || text.contains("Schema step"))
        );
    }
    again.close().await;
}
crate::on_both!(a_newer_or_edited_schema_is_refused, |t| super::reopened(t));
