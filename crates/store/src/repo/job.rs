//! The job queue's table. Claims and sweeps cross workspaces and return ids only; see the architecture.

use carillon_domain::id::{AccountId, JobId, WorkspaceId};
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

/// Whose a job is. Those who share places on a node are told apart by these texts; they contain no spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// The network that it talks to.
    pub platform: Option<String>,
    /// The workspace on that network.
    pub tenant: Option<String>,
    /// The account.
    pub account: Option<String>,
}

impl Party {
    /// The account, and with it the rest.
    pub fn new(platform: &str, workspace: WorkspaceId, account: AccountId) -> Self {
        Self {
            platform: Some(platform.to_owned()),
            tenant: Some(format!("{platform}/{workspace}")),
            account: Some(account.to_string()),
        }
    }
}

/// Whom no place is free for. Each is a list with a space before, between and after; empty means nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    /// Networks.
    pub platforms: String,
    /// Workspaces on a network.
    pub tenants: String,
    /// Accounts.
    pub accounts: String,
}

impl Closed {
    /// Whether there is a place for everybody.
    pub fn is_empty(&self) -> bool {
        self.platforms.is_empty() && self.tenants.is_empty() && self.accounts.is_empty()
    }
}

/// What a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// Jobs with a lane.
    Commit,
    /// Jobs without one for which somebody waits.
    Foreground,
    /// Those for which nobody waits to the second.
    Background,
}

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The workspace, where there is one.
    pub workspace: Option<WorkspaceId>,
    /// Kind.
    pub kind: String,
    /// Version of the payload.
    pub version: i64,
    /// Payload; never secrets.
    pub payload: serde_json::Value,
    /// Lane to occupy from the start.
    pub lane: Option<String>,
    /// Nobody waits for it to the second: it must leave room for the others.
    pub background: bool,
    /// Whose it is, for sharing places.
    pub party: Party,
    /// When to run.
    pub run_at: Timestamp,
    /// At most one job has this key.
    pub unique_key: String,
    /// What it is about, so that sweeps can see that somebody cares for it.
    pub subject: Option<Uuid>,
    /// Now.
    pub created_at: Timestamp,
}

/// A claimed job.
#[derive(Debug, Clone)]
pub struct ClaimedJob {
    /// Its id.
    pub id: JobId,
    /// The workspace, where there is one.
    pub workspace: Option<WorkspaceId>,
    /// Kind.
    pub kind: String,
    /// Version of the payload.
    pub version: i64,
    /// Payload.
    pub payload: serde_json::Value,
    /// Lane that is occupied now.
    pub lane: Option<String>,
    /// See [`NewJob::background`].
    pub background: bool,
    /// Whose it is. Empty in jobs that an older version queued.
    pub party: Party,
    /// Runs that ended in an error.
    pub attempt: i64,
    /// The fence.
    pub lease_epoch: i64,
}

/// Which jobs somebody has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Those with a lane: the commits, each of them short.
    pub lanes: bool,
    /// Those without one for which somebody waits.
    pub foreground: bool,
    /// Those for which nobody waits to the second.
    pub background: bool,
}

impl Room {
    /// For whatever comes.
    pub const ALL: Self = Self { lanes: true, foreground: true, background: true };

    /// The highest priority without a lane that there is room for; priorities begin at 0.
    pub(super) fn priority(self) -> i64 {
        match (self.foreground, self.background) {
            (true, true) => 1,
            (true, false) => 0,
            (false, _) => -1,
        }
    }
}

statements! {
    PUT = "jobs.put": "insert into jobs (id, workspace_id, kind, version, payload, lane, priority, run_at, attempt, state, \
        lease_epoch, unique_key, created_at, subject_id, platform, tenant, account) \
        values ($1, $2, $3, $4, $5, $6, $11, $7, 0, 'ready', 0, $8, $9, $10, $12, $13, $14) \
        on conflict (unique_key) do update set kind = excluded.kind, version = excluded.version, \
        payload = excluded.payload, lane = excluded.lane, priority = excluded.priority, run_at = excluded.run_at, state = 'ready', attempt = 0, \
        platform = excluded.platform, tenant = excluded.tenant, account = excluded.account, \
        lease_by = null, lease_until = null, last_error = null, lease_epoch = jobs.lease_epoch + 1";
    PUT_IF_ABSENT = "jobs.put_if_absent": "insert into jobs (id, workspace_id, kind, version, payload, lane, priority, run_at, \
        attempt, state, lease_epoch, unique_key, created_at, subject_id, platform, tenant, account) \
        values ($1, $2, $3, $4, $5, $6, $11, $7, 0, 'ready', 0, $8, $9, $10, $12, $13, $14) \
        on conflict (unique_key) do nothing";
    REMOVE = "jobs.remove": "delete from jobs where unique_key = $1";
    CLAIM = "jobs.claim": "update jobs set state = 'leased', lease_by = $1, lease_epoch = lease_epoch + 1, lease_until = $2 \
        where state = 'ready' and id = (select n.id from (select f.id, f.run_at, f.created_at from (select j.id, j.run_at, j.created_at \
        from jobs j where j.state = 'ready' and j.lane is null and j.priority = 0 and $4 >= 0 and j.run_at <= $3 \
        order by j.run_at, j.created_at, j.id limit 1 /*postgres: for update skip locked */) f union all \
        select b.id, b.run_at, b.created_at from (select j.id, j.run_at, j.created_at \
        from jobs j where j.state = 'ready' and j.lane is null and j.priority = 1 and $4 >= 1 and j.run_at <= $3 \
        order by j.run_at, j.created_at, j.id limit 1 /*postgres: for update skip locked */) b union all \
        select c.id, c.run_at, c.created_at from (select j.id, j.run_at, j.created_at \
        from jobs j where j.state = 'ready' and j.lane is not null and $5 = 1 and j.run_at <= $3 \
        and not exists (select 1 from jobs o where o.lane = j.lane and o.state = 'leased') \
        order by j.run_at, j.created_at, j.id limit 1 /*postgres: for update skip locked */) c) n \
        order by n.run_at, n.created_at, n.id limit 1) \
        returning id, workspace_id, kind, version, payload, lane, priority, attempt, lease_epoch, platform, tenant, account";
    HASTEN = "jobs.hasten": "update jobs set run_at = $2 where unique_key = $1 and state = 'ready' and run_at > $2";
    RESCHEDULE = "jobs.reschedule": "update jobs set state = 'ready', run_at = $3, lane = $4, last_error = $5, lease_by = null, \
        lease_until = null, attempt = case when $6 then attempt + 1 else 0 end \
        where id = $1 and lease_epoch = $2 and state = 'leased'";
    FREE_EXPIRED = "jobs.free_expired": "update jobs set state = 'ready', lease_by = null, lease_until = null \
        where state = 'leased' and lease_until < $1";
    FREE_ALL = "jobs.free_all": "update jobs set state = 'ready', lease_by = null, lease_until = null where state = 'leased'";
    COUNT = "jobs.count": "select count(*) as n from jobs";
}

fn values(job: &NewJob) -> Vec<crate::Value> {
    args![
        job.id,
        job.workspace,
        &job.kind,
        job.version,
        &job.payload,
        job.lane.as_deref(),
        job.run_at,
        &job.unique_key,
        job.created_at,
        job.subject,
        // Higher comes later.
        i64::from(job.background),
        job.party.platform.as_deref(),
        job.party.tenant.as_deref(),
        job.party.account.as_deref()
    ]
}

/// Queues the job. One with the same key is replaced, and taken away from a worker that may have it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put(tx: &mut Tx<'_>, job: &NewJob) -> Result<(), StoreError> {
    tx.execute(PUT, values(job)).await?;
    tx.announce_work();
    Ok(())
}

/// Queues the job unless one with the same key exists. Tells whether it did.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn put_if_absent(tx: &mut Tx<'_>, job: &NewJob) -> Result<bool, StoreError> {
    let new = tx.execute(PUT_IF_ABSENT, values(job)).await? == 1;
    if new {
        tx.announce_work();
    }
    Ok(new)
}

/// Removes the job with this key, also from a worker that has it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove(tx: &mut Tx<'_>, unique_key: &str) -> Result<(), StoreError> {
    tx.execute(REMOVE, args![unique_key]).await.map(drop)
}

/// Leases the job that is due first of those that there is `room` for and whose lane is free. The epoch grows.
///
/// # Errors
/// [`StoreError::Sql`]; on PostgreSQL a unique violation when two nodes took the same lane at once: ask again.
pub async fn claim(
    tx: &mut Tx<'_>,
    node: &str,
    now: Timestamp,
    until: Timestamp,
    room: Room,
) -> Result<Option<ClaimedJob>, StoreError> {
    tx.fetch_optional(CLAIM, args![node, until, now, room.priority(), i64::from(room.lanes)])
        .await?
        .map(|row| claimed(&row))
        .transpose()
}

pub(super) fn party(row: &Row) -> Result<Party, StoreError> {
    Ok(Party { platform: row.get("platform")?, tenant: row.get("tenant")?, account: row.get("account")? })
}

pub(super) fn claimed(row: &Row) -> Result<ClaimedJob, StoreError> {
    Ok(ClaimedJob {
        id: row.get("id")?,
        workspace: row.get("workspace_id")?,
        kind: row.get("kind")?,
        version: row.get("version")?,
        payload: row.json("payload")?,
        lane: row.get("lane")?,
        background: row.get::<i64>("priority")? > 0,
        party: party(row)?,
        attempt: row.get("attempt")?,
        lease_epoch: row.get("lease_epoch")?,
    })
}

/// Lets a job that waits run earlier. Tells whether it did.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn hasten(tx: &mut Tx<'_>, unique_key: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(HASTEN, args![unique_key, at]).await? == 1)
}

/// Gives a job back, to run at `at` in `lane`. An `error` counts as a failed run.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn reschedule(
    tx: &mut Tx<'_>,
    id: JobId,
    epoch: i64,
    at: Timestamp,
    lane: Option<&str>,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(tx.execute(RESCHEDULE, args![id, epoch, at, lane, error, error.is_some()]).await? == 1)
}

/// Frees jobs whose leases ran out. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn free_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, StoreError> {
    tx.execute(FREE_EXPIRED, args![now]).await
}

/// Frees every leased job, for whoever knows that nobody works on one. Returns how many.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn free_all(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    tx.execute(FREE_ALL, Vec::new()).await
}

/// How many jobs there are, whatever their state; tests fail on leftovers.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn count(db: &Db) -> Result<i64, StoreError> {
    db.fetch_optional(COUNT, Vec::new()).await?.map_or(Ok(0), |row| row.get("n"))
}
