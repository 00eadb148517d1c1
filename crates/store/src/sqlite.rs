//! SQLite connections: one statement at a time, without a thread between the caller and the engine.
//!
//! A statement here costs less than a microsecond of its own, which is what makes thousands of publications a second possible; see
//! `docs/adr/0018-rusqlite-for-sqlite.md`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use tokio::sync::Semaphore;

use crate::{Stmt, StoreError, Value, apart};

/// Compiled statements that a connection keeps.
const KEPT_STATEMENTS: usize = 256;

/// Connections that read beside the writer.
pub(crate) const READERS: usize = 4;

/// An open connection.
pub(crate) struct SqliteConnection {
    inner: Connection,
    /// The column names of statements that answered before, by where their text lies: statements are constants.
    columns: HashMap<(usize, usize), Arc<[Box<str>]>>,
    /// Why SQLite undid the whole transaction by itself, as it does on a full disk. What would run next would be outside of it.
    undone: Option<StoreError>,
}

/// What a statement found. A row of its own for each value would cost more than to find it.
struct Answer {
    columns: Arc<[Box<str>]>,
    /// Row after row.
    cells: Vec<Cell>,
    /// What the texts and blobs hold, one after the other.
    bytes: Vec<u8>,
}

/// A value; what is long lies in [`Answer::bytes`].
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

impl Answer {
    fn keep(&mut self, value: ValueRef) {
        let cell = match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(v) => Cell::Integer(v),
            ValueRef::Real(v) => Cell::Real(v),
            ValueRef::Text(bytes) => Cell::Text(self.hold(bytes)),
            ValueRef::Blob(bytes) => Cell::Blob(self.hold(bytes)),
        };
        self.cells.push(cell);
    }

    fn hold(&mut self, bytes: &[u8]) -> Range<usize> {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        from..self.bytes.len()
    }

    fn held(&self, place: &Range<usize>) -> &[u8] {
        self.bytes.get(place.clone()).unwrap_or_default()
    }
}

/// One row of an answer.
pub(crate) struct SqliteRow {
    answer: Arc<Answer>,
    /// Where its first value is.
    first: usize,
}

impl SqliteRow {
    /// The value in a column; `None` where there is no such column.
    pub fn value(&self, column: &str) -> Option<ValueRef<'_>> {
        let answer = &*self.answer;
        let place = answer.columns.iter().position(|name| **name == *column)?;
        Some(match answer.cells.get(self.first + place)? {
            Cell::Null => ValueRef::Null,
            Cell::Integer(v) => ValueRef::Integer(*v),
            Cell::Real(v) => ValueRef::Real(*v),
            Cell::Text(place) => ValueRef::Text(answer.held(place)),
            Cell::Blob(place) => ValueRef::Blob(answer.held(place)),
        })
    }
}

impl SqliteConnection {
    /// Opens the file for writing; it is made if it is not there.
    pub fn open(path: &str) -> Result<Self, StoreError> {
        let new = Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        // What undoes one piece of work is kept in memory: as a file it costs more than the work. And what thousands of posts that
        // are due together belong to fits into 16 MiB of pages.
        let settings = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; \
                        pragma cache_size = -16384";
        new.batch("open", settings)?;
        Ok(new)
    }

    /// Opens a file that nobody else has open.
    pub fn alone(path: &str) -> Result<Self, StoreError> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn reader(path: &str) -> Result<Self, StoreError> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn with(path: &str, flags: OpenFlags) -> Result<Self, StoreError> {
        let failed =
            |e: rusqlite::Error| StoreError::Unreachable(format!("can't open the database {path}: {e}"));
        let inner =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        inner.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
        inner.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        // A statement keeps its plan. Otherwise some are planned anew for every value, which costs more than to run them.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
        Ok(Self { inner, columns: HashMap::new(), undone: None })
    }

    /// All rows that a statement answers.
    pub fn rows(&mut self, stmt: Stmt, args: &[Value]) -> Result<Vec<SqliteRow>, StoreError> {
        self.inside(|connection| connection.answer(stmt, args))
    }

    /// Runs a statement to its end, and tells how many rows it changed.
    pub fn execute(&mut self, stmt: Stmt, args: &[Value]) -> Result<u64, StoreError> {
        self.inside(|connection| connection.change(stmt, args))
    }

    /// Forgets that a transaction was undone: the next statement begins another one.
    pub fn anew(&mut self) {
        self.undone = None;
    }

    /// Runs something, unless the transaction that it belongs to is gone.
    fn inside<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(error) = &self.undone {
            return Err(error.clone());
        }
        let open = !self.inner.is_autocommit();
        let ran = run(self);
        if let Err(error) = &ran
            && open
            && self.inner.is_autocommit()
        {
            self.undone = Some(error.clone());
        }
        ran
    }

    fn answer(&mut self, stmt: Stmt, args: &[Value]) -> Result<Vec<SqliteRow>, StoreError> {
        let failed = |e: rusqlite::Error| refused(stmt.name, &e);
        let mut prepared = self.inner.prepare_cached(stmt.sql).map_err(failed)?;
        bind(&mut prepared, args).map_err(failed)?;
        let key = (stmt.sql.as_ptr().addr(), stmt.sql.len());
        let columns = self
            .columns
            .entry(key)
            .or_insert_with(|| prepared.column_names().into_iter().map(Box::from).collect());
        let width = columns.len();
        let mut answer = Answer { columns: Arc::clone(columns), cells: Vec::new(), bytes: Vec::new() };
        let (mut rows, mut count) = (prepared.raw_query(), 0);
        while let Some(row) = rows.next().map_err(failed)? {
            for place in 0..width {
                answer.keep(row.get_ref(place).map_err(failed)?);
            }
            count += 1;
        }
        let answer = Arc::new(answer);
        Ok((0..count).map(|row| SqliteRow { answer: Arc::clone(&answer), first: row * width }).collect())
    }

    fn change(&mut self, stmt: Stmt, args: &[Value]) -> Result<u64, StoreError> {
        let failed = |e: rusqlite::Error| refused(stmt.name, &e);
        let mut prepared = self.inner.prepare_cached(stmt.sql).map_err(failed)?;
        bind(&mut prepared, args).map_err(failed)?;
        let mut rows = prepared.raw_query();
        while rows.next().map_err(failed)?.is_some() {}
        drop(rows);
        drop(prepared);
        Ok(self.inner.changes())
    }

    /// Runs statements without values, one after the other.
    pub fn batch(&self, name: &str, sql: &str) -> Result<(), StoreError> {
        self.inner.execute_batch(sql).map_err(|e| refused(name, &e))
    }

    /// The first column of every row.
    #[cfg(test)]
    pub fn texts(&self, sql: &str) -> Result<Vec<String>, StoreError> {
        let failed = |e: rusqlite::Error| refused("texts", &e);
        let mut prepared = self.inner.prepare(sql).map_err(failed)?;
        let texts = prepared.query_map([], |row| row.get(0)).map_err(failed)?;
        texts.collect::<Result<_, _>>().map_err(failed)
    }

    /// How the engine would run a statement.
    #[cfg(test)]
    pub fn plan(&self, sql: &str) -> Result<Vec<String>, StoreError> {
        let failed = |e: rusqlite::Error| refused("plan", &e);
        let mut prepared = self.inner.prepare(&format!("explain query plan {sql}")).map_err(failed)?;
        let (mut steps, mut rows) = (Vec::new(), prepared.raw_query());
        while let Some(row) = rows.next().map_err(failed)? {
            steps.push(row.get("detail").map_err(failed)?);
        }
        Ok(steps)
    }

    /// The tables and indexes that a statement writes.
    #[cfg(test)]
    pub fn written(&self, sql: &str) -> Result<Vec<String>, StoreError> {
        let failed = |e: rusqlite::Error| refused("written", &e);
        let mut prepared = self.inner.prepare(&format!("explain {sql}")).map_err(failed)?;
        let (mut names, mut rows) = (Vec::new(), prepared.raw_query());
        while let Some(row) = rows.next().map_err(failed)? {
            if row.get::<_, String>("opcode").map_err(failed)? == "OpenWrite" {
                let page: i64 = row.get("p2").map_err(failed)?;
                let name = "select name from sqlite_schema where rootpage = ?1";
                names.push(self.inner.query_row(name, [page], |row| row.get(0)).map_err(failed)?);
            }
        }
        Ok(names)
    }

    /// Whether the engine understands a statement.
    #[cfg(test)]
    pub fn prepares(&self, sql: &str) -> Result<(), StoreError> {
        self.inner.prepare(sql).map(drop).map_err(|e| refused("prepare", &e))
    }
}

/// Binds `$1`, `$2` … SQLite counts names in the order in which they appear, so each is found by its number.
fn bind(prepared: &mut rusqlite::Statement<'_>, args: &[Value]) -> rusqlite::Result<()> {
    for place in 1..=prepared.parameter_count() {
        let number = prepared.parameter_name(place).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let value = number.and_then(|number| args.get(number.checked_sub(1)?));
        let value = value.ok_or(rusqlite::Error::InvalidParameterCount(args.len(), place))?;
        prepared.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(v) => v.map(ValueRef::Integer),
            Self::Text(v) => v.as_ref().map(|v| ValueRef::Text(v.as_bytes())),
            Self::Blob(v) => v.as_ref().map(|v| ValueRef::Blob(v)),
            Self::Uuid(v) => v.as_ref().map(|v| ValueRef::Blob(v.as_bytes())),
            Self::Bool(v) => v.map(|v| ValueRef::Integer(i64::from(v))),
            Self::Float(v) => v.map(ValueRef::Real),
            Self::Ints(_) | Self::Texts(_) | Self::Uuids(_) | Self::Bools(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure("SQLite knows no columns".into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

/// SQLite's extended codes for a value that exists already: `SQLITE_CONSTRAINT_UNIQUE`, `_PRIMARYKEY` and `_ROWID` ("Result and
/// Error Codes", sqlite.org).
const TAKEN: [i32; 3] = [2067, 1555, 2579];

fn refused(statement: &str, error: &rusqlite::Error) -> StoreError {
    let code = error.sqlite_error().map(|e| e.extended_code);
    StoreError::Sql {
        statement: statement.to_owned(),
        message: error.to_string(),
        code: code.map(|code| code.to_string()),
        unique: code.is_some_and(|code| TAKEN.contains(&code)),
    }
}

/// Connections for reading, opened when they are needed, each used by one caller at a time and off the threads that drive
/// everything else: a long list must not keep a post from its second.
pub(crate) struct Readers {
    path: String,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), idle: Arc::default(), places: Arc::new(Semaphore::new(READERS)) }
    }

    /// Lets `read` use a connection.
    pub async fn with<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let (idle, path) = (Arc::clone(&self.idle), self.path.clone());
        let reading = move || {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = kept.map_or_else(|| SqliteConnection::reader(&path), Ok)?;
            let found = read(&mut connection);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(place);
            found
        };
        if apart::may_wait() {
            return reading();
        }
        tokio::task::spawn_blocking(reading).await.map_err(|_| StoreError::Panicked)?
    }

    /// All rows that a statement answers.
    pub async fn rows(&self, stmt: Stmt, args: Vec<Value>) -> Result<Vec<SqliteRow>, StoreError> {
        self.with(move |connection| connection.rows(stmt, &args)).await
    }

    /// Lets nobody in any more, waits for who is in, and closes all connections.
    pub async fn close(&self) {
        // All places at once are free when nobody reads.
        if let Ok(all) = self.places.acquire_many(u32::try_from(READERS).unwrap_or(u32::MAX)).await {
            self.places.close();
            drop(all);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
