//! How a workspace's accounts fared with the networks since a time: readings and publications, counted by how they ended.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{Id, SyncRunId, WorkspaceId};
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::SyncState;
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, args, statements};

statements! {
    READINGS = "standing.readings": "select r.platform, r.state, r.error_kind, count(*) as n, max(r.ended_at) as last \
        from accounts a cross join sync_runs r where a.workspace_id = $1 and r.workspace_id = $1 and r.account_id = a.id \
        and r.id >= $2 and r.ended_at is not null group by r.platform, r.state, r.error_kind";
    PUBLICATIONS = "standing.publications": "select platform, state, count(*) as n, max(published_at) as last from publications \
        where workspace_id = $1 and due_at >= $2 and due_at <= $3 and state in ('published', 'failed', 'unconfirmed') \
        group by platform, state";
    ERRORS = "standing.errors": "select platform, error from publications where workspace_id = $1 and due_at >= $2 \
        and due_at <= $3 and state in ('failed', 'unconfirmed') and error is not null order by due_at desc limit $4";
}

/// Readings of a network that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    /// Network.
    pub platform: String,
    /// How they ended.
    pub state: SyncState,
    /// The kind of what went wrong, if anything did.
    pub error_kind: Option<String>,
    /// How many.
    pub count: u64,
    /// When the last of them ended.
    pub last: Timestamp,
}

/// Readings that were asked for since then and are over.
///
/// # Errors
/// [`StoreError`].
pub async fn readings(
    db: &Db,
    workspace: WorkspaceId,
    since: Timestamp,
) -> Result<Vec<Readings>, StoreError> {
    let read = |row: &Row| {
        Ok(Readings {
            platform: row.get("platform")?,
            state: row.named("state", SyncState::parse)?,
            error_kind: row.get("error_kind")?,
            count: row.get("n")?,
            last: row.get("last")?,
        })
    };
    let first: SyncRunId = Id::earliest(since);
    db.fetch_all(READINGS, args![workspace, first]).await?.iter().map(read).collect()
}

/// Publications of a network that ended in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publications {
    /// Network.
    pub platform: String,
    /// How they ended.
    pub state: PublicationState,
    /// How many.
    pub count: u64,
    /// When the last of them became public.
    pub last: Option<Timestamp>,
}

/// Publications that were due in this time and are over.
///
/// # Errors
/// [`StoreError`].
pub async fn publications(
    db: &Db,
    workspace: WorkspaceId,
    (since, until): (Timestamp, Timestamp),
) -> Result<Vec<Publications>, StoreError> {
    let read = |row: &Row| {
        Ok(Publications {
            platform: row.get("platform")?,
            state: row.named("state", PublicationState::parse)?,
            count: row.get("n")?,
            last: row.get("last")?,
        })
    };
    db.fetch_all(PUBLICATIONS, args![workspace, since, until]).await?.iter().map(read).collect()
}

/// Why publications of this time failed or are in doubt, the latest so many, each with its network.
///
/// # Errors
/// [`StoreError`].
pub async fn errors(
    db: &Db,
    workspace: WorkspaceId,
    (since, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<(String, ConnectorError)>, StoreError> {
    let read = |row: &Row| Ok((row.get("platform")?, row.json("error")?));
    db.fetch_all(ERRORS, args![workspace, since, until, limit]).await?.iter().map(read).collect()
}
