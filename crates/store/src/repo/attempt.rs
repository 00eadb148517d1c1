//! Attempts and the remote calls they made.

use std::collections::HashMap;

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
    OPEN_ONE = "attempts.open_one": "select publication_id, id from attempts where workspace_id = $1 and publication_id = $2 \
        and ended_at is null order by number desc limit 1";
    OPEN_ALL = "attempts.open_all": "/*postgres: select a.publication_id, a.id from attempts a \
        join unnest($1::uuid[], $2::uuid[]) as v(a, b) on v.a = a.workspace_id and v.b = a.publication_id \
        where a.ended_at is null order by a.number*/";
    INSERT_ONE = "attempts.insert_one": "insert into attempts (workspace_id, publication_id, id, number, started_at) \
        select $1, $2, $3, coalesce(max(number), 0) + 1, $4 from attempts where workspace_id = $1 and publication_id = $2";
    INSERT_ALL = "attempts.insert_all": "/*postgres: insert into attempts (workspace_id, publication_id, id, number, started_at) \
        select v.a, v.b, v.c, coalesce((select max(o.number) from attempts o where o.workspace_id = v.a and o.publication_id = v.b), 0) \
        + 1, v.d from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) as v(a, b, c, d)*/";
    CLOSE_ONE = "attempts.close_one": "update attempts set ended_at = $3, outcome = $4, error = $5 \
        where workspace_id = $1 and publication_id = $2 and ended_at is null";
    CLOSE_ALL = "attempts.close_all": "/*postgres: update attempts a set ended_at = v.at, outcome = v.outcome, error = v.error \
        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[]) as v(w, p, at, outcome, error) \
        where a.workspace_id = v.w and a.publication_id = v.p and a.ended_at is null*/";
    OF_PUBLICATION = "attempts.of_publication": "select id, number, started_at, ended_at, outcome, error from attempts \
        where workspace_id = $1 and publication_id = $2 order by number";
    STEPS = "attempt_steps.of_attempt": "select at, operation, method, url, status, duration_us, request_id, note \
        from attempt_steps where workspace_id = $1 and attempt_id = $2 order by seq";
    ADD_STEP_ONE = "attempt_steps.add_one": "insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, method, url, \
        status, duration_us, request_id, note) select $1, $2, coalesce(max(seq), 0) + $3, $4, $5, $6, $7, $8, $9, $10, $11 \
        from attempt_steps where workspace_id = $1 and attempt_id = $2";
    ADD_STEP_ALL = "attempt_steps.add_all": "/*postgres: insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, \
        method, url, status, duration_us, request_id, note) select v.w, v.a, coalesce((select max(s.seq) from attempt_steps s \
        where s.workspace_id = v.w and s.attempt_id = v.a), 0) + v.n, v.at, v.operation, v.method, v.url, v.status, v.duration, \
        v.request, v.note from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], \
        $8::bigint[], $9::bigint[], $10::text[], $11::text[]) \
        as v(w, a, n, at, operation, method, url, status, duration, request, note)*/";
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

/// An attempt that is wanted where none is open.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The publication.
    pub publication: PublicationId,
    /// The id of a new one.
    pub new: AttemptId,
    /// When it began.
    pub since: Timestamp,
}

/// The open attempt of each publication, or a new one with the next number.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    tx: &mut Tx<'_>,
    wanted: &[Wanted],
) -> Result<HashMap<PublicationId, AttemptId>, StoreError> {
    let keys = wanted.iter().map(|one| args![one.workspace, one.publication]).collect();
    let found = tx.fetch_each(OPEN_ONE, OPEN_ALL, keys).await?;
    let found = found.iter().map(|row| Ok((row.get("publication_id")?, row.get("id")?)));
    let mut open: HashMap<_, _> = found.collect::<Result<_, StoreError>>()?;
    let new: Vec<&Wanted> = wanted.iter().filter(|one| !open.contains_key(&one.publication)).collect();
    let row = |one: &&Wanted| args![one.workspace, one.publication, one.new, one.since];
    tx.execute_each(INSERT_ONE, INSERT_ALL, new.iter().map(row).collect()).await?;
    open.extend(new.into_iter().map(|one| (one.publication, one.new)));
    Ok(open)
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
pub struct Closed<'a> {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The publication.
    pub publication: PublicationId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: &'a str,
    /// What went wrong.
    pub error: Option<&'a ConnectorError>,
}

/// Ends the open attempts of these publications.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn close(tx: &mut Tx<'_>, closed: &[Closed<'_>]) -> Result<(), StoreError> {
    let row = |one: &Closed<'_>| {
        let error = Value::Text(one.error.and_then(|e| serde_json::to_string(e).ok()));
        let mut values = args![one.workspace, one.publication, one.at, one.outcome];
        values.push(error);
        values
    };
    tx.execute_each(CLOSE_ONE, CLOSE_ALL, closed.iter().map(row).collect()).await.map(drop)
}

/// Adds remote calls to attempts.
///
/// # Errors
/// [`StoreError`].
pub async fn add_steps(
    tx: &mut Tx<'_>,
    steps: &[(WorkspaceId, AttemptId, &[StepRow])],
) -> Result<(), StoreError> {
    let rows = steps.iter().flat_map(|(workspace, attempt, steps)| {
        (1i64..).zip(*steps).map(|(number, step)| {
            args![
                *workspace,
                *attempt,
                number,
                step.at,
                &step.operation,
                &step.method,
                &step.url,
                step.status,
                step.duration_us,
                step.request_id.as_deref(),
                step.note.as_deref()
            ]
        })
    });
    // SQLite adds them one after the other, so each is one more than the last; PostgreSQL sees none of them while it adds.
    let alone = !tx.is_postgres();
    let rows = rows.map(|mut row| {
        if alone && let Some(number) = row.get_mut(2) {
            *number = Value::from(1i64);
        }
        row
    });
    let rows = rows.collect();
    tx.execute_each(ADD_STEP_ONE, ADD_STEP_ALL, rows).await.map(drop)
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
