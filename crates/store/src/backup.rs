//! A copy of the database while it is used, and how a copy that was put in place is told from the original.
//!
//! A restored database knows nothing of what went out after the copy was made. So each copy carries a mark, which the first process that
//! opens it turns into the time of the restoration: what was due until then waits for a person.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::Connection;
use crate::repo::setting;
use crate::sqlite::SqliteConnection;
use crate::writer::SqliteDb;
use crate::{Db, Executor, Stmt, StoreError, Tx, args};

/// Copies what is committed into a file that is empty or not there.
const COPY: Stmt = Stmt { name: "backup.copy", sql: "vacuum into $1" };

/// The setting that holds the mark.
const MARK: &str = "restored";

#[derive(Serialize, Deserialize)]
struct Mark {
    /// When this database was first opened after it had been put back; microseconds UTC.
    at: Option<i64>,
}

impl Db {
    /// Writes a copy of everything that is committed to `file`, which must not be there yet, while others go on reading and writing.
    /// It is there whole and durable, or not at all.
    ///
    /// # Errors
    /// [`StoreError::Config`] for a PostgreSQL database, which has tools of its own; [`StoreError::Unreachable`] when the file is
    /// there already or can't be written.
    pub async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        let Self::Sqlite(db) = self else {
            return Err(StoreError::Config("a PostgreSQL database is copied by pg_dump".to_owned()));
        };
        let failed =
            |e: std::io::Error| StoreError::Unreachable(format!("{} can't be written: {e}", file.display()));
        if file.try_exists().map_err(failed)? {
            return Err(StoreError::Unreachable(format!("{} is there already", file.display())));
        }
        let unfinished = PathBuf::from(format!("{}.unfinished", file.display()));
        let copied = copy(db, &unfinished).await;
        let done = copied.and_then(|()| put_in_place(&unfinished, file).map_err(failed));
        if done.is_err() {
            drop(std::fs::remove_file(&unfinished));
        }
        done
    }
}

async fn copy(db: &SqliteDb, to: &Path) -> Result<(), StoreError> {
    let refused =
        |e: std::io::Error| StoreError::Unreachable(format!("{} can't be written: {e}", to.display()));
    // What belongs to people is for nobody else on this machine; SQLite fills an empty file.
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(refused)?;
    let name =
        to.to_str().ok_or_else(|| StoreError::Config("the name of the copy is not text".to_owned()))?;
    let values = args![name];
    db.readers.rows(COPY, values).await?;
    let mut connection = SqliteConnection::alone(name)?;
    let mark = serde_json::json!(Mark { at: None });
    setting::put(&mut Tx::new(Connection::Sqlite(&mut connection)), MARK, &mark).await
}

fn put_in_place(unfinished: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::File::open(unfinished)?.sync_all()?;
    std::fs::rename(unfinished, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

/// When this database was put back from a copy, if it ever was. The first call on a new copy makes it `now`.
///
/// # Errors
/// [`StoreError`].
pub async fn restored_at(db: &Db, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    match mark(db).await? {
        None => Ok(None),
        Some(Mark { at: Some(at) }) => read(at).map(Some),
        Some(Mark { at: None }) => {
            let at = db.write(move |tx| Box::pin(async move { settle(tx, now).await })).await?;
            read(at).map(Some)
        }
    }
}

/// Says that this database was put back from a copy, at `now`, where no mark could say it.
///
/// # Errors
/// [`StoreError`].
pub async fn declare_restored(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mark = serde_json::json!(Mark { at: Some(now.as_microsecond()) });
    db.write(move |tx| Box::pin(async move { setting::put(tx, MARK, &mark).await })).await
}

/// Of two processes that start together on a copy, one says when that was.
async fn settle(tx: &mut Tx<'_>, now: Timestamp) -> Result<i64, StoreError> {
    if let Some(Mark { at: Some(at) }) = mark(&mut *tx).await? {
        return Ok(at);
    }
    let at = now.as_microsecond();
    setting::put(tx, MARK, &serde_json::json!(Mark { at: Some(at) })).await?;
    Ok(at)
}

async fn mark<'e>(ex: impl Executor<'e> + 'e) -> Result<Option<Mark>, StoreError> {
    setting::get(ex, MARK).await
}

fn read(at: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(at).map_err(|e| StoreError::Decode {
        statement: "settings.get",
        column: "value".to_owned(),
        message: e.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    #[tokio::test]
    async fn a_copy_is_whole_private_and_knows_that_it_is_one() {
        use std::os::unix::fs::PermissionsExt;
        let test = TestDb::sqlite().await;
        let file = test.folder().expect("a folder").join("copy.db");
        let value = serde_json::json!("before");
        test.db
            .write(move |tx| Box::pin(async move { setting::put(tx, "x", &value).await }))
            .await
            .expect("saved");
        test.db.backup(&file).await.expect("copied");
        let again = test.db.backup(&file).await.expect_err("refused");
        assert!(again.to_string().contains("is there already"), "{again}");
        assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(restored_at(&test.db, at(1)).await.expect("read"), None, "the original is none");

        let copy = Db::open(&format!("sqlite:{}", file.display())).await.expect("opens");
        let kept: Option<String> = setting::get(&copy, "x").await.expect("read");
        assert_eq!(kept.as_deref(), Some("before"));
        assert_eq!(restored_at(&copy, at(5)).await.expect("read"), Some(at(5)));
        assert_eq!(restored_at(&copy, at(9)).await.expect("read"), Some(at(5)), "said once");
        copy.close().await;
        test.dispose().await;
    }
}
