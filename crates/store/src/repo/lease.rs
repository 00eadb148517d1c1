//! Which jobs are due, and leases of many of them at once. A job that is not there any more, or is somebody else's by now, is left out of the answer and
//! unchanged; the others are not touched by that.

use std::collections::HashSet;

use carillon_domain::id::JobId;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::job::{ClaimedJob, Closed, Party, PlaceKind, Room, claimed, party};
use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A lease: the job, and the epoch of the claim.
pub type Held = (JobId, i64);

/// When a job that is given back runs again, and in which lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// When.
    pub at: Timestamp,
    /// The lane to occupy then.
    pub lane: Option<String>,
}

/// Whether an account has something that is to go out before the publication of a job. Who is claimed ahead of its time keeps the
/// lane until then, and must not make wait what comes before. What is due for more than a week is nobody's turn any more.
macro_rules! behind {
    ($job:literal) => {
        behind!($job, "")
    };
    ($job:literal, $join:literal) => {
        concat!(
            "exists (select 1 from publications q join publications p on p.workspace_id = q.workspace_id \
             and p.account_id = q.account_id and p.due_at <= q.due_at and p.due_at > q.due_at - 604800000000 \
             and p.state in ('scheduled', 'publishing') ",
            $join,
            " where q.workspace_id = ",
            $job,
            ".workspace_id and q.id = ",
            $job,
            ".subject_id and (p.due_at < q.due_at or p.created_at < q.created_at))"
        )
    };
}

statements! {
    WAITING_COMMITS = "leases.waiting_commits": concat!("select j.id, j.platform, j.tenant, j.account, j.lane from jobs j where j.state = 'ready' and j.lane is not null \
        and j.run_at <= $1 and $2 not like '% ' || coalesce(j.platform, '-') || ' %' and $3 not like '% ' || coalesce(j.tenant, '-') || ' %' \
        and $4 not like '% ' || coalesce(j.account, '-') || ' %' \
        and not exists (select 1 from jobs o where o.lane = j.lane and o.state = 'leased') \
        and (j.run_at <= $6 or not ", behind!("j"), ") and (j.run_at > $7 or not ",
        behind!("j", "join jobs w on w.workspace_id = p.workspace_id and w.subject_id = p.id and w.run_at <= $8"), ") order by j.run_at, j.created_at, j.id limit $5");
    WAITING_OTHERS = "leases.waiting_others": "select j.id, j.platform, j.tenant, j.account, j.lane from jobs j where j.state = 'ready' and j.lane is null \
        and j.run_at <= $1 and $2 not like '% ' || coalesce(j.platform, '-') || ' %' and $3 not like '% ' || coalesce(j.tenant, '-') || ' %' \
        and $4 not like '% ' || coalesce(j.account, '-') || ' %' and j.priority = $6 \
        order by j.run_at, j.created_at, j.id limit $5";
    NEXT_RUN_AT = "leases.next_run_at": concat!("select min(n.run_at) as run_at from (\
        select run_at from (select j.run_at from jobs j where j.state = 'ready' and j.lane is null and j.priority = 0 and $1 >= 0 \
        order by j.run_at limit 1) f union all \
        select run_at from (select j.run_at from jobs j where j.state = 'ready' and j.lane is null and j.priority = 1 and $1 >= 1 \
        order by j.run_at limit 1) b union all \
        select case when ", behind!("c"), " then c.run_at else c.run_at - $3 end from (select j.run_at, j.workspace_id, j.subject_id \
        from jobs j where j.state = 'ready' and j.lane is not null and $2 = 1 \
        and not exists (select 1 from jobs o where o.lane = j.lane and o.state = 'leased') order by j.run_at limit 1) c) n");
    CLAIM_ONE = "leases.claim_one": "update jobs set state = 'leased', lease_by = $1, lease_epoch = lease_epoch + 1, lease_until = $2 \
        where id = $4 and state = 'ready' and run_at <= $3 \
        and not exists (select 1 from jobs o where o.lane = jobs.lane and o.state = 'leased') \
        returning id, workspace_id, kind, version, payload, lane, priority, attempt, lease_epoch, platform, tenant, account";
    CLAIM_ALL = "leases.claim_all": "/*postgres: with chosen as materialized (select j.id from jobs j where j.id = any($4::uuid[]) \
        and j.state = 'ready' and j.run_at <= $3 \
        and not exists (select 1 from jobs o where o.lane = j.lane and o.state = 'leased') for update skip locked) \
        update jobs set state = 'leased', lease_by = $1, lease_epoch = lease_epoch + 1, lease_until = $2 \
        from chosen where jobs.id = chosen.id returning jobs.id, workspace_id, kind, version, payload, lane, priority, \
        attempt, lease_epoch, platform, tenant, account*/";
    FENCE_ONE = "leases.fence_one": "select id, lease_epoch from jobs where id = $1 and lease_epoch = $2 and state = 'leased' \
        /*postgres: for update*/";
    FENCE_ALL = "leases.fence_all": "/*postgres: select j.id, j.lease_epoch from jobs j \
        join unnest($1::uuid[], $2::bigint[]) as v(id, epoch) on v.id = j.id and v.epoch = j.lease_epoch \
        where j.state = 'leased' order by j.id for update of j*/";
    EXTEND_ONE = "leases.extend_one": "update jobs set lease_until = $3 where id = $1 and lease_epoch = $2 and state = 'leased' \
        returning id, lease_epoch";
    EXTEND_ALL = "leases.extend_all": "/*postgres: with held as materialized (select j.id, v.until from jobs j \
        join unnest($1::uuid[], $2::bigint[], $3::bigint[]) as v(id, epoch, until) on v.id = j.id and v.epoch = j.lease_epoch \
        where j.state = 'leased' order by j.id for update of j) \
        update jobs set lease_until = held.until from held where jobs.id = held.id returning jobs.id, jobs.lease_epoch*/";
    FINISH_ONE = "leases.finish_one": "delete from jobs where id = $1 and lease_epoch = $2 and state = 'leased'";
    FINISH_ALL = "leases.finish_all": "/*postgres: delete from jobs j using unnest($1::uuid[], $2::bigint[]) as v(id, epoch) \
        where j.id = v.id and j.lease_epoch = v.epoch and j.state = 'leased'*/";
    GIVE_BACK_ONE = "leases.give_back_one": "update jobs set state = 'ready', run_at = $3, lane = $4, last_error = null, \
        lease_by = null, lease_until = null, attempt = 0 where id = $1 and lease_epoch = $2 and state = 'leased'";
    GIVE_BACK_ALL = "leases.give_back_all": "/*postgres: update jobs j set state = 'ready', run_at = v.run_at, lane = v.lane, \
        last_error = null, lease_by = null, lease_until = null, attempt = 0 \
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) as v(id, epoch, run_at, lane) \
        where j.id = v.id and j.lease_epoch = v.epoch and j.state = 'leased'*/";
}

/// A job that could be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub party: Party,
    /// The lane that it will occupy.
    pub lane: Option<String>,
}

/// Until when jobs are due, and since when those are that go out before others of their account.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Now.
    pub now: Timestamp,
    /// Jobs with a lane are due a little ahead, if nothing of their account is to go out before.
    pub until: Timestamp,
    /// Jobs with a lane that were due by then were missed. They let what was due before on their account go first, also while
    /// that still prepares.
    pub missed: Timestamp,
}

/// Who waits longer than that before it goes on is not waited for.
const SOON: SignedDuration = SignedDuration::from_secs(3);

/// The first jobs that are due of those that a place of this kind is for, whose lane is free and of which no party is `closed`.
///
/// # Errors
/// [`StoreError`].
pub async fn waiting(
    db: &Db,
    due: Due,
    kind: PlaceKind,
    closed: &Closed,
    at_most: i64,
) -> Result<Vec<Waiting>, StoreError> {
    let mut values = args![due.until, &closed.platforms, &closed.tenants, &closed.accounts, at_most];
    let statement = match kind {
        PlaceKind::Commit => {
            values.extend(args![due.now, due.missed, due.now + SOON]);
            WAITING_COMMITS
        }
        PlaceKind::Foreground | PlaceKind::Background => {
            values.push(i64::from(kind == PlaceKind::Background).into());
            WAITING_OTHERS
        }
    };
    let read = |row: &Row| Ok(Waiting { id: row.get("id")?, party: party(row)?, lane: row.get("lane")? });
    db.fetch_all(statement, values).await?.iter().map(read).collect()
}

/// When the next job is due that could be claimed with this `room`; one with a lane is due so long `ahead`, if nothing of its
/// account is to go out before.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn next_run_at(
    db: &Db,
    room: Room,
    ahead: SignedDuration,
) -> Result<Option<Timestamp>, StoreError> {
    let ahead = i64::try_from(ahead.as_micros()).unwrap_or_default();
    db.fetch_optional(NEXT_RUN_AT, args![room.priority(), i64::from(room.lanes), ahead])
        .await?
        .map_or(Ok(None), |row| row.get("run_at"))
}

/// Leases those of these jobs that still wait and whose lane is free. Their epochs grow.
///
/// # Errors
/// [`StoreError::Sql`]; on PostgreSQL a unique violation when two nodes took the same lane at once: ask again.
pub async fn claim(
    tx: &mut Tx<'_>,
    node: &str,
    now: Timestamp,
    until: Timestamp,
    ids: &[JobId],
) -> Result<Vec<ClaimedJob>, StoreError> {
    if tx.is_postgres() {
        let mut values = args![node, until, now];
        values.push(Value::Uuids(ids.iter().map(|id| Some(id.uuid())).collect()));
        return tx.fetch_all(CLAIM_ALL, values).await?.iter().map(claimed).collect();
    }
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let row = tx.fetch_optional(CLAIM_ONE, args![node, until, now, *id]).await?;
        all.extend(row.as_ref().map(claimed).transpose()?);
    }
    Ok(all)
}

/// Which of these leases are still valid. Their jobs are locked until the transaction ends.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn fence(tx: &mut Tx<'_>, leases: &[Held]) -> Result<HashSet<Held>, StoreError> {
    let keys = leases.iter().map(|(id, epoch)| args![*id, *epoch]).collect();
    tx.fetch_each(FENCE_ONE, FENCE_ALL, keys).await?.iter().map(held).collect()
}

/// Lets those of these leases that are still valid last until then, and tells which they are.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn extend(tx: &mut Tx<'_>, leases: &[Held], until: Timestamp) -> Result<HashSet<Held>, StoreError> {
    let keys = leases.iter().map(|(id, epoch)| args![*id, *epoch, until]).collect();
    tx.fetch_each(EXTEND_ONE, EXTEND_ALL, keys).await?.iter().map(held).collect()
}

/// Ends the jobs of those of these leases that are still valid. Tells how many they were.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn finish(tx: &mut Tx<'_>, leases: &[Held]) -> Result<u64, StoreError> {
    let keys = leases.iter().map(|(id, epoch)| args![*id, *epoch]).collect();
    tx.execute_each(FINISH_ONE, FINISH_ALL, keys).await
}

/// Gives the jobs of these leases back, to run again.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn give_back(tx: &mut Tx<'_>, leases: &[(Held, &Again)]) -> Result<(), StoreError> {
    let row = |((id, epoch), again): &(Held, &Again)| args![*id, *epoch, again.at, again.lane.as_deref()];
    tx.execute_each(GIVE_BACK_ONE, GIVE_BACK_ALL, leases.iter().map(row).collect()).await.map(drop)
}

fn held(row: &Row) -> Result<Held, StoreError> {
    Ok((row.get("id")?, row.get("lease_epoch")?))
}
