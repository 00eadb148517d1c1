//! Numbers as they were seen. Appended, never changed.

use carillon_domain::id::{AccountId, SyncRunId, WorkspaceId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::thinning::Key;
use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

statements! {
    ADD = "snapshots.add": "insert into snapshots (workspace_id, account_id, subject_id, metric, as_of, value, native, \
        definition, run_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        on conflict (workspace_id, account_id, subject_id, metric, as_of) do nothing";
    SERIES = "snapshots.series": "select as_of, value, native, definition from snapshots where workspace_id = $1 \
        and account_id = $2 and subject_id = $3 and metric = $4 and as_of >= $5 and as_of < $6 order by as_of";
    PAGE = "snapshots.page": "select s.subject_id, s.metric, s.as_of, s.value, s.native, s.definition, r.remote_id, \
        r.published_at from snapshots s left join remote_posts r on r.workspace_id = s.workspace_id \
        and r.account_id = s.account_id and r.id = s.subject_id where s.workspace_id = $1 and s.account_id = $2 \
        and (s.subject_id, s.metric, s.as_of) > ($3, $4, $5) and s.as_of >= $6 and s.as_of < $7 \
        order by s.subject_id, s.metric, s.as_of limit $8";
    ERASE = "snapshots.erase": "delete from snapshots where workspace_id = $1 and account_id = $2";
}

/// What a number is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// The account's own id, or that of one of its posts.
    pub id: Uuid,
}

impl Subject {
    /// The account itself.
    pub fn account(workspace: WorkspaceId, account: AccountId) -> Self {
        Self { workspace, account, id: account.uuid() }
    }
}

/// Adds what one look gave. Adding the same again changes nothing.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add(
    tx: &mut Tx<'_>,
    subject: Subject,
    run: SyncRunId,
    seen: &Observation,
) -> Result<(), StoreError> {
    for reading in &seen.readings {
        let values = args![
            subject.workspace,
            subject.account,
            subject.id,
            &reading.metric,
            seen.as_of,
            reading.value,
            &reading.native,
            reading.definition,
            run
        ];
        tx.execute(ADD, values).await?;
    }
    Ok(())
}

/// The values of one metric in `[from, to)`, oldest first. A look that did not give it is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn series<'e>(
    ex: impl Executor<'e> + 'e,
    subject: Subject,
    metric: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Timestamp, Reading)>, StoreError> {
    let values = args![subject.workspace, subject.account, subject.id, metric, from, to];
    let rows = ex.fetch_all(SERIES, values).await?;
    rows.iter()
        .map(|r| {
            let reading = Reading {
                metric: metric.to_owned(),
                value: r.get("value")?,
                native: r.get("native")?,
                definition: r.get("definition")?,
            };
            Ok((r.get("as_of")?, reading))
        })
        .collect()
}

/// A number as it was seen once, and the post that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which snapshot.
    pub key: Key,
    /// The value, in the unit of the metric's definition.
    pub value: i64,
    /// The field of the network's API.
    pub native: String,
    /// Version of the metric's definition.
    pub definition: u32,
    /// The network's id of the post; `None` for the account's own totals.
    pub remote_id: Option<String>,
    /// When the post became public; `None` for the account's own totals.
    pub published_at: Option<Timestamp>,
}

/// Every snapshot of an account and its posts that was seen in `[from, to)`, in the order of their keys: at most so many after one.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    (from, to): (Timestamp, Timestamp),
    after: &Key,
    limit: i64,
) -> Result<Vec<Kept>, StoreError> {
    let values = args![workspace, account, after.subject, &after.metric, after.as_of, from, to, limit];
    let read = |row: &Row| -> Result<Kept, StoreError> {
        Ok(Kept {
            key: Key {
                subject: row.get("subject_id")?,
                metric: row.get("metric")?,
                as_of: row.get("as_of")?,
            },
            value: row.get("value")?,
            native: row.get("native")?,
            definition: row.get("definition")?,
            remote_id: row.get("remote_id")?,
            published_at: row.get("published_at")?,
        })
    };
    db.fetch_all(PAGE, values).await?.iter().map(read).collect()
}

/// Forgets the numbers of an account and its posts.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}
