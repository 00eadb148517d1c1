//! Finds the accounts whose time has come, and opens their runs.
//!
//! Invariants, and what each prevents:
//! - Nothing is queued ahead: an account has one time at which it is looked at, and whether it is read then follows from what was read
//!   before. A node that was off for a week finds each account once, not once for every time that passed.
//! - Looking and opening commit together, with the time that was seen. Two nodes that find the same account open one run.
//! - What can't be looked at, whatever the reason, is looked at again an hour later. It never stands before the others.

use std::collections::BTreeMap;

use carillon_domain::id::WorkspaceId;
use carillon_domain::schedule::zone_or_utc;
use carillon_domain::sync::SyncKind;
use carillon_domain::sync::schedule::{Known, Rhythm};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::job::Party;
use carillon_store::repo::look::{self, ToLookAt};
use carillon_store::repo::{sync_run, workspace};
use jiff::tz::TimeZone;

use super::Target;
use crate::Engine;
use crate::jobs::JobError;
use crate::networks::Allowance;
use crate::reading::is_spent;

/// Accounts that are looked at in one go. What is left is found by the next one, seconds later.
const BATCH: i64 = 100;

/// When what can't be looked at now is looked at again.
const LATER: SignedDuration = SignedDuration::from_hours(1);

/// An account that was looked at.
struct Looked {
    seen: ToLookAt,
    next: Timestamp,
    /// What is to be read of it, if anything is.
    wants: Option<(Box<AccountRow>, SyncKind)>,
}

/// Opens a run for every account that is due; those that were read longest ago first. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn open_due(engine: &Engine) -> Result<u64, JobError> {
    if !engine.networks.has_schedule() {
        return Ok(0);
    }
    let mut zones = BTreeMap::new();
    let (mut due, mut others) = (Vec::new(), Vec::new());
    for seen in look::to_look_at(&engine.db, engine.clock.now(), BATCH).await? {
        let looked = look_at(engine, seen, &mut zones).await.unwrap_or_else(|error| {
            tracing::error!(account = %seen.id, %error, "whether an account is to be read can't be seen");
            Looked { seen, next: engine.clock.now() + LATER, wants: None }
        });
        match looked.wants {
            Some((row, kind)) => due.push((looked.seen, looked.next, row, kind)),
            None => others.push((looked.seen, looked.next)),
        }
    }
    look_later(engine, others).await?;
    due.sort_by_key(|(_, _, row, _)| row.synced_at);
    let mut opened = 0;
    // Jobs are taken in the order of their time.
    for (back, (seen, next, row, kind)) in (1..=due.len()).rev().zip(due) {
        let back = SignedDuration::from_micros(i64::try_from(back).unwrap_or_default());
        opened += u64::from(open(engine, seen, next, &row, kind, engine.clock.now() - back).await?);
    }
    if opened > 0 {
        engine.wake.notify_waiters();
    }
    Ok(opened)
}

async fn look_at(
    engine: &Engine,
    seen: ToLookAt,
    zones: &mut BTreeMap<WorkspaceId, TimeZone>,
) -> Result<Looked, StoreError> {
    let now = engine.clock.now();
    let row = account::find(&engine.db, seen.workspace, seen.id).await?;
    let allowed = row.and_then(|row| Some((engine.networks.scheduled(&row.platform)?, row)));
    let Some((allowance, row)) = allowed else { return Ok(Looked { seen, next: now + LATER, wants: None }) };
    let zone = match zones.get(&seen.workspace) {
        Some(zone) => zone.clone(),
        None => zones.entry(seen.workspace).or_insert(zone_of(engine, seen.workspace).await?).clone(),
    };
    let rhythm = Rhythm::new(zone, row.id, allowance != Allowance::Free);
    let kind = wanted(engine, &rhythm, &row, allowance, now).await?;
    Ok(Looked { seen, next: rhythm.next_look(now), wants: kind.map(|kind| (Box::new(row), kind)) })
}

/// The zone of a workspace; UTC if there is none of its name.
pub(super) async fn zone_of(engine: &Engine, id: WorkspaceId) -> Result<TimeZone, StoreError> {
    let row = workspace::find(&engine.db, id).await?;
    Ok(row.map_or(TimeZone::UTC, |row| zone_or_utc(&row.timezone)))
}

/// What is to be read of the account now.
async fn wanted(
    engine: &Engine,
    rhythm: &Rhythm,
    row: &AccountRow,
    allowance: Allowance,
    now: Timestamp,
) -> Result<Option<SyncKind>, StoreError> {
    let last = sync_run::last_of(&engine.db, row.workspace, row.id).await?;
    if last.is_some_and(|last| last.state.is_open()) {
        return Ok(None);
    }
    if let Allowance::PerMonth(calls) = allowance
        && is_spent(engine, row, calls).await?
    {
        return Ok(None);
    }
    let lists =
        engine.networks.reader(&row.platform).is_some_and(|(_, reader)| reader.can_list(&row.identity()));
    // Where posts can't be listed there is nothing to look for every hour.
    let newest_post = if lists { look::newest_post(&engine.db, row.workspace, row.id).await? } else { None };
    let known = Known { began: last.map(|last| last.began), covered: &row.covered, newest_post };
    Ok(rhythm.wants(now, known))
}

async fn look_later(engine: &Engine, looked: Vec<(ToLookAt, Timestamp)>) -> Result<(), StoreError> {
    if looked.is_empty() {
        return Ok(());
    }
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (seen, next) in looked {
                    look::look_again(tx, seen, next).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn open(
    engine: &Engine,
    seen: ToLookAt,
    next: Timestamp,
    row: &AccountRow,
    kind: SyncKind,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let run = super::scheduled_run(engine, row, kind);
    let party = Party::new(&run.platform, run.workspace, run.account);
    let job = super::new_job(engine, Target { workspace: run.workspace, run: run.id }, party, Some(at));
    let opened = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !look::look_again(tx, seen, next).await? {
                    return Ok::<_, StoreError>(false);
                }
                super::open(tx, &run, &job).await
            })
        })
        .await?;
    if opened {
        engine.events.account_changed(row.workspace, row.id);
    }
    Ok(opened)
}
