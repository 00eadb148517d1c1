//! Reading accounts because somebody opened a page with their numbers.
//!
//! Whoever may see numbers may cause it, also who may ask for nothing. So it is no way around any limit:
//! - An account is read at most once an hour by whatever cause, however many look and whatever came of it. That is checked again in the
//!   transaction that opens the run.
//! - Only what the schedule may read without asking what it costs is read: never what takes money, nothing that the operator switched off.
//! - It is an ordinary run: limits of networks, publishing's share of them and failing networks are respected by it as by any other.

use std::collections::BTreeMap;

use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::job::Party;
use carillon_store::repo::sync_run::{self, Stale};

use crate::jobs::sync::{self, Target};
use crate::networks::Allowance;
use crate::{Actor, Engine};

/// Numbers that are younger are good enough.
pub const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// Accounts that one look sets off. The others follow with the next one.
const MOST: i64 = 100;

/// [`opened`] for a page that shows what there is in any case: what goes wrong is logged, and the next page tries again.
pub async fn opened_by_page(engine: &Engine, actor: &Actor, accounts: &[AccountRow]) {
    if let Err(error) = opened(engine, actor, accounts).await {
        tracing::warn!(%error, "numbers could not be renewed for a page");
    }
}

/// Opens a run for each of these accounts whose numbers are older than [`FRESH`], those that were read longest ago first. Returns how
/// many.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; when the database fails.
pub async fn opened(engine: &Engine, actor: &Actor, accounts: &[AccountRow]) -> Result<usize, AppError> {
    actor.require(Permission::Read)?;
    let now = engine.clock.now();
    let may = |row: &&AccountRow| {
        row.workspace == actor.workspace
            && row.status == AccountStatus::Connected
            && engine.networks.scheduled(&row.platform) == Some(Allowance::Free)
            && row.synced_at.is_none_or(|at| at <= now - FRESH)
    };
    let rows: BTreeMap<_, _> = accounts.iter().filter(may).map(|row| (row.id, row)).collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let mut platforms: Vec<_> = rows.values().map(|row| row.platform.clone()).collect();
    platforms.sort_unstable();
    platforms.dedup();
    let only = if let [one] = accounts { Some(one.id) } else { None };
    let question = Stale { workspace: actor.workspace, only, platforms, since: now - FRESH, limit: MOST };
    // Most pages are opened while everything is fresh, and take no transaction for it.
    if sync_run::stale(&engine.db, &question).await?.is_empty() {
        return Ok(0);
    }
    let wanted: BTreeMap<_, _> = rows
        .into_values()
        .map(|row| {
            let run = sync::opened_run(engine, row);
            let party = Party::new(&run.platform, run.workspace, run.account);
            let job = sync::new_job(engine, Target { workspace: run.workspace, run: run.id }, party, None);
            (row.id, (run, job))
        })
        .collect();
    let opened = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut opened = Vec::new();
                for id in sync_run::lock_stale(tx, &question).await? {
                    let Some((run, job)) = wanted.get(&id) else { continue };
                    if sync::open(tx, run, job).await? {
                        opened.push(id);
                    }
                }
                Ok::<_, StoreError>(opened)
            })
        })
        .await?;
    if !opened.is_empty() {
        engine.wake.notify_waiters();
    }
    for id in &opened {
        engine.events.account_changed(actor.workspace, *id);
    }
    Ok(opened.len())
}
