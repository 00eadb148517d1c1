//! Publications that wait for somebody: a worker that lost them, a person, an account.

use carillon_domain::id::{AccountId, PublicationId, WorkspaceId};
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, StoreError, args, statements};

statements! {
    STRAY = "publications.stray": "select u.workspace_id, u.id, u.platform, u.account_id, u.due_at from (\
        select o.workspace_id, o.id, o.platform, o.account_id, o.due_at from (select p.workspace_id, p.id, p.platform, p.account_id, p.due_at \
        from publications p where p.state in ('scheduled', 'publishing') and p.due_at <= $1 \
        and not exists (select 1 from jobs j where j.subject_id = p.id) order by p.due_at limit $2) o union all \
        select q.workspace_id, q.id, q.platform, q.account_id, q.due_at from (select p.workspace_id, p.id, p.platform, p.account_id, p.due_at \
        from publications p where p.state = 'published' and p.units like '%\"state\":\"pending\"%' and p.due_at > $3 and p.due_at <= $1 \
        and (p.incomplete = $4 or p.next_at is not null) \
        and not exists (select 1 from jobs j where j.subject_id = p.id) order by p.due_at limit $2) q) u order by u.due_at limit $2";
    OLDEST_OVERDUE = "publications.oldest_overdue": "select min(due_at) as due_at from publications \
        where state in ('scheduled', 'publishing') and due_at <= $1";
    COUNT_STATE = "publications.count_state": "select count(*) as n from publications where state = $1";
    HELD_FOR_ACCOUNT = "publications.held_for_account": "select id from publications where workspace_id = $1 \
        and account_id = $2 and ((state = 'held' and held_reason = $3) or (state = 'published' and incomplete = $4) or state = 'unconfirmed')";
}

/// A publication that ought to be on its way and has no job. Crosses workspaces; returns no content.
#[derive(Debug, Clone)]
pub struct Stray {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Publication.
    pub id: PublicationId,
    /// Its platform.
    pub platform: String,
    /// Its account.
    pub account: AccountId,
    /// When it was or is due.
    pub due_at: Option<Timestamp>,
}

/// Publications without a job that are due before `until`; and public ones that were due after `since`, whose parts are still
/// to be sent and wait for nobody.
///
/// # Errors
/// [`StoreError`].
pub async fn without_job(
    db: &Db,
    until: Timestamp,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Stray>, StoreError> {
    let rows = db.fetch_all(STRAY, args![until, limit, since, false]).await?;
    rows.iter()
        .map(|r| {
            Ok(Stray {
                workspace: r.get("workspace_id")?,
                id: r.get("id")?,
                platform: r.get("platform")?,
                account: r.get("account_id")?,
                due_at: r.get("due_at")?,
            })
        })
        .collect()
}

/// The due time of the publication that is overdue for longest, over all workspaces.
///
/// # Errors
/// [`StoreError`].
pub async fn oldest_overdue(db: &Db, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    db.fetch_optional(OLDEST_OVERDUE, args![now]).await?.map_or(Ok(None), |r| r.get("due_at"))
}

/// How many publications are in this state, over all workspaces. For those that wait for a person; finished ones are many.
///
/// # Errors
/// [`StoreError`].
pub async fn count_in(db: &Db, state: PublicationState) -> Result<i64, StoreError> {
    db.fetch_optional(COUNT_STATE, args![state.as_str()]).await?.map_or(Ok(0), |r| r.get("n"))
}

/// What waits for the account to be connected again: held ones, public ones with missing parts, and those that could not be
/// looked for.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting_for_account(
    db: &Db,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Vec<PublicationId>, StoreError> {
    let values = args![workspace, account, HeldReason::Reauth.as_str(), true];
    db.fetch_all(HELD_FOR_ACCOUNT, values).await?.iter().map(|r| r.get("id")).collect()
}
