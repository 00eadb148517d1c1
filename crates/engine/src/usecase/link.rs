//! From a grant's identities to account rows. Connecting an account again keeps its row, and with it its history; each time
//! it is read at once, so that its numbers are there when somebody looks.

use carillon_domain::account::AccountIdentity;
use carillon_domain::error::AppError;
use carillon_domain::id::{GrantId, Id};
use carillon_domain::notice::{Audience, NoticeKind};
use carillon_domain::sync::SyncReason;
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::job::{NewJob, Party};
use carillon_store::repo::sync_run::SyncRunRow;
use carillon_store::repo::{grant, notice, workspace};

use super::publications;
use crate::jobs::sync::{self, Target};
use crate::{Actor, Engine};

/// Makes or renews an account per identity, and lets go what waited for it.
pub(super) async fn link(
    engine: &Engine,
    actor: &Actor,
    platform: &str,
    id: GrantId,
    identities: Vec<AccountIdentity>,
) -> Result<Vec<AccountRow>, AppError> {
    let mut accounts = Vec::with_capacity(identities.len());
    for identity in identities {
        let row = new_row(engine, actor, platform, id, identity);
        let new = New { reading: first_reading(engine, actor, &row), row };
        let again = new.clone();
        let saved = match engine.db.write(move |tx| Box::pin(async move { put(tx, new).await })).await {
            // The same identity was connected at the same moment; now it is there to be renewed.
            Err(error) if error.is_unique_violation() => {
                engine.db.write(move |tx| Box::pin(async move { put(tx, again).await })).await
            }
            saved => saved,
        };
        accounts.push(saved?);
    }
    engine.wake.notify_waiters();
    let home = workspace::find(&engine.db, actor.workspace).await?;
    let grace = home.map_or(0, |w| w.grace_s);
    for row in &accounts {
        publications::account_is_back(engine, row.workspace, row.id, grace).await?;
        engine.events.account_changed(row.workspace, row.id);
    }
    engine.events.notices_changed(actor.workspace);
    Ok(accounts)
}

/// An account, and the reading that follows if its network can be read.
#[derive(Clone)]
struct New {
    row: AccountRow,
    reading: Option<(SyncRunRow, NewJob)>,
}

fn first_reading(engine: &Engine, actor: &Actor, row: &AccountRow) -> Option<(SyncRunRow, NewJob)> {
    engine.networks.reader(&row.platform)?;
    let run = sync::new_run(engine, row, SyncReason::Connected, Some(actor));
    let party = Party::new(&run.platform, run.workspace, run.account);
    let job = sync::new_job(engine, Target { workspace: run.workspace, run: run.id }, party, None);
    Some((run, job))
}

async fn put(tx: &mut carillon_store::Tx<'_>, new: New) -> Result<AccountRow, StoreError> {
    let saved = put_account(tx, new.row).await?;
    if let Some((mut run, job)) = new.reading {
        run.account = saved.id;
        sync::open(tx, &run, &job).await?;
    }
    Ok(saved)
}

async fn put_account(tx: &mut carillon_store::Tx<'_>, new: AccountRow) -> Result<AccountRow, StoreError> {
    let server = new.server.as_deref();
    let known = account::by_identity(&mut *tx, new.workspace, &new.platform, server, &new.remote_id).await?;
    let Some(old) = known else {
        account::insert(tx, &new).await?;
        return Ok(new);
    };
    let renewed = AccountRow {
        id: old.id,
        daily_cap: old.daily_cap,
        cap_mode: old.cap_mode,
        profile: old.profile,
        synced_at: old.synced_at,
        version: old.version + 1,
        created_at: old.created_at,
        ..new
    };
    account::update(tx, &renewed).await?;
    account::note_network_state(tx, renewed.workspace, renewed.id, None).await?;
    // How full its day is has nothing to do with the login.
    for kind in NoticeKind::ALL.into_iter().filter(|kind| kind.audience() == Audience::Accounts) {
        notice::clear(tx, (renewed.workspace, renewed.id.uuid()), kind, renewed.updated_at).await?;
    }
    if old.grant != renewed.grant {
        forget_unused(tx, &renewed, old.grant, renewed.updated_at).await?;
    }
    Ok(renewed)
}

/// The tokens of a login that no account uses any more.
async fn forget_unused(
    tx: &mut carillon_store::Tx<'_>,
    row: &AccountRow,
    old: GrantId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if account::of_grant(&mut *tx, row.workspace, old).await?.is_empty() {
        grant::erase(tx, row.workspace, old, now).await?;
    }
    Ok(())
}

fn new_row(
    engine: &Engine,
    actor: &Actor,
    platform: &str,
    grant: GrantId,
    identity: AccountIdentity,
) -> AccountRow {
    let id = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    AccountRow::connected((actor.workspace, id, grant), platform, identity, engine.clock.now())
}
