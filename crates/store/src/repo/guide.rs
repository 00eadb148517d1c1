//! The first steps of a workspace: how far it is, and who wants to see them no more.

use carillon_domain::id::{UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, StoreError, Tx, args, statements};

statements! {
    // The states are wrapped so that no index of states is used: those cross workspaces.
    FACTS = "guide.facts": "select \
        exists (select 1 from guides_closed where workspace_id = $1 and user_id = $2) as closed, \
        exists (select 1 from accounts where workspace_id = $1 and status <> 'disconnected') as connected, \
        exists (select 1 from posts where workspace_id = $1 and trashed_at is null) as written, \
        exists (select 1 from publications where workspace_id = $1 \
        and coalesce(state, '') in ('scheduled', 'publishing', 'published', 'failed', 'unconfirmed', 'held')) as planned, \
        exists (select 1 from publications where workspace_id = $1 and coalesce(state, '') = 'published' and remote_id is not null) as public";
    CLOSE = "guide.close": "insert into guides_closed (workspace_id, user_id, closed_at) values ($1, $2, $3) on conflict do nothing";
}

/// What is true of a workspace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The person wants to see no more of it.
    pub closed: bool,
    /// An account is connected, or was and needs its person.
    pub connected: bool,
    /// There is a post.
    pub written: bool,
    /// One is or was on its way out.
    pub planned: bool,
    /// One is public, or was until somebody deleted it there.
    pub public: bool,
}

/// How far a workspace is.
///
/// # Errors
/// [`StoreError`].
pub async fn facts(db: &Db, workspace: WorkspaceId, person: UserId) -> Result<Facts, StoreError> {
    let row = db.fetch_optional(FACTS, args![workspace, person]).await?;
    let Some(row) = row else { return Ok(Facts::default()) };
    Ok(Facts {
        closed: row.get("closed")?,
        connected: row.get("connected")?,
        written: row.get("written")?,
        planned: row.get("planned")?,
        public: row.get("public")?,
    })
}

/// Keeps that a person wants to see no more of it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn close(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    person: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(CLOSE, args![workspace, person, now]).await.map(drop)
}
