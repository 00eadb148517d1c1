//! Attempts and the remote calls they made.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AttemptId, PublicationId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, StoreError, Tx, Value, args, statements};

/// One try to publish a publication.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRow {
    /// Id.
    pub id: AttemptId,
    /// 1, 2, 3 …
    pub number: i64,
    /// Begin.
    pub started_at: Timestamp,
    /// End.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What went wrong.
    pub error: Option<ConnectorError>,
}

/// One remote call, without secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// When.
    pub at: Timestamp,
    /// Name of the operation.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// URL, redacted.
    pub url: String,
    /// HTTP status, when an answer arrived.
    pub status: Option<i64>,
    /// Duration, microseconds.
    pub duration_us: i64,
    /// The network's request id.
    pub request_id: Option<String>,
    /// Shortened, redacted request and answer.
    pub note: Option<String>,
}

statements! {
    OPEN = "attempts.open": "select id, number, started_at, ended_at, outcome, error from attempts \
        where workspace_id = $1 and publication_id = $2 and ended_at is null order by number desc limit 1";
    LAST_NUMBER = "attempts.last_number": "select coalesce(max(number), 0) as n from attempts \
        where workspace_id = $1 and publication_id = $2";
    INSERT = "attempts.insert": "insert into attempts (workspace_id, publication_id, id, number, started_at) \
        values ($1, $2, $3, $4, $5)";
    CLOSE = "attempts.close": "update attempts set ended_at = $3, outcome = $4, error = $5 \
        where workspace_id = $1 and publication_id = $2 and ended_at is null";
    OF_PUBLICATION = "attempts.of_publication": "select id, number, started_at, ended_at, outcome, error from attempts \
        where workspace_id = $1 and publication_id = $2 order by number";
    STEPS = "attempt_steps.of_attempt": "select at, operation, method, url, status, duration_us, request_id, note \
        from attempt_steps where workspace_id = $1 and attempt_id = $2 order by seq";
    NEXT_SEQ = "attempt_steps.next_seq": "select coalesce(max(seq), 0) as n from attempt_steps \
        where workspace_id = $1 and attempt_id = $2";
    ADD_STEP = "attempt_steps.insert": "insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, method, url, \
        status, duration_us, request_id, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    THIN = "attempt_steps.thin": "delete from attempt_steps where (workspace_id, attempt_id, seq) in \
        (select workspace_id, attempt_id, seq from attempt_steps where at < $1 order by at limit $2)";
}

fn read(row: &crate::Row) -> Result<AttemptRow, StoreError> {
    Ok(AttemptRow {
        id: row.get("id")?,
        number: row.get("number")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        outcome: row.get("outcome")?,
        error: row.json_opt("error")?,
    })
}

/// The open attempt, or a new one with the next number.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    publication: PublicationId,
    new: AttemptId,
    now: Timestamp,
) -> Result<AttemptId, StoreError> {
    if let Some(row) = tx.fetch_optional(OPEN, args![workspace, publication]).await? {
        return row.get("id");
    }
    let last = tx.fetch_optional(LAST_NUMBER, args![workspace, publication]).await?;
    let number: i64 = last.map_or(Ok(0), |r| r.get("n"))?;
    tx.execute(INSERT, args![workspace, publication, new, number + 1, now]).await?;
    Ok(new)
}

/// Ends the open attempt.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn close(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    publication: PublicationId,
    now: Timestamp,
    outcome: &str,
    error: Option<&ConnectorError>,
) -> Result<(), StoreError> {
    let error = Value::Text(error.and_then(|e| serde_json::to_string(e).ok()));
    let mut values = args![workspace, publication, now, outcome];
    values.push(error);
    tx.execute(CLOSE, values).await.map(drop)
}

/// Adds remote calls to an attempt.
///
/// # Errors
/// [`StoreError`].
pub async fn add_steps(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    attempt: AttemptId,
    steps: &[StepRow],
) -> Result<(), StoreError> {
    let last = tx.fetch_optional(NEXT_SEQ, args![workspace, attempt]).await?;
    let mut seq: i64 = last.map_or(Ok(0), |r| r.get("n"))?;
    for step in steps {
        seq += 1;
        let values = args![
            workspace,
            attempt,
            seq,
            step.at,
            &step.operation,
            &step.method,
            &step.url,
            step.status,
            step.duration_us,
            step.request_id.as_deref(),
            step.note.as_deref()
        ];
        tx.execute(ADD_STEP, values).await?;
    }
    Ok(())
}

/// Forgets at most `at_most` remote calls from before `until`, the oldest first, over all workspaces. Returns how many. The
/// attempts themselves stay.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn thin(tx: &mut Tx<'_>, until: Timestamp, at_most: i64) -> Result<u64, StoreError> {
    tx.execute(THIN, args![until, at_most]).await
}

/// All attempts of a publication with their remote calls, oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_publication(
    db: &Db,
    workspace: WorkspaceId,
    publication: PublicationId,
) -> Result<Vec<(AttemptRow, Vec<StepRow>)>, StoreError> {
    let mut all = Vec::new();
    for row in db.fetch_all(OF_PUBLICATION, args![workspace, publication]).await? {
        let attempt = read(&row)?;
        let steps = db.fetch_all(STEPS, args![workspace, attempt.id]).await?;
        let steps = steps.iter().map(step).collect::<Result<_, _>>()?;
        all.push((attempt, steps));
    }
    Ok(all)
}

fn step(row: &crate::Row) -> Result<StepRow, StoreError> {
    Ok(StepRow {
        at: row.get("at")?,
        operation: row.get("operation")?,
        method: row.get("method")?,
        url: row.get("url")?,
        status: row.get("status")?,
        duration_us: row.get("duration_us")?,
        request_id: row.get("request_id")?,
        note: row.get("note")?,
    })
}
