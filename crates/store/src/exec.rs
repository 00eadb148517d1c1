//! One SQL text for two engines: named statements, typed values, rows that decode on both.

use std::borrow::Cow;

use carillon_domain::id::{Id, Kind};
use carillon_domain::time::Timestamp;
use futures::future::BoxFuture;
use rusqlite::types::ValueRef as SqlValue;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row as _, ValueRef};
use uuid::Uuid;

use crate::db::{Connection, Db, Tx};
use crate::sqlite::SqliteRow;
use crate::{StoreError, Value};

/// A named statement. `/*postgres: … */` inside it is SQL for PostgreSQL alone (row locks, which SQLite's one writer does
/// not need; or all of it, where PostgreSQL does for many rows at once what SQLite does one by one).
#[derive(Debug, Clone, Copy)]
pub struct Stmt {
    /// `table.action`; for errors and traces.
    pub name: &'static str,
    /// The text, with `$1…` parameters.
    pub sql: &'static str,
}

impl Stmt {
    /// The text as PostgreSQL gets it.
    pub fn postgres(&self) -> Cow<'static, str> {
        let Some((before, mut rest)) = self.sql.split_once("/*postgres:") else {
            return Cow::Borrowed(self.sql);
        };
        let mut text = before.to_owned();
        loop {
            let (inside, after) = rest.split_once("*/").unwrap_or((rest, ""));
            text.push_str(inside);
            let Some((before, next)) = after.split_once("/*postgres:") else {
                text.push_str(after);
                return Cow::Owned(text);
            };
            text.push_str(before);
            rest = next;
        }
    }
}

/// Where every statement that is run is noted by its name, at level `trace`.
pub const STATEMENT_TARGET: &str = "carillon_store::statement";

/// Declares the statements of a repository, and the list that the prepare-all test reads.
#[macro_export]
macro_rules! statements {
    ($($(#[$meta:meta])* $constant:ident = $name:literal: $sql:expr;)*) => {
        $($(#[$meta])* const $constant: $crate::exec::Stmt = $crate::exec::Stmt { name: $name, sql: $sql };)*
        /// Every statement of this repository.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[$crate::exec::Stmt] = &[$($constant),*];
    };
}

macro_rules! bind_all {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for value in $args {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Blob(v) => query.bind(v),
                Value::Uuid(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
                Value::Float(v) => query.bind(v),
                Value::Ints(v) => query.bind(v),
                Value::Texts(v) => query.bind(v),
                Value::Uuids(v) => query.bind(v),
                Value::Bools(v) => query.bind(v),
            };
        }
        query
    }};
}

/// One row of a result.
pub struct Row {
    inner: Inner,
    statement: &'static str,
}

enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value in `column`.
    ///
    /// # Errors
    /// [`StoreError::Decode`] with statement and column, when it is null or of another type.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        T::read(self, column).map_err(|message| self.unread(column, message))
    }

    /// A JSON column, decoded.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        self.parse(column, self.str(column)?)
    }

    /// A JSON column that may be null, decoded.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn json_opt<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        if self.is_null(column).map_err(|message| self.unread(column, message))? {
            return Ok(None);
        }
        self.json(column).map(Some)
    }

    /// A text column read by `parse`, such as an enum's stable name.
    ///
    /// # Errors
    /// As [`Row::get`], and when `parse` does not know the text.
    pub fn named<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.str(column)?;
        parse(text).ok_or_else(|| self.unread(column, format!("`{text}` is not a known value")))
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, column: &str, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|e| self.unread(column, e.to_string()))
    }

    fn unread(&self, column: &str, message: String) -> StoreError {
        StoreError::Decode { statement: self.statement, column: column.to_owned(), message }
    }

    fn str(&self, column: &str) -> Result<&str, StoreError> {
        self.text(column).map_err(|message| self.unread(column, message))
    }

    fn text(&self, column: &str) -> Result<&str, String> {
        match &self.inner {
            Inner::Sqlite(row) => match sqlite_value(row, column)? {
                SqlValue::Null => Err("is null".to_owned()),
                SqlValue::Text(text) => std::str::from_utf8(text).map_err(|e| e.to_string()),
                other => Err(format!("is of type {}", other.data_type())),
            },
            Inner::Postgres(row) => row.try_get(column).map_err(|e| e.to_string()),
        }
    }

    fn is_null(&self, column: &str) -> Result<bool, String> {
        match &self.inner {
            Inner::Sqlite(row) => Ok(sqlite_value(row, column)? == SqlValue::Null),
            Inner::Postgres(row) => row.try_get_raw(column).map(|v| v.is_null()).map_err(|e| e.to_string()),
        }
    }
}

fn sqlite_value<'r>(row: &'r SqliteRow, column: &str) -> Result<SqlValue<'r>, String> {
    row.value(column).ok_or_else(|| "there is no such column".to_owned())
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads it; the error is a message.
    ///
    /// # Errors
    /// When the value is null or of another type.
    fn read(row: &Row, column: &str) -> Result<Self, String>;
}

macro_rules! columns {
    ($($type:ty: $($pattern:pat => $value:expr),+;)*) => {$(
        impl Column for $type {
            fn read(row: &Row, column: &str) -> Result<Self, String> {
                match &row.inner {
                    Inner::Sqlite(row) => match sqlite_value(row, column)? {
                        SqlValue::Null => Err("is null".to_owned()),
                        $($pattern => $value,)+
                        other => Err(format!("is of type {}", other.data_type())),
                    },
                    Inner::Postgres(row) => row.try_get(column).map_err(|e| e.to_string()),
                }
            }
        }
    )*};
}

columns! {
    i64: SqlValue::Integer(v) => Ok(v);
    Vec<u8>: SqlValue::Blob(v) => Ok(v.to_owned());
    bool: SqlValue::Integer(v) => Ok(v != 0);
    f64: SqlValue::Real(v) => Ok(v), SqlValue::Integer(v) => Ok(v as f64);
    Uuid: SqlValue::Blob(v) => Uuid::from_slice(v).map_err(|e| e.to_string());
}

impl Column for String {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        row.text(column).map(str::to_owned)
    }
}
impl Column for u32 {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        Self::try_from(i64::read(row, column)?).map_err(|e| e.to_string())
    }
}
impl Column for u64 {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        Self::try_from(i64::read(row, column)?).map_err(|e| e.to_string())
    }
}
impl Column for Timestamp {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        Self::from_microsecond(i64::read(row, column)?).map_err(|e| e.to_string())
    }
}
impl<K: Kind> Column for Id<K> {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        Uuid::read(row, column).map(Self::from_uuid)
    }
}
impl<T: Column> Column for Option<T> {
    fn read(row: &Row, column: &str) -> Result<Self, String> {
        if row.is_null(column)? { Ok(None) } else { T::read(row, column).map(Some) }
    }
}

impl Tx<'_> {
    /// The rows of many keys, in no order: with one statement on PostgreSQL, one by one on SQLite, where none of them is a way to a
    /// server and back. `all` gets the keys as columns.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    pub(crate) async fn fetch_each(
        &mut self,
        one: Stmt,
        all: Stmt,
        keys: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        if self.is_postgres() {
            return self.fetch_all(all, Value::columns(keys)?).await;
        }
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            rows.extend(self.fetch_all(one, key).await?);
        }
        Ok(rows)
    }

    /// Changes many rows in the same way, each with its own parameters; as [`Tx::fetch_each`] does.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    pub(crate) async fn execute_each(
        &mut self,
        one: Stmt,
        all: Stmt,
        rows: Vec<Vec<Value>>,
    ) -> Result<u64, StoreError> {
        if rows.is_empty() {
            return Ok(0);
        }
        if self.is_postgres() {
            return self.execute(all, Value::columns(rows)?).await;
        }
        let mut changed = 0;
        for row in rows {
            changed += self.execute(one, row).await?;
        }
        Ok(changed)
    }
}

/// Runs statements: `&Db` reads what is committed, `&mut Tx` sees its own transaction.
pub trait Executor<'e>: Send + Sized {
    /// All rows.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    fn fetch_all(self, stmt: Stmt, args: Vec<Value>) -> BoxFuture<'e, Result<Vec<Row>, StoreError>>;

    /// The first row, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    fn fetch_optional(self, stmt: Stmt, args: Vec<Value>) -> BoxFuture<'e, Result<Option<Row>, StoreError>>
    where
        Self: 'e,
    {
        Box::pin(async move { Ok(self.fetch_all(stmt, args).await?.into_iter().next()) })
    }
}

impl<'e> Executor<'e> for &'e Db {
    fn fetch_all(self, stmt: Stmt, args: Vec<Value>) -> BoxFuture<'e, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            match self {
                Db::Sqlite(db) => {
                    told(stmt);
                    Ok(sqlite_rows(stmt, db.readers.rows(stmt, args).await?))
                }
                Db::Postgres(db) => db.rows(stmt, args).await,
            }
        })
    }
}

impl<'e, 'c: 'e> Executor<'e> for &'e mut Tx<'c> {
    fn fetch_all(self, stmt: Stmt, args: Vec<Value>) -> BoxFuture<'e, Result<Vec<Row>, StoreError>> {
        Box::pin(async move {
            let rows = match &mut self.connection {
                Connection::Sqlite(conn) => {
                    told(stmt);
                    conn.rows(stmt, &args).map(|rows| sqlite_rows(stmt, rows))
                }
                Connection::Postgres(conn) => {
                    postgres_rows(&mut **conn, stmt, args, self.keep_statements).await
                }
            };
            self.unfit |= matches!(rows, Err(StoreError::Unreachable(_)));
            rows
        })
    }
}

impl Tx<'_> {
    /// Runs a statement that changes rows, and tells how many it changed.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    pub async fn execute(&mut self, stmt: Stmt, args: Vec<Value>) -> Result<u64, StoreError> {
        told(stmt);
        let result = match &mut self.connection {
            Connection::Sqlite(conn) => return conn.execute(stmt, &args),
            Connection::Postgres(conn) => {
                bind_all!(sqlx::query::<Postgres>(AssertSqlSafe(stmt.postgres().into_owned())), args)
                    .persistent(self.keep_statements)
                    .execute(&mut **conn)
                    .await
                    .map(|r| r.rows_affected())
            }
        };
        let result = result.map_err(|e| StoreError::sql(stmt.name, &e));
        self.unfit |= matches!(result, Err(StoreError::Unreachable(_)));
        result
    }
}

/// Names the statement, never its values, to whoever wants to know what a page or a job costs.
fn told(stmt: Stmt) {
    tracing::trace!(target: STATEMENT_TARGET, statement = stmt.name, "statement");
}

fn sqlite_rows(stmt: Stmt, rows: Vec<SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(|row| Row { inner: Inner::Sqlite(row), statement: stmt.name }).collect()
}

pub(crate) async fn postgres_rows<'c, E>(
    executor: E,
    stmt: Stmt,
    args: Vec<Value>,
    keep_statement: bool,
) -> Result<Vec<Row>, StoreError>
where
    E: sqlx::Executor<'c, Database = Postgres>,
{
    told(stmt);
    let sql = AssertSqlSafe(stmt.postgres().into_owned());
    let rows = bind_all!(sqlx::query::<Postgres>(sql), args).persistent(keep_statement);
    let rows = rows.fetch_all(executor).await;
    let rows = rows.map_err(|e| StoreError::sql(stmt.name, &e))?;
    Ok(rows.into_iter().map(|r| Row { inner: Inner::Postgres(r), statement: stmt.name }).collect())
}
