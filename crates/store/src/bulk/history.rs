//! Years of history: the looks of some days, and the posts that became public in them, are copied back in time.

use carillon_domain::id::WorkspaceId;
use carillon_domain::time::{SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;

use super::{Dialect, PAGES, POSTGRES, SQLITE};
use crate::db::Connection;
use crate::{Db, Executor, StoreError, args, statements};

statements! {
    SIZE = "bulk.size": "select (select count(*) from snapshots where workspace_id = $1) as points, \
        (select count(*) from remote_posts where workspace_id = $1) as posts";
}

/// What copies are made from: a workspace's looks at its accounts in a time, and its posts of that time with all looks at them.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Numbers, each at one time.
    pub points: i64,
    /// Posts.
    pub posts: i64,
}

/// Copies the block once, so much earlier. The copy must not reach into the block. All of it is one transaction.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn copy(db: &Db, block: Block, earlier: SignedDuration) -> Result<(), StoreError> {
    let by = -i64::try_from(earlier.as_micros()).unwrap_or_default();
    db.write(move |tx| {
        Box::pin(async move {
            let statements = |dialect| Copier { block, by, dialect }.statements();
            let done = match &mut tx.connection {
                Connection::Sqlite(c) => {
                    return c.batch("bulk.history", &format!("{PAGES};\n{}", statements(SQLITE)));
                }
                Connection::Postgres(c) => {
                    sqlx::raw_sql(AssertSqlSafe(statements(POSTGRES))).execute(&mut **c).await.map(drop)
                }
            };
            done.map_err(|error| StoreError::sql("bulk.history", &error))
        })
    })
    .await
}

/// How much a workspace has.
///
/// # Errors
/// [`StoreError`].
pub async fn size(db: &Db, workspace: WorkspaceId) -> Result<Size, StoreError> {
    let row = db.fetch_optional(SIZE, args![workspace]).await?;
    row.map_or(Ok(Size { points: 0, posts: 0 }), |row| {
        Ok(Size { points: row.get("points")?, posts: row.get("posts")? })
    })
}

/// The statements of one copy.
struct Copier {
    block: Block,
    by: i64,
    dialect: Dialect,
}

impl Copier {
    fn statements(&self) -> String {
        [self.totals(), self.looks(), self.posts()].join(";\n")
    }

    fn workspace(&self) -> String {
        (self.dialect.literal)(self.block.workspace.uuid())
    }

    fn within(&self, column: &str) -> String {
        let (from, to) = (self.block.from.as_microsecond(), self.block.to.as_microsecond());
        format!("{column} >= {from} and {column} < {to}")
    }

    /// The id of a copied post: it begins with the time at which the copy was seen first.
    fn post(&self) -> String {
        (self.dialect.id)("r.id", &format!("((r.first_seen_at + ({})) / 1000)", self.by))
    }

    /// What networks said of the accounts.
    fn totals(&self) -> String {
        format!(
            "insert into snapshots (workspace_id, account_id, subject_id, metric, as_of, value, native, definition, run_id) \
             select s.workspace_id, s.account_id, s.subject_id, s.metric, s.as_of + ({}), s.value, s.native, s.definition, \
             s.run_id from accounts a {} snapshots s on s.workspace_id = a.workspace_id and s.account_id = a.id and \
             s.subject_id = a.id where a.workspace_id = {} and {}",
            self.by,
            self.dialect.join,
            self.workspace(),
            self.within("s.as_of")
        )
    }

    /// What they said of the posts.
    fn looks(&self) -> String {
        format!(
            "insert into snapshots (workspace_id, account_id, subject_id, metric, as_of, value, native, definition, run_id) \
             select s.workspace_id, s.account_id, {}, s.metric, s.as_of + ({}), s.value, s.native, s.definition, s.run_id \
             from remote_posts r {} snapshots s on s.workspace_id = r.workspace_id and s.account_id = r.account_id and \
             s.subject_id = r.id where r.workspace_id = {} and {}",
            self.post(),
            self.by,
            self.dialect.join,
            self.workspace(),
            self.within("r.published_at")
        )
    }

    fn posts(&self) -> String {
        format!(
            "insert into remote_posts (workspace_id, account_id, id, remote_id, url, body, kind, published_at, \
             publication_id, first_seen_at, read_at, numbers, views, reach, likes, comments, shares, saves, engagements, \
             followers, fields) select r.workspace_id, r.account_id, {}, r.remote_id || '{}', r.url, r.body, r.kind, \
             r.published_at + ({by}), r.publication_id, r.first_seen_at + ({by}), r.read_at + ({by}), r.numbers, r.views, \
             r.reach, r.likes, r.comments, r.shares, r.saves, r.engagements, r.followers, r.fields from remote_posts r \
             where r.workspace_id = {} and {}",
            self.post(),
            self.by,
            self.workspace(),
            self.within("r.published_at"),
            by = self.by
        )
    }
}
