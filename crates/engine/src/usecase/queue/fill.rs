//! Which slot is free next, and taking it.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId, WorkspaceId};
use carillon_domain::slot::{Slot, upcoming};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::slot;
use carillon_store::{StoreError, Tx};

use crate::usecase::caps;
use crate::usecase::posts::{PostInput, PostPatch, WantedStatus, load_accounts};
use crate::{Actor, Engine};

/// So often a slot is looked for before somebody is told that too many others look for one as well. Each time, one of them gets it.
pub(in crate::usecase) const TRIES: usize = 50;

/// A slot that is nearer than this is not taken any more: what is prepared ahead needs some time.
const LEAD: SignedDuration = SignedDuration::from_mins(5);

/// A slot is looked for so far ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 180);

/// Most that is looked at of what an account has planned in that time.
const MOST_PLANNED: i64 = 5_000;

const TAKEN: &str = "slot_taken";

/// A slot that was free when it was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeSlot {
    /// When it comes.
    pub at: Timestamp,
    /// The zone on whose clock it is.
    pub timezone: String,
    /// The accounts that it is free on, in the order of locking.
    accounts: Vec<AccountId>,
}

impl FreeSlot {
    /// A slot that was seen to be free on this account.
    pub(super) fn on(account: AccountId, at: Timestamp, timezone: &str) -> Self {
        Self { at, timezone: timezone.to_owned(), accounts: vec![account] }
    }

    /// The request, with this slot for its time.
    pub(in crate::usecase) fn place(&self, input: PostInput) -> PostInput {
        PostInput {
            status: WantedStatus::Scheduled,
            scheduled_at: Some(self.at.to_string()),
            timezone: Some(self.timezone.clone()),
            ..input
        }
    }

    /// The change, with this slot for its time.
    pub(in crate::usecase) fn place_change(&self, patch: PostPatch) -> PostPatch {
        PostPatch {
            status: Some(WantedStatus::Scheduled),
            scheduled_at: Some(self.at.to_string()),
            timezone: Some(self.timezone.clone()),
            ..patch
        }
    }
}

/// The next slot that all of these accounts have, in which none of them has anything, and which no cap stands against. Accounts without
/// slots go along with the others. `except` is the post that is to be moved.
///
/// # Errors
/// [`AppError::Invalid`] when an account is not there, none has slots, they have none in common, or all are taken.
pub async fn next_free(
    engine: &Engine,
    actor: &Actor,
    accounts: &[AccountId],
    except: Option<PostId>,
) -> Result<FreeSlot, AppError> {
    if accounts.is_empty() {
        return Err(AppError::invalid("accounts", "required", "Choose at least one account."));
    }
    let mut rows = load_accounts(engine, actor, accounts).await?;
    rows.sort_by_key(|row| row.id);
    let from = engine.clock.now() + LEAD;
    let range = (from, from + AHEAD);
    let common = in_common(engine, &rows, range).await?;
    let busy = planned_minutes(engine, &rows, range, except).await?;
    'next: for (at, slot) in common.into_iter().filter(|(at, _)| !busy.contains(&minute(*at))) {
        for row in &rows {
            if !caps::has_room(engine, actor, row, at, except).await? {
                continue 'next;
            }
        }
        let accounts = rows.iter().map(|row| row.id).collect();
        return Ok(FreeSlot { at, timezone: slot.timezone().to_owned(), accounts });
    }
    let message = "No posting slot is free in the next half year. Add slots, or choose a time.";
    Err(AppError::invalid("scheduled_at", "queue_full", message))
}

/// The slots that every account has which has any.
async fn in_common(
    engine: &Engine,
    rows: &[AccountRow],
    (from, until): (Timestamp, Timestamp),
) -> Result<BTreeMap<Timestamp, Slot>, AppError> {
    let mut common: Option<BTreeMap<Timestamp, Slot>> = None;
    for row in rows {
        let slots = slot::of(&engine.db, row.workspace, row.id).await?;
        if slots.is_empty() {
            continue;
        }
        let mut own = upcoming(&slots, from, until);
        if let Some(others) = common {
            own.retain(|at, _| others.contains_key(at));
        }
        common = Some(own);
    }
    let (code, message) = match common {
        Some(common) if !common.is_empty() => return Ok(common),
        Some(_) => (
            "no_common_slot",
            "The chosen accounts have no posting slot in common. Copy the slots of one to the others, or choose a time.",
        ),
        None => (
            "no_slots",
            "None of the chosen accounts has posting slots. Add some on the account's page, or choose a time.",
        ),
    };
    Err(AppError::invalid("accounts", code, message))
}

/// The minutes in which any of the accounts has something.
async fn planned_minutes(
    engine: &Engine,
    rows: &[AccountRow],
    range: (Timestamp, Timestamp),
    except: Option<PostId>,
) -> Result<BTreeSet<i64>, StoreError> {
    let mut busy = BTreeSet::new();
    for row in rows {
        let key = (row.workspace, row.id);
        let planned = slot::planned(&engine.db, key, range, except, MOST_PLANNED).await?;
        busy.extend(planned.iter().map(|one| minute(one.due_at)));
    }
    Ok(busy)
}

/// Which minute a time is in, of all minutes there are.
pub(super) fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// Takes the slot in the transaction that saves the post: its accounts are locked until that ends, so of two that found the same slot
/// the second sees what the first one put there.
///
/// # Errors
/// [`AppError::Conflict`] as [`is_taken`] knows it.
pub(in crate::usecase) async fn take(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    free: &FreeSlot,
    post: PostId,
) -> Result<(), AppError> {
    for id in &free.accounts {
        account::lock(tx, workspace, *id).await?;
        if slot::is_taken(&mut *tx, (workspace, *id), free.at, Some(post)).await? {
            return Err(AppError::Conflict { code: TAKEN, message: SOMEBODY.to_owned() });
        }
    }
    Ok(())
}

const SOMEBODY: &str = "Somebody else took this slot. Try again: the next free one is found then.";

/// Whether the slot was free when it was looked for and is not any more: then there is a next one.
pub(in crate::usecase) fn is_taken(error: &AppError) -> bool {
    match error {
        AppError::Conflict { code, .. } => *code == TAKEN,
        // Its day was filled up meanwhile.
        AppError::Invalid(errors) => errors.iter().all(|one| one.code == "cap_exceeded"),
        _ => false,
    }
}

/// Too many look for a slot at once.
pub(in crate::usecase) fn too_busy() -> AppError {
    AppError::Conflict { code: TAKEN, message: SOMEBODY.to_owned() }
}
